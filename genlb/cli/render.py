"""``genlb render``: specs become the manifests that Argo CD or Flux apply."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import click

from genlb import api
from genlb.cli.fleet import Selection, each, judge
from genlb.cli.judgement import Judgement, tell
from genlb.cli.options import clusters_argument, examples, output_option
from genlb.cli.output import Outcome, outcome
from genlb.cli.progress import tracked
from genlb.cli.render_text import tell_checked, tell_printed, tell_written
from genlb.cli.rendering import Check, Print, Result, Write
from genlb.cli.session import Session
from genlb.errors import Severity, UsageError


class Request(NamedTuple):
    """The command line in short. ``again`` is the beginning of a command that repeats it."""

    work: Write | Check | Print
    selection: Selection
    again: str
    jobs: int
    json: bool


@click.command(
    "render",
    epilog=examples(
        "genlb render",
        "genlb render fra1-prod ams2-stage",
        "genlb render --check",
        "genlb render -l env=prod -j 4",
        "genlb render --changed-since origin/main",
        "genlb render fra1-prod --stdout | kubectl apply --dry-run=server -f -",
    ),
)
@clusters_argument()
@click.option(
    "-l", "--selector", "selectors", multiple=True, metavar="LABEL=VALUE", help="Only clusters with the label."
)
@click.option("--changed-since", metavar="REF", help="Only clusters whose files differ from those of git commit REF.")
@click.option("--check", is_flag=True, help="Write nothing; show how the files differ, and fail when they do.")
@click.option("--stdout", is_flag=True, help="Write nothing; print the objects as one stream of YAML documents.")
@click.option(
    "--out", metavar="DIR", type=click.Path(file_okay=False), help="Write to DIR/<cluster>/rendered/ instead."
)
@click.option("--overwrite", is_flag=True, help="Give up changes that were made to rendered files by hand.")
@click.option("-j", "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Number of processes.")
@output_option("text", "json")
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter for each option
    session: Session,
    /,
    *,
    clusters: tuple[str, ...],
    selectors: tuple[str, ...],
    changed_since: str | None,
    check: bool,
    stdout: bool,
    out: str | None,
    overwrite: bool,
    jobs: int,
    output: str,
) -> Outcome:
    """Write the manifests of all clusters, or of those named, to clusters/<name>/rendered/.

    All selected clusters are judged first; while one of them has an error nothing is written. A cluster's files change
    all together or not at all, and files that genlb did not write are left alone.
    """
    work = _work(session, check=check, stdout=stdout, out=out, overwrite=overwrite)
    if stdout and output == "json":
        raise click.UsageError("--stdout prints YAML; it does not go together with -o json")
    repository = session.repository
    files = api.changed_files(repository, changed_since) if changed_since is not None else None
    selection = Selection(api.known(repository, clusters) if clusters else (), _labels(selectors), files)
    request = Request(work, selection, _again(session, out), jobs, output == "json")
    judgement = _judgement(session, request, everything=not (clusters or selectors or changed_since))
    if selectors and not judgement.clusters and files is None:
        raise UsageError(f"no cluster has {', '.join(selectors)}")
    if judgement.unread or judgement.fails(Severity.ERROR):
        return _stopped(session, request, judgement)
    return _done(session, request, judgement)


def _work(session: Session, *, check: bool, stdout: bool, out: str | None, overwrite: bool) -> Write | Check | Print:
    chosen = {"--check": check, "--stdout": stdout, "--overwrite": overwrite}
    if sum(chosen.values()) > 1 or (stdout and out is not None):
        names = [name for name, given in (chosen | {"--out": out is not None}).items() if given]
        raise click.UsageError(f"{' and '.join(names)} do not go together")
    if stdout:
        return Print()
    target = None if out is None else os.path.join(session.directory, out)
    return Check(target) if check else Write(target, overwrite=overwrite)


def _labels(selectors: Iterable[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for selector in (part for text in selectors for part in text.split(",")):
        label, equals, value = selector.partition("=")
        if not (label and equals):
            raise click.BadParameter(f"{selector!r} is not of the form label=value", param_hint="-l")
        labels[label] = value
    return labels


def _again(session: Session, out: str | None) -> str:
    if session.directory == "." and out is None:
        return "genlb render"
    from shlex import quote

    place = "" if session.directory == "." else f" -C {quote(session.directory)}"
    return f"genlb{place} render" + (f" --out {quote(out)}" if out is not None else "")


def _judgement(session: Session, request: Request, *, everything: bool) -> Judgement:
    names = request.selection.names or session.repository.names
    judged = judge(session.repository, request.selection, jobs=request.jobs, keep=True)
    followed = tracked(judged, len(names), "judging", session.console)
    return Judgement.of(session.repository, followed, everything=everything)


def _stopped(session: Session, request: Request, judgement: Judgement) -> Outcome:
    """Errors: told in full, and nothing else done."""
    if request.json:
        from genlb.report.jsonout import document

        session.console.data(document(judgement.data(session.repository, "render")))
    else:
        tell(session.console, session.repository, judgement, least=Severity.WARNING)
        undone = "checked" if isinstance(request.work, Check) else "rendered"
        session.console.tell(f"{judgement.line} · nothing {undone}")
    return outcome(findings=judgement.fails(Severity.ERROR), undetermined=bool(judgement.unread))


def _done(session: Session, request: Request, judgement: Judgement) -> Outcome:
    """No error: every cluster has its turn."""
    done: Iterator[Result] = each(session.repository, judgement.clusters, request.work, jobs=request.jobs)
    results = tracked(done, len(judgement.clusters), "rendering", session.console)
    if request.json:
        told = list(results)
        _tell_json(session, judgement, told)
    else:
        tell(session.console, session.repository, judgement, least=_least(session))
        told = _TELLERS[type(request.work)](session.console, results, request.again)
    return outcome(
        findings=any(result.diagnostics for result in told), undetermined=any(result.failure for result in told)
    )


_TELLERS = {Write: tell_written, Check: tell_checked, Print: tell_printed}


def _tell_json(session: Session, judgement: Judgement, results: Sequence[Result]) -> None:
    from genlb.report.jsonout import document

    whole = judgement.plus([told for result in results for told in result.diagnostics])
    data = whole.data(session.repository, "render")
    session.console.data(document(data | {"clusters": [result.data() for result in results]}))


def _least(session: Session) -> Severity:
    if session.console.quiet:
        return Severity.ERROR
    return Severity.INFO if session.console.verbosity else Severity.WARNING
