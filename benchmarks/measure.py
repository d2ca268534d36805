"""Whole processes, timed: wall clock and peak memory, in interleaved rounds so that a busy machine hits all alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """One finished process: seconds of wall clock, peak resident memory in MiB."""

    seconds: float
    mebibytes: float


class Command(NamedTuple):
    """A process to measure; ``argv`` is run in ``cwd`` and must exit with one of ``codes``."""

    name: str
    argv: Sequence[str]
    cwd: Path
    codes: frozenset[int] = frozenset({0})


def run(command: Command) -> Run:
    """Run once, with output thrown away."""
    # As installed: pip compiles what it installs, so a shell that forbids bytecode must not slow one side down.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(
        command.argv, cwd=command.cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    error = process.stderr.read().decode() if process.stderr else ""
    if process.stderr:
        process.stderr.close()
    if process.returncode not in command.codes:
        raise RuntimeError(f"{command.name}: exit code {process.returncode}\n{error}")
    return Run(seconds, usage.ru_maxrss / 1024)


def interleaved(commands: Sequence[Command], rounds: int) -> Mapping[str, Run]:
    """Median of each command over ``rounds`` rounds in which all take turns; one warm-up round is thrown away."""
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    for index in range(rounds + 1):
        for command in commands:
            measured = run(command)
            if index:
                runs[command.name].append(measured)
    return {
        name: Run(statistics.median(r.seconds for r in rows), max(r.mebibytes for r in rows))
        for name, rows in runs.items()
    }
