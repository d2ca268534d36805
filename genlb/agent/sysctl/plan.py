"""Values found below /proc/sys against values declared: what to write, and what writing does not cure.

For some keys the kernel uses the larger of ``all`` and the interface's own value. Such a key deviates where that is
not what was declared, even when every declared file says what it should: ``all`` at 0 beside an interface at 1 is
still strict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

LARGER_OF_BOTH = frozenset({"arp_announce", "arp_ignore", "rp_filter"})
"""Keys below net/ipv4/conf of which the kernel uses the larger of ``all`` and the interface's own value."""

_CONF = "net/ipv4/conf"
_NO_INTERFACES = frozenset({"all", "default"})


class Found(NamedTuple):
    """One value as it was read: None where there is no such file; ``error`` where it could not be read."""

    value: str | None
    error: str = ""


class Write(NamedTuple):
    """A file that says something else than it shall. ``before`` is what it says."""

    path: str
    value: str
    before: str


class Outcome(NamedTuple):
    """What is to be done and told.

    ``overruled`` are values in effect that no declared file can cure: by path, as ``declared but in effect``.
    """

    writes: tuple[Write, ...]
    missing: tuple[str, ...]
    unreadable: Mapping[str, str]
    overruled: Mapping[str, tuple[str, str]]


def declared(
    fixed: Mapping[str, str], patterns: Iterable[str], per_interface: Mapping[str, str], interfaces: Iterable[str]
) -> dict[str, str]:
    """Every path with its value: those named, and those of the interfaces that match a pattern.

    A path that is named stays as it is named, also where its interface matches.
    """
    matching = sorted(name for name in interfaces if is_matching(name, patterns))
    found = {f"{_CONF}/{name}/{key}": value for name in matching for key, value in per_interface.items()}
    return dict(sorted((found | dict(fixed)).items()))


def is_matching(interface: str, patterns: Iterable[str]) -> bool:
    """Whether values for interfaces are written to this one; ``all`` and ``default`` are none."""
    return interface not in _NO_INTERFACES and any(fnmatchcase(interface, pattern) for pattern in patterns)


def watched(paths: Iterable[str]) -> set[str]:
    """The further paths that decide what is in effect for ``paths``: the other half of each larger value."""
    return {f"{_CONF}/all/{key}" for name, key in map(_interface_key, paths) if name and key in LARGER_OF_BOTH}


def plan(values: Mapping[str, str], found: Mapping[str, Found]) -> Outcome:
    """What to write so that every path in ``values`` says what it shall; ``found`` holds ``watched`` paths too."""
    writes, missing, unreadable = [], [], {}
    for path, value in values.items():
        seen = found.get(path, Found(None))
        if seen.error:
            unreadable[path] = seen.error
        elif seen.value is None:
            missing.append(path)
        elif not is_same(seen.value, value):
            writes.append(Write(path, value, seen.value))
    return Outcome(tuple(writes), tuple(missing), unreadable, dict(_overruled(values, found)))


def is_same(found: str, declared_value: str) -> bool:
    """Whether a file says what it shall: the kernel separates several numbers by tabs and ends with a new line."""
    return found.split() == declared_value.split()


def effective(key: str, for_all: str, own: str) -> str:
    """The value in effect on an interface."""
    if key not in LARGER_OF_BOTH or not (_is_number(for_all) and _is_number(own)):
        return own
    return str(max(int(for_all), int(own)))


def drop_in(fixed: Mapping[str, str], patterns: Iterable[str], per_interface: Mapping[str, str]) -> str:
    """The text of a file below /etc/sysctl.d: the same values for the next boot, and for udev on new interfaces.

    Keys are spelled with slashes, since an interface's name may hold a dot. A leading ``-`` lets a key be missing.
    """
    globs = {f"{_CONF}/{pattern}/{key}": value for pattern in patterns for key, value in per_interface.items()}
    lines = [f"-{path} = {value}" for path, value in sorted((globs | dict(fixed)).items())]
    return "\n".join(["# Written by genlb agent sysctl; changes are overwritten.", *lines, ""])


def _overruled(values: Mapping[str, str], found: Mapping[str, Found]) -> Iterator[tuple[str, tuple[str, str]]]:
    for path, value in values.items():
        name, key = _interface_key(path)
        for_all = f"{_CONF}/all/{key}"
        if not name or key not in LARGER_OF_BOTH:
            continue
        other = values.get(for_all, found.get(for_all, Found(None)).value)
        in_effect = value if other is None else effective(key, other.strip(), value)
        if in_effect != value:
            yield path, (value, in_effect)


def _interface_key(path: str) -> tuple[str, str]:
    """The interface and the key of a path below net/ipv4/conf; empty texts for any other."""
    parts = path.split("/")
    if len(parts) != 5 or "/".join(parts[:3]) != _CONF or parts[3] in _NO_INTERFACES:  # noqa: PLR2004 -- its depth
        return ("", "")
    return (parts[3], parts[4])


def _is_number(text: str) -> bool:
    return text.strip().isascii() and text.strip().isdigit()
