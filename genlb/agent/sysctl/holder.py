"""One look at every declared value, and what follows from it: look, decide, do, look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from genlb.agent.config import SysctlConfig
from genlb.agent.sysctl.drop_in import DropIn
from genlb.agent.sysctl.original import Original, default_path, remembered, writing_order
from genlb.agent.sysctl.patience import Patience
from genlb.agent.sysctl.plan import Found, Outcome, Write, declared, drop_in, is_matching, is_same, plan, watched
from genlb.agent.sysctl.proc import ProcSys, told
from genlb.agent.sysctl.record import Record

_ROUNDS = 3
"""Looks at what was given back: a write may change another key, which shows only afterwards."""


class Pass(NamedTuple):
    """What one pass did and what it left.

    ``values`` is what shall be, by path; ``written`` what was corrected, ``postponed`` what has to wait because
    somebody else keeps writing it. ``unwritable`` says why, by path; ``overruled`` as ``plan.Outcome``. ``problems``
    concern no single key.
    """

    values: Mapping[str, str]
    written: tuple[Write, ...] = ()
    postponed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unwritable: Mapping[str, str] = {}
    overruled: Mapping[str, tuple[str, str]] = {}
    problems: tuple[str, ...] = ()

    @property
    def deviating(self) -> tuple[str, ...]:
        """The paths that are not in effect as declared."""
        return tuple(sorted({*self.postponed, *self.missing, *self.unwritable, *self.overruled}))

    @property
    def holds(self) -> bool:
        """Whether everything declared is in effect."""
        return not self.deviating and not self.problems


class Holder:
    """Holds the values of one agent.json. It keeps what it needs between two passes; the time is an argument.

    ``corrections`` counts, by path, how often a value that was right had to be written again.
    """

    def __init__(self, config: SysctlConfig, proc: ProcSys, patience: Patience | None = None) -> None:
        self._config = config
        self._proc = proc
        self.patience = patience or Patience()
        self._record: Record | None = None
        self._had_record = False
        self._held: set[str] = set()
        self._interfaces: dict[str, int] = {}
        self.corrections: dict[str, int] = {}

    def matching(self) -> dict[str, int]:
        """The interfaces whose values are held, each with a number that changes when it is made anew."""
        found = self._proc.interfaces()
        return {name: number for name, number in found.items() if is_matching(name, self._config.interfaces)}

    def look(self) -> tuple[dict[str, str], dict[str, Found], Outcome]:
        """What shall be, what is, and what is to be done: nothing is changed."""
        config = self._config
        values = declared(config.sysctls, config.interfaces, config.per_interface, self.matching())
        found = {path: self._proc.read(path) for path in {*values, *watched(values)}}
        return values, found, plan(values, found)

    def hold(self, now: float) -> Pass:
        """Correct what deviates, except what has to wait."""
        self._notice_new_interfaces()
        values, found, outcome = self.look()
        problems = self._prepare(values, found)
        if any(problem.fatal for problem in problems):
            unwritable = {write.path: "its original is not safe" for write in outcome.writes}
            return self._result(values, (), (), outcome, unwritable, problems)
        written, postponed, unwritable = self._write(outcome.writes, now)
        wrong = {write.path for write in outcome.writes}
        for path in values.keys() - wrong - outcome.unreadable.keys() - {*outcome.missing}:
            self._held.add(path)
            self.patience.in_peace(path, now)
        return self._result(values, written, postponed, outcome, unwritable, problems)

    def restore(self) -> Pass:
        """Give everything back: first the file that would bring our values again, then the values."""
        problem = DropIn(self._config.drop_in).remove() if self._config.drop_in else ""
        record = self._opened()
        wanted = {path: original.value for path, original in record.originals.items()}
        written, failed = self._give_back(wanted)
        problems = tuple(filter(None, (problem, record.problem)))
        if not failed:
            record.discard()
        return Pass(values=wanted, written=written, unwritable=failed, problems=problems)

    def originals(self) -> Mapping[str, Original]:
        """What would be given back."""
        return self._opened().originals

    def _notice_new_interfaces(self) -> None:
        """An interface that was made anew was never right before: writing its values corrects nobody."""
        interfaces = self.matching()
        fresh = {name for name, number in interfaces.items() if self._interfaces.get(name) != number}
        self._held -= {path for path in self._held if default_path(path) and path.split("/")[3] in fresh}
        self._interfaces = interfaces

    def _count(self, path: str, now: float) -> None:
        if path in self._held:
            self.patience.corrected(path, now)
            self.corrections[path] = self.corrections.get(path, 0) + 1
        self._held.add(path)

    def _prepare(self, values: Mapping[str, str], found: Mapping[str, Found]) -> tuple[_Problem, ...]:
        """Bring the originals into safety, give back what is no longer declared, and write the drop-in file."""
        problems: list[_Problem] = []
        try:
            record = self._opened()
            if record.problem:
                problems.append(_Problem(record.problem, fatal=False))
                record.problem = ""  # told once: it cannot be mended, and what is found now is kept again
            record.keep(self._without_undeclared(remembered(record.originals, values, found, before=self._before)))
        except OSError as error:
            return (_Problem(f"{self._config.common.state_directory}: {told(error)}", fatal=True),)
        self._had_record = True
        if self._config.drop_in:
            text = drop_in(self._config.sysctls, self._config.interfaces, self._config.per_interface)
            if problem := DropIn(self._config.drop_in).hold(text):
                problems.append(_Problem(problem, fatal=False))
        return tuple(problems)

    def _before(self, path: str) -> str | None:
        """The original of an interface that came under our own drop-in file: what the kernel gives to a new one."""
        source = default_path(path)
        if source is None or not (self._had_record and self._config.drop_in):
            return None
        default = self._originals_of(source)
        return self._proc.read(source).value if default is None else default

    def _originals_of(self, path: str) -> str | None:
        original = self._opened().originals.get(path)
        return None if original is None else original.value

    def _without_undeclared(self, originals: Mapping[str, Original]) -> dict[str, Original]:
        """Give back what the configuration no longer names, unless somebody else has written it since."""
        gone = {path: original for path, original in originals.items() if not self._is_declared(path)}
        ours = {path: original for path, original in gone.items() if self._is(path, original.written)}
        _, failed = self._give_back({path: original.value for path, original in ours.items()})
        return {path: original for path, original in originals.items() if path not in gone or path in failed}

    def _is_declared(self, path: str) -> bool:
        source, parts = default_path(path), path.split("/")
        matches = source is not None and is_matching(parts[3], self._config.interfaces)
        return path in self._config.sysctls or (matches and parts[4] in self._config.per_interface)

    def _is(self, path: str, value: str) -> bool:
        found = self._proc.read(path).value
        return found is not None and is_same(found, value)

    def _give_back(self, wanted: Mapping[str, str]) -> tuple[tuple[Write, ...], dict[str, str]]:
        """Write values until they stay; what was written, and what could not be. What is gone needs nothing."""
        done: dict[str, Write] = {}
        failed: dict[str, str] = {}
        for _ in range(_ROUNDS):
            found = {path: self._proc.read(path) for path in wanted}
            writes = plan(wanted, found).writes
            failed = {path: seen.error for path, seen in found.items() if seen.error}
            if not writes:
                break
            for write in _ordered(writes):
                done.setdefault(write.path, write)
                if error := self._proc.write(write.path, write.value):
                    failed[write.path] = error
        else:
            found = {path: self._proc.read(path) for path in wanted}
            failed = {write.path: "does not stay" for write in plan(wanted, found).writes} | failed
        return tuple(done[path] for path in done if path not in failed), failed

    def _write(self, writes: Iterable[Write], now: float) -> tuple[tuple[Write, ...], tuple[str, ...], dict[str, str]]:
        written: list[Write] = []
        postponed: list[str] = []
        unwritable: dict[str, str] = {}
        for write in _ordered(writes):
            if not self.patience.allows(write.path, now):
                postponed.append(write.path)
            elif error := self._proc.write(write.path, write.value):
                if self._proc.read(write.path).value is not None:  # an interface may have gone meanwhile
                    unwritable[write.path] = error
            elif self._is(write.path, write.value):
                written.append(write)
                self._count(write.path, now)
            else:
                unwritable[write.path] = "the kernel keeps another value"
        return tuple(written), tuple(postponed), unwritable

    def _result(
        self,
        values: Mapping[str, str],
        written: tuple[Write, ...],
        postponed: tuple[str, ...],
        outcome: Outcome,
        unwritable: Mapping[str, str],
        problems: Iterable[_Problem],
    ) -> Pass:
        # What an interface lacks went with it; what was named is missing.
        return Pass(
            values=values,
            written=written,
            postponed=postponed,
            missing=tuple(path for path in outcome.missing if path in self._config.sysctls),
            unwritable={**outcome.unreadable, **unwritable},
            overruled=outcome.overruled,
            problems=tuple(problem.told for problem in problems),
        )

    def _opened(self) -> Record:
        if self._record is None:
            self._record = Record.opened(self._config.common.state_directory)
            self._had_record = bool(self._record.originals)
        return self._record


class _Problem(NamedTuple):
    told: str
    fatal: bool


def _ordered(writes: Iterable[Write]) -> list[Write]:
    return sorted(writes, key=_order)


def _order(write: Write) -> tuple[int, str]:
    return writing_order(write.path)
