"""Every state on the way is one that `genlb validate` accepts, and steps come in the order that hurts least."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api.repositories import a_spec, replace, write
from tests.cli.committed import commit, committed, git
from tests.cli.genlb import Genlb

SPEC = "clusters/fra1-prod/cluster.yaml"
POOLS = '    - {name: public, addresses: ["10.208.1.0/24"]}\n'


@pytest.fixture
def base(repository: Path) -> Path:
    """The repository in git."""
    return committed(repository)


def plan(genlb: Genlb, *arguments: str) -> Any:
    """The plan of the one cluster that changes."""
    done = genlb("plan", "fra1-prod", "-o", "json", *arguments)
    assert done.code == 0, done.err
    return done.json["clusters"][0]


def steps(commit_of_plan: Any) -> list[tuple[str, str]]:
    return [(step["unit"], step["action"]) for step in commit_of_plan["steps"]]


def with_pools(root: Path, pools: dict[str, list[str]]) -> None:
    """The spec with these pools instead of its own."""
    text = (root / SPEC).read_text(encoding="utf-8")
    lines = "".join(f"    - {{name: {name}, addresses: {cidrs!s}}}\n" for name, cidrs in pools.items())
    found = re.sub(r"  pools:\n(    - .*\n)+", "  pools:\n" + lines, text)
    (root / SPEC).write_text(found, encoding="utf-8")


MOVES: list[tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[str]]]] = [
    (  # a part of one pool goes to another that is there
        {"a": ["10.208.1.0/24"], "b": ["10.208.2.0/24"]},
        {"a": ["10.208.1.0/25"], "b": ["10.208.2.0/24", "10.208.1.128/25"]},
        {"a": ["10.208.1.0/25"], "b": ["10.208.2.0/24"]},
    ),
    (  # a part goes to a new pool
        {"a": ["10.208.1.0/24"]},
        {"a": ["10.208.1.0/25"], "b": ["10.208.1.128/25"]},
        {"a": ["10.208.1.0/25"]},
    ),
    (  # two pools swap a part; both get something new at once
        {"a": ["10.208.1.0/24"], "b": ["10.208.2.0/24"]},
        {"a": ["10.208.1.0/25", "10.208.2.128/25", "10.208.3.0/24"], "b": ["10.208.2.0/25", "10.208.1.128/25"]},
        {"a": ["10.208.1.0/25", "10.208.3.0/24"], "b": ["10.208.2.0/25"]},
    ),
    (  # a name changes while another pool stays
        {"a": ["10.208.1.0/24"], "old": ["10.208.2.0/24"]},
        {"a": ["10.208.1.0/24"], "new": ["10.208.2.0/24"]},
        {"a": ["10.208.1.0/24"]},
    ),
]


@pytest.mark.parametrize(("before", "after", "between"), MOVES)
def test_a_pool_move_is_two_commits_and_each_state_is_valid(
    before: dict[str, list[str]],
    after: dict[str, list[str]],
    between: dict[str, list[str]],
    genlb: Genlb,
    repository: Path,
) -> None:
    with_pools(repository, before)
    committed(repository)
    with_pools(repository, after)
    assert "GLB209" in genlb("diff").err
    found = plan(genlb)
    assert len(found["commits"]) == 2
    first, second = ({pool["name"]: pool["addresses"] for pool in one["pools"]} for one in found["commits"])
    assert first == between
    assert second == after
    # Applied one after the other: no state is refused, no step moves a range between pools.
    for state, since in ((first, "base"), (second, "half")):
        with_pools(repository, state)
        done = genlb("validate", "fra1-prod", "--from", since)
        assert "GLB209" not in done.err
        assert "error[" not in done.err
        commit(repository)
        git(repository, "tag", "half" if since == "base" else "done")


def test_the_text_says_what_the_first_commit_has_to_say(genlb: Genlb, base: Path) -> None:
    with_pools(base, {"public": ["10.208.1.0/25"], "edge": ["10.208.9.0/24", "10.208.1.128/25"]})
    done = genlb("plan")
    assert done.code == 0
    assert "2 commits, each applied and settled before the next" in done.out
    assert "pool edge: addresses: [10.208.9.0/24]" in done.out
    assert "GLB209" in done.out
    assert done.out.index("commit 1") < done.out.index("commit 2")


def test_a_plan_that_leaves_no_pool_at_all_says_so(genlb: Genlb, base: Path) -> None:
    with_pools(base, {"other": ["10.208.1.0/24"]})
    assert "no pool at all" in genlb("plan").out


def test_what_is_new_is_made_ready_before_it_is_announced(genlb: Genlb, base: Path) -> None:
    with_pools(base, {"public": ["10.208.1.0/24"], "edge": ["10.208.9.0/24"]})
    (only,) = plan(genlb)["commits"]
    assert steps(only) == [("node", "apply"), ("routing", "apply"), ("advertise", "apply")]
    assert [step["waitsFor"] for step in only["steps"]] == [[], [1], [2]]
    assert any("rollout status daemonset/genlb-vip" in check for check in only["steps"][0]["checks"])
    told = [sentence["text"] for sentence in only["steps"][2]["sentences"]]
    assert told == ["LoadBalancer prefix 10.208.9.0/24 is announced to tor-a, tor-b"]


def test_what_stays_in_git_is_not_told_to_outlive_it(genlb: Genlb, base: Path) -> None:
    with_pools(base, {"public": ["10.208.9.0/24"]})
    assert not any("no engine removes" in note for note in plan(genlb)["notes"])


def test_sessions_flap_in_the_step_that_changes_the_cluster_s_number(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "asNumber: 64600", "asNumber: 64601")
    replace(base, "clusters/_defaults.yaml", "v0.1.0", "v0.2.0")
    (only,) = plan(genlb)["commits"]
    assert steps(only) == [("node", "apply"), ("advertise", "apply")]
    topics = [{sentence["topic"] for sentence in step["sentences"]} for step in only["steps"]]
    assert topics == [{"rollOuts"}, {"sessions"}]


def test_what_goes_is_withdrawn_before_it_is_removed(genlb: Genlb, repository: Path) -> None:
    with_pools(repository, {"public": ["10.208.1.0/24"], "edge": ["10.208.9.0/24"]})
    base = committed(repository)
    with_pools(base, {"public": ["10.208.1.0/24"]})
    replace(base, SPEC, '          - {name: tor-b, asNumber: 65101, addresses: ["10.20.1.3"]}\n', "")
    (only,) = plan(genlb)["commits"]
    order = steps(only)
    assert order.index(("advertise", "apply")) < order.index(("routing", "remove"))
    removed = next(step for step in only["steps"] if step["action"] == "remove")
    assert removed["objects"] == ["IPAddressPool metallb-system/edge", "BGPPeer genlb-tor-b-v4"]
    assert {sentence["topic"] for sentence in removed["sentences"]} == {"sessions", "pools"}


def test_a_daemon_cleans_up_in_a_commit_of_its_own(genlb: Genlb, repository: Path) -> None:
    base = committed(repository)
    write(base, SPEC, a_spec("fra1-prod", more="  vipBinder: {state: Disabled}\n"))
    found = plan(genlb)
    assert found["commits"][0]["edits"] == ["vipBinder.state: Cleanup"]
    last = found["commits"][1]["steps"][-1]
    assert (last["unit"], last["action"]) == ("node", "remove")
    assert "DaemonSet genlb-system/genlb-vip" in last["objects"]


def test_the_mesh_goes_after_the_sessions_that_replace_it(genlb: Genlb, repository: Path) -> None:
    spec = a_spec("fra1-prod").replace("    racks:", "    nodeToNodeMesh: Enabled\n    racks:")
    one = '          - {name: tor-b, asNumber: 65101, addresses: ["10.20.1.3"]}\n'
    write(repository, SPEC, spec.replace(one, ""))
    base = committed(repository)
    write(base, SPEC, spec.replace("nodeToNodeMesh: Enabled", "nodeToNodeMesh: Disabled"))
    found = plan(genlb)
    assert found["commits"][0]["edits"] == ["bgp.nodeToNodeMesh: Enabled"]
    first, second = found["commits"]
    topics = [{one["topic"] for step in part["steps"] for one in step["sentences"]} for part in (first, second)]
    assert "sessions" in topics[0]
    assert any("node mesh" in one["text"] for step in second["steps"] for one in step["sentences"])
    assert not any("node mesh" in one["text"] for step in first["steps"] for one in step["sentences"])


def test_nothing_to_do_is_said(genlb: Genlb, base: Path) -> None:
    done = genlb("plan")
    assert done.code == 0
    assert "fra1-prod  nothing to do" in done.out


def test_a_new_cluster_is_announced_last(genlb: Genlb, base: Path) -> None:
    write(base, "clusters/new/cluster.yaml", a_spec("new"))
    found = next(one for one in genlb("plan", "new", "-o", "json").json["clusters"])
    assert steps(found["commits"][0]) == [("node", "apply"), ("routing", "apply"), ("advertise", "apply")]


def test_a_cluster_that_is_given_up_is_withdrawn_first_and_what_stays_is_told(genlb: Genlb, base: Path) -> None:
    (base / SPEC).unlink()
    found = plan(genlb)
    assert steps(found["commits"][0]) == [("advertise", "remove"), ("routing", "remove"), ("node", "remove")]
    (note,) = [note for note in found["notes"] if "no engine removes" in note]
    assert "BGPConfiguration default" in note
    assert "Namespace genlb-system" in note


def test_a_daemon_that_was_off_before_needs_no_cleanup(genlb: Genlb, repository: Path) -> None:
    write(repository, SPEC, a_spec("fra1-prod", more="  vipBinder: {state: Disabled}\n"))
    base = committed(repository)
    replace(base, SPEC, '"10.208.1.0/24"', '"10.208.1.0/25"')
    assert len(plan(genlb)["commits"]) == 1


def test_argo_cd_does_not_order_applications_and_the_plan_says_so(genlb: Genlb, repository: Path) -> None:
    engine = "  gitops: {engine: ArgoCD, repoURL: 'https://git.example.com/a.git'}\n"
    write(repository, SPEC, a_spec("fra1-prod", more=engine))
    base = committed(repository)
    replace(base, SPEC, '"10.208.1.0/24"', '"10.208.1.0/24", "10.208.9.0/24"')
    assert any("sync genlb-fra1-prod-node" in note for note in plan(genlb)["notes"])


def test_the_context_of_the_spec_is_quoted_for_a_shell(genlb: Genlb, repository: Path) -> None:
    write(repository, SPEC, a_spec("fra1-prod", more="  access: {context: 'a; rm -rf b'}\n"))
    base = committed(repository)
    replace(base, SPEC, '"10.208.1.0/24"', '"10.208.9.0/24"')
    checks = [check for step in plan(genlb)["commits"][0]["steps"] for check in step["checks"]]
    assert any("--context 'a; rm -rf b'" in check for check in checks)


def test_a_spec_with_errors_has_no_plan(genlb: Genlb, base: Path) -> None:
    replace(base, SPEC, "asNumber: 64600", "asNumber: 0")
    done = genlb("plan", "-o", "json")
    assert done.code == 1
    found = next(one for one in done.json["clusters"] if one["name"] == "fra1-prod")
    assert (found["status"], found["commits"]) == ("invalid", [])


def test_a_ref_that_git_does_not_know_is_exit_code_3(genlb: Genlb, base: Path) -> None:
    assert genlb("plan", "--from", "nowhere").code == 3


def test_help_shows_how_it_is_called(genlb: Genlb) -> None:
    done = genlb("plan", "--help")
    assert done.code == 0
    assert "Examples:" in done.out
    assert yaml.safe_load(POOLS)[0]["name"] == "public"
