"""What the cases do not show of the rules about releases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judged import a_document, ids, judged

L2: dict[str, Any] = {
    "pools": [{"name": "office", "addresses": ["10.20.1.200-10.20.1.219"]}],
    "vipBinder": {"l2": {"interfaces": ["bond0"]}},
}
ROUTERS = [{"name": f"tor-{n}", "asNumber": 65101, "addresses": [f"10.20.1.{n}"]} for n in (2, 3)]


def on_calico(release: str, **changes: Any) -> set[str]:
    return ids(a_document(versions={"calico": release}, **changes))


@pytest.mark.parametrize(
    ("number", "rules"), [(64601, {"GLB701"}), (64600, set())], ids=["another number", "the cluster's own"]
)
def test_an_as_number_of_a_rack_needs_a_calico_that_knows_it(number: int, rules: set[str]) -> None:
    bgp = {"racks": [{"name": "r1", "nodeASNumber": number, "routers": ROUTERS}]}

    assert on_calico("3.30.7", bgp=bgp) == rules
    assert on_calico("3.31.7", bgp=bgp) == set()


def test_calico_s_own_default_can_be_said_on_any_release() -> None:
    assert on_calico("3.30.7", bgp={"advertise": {"aggregation": "Enabled"}}) == set()


@pytest.mark.parametrize(
    ("release", "rules"),
    [
        ("3.30.7", set()),
        ("3.31.0", {"GLB704"}),
        ("3.31.6", {"GLB704"}),
        ("3.31.7", set()),
        ("3.32.1", set()),  # has the bug, and nothing newer of its line is out
    ],
)
def test_the_readiness_bug_is_told_where_there_is_something_to_upgrade_to(release: str, rules: set[str]) -> None:
    assert on_calico(release) == rules


def test_where_bgp_announces_nothing_the_readiness_bug_costs_nothing() -> None:
    assert on_calico("3.31.0", **L2) == set()


@pytest.mark.parametrize(
    ("release", "cure"), [("3.29.3", "3.30.7"), ("3.30.6", "3.30.7"), ("3.31.4", "3.31.5"), ("3.32.1", None)]
)
def test_a_single_address_needs_a_calico_that_announces_it(release: str, cure: str | None) -> None:
    pools = [{"name": "one", "addresses": ["10.208.1.7/32"]}]
    found = [d for d in judged(a_document(versions={"calico": release}, pools=pools)) if d.rule == "GLB705"]

    assert [item.help for item in found] == ([f"upgrade to {cure}"] if cure else [])


@pytest.mark.parametrize(("release", "rules"), [("3.29.0", {"GLB708"}), ("3.30.7", {"GLB708"}), ("3.31.7", set())])
def test_nftables_needs_a_calico_that_has_it(release: str, rules: set[str]) -> None:
    assert on_calico(release, kubeProxy={"mode": "nftables"}) == rules


@pytest.mark.parametrize(("release", "rules"), [("0.15.3", set()), ("0.16.0", {"GLB707"}), ("0.16.1", set())])
def test_one_metallb_does_not_run_alone(release: str, rules: set[str]) -> None:
    assert ids(a_document(versions={"metallb": release})) == rules
