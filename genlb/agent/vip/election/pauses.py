"""Whether this machine stood still: a virtual machine that was paused, a host that slept.

While it does, its monotonic clock stands, and so does the kernel's, which is to take an expired address off; everybody
else's time goes on. Clocks that count sleep, or are set right afterwards, then run ahead of the monotonic one. Set back
they tell nothing: no pause does that. A process that is merely stopped needs none of this, since its clock goes on.

It is noticed with the next turn, after ``renew`` seconds at the latest. Until then the kernel has the address as it had
before; what no clock ever tells, the other owner's Lease does (``Bids.give_way``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from genlb.agent.config import Election


class Pauses:
    """Compares clocks. What is more than half the safety margin within a lease or two, the margin does not cover."""

    def __init__(self, timing: Election) -> None:
        self._most, self._within = timing.margin / 2, timing.duration
        self._since = -math.inf
        self._before: Sequence[float] = ()
        self._least: Sequence[float] = ()

    def noticed(self, now: float, others: Sequence[float]) -> bool:
        """Whether one of the ``others`` has gained on the monotonic clock, which shows ``now``; told once a pause."""
        ahead = [other - now for other in others]
        least = list(map(min, ahead, self._before or ahead, self._least or ahead))
        paused = any(gained - before > self._most for gained, before in zip(ahead, least, strict=True))
        if paused or now >= self._since + self._within:
            self._before, self._least, self._since = ahead if paused else self._least, ahead, now
        else:
            self._least = list(map(min, ahead, self._least))
        return paused
