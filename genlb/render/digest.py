"""One short text that changes when anything of a cluster's spec does, however it is written down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from genlb.yamltext import canonical


def spec_digest(spec: Mapping[str, Any], base_config: Mapping[str, Any] | None) -> str:
    """The sha256, 64 hex digits, of the merged spec and kube-proxy's baseConfig; the order of keys does not matter."""
    return sha256(canonical({"baseConfig": base_config, "spec": spec}))


def sha256(text: str) -> str:
    """The sha256 of ``text`` in UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()
