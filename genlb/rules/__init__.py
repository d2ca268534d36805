"""What is wrong with a spec, told by rules; pure. Importing the package defines every rule about one cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from genlb.rules import (
    addresses,
    admission,
    advertise,
    as_numbers,
    base_config,
    bgp,
    captured,
    communities,
    families,
    gitops,
    kube_proxy,
    l2,
    lists,
    local_traffic,
    node_ports,
    nodes,
    on_link,
    patched,
    pods,
    pools,
    proxy_owner,
    reading,
    rendering,
    required,
    routers,
    rp_filter,
    secrets,
    sessions,
    special,
    sysctl_keys,
    sysctls,
    versions,
)
from genlb.rules.catalogue import Rule, View, defined

if TYPE_CHECKING:
    from genlb.errors import Diagnostic
    from genlb.network.base_config import BaseConfig
    from genlb.network.decisions import Decisions
    from genlb.spec.assemble import LoadedSpec

__all__ = [
    "Rule",
    "View",
    "addresses",
    "admission",
    "advertise",
    "as_numbers",
    "base_config",
    "bgp",
    "captured",
    "communities",
    "families",
    "gitops",
    "judge",
    "kube_proxy",
    "l2",
    "lists",
    "local_traffic",
    "node_ports",
    "nodes",
    "on_link",
    "patched",
    "pods",
    "pools",
    "proxy_owner",
    "reading",
    "rendering",
    "required",
    "routers",
    "rp_filter",
    "rules",
    "secrets",
    "sessions",
    "special",
    "sysctl_keys",
    "sysctls",
    "versions",
]

_OF_ONE_CLUSTER = tuple(rule for rule in defined().values() if rule.checks)


def rules() -> Mapping[str, Rule]:
    """Every rule by id, those about changes and fleets included."""
    # Not at the top: who renders compares nothing.
    from genlb.rules import change, fleet  # noqa: F401 -- importing defines them

    return defined()


def judge(loaded: LoadedSpec, decisions: Decisions, base: BaseConfig | None = None) -> Iterator[Diagnostic]:
    """Every finding of every rule about one cluster whose spec could be read; ``base`` is its baseConfig, if any."""
    if loaded.cluster is None:
        return
    view = View(loaded, loaded.cluster, decisions, base)
    for rule in _OF_ONE_CLUSTER:
        yield from rule.diagnose(view)
