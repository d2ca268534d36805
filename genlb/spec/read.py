"""Whole documents: a merged spec becomes a ``Cluster``, a single layer is checked for what it can be blamed for."""

from __future__ import annotations

import enum
from functools import cache
from typing import Any

from genlb.errors import Diagnostic, Span
from genlb.spec.model import Cluster, Metadata, Spec
from genlb.spec.problems import Problems, Read, Term
from genlb.spec.records import is_null, reader, without
from genlb.spec.shapes import Constant, Section
from genlb.yamltext.node import MappingNode, ScalarNode

API_VERSION = "genlb.io/v1alpha1"


class Kind(enum.Enum):
    """What a file below ``clusters/`` holds."""

    CLUSTER = "Cluster"
    PROFILE = "Profile"
    FLEET_DEFAULTS = "FleetDefaults"


_REQUIRED = {
    Kind.CLUSTER: ("apiVersion", "kind", "metadata", "spec"),
    Kind.PROFILE: ("apiVersion", "kind", "metadata"),
    Kind.FLEET_DEFAULTS: ("apiVersion", "kind"),
}
# A layer that says nothing yet: the key stands there, everything below it is a comment.
_NULLABLE: dict[Kind, tuple[str, ...]] = {
    Kind.CLUSTER: (),
    Kind.PROFILE: ("spec",),
    Kind.FLEET_DEFAULTS: ("metadata", "spec"),
}
_EXAMPLES = {"apiVersion": API_VERSION, "metadata": "{name: …}", "spec": "{versions: …, network: …, bgp: …, pools: …}"}


def read_cluster(tree: MappingNode) -> tuple[Cluster | None, tuple[Diagnostic, ...]]:
    """The cluster that a merged ``tree`` describes, or None with every mistake in it."""
    problems: Problems = []
    values = _read(tree, Kind.CLUSTER, problems, layered=False)
    if problems:
        return None, tuple(problems)
    return Cluster(metadata=values["metadata"], spec=values["spec"]), ()


def read_layer(tree: MappingNode, kind: Kind | None = None) -> tuple[Diagnostic, ...]:
    """The mistakes of one file on its own; fields may be missing, since other layers may have them.

    ``kind`` is what the file's place asks for; without it, the tree says it itself.
    """
    problems: Problems = []
    kind = kind or _kind_of(tree)
    if kind is not Kind.CLUSTER:
        tree = _without_profiles(tree, kind, problems)
    _read(tree, kind, problems, layered=True)
    return tuple(problems)


def _read(tree: MappingNode, kind: Kind, problems: Problems, *, layered: bool) -> dict[str, Any]:
    readers = _readers(kind, layered=layered)
    values: dict[str, Any] = {}
    for key, child in tree.entries.items():
        read = readers.get(key)
        if read is None:
            from genlb.spec.complaints import unknown_key

            problems.append(unknown_key(key, tree, f"a {kind.value}", readers))
        elif not (key in _NULLABLE[kind] and layered and is_null(child)):
            values[key] = read(child, tree.keys[key], problems)
    problems.extend(_missing(tree, kind, key) for key in _REQUIRED[kind] if key not in tree.entries)
    return values


@cache
def _readers(kind: Kind, *, layered: bool) -> dict[str, Read]:
    """How each top-level key of a document is read."""
    return {
        "apiVersion": reader(Constant(API_VERSION), Term.of("apiVersion"), layered=False),
        "kind": reader(Constant(kind.value), Term.of("kind"), layered=False),
        # The fleet's defaults have no name that anybody refers to.
        "metadata": reader(Section(Metadata), Term.of("metadata"), layered=kind is Kind.FLEET_DEFAULTS),
        "spec": reader(Section(Spec), Term.of("spec"), layered=layered),
    }


def _missing(tree: MappingNode, kind: Kind, key: str) -> Diagnostic:
    from genlb.spec.complaints import problem

    # A null that took the key away is the place to look at; else it concerns the whole file.
    span = tree.keys.get(key) or Span.whole(tree.span.file)
    example = kind.value if key == "kind" else _EXAMPLES[key]
    return problem("GLB104", span, f"a {kind.value} lacks {key}", help=f"for example {key}: {example}")


def _kind_of(tree: MappingNode) -> Kind:
    node = tree.entries.get("kind")
    words = {kind.value: kind for kind in Kind}
    return words.get(str(node.value), Kind.CLUSTER) if isinstance(node, ScalarNode) else Kind.CLUSTER


def _without_profiles(tree: MappingNode, kind: Kind, problems: Problems) -> MappingNode:
    """``tree`` without ``spec.profiles``, which only a Cluster may have."""
    spec = tree.entries.get("spec")
    if not isinstance(spec, MappingNode) or "profiles" not in spec.entries:
        return tree
    from genlb.spec.complaints import problem

    message = f"a {kind.value} names no profiles"
    why = "only a Cluster says which profiles it takes, so that their order is written in one place"
    problems.append(problem("GLB103", spec.keys["profiles"], message, why=why))
    return MappingNode({**tree.entries, "spec": without(spec, "profiles")}, tree.keys, tree.span)
