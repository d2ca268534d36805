"""The timing of an L2 election: what follows from the lease and the renew interval that a spec names.

An owner must be silent before its lease ends, and must survive the loss of one renewal. With lease D, renew interval
R, time-out T and safety margin S that is ``2 * (R + T) <= floor(D - S)``; whole seconds, since the kernel counts an
address's lifetime in them.
"""

from __future__ import annotations

from typing import NamedTuple

from genlb.spec.model import L2
from genlb.spec.values import Duration

SHORTEST_TIMEOUT = Duration(100)
"""No API server answers reliably in less."""

_SHORTEST_LEASE = Duration(2_000)
_LONGEST_LEASE = Duration(2_147_483_647_000)


class LeaseTiming(NamedTuple):
    """Safety margin before a lease ends, time-out of one renewal, and how long an address may live on its own."""

    safety_margin: Duration
    request_timeout: Duration
    lifetime: Duration
    holds: bool


def lease_timing(l2: L2) -> LeaseTiming:
    """What the daemon keeps to. Where it does not hold, a rule refuses the spec and the time-out is the shortest."""
    lease, renew = l2.lease_duration.milliseconds, l2.renew_interval.milliseconds
    margin = min(2_000, lease // 4)
    lifetime = (lease - margin) // 1_000 * 1_000
    # Three quarters of what is left for an answer: the rest absorbs what lies between two attempts.
    timeout = max(SHORTEST_TIMEOUT.milliseconds, (lifetime // 2 - renew) * 3 // 4)
    fits = 2 * (renew + SHORTEST_TIMEOUT.milliseconds) <= lifetime
    sane = l2.lease_duration >= _SHORTEST_LEASE and lease + renew <= _LONGEST_LEASE.milliseconds and renew > 0
    return LeaseTiming(Duration(margin), Duration(timeout), Duration(lifetime), fits and sane)
