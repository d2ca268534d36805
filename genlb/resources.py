"""The files that belong to genlb: JSON Schemas and YAML skeletons. The one module that knows where they lie.

In a checkout (and an editable install) they are ``schemas/`` and ``templates/`` at the top level, where editors and
people find them; in an installed wheel ``genlb/_data/schemas/`` and ``genlb/_data/templates/``.

Plain paths beside ``__file__`` do it: ``importlib.resources`` takes as long to import as all of Python takes to start,
and buys only zip files, from which genlb is not run.
"""

from __future__ import annotations

import os.path
from functools import cache
from typing import Any, Literal, TypeAlias, cast

from genlb.errors import UsageError

Kind: TypeAlias = Literal["schemas", "templates"]
"""What can be asked for: the two folders."""

JSONObject: TypeAlias = dict[str, Any]
"""A parsed JSON Schema. It is shared by all who ask: read it, never change it."""

_SCHEMA = ".schema.json"
_OBJECT = ".json"


@cache
def schema(name: str) -> JSONObject:
    """The JSON Schema ``schemas/<name>.schema.json``, for example ``schema("cluster")``.

    Raises UsageError, with the names that there are, for any other: the name may come from a command line.
    """
    known = names("schemas")
    if name not in known:
        raise UsageError(f"there is no schema {name!r}; there are {', '.join(known)}")
    return _read_json("schemas", name + _SCHEMA)


@cache
def object_schema(stem: str) -> JSONObject | None:
    """Our strict schema of a custom resource, ``schemas/objects/<stem>.json``; None for a kind that has none.

    The stem is made of a group and a kind, which may come from a patched object: it is looked up, never opened.
    """
    files = os.listdir(_path("schemas", "objects"))
    return _read_json("schemas", "objects", stem + _OBJECT) if stem + _OBJECT in files else None


@cache
def template(name: str) -> bytes:
    """The skeleton ``templates/<name>``, for example ``template("node/daemonset-sysctl.yaml")``, as it lies there.

    The name comes from our own code alone: one that is not in ``names("templates")`` is a bug.
    """
    with open(_path("templates", *name.split("/")), "rb") as file:
        return file.read()


@cache
def names(kind: Kind) -> tuple[str, ...]:
    """What can be asked for, sorted: ``("cluster", …)`` or ``("node/namespace.yaml", …)``."""
    if kind == "schemas":
        files = (file for file in os.listdir(_path(kind)) if file.endswith(_SCHEMA))
        return tuple(sorted(file.removesuffix(_SCHEMA) for file in files))
    top = _path(kind)
    found = (
        os.path.relpath(os.path.join(folder, file), top).replace(os.sep, "/")
        for folder, _, files in os.walk(top)
        for file in files
    )
    return tuple(sorted(name for name in found if not name.startswith(".")))


def _read_json(*parts: str) -> JSONObject:
    import json  # half the time that `genlb render` has, and render reads no schema of a valid spec

    with open(_path(*parts), "rb") as file:
        return cast("JSONObject", json.load(file))


@cache
def _root() -> str:
    package = os.path.dirname(os.path.abspath(__file__))
    packaged = os.path.join(package, "_data")
    return packaged if os.path.isdir(packaged) else os.path.dirname(package)


def _path(*parts: str) -> str:
    return os.path.join(_root(), *parts)
