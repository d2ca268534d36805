"""`genlb explain`: fields from the schema, rules from the catalogue."""

from __future__ import annotations

import pytest

from genlb.api import topics
from genlb.rules import rules
from tests.cli.genlb import Genlb


@pytest.mark.parametrize(
    "path",
    ["spec.pools.avoidBuggyIPs", "pools.avoidBuggyIPs", "spec.pools[].avoidBuggyIPs", "pools[public].avoidBuggyIPs"],
)
def test_a_field_is_found_with_and_without_spec_and_brackets(genlb: Genlb, path: str) -> None:
    done = genlb("explain", path)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("spec.pools[].avoidBuggyIPs  boolean\n")
    assert "default  false" in done.out


def test_a_section_lists_its_fields(genlb: Genlb) -> None:
    out = genlb("explain", "spec.bgp").out

    assert "asNumber        integer, required" in out
    assert "routers[]" not in out
    assert max(map(len, out.split("\n"))) <= 120


def test_recursive_lists_everything_inside(genlb: Genlb) -> None:
    assert "  racks[].routers[].peerNames.ipv4 " in genlb("explain", "bgp", "--recursive").out


def test_choices_and_limits_are_told(genlb: Genlb) -> None:
    assert "one of    ipvs, iptables, nftables\n" in genlb("explain", "kubeProxy.mode").out
    assert "1 … 4294967295" in genlb("explain", "bgp.asNumber").out


def test_a_rule_is_told_in_prose(genlb: Genlb) -> None:
    for name in ("GLB211", "glb211"):
        done = genlb("explain", name)

        assert done.code == 0
        assert done.out.startswith("GLB211  An on-link pool that nobody answers for  (error, addresses)\n")
        assert "\nWhy\n" in done.out
        assert "\nFix\n" in done.out


def test_every_rule_and_every_field_can_be_explained(genlb: Genlb) -> None:
    for topic in topics():
        done = genlb("explain", topic)

        assert done.code == 0, topic
        assert done.out


def test_without_a_topic_it_starts_at_the_top(genlb: Genlb) -> None:
    assert "  spec " in genlb("explain").out


def test_settings_of_the_repository_can_be_explained_too(genlb: Genlb) -> None:
    assert "known and accepted" in genlb("explain", "drift.ignore").out


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("avoidBuggyIps", "did you mean spec.pools[].avoidBuggyIPs?"),
        ("spec.pool", "spec has no field 'pool'; did you mean 'pools'?"),
        ("pools.adresses", "spec.pools has no field 'adresses'; did you mean 'addresses'?"),
        ("kubeProxy.mode.x", "spec.kubeProxy.mode has no fields inside"),
        ("GLB999", "there is no rule GLB999"),
        ("qwertz", "no field 'qwertz'; there are profiles, versions"),
    ],
)
def test_an_unknown_topic_is_a_usage_error_with_a_suggestion(genlb: Genlb, topic: str, message: str) -> None:
    done = genlb("explain", topic)

    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_json(genlb: Genlb) -> None:
    field = genlb("explain", "kubeProxy.mode", "-o", "json").json["field"]
    rule = genlb("explain", "GLB211", "-o", "json").json["rule"]

    assert field["path"] == "spec.kubeProxy.mode"
    assert field["enum"] == ["ipvs", "iptables", "nftables"]
    assert field["required"] is True
    assert (rule["id"], rule["severity"], rule["group"]) == ("GLB211", "error", "addresses")
    assert (rule["why"], rule["fix"]) == (rules()["GLB211"].why, rules()["GLB211"].fix)
    assert rule["title"] == rules()["GLB211"].title
    assert genlb("explain", "nothing", "-o", "json").json["error"]["kind"] == "usage"


@pytest.mark.parametrize("topic", ["pools", "kubeProxy", "sysctls"])
def test_what_is_told_of_a_field_fits_into_the_terminal(
    genlb: Genlb, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = genlb("explain", topic).out
    monkeypatch.setenv("COLUMNS", "80")
    narrow = genlb("explain", topic).out

    assert max(map(len, wide.splitlines())) > 80
    assert max(map(len, narrow.splitlines())) <= 80
