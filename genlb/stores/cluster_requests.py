"""Questions to an API server: retried where that may help, page by page, always in sound JSON or not at all."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote, urlencode

from genlb.drift.model import Read
from genlb.manifest import Manifest
from genlb.stores.cluster_connection import Connections, Dropped, Reply
from genlb.stores.cluster_failure import ReadFailure, refusal

OK, NOT_FOUND, GONE, TOO_MANY = 200, 404, 410, 429
PAGE = 500
"""Objects of one page of a list."""

ATTEMPTS = 4
DEEPEST = 100
"""Lists and maps inside each other: what no sound object reaches, and every reader of it survives."""

_BUSY = frozenset({TOO_MANY, 503})
_SHAKEN = frozenset({500, 502, 504})
_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_MOST_PAGES = 200
_MOST_RESTARTS = 2


class Unserved(Exception):
    """The API server has no such kind in this version."""


class Requests:
    """What can be asked of the cluster of ``context``. ``count`` is how often something was asked so far."""

    def __init__(self, connections: Connections, context: str) -> None:
        self.count = 0
        self._connections = connections
        self._context = context

    def data(self, target: str) -> dict[str, Any]:
        """The JSON object at ``target``. `Unserved` where there is no such path, else `ReadFailure`."""
        reply = self._reply(target)
        if reply.status == NOT_FOUND:
            raise Unserved
        if reply.status != OK:
            raise refusal(reply.status, reply.body, self._context)
        return _parsed(reply.body)

    def one(self, read: Read, api: str) -> Manifest | None:
        """The object that ``read`` names; None if the cluster has none of this name."""
        reply = self._reply(path_of(read, api))
        if reply.status == NOT_FOUND:
            if _names_object(reply.body, read.name):
                return None
            raise Unserved
        if reply.status != OK:
            raise refusal(reply.status, reply.body, self._context)
        manifest = {"apiVersion": api, "kind": read.kind, **_parsed(reply.body)}
        return _sound(manifest, read)

    def all(self, read: Read, api: str) -> list[Manifest]:
        """Every object of the list that ``read`` asks for, from as many pages as it takes."""
        for _ in range(_MOST_RESTARTS + 1):
            items = self._pages(read, api)
            if items is not None:
                return items
        raise ReadFailure("the list changed faster than it could be read", "try again")

    def _pages(self, read: Read, api: str) -> list[Manifest] | None:
        """All pages; None when the server does not remember any more what the rest was (410)."""
        items: list[Manifest] = []
        query = {"limit": str(PAGE)} | ({"labelSelector": read.selector} if read.selector else {})
        for _ in range(_MOST_PAGES):
            reply = self._reply(f"{path_of(read, api)}?{urlencode(query)}")
            if reply.status == GONE:
                return None
            if reply.status == NOT_FOUND:
                raise Unserved
            if reply.status != OK:
                raise refusal(reply.status, reply.body, self._context)
            page = _parsed(reply.body)
            found = page.get("items")
            if found is not None and not isinstance(found, list):
                raise ReadFailure("the answer is no list", "is that an API server?")
            items += (
                _sound({"apiVersion": api, "kind": read.kind, **item}, read) for item in map(_mapping, found or ())
            )
            more = _mapping(page.get("metadata") or {}).get("continue")
            if not more:
                return items
            query["continue"] = str(more)
        raise ReadFailure(f"there are more than {_MOST_PAGES * PAGE} of them", "that is no list of a sound cluster")

    def _reply(self, target: str) -> Reply:
        """One answer, asked for again where the server was busy, shaken, or hung up."""
        attempt = 0
        while True:
            attempt += 1
            self.count += 1
            last = attempt == ATTEMPTS
            try:
                reply = self._connections.get(target)
            except Dropped as error:
                if last:
                    why = f"the connection broke off {ATTEMPTS} times: {error}"
                    raise ReadFailure(why, "is something between here and the cluster unwell?") from error
                pause = _PAUSE * attempt
            else:
                if reply.status not in _BUSY | _SHAKEN or last:
                    return reply
                pause = _asked_pause(reply) if reply.status in _BUSY else _PAUSE * attempt
            if pause >= self._connections.left:
                raise ReadFailure("the API server asks to come back later than there is time", "try again later")
            time.sleep(pause)


def path_of(read: Read, api: str) -> str:
    """Where objects of a kind are: ``/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy``."""
    steps = ["apis" if "/" in api else "api", *api.split("/")]
    if read.namespace:
        steps += ["namespaces", read.namespace]
    steps.append(read.plural)
    if read.name:
        steps.append(read.name)
    return "/" + "/".join(quote(step, safe="") for step in steps)


def _asked_pause(reply: Reply) -> float:
    """Seconds until the server wants to be asked again; it may also name a date, which nobody does."""
    asked = reply.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else 1.0


def _parsed(body: bytes) -> dict[str, Any]:
    cure = "is that an API server, or something before it that answers in its place?"
    try:
        data = json.loads(body)
    except RecursionError:
        raise ReadFailure("the answer nests too deeply", cure) from None
    except ValueError:  # broken UTF-8, too
        raise ReadFailure("the answer is no JSON", cure) from None
    if not isinstance(data, dict):
        raise ReadFailure("the answer is no JSON object", cure)
    if _is_deep(data):
        raise ReadFailure(f"the answer nests deeper than {DEEPEST} levels", "no sound object does")
    return data


def _is_deep(data: Any) -> bool:
    """Level by level, so that no depth can exhaust the stack."""
    level = [data]
    for _ in range(DEEPEST):
        children = (child for node in level for child in (node.values() if type(node) is dict else node))
        level = [child for child in children if type(child) is dict or type(child) is list]
        if not level:
            return False
    return True


def _names_object(body: bytes, name: str) -> bool:
    """Whether a 404 is about the object: about a path that it does not know the server says nothing of a name."""
    try:
        status = json.loads(body)
    except (ValueError, RecursionError):
        return False
    details = status.get("details") if isinstance(status, dict) else None
    return isinstance(details, dict) and details.get("name") == name


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ReadFailure("the answer holds something else than objects", "is that an API server?")
    return value


def _sound(manifest: Manifest, read: Read) -> Manifest:
    """An object that has an identity, and the one that was asked for."""
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    namespace = metadata.get("namespace", "") if isinstance(metadata, dict) else None
    fits = isinstance(name, str) and name and isinstance(namespace, str) and isinstance(manifest["apiVersion"], str)
    if (
        not fits
        or manifest["kind"] != read.kind
        or read.name not in {"", name}
        or read.namespace not in {"", namespace}
    ):
        raise ReadFailure("the answer holds another object than was asked for", "is that an API server?")
    return manifest
