"""The reports of drift read back as their readers would: the text that each format carries, its escapes undone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (?P<value>-?[0-9]+)')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\\n]|\\[\\"n])*)"')
_PROM_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
VOID = {"meta", "input", "br", "hr", "col"}


class Page(HTMLParser):
    """A page as its elements, in document order, with its text; refuses what is not nested as it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element with this tag."""
        return [attributes for name, attributes in self.elements if name == tag]


def samples(text: str) -> list[tuple[str, dict[str, str], int]]:
    """A textfile of Prometheus' exposition format; refuses a line that is none of it."""
    found = []
    for line in text.splitlines():
        if line.startswith("# "):
            assert re.fullmatch(r"# (HELP [a-z_]+ [^\\]+|TYPE [a-z_]+ gauge)", line), line
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        labels = {name: _unescaped(value) for name, value in LABEL.findall(match["labels"] or "")}
        found.append((match["name"], labels, int(match["value"])))
    return found


def _unescaped(text: str) -> str:
    return re.sub(r'\\[\\"n]', lambda match: _PROM_ESCAPES[match[0]], text)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)
    elif isinstance(data, str):
        yield data


def _junit(text: str) -> str:
    root = ET.fromstring(text)  # noqa: S314 -- written here
    return "\n".join([*root.itertext(), *(value for element in root.iter() for value in element.attrib.values())])


def _report(text: str) -> str:
    """A JSON report, its objects and paths put together as the other formats spell them."""
    words = []
    for cluster in json.loads(text)["clusters"]:
        for one in cluster["objects"]:
            name = f"{one['namespace']}/{one['name']}" if "namespace" in one else one["name"]
            words.append(f"{one['kind']} {name}")
            for found in one["differences"]:
                inner = f" » {found['embedded']}" if "embedded" in found else ""
                words.append(f"{found['path']}{inner}")
    return "\n".join([*words, *_strings(json.loads(text))])


READ: Mapping[str, Callable[[str], str]] = {
    "github": unquote,
    "html": lambda text: "".join(Page(text).texts),
    "json": _report,
    "junit": _junit,
    "markdown": str,
    "prom": lambda text: "\n".join(value for _, labels, _ in samples(text) for value in labels.values()),
    "sarif": lambda text: "\n".join(_strings(json.loads(text))),
    "text": str,
}
"""For each format: from what was written to the text that a reader sees."""
