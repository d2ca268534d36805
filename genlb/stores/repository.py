"""A repository of cluster specs on disk: its root, its settings, its clusters, their files.

Layers are read and parsed once, a cluster's own file each time it is asked for: of a thousand clusters only those in
work are in memory. Names from directories are checked before they become part of a path, and every file name in a
diagnostic is relative to the root, with ``/``.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from genlb.errors import Diagnostic, InvalidInput, Undetermined, UsageError
from genlb.network.base_config import BaseConfig
from genlb.rules.base_config import BaseConfigFile, read_base_config
from genlb.spec.assemble import LayerFile, LoadedSpec, assemble
from genlb.spec.model import LABEL
from genlb.spec.read import Kind, read_layer
from genlb.spec.settings import read_settings
from genlb.stores.files import (
    CLUSTER_FILE,
    CLUSTERS_FOLDER,
    DEFAULTS_FILE,
    PROFILES_FOLDER,
    SETTINGS_FILE,
    Files,
    WorkTree,
)
from genlb.yamltext import Document, read
from genlb.yamltext.node import MappingNode, Node

if TYPE_CHECKING:
    from genlb.rules.suppress import Entry

__all__ = [
    "CLUSTERS_FOLDER",
    "CLUSTER_FILE",
    "DEFAULTS_FILE",
    "PROFILES_FOLDER",
    "SETTINGS_FILE",
    "Repository",
    "find_root",
]

_MARK = b"genlb:ignore"
_NAME = re.compile(LABEL)
_PROFILE = re.compile(LABEL.removesuffix("$") + r"\.yaml")


def find_root(start: str) -> str:
    """The nearest folder, from ``start`` upwards, that holds ``genlb.yaml`` or ``clusters/``."""
    folder = os.path.abspath(start)
    if not os.path.isdir(folder):
        raise UsageError(f"{start} is no folder")
    while True:
        if os.path.isfile(os.path.join(folder, SETTINGS_FILE)) or os.path.isdir(os.path.join(folder, CLUSTERS_FOLDER)):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            raise UsageError(
                f"no genlb repository: neither {SETTINGS_FILE} nor {CLUSTERS_FOLDER}/ in {os.path.abspath(start)} or "
                "above it (-C names another folder, `genlb init` makes a repository)"
            )
        folder = parent


class Repository:
    """An open repository: the work tree in ``root``, or other ``files`` in its place.

    ``version`` has to meet what ``genlb.yaml`` requires; None meets anything. ``today`` (``2030-03-31``, UTC) is the
    day by which suppressions end; without it none does.
    ``names`` are its clusters, sorted. ``settings_diagnostics`` are about ``genlb.yaml``, ``folder_diagnostics`` about
    folders that look like clusters and are none.
    """

    def __init__(self, root: str, version: str | None, *, files: Files | None = None, today: str = "") -> None:
        self.root = root
        self.files = files or WorkTree(root)
        self.today = today
        self._marked: dict[str, tuple[Entry, ...] | None] = {}
        self._settings_file = self._layer(SETTINGS_FILE)
        document = self._settings_file.document if self._settings_file else None
        self.settings, self.settings_diagnostics = read_settings(document, version)
        self.names, self.folder_diagnostics = self._list()
        self.profiles = _Profiles(self.files, self.path(PROFILES_FOLDER), self._layer)
        self._shared: dict[str, BaseConfigFile | None] = {}

    def again(self) -> Repository:
        """The same repository, to be read anew."""
        return Repository(self.root, None, today=self.today)

    def path(self, *parts: str) -> str:
        """A path below the clusters folder, relative to the root."""
        return posixpath.join(self.settings.clusters, *parts)

    def folder(self, name: str) -> str:
        """The folder of cluster ``name``, relative to the root."""
        return self.path(name)

    @property
    def clusters_path(self) -> str:
        """The clusters folder as a path of this system."""
        return os.path.join(self.root, self.settings.clusters)

    @cached_property
    def defaults(self) -> LayerFile | None:
        """The FleetDefaults, when there are any."""
        return self._layer(self.path(DEFAULTS_FILE))

    @property
    def settings_root(self) -> Node | None:
        """What ``genlb.yaml`` says, with the place of everything."""
        return self._settings_file.document.root if self._settings_file else None

    def load(self, name: str) -> LoadedSpec:
        """The spec of cluster ``name`` with all its layers; mistakes are in its diagnostics.

        ``Undetermined`` when a file that it needs cannot be read, ``UsageError`` when there is no such cluster.
        """
        own = self._layer(self.path(name, CLUSTER_FILE)) if name in self.names else None
        if own is None:
            raise UsageError(f"no cluster {name!r} in {self.settings.clusters}/")
        return assemble(name, own, self.defaults, self.profiles)

    def base_config(self, loaded: LoadedSpec) -> tuple[BaseConfig | None, tuple[Diagnostic, ...]]:
        """The KubeProxyConfiguration that ``kubeProxy.baseConfig`` names, and what makes it unusable."""
        file = loaded.cluster.spec.kube_proxy.base_config if loaded.cluster else None
        if file is None:
            return None, ()
        path = posixpath.normpath(posixpath.join(self.folder(loaded.name), file))
        if not self.files.is_inside(path):
            return None, _unusable(loaded, f"{file} lies outside the repository")
        try:
            found = self._base_config_file(path, shared=not path.startswith(f"{self.folder(loaded.name)}/"))
        except InvalidInput as error:
            return None, error.diagnostics
        if found is None:
            return None, _unusable(loaded, f"there is no file {path}")
        if found.base is None and not found.diagnostics:
            return None, _unusable(loaded, f"{path} holds no KubeProxyConfiguration")
        return found

    def inputs(self, loaded: LoadedSpec) -> frozenset[str]:
        """Files outside its own folder that have a say in a cluster, those included that were there once."""
        from genlb.stores.membership import inputs

        return inputs(loaded, self.settings.clusters)

    def clusters_of(self, path: str) -> tuple[str, ...]:
        """The clusters that the file or folder ``path`` belongs to; what several share belongs to all of them."""
        from genlb.stores.membership import clusters_of

        return clusters_of(path, self.root, self.settings.clusters, self.names)

    def own_files(self, name: str) -> dict[str, bytes]:
        """What a copy of cluster ``name`` needs, by path below its folder: its spec, and a baseConfig beside it."""
        from genlb.stores.membership import own_files

        return own_files(self.load(name), self.folder(name), self.files)

    def unused_layers(self) -> tuple[Diagnostic, ...]:
        """What is wrong with layers that no cluster took so far."""
        layers = [(self.profiles[name], Kind.PROFILE) for name in self.profiles.untouched()]
        if self.defaults and not self.names:
            layers.append((self.defaults, Kind.FLEET_DEFAULTS))
        found: list[Diagnostic] = []
        for layer, kind in layers:
            found += layer.document.diagnostics
            if isinstance(layer.document.root, MappingNode):
                found += read_layer(layer.document.root, kind)
        return tuple(found)

    def lines(self, file: str) -> tuple[str, ...]:
        """The lines of ``file`` for an excerpt; none when it cannot be read."""
        try:
            data = self.files.read(file)
        except (InvalidInput, Undetermined, OSError):
            return ()
        return tuple(data.decode("utf-8", "replace").removeprefix("\ufeff").splitlines()) if data else ()

    @cached_property
    def suppressions(self) -> tuple[Entry, ...]:
        """What ``genlb.yaml`` suppresses."""
        if not self.settings.lint.suppress:
            return ()
        from genlb.rules.suppress import entries_of_settings

        return entries_of_settings(self.settings_root, self.settings)

    def comments(self, file: str) -> tuple[Entry, ...]:
        """What comments in ``file`` suppress; a file without any, as nearly all are, is not read again."""
        if file not in self._marked:
            return ()
        found = self._marked[file]
        if found is None:
            from genlb.rules.comments import comments_in

            data = self.files.read(file) or b""
            found = comments_in(data.decode("utf-8", "replace"), read(data, file).root, file)
            self._marked[file] = found
        return found

    def _list(self) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
        """Names of the clusters, sorted, and what else looks like one."""
        names: list[str] = []
        misnamed: list[str] = []
        empty: list[str] = []
        for name in self.files.names(self.path()):
            # What begins with _ or . is no cluster and does not look like one.
            if name.startswith(("_", ".")) or not self.files.is_folder(self.path(name)):
                continue
            if not _NAME.fullmatch(name):
                misnamed.append(self.path(name))
            elif self.files.may_exist(self.path(name, CLUSTER_FILE)):
                names.append(name)
            else:
                empty.append(self.path(name))
        profiles = self.files.names(self.path(PROFILES_FOLDER))
        strange = [self.path(PROFILES_FOLDER, name) for name in profiles if _is_odd(name)]
        if not (misnamed or empty or strange):
            return tuple(names), ()
        from genlb.stores.repository_mistakes import no_cluster, no_profile, odd_name

        odd = (*map(odd_name, misnamed), *map(no_cluster, empty), *map(no_profile, strange))
        return tuple(names), odd

    def _layer(self, file: str) -> LayerFile | None:
        """A file read and parsed; what is no file at all becomes an empty document that says so."""
        try:
            data = self._read(file)
        except InvalidInput as error:
            return LayerFile(file, Document(None, error.diagnostics))
        return None if data is None else LayerFile(file, read(data, file))

    def _read(self, file: str) -> bytes | None:
        """The content of a file; one in which suppressions may stand is kept in mind."""
        data = self.files.read(file)
        if data is not None and _MARK in data:
            self._marked[file] = None
        return data

    def _base_config_file(self, path: str, *, shared: bool) -> BaseConfigFile | None:
        """A file read and parsed, None for none; one outside a cluster's folder may be named by many and is kept."""
        if path in self._shared:
            return self._shared[path]
        content = self._read(path)
        found = None if content is None else read_base_config(path, read(content, path))
        if shared:
            self._shared[path] = found
        return found


class _Profiles(Mapping[str, LayerFile]):
    """Profiles by name; listed at once, read and parsed when first asked for."""

    def __init__(self, files: Files, folder: str, layer: Callable[[str], LayerFile | None]) -> None:
        self._layer = layer
        self._files = {
            name.removesuffix(".yaml"): posixpath.join(folder, name)
            for name in files.names(folder)
            if _PROFILE.fullmatch(name)
        }
        self._read: dict[str, LayerFile] = {}

    def __getitem__(self, name: str) -> LayerFile:
        if name not in self._read:
            layer = self._layer(self._files[name])
            if layer is None:
                raise KeyError(name)
            self._read[name] = layer
        return self._read[name]

    def untouched(self) -> list[str]:
        """Names of the profiles that nobody asked for yet."""
        return [name for name in self._files if name not in self._read]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _is_odd(name: str) -> bool:
    """Whether something among the profiles is none and does not say so by a leading ``_`` or ``.``."""
    return not name.startswith(("_", ".")) and not _PROFILE.fullmatch(name)


def _unusable(loaded: LoadedSpec, why: str) -> tuple[Diagnostic]:
    from genlb.stores.repository_mistakes import unusable_base_config

    return (unusable_base_config(loaded, why),)
