"""The shapes that the drawing of a fabric is made of, as SVG: boxes with words, labels, badges, chips."""

from __future__ import annotations

from typing import NamedTuple

from genlb.report.drift_marks import Mark
from genlb.report.drift_words import SIGNS
from genlb.report.markup import Safe, element

LETTER = 7.4
"""Width of a character of the drawing's type, which is a monospaced one."""


class Box(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The x of its middle."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """The y of its lower edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """The x of its right edge."""
        return self.x + self.width


def panel(box: Box, head: str, lines: tuple[str, ...], mark: Mark | None, kind: str) -> Safe:
    """A box with a heading and lines below it; what does not fit is cut, and told in full by the tooltip."""
    room = int((box.width - 22) / LETTER)
    title = f"{head}: {'; '.join(lines)}" + (f" ({mark.words})" if mark else "")
    return element(
        "g",
        element("title", title),
        rectangle(box, 8),
        label(box.x + 12, box.y + 21, _cut(head, room), "head"),
        *(label(box.x + 12, box.y + 40 + 17 * number, _cut(line, room), "line") for number, line in enumerate(lines)),
        *([badge(box.right - 4, box.y + 4, mark)] if mark else []),
        class_=classes(kind, mark),
    )


def chip(x: float, y: float, name: str, mark: Mark | None) -> tuple[Safe, float]:
    """A small word on a rounded ground, and how wide it is."""
    words = f"{SIGNS[mark.severity]} {name}" if mark else name
    box = Box(x, y, len(words) * LETTER + 16, 20)
    drawn = element(
        "g",
        element("title", f"{name}: {mark.words if mark else 'in step'}"),
        rectangle(box, 10),
        label(box.middle, box.y + 14, words, "chip-text"),
        class_=classes("chip", mark),
    )
    return drawn, box.width


def link(x: float, top: float, bottom: float, words: str, *, mark: Mark | None, title: str) -> Safe:
    """A line from top to bottom with a word beside it."""
    middle = (top + bottom) / 2
    return element(
        "g",
        element("title", title),
        element("line", x1=number(x), y1=number(top), x2=number(x), y2=number(bottom)),
        label(x + 6, middle - 8, words, "link-text"),
        *([badge(x, middle + 16, mark)] if mark else []),
        class_=classes("link", mark),
    )


def badge(x: float, y: float, mark: Mark) -> Safe:
    """A sign in a circle."""
    circle = element("circle", cx=number(x), cy=number(y), r=10)
    return element("g", circle, label(x, y + 4.5, SIGNS[mark.severity], "sign"), class_=f"badge-{mark.severity.value}")


def rectangle(box: Box, radius: int) -> Safe:
    """A box without words."""
    x, y, width, height = map(number, box)
    return element("rect", x=x, y=y, width=width, height=height, rx=radius)


def label(x: float, y: float, text: str, kind: str) -> Safe:
    """A line of text."""
    return element("text", text, x=number(x), y=number(y), class_=kind)


def classes(kind: str, mark: Mark | None) -> str:
    """The class of a part; one that differs has its severity besides."""
    return f"{kind} marked {mark.severity.value}" if mark else kind


def number(value: float) -> str:
    """A coordinate, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: max(room - 1, 1)]}…"
