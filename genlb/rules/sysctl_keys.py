"""The keys of ``sysctls.extra``: each names one setting that there is."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.network.sysctls import path_of
from genlb.rules.catalogue import ERROR, WARNING, Finding, View, rule
from genlb.rules.sysctls import CONF, DEEPEST, extras_of

SYSCTL_PATH = rule(
    "GLB506",
    ERROR,
    "A sysctl key that does not name one setting",
    why="Keys become paths below /proc/sys: one that climbs out of it, or two spellings of one path, would write"
    " something else than what was reviewed.",
    fix='Write the path, such as "net/ipv4/conf/eth0.100/rp_filter", once.',
    research="SY011",
)


@SYSCTL_PATH.check
def sysctl_paths(view: View) -> Iterator[Finding]:
    """No way out of /proc/sys, no path twice, no line break in a value."""
    first: dict[str, str] = {}
    for key, value in view.spec.sysctls.extra.items():
        path = path_of(key)
        place = view.at("sysctls", "extra", key)
        if any(part in {"", ".", ".."} for part in path.split("/")):
            yield Finding(place, f'"{key}" is no path below /proc/sys')
        if first.setdefault(path, key) != key:
            yield Finding(place, f'"{key}" and "{first[path]}" are the same setting')
        if not value.isprintable():
            yield Finding(place, f'the value of "{key}" holds a character that cannot be printed')


DOTTED_INTERFACE = rule(
    "GLB519",
    WARNING,
    "An interface with a dot, written with dots",
    why="Between dots, eth0.100 is a folder eth0 with a folder 100 in it: there is no such setting, and the daemon can"
    " write nothing.",
    fix="Write the path with slashes: net/ipv4/conf/eth0.100/rp_filter.",
    research="SY011",
)


@DOTTED_INTERFACE.check
def dotted_interfaces(view: View) -> Iterator[Finding]:
    """More parts than such a path has."""
    for extra in extras_of(view):
        parts = extra.path.split("/")
        if extra.path.startswith(CONF) and len(parts) > DEEPEST:
            meant = "/".join((*parts[:3], ".".join(parts[3:-1]), parts[-1]))
            place = view.at("sysctls", "extra", extra.written)
            yield Finding(place, f"{extra.written} means {extra.path}, which does not exist", f"write {meant}")
