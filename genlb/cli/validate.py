"""``genlb validate``: are the specs right? Offline, all mistakes at once."""

from __future__ import annotations

import click

from genlb import api
from genlb.cli.fleet import Selection, judge
from genlb.cli.judgement import Judgement, tell
from genlb.cli.options import complete_cluster, examples, output_option
from genlb.cli.output import Outcome, outcome
from genlb.cli.progress import tracked
from genlb.cli.session import Session
from genlb.errors import Severity


@click.command(
    "validate",
    epilog=examples(
        "genlb validate",
        "genlb validate fra1-prod ams2-stage",
        "genlb validate clusters/fra1-prod/cluster.yaml",
        "genlb validate --fail-on warning -o json",
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
@output_option("text", "json")
@click.pass_obj
def command(session: Session, /, *, targets: tuple[str, ...], fail_on: str, output: str) -> Outcome:
    """Judge the specs of clusters: all of them, or those named by CLUSTER or by a PATH in the repository.

    Every mistake is told at once, with file, line and column, to stderr; no cluster is asked. Exit code 1 means
    findings, 3 that a file could not be read.
    """
    repository, console = session.repository, session.console
    names = api.clusters_at(repository, targets, session.directory)
    judged = tracked(judge(repository, Selection(names)), len(names), "validating", console)
    judgement = Judgement.of(judged, api.others(repository, everything=not targets))
    if output == "json":
        from genlb.report.jsonout import document

        console.data(document(judgement.data()))
    else:
        tell(console, repository, judgement, least=Severity(fail_on) if console.quiet else Severity.INFO)
        console.result(judgement.line)
    return outcome(findings=judgement.fails(Severity(fail_on)), undetermined=bool(judgement.unread))
