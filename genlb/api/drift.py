"""Drift: live clusters against git, one or a whole fleet at once; a cluster that cannot be read hides no other."""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

from genlb.api._drift_places import with_lines, with_origins
from genlb.api._drift_sides import WORK_TREE, Prepared, dump_script, look, prepare, prepare_path
from genlb.api.clusters import has_errors, load
from genlb.api.question import Question
from genlb.drift.model import ClusterDrift, DriftReport, Ignore, NotChecked, Source
from genlb.errors import InvalidInput, Undetermined, UsageError
from genlb.stores.cluster_halt import Halt
from genlb.stores.git import commit_of, is_dirty
from genlb.stores.kubeconfig import Kubeconfig
from genlb.yamltext.node import MappingNode, SequenceNode

if TYPE_CHECKING:
    from genlb.report.fabric import Fabric
    from genlb.stores.repository import Repository

__all__ = ["Question", "complete_dump", "drift_of", "drift_of_path", "drift_report", "fabrics", "write_drift"]

_AHEAD = 2
"""Clusters per job that are prepared while others are still being read."""


def drift_of(
    repository: Repository, names: Sequence[str], question: Question, *, jobs: int = 1
) -> Iterator[ClusterDrift]:
    """What differs between git and each of the clusters ``names``, in their order, ``jobs`` of them at once.

    What goes wrong with one is told in its ``error``. `Undetermined` only for what concerns all: a ref that git does
    not know, a kubeconfig that cannot be read.

    >>> [cluster.name for cluster in drift_of(repository, ["fra1-prod"], Question()) if cluster.drifts]
    ['fra1-prod']
    """
    with ExitStack() as open_:
        if question.ref:
            from genlb.api.history import load_at

            wanted = open_.enter_context(load_at(repository, question.ref))
            source = Source("commit", question.ref, commit_of(repository.root, question.ref))
        else:
            wanted, source = repository, Source(WORK_TREE, dirty=_is_dirty(repository))
        judge = _Judge(question, repository)
        prepared = (_attempt(wanted, name, question, source) for name in names)
        for cluster in _in_threads(judge, prepared, jobs):
            yield with_lines(cluster, wanted.files.read)


def drift_of_path(question: Question, name: str = "", repository: Repository | None = None) -> ClusterDrift:
    """What differs between the manifests at ``question.desired`` and a cluster or its dumps.

    ``name`` is a cluster of ``repository``, if it is one that is meant: it says which context to ask.

    >>> drift_of_path(Question(desired="manifests/", live=("live.yaml",), live_complete=True)).complete
    True
    """
    from genlb.stores.dump_files import read_text

    cluster = None
    if repository is not None and name:
        (loaded,) = load(repository, [name])
        cluster = loaded.context.cluster if loaded.context else None
    if not (question.live or question.context or name):
        raise UsageError("--desired says what is wanted, not where to look: add CLUSTER, --context or --live")
    try:
        prepared: Prepared | ClusterDrift = prepare_path(question, name, cluster)
    except Undetermined as error:
        prepared = _failed(name or question.desired, Source(question.desired), error)
    judged = _Judge(question, repository)(prepared)
    return with_lines(judged, lambda file: read_text(file, question.directory))


def complete_dump(repository: Repository | None, name: str, question: Question) -> str:
    """Shell commands that make a complete dump of a cluster and compare it; empty where nothing can be read.

    >>> print(complete_dump(repository, "fra1-prod", Question()).splitlines()[0])
    mkdir -p live
    """
    try:
        if repository is None or question.desired:
            return dump_script(prepare_path(question, name, None), question)
        return dump_script(prepare(repository, name, question, Source(WORK_TREE)), question)
    except (Undetermined, InvalidInput):
        return ""


def drift_report(clusters: Iterable[ClusterDrift], *, strict: bool = False) -> DriftReport:
    """One run over all of them, stamped with the time that it is.

    >>> drift_report(drift_of(repository, repository.names, Question())).drifts
    False
    """
    from genlb import __version__

    return DriftReport(
        version=__version__,
        clusters=tuple(sorted(clusters, key=lambda cluster: cluster.name)),
        strict=strict,
        time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )


def fabrics(repository: Repository | None, report: DriftReport) -> Mapping[str, Fabric]:
    """The network around each cluster of a report, for its drawing; of those whose spec can be read.

    >>> sorted(fabrics(repository, report))
    ['fra1-prod']
    """
    if repository is None:
        return {}
    from genlb.report.fabric import fabric_of

    names = [cluster.name for cluster in report.clusters if cluster.name in repository.names]
    contexts = {one.name: one.context for one in load(repository, names)} if names else {}
    return {name: fabric_of(it.cluster, it.decisions) for name, it in contexts.items() if it is not None}


def write_drift(form: str, report: DriftReport, drawings: Mapping[str, Fabric]) -> str:
    """The report in one of the formats of ``--report``.

    >>> write_drift("prom", report, {}).startswith("# HELP")
    True
    """
    from genlb.report.drift import write
    from genlb.resources import template

    return write(form, report, drawings, template)


class _Judge:
    """Looks at a prepared cluster and compares; any failure becomes a cluster with an error.

    ``repository`` says what is ignored.
    """

    def __init__(self, question: Question, repository: Repository | None) -> None:
        self._question = question
        self._ignores = _ignores(repository) if repository else ()
        self._unclear = tuple(_unclear(repository)) if repository else ()
        self._today = repository.today if repository else time.strftime("%Y-%m-%d", time.gmtime())
        self._kubeconfig = None if question.live else Kubeconfig(question.kubeconfig, question.directory)
        self.halt = Halt()

    def __call__(self, prepared: Prepared | ClusterDrift) -> ClusterDrift:
        if isinstance(prepared, ClusterDrift):
            return prepared
        from genlb.drift.compare import compare
        from genlb.drift.nodes import Clock

        context = "" if self._question.live else prepared.access.context
        try:
            seen = look(prepared, self._question, self._kubeconfig, self.halt)
        except (Undetermined, InvalidInput) as error:
            failed = _failed(prepared.name, prepared.desired.source, error)
            return dataclasses.replace(failed, context=context, stale=prepared.desired.stale)
        judged = compare(
            prepared.name,
            seen.desired,
            seen.live,
            cluster=prepared.cluster,
            ignores=self._ignores,
            today=self._today,
            strict=self._question.strict,
            context=context,
            nodes=Clock(None if self._question.live else time.time()) if self._question.nodes else None,
        )
        return dataclasses.replace(
            with_origins(judged, prepared.view) if prepared.view else judged,
            not_checked=(*judged.not_checked, *prepared.not_checked, *self._unclear),
            notes=(*judged.notes, *seen.notes),
        )


def _attempt(repository: Repository, name: str, question: Question, source: Source) -> Prepared | ClusterDrift:
    try:
        return prepare(repository, name, question, source)
    except (Undetermined, InvalidInput) as error:
        return _failed(name, source, error)


def _failed(name: str, source: Source, error: Exception) -> ClusterDrift:
    return ClusterDrift(name=name, source=source, error=str(error))


def _in_threads(judge: _Judge, prepared: Iterator[Prepared | ClusterDrift], jobs: int) -> Iterator[ClusterDrift]:
    """Clusters are prepared here, one after another, and read in threads: all but the reading is Python anyway."""
    pending: deque[Future[ClusterDrift]] = deque()
    pool = ThreadPoolExecutor(jobs)
    try:
        for one in prepared:
            pending.append(pool.submit(judge, one))
            if len(pending) >= jobs * _AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        judge.halt.stop()
        pool.shutdown(wait=False, cancel_futures=True)


def _is_dirty(repository: Repository) -> bool:
    """Whether the work tree has changes that are in no commit; a folder that git does not know has none."""
    try:
        return is_dirty(repository.root, repository.settings.clusters)
    except Undetermined:
        return False


def _unclear(repository: Repository) -> Iterator[NotChecked]:
    """Settings with mistakes do not say what shall be ignored."""
    for diagnostic in repository.settings_diagnostics:
        if has_errors([diagnostic]):
            yield NotChecked("what is to be ignored", f"{diagnostic.span}: {diagnostic.message}", "genlb validate")


def _ignores(repository: Repository) -> tuple[Ignore, ...]:
    """What ``genlb.yaml`` accepts, each with its place."""
    entries = repository.settings.drift.ignore
    if not entries:
        return ()
    node = repository.settings_root
    for key in ("drift", "ignore"):
        node = node.entries.get(key) if isinstance(node, MappingNode) else None
    places = [str(item.span) for item in node.items] if isinstance(node, SequenceNode) else [""] * len(entries)
    return tuple(
        Ignore(one.object, one.path or "", one.reason or "", one.expires or "", place)
        for one, place in zip(entries, places, strict=True)
    )
