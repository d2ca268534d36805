"""What a change of specs does, told from real git repositories; nothing is checked out, no rendered file is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from genlb.report.markdown import LARGEST
from tests.api.repositories import a_spec, replace, snapshot, write
from tests.cli.committed import commit, committed, git
from tests.cli.genlb import ROOT, Done, Genlb

SPEC = "clusters/fra1-prod/cluster.yaml"
SCHEMA = json.loads((ROOT / "schemas" / "diff.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def base(repository: Path) -> Path:
    """The repository in git, its only commit tagged ``base``."""
    return committed(repository)


def held(done: Done) -> Any:
    """The document, as the schema says it is."""
    Draft7Validator.check_schema(SCHEMA)
    problems = [error.message for error in Draft7Validator(SCHEMA).iter_errors(done.json)]
    assert problems == []
    return done.json


def cluster(done: Done, name: str = "fra1-prod") -> Any:
    return next(one for one in held(done)["clusters"] if one["name"] == name)


def test_nothing_changed_is_exit_code_0(genlb: Genlb, base: Path) -> None:
    done = genlb("diff")
    assert done.code == 0
    assert "2 clusters · 2 unchanged" in done.out
    assert "merge base of HEAD and main" in done.out
    assert held(genlb("diff", "-o", "json"))["differs"] is False


def test_a_comment_and_another_order_of_keys_are_no_difference(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "kind: Cluster\n", "# a comment\nkind: Cluster\n")
    assert genlb("diff").code == 0


def test_objects_and_the_network_are_told_without_any_checkout(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "10.208.1.0/24", "10.208.1.0/25")
    before = snapshot(base)
    done = genlb("diff")
    assert done.code == 1
    assert "~ IPAddressPool metallb-system/public" in done.out
    assert "+ spec.addresses[=10.208.1.0/25]" in done.out
    assert "- spec.addresses[=10.208.1.0/24]" in done.out
    assert 'pool "public" no longer has 10.208.1.128/25' in done.out
    assert "LoadBalancer prefix 10.208.1.0/24 is withdrawn from tor-a, tor-b" in done.out
    assert "DaemonSet genlb-vip rolls out, one node after another" in done.out
    assert "ams1  unchanged" in done.out
    assert {path: text for path, text in snapshot(base).items() if not path.startswith(".git/")} == {
        path: text for path, text in before.items() if not path.startswith(".git/")
    }


def test_json_has_the_same_facts(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "10.208.1.0/24", "10.208.1.0/25")
    done = genlb("diff", "-o", "json")
    found = cluster(done)
    assert done.code == 1
    assert found["status"] == "changed"
    (pool,) = found["impact"]["pools"]
    assert pool["change"] == "shrinks"
    assert (pool["ranges"], pool["addresses"], pool["readdresses"]) == (["10.208.1.128/25"], 128, True)
    assert {one["kind"] for one in found["objects"]} == {
        *("IPAddressPool", "BGPFilter", "BGPConfiguration", "ConfigMap", "DaemonSet"),
    }
    assert found["impact"]["rollOuts"][0]["daemonSet"] == "genlb-vip"
    assert {one["rule"] for one in found["diagnostics"]} == {"GLB217"}


def test_a_range_that_moves_between_pools_is_glb209_with_its_place(genlb: Genlb, base: Path) -> None:
    moved = '    - {name: public, addresses: ["10.208.1.0/25"]}\n    - {name: edge, addresses: ["10.208.1.128/25"]}\n'
    replace(base, SPEC, '    - {name: public, addresses: ["10.208.1.0/24"]}\n', moved)
    done = genlb("diff")
    assert done.code == 1
    assert f"{SPEC}:18:32: error[GLB209]" in done.err
    assert '10.208.1.128/25 moves from pool "public" to pool "edge"' in done.out
    found = cluster(genlb("diff", "-o", "json"))
    assert found["status"] == "changed"  # what is wrong with the change keeps nobody from telling what it does
    assert "GLB209" in {one["rule"] for one in found["diagnostics"]}


def test_a_base_configuration_and_a_shared_layer_have_a_say(genlb: Genlb, repository: Path) -> None:
    proxy = (ROOT / "clusters/fra1-prod/kube-proxy.base.yaml").read_text(encoding="utf-8")
    write(repository, "clusters/fra1-prod/base.yaml", proxy)
    more = "kubeProxy: {mode: iptables, ownership: Merge, restart: Annotate, baseConfig: base.yaml}"
    replace(repository, SPEC, "kubeProxy: {mode: iptables}", more)
    base = committed(repository)
    write(base, "clusters/fra1-prod/base.yaml", proxy.replace("oomScoreAdj: null", "oomScoreAdj: -999"))
    done = genlb("diff")
    assert "kube-proxy restarts on one node after another" in done.out
    assert "DaemonSet kube-proxy rolls out" in done.out
    git(base, "checkout", "--quiet", ".")
    replace(base, "clusters/_defaults.yaml", "v0.1.0", "v0.2.0")
    assert held(genlb("diff", "-o", "json"))["summary"]["changed"] == 2


def test_from_and_to_name_commits_and_the_work_tree_has_no_say_then(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "asNumber: 64600", "asNumber: 64601")
    second = commit(base)
    replace(base, SPEC, "10.208.1.0/24", "10.208.9.0/24")
    done = genlb("diff", "--from", "base", "--to", second, "-o", "json")
    found = cluster(done)
    assert held(done)["to"]["commit"] == second
    assert found["impact"]["pools"] == []
    assert {one["change"] for one in found["impact"]["sessions"]} == {"flaps"}
    backwards = cluster(genlb("diff", "--from", second, "--to", "base", "-o", "json"))
    assert "the nodes' AS number 64601 → 64600" in backwards["impact"]["sessions"][0]["causes"]


def test_the_default_is_where_the_branch_began(genlb: Genlb, base: Path) -> None:
    git(base, "checkout", "--quiet", "-b", "feature")
    replace(base, SPEC, "10.208.1.0/24", "10.208.9.0/24")
    commit(base)
    git(base, "checkout", "--quiet", "main")
    replace(base, "clusters/ams1/cluster.yaml", "10.208.1.0/24", "10.208.8.0/24")
    commit(base)
    git(base, "checkout", "--quiet", "feature")
    found = held(genlb("diff", "-o", "json"))
    assert found["from"]["commit"] == git(base, "rev-parse", "base")
    assert {one["name"]: one["status"] for one in found["clusters"]} == {"ams1": "unchanged", "fra1-prod": "changed"}


def test_the_remote_default_branch_goes_before_the_branch_itself(genlb: Genlb, base: Path, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    git(base, "remote", "add", "origin", str(remote))
    git(base, "push", "--quiet", "-u", "origin", "main")
    git(base, "checkout", "--quiet", "-b", "feature")
    replace(base, SPEC, "10.208.1.0/24", "10.208.9.0/24")
    commit(base)
    git(base, "push", "--quiet", "-u", "origin", "feature")
    found = held(genlb("diff", "-o", "json"))
    assert "origin/main" in found["from"]["what"]
    assert found["differs"] is True


def test_clusters_that_come_and_go(genlb: Genlb, base: Path) -> None:
    write(base, "clusters/new/cluster.yaml", a_spec("new"))
    (base / "clusters/ams1/cluster.yaml").unlink()
    done = genlb("diff", "-o", "json")
    assert {one["name"]: one["status"] for one in held(done)["clusters"]} == {
        "ams1": "removed",
        "fra1-prod": "unchanged",
        "new": "added",
    }
    assert {one["change"] for one in cluster(done, "ams1")["impact"]["sessions"]} == {"goes"}
    assert genlb("diff", "ams1").code == 1  # known to one side only, and known all the same


def test_exit_zero_speaks_of_differences_only(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "10.208.1.0/24", "10.208.9.0/24")
    assert genlb("diff", "--exit-zero").code == 0
    assert genlb("diff", "--exit-zero", "--from", "nowhere").code == 3


def test_a_spec_with_errors_is_told_and_nothing_is_made_up(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "asNumber: 64600", "asNumber: 0")
    done = genlb("diff", "-o", "json")
    assert done.code == 1
    assert cluster(done)["status"] == "invalid"
    assert cluster(done)["objects"] == []
    assert cluster(done)["diagnostics"]
    text = genlb("diff")
    assert "fra1-prod  invalid: its spec has errors" in text.out
    assert f"{SPEC}:" in text.err


def test_a_spec_that_had_errors_cannot_be_compared(genlb: Genlb, repository: Path) -> None:
    replace(repository, SPEC, "asNumber: 64600", "asNumber: 0")
    base = committed(repository)
    replace(base, SPEC, "asNumber: 0", "asNumber: 64600")
    done = genlb("diff", "-o", "json")
    assert done.code == 3
    assert cluster(done)["status"] == "unknown"
    assert held(done)["complete"] is False


def test_no_commit_in_common_no_repository_and_no_such_ref_are_exit_code_3(
    genlb: Genlb, repository: Path, tmp_path: Path
) -> None:
    assert genlb("diff").code == 3  # no git repository at all
    committed(repository)
    done = genlb("diff", "--from", "--upload-pack=x")
    assert done.code == 3
    assert held(genlb("diff", "--from", "nowhere", "-o", "json"))["error"]["kind"] == "undetermined"
    git(repository, "checkout", "--quiet", "--orphan", "other")
    commit(repository, "another beginning")
    assert "no commit in common" in genlb("diff").err
    assert tmp_path.exists()


def test_an_unknown_cluster_is_a_usage_error_with_a_suggestion(genlb: Genlb, base: Path) -> None:
    done = genlb("diff", "fra1-prd")
    assert done.code == 2
    assert "did you mean" in done.err


def test_a_suppressed_finding_stays_silent(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, '"10.208.1.0/24"]}', '"10.208.1.0/25"]}  # genlb:ignore GLB217 -- nobody uses the rest')
    done = genlb("diff", "-o", "json")
    assert cluster(done)["diagnostics"] == []
    assert cluster(done)["impact"]["pools"][0]["readdresses"] is True


def test_credentials_are_masked(genlb: Genlb, repository: Path) -> None:
    url = "  gitops: {engine: ArgoCD, repoURL: 'https://git.example.com/a.git'}\n"
    write(repository, SPEC, a_spec("fra1-prod", more=url))
    base = committed(repository)
    text = "  lint: {suppress: [{rule: GLB310, reason: x, expires: '2099-01-01'}]}\n"
    secret = url.replace("https://git", "https://bot:hunter2@git")
    write(base, SPEC, a_spec("fra1-prod", more=secret + text))
    for form in ("text", "json", "markdown"):
        done = genlb("diff", "-o", form)
        assert "hunter2" not in done.out + done.err
        assert done.code == 1


def test_hostile_values_stay_inert(genlb: Genlb, base: Path) -> None:
    hostile = '"a\\e[2J\\u202e](javascript:x) <b>@everyone</b>"'
    patch = (
        f"  patches: [{{kind: IPAddressPool, name: public, merge: {{metadata: {{annotations: {{x: {hostile}}}}}}}}}]\n"
    )
    write(base, SPEC, a_spec("fra1-prod", more=patch))
    told = {form: genlb("diff", "-o", form) for form in ("text", "json", "markdown")}
    for done in told.values():
        assert done.code == 1, done.err
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out
    line = next(line for line in told["markdown"].out.splitlines() if "javascript" in line)
    assert line.strip().startswith("- `")  # code, which is neither Markdown nor HTML
    assert line.endswith("`")


def test_a_comment_on_a_pull_request_fits_however_much_changed(genlb: Genlb, repository: Path) -> None:
    for number in range(60):
        write(repository, f"clusters/c{number}/cluster.yaml", a_spec(f"c{number}"))
    base = committed(repository)
    replace(base, "clusters/_defaults.yaml", "v0.1.0", "v0.2.0")
    for number in range(60):
        replace(base, f"clusters/c{number}/cluster.yaml", "10.208.1.0/24", "10.208.1.0/25")
    done = genlb("diff", "-o", "markdown")
    assert done.out.startswith("<!-- genlb:diff -->\n")
    assert len(done.out.encode()) <= LARGEST
    assert "more clusters did not fit" in done.out


def test_help_shows_how_it_is_called(genlb: Genlb) -> None:
    done = genlb("diff", "--help")
    assert done.code == 0
    for told in ("Examples:", "--from REF", "--to REF", "--exit-zero", "genlb diff -o markdown"):
        assert told in done.out
