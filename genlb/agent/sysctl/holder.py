"""One look at every declared value, and what follows from it: look, decide, do, look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from genlb.agent.config import SysctlConfig
from genlb.agent.sysctl.drop_in import DropIn
from genlb.agent.sysctl.keeper import Keeper, in_order
from genlb.agent.sysctl.original import Original, default_path
from genlb.agent.sysctl.patience import Patience
from genlb.agent.sysctl.plan import Found, Outcome, Write, declared, drop_in, is_matching, plan, watched
from genlb.agent.sysctl.proc import ProcSys, told


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
        self._keeper = Keeper(config, proc)
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
        try:
            problems = (problem, self._keeper.problem)
            given = self._keeper.give_back()
        except OSError as error:
            return Pass({}, problems=(*filter(None, [problem]), self._unsafe(error)))
        return Pass(given.wanted, given.written, unwritable=given.failed, problems=tuple(filter(None, problems)))

    def originals(self) -> Mapping[str, Original]:
        """What would be given back."""
        return self._keeper.originals

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
        """Bring the originals into safety, and write the drop-in file."""
        try:
            problems = [_Problem(self._keeper.keep(values, found), fatal=False)]
        except OSError as error:
            return (_Problem(self._unsafe(error), fatal=True),)
        if self._config.drop_in:
            text = drop_in(self._config.sysctls, self._config.interfaces, self._config.per_interface)
            problems.append(_Problem(DropIn(self._config.drop_in).hold(text), fatal=False))
        return tuple(problem for problem in problems if problem.told)

    def _unsafe(self, error: OSError) -> str:
        return f"{self._config.common.state_directory}: {told(error)}"

    def _write(self, writes: Iterable[Write], now: float) -> tuple[tuple[Write, ...], tuple[str, ...], dict[str, str]]:
        written: list[Write] = []
        postponed: list[str] = []
        unwritable: dict[str, str] = {}
        for write in in_order(writes):
            if not self.patience.allows(write.path, now):
                postponed.append(write.path)
            elif error := self._proc.write(write.path, write.value):
                if self._proc.read(write.path).value is not None:  # an interface may have gone meanwhile
                    unwritable[write.path] = error
            elif self._proc.says(write.path, write.value):
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


class _Problem(NamedTuple):
    told: str
    fatal: bool
