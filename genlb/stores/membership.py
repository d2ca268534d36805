"""Which files belong to which cluster: for whoever names paths, asks what changed, or copies a cluster.

``clusters`` is the name of the folder that the clusters are in.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence

from genlb.errors import UsageError
from genlb.spec.loaded import LoadedSpec
from genlb.stores.files import CLUSTER_FILE, DEFAULTS_FILE, PROFILES_FOLDER, SETTINGS_FILE, Files
from genlb.yamltext.node import ScalarNode, SequenceNode, plain


def inputs(loaded: LoadedSpec, clusters: str) -> frozenset[str]:
    """Files outside its own folder that have a say in a cluster, those included that were there once."""
    files = {SETTINGS_FILE, posixpath.join(clusters, DEFAULTS_FILE), *loaded.layers}
    profiles = loaded.node("spec", "profiles") if loaded.tree else None
    for profile in profiles.items if isinstance(profiles, SequenceNode) else ():
        files.add(posixpath.join(clusters, PROFILES_FOLDER, f"{plain(profile)}.yaml"))
    base_config = _base_config(loaded)
    if base_config is not None:
        files.add(posixpath.normpath(posixpath.join(clusters, loaded.name, base_config)))
    return frozenset(files)


def clusters_of(path: str, root: str, clusters: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of ``names`` that the file or folder ``path`` belongs to; what several share belongs to all of them."""
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(root)).replace(os.sep, "/")
    if relative == ".." or relative.startswith("../"):
        raise UsageError(f"{path} lies outside the repository in {root} (-C names another one)")
    if not os.path.lexists(path):
        raise UsageError(f"there is no {path}")
    if relative in (".", SETTINGS_FILE, clusters):
        return tuple(names)
    name, _, _ = relative.removeprefix(f"{clusters}/").partition("/")
    if relative.startswith(f"{clusters}/"):
        if name in (DEFAULTS_FILE, PROFILES_FOLDER):
            return tuple(names)
        if name in names:
            return (name,)
    raise UsageError(f"{relative} belongs to no cluster")


def own_files(loaded: LoadedSpec, folder: str, files: Files) -> dict[str, bytes]:
    """What a copy of the cluster in ``folder`` needs, by path below it: its spec, and a baseConfig beside it."""
    found: dict[str, bytes] = {}
    base_config = _base_config(loaded)
    for file in (CLUSTER_FILE, *([] if base_config is None else [posixpath.normpath(base_config)])):
        content = None if file.startswith("../") else files.read(posixpath.join(folder, file))
        if content is not None:
            found[file] = content
    return found


def _base_config(loaded: LoadedSpec) -> str | None:
    """What the spec says for ``kubeProxy.baseConfig``, be it of the wrong type."""
    node = loaded.node("spec", "kubeProxy", "baseConfig") if loaded.tree else None
    return str(node.value) if isinstance(node, ScalarNode) else None
