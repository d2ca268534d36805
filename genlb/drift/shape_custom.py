"""The custom resources that genlb writes or looks after: lists, spellings, what their CRDs fill in.

A test holds the list types equal to those of ``schemas/objects/``. Nothing empty is the same as missing here: MetalLB
stops allocating from a pool with ``serviceAllocation: {}``.
"""

from __future__ import annotations

from collections.abc import Mapping

from genlb.drift import scalars
from genlb.drift.kinds import ARGO, CALICO, FLUX, METALLB
from genlb.drift.shape import Order, Shape
from genlb.drift.shape_parts import METADATA

_FLUX_SOURCE = "source.toolkit.fluxcd.io"

_TEXT = Shape(typed=False)
_CIDR = Shape(typed=False, canon=scalars.network)
_ADDRESS = Shape(typed=False, canon=scalars.endpoint)
_DURATION = Shape(typed=False, canon=scalars.duration)
_OFF = Shape(typed=True)
"""A flag that Calico's own API leaves out when it is false."""


def _struct(fields: Mapping[str, Shape], *, closed: bool = False) -> Shape:
    return Shape(fields, typed=False, closed=closed)


def _default(value: object) -> Shape:
    return Shape(typed=False, default=value)


def _bag(each: Shape = _TEXT) -> Shape:
    return Shape(each=each, order=Order.BAG, typed=False, closed=True)


def _set(each: Shape = _TEXT) -> Shape:
    return Shape(each=each, order=Order.SET, typed=False)


def _keyed(key: str, each: Shape = _TEXT) -> Shape:
    """By key, and written as a whole."""
    return Shape(each=each, order=Order.KEYED, keys=(key,), typed=False, closed=True)


def _steps(each: Shape = _TEXT) -> Shape:
    return Shape(each=each, typed=False, closed=True)


_SELECTOR = _struct(
    {"matchLabels": _TEXT, "matchExpressions": _bag(_struct({"values": _bag()}, closed=True))}, closed=True
)
_SELECTORS = _bag(_SELECTOR)
_CIDRS = _keyed("cidr", _struct({"cidr": _CIDR}, closed=True))
_SECRET_KEY = _struct({"name": _default("")}, closed=True)
_PASSWORD = _struct({"secretKeyRef": _SECRET_KEY})

_BGP_CONFIGURATION = _struct(
    {
        "communities": _keyed("name"),
        "ignoredInterfaces": _set(),
        "logSeverityScreen": _default("Info"),
        "nodeMeshMaxRestartTime": _DURATION,
        "nodeMeshPassword": _PASSWORD,
        "prefixAdvertisements": _keyed("cidr", _struct({"cidr": _CIDR, "communities": _bag()}, closed=True)),
        "serviceClusterIPs": _CIDRS,
        "serviceExternalIPs": _CIDRS,
        "serviceLoadBalancerIPs": _CIDRS,
        "serviceLoadBalancerAggregation": _default("Enabled"),
    }
)
_BGP_PEER = _struct(
    {
        "filters": _steps(),
        "keepOriginalNextHop": _OFF,
        "maxRestartTime": _DURATION,
        "password": _PASSWORD,
        "peerIP": _ADDRESS,
        "reachableBy": _ADDRESS,
    }
)
_FILTER_RULE = _struct(
    {
        "cidr": _CIDR,
        "asPathPrefix": _steps(),
        "prefixLength": _struct({}, closed=True),
        "communities": _struct({"values": _bag()}, closed=True),
        "operations": _steps(_struct({}, closed=True)),
    },
    closed=True,
)
_BGP_FILTER = _struct({name: _steps(_FILTER_RULE) for name in ("exportV4", "exportV6", "importV4", "importV6")})
_IP_POOL = _struct(
    {
        "cidr": _CIDR,
        "allowedUses": Shape(each=_TEXT, order=Order.SET, typed=False, default=["Workload", "Tunnel"]),
        "assignmentMode": _default("Automatic"),
        "blockSize": Shape(typed=False, assigned=True),
        "disabled": _OFF,
        "disableBGPExport": _OFF,
        "ipipMode": _default("Never"),
        "natOutgoing": _OFF,
        "nodeSelector": _default("all()"),
        "vxlanMode": _default("Never"),
    }
)
_FELIX = _struct({"nftablesMode": _default("Auto")})
_RESERVATION = _struct({"reservedCIDRs": _set(_CIDR)})

_ALLOCATION = _struct({"namespaces": _bag(), "namespaceSelectors": _SELECTORS, "serviceSelectors": _SELECTORS})
_POOL = _struct(
    {
        "addresses": _bag(Shape(typed=False, canon=scalars.block)),
        "autoAssign": _default(value=True),
        "avoidBuggyIPs": _default(value=False),
        "serviceAllocation": _ALLOCATION,
    }
)
_METALLB_PEER = _struct(
    {
        "ebgpMultiHop": _OFF,
        "holdTime": _DURATION,
        "keepaliveTime": _DURATION,
        "connectTime": _DURATION,
        "disableMP": _default(value=False),
        "dualStackAddressFamily": _default(value=False),
        "nodeSelectors": _SELECTORS,
        "passwordSecret": _struct({}, closed=True),
        "peerAddress": _ADDRESS,
        "sourceAddress": _ADDRESS,
        "peerPort": _default(179),
    }
)
_BGP_ADVERTISEMENT = _struct(
    {
        "aggregationLength": _default(32),
        "aggregationLengthV6": _default(128),
        "communities": _bag(),
        "ipAddressPools": _bag(),
        "ipAddressPoolSelectors": _SELECTORS,
        "nodeSelectors": _SELECTORS,
        "peers": _bag(),
        "serviceSelectors": _SELECTORS,
    }
)
_L2_ADVERTISEMENT = _struct(
    {
        "interfaces": _bag(),
        "ipAddressPools": _bag(),
        "ipAddressPoolSelectors": _SELECTORS,
        "nodeSelectors": _SELECTORS,
        "serviceSelectors": _SELECTORS,
    }
)

_REFERENCES = _bag(_struct({}, closed=True))
_APPLICATION = _struct(
    {
        "ignoreDifferences": _bag(
            _struct({"jsonPointers": _bag(), "jqPathExpressions": _bag(), "managedFieldsManagers": _bag()}, closed=True)
        ),
        "info": _bag(),
        "sources": _steps(),
        "syncPolicy": _struct({"syncOptions": _bag()}),
    }
)
_KUSTOMIZATION = _struct(
    {
        "dependsOn": _REFERENCES,
        "healthChecks": _REFERENCES,
        "healthCheckExprs": _REFERENCES,
        "force": _default(value=False),
        "interval": _DURATION,
        "retryInterval": _DURATION,
        "timeout": _DURATION,
    }
)
_GIT_REPOSITORY = _struct({"interval": _DURATION, "timeout": Shape(typed=False, canon=scalars.duration, default="60s")})
_CONTROLLERS = _struct(
    {
        "healthChecks": _default("Enabled"),
        "controllers": _struct(
            {
                "loadBalancer": _struct({"assignIPs": _default("AllServices")}),
                "node": _struct(
                    {"hostEndpoint": _struct({"templates": _steps(_struct({"interfaceCIDRs": _set(_CIDR)}))})}
                ),
                "policyMigration": _struct({"enabled": _default("Enabled")}),
            }
        ),
    }
)


def _kind(spec: Shape, **others: Shape) -> Shape:
    return Shape({"metadata": METADATA, "spec": spec, **others}, typed=False)


CUSTOM: Mapping[tuple[str, str], Shape] = {
    (ARGO, "Application"): _kind(_APPLICATION, operation=Shape(typed=False, assigned=True)),
    (CALICO, "BGPConfiguration"): _kind(_BGP_CONFIGURATION),
    (CALICO, "BGPFilter"): _kind(_BGP_FILTER),
    (CALICO, "BGPPeer"): _kind(_BGP_PEER),
    (CALICO, "FelixConfiguration"): _kind(_FELIX),
    (CALICO, "IPPool"): _kind(_IP_POOL),
    (CALICO, "IPReservation"): _kind(_RESERVATION),
    (CALICO, "KubeControllersConfiguration"): _kind(_CONTROLLERS),
    (_FLUX_SOURCE, "GitRepository"): _kind(_GIT_REPOSITORY),
    (FLUX, "Kustomization"): _kind(_KUSTOMIZATION),
    (METALLB, "BGPAdvertisement"): _kind(_BGP_ADVERTISEMENT),
    (METALLB, "BGPPeer"): _kind(_METALLB_PEER),
    (METALLB, "Community"): _kind(_struct({"communities": _keyed("name")})),
    (METALLB, "IPAddressPool"): _kind(_POOL),
    (METALLB, "L2Advertisement"): _kind(_L2_ADVERTISEMENT),
}
"""By group and kind; Calico's under the group in which genlb writes them."""
