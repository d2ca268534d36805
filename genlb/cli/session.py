"""What one command line has in common for its commands: where it works and how it speaks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from genlb.cli.console import Console

if TYPE_CHECKING:
    from genlb.api import Repository


class Session:
    """Made before the command line is read; the global options fill it."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self.directory = "."

    @cached_property
    def repository(self) -> Repository:
        """The repository around ``directory``; UsageError when there is none."""
        from genlb.api import open_repository

        return open_repository(self.directory)
