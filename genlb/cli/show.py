"""``genlb show``: the merged spec, where each value comes from, and what genlb decided."""

from __future__ import annotations

import click

from genlb import api
from genlb.cli.options import complete_cluster, examples
from genlb.cli.output import Outcome, tell_diagnostics
from genlb.cli.session import Session
from genlb.errors import Severity, Undetermined


@click.command(
    "show", epilog=examples("genlb show fra1-prod", "genlb show fra1-prod --origin", "genlb show fra1-prod -o json")
)
@click.argument("cluster", metavar="CLUSTER", shell_complete=complete_cluster)
@click.option(
    "--origin", is_flag=True, help="Tell for every value the file and line it comes from, or that it is a default."
)
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json", "text"]),
    help="Form of the result.  [default: yaml; text with --origin]",
)
@click.pass_obj
def command(session: Session, /, *, cluster: str, origin: bool, output: str | None) -> Outcome:
    """Print the spec of CLUSTER after all layers are merged, and what each Auto became and why.

    A spec with errors is shown as far as it can be read, with its diagnostics on stderr and exit code 1.
    """
    console, repository = session.console, session.repository
    loaded = next(api.load(repository, [cluster]))
    if loaded.unread:
        raise Undetermined(loaded.unread)
    output = output or ("text" if origin else "yaml")
    if origin and output == "yaml":
        raise click.UsageError("--origin is told with -o text or -o json")
    shown = api.shown(loaded)
    if output == "json":
        from genlb.report.jsonout import document

        console.data(document(shown.data(origin=origin)))
    else:
        errors = [found for found in loaded.diagnostics if found.severity is Severity.ERROR]
        tell_diagnostics(console, errors, repository.lines)
        console.data(shown.yaml() if output == "yaml" else shown.text(console.out_style, origin=origin))
    return Outcome.FINE if loaded.valid else Outcome.FINDINGS
