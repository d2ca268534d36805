"""What a change of a spec does to the network: values only, told apart by what a network engineer would ask.

``genlb.network.impact`` finds them, ``genlb.network.impact_words`` puts them into sentences.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from genlb.manifest import Manifest, ResourceKey
from genlb.network.decisions import Decisions
from genlb.spec.model import Cluster, DaemonState, Restart
from genlb.spec.values import AddressBlock, Network


class Side(NamedTuple):
    """A cluster before or after a change: its spec, what follows from it, and what is rendered, patches included."""

    cluster: Cluster
    decisions: Decisions
    objects: Mapping[ResourceKey, Manifest]
    units: Mapping[str, Sequence[ResourceKey]]
    """The folder that each object is rendered to, in apply order."""


class SessionFate(enum.Enum):
    """What becomes of a BGP session."""

    APPEARS = "appears"
    GOES = "goes"
    FLAPS = "flaps"  # BIRD restarts it: the node's routes are withdrawn or stale until it is up again
    MOVES = "moves"  # other nodes hold it
    RENAMED = "renamed"  # the same session by another object


class SessionChange(NamedTuple):
    """The sessions of one rack's nodes to one address of a router; ``router`` is empty for the mesh of the nodes.

    ``causes`` are the fields that differ, with both values, in words.
    """

    fate: SessionFate
    peer: str
    router: str = ""
    rack: str = ""
    address: str = ""
    causes: tuple[str, ...] = ()


class PrefixFate(enum.Enum):
    """What routers learn about a prefix."""

    ADDED = "added"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


class PrefixChange(NamedTuple):
    """One prefix, and the routers for which it changes; without routers only the mesh of the nodes carries it.

    ``covered_by`` are the prefixes that still lead to all of a withdrawn one's addresses; ``detail`` says what changes
    about one that stays.
    """

    fate: PrefixFate
    prefix: Network
    addresses_of: str
    """Whose addresses they are: ``LoadBalancer``, ``external`` or ``ClusterIP``."""
    routers: tuple[str, ...] = ()
    covered_by: tuple[Network, ...] = ()
    detail: str = ""


class PoolFate(enum.Enum):
    """What becomes of addresses that Services may have."""

    ADDED = "added"
    GROWS = "grows"
    SHRINKS = "shrinks"
    GOES = "goes"
    LOSES = "loses"  # to another pool
    SKIPS = "skips"  # avoidBuggyIPs
    NARROWS = "narrows"  # allocateTo


READDRESSING = frozenset({PoolFate.SHRINKS, PoolFate.GOES, PoolFate.LOSES, PoolFate.SKIPS, PoolFate.NARROWS})
"""After these MetalLB takes an address from a Service that has it, at once: it protects none that is in use."""


class PoolChange(NamedTuple):
    """One pool and the ranges in question; ``addresses`` is how many they hold, ``taker`` who gets them."""

    fate: PoolFate
    pool: str
    ranges: tuple[AddressBlock, ...] = ()
    addresses: int = 0
    taker: str = ""

    @property
    def readdresses(self) -> bool:
        """Whether Services that have one of these addresses lose it."""
        return self.fate in READDRESSING


class RollOutFate(enum.Enum):
    """What becomes of the pods of a DaemonSet."""

    STARTS = "starts"
    ROLLS = "rolls"
    GOES = "goes"


class RollOut(NamedTuple):
    """A DaemonSet whose pods are replaced; ``at_once`` is how many at a time, as its object says."""

    fate: RollOutFate
    namespace: str
    name: str
    causes: tuple[str, ...] = ()
    at_once: str = "1"


class ProxyChange(NamedTuple):
    """kube-proxy gets another configuration; ``mode`` has both modes where they differ.

    ``restart`` is None where genlb does not write its configuration: whoever does also restarts it.
    """

    mode: tuple[str, str] | None
    details: tuple[str, ...]
    restart: Restart | None


class OwnershipChange(NamedTuple):
    """VIPs of an L2 pool get another owner, or none; ``reason`` says why."""

    pool: str
    reason: str


class SysctlChange(NamedTuple):
    """A value that the nodes are held to. None: not held; ``state`` says what the daemon does about that."""

    path: str
    before: str | None
    after: str | None
    state: DaemonState


class Impact(NamedTuple):
    """Everything that a change does to the network."""

    sessions: tuple[SessionChange, ...] = ()
    prefixes: tuple[PrefixChange, ...] = ()
    pools: tuple[PoolChange, ...] = ()
    roll_outs: tuple[RollOut, ...] = ()
    proxy: ProxyChange | None = None
    ownership: tuple[OwnershipChange, ...] = ()
    sysctls: tuple[SysctlChange, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether the network does not notice."""
        return not any(self)


NO_IMPACT = Impact()
