"""Two texts of one file as a unified diff of bounded length."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.report.masking import STARS, secret_ranges
from genlb.report.style import Role, Style
from genlb.report.visible import visible

LONGEST = 60
WIDEST = 240
# Comparing lines takes time that grows with the square of their number; what genlb writes is far smaller than this.
LARGEST = 1 << 18
_ROLES = {"+": Role.ADDED, "-": Role.REMOVED, "@": Role.INFO}


def unified(path: str, before: str, after: str, style: Style, *, longest: int = LONGEST) -> str:
    """What turns ``before`` into ``after``; past ``longest`` lines it says how many more there are."""
    if max(len(before), len(after)) > LARGEST:
        return style.paint(f"{visible(path)}: too large to show the difference", Role.FAINT)
    lines = list(_lines(path, before, after))
    shown = [_shown(line, style) for line in lines[:longest]]
    if len(lines) > longest:
        shown.append(style.paint(f"… {len(lines) - longest} more lines", Role.FAINT))
    return "\n".join(shown)


def _lines(path: str, before: str, after: str) -> Iterator[str]:
    import difflib

    old, new = _split(before), _split(after)
    if before and after and before.endswith("\n") is not after.endswith("\n"):
        old, new = before.split("\n"), after.split("\n")  # what one of them lacks shows as an empty line
    return difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm="")


def _split(text: str) -> list[str]:
    """The lines of ``text``, without the empty piece behind the last line break."""
    return text.removesuffix("\n").split("\n") if text else []


def _shown(line: str, style: Style) -> str:
    for start, end in sorted(secret_ranges([line], 1), reverse=True):
        line = line[:start] + STARS + line[end:]
    text = visible(line)
    if len(text) > WIDEST:
        text = text[:WIDEST] + "…"
    role = _ROLES.get(line[:1])
    return style.paint(text, role) if role else text
