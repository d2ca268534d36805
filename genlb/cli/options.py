"""Options and arguments that several commands share, with their shell completion."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Command = TypeVar("_Command", bound=Callable[..., object])


def examples(*commands: str) -> str:
    """Commands as the last part of a help page; the backspace keeps click from joining the lines."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in commands)


def output_option(*formats: str, default: str | None = None) -> Callable[[_Command], _Command]:
    """``-o FORMAT``; the first format is the default."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats),
        default=default or formats[0],
        show_default=True,
        help="Form of the result.",
    )


def clusters_argument(*, metavar: str = "[CLUSTER]...") -> Callable[[_Command], _Command]:
    """Any number of clusters; none means all."""
    return click.argument("clusters", nargs=-1, metavar=metavar, shell_complete=complete_cluster)


def complete_cluster(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """Names of clusters that begin with what was typed; none where there is no repository."""
    from click.shell_completion import CompletionItem

    from genlb.api import cluster_names
    from genlb.errors import GenlbError

    try:
        names = cluster_names(ctx.find_root().params.get("directory") or ".")
    except (GenlbError, OSError):  # a completing shell wants no message
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_schema(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """Names of schemas."""
    from click.shell_completion import CompletionItem

    from genlb.api import schema_names

    return [CompletionItem(name) for name in schema_names() if name.startswith(incomplete)]


def complete_topic(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """Rules and fields, the fields of the next level only: all of them would fill the screen."""
    from click.shell_completion import CompletionItem

    from genlb.api import topics

    typed = incomplete.removeprefix("spec.")
    depth = typed.count(".")
    found = (topic for topic in topics() if topic.startswith(typed) and topic.count(".") == depth)
    return [CompletionItem(incomplete[: len(incomplete) - len(typed)] + topic) for topic in found]
