"""``genlb agent``: the node daemons, as the rendered DaemonSets start them."""

from __future__ import annotations

from typing import NoReturn

import click

from genlb.cli.options import examples
from genlb.cli.output import Outcome
from genlb.cli.session import Session


@click.group("agent", epilog=examples("genlb agent sysctl --config agent.json --once --dry-run"))
def command() -> None:
    """Run a node daemon, as the rendered DaemonSets do."""


@command.command(
    "sysctl",
    epilog=examples(
        "genlb agent sysctl --config /etc/genlb/agent.json",
        "genlb agent sysctl --config agent.json --once --dry-run",
        "genlb agent sysctl --config agent.json --once --restore",
    ),
)
@click.option(
    "--config", metavar="FILE", required=True, type=click.Path(dir_okay=False), help="The rendered agent.json."
)
@click.option("--once", is_flag=True, help="Do it once and end, instead of holding the values for ever.")
@click.option(
    "--dry-run", is_flag=True, help="Change nothing; print what would be written, and fail if that is something."
)
@click.option(
    "--restore", is_flag=True, help="Give the values back that were found at first, and remove the drop-in file."
)
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the log."
)
@click.pass_obj
def sysctl(session: Session, /, *, config: str, once: bool, dry_run: bool, restore: bool, log_format: str) -> Outcome:
    """Hold the declared sysctls of this node, new interfaces included."""
    if not once and not dry_run:
        _become("sysctl", config, farewell=restore, log_format=log_format)
    from genlb.agent.sysctl.starting import Manner, run

    held = run(config, Manner(once, dry_run, restore), session.console.result, json_logs=log_format == "json")
    return Outcome.FINE if held else Outcome.FINDINGS


@command.command(
    "vip",
    epilog=examples(
        "genlb agent vip --config /etc/genlb/agent.json",
        "genlb agent vip --config agent.json --once --dry-run",
        "genlb agent vip --config agent.json --once --cleanup",
    ),
)
@click.option(
    "--config", metavar="FILE", required=True, type=click.Path(dir_okay=False), help="The rendered agent.json."
)
@click.option("--once", is_flag=True, help="Do it once and end; L2 VIPs, which need an election, are left alone.")
@click.option(
    "--dry-run", is_flag=True, help="Change nothing; print what would be done, and fail if that is something."
)
@click.option("--cleanup", is_flag=True, help="Take everything away that is marked as genlb's own.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Form of the log."
)
@click.pass_obj
def vip(session: Session, /, *, config: str, once: bool, dry_run: bool, cleanup: bool, log_format: str) -> Outcome:
    """Make VIPs local to this node, and nothing else."""
    if not once and not dry_run:
        _become("vip", config, farewell=cleanup, log_format=log_format)
    from genlb.agent.vip.starting import Manner, run

    fine = run(config, Manner(once, dry_run, cleanup), session.console.result, json_logs=log_format == "json")
    return Outcome.FINE if fine else Outcome.FINDINGS


def _become(daemon: str, config: str, *, farewell: bool, log_format: str) -> NoReturn:
    from genlb.agent.process import become

    become(daemon, config, farewell=farewell, json_logs=log_format == "json")
