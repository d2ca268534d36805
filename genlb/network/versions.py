"""What which release of Kubernetes, Calico and MetalLB can do: the one table of version facts.

Nothing else in genlb compares versions. A release without a patch number stands for its whole line and is judged as
the line's first release, since nobody may rely on what a line learned later. A feature is what its name says, put
positively: something is there, or in force, or works (where a few releases have a bug).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from genlb.spec.model import Versions
from genlb.spec.values import Version


class Component(enum.Enum):
    """Whose release it is; the value is the key under ``spec.versions``."""

    KUBERNETES = "kubernetes"
    CALICO = "calico"
    METALLB = "metallb"

    def of(self, versions: Versions) -> Version:
        """The release of this component among ``versions``."""
        release: Version = getattr(versions, self.value)
        return release


class Feature(enum.Enum):
    """What differs between releases; ``FACTS`` says where."""

    AGGREGATION = "serviceLoadBalancerAggregation"
    LOCAL_AS_NUMBER = "BGPPeer.localASNumber"
    LOG_SEVERITY_DEFAULT = "default of logSeverityScreen"
    FILTER_SOURCE = "BGPFilter rules by source"
    CALICO_NFTABLES = "Calico's nftables dataplane"
    SERVER_SIDE_APPLY = "server-side apply of BGPConfiguration"
    READY_ENDPOINTS = "routes of ready endpoints only"
    SINGLE_ADDRESS_ROUTES = "routes of single advertised addresses"
    IPVS_MAINTAINED = "kube-proxy ipvs, not deprecated"
    IPVS_ON_BY_DEFAULT = "kube-proxy ipvs without a feature gate"
    IPVS = "kube-proxy ipvs"
    NFTABLES = "kube-proxy nftables"
    NFTABLES_ON_BY_DEFAULT = "kube-proxy nftables without a feature gate"
    NFTABLES_STABLE = "kube-proxy nftables, stable"
    NFTABLES_LOCAL_POLICY = "kube-proxy nftables, Services with externalTrafficPolicy Local from pods"
    NFTABLES_BY_INTERFACE = "kube-proxy nftables, detectLocalMode InterfaceNamePrefix"
    NODE_PORTS_PRIMARY = "nodePortAddresses: primary"
    NODE_PORT_KEYWORDS = "nodePortAddresses: keywords beside CIDRs"
    AS_NUMBER_INT32 = "AS numbers held to int32"
    POOL_STATUS = "IPAddressPool.status"
    FRR_K8S_DEFAULT = "frr-k8s installed by default"
    CONTROLLER_PROBES = "probes of a controller without a speaker beside it"


class Fact(NamedTuple):
    """Where a feature holds: from ``since`` on, before ``until``, but for the releases of ``except_in``.

    ``except_in`` holds pairs of the first release without it and the first one that has it again; where the latter is
    only announced, ``pending`` names it. ``reason`` is a sentence for users.
    """

    component: Component
    reason: str
    since: Version | None = None
    until: Version | None = None
    except_in: tuple[tuple[Version, Version], ...] = ()
    pending: tuple[Version, ...] = ()

    def holds(self, version: Version) -> bool:
        """Whether it holds in ``version`` of the component."""
        if self.since is not None and version < self.since:
            return False
        if self.until is not None and version >= self.until:
            return False
        return not any(first <= version < again for first, again in self.except_in)

    def cure(self, version: Version) -> Version | None:
        """The release to upgrade to from ``version``, which lacks the feature; None where none is out."""
        for first, again in self.except_in:
            if first <= version < again:
                return None if again in self.pending else again
        return self.since if self.since is not None and version < self.since else None


_V = Version
_LAST_PATCH = 999_999

FACTS: Mapping[Feature, Fact] = MappingProxyType(
    {
        Feature.AGGREGATION: Fact(
            component=Component.CALICO,
            since=_V(3, 31, 0),
            reason="BGPConfiguration has serviceLoadBalancerAggregation from Calico 3.31.0 on",
        ),
        Feature.LOCAL_AS_NUMBER: Fact(
            component=Component.CALICO,
            since=_V(3, 31, 0),
            reason="BGPPeer has localASNumber from Calico 3.31.0 on",
        ),
        Feature.LOG_SEVERITY_DEFAULT: Fact(
            component=Component.CALICO,
            since=_V(3, 32, 0),
            reason="the API fills in logSeverityScreen: Info from Calico 3.32.0 on",
        ),
        Feature.FILTER_SOURCE: Fact(
            component=Component.CALICO,
            since=_V(3, 27, 0),
            reason="BGPFilter rules can match source: RemotePeers from Calico 3.27.0 on",
        ),
        Feature.CALICO_NFTABLES: Fact(
            component=Component.CALICO,
            since=_V(3, 31, 0),
            reason="Calico's nftables dataplane is generally available from 3.31.0 on",
        ),
        Feature.SERVER_SIDE_APPLY: Fact(
            component=Component.CALICO,
            except_in=((_V(3, 32, 0), _V(3, 32, 1)),),
            reason="Calico 3.32.0 rejects server-side apply of BGPConfiguration (projectcalico/calico#12700)",
        ),
        Feature.READY_ENDPOINTS: Fact(
            component=Component.CALICO,
            except_in=((_V(3, 31, 0), _V(3, 31, 7)), (_V(3, 32, 0), _V(3, 32, 2))),
            pending=(_V(3, 32, 2),),
            reason=(
                "Calico 3.31.0 to 3.31.6 and 3.32.0 to 3.32.1 announce Services with externalTrafficPolicy Local from"
                " nodes whose endpoints are not ready (projectcalico/calico#13255)"
            ),
        ),
        Feature.SINGLE_ADDRESS_ROUTES: Fact(
            component=Component.CALICO,
            since=_V(3, 30, 7),
            except_in=((_V(3, 31, 0), _V(3, 31, 5)),),
            reason=(
                "before 3.30.7, and from 3.31.0 to 3.31.4, Calico announces a single address (/32, /128) of"
                " serviceLoadBalancerIPs only for Services that set spec.loadBalancerIP (projectcalico/calico#11917)"
            ),
        ),
        Feature.IPVS_MAINTAINED: Fact(
            component=Component.KUBERNETES,
            until=_V(1, 35),
            reason="kube-proxy's ipvs mode is deprecated from Kubernetes 1.35 on",
        ),
        Feature.IPVS_ON_BY_DEFAULT: Fact(
            component=Component.KUBERNETES,
            until=_V(1, 40),
            reason="from Kubernetes 1.40 on kube-proxy starts in ipvs mode only with feature gate KubeProxyIPVS",
        ),
        Feature.IPVS: Fact(
            component=Component.KUBERNETES,
            until=_V(1, 43),
            reason="kube-proxy has no ipvs mode from Kubernetes 1.43 on",
        ),
        Feature.NFTABLES: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 29),
            reason="kube-proxy has an nftables mode from Kubernetes 1.29 on (alpha)",
        ),
        Feature.NFTABLES_ON_BY_DEFAULT: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 31),
            reason="before Kubernetes 1.31 kube-proxy's nftables mode needs feature gate NFTablesProxyMode",
        ),
        Feature.NFTABLES_STABLE: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 33),
            reason="kube-proxy's nftables mode is generally available from Kubernetes 1.33 on",
        ),
        Feature.NFTABLES_LOCAL_POLICY: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 33, 6),
            reason=(
                "before Kubernetes 1.33.6 kube-proxy in nftables mode drops what pods on a node without an endpoint"
                " send to a Service with externalTrafficPolicy Local (kubernetes/kubernetes#131765)"
            ),
        ),
        Feature.NFTABLES_BY_INTERFACE: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 33, 6),
            except_in=((_V(1, 34, 0), _V(1, 34, 2)),),
            reason=(
                "before Kubernetes 1.33.6, and in 1.34.0 and 1.34.1, kube-proxy in nftables mode programs nothing with"
                " detectLocalMode InterfaceNamePrefix (kubernetes/kubernetes#134024)"
            ),
        ),
        Feature.NODE_PORTS_PRIMARY: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 31),
            reason="kube-proxy knows nodePortAddresses: [primary] from Kubernetes 1.31 on",
        ),
        Feature.NODE_PORT_KEYWORDS: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 37),
            reason="nodePortAddresses takes more keywords, and keywords beside CIDRs, from Kubernetes 1.37 on",
        ),
        Feature.AS_NUMBER_INT32: Fact(
            component=Component.KUBERNETES,
            since=_V(1, 36),
            reason=(
                "from Kubernetes 1.36 on the API server refuses AS numbers above 2147483647, since Calico's CRDs say"
                " int32 (projectcalico/calico#13494)"
            ),
        ),
        Feature.POOL_STATUS: Fact(
            component=Component.METALLB,
            since=_V(0, 15, 0),
            reason="IPAddressPool counts its addresses in its status from MetalLB 0.15.0 on",
        ),
        Feature.FRR_K8S_DEFAULT: Fact(
            component=Component.METALLB,
            since=_V(0, 16, 0),
            reason="MetalLB's chart installs frr-k8s, which takes port 179, unless told not to, from 0.16.0 on",
        ),
        Feature.CONTROLLER_PROBES: Fact(
            component=Component.METALLB,
            except_in=((_V(0, 16, 0), _V(0, 16, 1)),),
            reason=(
                "MetalLB 0.16.0 probes its controller at the node's own 127.0.0.1, where only a speaker answers"
                " (metallb/metallb#3061, corrected in 0.16.1)"
            ),
        ),
    }
)


def supports(versions: Versions, feature: Feature) -> bool:
    """Whether ``feature`` holds in the release of its component among ``versions``."""
    fact = FACTS[feature]
    return fact.holds(fact.component.of(versions))


def surely_lacks(versions: Versions, feature: Feature) -> bool:
    """Whether ``feature`` is missing in every release that ``versions`` may mean: all patches of a line without one."""
    fact = FACTS[feature]
    version = fact.component.of(versions)
    newest = version if version.patch is not None else Version(version.major, version.minor, _LAST_PATCH)
    return not fact.holds(version) and not fact.holds(newest)


class Window(NamedTuple):
    """The releases that genlb knows: from ``oldest`` on; ``newest`` is the last line whose facts were read."""

    oldest: Version
    newest: Version

    def below(self, version: Version) -> bool:
        """Whether ``version`` is too old to be supported."""
        return version < self.oldest

    def above(self, version: Version) -> bool:
        """Whether ``version`` is of a line newer than the table."""
        return (version.major, version.minor) > (self.newest.major, self.newest.minor)


_WINDOWS: Mapping[Component, Window] = MappingProxyType(
    {
        Component.KUBERNETES: Window(oldest=_V(1, 30), newest=_V(1, 37)),
        Component.CALICO: Window(oldest=_V(3, 29, 0), newest=_V(3, 32)),
        # 0.14.9 brought the annotation prefix metallb.io/ and a chart without speaker RBAC when the speaker is off.
        Component.METALLB: Window(oldest=_V(0, 14, 9), newest=_V(0, 16)),
    }
)


def window(component: Component) -> Window:
    """The support window of ``component``."""
    return _WINDOWS[component]
