"""Patterns of interface names, and the interfaces that are nobody's NIC."""

from __future__ import annotations

import re
from functools import lru_cache

FOREIGN = ("cali*", "veth*", "lo", "tunl*", "vxlan*.calico", "wireguard.cali", "wg-v6.cali", "kube-ipvs*")
"""Loopback and the interfaces of pods, of Calico's tunnels and of kube-proxy: Felix, the CNI or kube-proxy own them."""

# As in fnmatch: * and ? are what they are in a shell, [...] is a set, a bracket without an end is itself.
_TOKEN = re.compile(r"\[!?\]?[^\]]*\]|.")


@lru_cache(maxsize=1024)
def may_match(pattern: str, family: str) -> bool:
    """Whether any name matches both ``pattern`` and ``family``, a pattern itself."""
    return _meet(tuple(_TOKEN.findall(pattern)), tuple(_TOKEN.findall(family)))


def foreign_to(pattern: str) -> str | None:
    """The first kind of foreign interface that ``pattern`` matches, None for none."""
    return next((family for family in FOREIGN if may_match(pattern, family)), None)


def is_wholly_foreign(pattern: str) -> bool:
    """Whether ``pattern`` can match nothing but foreign interfaces: its beginning, or all of it, is one of theirs."""
    beginning = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    exact = beginning == pattern
    return any(_holds(family, beginning, exact=exact) for family in FOREIGN)


def _holds(family: str, beginning: str, *, exact: bool) -> bool:
    prefix, star, rest = family.partition("*")
    if exact:
        return beginning == family if not star else beginning.startswith(prefix) and beginning.endswith(rest)
    return bool(star) and not rest and beginning.startswith(prefix)


@lru_cache(maxsize=4096)
def _meet(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two patterns, token by token, have a name in common."""
    if not left or not right:
        return set(left or right) <= {"*"}
    if left[0] == "*":
        return _meet(left[1:], right) or _meet(left, right[1:])
    if right[0] == "*":
        return _meet(left, right[1:]) or _meet(left[1:], right)
    return _share(left[0], right[0]) and _meet(left[1:], right[1:])


def _share(left: str, right: str) -> bool:
    """Whether one character fits both tokens. Those of ``FOREIGN`` are letters, so one side is always plain."""
    if len(right) > 1 or right == "?":
        left, right = right, left
    if left == "?":
        return True
    if len(left) == 1:
        return left == right
    return _in_set(left, right)


def _in_set(token: str, character: str) -> bool:
    inner = token[1:-1]
    negated = inner.startswith("!")
    inner = inner[1:] if negated else inner
    found = any(first <= character <= (last or first) for first, last in re.findall(r"(.)(?:-(.))?", inner))
    return found is not negated
