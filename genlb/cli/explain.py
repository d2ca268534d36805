"""``genlb explain``: what a field of the spec or a rule means."""

from __future__ import annotations

import re

import click

from genlb import api
from genlb.cli.options import complete_topic, examples, output_option
from genlb.cli.output import Outcome
from genlb.cli.session import Session

_RULE = re.compile(r"GLB[0-9]+", re.IGNORECASE)


@click.command(
    "explain",
    epilog=examples(
        "genlb explain spec.pools.avoidBuggyIPs",
        "genlb explain kubeProxy",
        "genlb explain bgp --recursive",
        "genlb explain GLB211",
    ),
)
@click.argument("topic", metavar="FIELD|RULE", default="", shell_complete=complete_topic)
@click.option("--recursive", is_flag=True, help="List everything inside the field.")
@output_option("text", "json")
@click.pass_obj
def command(session: Session, /, *, topic: str, recursive: bool, output: str) -> Outcome:
    """Tell what a FIELD of the spec may hold and does, or what a RULE is about and how to satisfy it."""
    rule = _RULE.fullmatch(topic) is not None
    told = api.explain_rule(topic.upper()) if rule else api.explain_field(topic, recursive=recursive)
    if output == "json":
        from genlb.report.jsonout import document

        session.console.data(document(told.data()))
    else:
        import shutil

        width = shutil.get_terminal_size((120, 24)).columns
        session.console.data(told.text(session.console.out_style, width))
    return Outcome.FINE
