"""The values found before the first write, and the way back to them.

What was found first stays the original, across restarts of the daemon and of the node. An interface that is gone keeps
its originals: under the same name it may come back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from genlb.agent.sysctl.plan import Found, is_same

SCHEMA_VERSION = 1

_CONF = "net/ipv4/conf"
_DEPTH = 5
_FIRST, _SECOND, _LATER = 0, 1, 2


class Original(NamedTuple):
    """A value as it was found before genlb wrote, and the one that genlb wrote."""

    value: str
    written: str


def encoded(originals: Mapping[str, Original]) -> str:
    """The content of the file that outlives the daemon."""
    values = {path: original._asdict() for path, original in sorted(originals.items())}
    return json.dumps({"schemaVersion": SCHEMA_VERSION, "originals": values}, indent=2) + "\n"


def decoded(text: str) -> dict[str, Original]:
    """The originals in such a file; ValueError where it is none."""
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    if not isinstance(data, dict) or data.get("schemaVersion") != SCHEMA_VERSION:
        raise ValueError(f"schemaVersion is not {SCHEMA_VERSION}")
    found = data.get("originals")
    if not isinstance(found, dict):
        raise ValueError("originals is no object")  # noqa: TRY004 -- bad input, no mistake of ours
    return {path: _original(path, entry) for path, entry in found.items()}


def remembered(
    known: Mapping[str, Original],
    values: Mapping[str, str],
    found: Mapping[str, Found],
    *,
    before: Callable[[str], str | None],
) -> dict[str, Original]:
    """``known`` and what is seen for the first time; equal to ``known`` where nothing is new.

    ``before(path)`` is asked for the original of a path that says already what it shall: under our own drop-in file a
    new interface never shows what it had without us. None: what was found is the original.
    """
    originals = dict(known)
    for path, value in values.items():
        seen = found.get(path, Found(None)).value
        if seen is None:
            continue
        if path not in originals:
            original = before(path) if is_same(seen, value) else None
            originals[path] = Original(seen if original is None else original, value)
        elif originals[path].written != value:
            originals[path] = originals[path]._replace(written=value)
    return originals


def default_path(path: str) -> str | None:
    """Where the kernel took the first value of an interface's ``path`` from; None for any other path."""
    parts = path.split("/")
    if len(parts) != _DEPTH or "/".join(parts[:3]) != _CONF or parts[3] in ("all", "default"):
        return None
    return f"{_CONF}/default/{parts[4]}"


def writing_order(path: str) -> tuple[int, str]:
    """Sorts paths so that no write undoes an earlier one.

    Switches like ip_forward rewrite whole families of keys, then ``default`` its untouched interfaces, then ``all``.
    """
    parts = path.split("/")
    if len(parts) < _DEPTH or parts[2] not in ("conf", "neigh"):
        return (_FIRST, path)
    return (_SECOND if parts[3] in ("all", "default") else _LATER, "" if parts[3] == "default" else path)


def _original(path: str, entry: object) -> Original:
    if not isinstance(entry, dict):
        raise ValueError(f"originals.{path} is no object")  # noqa: TRY004 -- bad input, no mistake of ours
    value, written = entry.get("value"), entry.get("written")
    if not isinstance(value, str) or not isinstance(written, str) or set(path.split("/")) & {"", ".", ".."}:
        raise ValueError(f"originals.{path} is not understood")
    return Original(value, written)
