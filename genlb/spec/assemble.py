"""One cluster from its files: each is judged by itself, then all together.

A mistake is told once, in the file that makes it. Whether something is missing is judged after the merge, and not at
all while a layer could not be read: what it says is unknown then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from genlb.errors import Diagnostic, Related, Severity, Span, in_order
from genlb.spec.layers import duplicates, removals
from genlb.spec.loaded import LoadedSpec
from genlb.spec.merge import merge
from genlb.spec.read import API_VERSION, Kind, read_cluster, read_layer
from genlb.spec.records import is_null
from genlb.yamltext import Document
from genlb.yamltext.node import MappingNode, ScalarNode, SequenceNode

__all__ = ["LayerFile", "LoadedSpec", "assemble"]

_BEGINNING = f"apiVersion: {API_VERSION}"


class LayerFile(NamedTuple):
    """A file and what the YAML reader found in it; ``file`` is relative to the repository's root, with ``/``."""

    file: str
    document: Document


class _Layer(NamedTuple):
    """A file on its own: its tree, None when there is none to be trusted, and its mistakes."""

    file: str
    tree: MappingNode | None
    diagnostics: tuple[Diagnostic, ...]


class _Profiles(NamedTuple):
    """The profiles that a Cluster takes, in its order; ``diagnostics`` are about the names it calls them by."""

    layers: tuple[_Layer, ...]
    diagnostics: tuple[Diagnostic, ...]


def assemble(
    name: str, cluster: LayerFile, defaults: LayerFile | None, profiles: Mapping[str, LayerFile]
) -> LoadedSpec:
    """The cluster in folder ``name`` with all its layers; whatever is wrong is in its diagnostics.

    ``profiles`` are those that exist, by file name without ``.yaml``; only those that the Cluster takes are asked for.
    """
    own = _own_layer(cluster)
    lowest = (_layer(defaults, Kind.FLEET_DEFAULTS, ""),) if defaults else ()
    if own.tree is None:
        return _loaded(name, own, lowest, None, ())
    taken = _taken_profiles(own.tree, profiles)
    below = (*lowest, *taken.layers)
    trees = tuple(layer.tree for layer in below if layer.tree is not None)
    inherited = _merged(trees) if trees else None
    tree = merge([inherited, own.tree] if inherited else [own.tree])
    complete = len(trees) == len(below) and not taken.diagnostics
    typed, problems = read_cluster(tree) if complete else (None, read_layer(own.tree, Kind.CLUSTER))
    found = list(taken.diagnostics)
    told = [*own.diagnostics, *(problem for layer in below for problem in layer.diagnostics), *found]
    for more in (problems, _wrong_name(own.tree, name, "folder"), removals(inherited, own.tree)):
        found += _beside((*told, *found), more)
    loaded = _loaded(name, own, below, tree, found)
    return loaded if loaded.has_errors else loaded._replace(cluster=typed)


def _loaded(
    name: str, own: _Layer, below: Sequence[_Layer], tree: MappingNode | None, found: Iterable[Diagnostic]
) -> LoadedSpec:
    """The result without its cluster. A shared file's own mistakes belong to no cluster, all others to this one."""
    shared = (diagnostic for layer in below for diagnostic in layer.diagnostics)
    of_this = (diagnostic._replace(cluster=name) for diagnostic in (*own.diagnostics, *found))
    return LoadedSpec(
        name=name,
        file=own.file,
        tree=tree,
        layers=(*(layer.file for layer in below), own.file),
        cluster=None,
        diagnostics=in_order((*shared, *of_this)),
    )


def _own_layer(cluster: LayerFile) -> _Layer:
    """The Cluster's own file; it is read after the merge, so here only what a merge would hide."""
    tree, problems = _tree(cluster, Kind.CLUSTER)
    return _Layer(cluster.file, tree, (*problems, *duplicates(tree)) if tree else problems)


def _taken_profiles(tree: MappingNode, profiles: Mapping[str, LayerFile]) -> _Profiles:
    layers: list[_Layer] = []
    problems: list[Diagnostic] = []
    first: dict[str, Span] = {}
    for name, span in _profile_names(tree):
        if name in first:
            problems.append(_twice(name, span, first[name]))
        elif name in profiles:
            layers.append(_layer(profiles[name], Kind.PROFILE, name))
        else:
            problems.append(_unknown_profile(name, span, profiles))
        first.setdefault(name, span)
    return _Profiles(tuple(layers), tuple(problems))


def _profile_names(tree: MappingNode) -> Iterator[tuple[str, Span]]:
    """What ``spec.profiles`` names; entries that are no text are the reader's business."""
    spec = tree.entries.get("spec")
    listed = spec.entries.get("profiles") if isinstance(spec, MappingNode) else None
    for item in listed.items if isinstance(listed, SequenceNode) else ():
        if isinstance(item, ScalarNode) and isinstance(item.value, str):
            yield item.value, item.span


@lru_cache(maxsize=256)
def _layer(layer: LayerFile, kind: Kind, name: str) -> _Layer:
    """A shared file, judged once for all clusters; ``name`` is what its ``metadata.name`` must be, empty for any."""
    tree, problems = _tree(layer, kind)
    if tree is None:
        return _Layer(layer.file, None, problems)
    found = (*duplicates(tree), *read_layer(tree, kind), *(_wrong_name(tree, name, "file") if name else ()))
    return _Layer(layer.file, tree, (*problems, *_beside(problems, found)))


def _tree(layer: LayerFile, kind: Kind) -> tuple[MappingNode | None, tuple[Diagnostic, ...]]:
    """The document's map, and what the YAML reader found; None for a document that is none."""
    root, problems = layer.document.root, layer.document.diagnostics
    if isinstance(root, MappingNode):
        return root, problems
    if problems:
        return None, problems
    from genlb.spec.complaints import problem

    help_ = f"it begins with {_BEGINNING} and kind: {kind.value}"
    if root is None or is_null(root):
        return None, (problem("GLB104", Span.whole(layer.file), "the file is empty", help=help_),)
    return None, (problem("GLB104", root.span, f"a {kind.value} is a map with keys", help=help_),)


@lru_cache(maxsize=256)
def _merged(trees: tuple[MappingNode, ...]) -> MappingNode:
    """Lower layers merged, once for all clusters that take the same."""
    return merge(trees)


def _beside(told: Iterable[Diagnostic], more: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """``more`` without what is only the consequence of a mistake that was told about the same place."""
    places = {diagnostic.span for diagnostic in told}
    return (diagnostic for diagnostic in more if diagnostic.span not in places)


def _wrong_name(tree: MappingNode, name: str, where: str) -> Iterator[Diagnostic]:
    metadata = tree.entries.get("metadata")
    node = metadata.entries.get("name") if isinstance(metadata, MappingNode) else None
    if isinstance(node, ScalarNode) and isinstance(node.value, str) and node.value != name:
        from genlb.spec.complaints import problem, shown

        message = f"metadata.name is {shown(node.value)}, the {where} is called {shown(name)}"
        why = "everything finds it by that name: commands, profiles, rendered objects"
        yield problem("GLB106", node.span, message, why=why, help=f"write name: {name}, or rename the {where}")


def _unknown_profile(name: str, span: Span, profiles: Mapping[str, LayerFile]) -> Diagnostic:
    from genlb.spec.complaints import problem, shown
    from genlb.spec.suggest import near

    known = sorted(profiles)
    guess = near(name, known)
    there = f"there are {', '.join(known)}" if known else "there are none: clusters/_profiles/ is empty"
    return problem(
        "GLB104", span, f"there is no profile {shown(name)}", help=f"did you mean {guess}?" if guess else there
    )


def _twice(name: str, span: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        rule="GLB102",
        severity=Severity.ERROR,
        message=f"profile {name} is taken twice",
        span=span,
        why="a profile is merged in one place of the order",
        help="remove one of the two",
        related=(Related(first, "the first one"),),
    )
