"""What the daemons report of their nodes, against the spec: old, missing and unreadable reports are never fine."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genlb.drift.compare import compare
from genlb.drift.model import ClusterDrift, Ignore, Live, State, Traffic, Versions
from genlb.drift.node_placement import reached
from genlb.drift.nodes import Clock
from genlb.errors import Severity
from genlb.network.node_report import ANNOTATION, Daemon, NodeReport, SysctlState, Tally, VipState, digest_of, encoded
from genlb.spec.model import DaemonState, KubeProxy, ManagedBy, Ownership, ProxyMode, Sysctls, VipBinder
from tests.builders import a_cluster
from tests.drift.objects import Object, desired_of, live_of

NOW = 1_795_392_000.0  # 2026-11-23T00:00:00Z
AGENT = '{"schemaVersion": 1}\n'
DIGEST = f"sha256:{hashlib.sha256(AGENT.encode()).hexdigest()}"
SETTINGS = {"ipvs.scheduler": "rr", "ipvs.strictARP": "false", "nodePortAddresses": ""}
VIPS = VipState(bound=3, owned=0, digest=digest_of([]), refused={}, proxy_mode="ipvs", proxy_config=SETTINGS)
SYSCTLS = SysctlState(declared=9)


def daemon_set(daemon: str, **pod: Any) -> Object:
    metadata = {"name": f"genlb-{daemon}", "namespace": "genlb-system"}
    spec = {"template": {"spec": {"tolerations": [{"operator": "Exists"}], **pod}}}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": spec}


def config_map(daemon: str) -> Object:
    metadata = {"name": f"genlb-{daemon}", "namespace": "genlb-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"agent.json": AGENT}}


def node(name: str = "n1", *, labels: Object | None = None, taints: tuple[Object, ...] = (), **rest: Any) -> Object:
    metadata = {"name": name, "labels": labels or {}, "creationTimestamp": rest.pop("made", "2026-01-01T00:00:00Z")}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {"taints": list(taints)}, **rest}


def lease(text: str, name: str = "genlb-report-vip-n1", renewed: Any = "2026-11-22T23:59:30.000000Z") -> Object:
    metadata = {"name": name, "namespace": "genlb-system", "annotations": {ANNOTATION: text}}
    spec = {"renewTime": renewed}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


def vip(state: VipState = VIPS, *, config: str = DIGEST, name: str = "n1") -> str:
    return encoded(NodeReport(Daemon.VIP, name, "1.0.0", config, state))


def sysctl(state: SysctlState = SYSCTLS) -> str:
    return encoded(NodeReport(Daemon.SYSCTL, "n1", "1.0.0", DIGEST, state))


LEASE_KIND = lease("", name="some-other")
ENABLED = DaemonState.ENABLED


def judged(  # noqa: PLR0913 -- one for each thing that may be otherwise
    *live: Object,
    vips: DaemonState = ENABLED,
    sysctls: DaemonState = DaemonState.DISABLED,
    clock: Clock = Clock(NOW),  # noqa: B008 -- a value
    pod: Object | None = None,
    ignores: tuple[Ignore, ...] = (),
    read: Live | None = None,
    kube_proxy: KubeProxy = KubeProxy(mode=ProxyMode.IPVS),  # noqa: B008 -- a value
    file: Object | None = None,
) -> ClusterDrift:
    """What is found where the VIP binder alone is enabled, and Nodes and Leases were listed.

    ``file`` is kube-proxy's own, where git has one.
    """
    cluster = a_cluster(
        "x",
        kube_proxy=kube_proxy,
        vip_binder=VipBinder(state=vips),
        sysctls=Sysctls(state=sysctls),
    )
    objects = [one for daemon in ("vip", "sysctl") for one in (daemon_set(daemon, **(pod or {})), config_map(daemon))]
    if file is not None:
        metadata = {"name": "kube-proxy", "namespace": "kube-system"}
        data = {"config.conf": json.dumps(file)}
        objects.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
    read = read or live_of(*live, listed=(node(), LEASE_KIND))
    return compare(
        "x",
        desired_of(*objects),
        read,
        cluster=cluster,
        ignores=ignores,
        today="2026-11-22",
        nodes=clock,
    )


def rules(drift: ClusterDrift) -> list[str]:
    return [found.rule for one in drift.objects if one.key.kind == "Node" for found in one.differences]


def node_gaps(drift: ClusterDrift) -> list[str]:
    return [missed.why for missed in drift.not_checked if "report" in missed.what]


def proxy_gaps(drift: ClusterDrift) -> list[str]:
    return [missed.what for missed in drift.not_checked if missed.what.startswith("kube-proxy's ")]


def test_a_fresh_report_as_the_spec_wants_it_is_in_step() -> None:
    drift = judged(node(), lease(vip()))

    assert [(one.key.name, one.state) for one in drift.objects if one.key.kind == "Node"] == [("n1", State.IN_STEP)]
    assert node_gaps(drift) == []


def test_without_being_asked_nobody_looks_at_nodes() -> None:
    drift = compare("x", desired_of(daemon_set("vip")), live_of(node()), cluster=a_cluster("x"), today="2026-11-22")

    assert [one.key.kind for one in drift.objects] == ["DaemonSet"]


def test_a_node_without_a_report_is_a_finding() -> None:
    drift = judged(node())

    assert rules(drift) == ["GLB840"]
    assert drift.drifts


def test_each_daemon_is_missed_by_itself() -> None:
    drift = judged(node(), lease(vip()), sysctls=ENABLED)

    assert rules(drift) == ["GLB840"]
    assert [one.effect.split()[0] for one in drift.differences if one.rule == "GLB840"] == ["genlb-sysctl"]


def test_a_node_that_has_just_joined_gets_time() -> None:
    assert rules(judged(node(made="2026-11-22T23:58:00Z"))) == []
    assert rules(judged(node(made="2026-11-22T23:56:59Z"))) == ["GLB840"]


@pytest.mark.parametrize(
    ("renewed", "found"),
    [("2026-11-22T23:57:00.000000Z", []), ("2026-11-22T23:56:59.999999Z", ["GLB841"]), ("2026-11-23T01:00:00Z", [])],
)
def test_a_report_is_stale_after_three_minutes(renewed: str, found: list[str]) -> None:
    assert rules(judged(node(), lease(vip(), renewed=renewed))) == found


def test_what_a_stale_report_says_counts_no_more() -> None:
    state = VIPS._replace(leaks=Tally.of(["10.208.1.1 eth0"]))

    assert rules(judged(node(), lease(vip(state), renewed="2026-11-22T12:00:00Z"))) == ["GLB841"]


def test_a_stale_report_of_a_node_that_is_not_ready_says_so() -> None:
    down = node(status={"conditions": [{"type": "Ready", "status": "Unknown"}]})

    drift = judged(down, lease(vip(), renewed="2026-11-22T12:00:00Z"))

    assert [
        one.effect.endswith("12 hours ago: nobody knows whether its VIPs are bound. The node itself is not Ready.")
        for one in drift.differences
        if one.rule == "GLB841"
    ] == [True]


@pytest.mark.parametrize(
    ("state", "rule", "severity", "traffic", "word"),
    [
        (VIPS._replace(refused={"OUTSIDE_POOLS": 2}), "GLB843", Severity.WARNING, Traffic.POSSIBLE, "OUTSIDE_POOLS 2"),
        (VIPS._replace(refused={"PROXIED": 2}), "GLB843", Severity.INFO, Traffic.NONE, "PROXIED 2"),
        (VIPS._replace(foreign=Tally.of(["10.208.1.1 eth0"])), "GLB844", Severity.WARNING, Traffic.POSSIBLE, "eth0"),
        (VIPS._replace(withheld=7), "GLB850", Severity.INFO, Traffic.NONE, "7 VIPs"),
        (VIPS._replace(unheld=Tally.of(["10.208.1.1"])), "GLB845", Severity.ERROR, Traffic.AFFECTED, "10.208.1.1"),
        (VIPS._replace(leaks=Tally.of(["10.208.1.1 lo"])), "GLB846", Severity.ERROR, Traffic.AFFECTED, "lo"),
        (VIPS._replace(proxy_mode="iptables"), "GLB847", Severity.ERROR, Traffic.AFFECTED, "kube-ipvs0"),
    ],
)
def test_what_the_binder_found_is_told(
    state: VipState, rule: str, severity: Severity, traffic: Traffic, word: str
) -> None:
    drift = judged(node(), lease(vip(state)))
    (found,) = (one for one in drift.differences if one.rule.startswith(("GLB84", "GLB85")))

    assert (found.rule, found.severity, found.traffic) == (rule, severity, traffic)
    assert word in found.effect


def test_the_mode_of_kube_proxy_shows_both_sides() -> None:
    drift = judged(node(), lease(vip(VIPS._replace(proxy_mode="iptables"))))
    (found,) = (one for one in drift.differences if one.rule == "GLB847")

    assert (found.desired, found.live) == ("ipvs", "iptables")


def test_a_kube_proxy_of_another_mode_is_not_told_off_for_its_settings_too() -> None:
    state = VIPS._replace(proxy_mode="iptables", proxy_config={"ipvs.strictARP": "true"})

    assert rules(judged(node(), lease(vip(state)))) == ["GLB847"]


def silent(*names: str, **changes: Any) -> ClusterDrift:
    """Nodes whose kube-proxy says nothing, or the ``changes``."""
    state = VIPS._replace(**{"proxy_mode": None, "proxy_config": None, **changes})
    reports = (lease(vip(state, name=name), f"genlb-report-vip-{name}") for name in names)
    return judged(*(node(name) for name in names), *reports)


def test_a_mode_that_nobody_reported_is_said_to_be_not_compared() -> None:
    drift = silent("n1")

    assert rules(drift) == []
    assert proxy_gaps(drift) == ["kube-proxy's mode on Node n1"]
    assert not drift.complete


def test_nodes_whose_kube_proxy_is_silent_are_one_gap() -> None:
    drift = silent(*(f"n{number}" for number in range(1, 6)))

    assert proxy_gaps(drift) == ["kube-proxy's mode on 5 nodes (n1, n2, n3 and 2 more)"]


def test_settings_that_nobody_reported_are_said_to_be_not_compared() -> None:
    drift = silent("n1", proxy_mode="ipvs")

    assert rules(drift) == []
    assert proxy_gaps(drift) == ["kube-proxy's settings on Node n1"]


@pytest.mark.parametrize("somebody_elses", [{"ownership": Ownership.NONE}, {"managed_by": ManagedBy.NONE}])
def test_a_kube_proxy_that_the_spec_leaves_alone_may_be_silent(somebody_elses: Any) -> None:
    state = VIPS._replace(proxy_mode=None, proxy_config=None)

    drift = judged(node(), lease(vip(state)), kube_proxy=KubeProxy(mode=ProxyMode.IPVS, **somebody_elses))

    assert proxy_gaps(drift) == []
    assert any("mode" in note and "1 node" in note for note in drift.notes)


MERGED: Object = {"mode": "ipvs", "ipvs": {"strictARP": True, "scheduler": ""}, "nodePortAddresses": ["primary"]}
AS_MERGED = {"ipvs.scheduler": "rr", "ipvs.strictARP": "true", "nodePortAddresses": "primary"}


@pytest.mark.parametrize(
    ("file", "running", "found"),
    [
        (None, SETTINGS, []),
        (None, SETTINGS | {"nodePortAddresses": "primary"}, []),  # the spec does not speak about it
        (None, SETTINGS | {"ipvs.strictARP": "true"}, [("false", "true")]),
        (MERGED, AS_MERGED, []),
        (MERGED, AS_MERGED | {"ipvs.strictARP": "false"}, [("true", "false")]),
        (MERGED, AS_MERGED | {"nodePortAddresses": "", "ipvs.scheduler": "sh"}, [("rr", "sh"), ("primary", "")]),
        (MERGED, {"ipvs.strictARP": "true"}, []),  # what the process does not tell differs from nothing
    ],
)
def test_a_kube_proxy_that_works_by_other_settings_than_git_has_is_told(
    file: Object | None, running: dict[str, str], found: list[tuple[str, str]]
) -> None:
    drift = judged(node(), lease(vip(VIPS._replace(proxy_config=running))), file=file)
    told = [one for one in drift.differences if one.rule == "GLB849"]

    assert [(one.desired, one.live) for one in told] == found
    assert len({one.id for one in told}) == len(told)
    assert proxy_gaps(drift) == []


def test_settings_of_ipvs_do_not_matter_in_another_mode() -> None:
    state = VIPS._replace(proxy_mode="nftables", proxy_config=SETTINGS)

    drift = judged(node(), lease(vip(state)), kube_proxy=KubeProxy(mode=ProxyMode.NFTABLES, strict_arp=True))

    assert rules(drift) == []


def test_a_refusal_is_told_once_for_the_cluster_with_the_nodes_that_tell_it() -> None:
    few = VIPS._replace(
        refused={"OUTSIDE_POOLS": 1, "PROXIED": 0}, refusals=Tally.of(["OUTSIDE_POOLS shop/web 192.0.2.1"])
    )
    many = VIPS._replace(
        refused={"OUTSIDE_POOLS": 2, "MALFORMED": 1},
        refusals=Tally.of(
            ["MALFORMED shop/x 'x'", "OUTSIDE_POOLS shop/api 192.0.2.2", "OUTSIDE_POOLS shop/web 192.0.2.1"]
        ),
    )
    names = [f"n{number}" for number in range(1, 6)]
    states = zip(names, [few, many, few, few, VIPS], strict=True)
    reports = (lease(vip(state, name=name), f"genlb-report-vip-{name}") for name, state in states)

    drift = judged(*map(node, names), *reports)

    both = "shop/api 192.0.2.2, shop/web 192.0.2.1."
    assert rules(drift) == []
    assert [one.effect for one in drift.differences if one.rule == "GLB843"] == [
        "The binder refuses addresses of Services (MALFORMED 1) on 1 node (n2): shop/x 'x'.",
        "The binder refuses addresses of Services (OUTSIDE_POOLS 2) on 4 nodes (n1, n2, n3 and 1 more): " + both,
    ]
    assert drift.drifts


def test_refusals_and_versions_are_findings_of_one_object() -> None:
    state = VIPS._replace(refused={"OUTSIDE_POOLS": 12})
    read = dataclasses.replace(
        live_of(node(), lease(vip(state)), listed=(LEASE_KIND,)), versions=Versions(kubernetes="v1.20.0")
    )

    (found,) = (one for one in judged(read=read).objects if one.key.kind == "Cluster")

    assert [one.rule for one in found.differences] == ["GLB832", "GLB843"]


FIVE = Tally.of(f"net/ipv4/k{number}" for number in range(5))


@pytest.mark.parametrize(
    "state",
    [SYSCTLS._replace(deviating=FIVE), SYSCTLS._replace(missing=FIVE), SYSCTLS._replace(unwritable=FIVE)],
)
def test_sysctls_that_are_not_held_are_told_with_names(state: SysctlState) -> None:
    name = "genlb-report-sysctl-n1"

    drift = judged(node(), lease(sysctl(state), name), vips=DaemonState.DISABLED, sysctls=ENABLED)
    (found,) = (one for one in drift.differences if one.rule == "GLB842")

    assert found.effect.startswith("5 of 9 sysctls ")
    assert found.effect.endswith("net/ipv4/k0, net/ipv4/k1, net/ipv4/k2 and 2 more.")


def test_findings_of_one_rule_have_ids_of_their_own() -> None:
    state = SYSCTLS._replace(deviating=Tally.of(["a"]), missing=Tally.of(["b"]), unwritable=Tally.of(["c"]))

    drift = judged(node(), lease(sysctl(state), "genlb-report-sysctl-n1"), vips=DaemonState.DISABLED, sysctls=ENABLED)

    assert len({one.id for one in drift.differences if one.rule == "GLB842"}) == 3


def test_another_configuration_than_gits_is_an_old_agent() -> None:
    assert rules(judged(node(), lease(vip(config="sha256:old")))) == ["GLB848"]


@pytest.mark.parametrize(
    "found",
    [
        lease("{"),
        lease("[]"),
        lease("null"),
        lease("[" * 100_000),
        lease(vip().replace('"schemaVersion":1', '"schemaVersion":2')),
        lease(vip(name="n2")),
        lease(sysctl()),
        lease(vip(), renewed=None),
        lease(vip(), renewed="yesterday"),
        lease(vip(), renewed="2026-11-22T23:59:30"),
        lease(vip()) | {"metadata": {"name": "genlb-report-vip-n1", "namespace": "genlb-system"}},
        lease(vip()) | {"spec": None},
    ],
)
def test_a_report_that_cannot_be_read_is_not_checked_and_no_finding(found: Object) -> None:
    drift = judged(node(), found)

    assert rules(drift) == []
    assert len(node_gaps(drift)) == 1
    assert not drift.complete
    assert [one.state for one in drift.objects if one.key.kind == "Node"] == [State.NOT_CHECKED]


@settings(max_examples=100)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_stands_in_a_lease_is_survived(junk: Any) -> None:
    drift = judged(node(), lease(vip()) | {"spec": junk})

    assert len(node_gaps(drift)) == 1


def test_leases_that_nobody_read_make_no_missing_report() -> None:
    drift = judged(read=live_of(node()))

    assert rules(drift) == []
    assert not drift.complete


def test_where_nodes_were_not_listed_the_reports_are_judged_still() -> None:
    drift = judged(read=live_of(lease(vip(VIPS._replace(unheld=Tally.of(["10.208.1.1"]))))))

    assert rules(drift) == ["GLB845"]


@pytest.mark.parametrize("state", [DaemonState.CLEANUP, DaemonState.DISABLED])
def test_a_daemon_that_holds_nothing_need_not_report(state: DaemonState) -> None:
    assert rules(judged(node(), vips=state)) == []


def test_a_difference_of_a_node_can_be_ignored() -> None:
    drift = judged(node(), ignores=(Ignore("Node/n1", "", "being repaired"),))

    assert rules(drift) == []
    assert [one.difference.rule for found in drift.objects for one in found.ignored] == ["GLB840"]


def test_by_a_dump_age_is_counted_to_its_newest_lease() -> None:
    kubelet = lease("", name="n1", renewed="2026-06-01T10:00:00Z")
    kubelet["metadata"]["namespace"] = "kube-node-lease"

    fresh = judged(node(), lease(vip(), renewed="2026-06-01T09:57:00Z"), kubelet, clock=Clock())
    stale = judged(node(), lease(vip(), renewed="2026-06-01T09:56:59Z"), kubelet, clock=Clock())

    assert (rules(fresh), rules(stale)) == ([], ["GLB841"])
    assert any("2026-06-01T10:00:00Z" in note for note in fresh.notes)


# ------------------------------------------------------------------------------------------- where the daemon belongs

EDGE = {"key": "edge", "value": "a", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("pod", "there", "expected"),
    [
        ({}, node(), True),
        ({"nodeSelector": {"lb": "on"}}, node(), False),
        ({"nodeSelector": {"lb": "on"}}, node(labels={"lb": "on"}), True),
        ({}, node(taints=(EDGE,)), False),
        ({"tolerations": [{"operator": "Exists"}]}, node(taints=(EDGE,)), True),
        ({"tolerations": [{"key": "edge", "operator": "Exists"}]}, node(taints=(EDGE,)), True),
        ({"tolerations": [{"key": "edge", "value": "a"}]}, node(taints=(EDGE,)), True),
        ({"tolerations": [{"key": "edge", "value": "b"}]}, node(taints=(EDGE,)), False),
        ({"tolerations": [{"key": "edge", "value": "a", "effect": "NoExecute"}]}, node(taints=(EDGE,)), False),
        ({}, node(taints=({**EDGE, "effect": "PreferNoSchedule"},)), True),
        ({}, node(taints=({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"},)), True),
        ({}, node(taints=({"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"},)), True),
        ({"affinity": {"nodeAffinity": {"x": 1}}}, node(), None),
    ],
)
def test_selector_and_tolerations_say_where_a_daemon_belongs(pod: Object, there: Object, *, expected: bool) -> None:
    assert reached(pod, there) is expected


def test_a_node_that_the_daemon_does_not_belong_on_owes_no_report() -> None:
    drift = judged(node(), lease(vip(), renewed="2026-01-01T00:00:00Z"), pod={"nodeSelector": {"lb": "on"}})

    assert rules(drift) == []
    assert node_gaps(drift) == []


def test_with_an_affinity_a_missing_report_is_not_checked() -> None:
    drift = judged(node(), pod={"affinity": {"nodeAffinity": {"x": 1}}})

    assert rules(drift) == []
    assert len(node_gaps(drift)) == 1
