"""Rendering a judged cluster, and its files on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from genlb.api.clusters import LoadedCluster, Renderable
from genlb.errors import Diagnostic, Span

if TYPE_CHECKING:
    from genlb.render.tree import Rendered
    from genlb.stores.repository import Repository
    from genlb.stores.tree import TreeState, Written


def render(cluster: LoadedCluster | Renderable) -> Rendered:
    """Every file of the cluster as text; ``InvalidInput`` when its spec has errors.

    >>> sorted(render(cluster).files)[:2]
    ['advertise/bgpconfiguration-default.yaml', 'advertise/kustomization.yaml']
    """
    from genlb.render.tree import render as rendered

    return rendered(*(cluster.renderable() if isinstance(cluster, LoadedCluster) else cluster))


def objects(rendered: Rendered) -> Iterator[tuple[str, str]]:
    """Path and text of every Kubernetes object in apply order; no kustomization.yaml, no Helm values.

    >>> [path for path, _ in objects(rendered)][-1]
    'advertise/bgpconfiguration-default.yaml'
    """
    from genlb.manifest import file_names, key_of

    folders = {unit.value: manifests for unit, manifests in rendered.objects.items()} | {"gitops": rendered.gitops}
    for folder, manifests in folders.items():
        for name in file_names([key_of(manifest) for manifest in manifests]):
            yield f"{folder}/{name}", rendered.files[f"{folder}/{name}"]


def compare(repository: Repository, rendered: Rendered, *, out: str | None = None) -> TreeState:
    """What writing would change in ``clusters/<name>/rendered/``, or in ``<out>/<name>/rendered/``.

    >>> compare(repository, render(cluster)).up_to_date
    True
    """
    from genlb.stores.tree import compare_tree

    return compare_tree(_target(repository, rendered, out), rendered)


def write(repository: Repository, rendered: Rendered, *, overwrite: bool = False, out: str | None = None) -> Written:
    """Write all files or none. Hand edits stop it (``Written.refused``) unless ``overwrite``.

    >>> write(repository, render(cluster)).updated
    ('node/daemonset-genlb-vip.yaml',)
    """
    from genlb.stores.tree import write_tree

    return write_tree(_target(repository, rendered, out), rendered, overwrite=overwrite)


def tree_findings(
    folder: str,
    *,
    changed: Sequence[str] = (),
    missing: Sequence[str] = (),
    left_over: Sequence[str] = (),
    hand_edited: Sequence[str] = (),
) -> tuple[Diagnostic, ...]:
    """What is wrong with rendered files below ``folder``, sorted by path.

    >>> tree_findings("clusters/fra1-prod/rendered", missing=["node/namespace-genlb-system.yaml"])[0].rule
    'GLB607'
    """
    from genlb.rules.catalogue import Finding
    from genlb.rules.rendering import HAND_EDITED, STALE

    stories = (
        (STALE, changed, "the spec renders something else", ""),
        (STALE, missing, "the file is missing", ""),
        (HAND_EDITED, left_over, "the spec renders no such file any more", "genlb render deletes it"),
        (HAND_EDITED, hand_edited, "the file was edited by hand", ""),
    )
    found = [
        rule.diagnostic(Finding(Span.whole(f"{folder}/{path}"), message, help_))
        for rule, paths, message, help_ in stories
        for path in paths
    ]
    return tuple(sorted(found, key=lambda diagnostic: diagnostic.span))


def _target(repository: Repository, rendered: Rendered, out: str | None) -> str:
    return f"{out or repository.clusters_path}/{rendered.cluster}"
