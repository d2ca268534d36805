"""Every check that the project's research names has its rules, or a reason why no spec can decide it.

The ids are those of the research: KP (kube-proxy), SY (sysctls), VB (VIP binder) and CA (Calico, MetalLB, addresses) of
kubeproxy_linux 5; E- and W- of calico 7, whose table of symptoms is counted from 1; metallb_vip 6 by its own numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from genlb.rules import rules

SERVICES = "said by Services and Deployments, which are in no spec"
LIVE = "a fact of the running cluster: for drift and the daemons' reports"
ELSEWHERE = "configured in objects that genlb neither renders nor reads"
TOPOLOGY = "the spec does not say how NICs, routers and clients are wired"
BUILT = "cannot be written: the spec has no such field, and what is rendered or done is always right in this"
DESIGN = "forbids what the design offers on purpose, in the form that works"

DECIDED: Mapping[str, tuple[str, ...]] = {
    "KP001": ("GLB402",),
    "KP002": ("GLB402",),
    "KP003": ("GLB404",),
    "KP004": ("GLB401",),
    "KP006": ("GLB409",),
    "KP007": ("GLB411", "GLB708"),
    "KP008": ("GLB410",),
    "KP009": ("GLB408",),
    "KP010": ("GLB412",),
    "KP011": ("GLB413",),
    "KP012": ("GLB414",),
    "KP013": ("GLB415",),
    "KP014": ("GLB416",),
    "KP015": ("GLB406",),
    "KP016": ("GLB417",),
    "KP017": ("GLB405", "GLB418"),
    "KP022": ("GLB421",),
    "KP023": ("GLB420",),
    "SY001": ("GLB502",),
    "SY002": ("GLB501", "GLB503"),
    "SY007": ("GLB524",),
    "SY008": ("GLB503",),
    "SY011": ("GLB506", "GLB519"),
    "SY012": ("GLB507",),
    "SY013": ("GLB509",),
    "SY015": ("GLB510",),
    "SY016": ("GLB511",),
    "SY018": ("GLB521",),
    "SY021": ("GLB702",),
    "VB002": ("GLB520",),
    "VB011": ("GLB512",),
    "VB016": ("GLB518",),
    "CA001": ("GLB203",),
    "CA002": ("GLB203",),
    "CA003": ("GLB211",),
    "CA004": ("GLB202", "GLB208", "GLB215", "GLB219"),
    "CA005": ("GLB208",),
    "CA006": ("GLB316",),
    "CA007": ("GLB701",),
    "CA013": ("GLB303",),
    "CA019": ("GLB205",),
    "E-CIDR-HOSTBITS": ("GLB204",),
    "E-CIDR-BAREIP": ("GLB104",),
    "E-POOL-NOT-COVERED": ("GLB203",),
    "E-ASN-INT32": ("GLB314",),
    "E-SSA-3320": ("GLB603",),
    "E-MESHPW-NOMESH": ("GLB609",),
    "E-BPF-KUBEPROXY": ("GLB420",),
    "W-REMOTEPEERS-FILTER": ("GLB611",),
    "W-VIP-ON-LINK": ("GLB211",),
    "W-BLACKHOLE-HOST": ("GLB316",),
    "W-VERSION-READINESS": ("GLB704",),
    "W-COMMUNITY-UNUSED": ("GLB108",),
    "W-GR-TIMERS": ("GLB327",),
    "W-AGGR-CLUSTERIP": ("GLB315",),
    "W-FELIX-RPF-FIGHT": ("GLB507", "GLB509"),
}
"""Research id and the rules that stand for it; each of these rules names the id itself."""

COVERED: Mapping[str, tuple[str, ...]] = {
    "calico 7.1": ("GLB305", "GLB611"),
    "calico 7.2": ("GLB213", "GLB316"),
    "calico 7.4": ("GLB203",),
    "calico 7.5": ("GLB705",),
    "calico 7.6": ("GLB704",),
    "calico 7.7": ("GLB704",),
    "calico 7.15": ("GLB603",),
    "calico 7.16": ("GLB314",),
    "calico 7.17": ("GLB103", "GLB609"),
    "calico 7.18": ("GLB327",),
    "calico 7.21": ("GLB208",),
    "metallb_vip 6.1": ("GLB201", "GLB202", "GLB204", "GLB206", "GLB207", "GLB208"),
    "metallb_vip 6.2": ("GLB203",),
    "metallb_vip 6.3": ("GLB211",),
    "metallb_vip 6.5": ("GLB707",),
    "metallb_vip 6.6": ("GLB209", "GLB217"),
    "metallb_vip 6.10": ("GLB414", "GLB416"),
}
"""Rows of lists without ids of their own."""

UNDECIDED: Mapping[str, str] = {
    "KP005": f"{BUILT}: kubeProxy.mode is required",
    "KP018": LIVE,
    "KP019": "localhostNodePorts is on in every cluster that kubeadm makes, and concerns loopback only",
    "KP020": SERVICES,
    "KP021": "how many connections come and go is in no spec",
    "KP024": f"{BUILT}: the daemon reads /configz on its own node",
    "SY003": TOPOLOGY,
    "SY004": f"{TOPOLOGY}; rpFilter is Loose unless somebody says otherwise",
    "SY005": "whether nodes face the internet is in no spec",
    "SY006": f"{BUILT}: rpFilter is a word",
    "SY009": BUILT,
    "SY010": BUILT,
    "SY014": LIVE,
    "SY017": "genlb is for Calico, which sets proxy_arp on its own veth devices",
    "SY019": f"{BUILT}: IPv6 L2 pools are answered by neighbour advertisements of the elected node",
    "SY020": f"{BUILT}: the daemon always looks again",
    "VB001": f"{DESIGN}: a local VIP is what lets processes of the host reach it",
    "VB003": f"{BUILT}: routed VIPs are local routes on no device",
    "VB004": f"{DESIGN}: one elected node, L2 pools only",
    "VB005": BUILT,
    "VB006": f"{BUILT}: genlb makes no device",
    "VB007": f"{BUILT}: genlb makes no device",
    "VB008": f"{BUILT}: genlb makes no device",
    "VB009": f"{BUILT}: there is always an election",
    "VB010": SERVICES,
    "VB012": BUILT,
    "VB013": BUILT,
    "VB014": BUILT,
    "VB015": "no release of the table has that responder",
    "CA008": f"{ELSEWHERE} (FelixConfiguration); releases that loop by themselves are below the support window",
    "CA009": f"{LIVE}; the rendered Helm values switch the speaker off",
    "CA010": ELSEWHERE,
    "CA011": SERVICES,
    "CA012": SERVICES,
    "CA014": LIVE,
    "CA015": "Calico renders no BFD, and which of two evils somebody prefers is no mistake",
    "CA016": "whether there are such old clients is in no spec",
    "CA017": SERVICES,
    "CA018": SERVICES,
    "CA020": SERVICES,
    "CA021": SERVICES,
    "E-DEFAULT-ONLY-FIELD": f"{BUILT}: only the BGPConfiguration default is rendered",
    "E-LBIPAM-CONFLICT": ELSEWHERE,
    "E-BINDER-NOT-IGNORED": f"{BUILT}: routed VIPs are local routes on no device",
    "E-BINDER-IFACE-NAME": f"{BUILT}: genlb makes no device",
    "E-BGP-DISABLED": ELSEWHERE,
    "W-LOOP-DISABLED": ELSEWHERE,
    "W-EXCLUDE-LABEL": LIVE,
    "W-CRD-V1-APPLY": f"{BUILT}: projectcalico.org/v3 always",
    "W-PROGRAMCLUSTERROUTES-333": "no release of the table has that field",
    "calico 7.3": ELSEWHERE,
    "calico 7.8": SERVICES,
    "calico 7.9": LIVE,
    "calico 7.10": f"{BUILT}: routed VIPs are local routes on no device",
    "calico 7.11": ELSEWHERE,
    "calico 7.12": SERVICES,
    "calico 7.13": LIVE,
    "calico 7.14": ELSEWHERE,
    "calico 7.19": "genlb renders no route reflectors",
    "calico 7.20": SERVICES,
    "calico 7.22": f"{LIVE}; the rendered Helm values switch the speaker off",
    "calico 7.23": f"{BUILT}: projectcalico.org/v3 always",
    "metallb_vip 6.4": SERVICES,
    "metallb_vip 6.7": f"{BUILT}: routed VIPs are local routes on no device",
    "metallb_vip 6.8": f"{BUILT}: the units are ordered",
    "metallb_vip 6.9": LIVE,
}
"""Research id and why there is no rule."""

NUMBERED = {"KP": 24, "SY": 21, "VB": 16, "CA": 21, "calico 7.": 23, "metallb_vip 6.": 10}
NAMED = """
E-CIDR-HOSTBITS E-CIDR-BAREIP E-DEFAULT-ONLY-FIELD E-POOL-NOT-COVERED E-ASN-INT32 E-SSA-3320 E-MESHPW-NOMESH
E-BPF-KUBEPROXY E-LBIPAM-CONFLICT E-BINDER-NOT-IGNORED E-BINDER-IFACE-NAME E-BGP-DISABLED W-REMOTEPEERS-FILTER
W-VIP-ON-LINK W-BLACKHOLE-HOST W-LOOP-DISABLED W-VERSION-READINESS W-EXCLUDE-LABEL W-COMMUNITY-UNUSED W-GR-TIMERS
W-AGGR-CLUSTERIP W-FELIX-RPF-FIGHT W-CRD-V1-APPLY W-PROGRAMCLUSTERROUTES-333
""".split()  # noqa: SIM905 -- a list of forty quotes is no better
_ID = re.compile(r"\b(?:KP|SY|VB|CA)[0-9]{3}\b|\b[EW]-[A-Z0-9-]+")


def test_every_check_of_the_research_is_in_exactly_one_table() -> None:
    width = {prefix: 3 if prefix.isalpha() else 1 for prefix in NUMBERED}
    numbered = {f"{prefix}{n:0{width[prefix]}}" for prefix, count in NUMBERED.items() for n in range(1, count + 1)}
    tables = [*DECIDED, *COVERED, *UNDECIDED]

    assert sorted(tables) == sorted(numbered | set(NAMED))


@pytest.mark.parametrize(("check", "decided"), [*DECIDED.items(), *COVERED.items()])
def test_the_rules_of_a_check_exist(check: str, decided: tuple[str, ...]) -> None:
    assert decided, check
    assert set(decided) <= set(rules())


def test_rules_name_the_checks_that_they_stand_for() -> None:
    named = {(check, rule.id) for rule in rules().values() for check in _ID.findall(rule.research)}

    assert named == {(check, rule) for check, decided in DECIDED.items() for rule in decided}


@pytest.mark.parametrize("reason", UNDECIDED.values())
def test_a_check_without_a_rule_has_a_reason(reason: str) -> None:
    assert len(reason.split()) >= 5
