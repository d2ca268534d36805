"""``genlb init``: a working repository from nothing."""

from __future__ import annotations

import os
import shlex

import click

from genlb import api
from genlb.api.starting import CI, ENGINES, EXAMPLE
from genlb.cli.options import examples
from genlb.cli.output import Outcome
from genlb.cli.session import Session


@click.command(
    "init",
    epilog=examples("genlb init lb", "genlb init --engine argocd --ci gitlab --cluster fra1-prod lb", "genlb init ."),
)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path())
@click.option("--cluster", metavar="NAME", default=EXAMPLE, show_default=True, help="Name of the first cluster.")
@click.option(
    "--engine", type=click.Choice(ENGINES), default="none", show_default=True, help="Who applies the manifests."
)
@click.option("--ci", type=click.Choice(CI), default="github", show_default=True, help="Whose CI file to add.")
@click.option("--force", is_flag=True, help="Also in a folder that is not empty; existing files stay as they are.")
@click.pass_obj
def command(session: Session, /, *, folder: str, cluster: str, engine: str, ci: str, force: bool) -> Outcome:
    """Make a repository in the empty folder DIR: one cluster, what a fleet shares, CI, pre-commit, editor schemas.

    The cluster's addresses are examples. Everything is valid as it is: `genlb render` works at once.
    """
    console = session.console
    plan = api.new_repository(
        os.path.normpath(os.path.join(session.directory, folder)), cluster=cluster, engine=engine, ci=ci, force=force
    )
    api.carry_out(plan)
    for path in plan.files:
        console.result(f"  {path}")
    for path in plan.kept:
        console.result(f"  {path} (kept as it was)")
    console.result(f"\nNext:{'' if plan.folder == '.' else f'  cd {shlex.quote(plan.folder)}'}")
    for step in (
        f"edit clusters/{cluster}/cluster.yaml: versions, addresses, AS numbers",
        "edit clusters/_defaults.yaml: " + ("image" if engine == "none" else "image, repoURL"),
        "genlb validate",
        "genlb render",
    ):
        console.result(f"  {step}")
    return Outcome.FINE
