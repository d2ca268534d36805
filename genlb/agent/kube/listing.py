"""All objects of a kind, page by page: of each object only a fact is kept, and its JSON is forgotten with its page."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import Expired, Malformed, TooLarge

Fact = TypeVar("Fact")

PAGE = 100
"""Objects in one answer: a Service is about 2 KiB as JSON, and ten times that when it is parsed."""

_ATTEMPTS = 3


class Listed(NamedTuple, Generic[Fact]):
    """What was kept, by the object's key, and the version from which a watch goes on."""

    facts: dict[str, Fact]
    version: str


def listed(
    client: Client, path: str, keep: Callable[[Object], tuple[str, Fact] | None], *, limit: int = PAGE
) -> Listed[Fact]:
    """All objects below ``path``, as one consistent picture.

    ``keep`` gives key and fact of an object, or None for one that does not matter. Where the server forgot the picture
    between two pages (410), all is asked for once more: two halves of two pictures are none. Where a page is too large,
    since some tenant's objects are, the pages get smaller.
    """
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(Expired):
            return _all(client, path, keep, limit)
    return _all(client, path, keep, limit)


def _all(client: Client, path: str, keep: Callable[[Object], tuple[str, Fact] | None], limit: int) -> Listed[Fact]:
    facts: dict[str, Fact] = {}
    token = ""
    while True:
        try:
            page = client.get(path, {"limit": str(limit)} | ({"continue": token} if token else {}))
        except TooLarge:
            if limit == 1:
                raise
            limit = max(1, limit // 4)
            continue
        facts.update(found for item in _items(page, path) if (found := keep(item)) is not None)
        version, following = _place(page, path)
        if not following:
            return Listed(facts, version)
        if following == token:
            raise Malformed(f"GET {path}: the list never ends")
        token = following


def _place(page: Object, path: str) -> tuple[str, str]:
    """The version of the whole list, and the token of the next page, "" behind the last one."""
    metadata = page.get("metadata")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    token = metadata.get("continue", "") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not version or not isinstance(token, str):
        raise Malformed(f"GET {path}: the list has no resourceVersion")
    return version, token


def _items(page: Object, path: str) -> Iterator[Object]:
    items = page.get("items")
    if items is None:  # how an empty list may be written
        return
    if not isinstance(items, list):
        raise Malformed(f"GET {path}: the list has no items")
    for item in items:
        if isinstance(item, dict):
            yield item
