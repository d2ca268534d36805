"""What the log says of a turn: a line for each of a few things, one line for many, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genlb.agent.logs import Log
from genlb.agent.vip.daemon import Turn
from genlb.agent.vip.election.conflicts import Conflict
from genlb.agent.vip.node.kernel import Failure
from genlb.agent.vip.node.plan import SetAddress, Step
from genlb.agent.vip.services.pools import Address
from genlb.agent.vip.services.wanting import Withheld
from genlb.agent.vip.telling import planned, summary

_MOST = 20
"""Lines that one turn logs of its steps, of its failures, and of other hosts' addresses, at most."""


class Notes:
    """Writes down what is new about a turn."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._failing: frozenset[tuple[Address, int]] = frozenset()
        self._conflicts: tuple[Conflict, ...] = ()
        self._is_withholding = False

    def note(self, turn: Turn, now: float) -> None:
        """Tell what has changed since the last turn."""
        self._note_withheld(turn.withheld, now)
        if turn.paused:
            self._log.warning("this machine stood still, or its clock was set ahead: all L2 VIPs are given up")
        self._note_conflicts([conflict for conflict in turn.refused if conflict not in self._conflicts])
        self._conflicts = turn.refused
        self._note_steps([step for step in turn.plan.steps if not isinstance(step, SetAddress) or step.fresh])
        self._note_failures([one for one in turn.failures if (one.step.address, one.error) not in self._failing])
        self._failing = frozenset((failure.step.address, failure.error) for failure in turn.failures)

    def _note_steps(self, steps: Sequence[Step]) -> None:
        lines: Iterable[str] = planned(steps) if len(steps) <= _MOST else [summary(steps)]
        for line in lines:
            self._log.info(line)

    def _note_failures(self, failures: Sequence[Failure]) -> None:
        for failure in failures[:_MOST]:
            self._log.warning("a step failed", address=failure.step.address, error=failure.error)
        if len(failures) > _MOST:
            self._log.warning("more steps failed", steps=len(failures) - _MOST)

    def _note_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        for conflict in conflicts[:_MOST]:
            if conflict.holder:
                self._log.warning("not bound: another host has it", vip=conflict.vip, mac=conflict.holder)
            else:
                self._log.warning("not bound: nobody could be asked who has it", vip=conflict.vip)
        if len(conflicts) > _MOST:
            self._log.warning("more VIPs are not bound", vips=len(conflicts) - _MOST)

    def _note_withheld(self, withheld: Withheld, now: float) -> None:
        count, seconds = len(withheld.addresses), round(withheld.until - now)
        if count and not self._is_withholding:
            self._log.warning(
                "most VIPs are missing in the API's lists; their routes stay", vips=count, seconds=seconds
            )
        elif self._is_withholding and not count:
            self._log.info("the API's lists are followed again")
        if withheld.again:
            self._log.info("the API is asked for complete lists once more")
        self._is_withholding = count > 0
