"""What a difference does to traffic, in the words of a network: a table by kind and path."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB, RBAC
from genlb.drift.model import ABSENT, Sort, Traffic
from genlb.drift.path import Item, Member, Path, spelled
from genlb.drift.walk import RawDifference
from genlb.errors import Severity
from genlb.manifest import ResourceKey

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
AFFECTED, POSSIBLE, NONE = Traffic.AFFECTED, Traffic.POSSIBLE, Traffic.NONE


class Effect(NamedTuple):
    """What a difference weighs and does; ``text`` may name the ``{value}`` that it is about."""

    severity: Severity
    traffic: Traffic
    text: str


class Row(NamedTuple):
    """``path`` is a glob over the spelled path (inside an embedded text, that path); ``when`` looks at the values."""

    kind: str
    path: str
    effect: Effect
    when: Callable[[RawDifference], bool] = lambda _: True


def _lost(raw: RawDifference) -> bool:
    return raw.live is ABSENT


def _added(raw: RawDifference) -> bool:
    return raw.desired is ABSENT


def _wanted(value: Any) -> Callable[[RawDifference], bool]:
    return lambda raw: raw.desired is value


_PROXY = "ConfigMap/kube-system/kube-proxy"
_DAEMONS = "DaemonSet/genlb-system/*"
_AGENTS = "ConfigMap/genlb-system/*"

_NO_EFFECT = Effect(WARNING, NONE, "No effect on traffic.")
_OPEN = Effect(WARNING, NONE, "")

_ROWS = (
    Row(
        _PROXY,
        "ipvs.strictARP",
        Effect(
            ERROR,
            AFFECTED,
            "Without strictARP every node answers ARP for every VIP in ipvs mode: frames for a VIP on a shared subnet"
            " land on any node. It takes effect with the next start of kube-proxy.",
        ),
        _wanted(value=True),
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
        _lost,
    ),
    Row(
        "BGPConfiguration/*",
        "spec.serviceLoadBalancerIPs*",
        Effect(WARNING, POSSIBLE, "The ToRs learn routes inside {value}, which git does not advertise."),
        _added,
    ),
    Row(
        "BGPConfiguration/*",
        "spec.service*IPs*",
        Effect(ERROR, AFFECTED, "The ToRs lose the routes to {value}."),
        _lost,
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
        _wanted(value=False),
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
        _lost,
    ),
    Row(
        "IPAddressPool/*",
        "spec.addresses*",
        Effect(WARNING, POSSIBLE, "Services may get addresses of {value}, which nothing in git announces."),
        _added,
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
    Row("ClusterRole/genlb-drift-reader", "*", _NO_EFFECT),
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

_METADATA = Row("*", "metadata.*", _NO_EFFECT)

_ABSENT_OBJECTS = {
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


def effect_of(key: ResourceKey, raw: RawDifference) -> Effect:
    """What one difference inside an object does."""
    if raw.path[:1] == ("metadata",):
        return _METADATA.effect
    name = f"{key.kind}/{key.namespace}/{key.name}" if key.namespace else f"{key.kind}/{key.name}"
    path = spelled(raw.embedded or raw.path)
    for row in _ROWS:
        if _matches(row.kind, name) and _matches(row.path, path) and row.when(raw):
            effect = row.effect
            return effect._replace(text=effect.text.replace("{value}", _value(raw))) if "{" in effect.text else effect
    return _OPEN


def effect_of_absence(key: ResourceKey) -> Effect:
    """What it does that an object of git is not there."""
    found = _ABSENT_OBJECTS.get((key.group, key.kind))
    if found is None or (key.group, key.kind, key.name) == (RBAC, "ClusterRole", "genlb-drift-reader"):
        return _OPEN
    return found


def is_harmless(sort: Sort) -> bool:
    """Whether a difference of this sort never counts as drift."""
    return sort in (Sort.FOREIGN, Sort.ORDER)


def _value(raw: RawDifference) -> str:
    """The member that the difference is about, as far as it can be named in a sentence."""
    path: Path = raw.path
    last = path[-1] if path else ""
    if isinstance(last, Member):
        return _short(last.value)
    if isinstance(last, Item):
        return _short(last.key[0][1])
    return "these addresses"


def _short(value: object) -> str:
    text = "".join(character if character.isprintable() else "?" for character in str(value))
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 -- a line of a report


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).match(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
