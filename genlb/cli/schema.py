"""``genlb schema``: the JSON Schemas, for editors and other tools."""

from __future__ import annotations

import os

import click

from genlb import api
from genlb.cli.options import complete_schema, examples
from genlb.cli.output import Outcome
from genlb.cli.session import Session


@click.command(
    "schema",
    epilog=examples("genlb schema > cluster.schema.json", "genlb schema genlb", "genlb schema --out schemas"),
)
@click.argument("name", default="cluster", metavar="[NAME]", shell_complete=complete_schema)
@click.option("--out", metavar="DIR", type=click.Path(file_okay=False), help="Write all schemas to DIR instead.")
@click.pass_obj
def command(session: Session, /, *, name: str, out: str | None) -> Outcome:
    """Print the JSON Schema NAME; without one, that of a cluster's spec.

    What people write: cluster, profile, fleet-defaults, genlb; cluster-merged is a spec with its layers merged. What
    the daemons read: agent-vip, agent-sysctl. What is printed as JSON: report (by validate), diff, drift-report.

    A spec that begins with `# yaml-language-server: $schema=../../schemas/cluster.schema.json` gets completion and
    checks in editors once the schemas lie there.
    """
    if out is None:
        session.console.data(api.schema_text(name))
        return Outcome.FINE
    folder = os.path.join(session.directory, out)
    for schema in api.schema_names():
        api.write_schema(os.path.join(folder, f"{schema}.schema.json"), schema)
        session.console.result(os.path.join(out, f"{schema}.schema.json"))
    return Outcome.FINE
