"""What only rendering shows of a spec given as plain data: whether its patches meet their objects, and fit them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from genlb.errors import Diagnostic, Span
from genlb.manifest import Manifest
from genlb.render.strictness import problems
from genlb.render.tree import assemble
from genlb.resources import object_schema
from genlb.rules.catalogue import Finding
from genlb.rules.rendering import PATCH
from tests.builders import a_context
from tests.render.skeletons import skeleton
from tests.rules.judged import loaded


def unfit_patches(document: Any) -> Iterator[Diagnostic]:
    """GLB609 as `genlb validate` tells it of a spec without any other error."""
    cluster = loaded(document).cluster
    if cluster is None or not cluster.spec.patches:
        return
    assembled = assemble(a_context(cluster, template=_fresh))
    found = [problem.message for problem in assembled.problems]
    for _, manifest in assembled.patched:
        found += problems(manifest, object_schema, cluster.spec.versions)
    for message in found:
        yield PATCH.diagnostic(Finding(Span.whole("cluster.yaml"), message))


def _fresh(name: str) -> Manifest:
    return copy.deepcopy(_read(name))


@cache
def _read(name: str) -> Manifest:
    return skeleton(name)
