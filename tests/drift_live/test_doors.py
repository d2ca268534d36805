"""Who may not look, or looks at the wrong place, is told so; what he may see is compared all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genlb.cli.main import run
from tests.apiserver.rendered import render
from tests.drift_live.conftest import CLUSTER, CONTEXT, Lab, an_account


def test_a_token_without_rights(lab: Lab, tmp_path: Path) -> None:
    token = an_account(lab.api, "nobody", "")

    told = lab.drift(kubeconfig=lab.plane.kubeconfig_for(token, tmp_path / "kubeconfig"))

    assert told.code == 3
    assert "forbidden (403)" in told.cluster["error"]
    assert "--clusterrole=genlb-drift-reader --serviceaccount=default:nobody" in told.cluster["error"]
    assert token not in json.dumps(told.data) + told.err


def test_what_some_rights_do_not_reach_is_not_checked_and_the_rest_is(lab: Lab, tmp_path: Path) -> None:
    role = lab.manifest("ClusterRole", "genlb-drift-reader")
    role["metadata"] = {"name": "half"}
    role["rules"] = [rule for rule in role["rules"] if "metallb.io" not in rule["apiGroups"]]
    lab.api.create(role)
    lab.edit("BGPPeer", "genlb-r1-tor-a-v4", {"spec": {"asNumber": 65199}}, manager="kubectl-edit")
    token = an_account(lab.api, "half", "half")

    told = lab.drift(kubeconfig=lab.plane.kubeconfig_for(token, tmp_path / "kubeconfig"))

    assert told.code == 3
    assert {one.path for one in told.findings} == {"spec.asNumber"}
    assert {one["what"].partition(" ")[0] for one in told.cluster["notChecked"]} >= {"ipaddresspools"}
    assert all("forbidden (403)" in one["why"] for one in told.cluster["notChecked"])
    assert "missing" not in {one.sort for one, _ in told.all}


def test_a_token_that_is_no_longer_valid(lab: Lab, tmp_path: Path) -> None:
    path = lab.plane.kubeconfig_for("eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl", tmp_path / "kubeconfig")

    told = lab.drift(kubeconfig=path)

    assert told.code == 3
    assert "(401 Unauthorized)" in told.cluster["error"]
    assert "eyJhbGci" not in json.dumps(told.data) + told.err


def test_a_kubeconfig_from_before_the_cluster_was_built_anew(lab: Lab, tmp_path: Path) -> None:
    config = json.loads(lab.base.kubeconfig.read_text())
    cluster = config["clusters"][0]["cluster"]
    cluster["certificate-authority"] = str(Path(__file__).with_name("another-authority.pem"))
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config))

    told = lab.drift(kubeconfig=path)

    assert told.code == 3
    assert "certificate" in told.cluster["error"]
    assert "fetch a new kubeconfig" in told.cluster["error"]


def test_another_cluster_than_the_spec_means(lab: Lab, tmp_path: Path) -> None:
    other = {"access": {"context": CONTEXT, "uid": "00000000-0000-4000-8000-000000000000"}}
    render(CLUSTER, other, tmp_path / "lb")

    lab.capsys.readouterr()
    code = run(["-C", str(tmp_path / "lb"), "drift", CLUSTER, "--kubeconfig", str(lab.base.kubeconfig)])

    assert code == 3
    assert "this is another cluster" in lab.capsys.readouterr().out


def test_the_current_context_is_never_taken(lab: Lab, tmp_path: Path) -> None:
    render(CLUSTER, {"access": None}, tmp_path / "lb")

    lab.capsys.readouterr()
    code = run(["-C", str(tmp_path / "lb"), "drift", CLUSTER, "--kubeconfig", str(lab.base.kubeconfig)])

    assert code == 3
    assert f"there is no context '{CLUSTER}'" in lab.capsys.readouterr().out


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_dump_says_what_the_cluster_says(lab: Lab, tmp_path: Path, form: str) -> None:
    lab.edit("BGPPeer", "genlb-r1-tor-a-v4", {"spec": {"asNumber": 65199}}, manager="kubectl-edit")
    lab.api.delete(lab.manifest("IPAddressPool", "dns"))
    kinds = {
        f"{one['kind'].lower()}s.{one['apiVersion'].rpartition('/')[0]}".rstrip(".") for one in lab.base.manifests
    } - {"applications.argoproj.io", "secrets"}
    dump = tmp_path / "live"
    dump.write_text(lab.kubectl("get", "-A", "--show-managed-fields", "-o", form, ",".join(sorted(kinds)), "-l", ""))

    asked = lab.drift(kubeconfig=lab.plane.kubeconfig)
    told = lab.drift("--live", str(dump), "--live-complete")

    assert {one for one in told.findings if not one.object.startswith("Application")} == asked.findings
    assert {one.rule for one in asked.findings} == {"GLB801", "GLB811"}


def test_the_commands_that_genlb_prints_make_a_complete_dump(lab: Lab, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("")
    lab.capsys.readouterr()
    assert run(["-C", str(lab.base.repository), "drift", CLUSTER, "--live", str(empty)]) == 3
    script = lab.capsys.readouterr().err.partition("\n\n")[2].partition("genlb drift")[0]
    kubectl = f'kubectl() {{ {lab.kubectl_path} --kubeconfig {lab.plane.kubeconfig} "$@"; }}\n'

    import subprocess

    subprocess.run(["sh", "-e", "-c", kubectl + script], cwd=tmp_path, check=True, capture_output=True)
    again = lab.drift("--live", str(tmp_path / "live"), "--live-complete")

    assert (again.code, again.all) == (0, [])
