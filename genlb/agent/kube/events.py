"""Events about an object, in that object's namespace: what ``kubectl describe`` shows to whoever owns it.

What happens again is the same Event with a higher count, and no more often than every few minutes: a tenant's Service
that is refused for ever must not fill etcd.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import Conflict, NotFound

_REPEAT = 300.0
"""Seconds before the same Event is counted again."""

_MOST = 1_000
"""Events that are remembered; a server forgets them after an hour."""

_LONGEST = 1_024


class About(NamedTuple):
    """The object that an Event is about."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


class _Sent(NamedTuple):
    times: int
    at: float


class Events:
    """Events that ``component`` on ``node`` sends; ``clock`` is for their times, ``ticks`` for how often."""

    def __init__(
        self,
        client: Client,
        component: str,
        node: str,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._component = component
        self._node = node
        self._clock = clock
        self._ticks = ticks
        self._sent: dict[str, _Sent] = {}

    def tell(self, about: About, reason: str, message: str, *, warning: bool) -> bool:
        """Tell it, unless the same was told a short while ago; whether something was written."""
        told = message[:_LONGEST]
        name = _name(about, [self._component, self._node, about.uid, reason, told])
        now, sent = self._ticks(), self._sent.get(name)
        if sent is not None and now - sent.at < _REPEAT:
            return False
        count = 1 if sent is None else sent.times + 1
        if sent is None or not self._counted(about, name, count):
            try:
                self._create(about, name, reason, told, warning=warning)
            except Conflict:  # of the daemon before us: the same Event once more
                self._counted(about, name, 2)
        self._remember(name, _Sent(count, now))
        return True

    def tell_once(self, about: About, reason: str, message: str, *, warning: bool) -> bool:
        """Tell what every node sees, unless one has told it and the server still knows; whether it was written."""
        told = message[:_LONGEST]
        try:
            self._create(about, _name(about, [self._component, about.uid, reason, told]), reason, told, warning=warning)
        except Conflict:
            return False
        return True

    def _counted(self, about: About, name: str, count: int) -> bool:
        """Raise the count of an Event; False where the server has forgotten it."""
        try:
            self._client.patch(f"{_path(about)}/{name}", {"count": count, "lastTimestamp": _time(self._clock())})
        except NotFound:
            return False
        return True

    def _create(self, about: About, name: str, reason: str, message: str, *, warning: bool) -> None:
        now = _time(self._clock())
        body: Object = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": about.namespace},
            "involvedObject": {
                "apiVersion": about.api_version,
                "kind": about.kind,
                "namespace": about.namespace,
                "name": about.name,
                "uid": about.uid,
            },
            "reason": reason,
            "message": message,
            "type": "Warning" if warning else "Normal",
            "count": 1,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "source": {"component": self._component, "host": self._node},
        }
        self._client.create(_path(about), body)

    def _remember(self, name: str, sent: _Sent) -> None:
        self._sent.pop(name, None)
        self._sent[name] = sent
        while len(self._sent) > _MOST:
            del self._sent[next(iter(self._sent))]


def _name(about: About, said: list[str]) -> str:
    """The same for the same Event, so that it is found again."""
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
    return f"{about.name[:200].rstrip('.-')}.{digest}"


def _path(about: About) -> str:
    return f"/api/v1/namespaces/{quote(about.namespace, safe='')}/events"


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
