"""A plan for machines."""

from __future__ import annotations

from typing import Any

from genlb.report.diff_json import state_data
from genlb.report.jsonout import diagnostics_data, document
from genlb.report.plan import ChangePlan, ClusterPlan, Commit


def plan_json(plan: ChangePlan) -> str:
    """The whole plan as one document."""
    return document(
        {
            "from": state_data(plan.since),
            "to": state_data(plan.until),
            "complete": plan.complete,
            "clusters": [_cluster(cluster) for cluster in plan.clusters],
        }
    )


def _cluster(cluster: ClusterPlan) -> dict[str, Any]:
    return {
        "name": cluster.name,
        "status": cluster.status.value,
        "why": cluster.why,
        "reasons": list(cluster.reasons),
        "commits": _commits(cluster.commits),
        "notes": list(cluster.notes),
        "diagnostics": diagnostics_data(cluster.diagnostics),
    }


def _commits(commits: tuple[Commit, ...]) -> list[dict[str, Any]]:
    """Steps are numbered through all commits; each waits for the one before it."""
    told: list[dict[str, Any]] = []
    number = 0
    for commit in commits:
        steps: list[dict[str, Any]] = []
        for step in commit.steps:
            number += 1
            steps.append(
                {
                    "number": number,
                    "waitsFor": [number - 1] if number > 1 else [],
                    "unit": step.unit,
                    "action": step.action.value,
                    "objects": list(step.objects),
                    "sentences": [
                        {"topic": one.topic.value, "text": one.text, "hurts": one.hurts} for one in step.says
                    ],
                    "checks": list(step.checks),
                }
            )
        pools = [{"name": pool.name, "addresses": list(pool.addresses)} for pool in commit.pools]
        told.append({"edits": list(commit.edits), "pools": pools, "steps": steps})
    return told
