"""``genlb rules``: everything that `genlb validate` looks for and `genlb drift` finds."""

from __future__ import annotations

import click

from genlb import api
from genlb.cli.options import examples, output_option
from genlb.cli.output import Outcome
from genlb.cli.session import Session
from genlb.errors import Severity

# Known here so that completion need not load the reports; a test holds it equal to `api.rule_groups()`.
GROUPS = ("input", "addresses", "bgp", "kube-proxy", "nodes", "gitops", "versions", "drift")


@click.command(
    "rules",
    epilog=examples(
        "genlb rules",
        "genlb rules --group bgp --group addresses",
        "genlb rules --severity error -o json",
        "genlb explain GLB304",
    ),
)
@click.option("--group", "groups", multiple=True, type=click.Choice(GROUPS), help="Only of this group. Repeatable.")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice([severity.value for severity in Severity]),
    help="Only of this severity. Repeatable.",
)
@output_option("text", "json")
@click.pass_obj
def command(session: Session, /, *, groups: tuple[str, ...], severities: tuple[str, ...], output: str) -> Outcome:
    """List the rules: id, severity, group, whether `genlb validate --fix` mends it, title.

    Those of the group drift are what `genlb drift` finds in a cluster; all others are what `genlb validate` looks for.
    """
    told = api.list_rules(groups, severities)
    if output == "json":
        from genlb.report.jsonout import document

        session.console.data(document(told.data()))
    else:
        session.console.data(told.text(session.console.out_style))
    return Outcome.FINE
