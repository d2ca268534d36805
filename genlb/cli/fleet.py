"""Many clusters in one run: judge all of them first, then do something with each. In this process, or in several.

Two passes, because nothing at all is written while any selected cluster has an error. In one process the first pass
keeps what rendering needs, which is small; workers read their clusters again, which costs less than sending them over.
Results come in the order of the clusters, whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from genlb import api

_Result = TypeVar("_Result")

CHUNK = 25
"""Clusters that a worker gets at a time: enough to share the parsed layers, few enough to keep all workers busy."""


class Selection(NamedTuple):
    """Which clusters: by name (none: all), and of those the ones with all ``labels`` and any of ``files``."""

    names: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    files: Collection[str] | None = None

    def selects(self, repository: api.Repository, cluster: api.LoadedCluster) -> bool:
        """Whether labels and files fit. A cluster that cannot be read that far is in: it must not be passed over."""
        labels = cluster.labels
        if labels is not None and any(labels.get(key) != value for key, value in self.labels.items()):
            return False
        return self.files is None or api.is_touched(repository, cluster, self.files)


class Judged(NamedTuple):
    """What the first pass found out about one selected cluster."""

    name: str
    findings: api.Findings
    unread: str
    valid: bool
    renderable: api.Renderable | None = None


def judge(repository: api.Repository, selection: Selection, *, jobs: int = 1, keep: bool = False) -> Iterator[Judged]:
    """The selected clusters, judged one after another; ``keep`` what rendering needs, when this process does it all."""
    names = api.known(repository, selection.names)
    if jobs == 1:
        yield from _judged(repository, selection, names, keep=keep)
        return
    yield from _in_processes(_judge_chunk, repository, names, selection, jobs=jobs)


def judge_together(
    repository: api.Repository, names: Sequence[str], *, fleet: bool, before: api.Before | None
) -> Iterator[Judged]:
    """The named clusters, with ``fleet`` as parts of one, with ``before`` as what became of what they were."""
    for cluster in api.load(repository, names, before=before):
        yield Judged(cluster.name, cluster.findings(fleet=fleet), cluster.unread, cluster.valid)


def each(
    repository: api.Repository,
    judged: Iterable[Judged],
    work: Callable[[api.Repository, api.Renderable], _Result],
    *,
    jobs: int = 1,
) -> Iterator[_Result]:
    """``work`` done for every cluster; it must be picklable when there are several ``jobs``."""
    if jobs == 1:
        for cluster in judged:
            yield work(repository, cluster.renderable or _again(repository, cluster.name))
        return
    names = [cluster.name for cluster in judged]
    yield from _in_processes(_work_chunk, repository, names, work, jobs=jobs)


def _judged(repository: api.Repository, selection: Selection, names: Sequence[str], *, keep: bool) -> Iterator[Judged]:
    for cluster in api.load(repository, names):
        if selection.selects(repository, cluster):
            renderable = cluster.renderable() if keep and cluster.valid else None
            yield Judged(cluster.name, cluster.findings(), cluster.unread, cluster.valid, renderable)


def _judge_chunk(root: str, today: str, names: Sequence[str], selection: Selection) -> list[Judged]:
    return list(_judged(api.open_repository(root, today=today), selection, names, keep=False))


def _work_chunk(
    root: str, today: str, names: Sequence[str], work: Callable[[api.Repository, api.Renderable], _Result]
) -> list[_Result]:
    repository = api.open_repository(root, today=today)
    return [work(repository, _again(repository, name)) for name in names]


def _again(repository: api.Repository, name: str) -> api.Renderable:
    return next(api.load(repository, [name])).renderable()


def _in_processes(
    function: Callable[..., list[_Result]],
    repository: api.Repository,
    names: Sequence[str],
    argument: object,
    *,
    jobs: int,
) -> Iterator[_Result]:
    from concurrent.futures import ProcessPoolExecutor

    size = max(1, min(CHUNK, -(-len(names) // jobs)))
    chunks = [names[start : start + size] for start in range(0, len(names), size)]
    if not chunks:
        return
    executor = ProcessPoolExecutor(min(jobs, len(chunks)), initializer=_leave_interrupts_to_the_parent)
    try:
        place = (repository.root, repository.today)
        for future in [executor.submit(function, *place, chunk, argument) for chunk in chunks]:
            yield from future.result()
    finally:
        executor.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
