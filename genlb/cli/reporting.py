"""``--report FORMAT=PATH``: the same run told once more for machines, in as many formats as are asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import click

from genlb.errors import Undetermined

if TYPE_CHECKING:
    from genlb.cli.session import Session
    from genlb.report.model import Run

FORMATS = ("github", "json", "junit", "markdown", "sarif", "text")
"""Known here so that `genlb validate` need not load them; a test holds them equal to `genlb.report.formats`."""

_STANDARD = "-"
# GitHub reads annotations from both streams, and stdout is for data.
_TO_STDERR = frozenset({"github"})

_Command = TypeVar("_Command", bound=Callable[..., object])


class Target(NamedTuple):
    """One report that is asked for; the path ``-`` is stdout, for ``github`` stderr."""

    form: str
    path: str

    @property
    def on_stdout(self) -> bool:
        """Whether it goes to stdout."""
        return self.path == _STANDARD and self.form not in _TO_STDERR


def report_option(formats: Sequence[str] = FORMATS) -> Callable[[_Command], _Command]:
    """``--report FORMAT=PATH``, any number of times."""

    def targets(_context: click.Context, _option: click.Parameter, values: Sequence[str]) -> tuple[Target, ...]:
        return _targets(values, formats)

    return click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT=PATH",
        callback=targets,
        help=f"Write a report as well: {', '.join(formats)}. - is stdout, for github stderr. Repeatable.",
    )


def takes_stdout(targets: Iterable[Target], *, output: str) -> bool:
    """Whether a report goes to stdout; a usage error where the result itself is a document on it."""
    taken = any(target.on_stdout for target in targets)
    if taken and output != "text":
        raise click.UsageError(f"-o {output} and --report …=- do not go together: stdout is one document")
    return taken


def write_reports(session: Session, targets: Sequence[Target], run: Callable[[], Run]) -> None:
    """Write all reports of a run, which is put together only if there is any; see `write_texts`."""
    if not targets:
        return
    from genlb import api

    whole = run()
    write_texts(session, targets, lambda form: api.report(form, whole))


def write_texts(session: Session, targets: Sequence[Target], text_of: Callable[[str], str]) -> None:
    """Write each report; when one cannot be written the others still are, then the first failure is raised."""
    from genlb import api

    failures: list[Undetermined] = []
    for target in targets:
        text = text_of(target.form)
        if target.on_stdout:
            session.console.data(text)
        elif target.path == _STANDARD:
            session.console.tell(text.removesuffix("\n")) if text else None
        else:
            try:
                api.write_report(os.path.join(session.directory, target.path), text)
            except Undetermined as error:
                failures.append(error)
    if failures:
        raise failures[0]


def _targets(values: Sequence[str], formats: Sequence[str]) -> tuple[Target, ...]:
    targets = tuple(_target(value, formats) for value in values)
    paths = [target.path for target in targets if target.path != _STANDARD]
    for path in paths:
        if paths.count(path) > 1:
            raise click.BadParameter(f"two reports cannot be written to {path}")
    if sum(target.on_stdout for target in targets) > 1:
        raise click.BadParameter("only one report can be written to stdout (-)")
    return targets


def _target(value: str, formats: Sequence[str]) -> Target:
    form, _, path = value.partition("=")
    if form not in formats:
        from genlb.report.suggestion import did_you_mean

        raise click.BadParameter(f"there is no report {form!r}{did_you_mean(form, formats)}")
    if not path:
        raise click.BadParameter(f"{value!r} says no path: --report {form}=PATH, or {form}=-")
    return Target(form, path)
