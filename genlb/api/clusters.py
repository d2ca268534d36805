"""Opening a repository, choosing clusters, reading and judging them."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from genlb import __version__
from genlb.api.hushing import Findings, Hushed
from genlb.errors import Diagnostic, InvalidInput, Severity, Span, Undetermined, UsageError, in_order
from genlb.network import decide
from genlb.render.context import Context
from genlb.report.suggestion import did_you_mean
from genlb.rules import View, judge
from genlb.spec.assemble import LoadedSpec
from genlb.stores.repository import Repository, find_root
from genlb.yamltext.node import MappingNode, Node, ScalarNode, plain

if TYPE_CHECKING:
    from genlb.api.history import Before
    from genlb.manifest import Manifest
    from genlb.network.base_config import BaseConfig
    from genlb.rules.fleet import FleetEntry
    from genlb.rules.suppress import Suppressed


def open_repository(start: str = ".", *, today: str | None = None) -> Repository:
    """The repository around ``start``: the nearest parent with ``genlb.yaml`` or ``clusters/``.

    ``today`` (``2030-03-31``) is the day by which suppressions end, without it the clock's in UTC. ``UsageError`` when
    there is no repository, or when its ``requires`` asks for another genlb.

    >>> open_repository("clusters/fra1-prod").names
    ('ams2-stage', 'fra1-prod')
    """
    day = time.strftime("%Y-%m-%d", time.gmtime()) if today is None else today
    return Repository(find_root(start), __version__, today=day)


def cluster_names(start: str = ".") -> tuple[str, ...]:
    """Names of the clusters of the repository around ``start``; no spec is read.

    >>> cluster_names()
    ('ams2-stage', 'fra1-prod')
    """
    return open_repository(start).names


class Renderable(NamedTuple):
    """All that rendering needs of a valid cluster: small, so that a fleet of them fits into memory."""

    context: Context
    spec_digest: str

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.context.cluster.name


class LoadedCluster(NamedTuple):
    """One cluster as read and judged.

    ``diagnostics`` holds every mistake of its own files, its layers and its baseConfig, sorted, without those that are
    suppressed. ``context`` is None when its spec has errors. ``unread`` says which file could not be read and why:
    nothing can be said about such a cluster, not even that it is wrong.
    """

    name: str
    folder: str
    spec: LoadedSpec | None = None
    context: Context | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    unread: str = ""
    base: BaseConfig | None = None
    hushed: Hushed = Hushed(())

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        """Findings that somebody answers for, with the reason."""
        return self.hushed.suppressed

    @property
    def view(self) -> View | None:
        """The cluster as rules see it; None when its spec cannot be read."""
        if self.spec is None or self.context is None:
            return None
        return View(self.spec, self.context.cluster, self.context.decisions, self.base)

    def findings(self, *, fleet: bool = False) -> Findings:
        """What `conclude` needs of it in the end, with ``fleet`` also what the rules about fleets do."""
        _, suppressed, entries, used = self.hushed
        view = self.view
        entry = _fleet_entry(view) if fleet and view is not None else None
        return Findings(self.diagnostics, suppressed, entries, used, entry, complete=view is not None)

    @property
    def valid(self) -> bool:
        """Whether it can be rendered."""
        return self.context is not None and not has_errors(self.diagnostics)

    @property
    def labels(self) -> Mapping[str, Any] | None:
        """``metadata.labels``, whatever else is wrong with the spec; None when even that much cannot be read."""
        if self.spec is None or self.spec.tree is None:
            return None
        node = self.spec.node("metadata", "labels")
        return plain(node) if isinstance(node, MappingNode) else {}

    def renderable(self) -> Renderable:
        """What ``render`` needs of it; ``InvalidInput`` with its diagnostics unless it is valid."""
        if self.unread:
            raise Undetermined(self.unread)
        if self.context is None or self.spec is None or has_errors(self.diagnostics):
            raise InvalidInput(self.diagnostics)
        return _renderable(self.spec, self.context)


def known(repository: Repository, names: Sequence[str]) -> tuple[str, ...]:
    """``names``, each once, or all clusters without any; ``UsageError`` for a name that is none.

    >>> known(open_repository(), [])
    ('ams2-stage', 'fra1-prod')
    """
    for name in names:
        if name not in repository.names:
            place = f"{repository.settings.clusters}/"
            raise UsageError(f"there is no cluster {name!r} in {place}{did_you_mean(name, repository.names)}")
    return tuple(dict.fromkeys(names)) or repository.names


def clusters_at(repository: Repository, targets: Sequence[str], folder: str = ".") -> tuple[str, ...]:
    """The clusters that names and paths mean; paths are relative to ``folder``. A shared file means all clusters.

    >>> clusters_at(open_repository(), ["clusters/fra1-prod/cluster.yaml"])
    ('fra1-prod',)
    """
    names: list[str] = []
    for target in targets:
        if target in repository.names or not _is_path(target, folder):
            names += known(repository, [target])
        else:
            names += repository.clusters_of(os.path.join(folder, target))
    return known(repository, names)


def others(repository: Repository, *, everything: bool) -> tuple[Diagnostic, ...]:
    """What is wrong with the settings; with ``everything`` also with odd folders and layers that no cluster takes.

    >>> others(open_repository(), everything=True)
    ()
    """
    found = list(repository.settings_diagnostics)
    if everything:
        found += [*repository.folder_diagnostics, *repository.unused_layers()]
    return in_order(found)


def load(repository: Repository, names: Sequence[str] = (), *, before: Before | None = None) -> Iterator[LoadedCluster]:
    """The named clusters (all without names) one after another, each read when its turn comes.

    With ``before`` they are judged by the rules about change, too. ``UsageError`` for a name that is none. A file that
    cannot be read is told by ``LoadedCluster.unread``.

    >>> [cluster.name for cluster in load(open_repository()) if not cluster.valid]
    ['ams2-stage']
    """
    return (_load(repository, name, before) for name in known(repository, names))


def changed_files(repository: Repository, since: str) -> frozenset[str]:
    """Files that differ between a git commit and the work tree; ``Undetermined`` when git cannot tell.

    >>> sorted(changed_files(open_repository(), "origin/main"))
    ['clusters/fra1-prod/cluster.yaml']
    """
    from genlb.stores.git import changed_files as changed

    return changed(repository.root, since)


def is_touched(repository: Repository, loaded: LoadedCluster, files: Collection[str]) -> bool:
    """Whether any of ``files`` has a say in what is rendered for the cluster, or lies in its folder.

    >>> is_touched(repository, cluster, {"clusters/_defaults.yaml"})
    True
    """
    if loaded.spec is None:
        return True
    own = f"{loaded.folder}/"
    inputs = {*loaded.spec.layers, *repository.inputs(loaded.spec)}
    return any(file in inputs or file.startswith(own) for file in files)


def has_errors(diagnostics: Sequence[Diagnostic]) -> bool:
    """Whether any of them is an error.

    >>> has_errors(())
    False
    """
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def _load(repository: Repository, name: str, before: Before | None = None) -> LoadedCluster:
    folder = repository.folder(name)
    try:
        spec = repository.load(name)
        if spec.cluster is None:
            return LoadedCluster(name=name, folder=folder, spec=spec, diagnostics=in_order(spec.diagnostics))
        base, found = repository.base_config(spec)
    except Undetermined as error:
        return LoadedCluster(name=name, folder=folder, unread=str(error))
    decisions = decide(spec.cluster)
    context = Context(
        cluster=spec.cluster,
        decisions=decisions,
        base_config=base.data if base else None,
        template=_template,
        folder=folder,
    )
    loaded = LoadedCluster(name=name, folder=folder, spec=spec, context=context, base=base)
    files = spec.layers if base is None else (*spec.layers, base.file)
    diagnostics = [*spec.diagnostics, *judge(spec, decisions, base)]
    if before is not None:
        diagnostics += before.judge(loaded)
    hushed = Hushed.of(repository, spec, files, diagnostics)
    if spec.cluster.spec.patches and not has_errors((*hushed.kept, *found)):
        diagnostics += _judged_patches(spec, context)
        hushed = Hushed.of(repository, spec, files, diagnostics)
    # What a baseConfig that cannot be used would say is missing from what is rendered: nobody can answer for that.
    return loaded._replace(diagnostics=in_order((*hushed.kept, *found)), hushed=hushed)


def _fleet_entry(view: View) -> FleetEntry:
    from genlb.rules.fleet import fleet_entry

    return fleet_entry(view)


def _judged_patches(spec: LoadedSpec, context: Context) -> Iterator[Diagnostic]:
    """Only rendering shows whether a patch finds its object, and whether that is still what its API server knows."""
    from genlb.render.strictness import problems
    from genlb.render.tree import assemble
    from genlb.resources import object_schema
    from genlb.rules.catalogue import Finding
    from genlb.rules.rendering import PATCH

    assembled = assemble(context)
    versions = context.cluster.spec.versions
    found = [(problem.position, problem.message) for problem in assembled.problems]
    for index, manifest in assembled.patched:
        found += [(index, message) for message in problems(manifest, object_schema, versions)]
    for index, message in found:
        yield PATCH.diagnostic(Finding(spec.span("spec", "patches", index), message), cluster=spec.name)


def _renderable(spec: LoadedSpec, context: Context) -> Renderable:
    from genlb.render.digest import spec_digest

    return Renderable(context, spec_digest(plain(spec.tree) if spec.tree else {}, context.base_config))


def _is_path(target: str, folder: str) -> bool:
    """Whether somebody means a path: it looks like one, or there is one of this name."""
    return "/" in target or target.endswith((".yaml", ".yml")) or os.path.lexists(os.path.join(folder, target))


def _template(name: str) -> Manifest:
    """A fresh copy of the skeleton ``name``."""
    skeleton: Manifest = plain(_skeleton(name))
    return skeleton


@cache
def _skeleton(name: str) -> Node:
    from genlb.resources import template
    from genlb.yamltext import read

    root = read(template(f"{name}.yaml"), name).root
    return root or ScalarNode(None, Span.whole(name), plain=True)
