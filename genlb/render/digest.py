"""One short text that changes when anything of a cluster's spec does, however it is written down."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from genlb.yamltext import canonical

try:
    # hashlib loads all of OpenSSL, which takes as long as reading three specs; the standard library's random module
    # goes the same way. _sha2 is there from Python 3.12 on, _sha256 before.
    _sha256 = import_module("_sha2" if sys.version_info >= (3, 12) else "_sha256").sha256
except ImportError:
    from hashlib import sha256 as _sha256


def spec_digest(spec: Mapping[str, Any], base_config: Mapping[str, Any] | None) -> str:
    """The sha256, 64 hex digits, of the merged spec and kube-proxy's baseConfig; the order of keys does not matter."""
    return sha256(canonical({"baseConfig": base_config, "spec": spec}))


def sha256(text: str) -> str:
    """The sha256 of ``text`` in UTF-8, 64 hex digits."""
    digest: str = _sha256(text.encode()).hexdigest()
    return digest
