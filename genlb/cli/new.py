"""``genlb new``: one more cluster."""

from __future__ import annotations

import click

from genlb import api
from genlb.cli.options import complete_cluster, examples
from genlb.cli.output import Outcome
from genlb.cli.session import Session


@click.command("new", epilog=examples("genlb new muc1-prod", "genlb new muc1-prod --from fra1-prod"))
@click.argument("name", metavar="CLUSTER")
@click.option("--from", "source", metavar="CLUSTER", shell_complete=complete_cluster, help="Copy this cluster's spec.")
@click.pass_obj
def command(session: Session, /, *, name: str, source: str | None) -> Outcome:
    """Add CLUSTER to the repository, from a small template or as a copy of another cluster.

    What is printed says which lines are the new cluster's own, the address plan above all.
    """
    console, repository = session.console, session.repository
    plan = api.new_cluster(repository, name, source=source)
    api.carry_out(plan)
    for path in plan.files:
        console.result(path)
    console.result("\nChange what is this cluster's own:")
    for field, place in api.to_change(api.open_repository(repository.root), name):
        console.result(f"  {place.file}:{place.line}  {field}")
    # All clusters are judged, not this one alone: what it has in common with another one is what is wrong with a copy.
    console.result(f"\nThen:  genlb validate  and  genlb render {name}")
    return Outcome.FINE
