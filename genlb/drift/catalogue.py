"""What drift can find: the rules GLB8xx, each with why it matters and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from genlb.errors import Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class DriftRule(NamedTuple):
    """One rule. ``severity`` is what a finding weighs where nothing about the object or the field says otherwise."""

    id: str
    severity: Severity
    title: str
    why: str
    remedy: str


_MOVE = (
    "Apply what git has (let Argo CD or Flux sync, or `kubectl apply --server-side -k`), or bring the change into the"
    " spec."
)

CHANGED = DriftRule(
    "GLB801",
    WARNING,
    "A field has another value than in git",
    "Git says what reviewers agreed to; the cluster does something else, and the next apply silently undoes it.",
    _MOVE,
)
MISSING = DriftRule(
    "GLB802",
    WARNING,
    "A field that git sets is missing",
    "Somebody removed it, or the API server does not know it and dropped it without a word.",
    _MOVE + " A field that stays away after an apply is unknown to the CRD: compare `spec.versions` with the cluster.",
)
EXTRA = DriftRule(
    "GLB803",
    WARNING,
    "A field that git dropped is still there",
    "Whoever applies git owns the field and has not taken it back: an apply did not happen, or its owner changed from"
    " client-side to server-side apply and left the field behind.",
    "Apply what git has; if the field stays, remove it once with `kubectl edit`.",
)
FOREIGN = DriftRule(
    "GLB804",
    INFO,
    "Somebody else set a field that git leaves open",
    "No apply from git will ever change or remove it. Webhooks and controllers do this rightly; so do people by hand.",
    "Nothing, if it is meant. Else take it out with `kubectl edit`, or put it into the spec; `--strict` says drift.",
)
ORDER = DriftRule(
    "GLB805",
    INFO,
    "Only the order of a list differs",
    "The list is read as a set: the cluster does the same in either order.",
    "Nothing.",
)
UNREADABLE = DriftRule(
    "GLB806",
    ERROR,
    "A configuration inside a ConfigMap cannot be read",
    "The text is no YAML, so the program that is configured by it will not start with it the next time.",
    "Restore the text: apply what git has, or the captured base configuration.",
)
OBJECT_MISSING = DriftRule(
    "GLB811",
    WARNING,
    "An object of git is not in the cluster",
    "It was deleted, or never applied.",
    "Apply what git has (let Argo CD or Flux sync, or `kubectl apply --server-side -k`).",
)
ORPHANED = DriftRule(
    "GLB812",
    WARNING,
    "An object of genlb that git no longer has",
    "It goes on doing its work, unseen by reviews. Pruning is off, or failed.",
    "Remove it: let Argo CD or Flux prune, or `kubectl delete` it.",
)
UNMANAGED = DriftRule(
    "GLB813",
    INFO,
    "An object of a kind that genlb looks after, which git does not have",
    "Somebody else made it. It works beside what git has and may one day contradict it.",
    "Bring it into the spec (`genlb adopt` shows how), or leave it and ignore it with a reason.",
)
TERMINATING = DriftRule(
    "GLB814",
    WARNING,
    "An object is being deleted",
    "It is gone as soon as its finalizers are, and with it what it does for traffic.",
    "Find out who deleted it; when it is gone, apply what git has.",
)
EMPTY_ALLOCATION = DriftRule(
    "GLB821",
    ERROR,
    "A pool allocates to nobody",
    "`serviceAllocation: {}` is not the same as none: MetalLB then gives no Service an address of this pool.",
    "Remove `spec.serviceAllocation` from the pool: `kubectl edit ipaddresspool`.",
)
POOL_OVERLAP = DriftRule(
    "GLB822",
    ERROR,
    "A pool that git does not have overlaps one that it has",
    "MetalLB refuses its whole configuration while two pools share an address, and keeps the one before.",
    "Delete the pool, or move its addresses.",
)
POOL_UNKNOWN = DriftRule(
    "GLB823",
    WARNING,
    "A pool that git does not have hands out addresses",
    "Services may get an address that no BGPConfiguration advertises: nobody can reach it.",
    "Bring the pool into the spec, or set `autoAssign: false` on it, or delete it when no Service uses it.",
)
SPEAKER = DriftRule(
    "GLB824",
    WARNING,
    "MetalLB's speaker runs, although Calico announces",
    "Two announcers: the speaker may answer ARP for VIPs, and an FRR beside it takes port 179 from Calico's BIRD.",
    "Turn the speaker off in MetalLB's Helm values, as the rendered `metallb-values.yaml` does.",
)
BGP_ADVERTISEMENT = DriftRule(
    "GLB825",
    WARNING,
    "A MetalLB BGPAdvertisement exists, although Calico announces",
    "As soon as a speaker runs, VIPs are announced twice, with other next hops than Calico's.",
    "Delete it: Calico's BGPConfiguration says what is announced.",
)
L2_ADVERTISEMENT = DriftRule(
    "GLB826",
    WARNING,
    "A MetalLB L2Advertisement exists, although MetalLB only allocates",
    "As soon as a speaker runs, a second node answers ARP for the VIPs that the VIP binder holds.",
    "Delete it: the pools' `announce` says who answers for a VIP.",
)
METALLB_PEER = DriftRule(
    "GLB827",
    WARNING,
    "A MetalLB BGPPeer exists, although Calico speaks BGP",
    "As soon as a speaker runs, it opens a second session from the same node, and routers drop one of the two.",
    "Delete it: Calico's BGPPeers hold the sessions.",
)
CALICO_ALLOCATOR = DriftRule(
    "GLB828",
    WARNING,
    "A Calico IPPool hands out LoadBalancer addresses",
    "Two allocators answer for the same Services: each may give one of them another address.",
    "Take `LoadBalancer` out of the IPPool's `allowedUses`, or delete the pool.",
)
FOREIGN_ADVERTISED = DriftRule(
    "GLB829",
    WARNING,
    "Calico advertises what git does not mention",
    "The routers learn routes that nobody reviewed, and send that traffic to the nodes.",
    "Remove the list from the BGPConfiguration, or say it in `spec.bgp.advertise`.",
)
FOREIGN_PEER = DriftRule(
    "GLB830",
    WARNING,
    "A BGP session that git does not have",
    "VIPs are announced to a router that nobody reviewed, without the filter that keeps nodes from passing on routes.",
    "Bring the peer into `spec.bgp.racks`, or delete it.",
)
FOREIGN_AUTO_ASSIGN = DriftRule(
    "GLB831",
    WARNING,
    "A pool no longer allocates by itself",
    "With `autoAssign: false` a Service that asks for no pool gets no address and stays Pending.",
    "Remove `spec.autoAssign` from the pool, or set it in the spec.",
)
VERSIONS = DriftRule(
    "GLB832",
    WARNING,
    "The cluster runs another version than the spec says",
    "The spec's versions decide which fields are rendered and which rules apply.",
    "Set `spec.versions` to what runs, render, and review what changes.",
)
PAUSED_SYNC = DriftRule(
    "GLB833",
    WARNING,
    "The GitOps engine does not apply this unit",
    "It is suspended, or no longer syncs by itself: changes in git do not arrive.",
    "Resume it, or take the change back with the next sync.",
)
REPORT_MISSING = DriftRule(
    "GLB840",
    WARNING,
    "A node never reported",
    "The DaemonSet belongs on the node, and its daemon has published nothing: it does not run there, or may not write"
    " its Lease.",
    "Look at the daemon's pod on the node: `kubectl -n genlb-system get pods -o wide`, then its logs.",
)
REPORT_STALE = DriftRule(
    "GLB841",
    WARNING,
    "A node no longer reports",
    "A daemon renews its report every minute. After three minutes without a word, what it said before counts no more.",
    "Look at the node and at the daemon's pod on it: `kubectl -n genlb-system get pods -o wide`, then its logs.",
)
SYSCTL_DEVIATES = DriftRule(
    "GLB842",
    WARNING,
    "Sysctls of a node are not as declared",
    "Another program writes them, the kernel does not know them, or they cannot be written: ARP answers and reverse"
    " path checks are other ones than reviewed.",
    "Find out who writes them (the daemon's log names the keys), or take the keys out of `spec.sysctls`.",
)
VIP_REFUSED = DriftRule(
    "GLB843",
    WARNING,
    "The VIP binder refuses addresses of Services",
    "It binds nothing outside the pools, and nothing that a node or gateway has: nobody answers for such a VIP. Every"
    " node refuses the same, so each reason is told once.",
    "Give the Services addresses of a pool; `kubectl describe service` shows each refusal as an Event.",
)
VIP_FOREIGN = DriftRule(
    "GLB844",
    WARNING,
    "Somebody else holds a VIP on a node",
    "The binder touches nothing that it did not make, so it can neither announce the address nor take it off.",
    "Remove what is not meant (`ip address`, `ip route show table local` on the node); keepalived and scripts do this.",
)
VIP_UNHELD = DriftRule(
    "GLB845",
    ERROR,
    "kube-proxy does not hold a VIP that it should",
    "In ipvs mode a VIP is local because kube-ipvs0 has it. A node without it drops what arrives for the VIP.",
    "Look at kube-proxy on the node: its log, its mode, and `ip address show kube-ipvs0`.",
)
ROUTE_LEAK = DriftRule(
    "GLB846",
    ERROR,
    "A VIP stands on an interface that BIRD reads",
    "BIRD then announces its /32 or /128 from this node beside the pool's prefix, and routers send all traffic of the"
    " VIP there.",
    "Take the address off the interface: the binder's local route needs none.",
)
PROXY_MODE = DriftRule(
    "GLB847",
    ERROR,
    "kube-proxy runs in another mode on a node than the spec says",
    "It was not restarted after a change, or has a configuration of its own there.",
    "Restart kube-proxy on the node, or set `spec.kubeProxy.mode` to what runs.",
)
OLD_AGENT = DriftRule(
    "GLB848",
    WARNING,
    "A node daemon runs with another configuration than git has",
    "Its pod was not restarted: pools, modes and sysctls on the node are those of an older commit.",
    "Wait for the roll-out (`kubectl -n genlb-system rollout status ds`); if it hangs, look at the first node's pod.",
)
PROXY_CONFIG = DriftRule(
    "GLB849",
    WARNING,
    "kube-proxy runs with other settings on a node than git has",
    "It reads its file once, when it starts: a change of the ConfigMap reaches a node with the next start there.",
    "Restart kube-proxy on the node, or put into git what runs.",
)
VIP_WITHHELD = DriftRule(
    "GLB850",
    INFO,
    "A node keeps VIPs that the API's lists lack",
    "A list without most of what a node has may come from a backup or past a new access rule. The binder asks once more"
    " before it takes those VIPs away.",
    "Nothing, if the Services were deleted. Else look at the API server before the VIPs go.",
)
SERVICE_ADDRESS = DriftRule(
    "GLB210",
    ERROR,
    "A pool in git no longer holds the address of a live Service",
    "MetalLB does not protect addresses in use: as soon as git is applied, it gives these Services another address.",
    "Put the addresses back into the pool, or move the Services first (`genlb plan` shows the order).",
)

_ALL = (
    SERVICE_ADDRESS,
    CHANGED,
    MISSING,
    EXTRA,
    FOREIGN,
    ORDER,
    UNREADABLE,
    OBJECT_MISSING,
    ORPHANED,
    UNMANAGED,
    TERMINATING,
    EMPTY_ALLOCATION,
    POOL_OVERLAP,
    POOL_UNKNOWN,
    SPEAKER,
    BGP_ADVERTISEMENT,
    L2_ADVERTISEMENT,
    METALLB_PEER,
    CALICO_ALLOCATOR,
    FOREIGN_ADVERTISED,
    FOREIGN_PEER,
    FOREIGN_AUTO_ASSIGN,
    VERSIONS,
    PAUSED_SYNC,
    REPORT_MISSING,
    REPORT_STALE,
    SYSCTL_DEVIATES,
    VIP_REFUSED,
    VIP_FOREIGN,
    VIP_UNHELD,
    ROUTE_LEAK,
    PROXY_MODE,
    OLD_AGENT,
    PROXY_CONFIG,
    VIP_WITHHELD,
)

RULES: Mapping[str, DriftRule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""Every rule of drift by its id."""
