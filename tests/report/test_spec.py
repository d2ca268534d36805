"""What is told about a spec: origins, what each Auto became, a rule, near misses."""

from __future__ import annotations

import dataclasses
from typing import Any

from genlb.errors import Severity
from genlb.network import decide
from genlb.report.autos import autos
from genlb.report.masking import masked_data
from genlb.report.origins import origins, origins_text
from genlb.report.rule import Card, rule_text, rules_table
from genlb.report.style import PLAIN
from genlb.report.suggestion import did_you_mean
from genlb.spec.model import Announce, Bind, DaemonState, Dataplane, ProxyMode, Routed, Switch
from genlb.yamltext import read
from genlb.yamltext.node import MappingNode
from tests.builders import a_cluster, a_pool


def tree(text: str) -> MappingNode:
    root = read(text.encode(), "clusters/a/cluster.yaml").root
    assert isinstance(root, MappingNode)
    return root


class TestOrigins:
    def test_every_written_value_has_its_line_and_lists_are_named(self) -> None:
        text = "spec:\n  pools:\n    - name: public\n      addresses: [a, b]\n  empty: {}\n  none: []\n"

        assert [tuple(row) for row in origins(tree(text), None)] == [
            ("spec.pools[public].name", "public", "clusters/a/cluster.yaml:3"),
            ("spec.pools[public].addresses[0]", "a", "clusters/a/cluster.yaml:4"),
            ("spec.pools[public].addresses[1]", "b", "clusters/a/cluster.yaml:4"),
            ("spec.empty", "{}", "clusters/a/cluster.yaml:5"),
            ("spec.none", "[]", "clusters/a/cluster.yaml:6"),
        ]

    def test_a_secret_is_not_among_the_values(self) -> None:
        written = origins(tree("password: hunter2\nurl: https://a:hunter2@b/\n"), None)

        assert [row.value for row in written] == ["***", "https://***@b/"]

    def test_defaults_follow_for_what_nobody_wrote(self) -> None:
        cluster = a_cluster(bgp={"node_to_node_mesh": Switch.ENABLED})
        rows = {row.field: row for row in origins(tree("spec:\n  bgp:\n    asNumber: 64600\n"), cluster)}

        assert rows["spec.bgp.asNumber"].place == "clusters/a/cluster.yaml:3"
        assert rows["spec.bgp.nodeToNodeMesh"] == ("spec.bgp.nodeToNodeMesh", "Enabled", "default")
        assert rows["spec.agents.nodeSelector"].value == "{kubernetes.io/os: linux}"
        assert rows["spec.gitops.path"].value == '""'
        assert "spec.bgp.dataplane" not in rows

    def test_the_table_is_aligned_and_hostile_text_is_harmless(self) -> None:
        text = f'a: "\\x1b[2J"\nlonger: {"v" * 60}\n'

        assert list(origins_text(origins(tree(text), None), PLAIN)) == [
            "a       " + "\\x1b[2J".ljust(44) + "  clusters/a/cluster.yaml:1",
            f"longer  {'v' * 43}…  clusters/a/cluster.yaml:2",
        ]


class TestAutos:
    def told(self, **changes: Any) -> dict[str, tuple[str, str]]:
        cluster = a_cluster(**changes)
        return {auto.field: (auto.value, auto.reason) for auto in autos(cluster, decide(cluster))}

    def test_every_auto_says_what_it_became_and_why(self) -> None:
        told = self.told()

        assert {field: value for field, (value, _) in told.items()} == {
            "spec.bgp.dataplane": "Iptables",
            "spec.pools[public].announce": "BGP",
            "spec.sysctls.rpFilter": "Loose",
            "spec.vipBinder.routed.bind": "AnyIP",
        }
        assert all(reason for _, reason in told.values())

    def test_ipvs_binds_by_itself(self) -> None:
        assert self.told(kube_proxy={"mode": ProxyMode.IPVS})["spec.vipBinder.routed.bind"][0] == "Observe"

    def test_what_the_spec_says_is_no_decision_of_ours(self) -> None:
        told = self.told(
            bgp={"dataplane": Dataplane.IPTABLES},
            pools=(a_pool("public", "10.208.1.0/24", announce=Announce.BGP),),
            vip_binder={"routed": Routed(bind=Bind.NONE)},
            sysctls={"state": DaemonState.DISABLED},
        )

        assert told == {}

    def test_interfaces_that_the_sysctls_take_over_are_told(self) -> None:
        from genlb.spec.model import L2

        told = self.told(vip_binder={"l2": L2(interfaces=("bond0", "bond1"))})

        assert told["spec.sysctls.interfaces"][0] == "bond0, bond1"


A_CARD = Card(
    id="GLB999",
    severity=Severity.WARNING,
    title="A title",
    group="bgp",
    why="It hurts.",
    fix="Mend it.",
    research=("KP004",),
    url="https://example.com/GLB999.md",
    suppressible=True,
    fixable=False,
    told="clusters/fra1/cluster.yaml:1:1: warning[GLB999]: it is wrong",
    cure=" a: 1\n-b: 2\n+b: 3",
)


def test_a_rule_is_told_from_title_to_page() -> None:
    assert rule_text(A_CARD, PLAIN).split("\n") == [
        "GLB999  A title  (warning, bgp)",
        "",
        "Why",
        "  It hurts.",
        "",
        "Fix",
        "  Mend it.",
        "",
        "Example",
        "  clusters/fra1/cluster.yaml:1:1: warning[GLB999]: it is wrong",
        "",
        "Cured",
        "   a: 1",
        "  -b: 2",
        "  +b: 3",
        "",
        "Suppress",
        "  behind the value:                 # genlb:ignore GLB999 -- why",
        '  spec.lint.suppress or genlb.yaml: - {rule: GLB999, reason: why, expires: "2030-03-31"}',
        "",
        "Known as",
        "  KP004",
        "",
        "More  https://example.com/GLB999.md",
        "",
    ]


def test_a_rule_without_an_example_shows_none() -> None:
    text = rule_text(dataclasses.replace(A_CARD, told="", cure="", research=(), fixable=True), PLAIN)

    assert [line for line in text.split("\n") if line and line[0] != " "] == [
        *("GLB999  A title  (warning, bgp)", "Why", "Fix", "Suppress", "More  https://example.com/GLB999.md"),
    ]
    assert "genlb validate --fix does it" in text


def test_the_table_of_rules_lines_up_and_marks_what_can_be_fixed() -> None:
    fixable = dataclasses.replace(A_CARD, id="GLB104", severity=Severity.ERROR, group="kube-proxy", fixable=True)

    assert rules_table([fixable, A_CARD], PLAIN).split("\n")[:2] == [
        "GLB104  error    kube-proxy  fix  A title",
        "GLB999  warning  bgp              A title",
    ]
    assert rules_table([], PLAIN) == "no rules\n"


def test_a_near_miss_is_suggested_else_what_there_is() -> None:
    assert did_you_mean("fra1", ["ams1", "fra1-prod"]) == "; did you mean 'fra1-prod'?"
    assert did_you_mean("qqqq", ["a", "b"]) == "; there are a, b"
    assert did_you_mean("qqqq", [str(number) for number in range(20)]).endswith(" and 8 more")
    assert did_you_mean("qqqq", []) == ""


def test_plain_data_lose_their_secrets() -> None:
    whole = {"a": 1, "password": "hunter2", "tls": {"privateKey": "MIIE\nabcd\n"}}
    assert masked_data(whole) == {"a": 1, "password": "***", "tls": {"privateKey": "***"}}
    secret = {"kind": "Secret", "name": "x", "merge": {"stringData": {"a": "hunter2"}, "data": {"b": "aHVudGVy"}}}
    assert masked_data([secret]) == [
        {"kind": "Secret", "name": "x", "merge": {"stringData": {"a": "***"}, "data": {"b": "***"}}}
    ]
    data = {"password": "hunter2", "list": [{"token": "t"}], "url": "https://u:p@host/", "secretName": "bgp"}
    assert masked_data(data) == {
        "password": "***",
        "list": [{"token": "***"}],
        "url": "https://***@host/",
        "secretName": "bgp",
    }
