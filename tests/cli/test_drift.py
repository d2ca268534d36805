"""``genlb drift``: one cluster and a fleet, from an API server or from dumps, with the exit codes that scripts need."""

from __future__ import annotations

import copy
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from genlb import api
from genlb.cli.drift_options import FORMATS
from genlb.report.drift import DRIFT_FORMATS
from tests.api.repositories import replace, write
from tests.cli.genlb import ROOT, Genlb, process
from tests.stores.fake_api import UID, Manifest, Server, kubeconfig, serving

CLUSTER = "fra1-prod"
POOL = f"clusters/{CLUSTER}/rendered/routing/ipaddresspool-public.yaml"


@pytest.fixture
def rendered(repository: Path) -> Path:
    """The repository with the manifests of both clusters."""
    opened = api.open_repository(str(repository))
    for cluster in api.load(opened):
        api.write(opened, api.render(cluster))
    return repository


def in_step(root: Path, cluster: str = CLUSTER) -> list[Manifest]:
    """What the cluster holds when it is as git wants it."""
    folder = root / "clusters" / cluster / "rendered"
    texts = (
        file.read_text() for unit in ("node", "routing", "advertise") for file in sorted((folder / unit).glob("*.yaml"))
    )
    manifests = [manifest for manifest in map(yaml.safe_load, texts) if "name" in manifest.get("metadata", {})]
    for index, manifest in enumerate(manifests):
        manifest["metadata"] |= {
            "uid": str(index),
            "resourceVersion": "1",
            "managedFields": [
                {"manager": "genlb", "operation": "Apply", "time": "2026-01-01T00:00:00Z", "fieldsV1": {}}
            ],
        }
    return manifests


def of_kind(manifests: list[Manifest], kind: str) -> Manifest:
    """The first of its kind."""
    return next(one for one in manifests if one["kind"] == kind)


def dump(root: Path, manifests: list[Manifest], name: str = "live.json") -> str:
    """A dump of kubectl."""
    write(root, name, json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))
    return str(root / name)


@pytest.fixture
def live(rendered: Path) -> list[Manifest]:
    return in_step(rendered)


@pytest.fixture
def server(rendered: Path, live: list[Manifest], monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A cluster in step, which KUBECONFIG knows by its name."""
    with serving(*live) as running:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(rendered / "kubeconfig", fra1_prod=running.url)))
        yield running


def objects(data: Any, cluster: int = 0) -> dict[str, list[str]]:
    """Names of objects that differ, with the rules."""
    found = data["clusters"][cluster]["objects"]
    return {
        f"{one['kind']} {one['name']}": [difference["rule"] for difference in one["differences"]]
        for one in found
        if one["differences"]
    }


# ------------------------------------------------------------------------------------------------- a live cluster


def test_a_cluster_in_step_says_so(genlb: Genlb, server: Server) -> None:
    done = genlb("drift", CLUSTER)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("fra1-prod: in step")


def test_a_difference_is_told_with_its_file_and_line(
    genlb: Genlb, rendered: Path, server: Server, live: list[Manifest]
) -> None:
    of_kind(live, "IPAddressPool")["spec"]["addresses"] = ["10.208.9.0/24"]

    done = genlb("drift", CLUSTER, "-o", "json")

    (one,) = (one for one in done.json["clusters"][0]["objects"] if one["differences"])
    assert done.code == 1
    assert one["file"] == POOL
    assert {
        rendered.joinpath(POOL).read_text().splitlines()[found["line"] - 1].strip() for found in one["differences"]
    } <= {
        "addresses:",
        "- 10.208.1.0/24",
    }


def test_exit_zero_makes_differences_no_failure(genlb: Genlb, server: Server, live: list[Manifest]) -> None:
    of_kind(live, "IPAddressPool")["spec"]["addresses"] = ["10.208.9.0/24"]

    assert genlb("drift", CLUSTER, "--exit-zero").code == 0


def test_exit_zero_does_not_hide_what_could_not_be_looked_at(genlb: Genlb, server: Server) -> None:
    server.faults["ipaddresspools"] = lambda handler: handler.json({"message": "no"}, 403)

    assert genlb("drift", CLUSTER, "--exit-zero").code == 3


def test_not_checked_beats_drift_and_both_are_told(genlb: Genlb, server: Server, live: list[Manifest]) -> None:
    server.faults["ipaddresspools"] = lambda handler: handler.json({"message": "no"}, 403)
    of_kind(live, "BGPPeer")["spec"]["asNumber"] = 1

    done = genlb("drift", CLUSTER, "-o", "json")

    assert done.code == 3
    assert "BGPPeer genlb-tor-a-v4" in objects(done.json)
    assert [one["what"] for one in done.json["clusters"][0]["notChecked"]] == ["ipaddresspools in metallb-system"]


def test_a_stale_render_is_drift(genlb: Genlb, rendered: Path, server: Server) -> None:
    replace(rendered, f"clusters/{CLUSTER}/cluster.yaml", "asNumber: 64600", "asNumber: 64601")

    done = genlb("drift", CLUSTER, "-o", "json")

    assert done.code == 1
    assert f"clusters/{CLUSTER}/rendered/advertise/bgpconfiguration-default.yaml" in done.json["clusters"][0]["stale"]


def test_with_a_broken_spec_what_is_rendered_is_compared(
    genlb: Genlb, rendered: Path, server: Server, live: list[Manifest]
) -> None:
    replace(rendered, f"clusters/{CLUSTER}/cluster.yaml", "asNumber: 64600", "asNumber: many")
    of_kind(live, "BGPPeer")["spec"]["asNumber"] = 1

    done = genlb("drift", CLUSTER, "-o", "json")

    assert done.code == 3
    assert "BGPPeer genlb-tor-a-v4" in objects(done.json)
    assert "the spec has 1 error" in {one["why"] for one in done.json["clusters"][0]["notChecked"]}


def test_nothing_rendered_is_told_with_the_cure(genlb: Genlb, server: Server, rendered: Path) -> None:
    (rendered / f"clusters/{CLUSTER}/rendered").rename(rendered / "away")

    done = genlb("drift", CLUSTER)

    assert done.code == 3
    assert "nothing is rendered there" in done.out


def test_what_is_ignored_in_the_settings_is_no_drift(
    genlb: Genlb, rendered: Path, server: Server, live: list[Manifest]
) -> None:
    of_kind(live, "BGPPeer")["spec"]["asNumber"] = 1
    write(
        rendered,
        "genlb.yaml",
        "drift:\n  ignore:\n    - {object: BGPPeer/genlb-tor-a-v4, path: spec.asNumber, reason: tried out in NET-1}\n",
    )

    done = genlb("drift", CLUSTER, "-o", "json")

    assert done.code == 0
    (ignored,) = (one["ignored"] for one in done.json["clusters"][0]["objects"] if one["ignored"])
    assert "NET-1" in json.dumps(ignored)


def test_settings_with_a_mistake_ignore_nothing_and_it_is_told(genlb: Genlb, rendered: Path, server: Server) -> None:
    write(rendered, "genlb.yaml", "drift:\n  ignore:\n    - {objekt: BGPPeer/*, reason: tried out in NET-1}\n")

    done = genlb("drift", CLUSTER)

    assert done.code == 3
    assert "what is to be ignored" in done.out
    assert "genlb.yaml:3:8" in done.out


def test_a_ref_is_compared_and_the_work_tree_is_not(genlb: Genlb, rendered: Path, server: Server) -> None:
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "render"]):
        subprocess.run(["git", *command], cwd=rendered, check=True)
    replace(rendered, POOL, "10.208.1.0/24", "10.208.9.0/24")

    of_tree, of_commit = genlb("drift", CLUSTER, "-o", "json"), genlb("drift", CLUSTER, "--ref", "HEAD", "-o", "json")

    assert (of_tree.code, of_commit.code) == (1, 0)
    source = of_commit.json["clusters"][0]["source"]
    assert source["ref"] == "HEAD"
    assert len(source["commit"]) == 40
    assert source["dirty"] is False
    assert of_tree.json["clusters"][0]["source"] == {"what": "work tree", "dirty": True}


def test_what_is_committed_is_no_change_of_the_work_tree(genlb: Genlb, rendered: Path, server: Server) -> None:
    without_git = genlb("drift", CLUSTER, "-o", "json")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "render"]):
        subprocess.run(["git", *command], cwd=rendered, check=True)
    write(rendered, "notes.txt", "nothing of any cluster")
    committed = genlb("drift", CLUSTER, "-o", "json")
    write(rendered, "clusters/new/cluster.yaml", "")
    changed = genlb("drift", CLUSTER, "-o", "json")

    sources = [done.json["clusters"][0]["source"]["dirty"] for done in (without_git, committed, changed)]
    assert sources == [False, False, True]


def test_a_ref_that_there_is_not(genlb: Genlb, rendered: Path, server: Server) -> None:
    subprocess.run(["git", "init", "-q"], cwd=rendered, check=True)

    done = genlb("drift", CLUSTER, "--ref", "v9")

    assert done.code == 3
    assert "git knows no commit 'v9'" in done.err


def test_a_context_may_be_named(genlb: Genlb, rendered: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    config = kubeconfig(rendered / "other", elsewhere=server.url)
    monkeypatch.setenv("KUBECONFIG", "/dev/null")

    done = genlb("drift", CLUSTER, "--context", "elsewhere", "--kubeconfig", str(config))

    assert done.code == 0


def test_another_cluster_is_not_looked_at(
    genlb: Genlb, rendered: Path, live: list[Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(rendered, f"clusters/{CLUSTER}/cluster.yaml", "spec:\n", f"spec:\n  access: {{uid: {UID}}}\n")
    with serving(*live, uid="11111111-0000-4000-8000-000000000000") as other:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(rendered / "kubeconfig", fra1_prod=other.url)))

        done = genlb("drift", CLUSTER)

    assert done.code == 3
    assert "this is another cluster" in done.out
    assert len(other.asked) == 1


def test_without_a_uid_in_the_spec_it_is_told_how_to_be_sure(genlb: Genlb, server: Server) -> None:
    done = genlb("drift", CLUSTER, "-o", "json")

    assert f"access: {{uid: {UID}}}" in done.json["clusters"][0]["notes"][0]


def test_only_reading_requests_are_sent(genlb: Genlb, server: Server) -> None:
    genlb("drift", CLUSTER)  # the server knows no other method than GET

    assert len(server.asked) <= 25


# ---------------------------------------------------------------------------------------------------------- fleet


def test_a_fleet_is_one_report_and_nobody_hides_the_others(
    genlb: Genlb, rendered: Path, server: Server, live: list[Manifest]
) -> None:
    of_kind(live, "BGPPeer")["spec"]["asNumber"] = 1

    done = genlb("drift", "-o", "json")

    ams1, fra1 = done.json["clusters"]
    assert done.code == 3
    assert (ams1["name"], ams1["status"]) == ("ams1", "not checked")
    assert "there is no context 'ams1'" in ams1["error"]
    assert (fra1["name"], fra1["status"]) == (CLUSTER, "drifted")


def test_clusters_are_compared_at_once(
    genlb: Genlb, rendered: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(*in_step(rendered, "ams1")) as second:
        config = kubeconfig(rendered / "kubeconfig", fra1_prod=server.url, ams1=second.url)
        monkeypatch.setenv("KUBECONFIG", str(config))

        results = [genlb("drift", "-j", jobs, "-o", "json") for jobs in ("1", "8")]

    assert [done.code for done in results] == [0, 0]
    one, eight = (done.json | {"time": ""} for done in results)
    assert one == eight


def test_who_watches_sees_how_long_a_fleet_still_takes(
    genlb: Genlb, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genlb.cli.progress._is_watched", lambda: True)
    for pause in ("PATIENCE", "_PAUSE", "_CALM"):
        monkeypatch.setattr(f"genlb.cli.progress.{pause}", 0.0)

    told = genlb("drift").err

    assert "\rcomparing 0/2\r" in told.replace("\x1b[K", "")
    assert re.search(r"\rcomparing 1/2, about [0-9]+ s left\r", told.replace("\x1b[K", ""))


@pytest.mark.parametrize(
    ("shard", "index", "expected"),
    [("0/2", "", ["ams1"]), ("1/2", "", [CLUSTER]), ("/2", "1", [CLUSTER]), ("2", "0", ["ams1"]), ("2/3", "", [])],
)
def test_a_share_of_the_fleet(
    genlb: Genlb, server: Server, monkeypatch: pytest.MonkeyPatch, shard: str, index: str, expected: list[str]
) -> None:
    monkeypatch.setenv("JOB_COMPLETION_INDEX", index)

    done = genlb("drift", "--shard", shard, "-o", "json")

    assert [cluster["name"] for cluster in done.json["clusters"]] == expected


@pytest.mark.parametrize("shard", ["2/2", "a/b", "1", "/0", "-1/2", "1/2/3", "/3"])
def test_a_share_that_there_is_not(genlb: Genlb, rendered: Path, monkeypatch: pytest.MonkeyPatch, shard: str) -> None:
    monkeypatch.delenv("JOB_COMPLETION_INDEX", raising=False)

    assert genlb("drift", "--shard", shard).code == 2


# ---------------------------------------------------------------------------------------------------------- dumps


def test_a_dump_needs_no_cluster(genlb: Genlb, rendered: Path, live: list[Manifest]) -> None:
    done = genlb("drift", CLUSTER, "--live", dump(rendered, live), "--live-complete")

    assert (done.code, done.out.partition("\n")[0][:18]) == (0, "fra1-prod: in step")


def test_what_a_dump_does_not_tell_is_not_checked_and_the_command_is_told(
    genlb: Genlb, rendered: Path, live: list[Manifest]
) -> None:
    done = genlb("drift", CLUSTER, "--live", dump(rendered, live), "-o", "json")

    left = done.json["clusters"][0]["notChecked"]
    assert done.code == 3
    assert "bgpadvertisements in metallb-system" in {one["what"] for one in left}
    get = "kubectl --context fra1-prod get --show-managed-fields --ignore-not-found -o json -A"
    assert {f"`{get} bgpadvertisements.v1beta1.metallb.io` dumps it" in one["cure"] for one in left} == {True, False}


def test_the_commands_for_a_complete_dump_can_be_pasted(genlb: Genlb, rendered: Path, live: list[Manifest]) -> None:
    done = genlb("drift", CLUSTER, "--live", dump(rendered, live))

    script = done.err.partition("\n\n")[2].strip().splitlines()
    assert script[0] == "mkdir -p live"
    assert script[-1] == "genlb drift fra1-prod --live live --live-complete"
    assert "genlb drift fra1-prod --live live" not in done.out


def test_a_dump_from_stdin(genlb: Genlb, rendered: Path, live: list[Manifest], monkeypatch: pytest.MonkeyPatch) -> None:
    data = Path(dump(rendered, live)).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    assert genlb("drift", CLUSTER, "--live", "-", "--live-complete").code == 0


def test_a_dump_without_managed_fields_says_so(genlb: Genlb, rendered: Path, live: list[Manifest]) -> None:
    bare = copy.deepcopy(live)
    for manifest in bare:
        del manifest["metadata"]["managedFields"]

    done = genlb("drift", CLUSTER, "--live", dump(rendered, bare), "--live-complete", "-o", "json")

    assert "--show-managed-fields" in json.dumps(done.json["clusters"][0]["notes"])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b"[]",
        b'{"a": 1}',
        b"\xff\xfe\x00",
        b"[" * 10_000,
        b"%PDF-1.7\n\x00\x01",
        b"a: &a [*a]",
        b"{",
        b"5",
    ],
)
def test_a_garbage_dump_is_one_sentence(genlb: Genlb, rendered: Path, text: bytes) -> None:
    write(rendered, "dump.yaml", text)

    done = genlb("drift", CLUSTER, "--live", "dump.yaml", "-o", "json")

    assert done.code == 3
    assert "Traceback" not in done.err + done.out


@pytest.mark.parametrize("value", [None, 5, "text", [], {}, [None], {"a": {"b": [1, {"c": None}]}}])
@pytest.mark.parametrize("field", ["spec", "metadata", "data", "status"])
def test_wrong_types_in_live_objects_end_in_no_bug(
    genlb: Genlb, rendered: Path, live: list[Manifest], field: str, value: Any
) -> None:
    broken = copy.deepcopy(live)
    for manifest in broken:
        manifest[field] = value
    done = genlb("drift", CLUSTER, "--live", dump(rendered, broken), "--live-complete", "-o", "json")

    assert done.code in {0, 1, 3}


def test_hostile_names_stay_harmless(genlb: Genlb, rendered: Path, live: list[Manifest]) -> None:
    pool = copy.deepcopy(of_kind(live, "IPAddressPool"))
    pool["metadata"]["name"] = "\x1b[2J\x1b]0;owned\x07"
    pool["spec"]["addresses"] = ["\x1b[31mred"]

    done = genlb("drift", CLUSTER, "--live", dump(rendered, [*live, pool]), "--live-complete")

    assert "\x1b" not in done.out + done.err
    assert "\x07" not in done.out + done.err


# -------------------------------------------------------------------------------------------------------- desired


def test_the_shipped_dump_shows_what_documentation_says(genlb: Genlb, repository: Path) -> None:
    dump_of_docs = ROOT / "docs" / "examples" / "fra1-prod-live.yaml"

    done = process("drift", CLUSTER, "--live", str(dump_of_docs), "--live-complete", "-o", "json", cwd=ROOT)

    assert done.returncode == 1
    assert objects(json.loads(done.stdout)) == {
        "BGPConfiguration default": ["GLB801"],
        "BGPPeer genlb-r2-tor-b-v6": ["GLB811"],
        "ConfigMap kube-proxy": ["GLB801"],
        "IPAddressPool public": ["GLB801"],
        "L2Advertisement default": ["GLB826"],
    }


def test_any_manifests_and_a_dump_need_no_repository(tmp_path: Path) -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "b"},
        "data": {"k": "v"},
    }
    write(tmp_path, "wanted.yaml", json.dumps(manifest))
    write(tmp_path, "same.yaml", json.dumps(manifest))
    write(tmp_path, "other.yaml", json.dumps(manifest | {"data": {"k": "w"}}))

    same = process("drift", "--desired", "wanted.yaml", "--live", "same.yaml", cwd=tmp_path)
    other = process("drift", "--desired", "wanted.yaml", "--live", "other.yaml", cwd=tmp_path)

    assert (same.returncode, same.stderr) == (0, "")
    assert other.returncode == 1
    assert "data.k" in other.stdout


def test_manifests_of_others_say_what_kubectl_reads_in_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        "wanted.yaml",
        """\
apiVersion: example.com/v1
kind: Widget
metadata: {name: a, namespace: b, annotations: {since: 2024-01-01}}
spec:
  <<: {size: 1, shape: round}
  size: 1_000
  mode: 0644
  on: yes
  ratio: 1e3
""",
    )
    spec = {"size": 1000, "shape": "round", "mode": 420, "true": True, "ratio": 1000}
    metadata = {"name": "a", "namespace": "b", "annotations": {"since": "2024-01-01"}}
    manifest = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": metadata, "spec": spec}
    write(tmp_path, "live.json", json.dumps(manifest))

    done = process("drift", "--desired", "wanted.yaml", "--live", "live.json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_line_of_an_object_that_is_not_the_first_of_its_file_is_not_guessed(tmp_path: Path) -> None:
    manifests = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "b"}, "data": {"k": "v"}}
        for name in ("first", "second")
    ]
    write(tmp_path, "wanted.yaml", "---\n".join(f"{json.dumps(one, indent=1)}\n" for one in manifests))
    changed = [one | {"data": {"k": "w"}} for one in manifests]
    write(tmp_path, "live.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": changed}))

    done = process("drift", "--desired", "wanted.yaml", "--live", "live.json", "-o", "json", cwd=tmp_path)

    told = json.loads(done.stdout)["clusters"][0]["objects"]
    lines = {one["name"]: [found.get("line", 0) for found in one["differences"]] for one in told}
    assert lines == {"first": [9], "second": [0]}


def test_any_manifests_and_a_live_cluster(genlb: Genlb, rendered: Path, server: Server, live: list[Manifest]) -> None:
    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "b"},
        "data": {"k": "v"},
    }
    server.objects.append(config_map)
    write(rendered, "wanted.yaml", json.dumps(config_map))

    assert genlb("drift", "--desired", "wanted.yaml", CLUSTER).code == 0
    assert genlb("drift", "--desired", "wanted.yaml", "--context", CLUSTER).code == 0


def test_where_to_look_has_to_be_said(genlb: Genlb, rendered: Path) -> None:
    write(rendered, "wanted.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")

    done = genlb("drift", "--desired", "wanted.yaml")

    assert done.code == 2
    assert "add CLUSTER, --context or --live" in done.err


# ---------------------------------------------------------------------------------------------- output and options


def test_the_formats_are_those_that_there_are() -> None:
    assert set(FORMATS) == set(DRIFT_FORMATS)


def test_every_report_is_written(genlb: Genlb, rendered: Path, server: Server, live: list[Manifest]) -> None:
    of_kind(live, "BGPPeer")["spec"]["asNumber"] = 1
    reports = [part for form in FORMATS for part in ("--report", f"{form}=report.{form}")]

    done = genlb("drift", CLUSTER, *reports)

    assert done.code == 1
    assert {form for form in FORMATS if "genlb-tor-a-v4" in (rendered / f"report.{form}").read_text()} >= set(
        FORMATS
    ) - {"prom"}
    assert 'cluster="fra1-prod"' in (rendered / "report.prom").read_text()


def test_a_report_that_cannot_be_written_does_not_stop_the_others(genlb: Genlb, rendered: Path, server: Server) -> None:
    done = genlb("drift", CLUSTER, "--report", "json=none/a.json", "--report", "junit=b.xml")

    assert done.code == 3
    assert (rendered / "b.xml").exists()


def test_a_report_may_go_to_stdout_alone(genlb: Genlb, server: Server) -> None:
    assert genlb("drift", CLUSTER, "--report", "json=-").json["kind"] == "DriftReport"


def test_quiet_says_nothing_of_a_cluster_in_step(genlb: Genlb, rendered: Path, server: Server) -> None:
    done = genlb("-q", "drift", CLUSTER)

    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--live", "x", "--context", "y"],
        ["--live", "x", "--kubeconfig", "y"],
        ["--desired", "x", "--ref", "y"],
        ["--desired", "x", "--shard", "0/2"],
        ["--live-complete"],
        ["--live", "x"],
        ["--context", "x"],
        ["nowhere"],
        ["--report", "pdf=x"],
        ["--report", "html"],
        ["-o", "json", "--report", "html=-"],
        ["--desired", "x", "ams1", "fra1-prod"],
        ["-j", "0"],
    ],
)
def test_what_makes_no_sense_is_a_usage_error(genlb: Genlb, rendered: Path, arguments: list[str]) -> None:
    assert genlb("drift", *arguments).code == 2


def test_drift_of_a_dump_loads_no_client(rendered: Path, live: list[Manifest]) -> None:
    path = dump(rendered, live)
    code = (
        "import sys; from genlb.cli.main import run; "
        f"code = run(['-C', {str(rendered)!r}, 'drift', {CLUSTER!r}, '--live', {path!r}, '--live-complete']); "
        "heavy = {'kubernetes', 'git', 'deepdiff', 'jsonschema', 'ssl', 'urllib3'} & set(sys.modules); "
        "sys.stderr.write(f'{code} {sorted(heavy)}')"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr == "0 []"
