"""``genlb.manifest.json``: what genlb wrote, so that the next run knows its own files from those of people."""

from __future__ import annotations

import json
from collections.abc import Mapping

from genlb.render.digest import sha256

FILE_NAME = "genlb.manifest.json"
SCHEMA_VERSION = 1


def write_manifest(cluster: str, files: Mapping[str, str], spec_digest: str) -> str:
    """The text of the file; ``files`` are all others, path below ``rendered/`` to text."""
    data = {
        "schemaVersion": SCHEMA_VERSION,
        "cluster": cluster,
        "specDigest": spec_digest,
        "files": {path: sha256(text) for path, text in files.items()},
    }
    return json.dumps(data, indent=2, sort_keys=True) + "\n"


def read_manifest(content: bytes) -> dict[str, str] | None:
    """Paths and sha256 of what an earlier run wrote; None when it is not genlb's text any more (a merge conflict).

    The paths are anybody's text: compare them with files that were found, never open them.
    """
    try:
        data = json.loads(content)
        files = data["files"]
        valid = data["schemaVersion"] == SCHEMA_VERSION and all(isinstance(digest, str) for digest in files.values())
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return dict(files) if valid else None
