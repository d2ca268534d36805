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
from genlb.api.trees import compare, objects, render, tree_findings, write
from genlb.stores.repository import Repository

if TYPE_CHECKING:
    from genlb.api.starting import Plan, carry_out, new_cluster, new_repository, to_change
    from genlb.api.words import (
        ExplainedField,
        ExplainedRule,
        Shown,
        explain_field,
        explain_rule,
        schema_names,
        schema_text,
        shown,
        topics,
        write_schema,
    )

__all__ = [
    "ExplainedField",
    "ExplainedRule",
    "LoadedCluster",
    "Plan",
    "Renderable",
    "Repository",
    "Shown",
    "carry_out",
    "changed_files",
    "cluster_names",
    "clusters_at",
    "compare",
    "explain_field",
    "explain_rule",
    "has_errors",
    "is_touched",
    "known",
    "load",
    "new_cluster",
    "new_repository",
    "objects",
    "open_repository",
    "others",
    "render",
    "schema_names",
    "schema_text",
    "shown",
    "to_change",
    "topics",
    "tree_findings",
    "write",
    "write_schema",
]

_LATE = {
    "starting": ("Plan", "carry_out", "new_cluster", "new_repository", "to_change"),
    "words": (
        *("ExplainedField", "ExplainedRule", "Shown", "explain_field", "explain_rule", "shown", "topics"),
        *("schema_names", "schema_text", "write_schema"),
    ),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATE.items():
        if name in names:
            return getattr(importlib.import_module(f"genlb.api.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
