"""Many requests at once: an API server answers several connections faster than one."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.kube.client import Client

CONNECTIONS = 4

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_parallel(
    client: Client, act: Callable[[Client, _Item], _Result], items: Iterable[_Item], *, connections: int = CONNECTIONS
) -> list[_Result]:
    """``act(client, item)`` for each of ``items``, results in their order.

    Each call gets a client of its own, the same user as ``client``, which collects the warnings of all. The first
    exception is raised when every call is through.
    """
    users = [client.user(client.token) for _ in range(connections)]
    idle: queue.SimpleQueue[Client] = queue.SimpleQueue()
    for user in users:
        idle.put(user)

    def call(item: _Item) -> _Result:
        user = idle.get()
        try:
            return act(user, item)
        finally:
            idle.put(user)

    try:
        with ThreadPoolExecutor(connections) as threads:
            return list(threads.map(call, items))
    finally:
        for user in users:
            client.warnings += user.warnings
            user.close()
