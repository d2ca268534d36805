"""A live cluster, read through its API server: get and list only, some 25 requests, never another cluster than meant.

What could not be read is told and nothing else is lost by it; only who cannot be reached, does not know us or is
another cluster gives no answer at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple, TypeVar

from genlb.drift.kinds import KINDS
from genlb.drift.model import Live, Read
from genlb.drift.reads import kind_of
from genlb.errors import Undetermined
from genlb.manifest import Manifest
from genlb.stores.cluster_answers import Answer, live_of, together
from genlb.stores.cluster_connection import Connections
from genlb.stores.cluster_failure import ReadFailure
from genlb.stores.cluster_halt import Halt
from genlb.stores.cluster_requests import Requests, Unserved
from genlb.stores.kubeconfig import Access, Kubeconfig

AT_ONCE = 8
"""Requests that a cluster gets at a time."""

SECONDS = 120.0
"""What reading one cluster may take; one that answers needs less than one."""

_ONE_API_ALONE = frozenset({403, 503})
"""What may be said of one API of two: no right to it, or what serves it is down."""

_T = TypeVar("_T")
FollowUps = Callable[[Live], Sequence[Read]]


class Reading(NamedTuple):
    """What was read, and the (group, kind) of optional reads that the cluster does not serve at all."""

    live: Live
    unserved: frozenset[tuple[str, str]] = frozenset()
    uid: str = ""
    requests: int = 0


def read_live(access: Access, reads: Sequence[Read], *, follow: FollowUps | None = None) -> Live:
    """What the cluster holds of what ``reads`` ask for; see `read_cluster`."""
    return read_cluster(access, reads, follow=follow).live


def read_cluster(
    access: Access,
    reads: Sequence[Read],
    *,
    follow: FollowUps | None = None,
    kubeconfig: Kubeconfig | None = None,
    halt: Halt | None = None,
    seconds: float = SECONDS,
) -> Reading:
    """Ask everything of the cluster of ``access``; ``follow`` says what else is worth a question after the answers.

    ``halt`` ends it before its time.

    `Undetermined`, with the cure, when nothing can be read: no such context, not reached, not let in, another cluster.
    """
    login = (kubeconfig or Kubeconfig(access.kubeconfig)).login(access.context)
    try:
        connections = Connections(login, seconds)
        halt = halt or Halt()
        halt.opened(connections)
        try:
            return _Cluster(Requests(connections, login.context), connections).read(access, reads, follow)
        finally:
            connections.close()
            halt.closed(connections)
    except ReadFailure as error:
        raise Undetermined(f"context {access.context}: {error}") from error


class _Cluster:
    """The questions of one run to one cluster."""

    def __init__(self, requests: Requests, connections: Connections) -> None:
        self._requests = requests
        self._connections = connections
        self._groups: Mapping[str, Sequence[str]] | None = None

    def read(self, access: Access, reads: Sequence[Read], follow: FollowUps | None) -> Reading:
        """Everything, the identity first."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                uid = self._in_time([pool.submit(self._identify, access)])[0]
                groups = pool.submit(self._served_groups)
                version = pool.submit(self._version)
                answers = self._answers(pool, reads, groups)
                live = live_of(answers, version.result())
                more = follow(live) if follow else ()
                if more:
                    answers += self._answers(pool, together(more), groups)
                    live = live_of(answers, version.result())
            finally:
                # After a failure or Ctrl-C the others must not go on; after success nobody waits any more.
                self._connections.close()
                pool.shutdown(wait=False, cancel_futures=True)
        unserved = frozenset(kind_of(answer.read) for answer in answers if answer.unserved)
        return Reading(live, unserved, uid, self._requests.count)

    def _identify(self, access: Access) -> str:
        """The uid of namespace kube-system, which no other cluster has; asked before anything else."""
        try:
            namespace = self._requests.data("/api/v1/namespaces/kube-system")
        except Unserved:
            raise ReadFailure("has no namespace kube-system", "is that a Kubernetes cluster?", fatal=True) from None
        except ReadFailure as error:
            if access.uid or error.status != 403:  # noqa: PLR2004 -- HTTP's
                why = f"it cannot be told which cluster this is: {error.why}" if error.status == 403 else error.why  # noqa: PLR2004
                raise ReadFailure(why, error.cure, status=error.status, fatal=True) from error
            return ""
        metadata = namespace.get("metadata")
        uid = metadata.get("uid") if isinstance(metadata, dict) else None
        if not isinstance(uid, str) or not uid:
            raise ReadFailure("answers, but not as an API server", "is the server of the context right?", fatal=True)
        if access.uid and uid.lower() != access.uid.lower():
            raise ReadFailure(
                f"this is another cluster: namespace kube-system has uid {_short(uid)}, the spec says {access.uid}",
                "nothing else was read; mend the context, or access.uid if the cluster was built anew",
                fatal=True,
            )
        return uid

    def _answers(
        self, pool: ThreadPoolExecutor, reads: Iterable[Read], groups: Future[Mapping[str, Sequence[str]] | None]
    ) -> list[Answer]:
        return self._in_time([pool.submit(self._answer, read, groups) for read in reads])

    def _in_time(self, futures: Sequence[Future[_T]]) -> list[_T]:
        """Their results; who trickles out an answer, byte by byte, keeps nobody waiting for ever."""
        if wait(futures, timeout=max(0.0, self._connections.left)).not_done:
            self._connections.close()
        return [future.result() for future in futures]

    def _answer(self, read: Read, groups: Future[Mapping[str, Sequence[str]] | None]) -> Answer:
        """The answer to one read, from the first API that has it."""
        failure: ReadFailure | None = None
        apis = read.apis if len(read.apis) == 1 else _served(read.apis, groups.result())
        for api in apis:
            try:
                return Answer(read, tuple(self._objects(self._discovered(read, api), api)))
            except Unserved:
                continue
            except ReadFailure as error:
                failure = failure or error
                if error.status not in _ONE_API_ALONE:
                    break
        if failure is None and not read.optional:
            what = f"the cluster serves no {read.kind} ({' or '.join(read.apis)})"
            failure = ReadFailure(what, "are the CustomResourceDefinitions installed, is the version the right one?")
        return Answer(read, failure=failure, unserved=failure is None)

    def _objects(self, read: Read, api: str) -> Iterator[Manifest]:
        if not read.name:
            yield from self._requests.all(read, api)
        elif (found := self._requests.one(read, api)) is not None:
            yield found

    def _discovered(self, read: Read, api: str) -> Read:
        """A kind that genlb does not know by heart, as the API server spells its plural."""
        if kind_of(read) in KINDS:
            return read
        resources = self._requests.data(f"/apis/{api}" if "/" in api else f"/api/{api}").get("resources")
        for resource in resources if isinstance(resources, list) else ():
            if (
                isinstance(resource, dict)
                and resource.get("kind") == read.kind
                and "/" not in str(resource.get("name"))
            ):
                if resource.get("namespaced") is True and read.name and not read.namespace:
                    raise ReadFailure(f"{read.kind} {read.name} names no namespace", "write metadata.namespace")
                return read._replace(plural=str(resource.get("name")))
        raise Unserved

    def _served_groups(self) -> Mapping[str, Sequence[str]] | None:
        """The versions of each API group; None where the server does not tell."""
        try:
            groups = self._requests.data("/apis").get("groups")
        except (ReadFailure, Unserved):
            return None
        found: dict[str, list[str]] = {}
        for group in groups if isinstance(groups, list) else ():
            if isinstance(group, dict) and isinstance(group.get("versions"), list):
                versions = (one.get("groupVersion") for one in group["versions"] if isinstance(one, dict))
                found[str(group.get("name"))] = [str(version) for version in versions]
        return found

    def _version(self) -> str:
        try:
            told = self._requests.data("/version").get("gitVersion")
        except (ReadFailure, Unserved):
            return ""
        return _short(told).removeprefix("v") if isinstance(told, str) else ""


def _served(apis: Sequence[str], groups: Mapping[str, Sequence[str]] | None) -> Sequence[str]:
    """Those of ``apis`` that the server has; all where it does not tell."""
    if groups is None:
        return apis
    known = {api for versions in groups.values() for api in versions}
    return [api for api in apis if api in known or "/" not in api]


def _short(text: Any) -> str:
    """Something of the server's, fit for one line."""
    return "".join(character for character in str(text)[:64] if character.isprintable())
