"""The originals of the values that are held: in safety before the first write, and given back at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from genlb.agent.config import SysctlConfig
from genlb.agent.sysctl.original import Original, default_path, remembered, writing_order
from genlb.agent.sysctl.plan import Found, Write, is_matching, plan
from genlb.agent.sysctl.proc import ProcSys
from genlb.agent.sysctl.record import Record

_ROUNDS = 3
"""Looks at what was given back: a write may change another key, which shows only afterwards."""


class Returned(NamedTuple):
    """What was to be given back, what had to be written for that, and by path why it could not be."""

    wanted: Mapping[str, str]
    written: tuple[Write, ...]
    failed: Mapping[str, str]


class Keeper:
    """Keeps the originals for one agent.json, in the file that ``Record`` is."""

    def __init__(self, config: SysctlConfig, proc: ProcSys) -> None:
        self._config = config
        self._proc = proc
        self._record: Record | None = None
        self._had_record = False

    @property
    def originals(self) -> Mapping[str, Original]:
        """What would be given back."""
        return self._opened().originals

    @property
    def problem(self) -> str:
        """What is wrong with the file of an earlier daemon, "" where nothing is."""
        return self._opened().problem

    def keep(self, values: Mapping[str, str], found: Mapping[str, Found]) -> str:
        """Bring what was ``found`` into safety before ``values`` are written; OSError where that fails.

        What is no longer declared is given back. The result is ``problem``, told once: it cannot be mended, and what
        is found now is kept again.
        """
        record = self._opened()
        problem, record.problem = record.problem, ""
        record.keep(self._without_undeclared(remembered(record.originals, values, found, before=self._before)))
        self._had_record = True
        return problem

    def give_back(self) -> Returned:
        """Give everything back, and forget it where that has worked."""
        wanted = {path: original.value for path, original in self.originals.items()}
        written, failed = self._write_back(wanted)
        if not failed:
            self._opened().discard()
        return Returned(wanted, written, failed)

    def _before(self, path: str) -> str | None:
        """The original of an interface that came under our own drop-in file: what the kernel gives to a new one."""
        source = default_path(path)
        if source is None or not (self._had_record and self._config.drop_in):
            return None
        kept = self.originals.get(source)
        return self._proc.read(source).value if kept is None else kept.value

    def _without_undeclared(self, originals: Mapping[str, Original]) -> dict[str, Original]:
        """Give back what the configuration no longer names, unless somebody else has written it since."""
        gone = {path: original for path, original in originals.items() if not self._is_declared(path)}
        ours = {path: original.value for path, original in gone.items() if self._proc.says(path, original.written)}
        _, failed = self._write_back(ours)
        return {path: original for path, original in originals.items() if path not in gone or path in failed}

    def _is_declared(self, path: str) -> bool:
        source, parts = default_path(path), path.split("/")
        matches = source is not None and is_matching(parts[3], self._config.interfaces)
        return path in self._config.sysctls or (matches and parts[4] in self._config.per_interface)

    def _write_back(self, wanted: Mapping[str, str]) -> tuple[tuple[Write, ...], dict[str, str]]:
        """Write values until they stay; what was written, and what could not be. What is gone needs nothing."""
        done: dict[str, Write] = {}
        failed: dict[str, str] = {}
        for _ in range(_ROUNDS):
            found = {path: self._proc.read(path) for path in wanted}
            writes = plan(wanted, found).writes
            failed = {path: seen.error for path, seen in found.items() if seen.error}
            if not writes:
                break
            for write in in_order(writes):
                done.setdefault(write.path, write)
                if error := self._proc.write(write.path, write.value):
                    failed[write.path] = error
        else:
            found = {path: self._proc.read(path) for path in wanted}
            failed = {write.path: "does not stay" for write in plan(wanted, found).writes} | failed
        return tuple(done[path] for path in done if path not in failed), failed

    def _opened(self) -> Record:
        if self._record is None:
            self._record = Record.opened(self._config.common.state_directory)
            self._had_record = bool(self._record.originals)
        return self._record


def in_order(writes: Iterable[Write]) -> list[Write]:
    """So that no write undoes an earlier one."""
    return sorted(writes, key=lambda write: writing_order(write.path))
