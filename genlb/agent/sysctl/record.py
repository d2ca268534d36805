"""The originals on disk. They are safe there before the first value is written, or the value is not written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Self

from genlb.agent.storing import remove, write_atomically
from genlb.agent.sysctl.original import Original, decoded, encoded

NAME = "sysctl-originals.json"


class Record:
    """The file ``sysctl-originals.json`` in ``folder``; read once, written whenever there is something new.

    ``problem`` says what was wrong with the file that was found: it is kept beside as ``.broken``, since nobody can
    tell any more which of its values are right.
    """

    def __init__(self, folder: str, originals: Mapping[str, Original], problem: str = "") -> None:
        self._path = os.path.join(folder, NAME)
        self.originals: Mapping[str, Original] = originals
        self.problem = problem

    @classmethod
    def opened(cls, folder: str) -> Self:
        """What an earlier daemon left there; OSError where that cannot be read."""
        path = os.path.join(folder, NAME)
        try:
            with open(path, encoding="utf-8") as file:
                return cls(folder, decoded(file.read()))
        except FileNotFoundError:
            return cls(folder, {})
        except ValueError as error:
            with contextlib.suppress(OSError):
                os.rename(path, f"{path}.broken")
            return cls(folder, {}, f"{path}: {error}")

    def keep(self, originals: Mapping[str, Original]) -> None:
        """Make ``originals`` what the file holds; OSError where they are not safe, and then nothing has changed."""
        if originals != self.originals:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            write_atomically(self._path, encoded(originals))
            self.originals = originals

    def discard(self) -> None:
        """Everything was given back."""
        remove(self._path)
        self.originals = {}
