"""What a difference weighs and does, and which differences a row of the table is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from genlb.drift.model import ABSENT, Traffic
from genlb.drift.walk import RawDifference
from genlb.errors import Severity


class Effect(NamedTuple):
    """What a difference weighs and does; ``text`` may name the ``{value}`` that it is about."""

    severity: Severity
    traffic: Traffic
    text: str


When: TypeAlias = Callable[[RawDifference], bool]
"""Whether a row is about a difference, by its values."""


def always(_: RawDifference) -> bool:
    """Whatever the values are."""
    return True


class Row(NamedTuple):
    """``path`` is a glob over the spelled path (inside an embedded text, that path); ``when`` looks at the values."""

    kind: str
    path: str
    effect: Effect
    when: When = always


def lost(raw: RawDifference) -> bool:
    """Whether the live object lacks it."""
    return raw.live is ABSENT


def added(raw: RawDifference) -> bool:
    """Whether only the live object has it."""
    return raw.desired is ABSENT


def wanted(value: Any) -> When:
    """Whether git wants this very value."""
    return lambda raw: raw.desired is value
