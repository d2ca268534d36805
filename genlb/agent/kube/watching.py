"""What changes after a list, as it happens."""

from __future__ import annotations

import enum
import http.client
import json
from collections.abc import Callable, Generator
from typing import NamedTuple

from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import Malformed, Unreachable, refusal

QUIET = 90.0
"""Seconds without a byte after which a watch counts as dead: the server sends a bookmark about every minute."""

SPAN = 300
"""Seconds after which the server ends a watch by itself; the next one goes on where it ended."""

_LONGEST = 4 << 20
"""Bytes of one event; etcd takes objects of at most 1.5 MiB."""

_GONE = 410


class Kind(enum.Enum):
    """What happened to an object. A bookmark happened to none, and carries a version."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"


class Change(NamedTuple):
    """One event; ``version`` is where a later watch may go on."""

    kind: Kind
    item: Object
    version: str


def watched(
    client: Client,
    path: str,
    version: str,
    *,
    quiet: float = QUIET,
    span: int = SPAN,
    opened: Callable[[], None] = lambda: None,
) -> Generator[Change, None, None]:
    """Changes since ``version``, until the server ends the watch, which it does after ``span`` seconds.

    ``opened`` is called when the server has accepted the watch, which may be long before the first change.

    ``Expired`` where the server no longer knows that version: list again. ``Malformed`` for an event that makes no
    sense: what it said is lost, so list again as well. ``Unreachable`` where the connection broke: watch again.
    """
    query = {"watch": "1", "allowWatchBookmarks": "true", "resourceVersion": version, "timeoutSeconds": str(span)}
    with client.stream(path, query, quiet=quiet) as lines:
        opened()
        try:
            while line := lines.readline(_LONGEST):
                yield _change(line, path)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the watch of {path} was cut off: {error}") from error
        finally:
            client.close()  # half an answer is left in it


def _change(line: bytes, path: str) -> Change:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed(f"the watch of {path} sent no JSON") from None
    item = event.get("object") if isinstance(event, dict) else None
    if not isinstance(item, dict):
        raise Malformed(f"the watch of {path} sent no object")
    if event.get("type") == "ERROR":
        code = item.get("code")
        raise refusal(code if isinstance(code, int) else _GONE, item, None)
    metadata = item.get("metadata")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    kind = _KINDS.get(event.get("type")) if isinstance(event.get("type"), str) else None
    if kind is None or not isinstance(version, str) or not version:
        raise Malformed(f"the watch of {path} sent an event without a type or a version")
    return Change(kind, item, version)


_KINDS = {kind.value: kind for kind in Kind}
