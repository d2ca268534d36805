"""JSON to data: what ``kubectl get -o json`` writes.

JSON is YAML, so the YAML reader could do it; but it is many times slower, and libyaml refuses the surrogate pairs with
which JSON may write an emoji.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from genlb.yamltext.limits import Limits

_START = r"\s*[\[{]"
_SURROGATE = r"\\u[dD][89a-fA-F]"


def looks_like_json(text: str) -> bool:
    """Whether ``text`` starts as a JSON list or object does; flow style YAML does too."""
    return re.match(_START, text) is not None


def parse(text: str, limits: Limits) -> Any:
    """The data of ``text``; ValueError for what is not JSON or not sound, and which the YAML reader is to judge.

    Not sound are duplicate keys, NaN, half a surrogate pair, and what goes beyond ``limits``: the YAML reader tells
    where.
    """
    import json  # not at the top: specs are YAML, and loading it takes as long as reading one

    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError as error:
        message = "nested too deeply"
        raise ValueError(message) from error
    _check_limits(data, limits)
    if re.search(_SURROGATE, text):
        json.dumps(data, ensure_ascii=False).encode()  # UnicodeEncodeError, which is a ValueError
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        message = "a key stands twice"
        raise ValueError(message)
    return entries


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_limits(data: Any, limits: Limits) -> None:
    """Level by level, so that no depth can exhaust the stack."""
    level, nodes = [data], 1
    for _ in range(limits.depth):
        children = [child for node in level for child in (node.values() if type(node) is dict else node)]
        nodes += len(children)
        level = [child for child in children if type(child) is dict or type(child) is list]
        if not level:
            break
    if level or nodes > limits.nodes:
        message = "too deep or too many values"
        raise ValueError(message)
