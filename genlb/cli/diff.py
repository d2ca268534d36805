"""``genlb diff``: what a change does to the objects in the cluster, and to the network."""

from __future__ import annotations

from contextlib import ExitStack

import click

from genlb import api
from genlb.cli.options import clusters_argument, examples, output_option
from genlb.cli.output import Outcome, outcome, tell_diagnostics
from genlb.cli.progress import tracked
from genlb.cli.session import Session
from genlb.report.diff import Diff


@click.command(
    "diff",
    epilog=examples(
        "genlb diff",
        "genlb diff fra1-prod --from origin/main",
        "genlb diff --from v1.4.0 --to v1.5.0",
        "genlb diff -o markdown > comment.md",
        "genlb diff --exit-zero -o json",
    ),
)
@clusters_argument()
@click.option(
    "--from",
    "since",
    metavar="REF",
    default="",
    help="The git commit to compare with.  [default: where HEAD left the default branch]",
)
@click.option("--to", "until", metavar="REF", default="", help="The git commit to compare.  [default: the work tree]")
@click.option("--exit-zero", is_flag=True, help="Exit code 0 instead of 1 when something differs.")
@output_option("text", "json", "markdown")
@click.pass_obj
def command(
    session: Session, /, *, clusters: tuple[str, ...], since: str, until: str, exit_zero: bool, output: str
) -> Outcome:
    """Tell what a change of specs does: which objects differ, and what the network notices.

    Both sides are rendered anew from their specs, never checked out: `git diff` shows what was typed, this shows which
    BGP sessions flap, which prefixes come and go, which Services get another address, what restarts. What is wrong with
    the change itself (a range that moves between pools) goes to stderr with its place.

    Exit code 1 means that something differs, 3 that a commit or a cluster could not be read.
    """
    console = session.console
    with ExitStack() as stack:
        compared = api.comparison(stack, session.repository, clusters, since=since, until=until)
        followed = tracked(compared.clusters, len(compared.names), "comparing", console)
        diff = Diff(since=compared.since, until=compared.until, clusters=tuple(one.diff for one in followed))
        if output != "json":
            found = [diagnostic for cluster in diff.clusters for diagnostic in cluster.diagnostics]
            tell_diagnostics(console, found, compared.now.lines)
    _tell(session, diff, output)
    return outcome(findings=diff.differs and not exit_zero, undetermined=not diff.complete)


def _tell(session: Session, diff: Diff, output: str) -> None:
    console = session.console
    if output == "json":
        from genlb.report.diff_json import diff_json

        console.data(diff_json(diff))
    elif output == "markdown":
        from genlb.report.diff_markdown import diff_markdown

        console.data(diff_markdown(diff))
    else:
        from genlb.report.diff_text import diff_text

        console.data(diff_text(diff, console.out_style, verbose=console.verbosity > 0))
