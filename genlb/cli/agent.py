"""``genlb agent``: the node daemons, as the rendered DaemonSets start them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

import click

from genlb.cli.options import examples
from genlb.cli.output import Outcome
from genlb.cli.session import Session

_Command = TypeVar("_Command", bound=Callable[..., object])


@click.group("agent", no_args_is_help=False, epilog=examples("genlb agent sysctl --config agent.json --once --dry-run"))
def command() -> None:
    """Run a node daemon, as the rendered DaemonSets do.

    agent.json is the key of that name in ConfigMap genlb-sysctl or genlb-vip.
    """


def _epilog(one: str, three: str, *commands: str) -> str:
    """What exit codes 1 and 3 mean besides, and examples."""
    codes = (
        "0  done, or nothing to do",
        f"1  --dry-run: there is something to do; --once: {one}",
        f"3  agent.json cannot be used, {three}",
    )
    return "\b\nExit codes:\n" + "\n".join(f"  {line}" for line in codes) + "\n\n" + examples(*commands)


def _options(*, once: str, farewell: str, gives_back: str) -> Callable[[_Command], _Command]:
    """The options of a daemon: ``once`` tells what that flag does, ``gives_back`` what ``farewell`` does."""
    options = (
        click.option(
            "--config", metavar="FILE", required=True, type=click.Path(dir_okay=False), help="The rendered agent.json."
        ),
        click.option("--once", is_flag=True, help=once),
        click.option(
            "--dry-run", is_flag=True, help="Change nothing: print what would be done; exit code 1 if that is anything."
        ),
        click.option(farewell, is_flag=True, help=gives_back),
        click.option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="Form of the log, which goes to stderr.",
        ),
    )

    def add(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@command.command(
    "sysctl",
    epilog=_epilog(
        "a value is not in effect",
        "or another daemon runs here",
        "genlb agent sysctl --config /etc/genlb/agent.json",
        "genlb agent sysctl --config agent.json --once --dry-run",
        "genlb agent sysctl --config agent.json --once --restore",
    ),
)
@_options(
    once="Write the values once and end, instead of holding them.",
    farewell="--restore",
    gives_back="Give the values back that were found at first, and remove the drop-in file.",
)
@click.pass_obj
def sysctl(session: Session, /, *, config: str, once: bool, dry_run: bool, restore: bool, log_format: str) -> Outcome:
    """Hold the declared sysctls of this node, new interfaces included.

    It runs until SIGTERM, and leaves the values in effect: only --restore gives them back. It needs no cluster; in a
    pod it publishes a report of the node.
    """
    as_json = log_format == "json"
    if not once and not dry_run:
        _become("sysctl", config, farewell=restore, json_logs=as_json)
    from genlb.agent.sysctl.starting import Manner, run

    return _ended(held=run(config, Manner(once, dry_run, restore), session.console.result, json_logs=as_json))


@command.command(
    "vip",
    epilog=_epilog(
        "a step failed",
        "no API answers, or another daemon runs here",
        "genlb agent vip --config /etc/genlb/agent.json",
        "NODE_NAME=n1 genlb agent vip --config agent.json --dry-run --cleanup",
        "NODE_NAME=n1 genlb agent vip --config agent.json --once --cleanup",
    ),
)
@_options(
    once="Do it once and end; L2 VIPs, which need an election, are left alone.",
    farewell="--cleanup",
    gives_back="Take everything away that is marked as genlb's own, and nothing else.",
)
@click.pass_obj
def vip(session: Session, /, *, config: str, once: bool, dry_run: bool, cleanup: bool, log_format: str) -> Outcome:
    """Make VIPs local to this node, and nothing else.

    It runs until SIGTERM, then gives L2 VIPs to other nodes; routes stay for the next daemon. It reads the API as the
    pod that it is; NODE_NAME says on which node.
    """
    as_json = log_format == "json"
    if not once and not dry_run:
        _become("vip", config, farewell=cleanup, json_logs=as_json)
    from genlb.agent.vip.starting import Manner, run

    return _ended(held=run(config, Manner(once, dry_run, cleanup), session.console.result, json_logs=as_json))


def _become(daemon: str, config: str, *, farewell: bool, json_logs: bool) -> NoReturn:
    """Go on as a daemon, without the command line's memory; there is no way back."""
    from genlb.agent.process import become

    become(daemon, config, farewell=farewell, json_logs=json_logs)


def _ended(*, held: bool) -> Outcome:
    return Outcome.FINE if held else Outcome.FINDINGS
