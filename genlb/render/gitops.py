"""What the objects of both GitOps engines share: which units there are, where they lie, how they are labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from genlb.manifest import Manifest
from genlb.render.context import Context, Unit

Units: TypeAlias = Mapping[Unit, Sequence[Manifest]]
"""The objects of each unit."""


def filled(units: Units) -> list[Unit]:
    """The units that hold anything, in apply order; an empty one has no folder, so no engine may look for it."""
    return [unit for unit in Unit if units.get(unit)]


def repository_path(context: Context, unit: Unit) -> str:
    """The folder of ``unit`` as seen from the top of ``gitops.repoURL``, say ``clusters/fra1-prod/rendered/node``."""
    parts = f"{context.cluster.spec.gitops.path}/{context.folder}/rendered/{unit.value}".split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def labels(context: Context, unit: Unit) -> dict[str, str]:
    """Labels that select the objects of one cluster, or of one unit in all clusters."""
    return {**context.labels("gitops"), "genlb.io/unit": unit.value}
