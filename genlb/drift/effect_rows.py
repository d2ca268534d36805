"""The table of effects, in the words of a network: the first row that fits says what a difference does to traffic."""

from __future__ import annotations

from genlb.drift.effect import Effect, Row, When, added, always, lost, wanted
from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB, RBAC
from genlb.drift.model import Traffic
from genlb.errors import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING
AFFECTED, POSSIBLE, NONE = Traffic.AFFECTED, Traffic.POSSIBLE, Traffic.NONE

_PROXY = "ConfigMap/kube-system/kube-proxy"
_DAEMONS = "DaemonSet/genlb-system/*"
_AGENTS = "ConfigMap/genlb-system/*"


def _hurts(kind: str, path: str, text: str, when: When = always) -> Row:
    return Row(kind, path, Effect(ERROR, AFFECTED, text), when)


def _may_hurt(kind: str, path: str, text: str, when: When = always) -> Row:
    return Row(kind, path, Effect(WARNING, POSSIBLE, text), when)


NO_EFFECT = Effect(WARNING, NONE, "No effect on traffic.")
NOT_KNOWN = Effect(WARNING, NONE, "")

ROWS = (
    _hurts(
        _PROXY,
        "ipvs.strictARP",
        "Without strictARP every node answers ARP for every VIP in ipvs mode: frames for a VIP on a shared subnet"
        " land on any node. It takes effect with the next start of kube-proxy.",
        wanted(value=True),
    ),
    _may_hurt(
        _PROXY,
        "ipvs.strictARP",
        "With strictARP no node answers ARP for a VIP that only kube-ipvs0 holds: an on-link VIP is dead after the"
        " next start of kube-proxy.",
    ),
    _hurts(
        _PROXY,
        "mode",
        "In another mode kube-proxy binds VIPs on kube-ipvs0 or does not: which node answers for a VIP changes with"
        " the next start of kube-proxy.",
    ),
    _may_hurt(
        _PROXY, "ipvs.excludeCIDRs*", "kube-proxy cleans up, or leaves alone, other IPVS services than git says."
    ),
    _may_hurt(
        _PROXY, "clusterCIDR", "kube-proxy takes other sources for pods: it masquerades traffic that it should not."
    ),
    _may_hurt(_PROXY, "nodePortAddresses*", "NodePorts answer on other addresses of the nodes than git says."),
    _may_hurt(_PROXY, "*", "kube-proxy works otherwise than git says from its next start on."),
    _may_hurt(
        "DaemonSet/kube-system/kube-proxy",
        "*kube-proxy-config-hash*",
        "kube-proxy was not restarted for the configuration of git: nodes may run an older one.",
    ),
    _hurts(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerIPs*",
        "The ToRs lose the route to {value}: its VIPs cannot be reached from outside.",
        lost,
    ),
    _may_hurt(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerIPs*",
        "The ToRs learn routes inside {value}, which git does not advertise.",
        added,
    ),
    _hurts("BGPConfiguration/*", "spec.service*IPs*", "The ToRs lose the routes to {value}.", lost),
    _may_hurt("BGPConfiguration/*", "spec.service*IPs*", "The ToRs learn other routes than git advertises."),
    _hurts(
        "BGPConfiguration/*",
        "spec.asNumber",
        "Nodes speak BGP with another AS number: ToRs refuse the sessions, all routes go.",
    ),
    _hurts(
        "BGPConfiguration/*",
        "spec.nodeToNodeMeshEnabled",
        "Nodes peer with each other: they learn each other's VIP routes, and pass them on where no filter stands.",
        wanted(value=False),
    ),
    _hurts(
        "BGPConfiguration/*",
        "spec.nodeToNodeMeshEnabled",
        "Nodes no longer peer with each other: they lose the routes to each other's pods.",
    ),
    _may_hurt(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerAggregation",
        "ToRs learn one route for each Service instead of whole pools, or the reverse.",
    ),
    _hurts(
        "BGPConfiguration/*",
        "spec.listenPort",
        "Nodes listen for BGP on another port: sessions that the ToRs open do not come up.",
    ),
    _may_hurt(
        "BGPConfiguration/*",
        "spec.ignoredInterfaces*",
        "BIRD announces addresses of an interface that it shall not look at.",
    ),
    _may_hurt(
        "BGPConfiguration/*",
        "spec.[cp][or]*",
        "ToRs apply another policy: routes carry other communities than git says.",
    ),
    _may_hurt("BGPConfiguration/*", "spec.*", "Calico's BGP works otherwise than git says."),
    _hurts(
        "BGPPeer/*",
        "spec.filters*",
        "Without the export filter nodes pass on routes of other nodes: traffic reaches nodes without an endpoint"
        " and is dropped.",
    ),
    _hurts("BGPPeer/*", "spec.nodeSelector", "Other nodes peer with this router: some announce no VIP to it any more."),
    _may_hurt("BGPPeer/*", "spec.maxRestartTime", "Routes stay a different time while calico-node restarts."),
    _hurts("BGPPeer/*", "spec.*", "The session to this router may not come up: its routes go."),
    _hurts("BGPFilter/*", "spec.*", "Nodes announce other routes to the ToRs, or pass on those of other nodes."),
    _hurts(
        "IPAddressPool/*",
        "spec.addresses*",
        "MetalLB gives every Service that has an address of {value} another one at once.",
        lost,
    ),
    _may_hurt(
        "IPAddressPool/*",
        "spec.addresses*",
        "Services may get addresses of {value}, which nothing in git announces.",
        added,
    ),
    _may_hurt("IPAddressPool/*", "spec.autoAssign", "Services that name no pool get an address elsewhere, or none."),
    _may_hurt("IPAddressPool/*", "spec.serviceAllocation*", "Other Services than git says get addresses of this pool."),
    _may_hurt("IPAddressPool/*", "spec.*", "MetalLB allocates otherwise than git says."),
    _may_hurt(_DAEMONS, "spec.template.spec.[nt]o*", "The daemon runs on other nodes than git says."),
    _may_hurt(_DAEMONS, "spec.*", "The daemon works otherwise than git says, on every node."),
    _may_hurt(_AGENTS, "*", "The daemons are told something else than git says."),
    Row("ClusterRole/genlb-drift-reader", "*", NO_EFFECT),
    _may_hurt("*Role*/*genlb-*", "rules*", "The daemon, or calico-node, has other rights than it needs."),
    _may_hurt("*RoleBinding/*genlb-*", "*", "The daemon, or calico-node, may have lost its rights."),
    _may_hurt("Service/*", "spec.*", "The Service forwards otherwise than git says."),
)

ABSENT_OBJECTS = {
    (CALICO, "BGPConfiguration"): Effect(ERROR, AFFECTED, "No VIP is advertised: the ToRs have no route to any."),
    (CALICO, "BGPPeer"): Effect(ERROR, AFFECTED, "The session to this router is gone, and with it every VIP's route."),
    (CALICO, "BGPFilter"): Effect(
        ERROR, AFFECTED, "Nodes pass on routes of other nodes: traffic reaches nodes without an endpoint."
    ),
    (METALLB, "IPAddressPool"): Effect(
        ERROR, AFFECTED, "MetalLB takes the addresses of this pool away from every Service that has one."
    ),
    ("apps", "DaemonSet"): Effect(ERROR, AFFECTED, "No node runs the daemon: nobody holds its VIPs or sysctls."),
    ("", "Namespace"): Effect(ERROR, AFFECTED, "Everything inside it is gone too."),
    ("", "ServiceAccount"): Effect(ERROR, POSSIBLE, "New pods of the daemon do not start."),
    ("", "ConfigMap"): Effect(ERROR, POSSIBLE, "New pods that mount it do not start."),
    **dict.fromkeys(
        ((RBAC, kind) for kind in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")),
        Effect(WARNING, POSSIBLE, "Whoever it gives rights to has lost them."),
    ),
    (ARGO, "Application"): Effect(WARNING, NONE, "Argo CD does not apply this unit: changes in git do not arrive."),
    (FLUX, "Kustomization"): Effect(WARNING, NONE, "Flux does not apply this unit: changes in git do not arrive."),
}
"""By group and kind: what it does that an object of git is not there."""
