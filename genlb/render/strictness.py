"""Whether a patched object still is what its API server knows; unpatched ones are right by construction and tests.

An API server drops unknown fields of a custom resource without a word, so a misspelt patch would do nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from genlb.manifest import Manifest, key_of
from genlb.manifest.conform import conforms
from genlb.manifest.strict import Release, object_file_name, strict_schema
from genlb.spec.model import Versions

_LONGEST = 200


def problems(
    manifest: Manifest,
    object_schema: Callable[[str], Mapping[str, Any] | None],
    versions: Versions | None = None,
) -> list[str]:
    """What is wrong with ``manifest``, each with its path in words, sorted; nothing for a kind without a schema.

    ``object_schema`` finds a file of ``schemas/objects/`` by its stem (``metallb.io_ipaddresspool``). With
    ``versions``, fields that came later than the cluster's release are refused too. Kinds that the files describe in
    part only (those of the GitOps engines) are left to their API server.
    """
    key = key_of(manifest)
    object_file = object_schema(object_file_name(key.group, key.kind).removesuffix(".json"))
    if object_file is None or object_file.get("partial"):
        return []
    version = manifest["apiVersion"].rpartition("/")[2]
    return _refusals(manifest, strict_schema(object_file, version, release=_release(object_file, versions)))


def _release(object_file: Mapping[str, Any], versions: Versions | None) -> Release | None:
    version = getattr(versions, object_file["product"], None)
    if version is None:
        return None
    return (version.major, version.minor, version.patch or 0)


def _refusals(manifest: Manifest, schema: Mapping[str, Any]) -> list[str]:
    if conforms(manifest, schema):
        return []
    from jsonschema import Draft7Validator  # costs as much as rendering: only when there is something to tell

    errors = Draft7Validator(schema).iter_errors(manifest)
    return sorted(f"{_path(error.absolute_path)}: {_shortened(error.message)}" for error in errors)


def _path(parts: Any) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".") or "the object"


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
