"""The facade: everything that the command line, or a program of yours, asks of genlb.

>>> repository = open_repository(".")
>>> for cluster in load(repository):
...     if cluster.valid:
...         write(repository, render(cluster))

What only some commands need is loaded when it is first asked for: `genlb render` shall not pay for `genlb explain`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from genlb.api.clusters import (
    LoadedCluster,
    Renderable,
    changed_files,
    cluster_names,
    clusters_at,
    has_errors,
    is_touched,
    known,
    load,
    open_repository,
    others,
)
from genlb.api.hushing import Findings, Hushed, Verdict, conclude
from genlb.api.trees import compare, objects, render, tree_findings, write
from genlb.stores.repository import Repository

if TYPE_CHECKING:
    from genlb.api.adopt import adopt_cluster, hold_place, read_for_adoption, write_adopted
    from genlb.api.diff import Comparison, comparison, diff_between
    from genlb.api.drift import Question, complete_dump, drift_of, drift_of_path, drift_report, fabrics, write_drift
    from genlb.api.fixing import Mended, fix
    from genlb.api.history import Before, load_at, since
    from genlb.api.plan import plan_change, planned
    from genlb.api.reports import report, run_of, write_report
    from genlb.api.rulebook import ExplainedRule, ListedRules, explain_rule, list_rules, rule_groups, rule_ids
    from genlb.api.starting import Plan, carry_out, new_cluster, new_repository, to_change
    from genlb.api.words import (
        ExplainedField,
        Shown,
        explain_field,
        schema_names,
        schema_text,
        shown,
        topics,
        write_schema,
    )

__all__ = [
    "Before",
    "Comparison",
    "ExplainedField",
    "ExplainedRule",
    "Findings",
    "Hushed",
    "ListedRules",
    "LoadedCluster",
    "Mended",
    "Plan",
    "Question",
    "Renderable",
    "Repository",
    "Shown",
    "Verdict",
    "adopt_cluster",
    "carry_out",
    "changed_files",
    "cluster_names",
    "clusters_at",
    "compare",
    "comparison",
    "complete_dump",
    "conclude",
    "diff_between",
    "drift_of",
    "drift_of_path",
    "drift_report",
    "explain_field",
    "explain_rule",
    "fabrics",
    "fix",
    "has_errors",
    "hold_place",
    "is_touched",
    "known",
    "list_rules",
    "load",
    "load_at",
    "new_cluster",
    "new_repository",
    "objects",
    "open_repository",
    "others",
    "plan_change",
    "planned",
    "read_for_adoption",
    "render",
    "report",
    "rule_groups",
    "rule_ids",
    "run_of",
    "schema_names",
    "schema_text",
    "shown",
    "since",
    "to_change",
    "topics",
    "tree_findings",
    "write",
    "write_adopted",
    "write_drift",
    "write_report",
    "write_schema",
]

_LATE = {
    "adopt": ("adopt_cluster", "hold_place", "read_for_adoption", "write_adopted"),
    "drift": ("Question", "complete_dump", "drift_of", "drift_of_path", "drift_report", "fabrics", "write_drift"),
    "diff": ("Comparison", "comparison", "diff_between"),
    "fixing": ("Mended", "fix"),
    "history": ("Before", "load_at", "since"),
    "plan": ("plan_change", "planned"),
    "reports": ("report", "run_of", "write_report"),
    "rulebook": ("ExplainedRule", "ListedRules", "explain_rule", "list_rules", "rule_groups", "rule_ids"),
    "starting": ("Plan", "carry_out", "new_cluster", "new_repository", "to_change"),
    "words": (
        *("ExplainedField", "Shown", "explain_field", "shown", "topics"),
        *("schema_names", "schema_text", "write_schema"),
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATE.items():
        if name in names:
            return getattr(importlib.import_module(f"genlb.api.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
