"""What a difference does, in the words of a network, and which rule knows it."""

from __future__ import annotations

import pytest

from genlb.drift.catalogue import RULES
from genlb.drift.compare import compare
from genlb.drift.model import Difference, Traffic
from genlb.errors import Severity
from tests.drift.objects import BGP, GONE, PEER, POOL, PROXY, Object, change, desired_of, live_of, yaml
from tests.drift.pairs import conf

ERROR, WARNING = Severity.ERROR, Severity.WARNING
AFFECTED, POSSIBLE, NONE = Traffic.AFFECTED, Traffic.POSSIBLE, Traffic.NONE

APPLICATION = yaml("""
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a, namespace: argocd}
spec: {project: default, syncPolicy: {automated: {prune: true}, syncOptions: [A=true]}}
""")
KUSTOMIZATION = yaml("""
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec: {interval: 10m0s, prune: true}
""")


def finding(desired: Object, live: Object) -> Difference:
    (found,) = compare("x", desired_of(desired), live_of(live), cluster=None, today="2026-11-22").differences
    return found


@pytest.mark.parametrize(
    ("desired", "live", "rule", "severity", "traffic", "words"),
    [
        (PROXY, conf(a=("strictARP: true", "strictARP: false")), "GLB801", ERROR, AFFECTED, "every node answers ARP"),
        (conf(a=("strictARP: true", "strictARP: false")), PROXY, "GLB801", WARNING, POSSIBLE, "kube-ipvs0"),
        (PROXY, conf(a=("mode: ipvs", "mode: nftables")), "GLB801", ERROR, AFFECTED, "kube-ipvs0"),
        (PROXY, change(PROXY, data__config_conf="{"), "GLB806", ERROR, AFFECTED, "does not start"),
        (
            BGP,
            change(BGP, spec__serviceLoadBalancerIPs__0=GONE),
            "GLB802",
            ERROR,
            AFFECTED,
            "lose the route to 10.208.1.0/24",
        ),
        (
            BGP,
            change(BGP, spec__serviceLoadBalancerIPs__2={"cidr": "10.9.0.0/16"}),
            "GLB801",
            WARNING,
            POSSIBLE,
            "learn routes inside 10.9.0.0/16",
        ),
        (BGP, change(BGP, spec__serviceLoadBalancerIPs=GONE), "GLB802", ERROR, AFFECTED, "lose the route"),
        (BGP, change(BGP, spec__nodeToNodeMeshEnabled=True), "GLB801", ERROR, AFFECTED, "peer with each other"),
        (BGP, change(BGP, spec__asNumber=1), "GLB801", ERROR, AFFECTED, "AS number"),
        (
            BGP,
            change(BGP, spec__serviceClusterIPs=[{"cidr": "10.96.0.0/16"}]),
            "GLB829",
            WARNING,
            POSSIBLE,
            "cluster IPs",
        ),
        (PEER, change(PEER, spec__filters=GONE), "GLB802", ERROR, AFFECTED, "pass on routes"),
        (PEER, change(PEER, spec__asNumber=1), "GLB801", ERROR, AFFECTED, "session"),
        (PEER, change(PEER, metadata__labels={"a": "b"}), "GLB804", Severity.INFO, NONE, ""),
        (change(PEER, metadata__labels={"a": "b"}), PEER, "GLB802", WARNING, NONE, "No effect on traffic"),
        (POOL, change(POOL, spec__addresses__0=GONE), "GLB802", ERROR, AFFECTED, "10.208.1.0/24"),
        (POOL, change(POOL, spec__serviceAllocation={}), "GLB821", ERROR, AFFECTED, "No new Service"),
        (POOL, change(POOL, spec__autoAssign=False), "GLB831", WARNING, POSSIBLE, "no address"),
        (APPLICATION, change(APPLICATION, spec__syncPolicy__automated=GONE), "GLB833", WARNING, NONE, "Argo CD"),
        (KUSTOMIZATION, change(KUSTOMIZATION, spec__suspend=True), "GLB833", WARNING, NONE, "Flux"),
    ],
)
def test_a_difference_says_what_it_does(
    desired: Object, live: Object, rule: str, severity: Severity, traffic: Traffic, words: str
) -> None:
    found = finding(desired, live)

    assert (found.rule, found.severity, found.traffic) == (rule, severity, traffic)
    assert words in found.effect


def test_a_hostile_value_in_an_effect_is_harmless() -> None:
    live = change(BGP, spec__serviceLoadBalancerIPs__2={"cidr": "\x1b[31m" + "x" * 500})

    effect = finding(BGP, live).effect
    assert "\x1b" not in effect
    assert len(effect) < 200


def test_every_rule_says_why_and_what_to_do() -> None:
    for rule in RULES.values():
        assert rule.title
        assert rule.why.endswith(".")
        assert rule.remedy.endswith((".", "`"))
