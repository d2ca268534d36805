"""`genlb validate`: every mistake at once, located, with the right exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from genlb.cli.main import run
from tests.api.repositories import PROFILE, a_spec, replace, write
from tests.cli.genlb import Genlb

CLUSTER = "clusters/fra1-prod/cluster.yaml"
BROKEN = a_spec("fra1-prod").replace("asNumber: 64600", "asNumbr: 64600")


def test_valid_specs_are_fine_and_counted(genlb: Genlb) -> None:
    assert genlb("validate") == (0, "2 clusters · 0 errors, 0 warnings\n", "")


def test_a_mistake_is_told_with_place_line_marks_and_cure(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, BROKEN)

    done = genlb("validate")

    assert done.code == 1
    assert done.out == "2 clusters · 2 errors, 0 warnings\n"
    assert f"{CLUSTER}:10:5: error[GLB103]: " in done.err
    assert "\n  10 |     asNumbr: 64600\n     |     ^^^^^^^\n" in done.err
    assert "genlb explain GLB103" in done.err
    assert "\x1b" not in done.err


def test_ten_mistakes_are_ten_located_messages_in_one_run(genlb: Genlb, repository: Path) -> None:
    changes = (
        ("kind: Cluster", "kind: Clustr"),
        ("name: fra1-prod", "name: fra1_prod"),
        ('kubernetes: "1.35"', "kubernetes: 1.35"),
        ('calico: "3.32.1"', 'calico: "v3"'),
        ("10.244.0.0/16", "10.244.0.0/33"),
        ("asNumber: 64600", "asNumber: 0"),
        ("- {name: tor-a, asNumber: 65101,", "- {name: tor-a, asNumber: sixty,"),
        ('addresses: ["10.20.1.3"]', "addresses: []"),
        ('["10.208.1.0/24"]', '["10.208.1.9-10.208.1.3"]'),
        ("mode: iptables", "mode: ipvz"),
    )
    for old, new in changes:
        replace(repository, CLUSTER, old, new)

    done = genlb("validate", "fra1-prod", "-o", "json")

    assert done.code == 1
    places = [(found["line"], found["column"]) for found in done.json["diagnostics"]]
    assert len(set(places)) == 10
    assert places == sorted(places)
    lines = (repository / CLUSTER).read_text().split("\n")
    for (line, _), (_, new) in zip(places, changes, strict=True):
        assert new.split(",")[0].strip("[]\"' ") in lines[line - 1]


def test_only_the_named_clusters_are_judged(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, BROKEN)

    assert genlb("validate", "ams1") == (0, "1 cluster · 0 errors, 0 warnings\n", "")
    assert genlb("validate", "ams1", "ams1").out == "1 cluster · 0 errors, 0 warnings\n"
    assert genlb("validate", "fra1-prod").code == 1


@pytest.mark.parametrize("path", [CLUSTER, "clusters/fra1-prod", "clusters/fra1-prod/"])
def test_a_path_means_its_cluster(genlb: Genlb, path: str) -> None:
    assert genlb("validate", path).out == "1 cluster · 0 errors, 0 warnings\n"


def test_a_path_to_a_layer_means_all_clusters(genlb: Genlb) -> None:
    assert genlb("validate", "clusters/_defaults.yaml").out == "2 clusters · 0 errors, 0 warnings\n"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("fra1", "there is no cluster 'fra1' in clusters/; did you mean 'fra1-prod'?"),
        ("clusters/gone", "there is no"),
        ("/etc/passwd", "lies outside the repository"),
        ("../../..", "lies outside the repository"),
    ],
)
def test_an_unknown_cluster_or_path_is_a_usage_error(genlb: Genlb, target: str, message: str) -> None:
    done = genlb("validate", target)

    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_outside_a_repository_it_says_how_to_get_one(genlb: Genlb, tmp_path: Path) -> None:
    genlb.root = tmp_path
    done = genlb("validate")

    assert (done.code, done.out) == (2, "")
    assert "no genlb repository" in done.err
    assert "genlb init" in done.err


def test_a_warning_fails_only_when_asked_to(genlb: Genlb, repository: Path) -> None:
    (repository / "clusters" / "empty").mkdir()

    done = genlb("validate")

    assert (done.code, done.out) == (0, "2 clusters · 0 errors, 1 warning\n")
    assert "clusters/empty:1:1: warning[GLB109]" in done.err
    assert genlb("validate", "--fail-on", "warning").code == 1
    assert genlb("validate", "fra1-prod", "--fail-on", "warning").code == 0


def test_info_never_fails(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, 'kubernetes: "1.35"', 'kubernetes: "1.99"')

    done = genlb("validate", "--fail-on", "warning")

    assert (done.code, done.out) == (0, "2 clusters · 0 errors, 0 warnings, 1 note\n")
    assert "info[GLB703]" in done.err


def test_quiet_leaves_what_fails(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "clusters" / "empty").mkdir()
    quiet = ["-q", "-C", str(repository), "validate"]

    assert (run(quiet), *capsys.readouterr()) == (0, "", "")
    assert run([*quiet, "--fail-on", "warning"]) == 1
    assert "warning[GLB109]" in capsys.readouterr().err


def test_a_mistake_in_a_layer_is_told_once_for_all_clusters(genlb: Genlb, repository: Path) -> None:
    replace(repository, "clusters/_defaults.yaml", "tag: v0.1.0", "tagg: v0.1.0")

    done = genlb("validate")

    assert done.code == 1
    assert done.err.count("error[GLB103]") == 1
    assert "clusters/_defaults.yaml:5:" in done.err


def test_a_layer_that_no_cluster_takes_is_judged_too(genlb: Genlb, repository: Path) -> None:
    write(repository, "clusters/_profiles/unused.yaml", PROFILE.replace("persist", "persists"))

    assert genlb("validate").code == 1
    assert genlb("validate", "ams1").code == 0


def test_settings_are_judged_with_any_cluster(genlb: Genlb, repository: Path) -> None:
    write(repository, "genlb.yaml", "requirez: x\n")

    done = genlb("validate", "ams1")

    assert done.code == 1
    assert "genlb.yaml:1:1: error[GLB103]" in done.err


def test_settings_that_ask_for_another_genlb_are_a_usage_error(genlb: Genlb, repository: Path) -> None:
    write(repository, "genlb.yaml", 'requires: ">=99"\n')

    assert genlb("validate").code == 2


def test_json_is_one_document_with_status_and_sum(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, BROKEN)

    done = genlb("validate", "-o", "json")

    assert done.err == ""
    assert done.json["schemaVersion"] == 1
    assert done.json["clusters"] == [{"name": "ams1", "status": "valid"}, {"name": "fra1-prod", "status": "invalid"}]
    sums = {"clusters": 2, "errors": 2, "warnings": 0, "notes": 0, "suppressed": 0, "unread": 0}
    assert done.json["summary"] == sums
    assert {found["file"] for found in done.json["diagnostics"]} == {CLUSTER}
    assert {found["cluster"] for found in done.json["diagnostics"]} == {"fra1-prod"}


def test_json_is_one_document_on_a_usage_error_too(genlb: Genlb) -> None:
    for arguments in (["nowhere", "-o", "json"], ["--bad-option", "--output=json"]):
        done = genlb("validate", *arguments)

        assert done.code == 2
        assert done.json["schemaVersion"] == 1
        assert done.json["error"]["kind"] == "usage"


def test_what_could_not_be_read_beats_what_is_wrong(
    genlb: Genlb, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from genlb.errors import Undetermined
    from genlb.stores.repository import Repository

    write(repository, CLUSTER, BROKEN)
    real = Repository.load

    def failing(self: Repository, name: str) -> object:
        if name == "ams1":
            raise Undetermined("clusters/ams1/cluster.yaml: cannot be read: Input/output error")
        return real(self, name)

    monkeypatch.setattr(Repository, "load", failing)
    done = genlb("validate")

    assert done.code == 3
    assert "error[GLB103]" in done.err
    assert "error: clusters/ams1/cluster.yaml: cannot be read: Input/output error" in done.err
    assert done.out == "2 clusters · 2 errors, 0 warnings · 1 could not be read\n"
    assert genlb("validate", "-o", "json").json["clusters"][0] == {
        "name": "ams1",
        "status": "unread",
        "message": "clusters/ams1/cluster.yaml: cannot be read: Input/output error",
    }


def test_a_patch_that_does_not_fit_is_found(genlb: Genlb, repository: Path) -> None:
    patches = "  patches:\n    - {kind: BGPPeer, name: nobody, merge: {spec: {ttlSecurity: 1}}}\n"
    write(repository, CLUSTER, a_spec("fra1-prod", more=patches))

    done = genlb("validate")

    assert done.code == 1
    assert f"{CLUSTER}:20:7: error[GLB609]: " in done.err


def test_a_secret_in_a_spec_is_not_repeated(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, "asNumber: 64600", "asNumber: 64600\n    password: hunter2")

    for arguments in (["validate"], ["validate", "-o", "json"], ["show", "fra1-prod"]):
        done = genlb(*arguments)

        assert done.code == 1
        assert "hunter2" not in done.out + done.err


def test_an_empty_repository_is_fine(genlb: Genlb, tmp_path: Path) -> None:
    write(tmp_path, "empty/genlb.yaml", "")
    genlb.root = tmp_path / "empty"

    assert genlb("validate") == (0, "0 clusters · 0 errors, 0 warnings\n", "")
