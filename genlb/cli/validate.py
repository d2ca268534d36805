"""``genlb validate``: are the specs right? Offline, all mistakes at once."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from genlb import api
from genlb.cli.fleet import judge_together
from genlb.cli.judgement import Judgement, tell
from genlb.cli.options import complete_cluster, examples, output_option
from genlb.cli.output import Outcome, outcome
from genlb.cli.progress import tracked
from genlb.cli.reporting import Target, report_option, takes_stdout, write_reports
from genlb.cli.session import Session
from genlb.errors import Severity

if TYPE_CHECKING:
    from genlb.report.model import Run


@click.command(
    "validate",
    epilog=examples(
        "genlb validate",
        "genlb validate fra1-prod ams2-stage",
        "genlb validate clusters/fra1-prod/cluster.yaml",
        "genlb validate --fix",
        "genlb validate --from origin/main",
        "genlb validate --fail-on warning -o json",
        "genlb validate --report sarif=genlb.sarif --report github=-",
    ),
)
@click.argument("targets", nargs=-1, metavar="[CLUSTER|PATH]...", shell_complete=complete_cluster)
@click.option(
    "--fail-on",
    type=click.Choice([Severity.ERROR.value, Severity.WARNING.value]),
    default=Severity.ERROR.value,
    show_default=True,
    help="The least severity that makes exit code 1.",
)
@click.option("--from", "ref", metavar="REF", help="Judge what changed since git commit REF, too.")
@click.option("--fix", is_flag=True, help="First mend what has but one cure; nothing else in the files changes.")
@report_option()
@output_option("text", "json")
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter for each option
    session: Session,
    /,
    *,
    targets: tuple[str, ...],
    fail_on: str,
    ref: str | None,
    fix: bool,
    reports: tuple[Target, ...],
    output: str,
) -> Outcome:
    """Judge the specs of clusters: all of them, or those named by CLUSTER or by a PATH in the repository.

    Every mistake is told at once, with file, line and column, to stderr; no cluster is asked. What clusters have
    between them is judged when none is named. Exit code 1 means findings, 3 that a file or REF could not be read.
    """
    console, least = session.console, Severity(fail_on)
    stdout_taken = takes_stdout(reports, output=output)
    repository, names = session.repository, api.clusters_at(session.repository, targets, session.directory)
    mended: tuple[api.Mended, ...] = ()
    if fix:
        mended = api.fix(repository, names if targets else ())
        repository = repository.again()
    judgement = _judged(session, repository, names, ref, everything=not targets)

    def run() -> Run:
        return judgement.run(repository, "validate", fail_on=least)

    if output == "json":
        write_reports(session, reports, run)
        _tell_json(session, repository, judgement, mended if fix else None)
    else:
        say = console.tell if stdout_taken else console.result
        for one in mended:
            say(_line(one))
        tell(console, repository, judgement, least=least if console.quiet else Severity.INFO)
        write_reports(session, reports, run)
        if not (console.quiet and stdout_taken):
            say(_sum(mended) + judgement.line)
    return outcome(findings=judgement.fails(least), undetermined=bool(judgement.unread))


def _judged(
    session: Session, repository: api.Repository, names: tuple[str, ...], ref: str | None, *, everything: bool
) -> Judgement:
    with nullcontext() if ref is None else api.since(repository, ref) as before:
        judged = judge_together(repository, names, fleet=everything, before=before)
        followed = tracked(judged, len(names), "validating", session.console)
        return Judgement.of(repository, followed, everything=everything, change=ref is not None)


def _tell_json(
    session: Session, repository: api.Repository, judgement: Judgement, mended: tuple[api.Mended, ...] | None
) -> None:
    from genlb.report.jsonout import document, place_data

    data = judgement.data(repository, "validate")
    if mended is not None:
        changes = [place_data(one.span) | {"before": one.before, "after": one.after} for one in mended]
        data["fixed"] = [{"rule": one.rule} | change for one, change in zip(mended, changes, strict=True)]
    session.console.data(document(data))


def _line(mended: api.Mended) -> str:
    from genlb.report.visible import visible

    return visible(f"{mended.span}: fixed[{mended.rule}]: {mended.before} → {mended.after}")


def _sum(mended: tuple[api.Mended, ...]) -> str:
    from genlb.report.counts import counted

    if not mended:
        return ""
    files = {one.span.file for one in mended}
    return f"{counted(len(mended), 'value')} fixed in {counted(len(files), 'file')} · "
