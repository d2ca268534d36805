"""agent.json as it is found on the node: read, understood, or refused with the file, the key and the cure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from genlb.agent.fields import InvalidConfig
from genlb.errors import Undetermined

Config = TypeVar("Config")

_CURE = "`genlb render` writes it for the release that agents.image names: render and apply it again"


def opened(path: str, read: Callable[[bytes], Config]) -> tuple[Config, str]:
    """What ``read`` makes of the file at ``path``, and the digest by which the node report names the file.

    ``Undetermined`` where ``read`` refuses it, OSError where there is none to read.
    """
    with open(path, "rb") as file:
        content = file.read()
    try:
        config = read(content)
    except InvalidConfig as error:
        raise Undetermined(f"{path}: {error}; {_CURE}") from error
    return config, f"sha256:{hashlib.sha256(content).hexdigest()}"
