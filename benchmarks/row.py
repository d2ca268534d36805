"""One line of the table: a promise, what was measured for it, and whether it holds."""

from __future__ import annotations

from typing import NamedTuple

HEAD = "| what | against | measured | ratio | must be | holds |\n|---|---|---|---|---|---|"


class Row(NamedTuple):
    """``value`` in ``unit``, and its bound: the most that it may be, the least, or neither for what is only told.

    An amount has no ``peer``; with one, ``value`` is a ratio, and ``measured`` tells both times.
    """

    what: str
    peer: str
    measured: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        not_too_much = self.at_most is None or self.value <= self.at_most
        return not_too_much and (self.at_least is None or self.value >= self.at_least)

    def __str__(self) -> str:
        bounds = (("≤", self.at_most), ("≥", self.at_least))
        must_be = next((f"{sign} {bound:g} {self.unit}" for sign, bound in bounds if bound is not None), "")
        verdict = ("yes" if self.holds else "**no**") if must_be else ""
        ratio = f"{_short(self.value)} {self.unit}" if self.peer else ""
        cells = (self.what, self.peer, self.measured, ratio, must_be, verdict)
        return f"| {' | '.join(cell or '–' for cell in cells)} |"


def share(what: str, peer: str, ours: float, theirs: float, *, at_most: float) -> Row:
    """What part of the peer's seconds ours are."""
    return Row(what, peer, f"{_time(ours)} : {_time(theirs)}", ours / theirs, "x", at_most=at_most)


def speed(what: str, peer: str, ours: float, theirs: float, *, at_least: float | None = None) -> Row:
    """How many times faster than the peer we are; both in seconds."""
    return Row(what, peer, f"{_time(ours)} : {_time(theirs)}", theirs / ours, "times faster", at_least=at_least)


def amount(what: str, value: float, unit: str, *, at_most: float) -> Row:
    """Something that is measured alone."""
    return Row(what, "", f"{_short(value)} {unit}", value, unit, at_most=at_most)


def _time(seconds: float) -> str:
    return f"{_short(seconds)} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _short(value: float) -> str:
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:.{digits}f}"
