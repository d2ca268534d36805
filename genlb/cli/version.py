"""``genlb version``."""

from __future__ import annotations

import click

from genlb import __version__
from genlb.cli.options import examples, output_option
from genlb.cli.output import Outcome
from genlb.cli.session import Session


@click.command("version", epilog=examples("genlb version", "genlb version -o json"))
@output_option("text", "json")
@click.pass_obj
def command(session: Session, /, *, output: str) -> Outcome:
    """Print the version of genlb."""
    if output == "json":
        from genlb.report.jsonout import document

        session.console.data(document({"version": __version__}))
    else:
        session.console.data(f"genlb {__version__}\n")
    return Outcome.FINE
