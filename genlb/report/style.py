"""Colours by role, so that who writes text names a meaning and never an escape sequence."""

from __future__ import annotations

import enum

from genlb.errors import Severity


class Role(enum.Enum):
    """What a piece of text is; the value is the SGR parameter that a terminal paints it with."""

    ERROR = "1;31"
    WARNING = "1;33"
    INFO = "1;36"
    STRONG = "1"
    FAINT = "2"
    ADDED = "32"
    REMOVED = "31"


ROLES = {Severity.ERROR: Role.ERROR, Severity.WARNING: Role.WARNING, Severity.INFO: Role.INFO}
"""What a finding is painted as."""


class Style:
    """Paints text, or leaves it as it is."""

    __slots__ = ("coloured",)

    def __init__(self, *, coloured: bool) -> None:
        self.coloured = coloured

    def paint(self, text: str, role: Role) -> str:
        """``text`` in the colour of ``role``."""
        return f"\x1b[{role.value}m{text}\x1b[0m" if self.coloured and text else text


PLAIN = Style(coloured=False)
COLOURED = Style(coloured=True)
