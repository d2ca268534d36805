"""Reports of drift for the tests: all in step, one with everything, one in which every word is hostile, a fleet."""

from __future__ import annotations

from typing import Any

from genlb.drift.model import (
    ABSENT,
    Attribution,
    ClusterDrift,
    Confidence,
    Difference,
    DriftReport,
    Ignore,
    Ignored,
    NotChecked,
    ObjectDrift,
    Sort,
    Source,
    State,
    Traffic,
    Versions,
    Writer,
)
from genlb.drift.path import Item, Member, Path
from genlb.errors import Severity
from genlb.manifest import Manifest, ResourceKey
from genlb.network import decide
from genlb.report.fabric import Fabric, fabric_of
from tests.builders import a_full_cluster, a_pool
from tests.report.runs import HOSTILE

SECRET = "hunter2-of-the-tor"  # noqa: S105 -- what no report may ever hold
TIME = "2026-11-20T14:30:00Z"
CALICO = "projectcalico.org"
RENDERED = "clusters/fra1-prod/rendered"

KUBECTL = Attribution((Writer("kubectl-edit", "Update", "2026-11-20T14:03:07Z"),), Confidence.EXACT)
TWO = Attribution(
    (Writer("node-tuner", "Update", "2026-11-19T08:15:00Z"), Writer("argocd-controller", "Apply")), Confidence.ANCESTOR
)


def a_difference(path: Path, desired: Any = ABSENT, live: Any = ABSENT, **changes: Any) -> Difference:
    """A changed field; a warning that puts traffic at risk, by kubectl-edit, unless said otherwise."""
    told: dict[str, Any] = {
        "rule": "GLB801",
        "sort": Sort.CHANGED,
        "severity": Severity.WARNING,
        "traffic": Traffic.POSSIBLE,
        "attribution": KUBECTL,
        "remedy": "Apply what git has: `genlb reconcile fra1-prod`.",
    }
    told |= {"id": "-".join(["d", *(str(step) for step in path)])[:40]}
    return Difference(path=path, desired=desired, live=live, **(told | changes))


def an_object(kind: str, name: str, *differences: Difference, namespace: str = "", **changes: Any) -> ObjectDrift:
    """An object; drifted if it has differences, else in step."""
    group = CALICO if kind.startswith("BGP") else "metallb.io" if kind == "IPAddressPool" else ""
    told: dict[str, Any] = {"state": State.DRIFTED if differences else State.IN_STEP}
    return ObjectDrift(key=ResourceKey(group, kind, namespace, name), differences=differences, **(told | changes))


def a_drift(name: str, *objects: ObjectDrift, **changes: Any) -> ClusterDrift:
    """A cluster with these objects, compared with the main branch."""
    told: dict[str, Any] = {
        "source": Source("rendered files", "main", "4c315573f6d0a1b2"),
        "versions": Versions("1.35.2", "3.32.1", "0.16.1"),
        "context": name,
    }
    return ClusterDrift(name=name, objects=objects, **(told | changes))


def a_report(*clusters: ClusterDrift, **changes: Any) -> DriftReport:
    """A run over these."""
    return DriftReport(version="0.1.0", clusters=clusters, time=TIME, **changes)


def bgp_configuration(*, mesh: bool, cidrs: list[str]) -> Manifest:
    """Calico's default BGPConfiguration."""
    return {
        "apiVersion": "projectcalico.org/v3",
        "kind": "BGPConfiguration",
        "metadata": {"name": "default", "labels": {"app.kubernetes.io/managed-by": "genlb"}},
        "spec": {
            "asNumber": 64600,
            "logSeverityScreen": "Info",
            "nodeToNodeMeshEnabled": mesh,
            "serviceLoadBalancerIPs": [{"cidr": cidr} for cidr in cidrs],
        },
    }


def kube_proxy(*, strict: bool, scheduler: str) -> Manifest:
    """kube-proxy's ConfigMap."""
    config = (
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"
        "mode: ipvs\nclusterCIDR: 10.244.0.0/16\n"
        f"ipvs:\n  scheduler: {scheduler}\n  strictARP: {str(strict).lower()}\n"
    )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
        "data": {"config.conf": config},
    }


def daemon_set(image: str, **extra: Any) -> Manifest:
    """The VIP binder's DaemonSet, as far as it matters."""
    container = {
        "name": "vip",
        "image": image,
        "args": ["agent", "vip", "--config", "/etc/genlb/agent.json"],
        "resources": {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "96Mi"}},
        **extra,
    }
    pod = {"metadata": {"labels": {"app": "genlb-vip"}}, "spec": {"hostNetwork": True, "containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "genlb-vip", "namespace": "genlb-system"},
        "spec": {"selector": {"matchLabels": {"app": "genlb-vip"}}, "template": pod},
    }


PUBLIC = "10.208.1.0/24"
V6 = "fd00:10:208:1::/112"

MESH = a_difference(
    ("spec", "nodeToNodeMeshEnabled"),
    desired=False,
    live=True,
    severity=Severity.ERROR,
    traffic=Traffic.AFFECTED,
    effect="nodes without endpoints announce VIPs again: about half of the connections end nowhere",
    line=14,
    origin="clusters/fra1-prod/cluster.yaml:21:21",
)
LOST_CIDR = a_difference(
    ("spec", "serviceLoadBalancerIPs", Item((("cidr", PUBLIC),))),
    {"cidr": PUBLIC},
    rule="GLB802",
    sort=Sort.MISSING,
    severity=Severity.ERROR,
    traffic=Traffic.AFFECTED,
    effect="no router has a route to the IPv4 VIPs of pool `public`",
    line=16,
    origin="clusters/fra1-prod/cluster.yaml:44:21",
)
STRICT_ARP = a_difference(
    ("data", "config.conf"),
    desired=True,
    live=False,
    embedded=("ipvs", "strictARP"),
    effect="from its next restart on, every node answers ARP for every VIP",
    attribution=TWO,
    line=9,
)
IMAGE = a_difference(
    ("spec", "template", "spec", "containers", Item((("name", "vip"),)), "image"),
    "registry.example.com/genlb/genlb:v0.1.0",
    "registry.example.com/genlb/genlb:v0.0.9",
    traffic=Traffic.NONE,
)
FOREIGN = a_difference(
    ("spec", "template", "spec", "containers", Item((("name", "vip"),)), "env", Item((("name", "DEBUG"),))),
    ABSENT,
    {"name": "DEBUG", "value": "1"},
    rule="GLB804",
    sort=Sort.FOREIGN,
    severity=Severity.INFO,
    traffic=Traffic.NONE,
    remedy="Nothing, if it is meant.",
)
GONE = a_difference(
    (),
    rule="GLB811",
    sort=Sort.OBJECT,
    severity=Severity.ERROR,
    traffic=Traffic.AFFECTED,
    effect="rack r2 has no IPv4 session with r2-tor-b: its traffic goes through one ToR only",
    attribution=Attribution(),
)
STRANGER = a_difference(
    (),
    rule="GLB822",
    sort=Sort.OBJECT,
    severity=Severity.ERROR,
    traffic=Traffic.AFFECTED,
    effect="MetalLB keeps its last good configuration: no new Service gets an address",
    remedy="Delete it (`kubectl -n metallb-system delete ipaddresspool test`), or move its addresses.",
)
ORDER = a_difference(
    ("spec", "communities", Member("65001:100")),
    ["65001:100", "65001:200"],
    ["65001:200", "65001:100"],
    rule="GLB805",
    sort=Sort.ORDER,
    severity=Severity.INFO,
    traffic=Traffic.NONE,
)
PASSWORD = a_difference(
    ("data", "tor-password"),
    SECRET,
    SECRET + "-old",
    masked=True,
    effect="sessions with the ToRs go down when they reset",
)
HUSHED = Ignored(
    a_difference(("spec", "autoAssign"), desired=True),
    "the team of DNS tests this until NET-1234 is done",
    "2030-03-31",
)

FRA1 = a_drift(
    "fra1-prod",
    an_object(
        "BGPConfiguration",
        "default",
        MESH,
        LOST_CIDR,
        file=f"{RENDERED}/advertise/bgpconfiguration-default.yaml",
        desired=bgp_configuration(mesh=False, cidrs=[PUBLIC, V6, "10.208.3.0/28"]),
        live=bgp_configuration(mesh=True, cidrs=[V6, "10.208.3.0/28"]),
    ),
    an_object(
        "BGPPeer",
        "genlb-r2-tor-b-v4",
        GONE,
        state=State.MISSING,
        file=f"{RENDERED}/routing/bgppeer-genlb-r2-tor-b-v4.yaml",
        desired={
            "apiVersion": "projectcalico.org/v3",
            "kind": "BGPPeer",
            "metadata": {"name": "genlb-r2-tor-b-v4"},
            "spec": {"peerIP": "10.20.2.3", "asNumber": 65102, "filters": ["genlb-no-reexport"]},
        },
    ),
    an_object(
        "IPAddressPool",
        "test",
        STRANGER,
        namespace="metallb-system",
        state=State.UNMANAGED,
        live={
            "apiVersion": "metallb.io/v1beta1",
            "kind": "IPAddressPool",
            "metadata": {"name": "test", "namespace": "metallb-system"},
            "spec": {"addresses": ["10.208.1.128/25"]},
        },
    ),
    an_object(
        "ConfigMap",
        "kube-proxy",
        STRICT_ARP,
        namespace="kube-system",
        file=f"{RENDERED}/node/configmap-kube-proxy.yaml",
        desired=kube_proxy(strict=True, scheduler="rr"),
        live=kube_proxy(strict=False, scheduler="rr"),
    ),
    an_object(
        "DaemonSet",
        "genlb-vip",
        IMAGE,
        FOREIGN,
        namespace="genlb-system",
        file=f"{RENDERED}/node/daemonset-genlb-vip.yaml",
        desired=daemon_set("registry.example.com/genlb/genlb:v0.1.0"),
        live=daemon_set(
            "registry.example.com/genlb/genlb:v0.0.9",
            env=[{"name": "DEBUG", "value": "1"}],
            terminationMessagePath="/dev/log",
        ),
    ),
    an_object("BGPFilter", "genlb-no-reexport"),
    an_object("BGPPeer", "genlb-r1-tor-a-v4"),
    an_object("BGPPeer", "genlb-r1-tor-a-v6"),
    an_object("DaemonSet", "genlb-sysctl", namespace="genlb-system"),
    an_object("IPAddressPool", "dns", namespace="metallb-system", ignored=(HUSHED,)),
    an_object("IPAddressPool", "public", namespace="metallb-system"),
    an_object("Secret", "bgp-secrets", namespace="calico-system", state=State.NOT_CHECKED),
    not_checked=(
        NotChecked(
            "Secret bgp-secrets in calico-system",
            "the API server forbids it (403)",
            "kubectl apply -f clusters/fra1-prod/rendered/node/clusterrole-genlb-drift-reader.yaml",
        ),
    ),
    notes=("MetalLB's values are not compared: they are Helm's",),
    ignores_unused=(Ignore("BGPPeer/old-*", "spec.asNumber", "moved", "2027-01-01", "genlb.yaml:12:7"),),
)
AMS1 = a_drift("ams1-prod", *(an_object("BGPPeer", f"genlb-tor-{n}-v4") for n in range(4)))
MUC1 = a_drift(
    "muc1-edge",
    an_object(
        "Secret",
        "bgp-secrets",
        PASSWORD,
        namespace="calico-system",
        desired={"apiVersion": "v1", "kind": "Secret", "data": {"tor-password": SECRET}},
        live={"apiVersion": "v1", "kind": "Secret", "data": {"tor-password": SECRET + "-old", "other": SECRET}},
    ),
    an_object("IPAddressPool", "edge", ORDER, namespace="metallb-system"),
    stale=("clusters/muc1-edge/rendered/routing/ipaddresspool-edge.yaml",),
)
LAB1 = a_drift("lab1", error="10.20.9.1:6443: no route to host", versions=Versions())
HAM1 = a_drift(
    "ham1-prod",
    an_object("BGPConfiguration", "default"),
    not_checked=(
        NotChecked("ipaddresspools", "the dump holds no List of them", "kubectl get ipaddresspools -A -o yaml"),
    ),
)

CLEAN = a_report(AMS1)
FULL = a_report(AMS1, FRA1, HAM1, LAB1, MUC1)

_EVIL = {
    "rule": HOSTILE,
    "effect": HOSTILE,
    "remedy": HOSTILE,
    "origin": HOSTILE,
    "attribution": Attribution((Writer(HOSTILE, HOSTILE, HOSTILE, HOSTILE),) * 2, Confidence.EXACT),
}
_PATH: Path = (HOSTILE, Item(((HOSTILE, HOSTILE),)), Member(HOSTILE))
EVIL = a_report(
    a_drift(
        HOSTILE,
        *(
            an_object(
                HOSTILE,
                HOSTILE,
                a_difference(_PATH, HOSTILE, {HOSTILE: [HOSTILE]}, embedded=_PATH, severity=severity, **_EVIL),
                a_difference((), ABSENT, "=cmd|'/c calc'!A1", severity=severity, **_EVIL),
                namespace=HOSTILE,
                file=HOSTILE,
                desired={HOSTILE: {HOSTILE: f"{HOSTILE}\n{HOSTILE}"}},
                live={HOSTILE: [HOSTILE, {HOSTILE: float("nan")}], "\ud800": "\udfff"},
                ignored=(Ignored(a_difference(_PATH, HOSTILE), HOSTILE, HOSTILE),),
            )
            for severity in Severity
        ),
        source=Source(HOSTILE, HOSTILE, HOSTILE, dirty=True),
        versions=Versions(HOSTILE, HOSTILE, HOSTILE),
        not_checked=(NotChecked(HOSTILE, HOSTILE, HOSTILE),),
        stale=(HOSTILE,),
        notes=(HOSTILE,),
        ignores_unused=(Ignore(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
    ),
    a_drift("x", error=HOSTILE),
)


def fabrics() -> dict[str, Fabric]:
    """The drawing of fra1-prod."""
    cluster = a_full_cluster()
    on_link = a_pool("office", "10.20.1.200-10.20.1.219")
    cluster = a_full_cluster(pools=(*cluster.spec.pools, on_link))
    return {"fra1-prod": fabric_of(cluster, decide(cluster))}
