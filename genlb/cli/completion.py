"""``genlb completion``: scripts for bash, zsh and fish, made by click."""

from __future__ import annotations

import click

from genlb.cli.options import examples
from genlb.cli.output import Outcome
from genlb.cli.session import Session

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    epilog=examples(
        'eval "$(genlb completion bash)"',
        "genlb completion zsh > ~/.zfunc/_genlb",
        "genlb completion fish > ~/.config/fish/completions/genlb.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, /, *, shell: str) -> Outcome:
    """Print the completion script of SHELL: bash, zsh or fish."""
    from click.shell_completion import get_completion_class

    session: Session = ctx.obj
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"this release of click has no completion for {shell}")
    # source() alone: click's own entry asks bash for its version, a process that a script needs not wait for.
    session.console.data(kind(ctx.find_root().command, {}, "genlb", "_GENLB_COMPLETE").source().rstrip() + "\n")
    return Outcome.FINE
