"""What the sysctl daemon found, for those who ask: metrics, the node report, and lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from genlb.agent.metrics import Metric, Sample, counter, gauge
from genlb.agent.sysctl.holder import Pass
from genlb.agent.sysctl.plan import Outcome
from genlb.network.node_report import SysctlState, Tally

_PREFIX = "genlb_sysctl"


def metrics(found: Pass, corrections: Mapping[str, int], contested: tuple[str, ...], lost: int) -> tuple[Metric, ...]:
    """Everything that is worth a graph; the keys are paths below /proc/sys."""
    deviating = frozenset(found.deviating)
    in_effect = [Sample(path not in deviating, {"path": path}) for path in found.values]
    counts = [Sample(corrections.get(path, 0), {"path": path}) for path in sorted({*found.values, *corrections})]
    return (
        gauge(f"{_PREFIX}_in_effect", "Whether a declared value is in effect.", *in_effect),
        gauge(f"{_PREFIX}_deviating", "Declared values that are not in effect.", Sample(len(deviating))),
        gauge(f"{_PREFIX}_problems", "Whatever is wrong beside single values.", Sample(len(found.problems))),
        counter(f"{_PREFIX}_corrections_total", "Values written again after somebody else's write.", *counts),
        gauge(
            f"{_PREFIX}_contested",
            "Values that somebody else writes again and again, so that corrections wait.",
            *(Sample(1, {"path": path}) for path in contested),
        ),
        counter("genlb_agent_log_lines_lost_total", "Log lines that nobody took.", Sample(lost)),
    )


def state(found: Pass, corrections: Mapping[str, int]) -> SysctlState:
    """The daemon's part of the node report."""
    return SysctlState(
        declared=len(found.values),
        deviating=Tally.of({*found.postponed, *found.overruled}),
        missing=Tally.of(found.missing),
        unwritable=Tally.of(found.unwritable),
        corrections=sum(corrections.values()),
    )


def planned(values: Mapping[str, str], outcome: Outcome) -> Iterator[str]:
    """One line for each thing that a pass would do, or could not."""
    for write in outcome.writes:
        yield f"{write.path}: {write.before} -> {write.value}"
    for path in outcome.missing:
        yield f"{path}: there is no such key, {values[path]} is declared"
    for path, error in outcome.unreadable.items():
        yield f"{path}: {error}"
    yield from _overruled(outcome.overruled)


def done(found: Pass) -> Iterator[str]:
    """One line for each thing that a pass did, or left undone."""
    for write in found.written:
        yield f"{write.path}: {write.before} -> {write.value}"
    yield from undone(found)


def undone(found: Pass) -> Iterator[str]:
    """One line for each thing that is not as declared, and for each problem."""
    for path in found.missing:
        yield f"{path}: there is no such key, {found.values[path]} is declared"
    for path, error in found.unwritable.items():
        yield f"{path}: {error}"
    for path in found.postponed:
        yield f"{path}: somebody else keeps writing it, so the next correction waits"
    yield from _overruled(found.overruled)
    yield from found.problems


def _overruled(overruled: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for path, (declared, in_effect) in overruled.items():
        yield f"{path}: {declared} is declared, {in_effect} of `all` is larger and so in effect"
