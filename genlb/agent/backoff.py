"""How long to wait after a failure: twice as long each time, with jitter, so that not all nodes come back at once."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """Pauses in seconds, at most ``longest``. ``chance`` gives a number from 0 up to 1."""

    def __init__(self, first: float, longest: float, chance: Callable[[], float] = random.random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._failures = 0

    def next(self) -> float:
        """The pause after one more failure: between half and all of what has doubled since the last success."""
        # The exponent is held too: a day of failures would overflow a float.
        whole = min(self._longest, self._first * 2.0 ** min(self._failures, 62))
        self._failures += 1
        return whole * (1 + self._chance()) / 2

    def reset(self) -> None:
        """It worked."""
        self._failures = 0
