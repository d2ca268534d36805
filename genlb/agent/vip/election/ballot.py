"""What passes between the elector and whoever carries out its wishes: observations in, actions out.

Every request has a number, and its answer carries the same: an answer to a request that was given up says nothing.
Times are of one monotonic clock of this node; no two nodes' clocks are ever compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from genlb.agent.vip.election.claims import Claim, Lease


class Wanted(NamedTuple):
    """The L2 VIPs of the cluster, each with the nodes that may own it."""

    owners: Mapping[str, frozenset[str]]


class Seen(NamedTuple):
    """A Lease as a watch or a list shows it."""

    lease: Lease


class Gone(NamedTuple):
    """A node's Lease was deleted."""

    node: str


class Written(NamedTuple):
    """The API server took the Lease; ``version`` is the new resourceVersion."""

    number: int
    version: str


class Read(NamedTuple):
    """The own Lease as the API server has it; None where there is none."""

    number: int
    lease: Lease | None


class Listed(NamedTuple):
    """All Leases of the election, read consistently: no resourceVersion was given in the request."""

    number: int
    leases: tuple[Lease, ...]


class Deleted(NamedTuple):
    """The own Lease is gone."""

    number: int


class Failed(NamedTuple):
    """A request brought no usable answer. ``conflict``: the Lease was not what we took it for."""

    number: int
    conflict: bool = False


class Probed(NamedTuple):
    """Whether anybody has a VIP, asked before it is bound. ``holder`` is that host's MAC address, "" if not known."""

    number: int
    taken: bool
    holder: str = ""


class Kernel(NamedTuple):
    """The L2 VIPs of ours on this node's interfaces, by a complete dump that was begun at ``at``."""

    at: float
    vips: frozenset[str]


class Leaving(NamedTuple):
    """The daemon is to end: give everything back, in order."""


Observation: TypeAlias = Wanted | Seen | Gone | Written | Read | Listed | Deleted | Failed | Probed | Kernel | Leaving


class WriteLease(NamedTuple):
    """Write the own Lease if it still has ``version``, or create it where that is None.

    ``serving`` says whether the node's subnets belong into it: one that must not claim yet is nobody's candidate.
    """

    number: int
    version: str | None
    claims: Mapping[str, Claim]
    serving: bool


class ReadLease(NamedTuple):
    """Get the own Lease, consistently."""

    number: int


class ListLeases(NamedTuple):
    """List all Leases of the election, consistently."""

    number: int


class DeleteLease(NamedTuple):
    """Delete the own Lease if it still has ``version``."""

    number: int
    version: str | None


class Probe(NamedTuple):
    """Ask on the wire whether anybody holds ``vip``."""

    number: int
    vip: str


Action: TypeAlias = WriteLease | ReadLease | ListLeases | DeleteLease | Probe
