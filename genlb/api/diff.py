"""Two states of a repository compared: what their fresh renders differ in, and what the network notices of it.

Nothing is checked out and no rendered file is read: both sides are rendered by this genlb from their specs, layers and
base configurations, so that an upgrade of genlb or a forgotten render is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from genlb.api._pairs import Compared, compared, pairs
from genlb.errors import UsageError
from genlb.report.diff import Diff, State
from genlb.report.suggestion import did_you_mean
from genlb.stores.ancestry import merge_base
from genlb.stores.commit import Commit
from genlb.stores.repository import Repository

_SHORT = 12


class Comparison(NamedTuple):
    """Two states, and the clusters between them, compared one after another as they are asked for."""

    since: State
    until: State
    now: Repository
    names: tuple[str, ...]
    clusters: Iterator[Compared]


def diff_between(repository: Repository, names: Sequence[str] = (), *, since: str = "", until: str = "") -> Diff:
    """The clusters of ``names`` (all without any) between two commits.

    Without ``since`` from the merge base of HEAD and the default branch, without ``until`` to the work tree.
    ``UsageError`` for a cluster that neither side knows, ``Undetermined`` for a commit that git does not know.

    >>> [cluster.status for cluster in diff_between(open_repository(), since="origin/main").clusters]
    [<Status.UNCHANGED: 'unchanged'>]
    """
    with ExitStack() as stack:
        compared = comparison(stack, repository, names, since=since, until=until)
        clusters = tuple(one.diff for one in compared.clusters)
    return Diff(since=compared.since, until=compared.until, clusters=clusters)


def comparison(stack: ExitStack, repository: Repository, names: Sequence[str], *, since: str, until: str) -> Comparison:
    """As `diff_between`, for whoever wants more of it; ``stack`` holds what stays open until all are compared.

    >>> with ExitStack() as stack:
    ...     comparison(stack, open_repository(), [], since="origin/main", until="").names
    ('ams2-stage', 'fra1-prod')
    """
    old, then = _at(stack, repository, since) if since else _at_base(stack, repository)
    new, now = _at(stack, repository, until) if until else (State("the work tree"), repository)
    known = sorted({*then.names, *now.names})
    for name in names:
        if name not in known:
            raise UsageError(f"there is no cluster {name!r}, neither before nor after{did_you_mean(name, known)}")
    wanted = tuple(dict.fromkeys(names)) or tuple(known)
    return Comparison(old, new, now, wanted, (compared(pair) for pair in pairs(then, now, wanted)))


def _at(stack: ExitStack, repository: Repository, ref: str) -> tuple[State, Repository]:
    files = stack.enter_context(Commit(repository.root, ref))
    state = State(f"{ref} ({files.commit[:_SHORT]})" if ref != files.commit else ref[:_SHORT], ref, files.commit)
    return state, Repository(repository.root, None, files=files, today=repository.today)


def _at_base(stack: ExitStack, repository: Repository) -> tuple[State, Repository]:
    base = merge_base(repository.root)
    state, then = _at(stack, repository, base.commit)
    what = f"{base.commit[:_SHORT]} (merge base of HEAD and {base.branch})"
    return state._replace(what=what, ref=base.branch), then
