"""A repository as it was at a commit, for the rules about change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from genlb.api.clusters import LoadedCluster, changed_files, is_touched
from genlb.errors import Diagnostic
from genlb.network import decide
from genlb.rules import View
from genlb.rules.change import judge_change
from genlb.stores.commit import Commit
from genlb.stores.repository import Repository


@contextmanager
def load_at(repository: Repository, ref: str) -> Iterator[Repository]:
    """The repository at the commit that ``ref`` names, read from git's object store; nothing is checked out.

    ``Undetermined``, with the cure, when git knows no such commit. What that commit ``requires`` is not looked at: it
    is this genlb that compares.

    >>> with load_at(open_repository(), "origin/main") as before:
    ...     before.names
    ('ams2-stage', 'fra1-prod')
    """
    with Commit(repository.root, ref) as files:
        yield Repository(repository.root, None, files=files)


class Before:
    """What clusters were at a commit; only those are looked at whose files differ."""

    def __init__(self, now: Repository, then: Repository, ref: str) -> None:
        self._now = now
        self._then = then
        self._changed = changed_files(now, ref)

    def judge(self, cluster: LoadedCluster) -> tuple[Diagnostic, ...]:
        """What hurts on the way from then to now; nothing for a cluster that was not there, or not readable."""
        after = cluster.view
        if after is None or not is_touched(self._now, cluster, self._changed):
            return ()
        before = self._view(cluster.name)
        return () if before is None else tuple(judge_change(before, after))

    def _view(self, name: str) -> View | None:
        if name not in self._then.names:
            return None
        spec = self._then.load(name)
        if spec.cluster is None:
            return None
        base, _ = self._then.base_config(spec)
        return View(spec, spec.cluster, decide(spec.cluster), base)


@contextmanager
def since(repository: Repository, ref: str) -> Iterator[Before]:
    """What clusters were at the commit that ``ref`` names.

    >>> with since(repository, "origin/main") as before:
    ...     clusters = list(load(repository, before=before))
    """
    with load_at(repository, ref) as then:
        yield Before(repository, then, ref)
