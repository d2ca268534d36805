"""Running genlb in tests: inside this process, or as a real one where streams, signals or imports are the question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from genlb.cli.main import run

ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What is on stdout, as the one JSON document that it has to be."""
        return json.loads(self.out)


class Genlb:
    """Runs commands with ``-C root``."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Done:
        """In this process."""
        self._capsys.readouterr()
        code = run(["-C", str(self.root), *arguments])
        out, err = self._capsys.readouterr()
        return Done(code, out, err)


def process(*arguments: str, cwd: Path, text: bool = True, **options: Any) -> subprocess.CompletedProcess[Any]:
    """As a process of its own, with pipes for its streams."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options.pop("env", {})
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8" if text else None} | options
    command = [sys.executable, "-m", "genlb", *arguments]
    return subprocess.run(command, check=False, cwd=cwd, env=environment, **options)
