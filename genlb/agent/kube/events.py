"""Events about an object, in that object's namespace: what ``kubectl describe`` shows to whoever owns it.

Whatever is told again, by whichever node, is the same Event: a Service that a thousand nodes refuse must not fill etcd.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import Conflict

_LONGEST = 1_024


class About(NamedTuple):
    """The object that an Event is about."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str


class Events:
    """Events that ``component`` on ``node`` sends."""

    def __init__(self, client: Client, component: str, node: str, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._component = component
        self._node = node
        self._clock = clock

    def tell_once(self, about: About, reason: str, message: str, *, warning: bool) -> bool:
        """Tell what every node sees, unless one has told it and the server still knows; whether it was written."""
        told = message[:_LONGEST]
        try:
            self._create(about, _name(about, [self._component, about.uid, reason, told]), reason, told, warning=warning)
        except Conflict:
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


def _name(about: About, said: list[str]) -> str:
    """The same for the same Event, so that it is found again."""
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
    return f"{about.name[:200].rstrip('.-')}.{digest}"


def _path(about: About) -> str:
    return f"/api/v1/namespaces/{quote(about.namespace, safe='')}/events"


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
