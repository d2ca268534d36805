"""Results of ``genlb render`` for people: a line for each cluster, a difference for each stale file, what to run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genlb.cli.console import Console
from genlb.cli.output import tell_diagnostics
from genlb.cli.rendering import Difference, Result
from genlb.report.counts import counted
from genlb.report.style import Role
from genlb.report.visible import visible

_LISTING = "/genlb.manifest.json"
"""Digests of all the others: how it differs says nothing."""

_NAMED = 8
"""Up to so many clusters are named in a command to run; more are named by none, which means all."""


def tell_printed(console: Console, results: Iterable[Result], again: str) -> list[Result]:  # noqa: ARG001 -- as its like
    """The documents, as they are."""
    told: list[Result] = []
    for result in results:
        console.data(result.documents)
        told.append(result._replace(documents=""))
    return told


def tell_written(console: Console, results: Iterable[Result], again: str) -> list[Result]:
    """One line for each cluster; every changed file with ``-v``; at the end the sum, or what stands in the way."""
    told: list[Result] = []
    for result in results:
        _tell_one(console, result)
        told.append(result)
    refused = [result for result in told if result.refused]
    console.result(f"{counted(len(told), 'cluster')} · {_sum(told)}")
    if refused:
        console.tell("Put the changes into the spec (spec.patches can hold what it has no field for), or give them up:")
        console.tell(_command(f"{again} --overwrite", refused))
    return told


def tell_checked(console: Console, results: Iterable[Result], again: str) -> list[Result]:
    """Each differing file and how it differs; at the end the command that mends it."""
    told: list[Result] = []
    for result in results:
        if result.failure:
            console.error(visible(result.failure))
        for difference in result.differences:
            _tell_difference(console, difference)
        told.append(
            result._replace(differences=tuple(each._replace(before="", after="") for each in result.differences))
        )
    differing = [result for result in told if result.differences]
    if not differing:
        if not any(result.failure for result in told):
            files = sum(result.files for result in told)
            console.result(f"{counted(len(told), 'cluster')} · {counted(files, 'file')} up to date")
        return told
    number = sum(len(result.differences) for result in differing)
    edited = any(difference.edited for result in differing for difference in result.differences)
    verb = "differs" if number == 1 else "differ"
    console.tell(f"{counted(number, 'file')} {verb} in {counted(len(differing), 'cluster')}. Run:")
    console.tell(_command(f"{again} --overwrite" if edited else again, differing))
    return told


def _tell_one(console: Console, result: Result) -> None:
    if result.failure:
        console.error(visible(result.failure))
        return
    if result.refused:
        tell_diagnostics(console, result.refused, lambda _: ())
        console.tell(f"{result.name}  {counted(len(result.refused), 'file')} edited by hand: nothing written\n")
        return
    console.result(
        f"{console.out_style.paint(result.name, Role.STRONG)}  {counted(result.files, 'file')}: {_changes(result)}"
    )
    if console.verbosity:
        for mark, role, paths in (
            ("+", Role.ADDED, result.created),
            ("~", Role.WARNING, result.updated),
            ("-", Role.REMOVED, result.deleted),
            ("?", Role.FAINT, result.foreign),
        ):
            for path in paths:
                console.result(console.out_style.paint(f"  {mark} {visible(path)}", role))


def _changes(result: Result) -> str:
    counts = (("created", result.created), ("changed", result.updated), ("deleted", result.deleted))
    told = ", ".join(f"{len(paths)} {word}" for word, paths in counts if paths) or "unchanged"
    return f"{told} ({len(result.foreign)} not genlb's)" if result.foreign else told


def _sum(results: Sequence[Result]) -> str:
    done = [result for result in results if result.status in ("changed", "unchanged")]
    files = sum(result.files for result in done)
    changed = sum(len(result.created) + len(result.updated) + len(result.deleted) for result in done)
    told = f"{counted(files, 'file')}, {changed} changed" if changed else f"{counted(files, 'file')}, nothing changed"
    left = len(results) - len(done)
    return f"{told} · {counted(left, 'cluster')} not written" if left else told


def _tell_difference(console: Console, difference: Difference) -> None:

    from genlb.report.difference import unified
    from genlb.report.text import diagnostic_text

    bare = difference.finding._replace(why="", help="")
    console.tell(diagnostic_text(bare, (), console.err_style, pointer=False))
    if not difference.finding.span.file.endswith(_LISTING):
        console.result(unified(difference.finding.span.file, difference.before, difference.after, console.out_style))


def _command(command: str, chosen: Sequence[Result]) -> str:
    """``command`` for the chosen clusters; for all of them when there are too many to name."""
    if len(chosen) > _NAMED:
        return command
    return " ".join([command, *(result.name for result in chosen)])
