"""``genlb plan``: in which order a change is safe, and where it has to be two."""

from __future__ import annotations

from contextlib import ExitStack

import click

from genlb import api
from genlb.cli.options import clusters_argument, examples, output_option
from genlb.cli.output import Outcome, outcome, tell_diagnostics
from genlb.cli.session import Session


@click.command(
    "plan",
    epilog=examples(
        "genlb plan",
        "genlb plan fra1-prod --from origin/main",
        "genlb plan fra1-prod --from v1.4.0 --to v1.5.0",
        "genlb plan -o json",
    ),
)
@clusters_argument()
@click.option(
    "--from",
    "since",
    metavar="REF",
    default="",
    help="The git commit that is applied now.  [default: where HEAD left the default branch]",
)
@click.option("--to", "until", metavar="REF", default="", help="The git commit to get to.  [default: the work tree]")
@output_option("text", "json")
@click.pass_obj
def command(session: Session, /, *, clusters: tuple[str, ...], since: str, until: str, output: str) -> Outcome:
    """Put a change into steps: make before break, withdraw first, and what to wait for between them.

    A change that must not be made at once becomes two commits, with exactly what the first one has to say: a range
    that moves between pools is given back first and taken then, a daemon cleans up before it goes, the node mesh stays
    until the sessions that replace it are seen to work. Nothing is applied and no cluster is asked.

    Exit code 1 means that a new spec has errors, 3 that a commit or a cluster could not be read.
    """
    console = session.console
    with ExitStack() as stack:
        compared = api.comparison(stack, session.repository, clusters, since=since, until=until)
        plan = api.planned(compared)
        if output == "json":
            from genlb.report.plan_json import plan_json

            console.data(plan_json(plan))
        else:
            from genlb.report.plan_text import plan_text

            found = [diagnostic for cluster in plan.clusters for diagnostic in cluster.diagnostics]
            tell_diagnostics(console, found, compared.now.lines)
            console.data(plan_text(plan, console.out_style))
    return outcome(findings=plan.invalid, undetermined=not plan.complete)
