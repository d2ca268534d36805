"""``genlb``: the group of all commands, each loaded when it is called.

The table below is all that ``genlb --help`` and a completing shell need: no command is imported to be listed.
"""

from __future__ import annotations

import importlib
import itertools
import os
import sys
from collections.abc import Sequence

import click

from genlb.cli.console import ALWAYS, AUTO, NEVER, Console
from genlb.cli.options import examples
from genlb.cli.output import Outcome, guarded
from genlb.cli.session import Session

PROGRAM = "genlb"
COMPLETE_VARIABLE = "_GENLB_COMPLETE"

COMMANDS = {
    "init": "Make a repository in an empty folder.",
    "new": "Add a cluster to the repository.",
    "validate": "Judge specs: fields, addresses, BGP, ARP, kube-proxy.",
    "render": "Write the manifests of clusters.",
    "diff": "Tell what a change does to objects and to the network.",
    "plan": "Put a change into safe steps.",
    "adopt": "Make a spec of a live cluster.",
    "drift": "Tell what differs between git and live clusters.",
    "show": "Print a merged spec, where it comes from, and what each Auto became.",
    "explain": "Tell what a field or a rule means.",
    "rules": "List what validate and drift look for.",
    "schema": "Print the JSON Schemas, for editors.",
    "agent": "Run a node daemon, as the rendered DaemonSets do.",
    "completion": "Print the completion script of a shell.",
    "version": "Print the version.",
}


class LazyGroup(click.Group):
    """Commands by name of their module in ``genlb.cli``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """In the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import the command, if there is one of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"genlb.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion in every version of click."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from genlb.report.suggestion import did_you_mean

            raise click.UsageError(f"there is no command {name!r}{did_you_mean(name, COMMANDS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's
        """From the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        """From the table."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=told) for name, told in COMMANDS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples("genlb init lb && cd lb", "genlb validate", "genlb render", "genlb render --check"),
)
@click.option("-C", "directory", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors and what was asked for, nothing else.")
@click.option("-v", "--verbose", count=True, help="Print more.")
@click.option("--color", type=click.Choice([AUTO, ALWAYS, NEVER]), default=AUTO, show_default=True, help="Use colours.")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
@click.option("--version", is_flag=True, help="Print the version and exit.")
@click.pass_context
def cli(  # noqa: PLR0913 -- one parameter for each global option
    ctx: click.Context, /, *, directory: str, quiet: bool, verbose: int, color: str, debug: bool, version: bool
) -> Outcome | None:
    """One declarative spec per cluster for LoadBalancer VIPs on Calico BGP and MetalLB."""
    session: Session = ctx.ensure_object(Session)
    session.directory = directory
    console = session.console
    console.quiet, console.verbosity, console.color, console.debug = quiet, verbose, color, debug
    if version:
        from genlb import __version__

        console.data(f"genlb {__version__}\n")
        ctx.exit()
    if ctx.invoked_subcommand is None:
        console.tell(ctx.get_help())
        return Outcome.USAGE
    return None


def run(argv: Sequence[str] | None = None) -> int:
    """Carry out one command line and give its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    session = Session(Console())
    if asked := os.environ.get(COMPLETE_VARIABLE):
        return _complete(asked)
    return guarded(lambda: _invoke(arguments, session), session.console, json=wants_json(arguments))


def _invoke(arguments: list[str], session: Session) -> object:
    # Not cli.main(): it turns a broken pipe into exit code 1, which here means findings.
    with cli.make_context(PROGRAM, arguments, obj=session) as context:
        return cli.invoke(context)


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    return shell_complete(cli, {}, PROGRAM, COMPLETE_VARIABLE, instruction)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the command line asks for JSON, even one that click cannot make sense of."""
    pairs = itertools.pairwise([*arguments, ""])
    return any(
        argument in ("-ojson", "--output=json") or (argument in ("-o", "--output") and value == "json")
        for argument, value in pairs
    )
