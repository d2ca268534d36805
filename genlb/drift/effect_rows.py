"""The table of effects, in the words of a network: the first row that fits says what a difference does to traffic."""

from __future__ import annotations

from genlb.drift.effect import Effect, Row, added, lost, wanted
from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB, RBAC
from genlb.drift.model import Traffic
from genlb.errors import Severity

ERROR, WARNING = Severity.ERROR, Severity.WARNING
AFFECTED, POSSIBLE, NONE = Traffic.AFFECTED, Traffic.POSSIBLE, Traffic.NONE

_PROXY = "ConfigMap/kube-system/kube-proxy"
_DAEMONS = "DaemonSet/genlb-system/*"
_AGENTS = "ConfigMap/genlb-system/*"

NO_EFFECT = Effect(WARNING, NONE, "No effect on traffic.")
NOT_KNOWN = Effect(WARNING, NONE, "")

ROWS = (
    Row(
        _PROXY,
        "ipvs.strictARP",
        Effect(
            ERROR,
            AFFECTED,
            "Without strictARP every node answers ARP for every VIP in ipvs mode: frames for a VIP on a shared subnet"
            " land on any node. It takes effect with the next start of kube-proxy.",
        ),
        wanted(value=True),
    ),
    Row(
        _PROXY,
        "ipvs.strictARP",
        Effect(
            WARNING,
            POSSIBLE,
            "With strictARP no node answers ARP for a VIP that only kube-ipvs0 holds: an on-link VIP is dead after the"
            " next start of kube-proxy.",
        ),
    ),
    Row(
        _PROXY,
        "mode",
        Effect(
            ERROR,
            AFFECTED,
            "In another mode kube-proxy binds VIPs on kube-ipvs0 or does not: which node answers for a VIP changes with"
            " the next start of kube-proxy.",
        ),
    ),
    Row(
        _PROXY,
        "ipvs.excludeCIDRs*",
        Effect(WARNING, POSSIBLE, "kube-proxy cleans up, or leaves alone, other IPVS services than git says."),
    ),
    Row(
        _PROXY,
        "clusterCIDR",
        Effect(
            WARNING, POSSIBLE, "kube-proxy takes other sources for pods: it masquerades traffic that it should not."
        ),
    ),
    Row(
        _PROXY,
        "nodePortAddresses*",
        Effect(WARNING, POSSIBLE, "NodePorts answer on other addresses of the nodes than git says."),
    ),
    Row(
        _PROXY,
        "*",
        Effect(WARNING, POSSIBLE, "kube-proxy works otherwise than git says from its next start on."),
    ),
    Row(
        "DaemonSet/kube-system/kube-proxy",
        "*kube-proxy-config-hash*",
        Effect(
            WARNING,
            POSSIBLE,
            "kube-proxy was not restarted for the configuration of git: nodes may run an older one.",
        ),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerIPs*",
        Effect(ERROR, AFFECTED, "The ToRs lose the route to {value}: its VIPs cannot be reached from outside."),
        lost,
    ),
    Row(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerIPs*",
        Effect(WARNING, POSSIBLE, "The ToRs learn routes inside {value}, which git does not advertise."),
        added,
    ),
    Row(
        "BGPConfiguration/*",
        "spec.service*IPs*",
        Effect(ERROR, AFFECTED, "The ToRs lose the routes to {value}."),
        lost,
    ),
    Row(
        "BGPConfiguration/*",
        "spec.service*IPs*",
        Effect(WARNING, POSSIBLE, "The ToRs learn other routes than git advertises."),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.asNumber",
        Effect(ERROR, AFFECTED, "Nodes speak BGP with another AS number: ToRs refuse the sessions, all routes go."),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.nodeToNodeMeshEnabled",
        Effect(
            ERROR,
            AFFECTED,
            "Nodes peer with each other: they learn each other's VIP routes, and pass them on where no filter stands.",
        ),
        wanted(value=False),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.nodeToNodeMeshEnabled",
        Effect(ERROR, AFFECTED, "Nodes no longer peer with each other: they lose the routes to each other's pods."),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerAggregation",
        Effect(WARNING, POSSIBLE, "ToRs learn one route for each Service instead of whole pools, or the reverse."),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.listenPort",
        Effect(ERROR, AFFECTED, "Nodes listen for BGP on another port: sessions that the ToRs open do not come up."),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.ignoredInterfaces*",
        Effect(WARNING, POSSIBLE, "BIRD announces addresses of an interface that it shall not look at."),
    ),
    Row(
        "BGPConfiguration/*",
        "spec.[cp][or]*",
        Effect(WARNING, POSSIBLE, "ToRs apply another policy: routes carry other communities than git says."),
    ),
    Row("BGPConfiguration/*", "spec.*", Effect(WARNING, POSSIBLE, "Calico's BGP works otherwise than git says.")),
    Row(
        "BGPPeer/*",
        "spec.filters*",
        Effect(
            ERROR,
            AFFECTED,
            "Without the export filter nodes pass on routes of other nodes: traffic reaches nodes without an endpoint"
            " and is dropped.",
        ),
    ),
    Row(
        "BGPPeer/*",
        "spec.nodeSelector",
        Effect(ERROR, AFFECTED, "Other nodes peer with this router: some announce no VIP to it any more."),
    ),
    Row(
        "BGPPeer/*",
        "spec.maxRestartTime",
        Effect(WARNING, POSSIBLE, "Routes stay a different time while calico-node restarts."),
    ),
    Row("BGPPeer/*", "spec.*", Effect(ERROR, AFFECTED, "The session to this router may not come up: its routes go.")),
    Row(
        "BGPFilter/*",
        "spec.*",
        Effect(ERROR, AFFECTED, "Nodes announce other routes to the ToRs, or pass on those of other nodes."),
    ),
    Row(
        "IPAddressPool/*",
        "spec.addresses*",
        Effect(ERROR, AFFECTED, "MetalLB gives every Service that has an address of {value} another one at once."),
        lost,
    ),
    Row(
        "IPAddressPool/*",
        "spec.addresses*",
        Effect(WARNING, POSSIBLE, "Services may get addresses of {value}, which nothing in git announces."),
        added,
    ),
    Row(
        "IPAddressPool/*",
        "spec.autoAssign",
        Effect(WARNING, POSSIBLE, "Services that name no pool get an address elsewhere, or none."),
    ),
    Row(
        "IPAddressPool/*",
        "spec.serviceAllocation*",
        Effect(WARNING, POSSIBLE, "Other Services than git says get addresses of this pool."),
    ),
    Row("IPAddressPool/*", "spec.*", Effect(WARNING, POSSIBLE, "MetalLB allocates otherwise than git says.")),
    Row(
        _DAEMONS,
        "spec.template.spec.[nt]o*",
        Effect(WARNING, POSSIBLE, "The daemon runs on other nodes than git says."),
    ),
    Row(_DAEMONS, "spec.*", Effect(WARNING, POSSIBLE, "The daemon works otherwise than git says, on every node.")),
    Row(_AGENTS, "*", Effect(WARNING, POSSIBLE, "The daemons are told something else than git says.")),
    Row("ClusterRole/genlb-drift-reader", "*", NO_EFFECT),
    Row(
        "*Role*/*genlb-*",
        "rules*",
        Effect(WARNING, POSSIBLE, "The daemon, or calico-node, has other rights than it needs."),
    ),
    Row(
        "*RoleBinding/*genlb-*",
        "*",
        Effect(WARNING, POSSIBLE, "The daemon, or calico-node, may have lost its rights."),
    ),
    Row("Service/*", "spec.*", Effect(WARNING, POSSIBLE, "The Service forwards otherwise than git says.")),
)

METADATA = Row("*", "metadata.*", NO_EFFECT)

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
    (RBAC, "Role"): Effect(WARNING, POSSIBLE, "Whoever it gives rights to has lost them."),
    (RBAC, "RoleBinding"): Effect(WARNING, POSSIBLE, "Whoever it gives rights to has lost them."),
    (RBAC, "ClusterRole"): Effect(WARNING, POSSIBLE, "Whoever it gives rights to has lost them."),
    (RBAC, "ClusterRoleBinding"): Effect(WARNING, POSSIBLE, "Whoever it gives rights to has lost them."),
    (ARGO, "Application"): Effect(WARNING, NONE, "Argo CD does not apply this unit: changes in git do not arrive."),
    (FLUX, "Kustomization"): Effect(WARNING, NONE, "Flux does not apply this unit: changes in git do not arrive."),
}
"""By group and kind: what it does that an object of git is not there."""
