"""What is wrong with a spec, told by rules; pure. Importing the package defines every rule."""

from __future__ import annotations

from collections.abc import Iterator
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
    node_changes,
    node_ports,
    nodes,
    on_link,
    patched,
    pods,
    pool_changes,
    pools,
    proxy_owner,
    reading,
    rendering,
    required,
    routers,
    rp_filter,
    secrets,
    session_changes,
    sessions,
    special,
    sysctl_keys,
    sysctls,
    versions,
)
from genlb.rules.catalogue import Rule, View, rules
from genlb.rules.change import judge_change
from genlb.rules.fleet import FleetEntry, fleet_entry, judge_fleet

if TYPE_CHECKING:
    from genlb.errors import Diagnostic
    from genlb.network.base_config import BaseConfig
    from genlb.network.decisions import Decisions
    from genlb.spec.assemble import LoadedSpec

__all__ = [
    "FleetEntry",
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
    "fleet_entry",
    "gitops",
    "judge",
    "judge_change",
    "judge_fleet",
    "kube_proxy",
    "l2",
    "lists",
    "local_traffic",
    "node_changes",
    "node_ports",
    "nodes",
    "on_link",
    "patched",
    "pods",
    "pool_changes",
    "pools",
    "proxy_owner",
    "reading",
    "rendering",
    "required",
    "routers",
    "rp_filter",
    "rules",
    "secrets",
    "session_changes",
    "sessions",
    "special",
    "sysctl_keys",
    "sysctls",
    "versions",
]

_ALL = tuple(rule for rule in rules().values() if rule.checks)


def judge(loaded: LoadedSpec, decisions: Decisions, base: BaseConfig | None = None) -> Iterator[Diagnostic]:
    """Every finding of every rule about one cluster whose spec could be read; ``base`` is its baseConfig, if any."""
    if loaded.cluster is None:
        return
    view = View(loaded, loaded.cluster, decisions, base)
    for rule in _ALL:
        yield from rule.diagnose(view)
