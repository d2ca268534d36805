"""Reports of node daemons: small, the same for the same state, and read back as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genlb.network.node_report import (
    Daemon,
    NodeReport,
    SysctlState,
    Tally,
    VipState,
    decoded,
    digest_of,
    encoded,
    proxy_settings,
)

TALLIES = st.lists(st.text(max_size=300), max_size=15).map(Tally.of)
COUNTS = st.integers(0, 10**6)
TEXTS = st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=4)
STATES = st.builds(SysctlState, COUNTS, TALLIES, TALLIES, TALLIES, COUNTS) | st.builds(
    VipState,
    bound=COUNTS,
    owned=COUNTS,
    digest=st.text(),
    refused=st.dictionaries(st.text(max_size=20), COUNTS, max_size=4),
    foreign=TALLIES,
    unheld=TALLIES,
    leaks=TALLIES,
    proxy_mode=st.none() | st.text(),
    proxy_config=st.none() | TEXTS,
    refusals=TALLIES,
    withheld=COUNTS,
)


def a_report(state: SysctlState | VipState) -> NodeReport:
    daemon = Daemon.SYSCTL if isinstance(state, SysctlState) else Daemon.VIP
    return NodeReport(daemon, "n1", "0.1.0", "sha256:00", state)


@given(STATES)
def test_a_report_is_read_back_as_it_was(state: SysctlState | VipState) -> None:
    assert decoded(encoded(a_report(state))) == a_report(state)


def test_a_report_looks_like_this() -> None:
    state = SysctlState(declared=3, deviating=Tally.of(["net/ipv4/conf/eth0/rp_filter=1"]), corrections=2)

    assert json.loads(encoded(a_report(state))) == {
        "schemaVersion": 1,
        "daemon": "sysctl",
        "node": "n1",
        "version": "0.1.0",
        "config": "sha256:00",
        "state": {
            "declared": 3,
            "deviating": {"count": 1, "examples": ["net/ipv4/conf/eth0/rp_filter=1"]},
            "missing": {"count": 0, "examples": []},
            "unwritable": {"count": 0, "examples": []},
            "corrections": 2,
        },
    }


def test_ten_thousand_vips_make_no_larger_report_than_ten() -> None:
    many = Tally.of(f"10.99.{index // 250}.{index % 250}" for index in range(10_000))

    assert (many.total, len(many.examples)) == (10_000, 10)
    assert max(map(len, Tally.of(["x" * 10_000]).examples)) == 200


def test_a_digest_tells_sets_apart_and_nothing_else() -> None:
    assert digest_of(["a", "b"]) == digest_of(["b", "a", "a"]) != digest_of(["a"])
    assert digest_of(["ab"]) != digest_of(["a", "b"])
    assert digest_of(["\ud800"]).startswith("sha256:")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, {}),
        ({"mode": "ipvs", "ipvs": None}, {}),
        ({"ipvs": {"strictARP": True}}, {"ipvs.strictARP": "true"}),
        ({"ipvs": {"strictARP": False, "scheduler": ""}}, {"ipvs.scheduler": "rr", "ipvs.strictARP": "false"}),
        ({"IPVS": {"StrictARP": True, "Scheduler": "mh"}}, {"ipvs.scheduler": "mh", "ipvs.strictARP": "true"}),
        ({"ipvs": {"excludeCIDRs": ["10.1.0.0/16", "10.0.0.0/16"]}}, {"ipvs.excludeCIDRs": "10.0.0.0/16, 10.1.0.0/16"}),
        ({"nodePortAddresses": None}, {"nodePortAddresses": ""}),
        ({"NodePortAddresses": []}, {"nodePortAddresses": ""}),
        ({"nodePortAddresses": ["x" * 1000]}, {"nodePortAddresses": "x" * 200}),
    ],
)
def test_the_settings_of_kube_proxy_are_told_as_texts(config: dict[str, object], expected: dict[str, str]) -> None:
    assert proxy_settings(config) == expected


def changed(**changes: Any) -> str:
    data = json.loads(encoded(a_report(SysctlState(declared=3))))
    return json.dumps({**data, **changes})


def test_what_a_later_release_adds_is_ignored() -> None:
    assert decoded(changed(extra={"a": 1})) == a_report(SysctlState(declared=3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        changed(schemaVersion=2),
        changed(schemaVersion="1"),
        changed(daemon="kubelet"),
        changed(node=None),
        changed(state=[]),
        changed(state={"declared": -1}),
        changed(state={"declared": True}),
        changed(daemon="vip"),
    ],
)
def test_anything_else_is_refused_as_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(text)
