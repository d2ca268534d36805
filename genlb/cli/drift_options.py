"""Options of ``genlb drift`` that no other command has: a share of the fleet, and its report formats."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import click

FORMATS = ("github", "html", "json", "junit", "markdown", "prom", "sarif", "text")
"""Known here so that ``--help`` need not load them; a test holds them equal to `genlb.report.drift.DRIFT_FORMATS`."""

INDEX_VARIABLE = "JOB_COMPLETION_INDEX"
"""Set by Kubernetes in the pods of an indexed Job."""

_SHARD = re.compile(r"(?:([0-9]{1,6})?/)?([0-9]{1,6})")

_Command = TypeVar("_Command", bound=Callable[..., object])


class Shard(NamedTuple):
    """One of ``total`` shares of a fleet; ``number`` counts from 0."""

    number: int
    total: int

    def of(self, names: Sequence[str]) -> tuple[str, ...]:
        """Every ``total``-th name, so that all shares are of about the same size."""
        return tuple(names[self.number :: self.total])


def shard_option() -> Callable[[_Command], _Command]:
    """``--shard I/N``, or ``--shard /N`` in the pods of an indexed Job."""
    return click.option(
        "--shard",
        metavar="I/N",
        callback=_shard,
        help=f"Only the I-th of N shares of the clusters, I from 0; without I it is {INDEX_VARIABLE}.",
    )


def no_clash(*pairs: Mapping[str, object]) -> None:
    """A usage error for two options that do not go together; each pair is their names with what was given."""
    for pair in pairs:
        if all(pair.values()):
            raise click.UsageError(f"{' and '.join(pair)} do not go together")


def _shard(_context: click.Context, _option: click.Parameter, value: str | None) -> Shard | None:
    if value is None:
        return None
    found = _SHARD.fullmatch(value)
    if not found:
        raise click.BadParameter(f"{value!r} is not of the form I/N")
    told = found[1]
    index = told if told is not None else os.environ.get(INDEX_VARIABLE, "")
    if not index.isdecimal() or not index.isascii():
        raise click.BadParameter(f"{value!r} says no share, and {INDEX_VARIABLE} is not set to a number: I/N")
    shard = Shard(int(index), int(found[2]))
    if shard.number >= shard.total:
        raise click.BadParameter(f"there is no share {shard.number} of {shard.total}: they count from 0")
    return shard
