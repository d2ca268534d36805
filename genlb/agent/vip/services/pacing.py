"""How often the API's facts are worked out anew, so that no storm of changes keeps a VIP from being renewed.

Ten thousand Services take a tenth of a second or more, and one tenant who changes one of them all the time would have
all of them worked out all the time.
"""

from __future__ import annotations

_REST = 4.0
"""Seconds without new facts for each second that they take: a fifth of the time goes into them in the long run."""

_SHORT = 0.1
"""Seconds of work that nobody has to rest from: a change is to be on the node within this time."""

_CREDIT = 4.0
"""Seconds of rest that may be owed: a few changes are followed at once, also where each takes its time."""


class Pace:
    """When new facts may be had; the time is an argument."""

    def __init__(self) -> None:
        self._rested = float("-inf")
        self._due = float("-inf")

    def may(self, now: float) -> bool:
        """Whether it is time."""
        return now >= self._due

    def took(self, begun: float, ended: float) -> None:
        """New facts were worked out from ``begun`` to ``ended``."""
        spent = ended - begun
        if spent > _SHORT:
            self._rested = max(self._rested, begun) + (1 + _REST) * spent
        self._due = max(ended, self._rested - _CREDIT)

    def wake(self, now: float) -> float:
        """When there may be new facts that had to wait; never where they did not."""
        return self._due if now < self._due else float("inf")
