"""What the cases do not show of the rules about the captured KubeProxyConfiguration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from genlb import api
from genlb.errors import Severity
from genlb.rules.base_config import read_base_config
from genlb.yamltext import read
from tests.network.proxy_configs import HEAD, IGNORED, REFUSED
from tests.rules.casebook import CASES, Case
from tests.rules.proxied import CAPTURED, FILE, a_proxied_document, ids_with, judged_with

UNGUARDED: dict[str, Any] = {"vipBinder": {"guard": False}}
TWO_POD_CIDRS: dict[str, Any] = {"network": {"podCIDRs": ["10.244.0.0/17", "10.244.128.0/17"]}}


def read_text(text: str) -> tuple[object, list[tuple[str, int]]]:
    base, diagnostics = read_base_config(FILE, read(text.encode(), FILE))
    assert all(diagnostic.span.file == FILE for diagnostic in diagnostics)
    return base, [(diagnostic.rule, diagnostic.span.line) for diagnostic in diagnostics]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("configSyncPeriod: .inf", "GLB407"),
        ("clientConnection: {qps: -.inf}", "GLB407"),
        ("clientConnection: {qps: .nan}", "GLB407"),
        ("unknown: [1, {a: .NaN}]", "GLB407"),
        ("oomScoreAdj: 99999999999999999999", "GLB105"),
        ("bindAddressHardFail: no", "GLB105"),
        ("clientConnection: {qps: 1e400}", "GLB105"),
        ("mode: ipvs\nmode: iptables", "GLB102"),
        ("mode: [", "GLB101"),
    ],
)
def test_a_value_that_the_cluster_reads_otherwise_makes_the_file_unusable_and_is_told_in_it(
    line: str, rule: str
) -> None:
    base, told = read_text(HEAD + line)

    assert base is None
    assert [found for found, _ in told] == [rule]
    assert told[0][1] > 2


@pytest.mark.parametrize("text", ["", "- a\n", "text\n"])
def test_what_is_no_map_is_neither_a_configuration_nor_told_here(text: str) -> None:
    assert read_text(text) == (None, [])


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("kind: KubeProxyConfiguration\n", "the file does not say apiVersion: kubeproxy.config.k8s.io/v1alpha1"),
        ("apiVersion: kubeproxy.config.k8s.io/v1alpha1\n", "the file does not say kind: KubeProxyConfiguration"),
        ("apiVersion: v1\nkind: ConfigMap\n", 'kind is "ConfigMap", and kube-proxy takes nothing but'),
        ("apiVersion: [a]\nkind: KubeProxyConfiguration\n", "apiVersion is"),
    ],
)
def test_a_file_of_another_kind_is_told_once_and_judged_no_further(head: str, message: str) -> None:
    (found,) = judged_with(a_proxied_document(), "data: {a: b}\noomScoreAdj: x\n", head=head)

    assert found.rule == "GLB407"
    assert message in found.message


@pytest.mark.parametrize("text", REFUSED)
def test_every_value_that_kube_proxy_refuses_is_an_error(text: str) -> None:
    mode = "ipvs" if "mode: ipvs" in text else "nftables" if "mode: nftables" in text else "iptables"
    document = a_proxied_document(mode, ownership="Observe")

    found = [item for item in judged_with(document, text) if item.rule == "GLB422"]

    assert [(item.severity, item.span.file) for item in found] == [(Severity.ERROR, FILE)]
    assert found[0].message.startswith("kube-proxy refuses ")


@pytest.mark.parametrize(("text", "key"), IGNORED.items())
def test_every_key_that_kube_proxy_ignores_is_an_error_at_the_key(text: str, key: str) -> None:
    (found,) = (item for item in judged_with(a_proxied_document(), CAPTURED + text) if item.rule == "GLB408")

    assert found.message == f"kube-proxy knows no {key} and ignores it"
    assert found.span.end_column - found.span.column == len(key.rpartition(".")[2])


@pytest.mark.parametrize(
    ("key", "cure"),
    [("strictArp", "write strictARP"), ("schedular", "did you mean scheduler?"), ("zzz", "Use the name")],
)
def test_an_ignored_key_comes_with_the_one_that_was_meant(key: str, cure: str) -> None:
    (found,) = judged_with(a_proxied_document(), f"{CAPTURED}ipvs: {{{key}: null}}")

    assert cure in found.help


class TestModeThatCounts:
    """A merge writes the spec's mode into the file; what is only observed runs in its own."""

    CAPTURED_IPVS = CAPTURED + "mode: ipvs\nipvs: {tcpTimeout: -5s}\n"

    def test_under_merge_it_is_the_spec_s(self) -> None:
        assert ids_with(a_proxied_document("iptables"), self.CAPTURED_IPVS) == set()
        assert ids_with(a_proxied_document("ipvs"), self.CAPTURED_IPVS) == {"GLB422"}

    def test_under_observe_it_is_the_file_s(self) -> None:
        assert "GLB422" in ids_with(a_proxied_document("iptables", ownership="Observe"), self.CAPTURED_IPVS)


def test_a_lost_setting_matters_only_where_genlb_writes_the_file() -> None:
    assert ids_with(a_proxied_document(), "") == {"GLB403"}
    assert ids_with(a_proxied_document(ownership="Observe"), "") == set()


def test_each_lost_setting_is_told() -> None:
    assert len(judged_with(a_proxied_document(), "")) == 2


def test_a_strict_arp_that_is_turned_off_on_purpose_is_no_contradiction() -> None:
    captured = CAPTURED + "ipvs: {strictARP: true}\n"

    assert ids_with(a_proxied_document("ipvs"), captured) == {"GLB423"}
    assert ids_with(a_proxied_document("ipvs", kubeProxy={"strictARP": False}), captured) == set()
    assert ids_with(a_proxied_document("iptables"), captured) == set()


@pytest.mark.parametrize(("ownership", "rules"), [("Observe", {"GLB423", "GLB514"}), ("Merge", {"GLB401", "GLB423"})])
def test_a_captured_strict_arp_counts_where_genlb_does_not_overwrite_it(ownership: str, rules: set[str]) -> None:
    document = a_proxied_document(
        "ipvs",
        ownership=ownership,
        pools=[{"name": "office", "addresses": ["10.20.1.200-10.20.1.219"]}],
        vipBinder={"l2": {"interfaces": ["bond0"]}},
        sysctls={"state": "Disabled"},
    )

    assert ids_with(document, CAPTURED + "mode: ipvs\nipvs: {strictARP: true}\n") == rules
    assert "GLB401" in ids_with(document, CAPTURED + "mode: ipvs\nipvs: {strictARP: false}\n")


@pytest.mark.parametrize(("mode", "rules"), [("ipvs", {"GLB406"}), ("iptables", set())])
def test_exclude_cidrs_count_in_ipvs_mode_only(mode: str, rules: set[str]) -> None:
    assert ids_with(a_proxied_document(mode), CAPTURED + "ipvs: {excludeCIDRs: [10.208.1.128/25]}\n") == rules


class TestLocalTraffic:
    def test_one_cidr_may_cover_several(self) -> None:
        assert ids_with(a_proxied_document(**TWO_POD_CIDRS), CAPTURED) == set()

    def test_pods_of_which_none_is_covered_are_an_error_even_when_there_are_several(self) -> None:
        captured = CAPTURED.replace("10.244.0.0/16", "10.32.0.0/16")

        assert ids_with(a_proxied_document(**TWO_POD_CIDRS), captured) == {"GLB412"}

    def test_a_cidr_smaller_than_the_pods_does_not_cover_them(self) -> None:
        assert ids_with(a_proxied_document(), CAPTURED.replace("/16", "/17")) == {"GLB412"}

    def test_another_way_to_tell_pods_needs_no_cidr(self) -> None:
        captured = CAPTURED.replace("10.244.0.0/16", "10.32.0.0/16") + "detectLocalMode: NodeCIDR\n"

        assert ids_with(a_proxied_document(), captured) == set()

    @pytest.mark.parametrize(
        ("mode", "release", "rules"),
        [
            ("nftables", "1.34", set()),  # may be 1.34.2
            ("nftables", "1.34.1", {"GLB424"}),
            ("iptables", "1.34.1", set()),
            ("nftables", "1.32", {"GLB410", "GLB424"}),
        ],
    )
    def test_the_prefix_of_an_interface_fails_in_nftables_mode_of_some_releases(
        self, mode: str, release: str, rules: set[str]
    ) -> None:
        captured = CAPTURED + "detectLocalMode: InterfaceNamePrefix\ndetectLocal: {interfaceNamePrefix: cali}\n"

        assert ids_with(a_proxied_document(mode, kubernetes=release), captured) == rules


class TestNodePorts:
    @pytest.mark.parametrize(
        ("mode", "listed", "rules"),
        [
            ("iptables", "null", {"GLB414"}),
            ("iptables", "[primary]", {"GLB512"}),  # NodePorts are narrowed down, host ports are not
            ("nftables", "null", {"GLB512"}),  # whose default is primary
            ("ipvs", "null", set()),  # nothing of ours is local
        ],
    )
    def test_without_the_guard_they_answer_where_nothing_narrows_them_down(
        self, mode: str, listed: str, rules: set[str]
    ) -> None:
        captured = f"{CAPTURED}nodePortAddresses: {listed}\n"

        assert ids_with(a_proxied_document(mode, **UNGUARDED), captured) == rules

    def test_the_whole_internet_is_just_another_word_for_all(self) -> None:
        assert ids_with(a_proxied_document(), CAPTURED + 'nodePortAddresses: ["0.0.0.0/0"]\n') == set()

    def test_the_node_subnet_may_stand_there_although_an_l2_pool_lies_in_it(self) -> None:
        document = a_proxied_document(
            pools=[{"name": "office", "addresses": ["10.20.1.200-10.20.1.219"]}],
            vipBinder={"l2": {"interfaces": ["bond0"]}},
        )

        assert ids_with(document, CAPTURED + "nodePortAddresses: [10.20.1.0/24]\n") == set()

    @pytest.mark.parametrize(
        ("release", "listed", "found"),
        [
            ("1.30", "[primary]", 1),
            ("1.31", "[primary]", 0),
            ("1.36", "[primary, 10.20.1.0/24]", 1),
            ("1.36", "[localhost, all]", 2),
            ("1.37", "[primary, localhost, 10.20.1.0/24]", 0),
        ],
    )
    def test_keywords_are_known_from_their_release_on(self, release: str, listed: str, found: int) -> None:
        document = a_proxied_document(kubernetes=release)
        captured = f"{CAPTURED}nodePortAddresses: {listed}\n"

        assert [item.rule for item in judged_with(document, captured)] == ["GLB416"] * found


def test_a_scheduler_of_the_spec_replaces_the_captured_one() -> None:
    captured = CAPTURED + "ipvs: {scheduler: nonsense}\n"

    assert ids_with(a_proxied_document("ipvs"), captured) == {"GLB417"}
    assert ids_with(a_proxied_document("ipvs", kubeProxy={"ipvs": {"scheduler": "wrr"}}), captured) == set()


@pytest.mark.parametrize("release", ["1.40", "1.42"])
def test_a_gate_in_the_captured_file_keeps_ipvs_running(release: str) -> None:
    document = a_proxied_document("ipvs", kubernetes=release)

    def severity(captured: str) -> Severity:
        return next(item.severity for item in judged_with(document, captured) if item.rule == "GLB402")

    assert severity(CAPTURED) is Severity.ERROR
    assert severity(CAPTURED + "featureGates: {KubeProxyIPVS: true}\n") is Severity.WARNING


def test_from_1_43_on_no_gate_brings_ipvs_back() -> None:
    found = judged_with(
        a_proxied_document("ipvs", kubernetes="1.43"), CAPTURED + "featureGates: {KubeProxyIPVS: true}\n"
    )

    assert [item.severity for item in found if item.rule == "GLB402"] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("captured", "rule"),
    [
        (CAPTURED.replace("10.244", "10.99"), "GLB412"),
        (CAPTURED.replace("/16", "/17"), "GLB413"),
        (CAPTURED.partition("\n")[0] + "\n", "GLB403"),
    ],
)
@pytest.mark.parametrize(("mode", "kubernetes"), [("iptables", "1.34.1"), ("nftables", "1.34.1"), ("nftables", "1.34")])
def test_no_cure_leads_to_what_another_rule_forbids(mode: str, kubernetes: str, captured: str, rule: str) -> None:
    network: dict[str, Any] = TWO_POD_CIDRS["network"] if rule == "GLB413" else {}
    document = a_proxied_document(mode, kubernetes=kubernetes, network=network)

    (told,) = [diagnostic for diagnostic in judged_with(document, captured) if diagnostic.rule == rule]
    assert ("InterfaceNamePrefix" in told.help.partition("upgrade")[0]) is (
        (mode, kubernetes) != ("nftables", "1.34.1")
    )


def test_a_gate_in_the_captured_file_brings_nftables_to_1_30() -> None:
    document = a_proxied_document("nftables", kubernetes="1.30")

    assert ids_with(document, CAPTURED) == {"GLB409"}
    assert ids_with(document, CAPTURED + "featureGates: {NFTablesProxyMode: true}\n") == {"GLB410"}


@pytest.mark.parametrize("value", [".inf", ".nan", "1" * 30, "[.inf]", "{a: -.inf}"])
def test_no_value_of_the_file_ends_in_a_traceback(tmp_path: Path, value: str) -> None:
    case = next(CASES.glob("GLB422"))
    repository = Case(case).laid_out("near-miss", tmp_path / "repository")
    (tmp_path / "repository" / FILE).write_text(f"{HEAD}{CAPTURED}portRange: {value}\n")

    (cluster,) = api.load(repository)

    assert [item.span.file for item in cluster.diagnostics] == [FILE]
    assert not cluster.valid
