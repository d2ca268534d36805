"""A spec made of a live cluster: what it can say, and a list of what it cannot.

The mapping is pure and total: live objects may hold anything, and what no spec can hold becomes a note. What the spec
cannot say by itself about an object that it does adopt is said by patches, which need the rendered objects:
``genlb.drift.adoption_patches``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from genlb.drift.adoption_bgp import adopt_bgp
from genlb.drift.adoption_daemons import adopt_daemons
from genlb.drift.adoption_gitops import adopt_gitops
from genlb.drift.adoption_network import adopt_identity, adopt_network, adopt_versions
from genlb.drift.adoption_pools import adopt_pools
from genlb.drift.adoption_proxy import BASE_FILE, adopt_kube_proxy
from genlb.drift.adoption_sight import Gap, Note, Part, Sight, networks
from genlb.drift.adoption_trim import trimmed
from genlb.drift.model import Live
from genlb.drift.within import name_of, text, texts

__all__ = ["BASE_FILE", "Adopted", "Gap", "Note", "adopt"]

_ORDER = (
    "versions",
    "access",
    "network",
    "bgp",
    "pools",
    "kubeProxy",
    "agents",
    "sysctls",
    "vipBinder",
    "namespaces",
    "gitops",
)
_CALICO_NAMESPACE = "calico-system"


class Adopted(NamedTuple):
    """``spec`` is the section of that name in full, ``base_config`` the text of kube-proxy's own configuration."""

    name: str
    spec: dict[str, Any]
    base_config: str
    notes: tuple[Note, ...]

    def trimmed(self, inherited: Mapping[str, Any]) -> dict[str, Any]:
        """The spec as it is written: without defaults and what the layers below say."""
        return trimmed(self.spec, inherited)


def adopt(live: Live, *, name: str, folder: str, context: str = "") -> Adopted:
    """The spec of cluster ``name`` in ``folder`` (``clusters/fra1-prod``) that renders what ``live`` has."""
    sight = Sight(live)
    address_plan = adopt_network(sight)
    plan = address_plan.spec["network"]
    service_cidrs = networks(texts(plan, "serviceCIDRs"))
    pools, around = adopt_pools(sight, service_cidrs)
    bgp = adopt_bgp(sight, pools, service_cidrs=service_cidrs, node_cidrs=networks(texts(plan, "nodeCIDRs")))
    proxy = adopt_kube_proxy(sight)
    parts = (
        adopt_versions(sight),
        adopt_identity(sight, name=name, context=context),
        address_plan,
        bgp,
        Part({"pools": [pool.data for pool in pools]}),
        proxy.part,
        adopt_daemons(sight),
        around,
        _calico_namespace(sight),
        adopt_gitops(sight, name=name, folder=folder),
    )
    spec: dict[str, Any] = {}
    for part in parts:
        for section, value in part.spec.items():
            spec[section] = {**spec[section], **value} if section in spec else value
    notes = tuple(note for part in parts for note in part.notes)
    return Adopted(name, {key: spec[key] for key in _ORDER if key in spec}, proxy.base, notes)


def _calico_namespace(sight: Sight) -> Part:
    """``namespaces.calico``: where calico-node runs."""
    for manifest in sight.all("apps", "DaemonSet"):
        namespace = text(manifest, "metadata", "namespace")
        if name_of(manifest) == "calico-node" and namespace != _CALICO_NAMESPACE:
            return Part({"namespaces": {"calico": namespace}})
    return Part({})
