"""What the binder follows on the API server: Services, EndpointSlices, Nodes, and the election's Leases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Self, TypeVar

from genlb.agent.kube.account import Account
from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.following import Following
from genlb.agent.kube.listing import listed
from genlb.agent.logs import Log
from genlb.agent.vip.election.claims import Lease
from genlb.agent.vip.ledger import kept, lease_from
from genlb.agent.vip.services.facts import Facts, Node, Service, Slice
from genlb.agent.vip.services.reading import key_of, node_from, service_from, slice_from
from genlb.errors import Undetermined

Fact = TypeVar("Fact")

SERVICES = "/api/v1/services"
SLICES = "/apis/discovery.k8s.io/v1/endpointslices"
NODES = "/api/v1/nodes"


class Api:
    """All that is followed, each in a thread of its own; a context manager. ``changed`` is called in those threads."""

    def __init__(self, account: Account, changed: Callable[[], None], log: Log) -> None:
        self._account, self._changed, self._log = account, changed, log
        self._news = threading.Event()
        self._news.set()
        self._latest: Facts | None = None
        self._services: Following[Service] = self._following(SERVICES, keeping(service_from), key_of)
        self._slices: Following[Slice] = self._following(SLICES, keeping(slice_from), key_of)
        self._nodes: Following[Node] = self._following(NODES, keeping(node_from), key_of)
        self._leases: Following[Lease] | None = None
        self._running = ExitStack()

    def follow_leases(self, path: str, prefix: str) -> None:
        """Follow the election's Leases at ``path`` too; before the context is entered."""

        def node_of(item: Object) -> str:
            found = lease_from(item, prefix)
            return "" if found is None else found.node

        # Not news for the facts: every node renews its Lease every other second.
        client = Client(self._account)
        self._leases = Following(client, path, lambda item: kept(item, prefix), node_of, self._changed, self._log)

    def __enter__(self) -> Self:
        for followed in (self._services, self._slices, self._nodes, self._leases):
            if followed is not None:
                self._running.enter_context(followed)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def facts(self) -> Facts | None:
        """None before the first complete lists; the very same facts as long as nothing has changed.

        A list without a single Node is wrong, since we run on one: it would make nobody's addresses of all of theirs.
        """
        if self._news.is_set():
            # Before the copies are taken: what comes meanwhile is news again.
            self._news.clear()
            services, first = self._services.counted()
            slices, second = self._slices.counted()
            nodes, third = self._nodes.counted()
            if services is not None and slices is not None and nodes:
                self._latest = Facts(services, slices, nodes, lists=(first, second, third))
        return self._latest

    def again(self) -> None:
        """List everything anew that facts come from."""
        for followed in (self._services, self._slices, self._nodes):
            followed.again()

    def leases(self) -> Mapping[str, Lease]:
        """The election's Leases, by node; none before their first complete list."""
        return (self._leases.facts() if self._leases is not None else None) or {}

    def _following(
        self, path: str, keep: Callable[[Object], tuple[str, Fact] | None], key: Callable[[Object], str]
    ) -> Following[Fact]:
        return Following(Client(self._account), path, keep, key, self._notice, self._log)

    def _notice(self) -> None:
        self._news.set()
        self._changed()


def facts_now(client: Client) -> Facts:
    """One look at the API, for ``--once`` and ``--dry-run``; ``Undetermined`` where it names no Node."""
    nodes = listed(client, NODES, keeping(node_from)).facts
    if not nodes:
        raise Undetermined("the API server names not a single Node")
    services = listed(client, SERVICES, keeping(service_from)).facts
    return Facts(services, listed(client, SLICES, keeping(slice_from)).facts, nodes)


def keeping(read: Callable[[object], Fact | None]) -> Callable[[Object], tuple[str, Fact] | None]:
    """The fact of an object by its key, None where it is not worth keeping."""

    def keep(item: Object) -> tuple[str, Fact] | None:
        fact = read(item)
        return None if fact is None else (key_of(item), fact)

    return keep
