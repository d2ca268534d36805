"""A plan for people: commits, in each the steps in order, what each does, and what to look at before the next."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.impact_steps import Action, Step
from genlb.report.diff import Status
from genlb.report.plan import ChangePlan, ClusterPlan, Commit
from genlb.report.style import Role, Style
from genlb.report.visible import visible

_MOST_OBJECTS = 8
_TITLES = {
    ("gitops", Action.APPLY): "tell the GitOps engine",
    ("node", Action.APPLY): "prepare the nodes",
    ("routing", Action.APPLY): "change pools, filter and sessions",
    ("advertise", Action.APPLY): "announce and withdraw",
    ("advertise", Action.REMOVE): "withdraw",
    ("routing", Action.REMOVE): "remove pools and sessions that nobody is led to any more",
    ("node", Action.REMOVE): "remove what the nodes need no more",
    ("gitops", Action.REMOVE): "tell the GitOps engine to forget",
}


def plan_text(plan: ChangePlan, style: Style) -> str:
    """The whole plan."""
    lines = [style.paint(visible(f"from {plan.since.what} to {plan.until.what}"), Role.FAINT)]
    for cluster in plan.clusters:
        lines += _cluster(cluster, style)
    return "\n".join(lines) + "\n"


def title(step: Step) -> str:
    """What a step is for."""
    return _TITLES[step.unit, step.action]


def _cluster(cluster: ClusterPlan, style: Style) -> Iterator[str]:
    name = style.paint(visible(cluster.name), Role.STRONG)
    if not cluster.commits:
        why = f": {visible(cluster.why)}" if cluster.why else ""
        told = "nothing to do" if cluster.status is Status.UNCHANGED else cluster.status.value
        yield f"{name}  {told}{why}"
        return
    number = len(cluster.commits)
    yield f"{name}  {'one commit' if number == 1 else f'{number} commits, each applied and settled before the next'}"
    yield from (f"  {style.paint('why:', Role.STRONG)} {visible(reason)}" for reason in cluster.reasons)
    count = 0
    for index, commit in enumerate(cluster.commits, 1):
        if number > 1:
            yield from _head(index, commit, style)
        for step in commit.steps:
            count += 1
            yield from _step(count, step, style, first=count == 1)
    yield from (f"  {style.paint('note:', Role.STRONG)} {visible(note)}" for note in cluster.notes)


def _head(index: int, commit: Commit, style: Style) -> Iterator[str]:
    told = "as the change is now, but for:" if commit.edits else "the rest of the change"
    yield f"  {style.paint(f'commit {index}', Role.STRONG)}  {told}"
    yield from (f"      {visible(edit)}" for edit in commit.edits)
    if not commit.steps:
        yield "      nothing is applied"


def _step(number: int, step: Step, style: Style, *, first: bool) -> Iterator[str]:
    after = "" if first else f", after {number - 1}"
    yield f"  {number}. {style.paint(step.unit, Role.STRONG)}: {title(step)}{after}"
    shown = ", ".join(step.objects[:_MOST_OBJECTS])
    more = f" and {len(step.objects) - _MOST_OBJECTS} more" if len(step.objects) > _MOST_OBJECTS else ""
    yield f"      {step.action.value} {visible(shown)}{more}"
    for one in step.says:
        mark = style.paint("!", Role.ERROR) if one.hurts else "-"
        yield f"      {mark} {visible(one.text)}"
    yield from (f"      wait: {visible(check)}" for check in step.checks)
