"""All objects of a kind, page by page: of each object only a fact is kept, and its JSON is forgotten with its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import Expired, Malformed

Fact = TypeVar("Fact")

PAGE = 250
"""Objects in one answer: a Service with its status is about 2 KiB as JSON, and ten times that when it is parsed."""


class Listed(NamedTuple, Generic[Fact]):
    """What was kept, by the object's key, and the version from which a watch goes on."""

    facts: dict[str, Fact]
    version: str


def listed(
    client: Client, path: str, keep: Callable[[Object], tuple[str, Fact] | None], *, limit: int = PAGE
) -> Listed[Fact]:
    """All objects below ``path``, as one consistent picture.

    ``keep`` gives key and fact of an object, or None for one that does not matter. Where the server forgot the picture
    between two pages (410), it is asked for once more, as a whole: two halves of two pictures are none.
    """
    try:
        return _all(client, path, keep, limit)
    except Expired:
        return _all(client, path, keep, 0)


def _all(client: Client, path: str, keep: Callable[[Object], tuple[str, Fact] | None], limit: int) -> Listed[Fact]:
    facts: dict[str, Fact] = {}
    query = {"limit": str(limit)} if limit else {}
    while True:
        page = client.get(path, query)
        facts.update(found for item in _items(page, path) if (found := keep(item)) is not None)
        metadata = page.get("metadata")
        version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
        if not isinstance(metadata, dict) or not isinstance(version, str) or not version:
            raise Malformed(f"GET {path}: the list has no resourceVersion")
        token = metadata.get("continue")
        if not token:
            return Listed(facts, version)
        if not isinstance(token, str) or token == query.get("continue"):
            raise Malformed(f"GET {path}: the list never ends")
        query = {"limit": str(limit or PAGE), "continue": token}


def _items(page: Object, path: str) -> Iterator[Object]:
    items = page.get("items")
    if items is None:  # how an empty list may be written
        return
    if not isinstance(items, list):
        raise Malformed(f"GET {path}: the list has no items")
    for item in items:
        if isinstance(item, dict):
            yield item
