"""New repositories and new clusters: which files, with which content. Nothing that exists is overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from genlb.api.clusters import known, load
from genlb.errors import Span, Undetermined, UsageError
from genlb.spec.model import LABEL

if TYPE_CHECKING:
    from genlb.stores.repository import Repository

ENGINES = ("none", "argocd", "flux")
CI = ("github", "gitlab", "none")
EXAMPLE = "my-cluster"
"""The name that the cluster has in the template."""

_COMMON = {
    "genlb.yaml": "init/genlb.yml",
    ".gitattributes": "init/gitattributes",
    ".gitignore": "init/gitignore",
    ".pre-commit-config.yaml": "init/pre-commit-config.yml",
    "README.md": "init/README.md",
}
_OF_CI = {
    "github": {".github/workflows/genlb.yml": "init/github-workflow.yml"},
    "gitlab": {".gitlab-ci.yml": "init/gitlab-ci.yml"},
    "none": {},
}
_DEFAULTS = "init/defaults.yml"
_OF_ENGINE = {"none": (), "argocd": ("init/defaults-argocd.yml",), "flux": ("init/defaults-flux.yml",)}
_CLUSTER = "init/cluster.yml"

# What is a cluster's own: everything else may well be the same in the next one.
_OWN_FIELDS = (
    ("access", "uid"),
    ("access", "context"),
    ("routingDomain",),
    ("network", "nodeCIDRs"),
    ("network", "podCIDRs"),
    ("network", "serviceCIDRs"),
    ("bgp", "asNumber"),
    ("bgp", "racks"),
    ("pools",),
    ("kubeProxy", "baseConfig"),
    ("gitops", "destination"),
)


class Plan(NamedTuple):
    """Files to be created below ``folder``; ``kept`` exist already and stay as they are."""

    folder: str
    files: Mapping[str, bytes]
    kept: tuple[str, ...] = ()


def new_repository(folder: str, *, cluster: str, engine: str = "none", ci: str = "github", force: bool = False) -> Plan:
    """A working repository with one cluster. ``UsageError`` for a folder that is not empty, unless ``force``.

    >>> sorted(new_repository("lb", cluster="fra1-prod", ci="none").files)[:3]
    ['.gitattributes', '.gitignore', '.pre-commit-config.yaml']
    """
    _hold_name(cluster)
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise UsageError(f"{folder} is no folder")
    if os.path.isdir(folder) and os.listdir(folder) and not force:
        raise UsageError(f"{folder} is not empty (--force adds what is missing and overwrites nothing)")
    files = _contents(_COMMON | _OF_CI[ci], cluster)
    files["clusters/_defaults.yaml"] = b"".join(_content(name, cluster) for name in (_DEFAULTS, *_OF_ENGINE[engine]))
    files[f"clusters/{cluster}/cluster.yaml"] = _content(_CLUSTER, cluster)
    files |= _schemas()
    kept = tuple(sorted(path for path in files if os.path.lexists(os.path.join(folder, path))))
    return Plan(folder, {path: files[path] for path in sorted(files) if path not in kept}, kept)


def new_cluster(repository: Repository, name: str, *, source: str | None = None) -> Plan:
    """One more cluster: from the template, or a copy of ``source`` with the name replaced.

    ``UsageError`` when there is one of this name, or none called ``source``.

    >>> list(new_cluster(open_repository(), "muc1-prod").files)
    ['clusters/muc1-prod/cluster.yaml']
    """
    _hold_name(name)
    folder = repository.folder(name)
    if os.path.lexists(os.path.join(repository.root, folder, "cluster.yaml")):
        raise UsageError(f"there is a cluster {name!r} already: {folder}/cluster.yaml")
    if source is None:
        content = _content(_CLUSTER, name).replace(b"../../schemas/", _up_to_the_root(folder) + b"schemas/")
        return Plan(repository.root, {f"{folder}/cluster.yaml": content})
    known(repository, [source])
    files = repository.own_files(source)
    return Plan(
        repository.root, {f"{folder}/{path}": _renamed(content, source, name) for path, content in files.items()}
    )


def carry_out(plan: Plan) -> None:
    """Create the files of a plan, all or none; ``Undetermined`` when that fails.

    >>> carry_out(new_cluster(open_repository(), "muc1-prod"))
    """
    from genlb.stores.newfiles import create_files

    create_files(plan.folder, plan.files)


def to_change(repository: Repository, name: str) -> list[tuple[str, Span]]:
    """Fields of a new cluster that are its own, and where they stand; those it inherits are left out.

    >>> to_change(open_repository(), "muc1-prod")[0][0]
    'spec.network.nodeCIDRs'
    """
    loaded = next(load(repository, [name]))
    if loaded.spec is None:
        raise Undetermined(loaded.unread)
    places = [
        (".".join(("spec", *path)), loaded.spec.key("spec", *path))
        for path in _OWN_FIELDS
        if loaded.spec.node("spec", *path)
    ]
    return sorted((place for place in places if place[1].file == loaded.spec.file), key=lambda place: place[1])


def _hold_name(name: str) -> None:
    if not re.fullmatch(LABEL, name):
        raise UsageError(f"{name!r} cannot name a cluster: lower-case letters, digits and dashes, 63 at most")


def _contents(files: Mapping[str, str], cluster: str) -> dict[str, bytes]:
    return {path: _content(template, cluster) for path, template in files.items()}


def _content(template_name: str, cluster: str) -> bytes:
    from genlb.resources import template

    return _renamed(template(template_name), EXAMPLE, cluster)


def _renamed(content: bytes, old: str, new: str) -> bytes:
    """``content`` with the whole word ``old`` replaced; a name may be part of a longer one, which stays."""
    return re.sub(rb"(?<![A-Za-z0-9-])" + re.escape(old.encode()) + rb"(?![A-Za-z0-9-])", new.encode(), content)


def _up_to_the_root(folder: str) -> bytes:
    return b"../" * (folder.count("/") + 1)


def _schemas() -> dict[str, bytes]:
    """The schemas for editors: copied, so that completion works offline and fits this genlb."""
    from genlb.api.words import schema_text

    names = ("cluster", "fleet-defaults", "genlb", "profile")
    return {f"schemas/{name}.schema.json": schema_text(name).encode() for name in names}
