"""How many mistakes the rules catch: ``python -m benchmarks.mutations [--count N] [--seed S] [--missed]``.

A random valid spec gets one change. Half of the mutants are aimed: each invariant in its turn gets a mistake that
people make about it (``benchmarks.slips``), in a spec where that breaks it. The others are random: an address moved, a
number replaced, a word swapped for another, an entry doubled or dropped, a key misspelt, any of those mistakes. An
independent judge (``benchmarks.invariants``) tells which stated invariants a mutant breaks. Each that breaks one has to
be caught: by a finding, error or warning, of a rule that stands for one of them, which was not there before. A spec
that cannot be read is judged no further.
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from random import Random
from typing import Any, NamedTuple, TypeAlias

from benchmarks.invariants import INVARIANTS, broken
from benchmarks.slips import SLIPS, Slip
from genlb.errors import Severity
from tests.rules.judged import judged
from tests.rules.plans import a_plan
from tests.rules.rendered import unfit_patches

Path: TypeAlias = tuple[str | int, ...]
STRANGE_ADDRESSES = (
    *("127.0.0.0/24", "224.1.0.0/24", "10.96.7.0/24", "10.244.7.0/24", "10.20.0.128/25", "fe80::/64", "10.0.0.1"),
    *("10.208.0.0", "10.208.0.9-10.208.0.1", "10.208.0.1-fd00::1", " 10.208.0.0/24", "10.208.0.0/33"),
)
NUMBERS = (0, 1, 23456, 64600, 65101, 65535, 2**31, 4294967295, 4294967296)
WORDS = (
    *("Enabled", "Disabled", "Cleanup", "Auto", "BGP", "L2", "ipvs", "iptables", "nftables", "Iptables", "Nftables"),
    *("Explicit", "FromPools", "Loose", "Strict", "IPv4", "IPv6", "In", "Exists", "1.30", "3.29.0", "public", "x"),
    *("65001:70000", "65001:1", "65001:1:4294967296", "64600", ""),
)


UNREADABLE = frozenset({"GLB101", "GLB102", "GLB103", "GLB104", "GLB105", "GLB106"})
RULES = {
    "the published schema accepts it": (),
    "every address is one": ("GLB206",),
    "no address is in two pools, or twice in one": ("GLB201", "GLB206"),
    "no VIP is a pod's, a Service's or a router's address": ("GLB202",),
    "no VIP is a special-purpose address": ("GLB207",),
    "pods, Services and nodes keep apart": ("GLB215",),
    "every BGP VIP is advertised, and nothing else": ("GLB203",),
    "an on-link pool is answered for, a routed one routed": ("GLB211",),
    "nodes reach their routers": ("GLB302", "GLB321"),
    "every rack has a session of each announced family": ("GLB301", "GLB309", "GLB311"),
    "every rack has more than one router": ("GLB303",),
    "an address is one router's, one of each family": ("GLB312", "GLB313"),
    "no rack drops another one's routes": ("GLB304",),
    "AS numbers are usable": ("GLB308", "GLB314"),
    "communities are defined, fit and are carried": ("GLB108", "GLB306", "GLB318", "GLB319"),
    "a pool has the families it says, or the cluster's": ("GLB205", "GLB212"),
    "names are unique": (),
    "a pool has a usable address": ("GLB206",),
    "MetalLB takes the allocation": ("GLB214",),
    "kube-proxy starts, on the backend that Calico uses": ("GLB402", "GLB409", "GLB411"),
    "one node answers ARP for a VIP": ("GLB401",),
    "Calico knows the field": ("GLB701",),
    "rp_filter is off where it should be": ("GLB501",),
    "nodes learn each other's routes": ("GLB301", "GLB317"),
    "what other fields ask for is there": (),
    "Kubernetes takes the tolerations": ("GLB522",),
    "Kubernetes takes the resources": ("GLB523", "GLB525"),
    "a patch meets its object, which keeps its protections": ("GLB609", "GLB611"),
}
"""Which rules stand for which invariant, beside those that find a spec unreadable."""


class Place(NamedTuple):
    """Where a change is made: a path below ``spec`` of a document."""

    path: Path
    document: dict[str, Any]
    random: Random

    @property
    def parent(self) -> Any:
        """What the value stands in."""
        parent = self.document["spec"]
        for step in self.path[:-1]:
            parent = parent[step]
        return parent

    @property
    def key(self) -> Any:
        """The value's key or index there."""
        return self.path[-1]

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.parent[self.key]


class Mutant(NamedTuple):
    """A spec with one change, and what was done."""

    document: dict[str, Any]
    change: str


class Verdict(NamedTuple):
    """What the independent judge says of a mutant, and which rules have something new to say."""

    mutant: Mutant
    broken: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Whether a rule that stands for a broken invariant speaks."""
        return not UNREADABLE.isdisjoint(self.rules) or any(
            not set(RULES[one]).isdisjoint(self.rules) for one in self.broken
        )


def mutant(document: dict[str, Any], random: Random) -> Mutant:
    """``document`` with one random change below ``spec``."""
    changed = copy.deepcopy(document)
    places = [Place(path, changed, random) for path in _paths(changed["spec"])]
    of_change = {name: [place for place in places if fits(place.value, place)] for name, (fits, _) in CHANGES.items()}
    name = random.choice([_SLIP, *(name for name, fitting in of_change.items() if fitting)])
    if name == _SLIP:
        slip = random.choice([slip for slips in SLIPS.values() for slip in slips])
        return _slipped(changed, slip, random)
    place = random.choice(of_change[name])
    CHANGES[name][1](place.value, place)
    return Mutant(changed, f"{name} {'.'.join(map(str, place.path))}")


_SLIP = "slip"


def _slipped(changed: dict[str, Any], slip: Slip, random: Random) -> Mutant:
    return Mutant(changed, f"{_SLIP} {slip.make(changed['spec'], random)}")


def verdict(random: Random) -> Verdict | None:
    """One random mutant, judged by both; None where the change changed nothing."""
    document = a_plan(random)
    made = mutant(document, random)
    return _judged(document, made, broken(made.document)) if made.document != document else None


def aimed(invariant: str, random: Random) -> Verdict:
    """A mutant that breaks ``invariant``: plans and slips are drawn until one does."""
    while True:
        document = a_plan(random)
        made = _slipped(copy.deepcopy(document), random.choice(SLIPS[invariant]), random)
        found = broken(made.document) if made.document != document else []
        if invariant in found:
            return _judged(document, made, found)


def _judged(document: dict[str, Any], made: Mutant, found: list[str]) -> Verdict:
    known = set(_told(document))
    rules = {rule for rule, message in _told(made.document) if (rule, message) not in known}
    return Verdict(made, tuple(found), tuple(sorted(rules)))


def _told(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    found = judged(document)
    if not any(one.severity is Severity.ERROR for one in found):
        found = (*found, *unfit_patches(document))
    for diagnostic in found:
        if diagnostic.severity is not Severity.INFO:
            yield diagnostic.rule, diagnostic.message


# ------------------------------------------------------------------------------------------------------------ changes


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    for step, child in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, step)
        yield from _paths(child, (*path, step))


def _is_address(value: object, _: object = None) -> bool:
    if not isinstance(value, str):
        return False
    try:
        for part in value.split("-"):
            ip_network(part.strip(), strict=False)
    except ValueError:
        return False
    return True


def _put(place: Place, value: Any) -> None:
    place.parent[place.key] = value


def _moved(value: str, place: Place) -> None:
    """Shift a CIDR, range or address by a few of its own size."""
    first, _, last = value.partition("-")
    if last:
        shift = place.random.choice([-16, -1, 1, 16, 256])
        _put(place, f"{ip_address(first.strip())}-{ip_address(int(ip_address(last.strip())) + shift)}")
        return
    network = ip_network(value, strict=False)
    shifted = int(network[0]) + place.random.choice([-2, -1, 1, 2]) * network.num_addresses
    address = ip_address(shifted) if shifted >= 2**32 or network.version == 4 else network[0]
    _put(place, f"{address}/{network.prefixlen}" if "/" in value else str(address))


def _resized(value: str, place: Place) -> None:
    network = ip_network(value, strict=False)
    length = min(max(network.prefixlen + place.random.choice([-8, -4, -1, 1, 4]), 0), network.max_prefixlen)
    _put(place, f"{network[0]}/{length}")


def _borrowed(value: str, place: Place) -> None:
    """Another address of the same document, or a strange one."""
    del value
    own = [found for found in _values(place.document) if _is_address(found)]
    _put(place, place.random.choice(own if place.random.random() < 0.7 else STRANGE_ADDRESSES))


def _values(data: Any) -> Iterator[Any]:
    for path in _paths(data):
        value = data
        for step in path:
            value = value[step]
        yield value


def _dropped(value: Any, place: Place) -> None:
    del value
    del place.parent[place.key]


def _doubled(value: Any, place: Place) -> None:
    place.parent.append(copy.deepcopy(value))


def _misspelt(value: Any, place: Place) -> None:
    letters = list(str(place.key))
    index = place.random.randrange(len(letters))
    letters[index] = letters[index].swapcase() if place.random.random() < 0.5 else "x"
    del place.parent[place.key]
    place.parent["".join(letters)] = value


CHANGES: dict[str, tuple[Callable[[Any, Place], bool], Callable[[Any, Place], None]]] = {
    "moved": (_is_address, _moved),
    "resized": (lambda value, _: isinstance(value, str) and "/" in value and _is_address(value), _resized),
    "another address for": (_is_address, _borrowed),
    "dropped": (lambda _, __: True, _dropped),
    "doubled": (lambda _, place: isinstance(place.parent, list), _doubled),
    "misspelt": (lambda _, place: isinstance(place.parent, dict), _misspelt),
    "another word for": (
        lambda value, _: isinstance(value, str) and not _is_address(value),
        lambda _, place: _put(place, place.random.choice(WORDS)),
    ),
    "another number for": (
        lambda value, _: type(value) is int,
        lambda _, place: _put(place, place.random.choice(NUMBERS)),
    ),
    "turned": (lambda value, _: type(value) is bool, lambda value, place: _put(place, not value)),
}


# ------------------------------------------------------------------------------------------------------------- the run


def main() -> int:
    """Print the table; exit code 1 when a mutant that breaks an invariant was not caught."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutations", description="How many mistakes are caught.")
    parser.add_argument("--count", type=int, default=3000, help="mutants to make")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="print each mutant that was not caught")
    options = parser.parse_args()
    made = (_made(number, _random(options.seed, number)) for number in range(options.count))
    verdicts = [one for one in made if one]
    harmful = [one for one in verdicts if one.broken]
    missed = [one for one in harmful if not one.caught]
    print("| broken invariant | mutants | caught | by |\n|---|---|---|---|")
    for told in dict.fromkeys(name for one in harmful for name in one.broken):
        print(_row(told, [one for one in harmful if told in one.broken]))
    caught = len(harmful) - len(missed)
    print(f"\n{len(verdicts)} mutants, {len(harmful)} of them break an invariant.")
    print(f"Catch rate: {caught / len(harmful):.2%} ({caught} of {len(harmful)}).")
    strict = [one for one in verdicts if one.rules and not one.broken]
    print(f"{len(strict)} more are told though none of the invariants above is broken: {_counted(strict)}")
    for one in missed if options.missed else ():
        print(f"missed: {one.mutant.change}: {', '.join(one.broken)}")
    return 1 if missed else 0


def _made(number: int, random: Random) -> Verdict | None:
    """Every other one is aimed, at one invariant after another."""
    turn, is_aimed = divmod(number, 2)
    return aimed(list(INVARIANTS)[turn % len(INVARIANTS)], random) if is_aimed else verdict(random)


def _random(seed: int, number: int) -> Random:
    return Random(f"{seed}/{number}")  # noqa: S311 -- the same mutants again is what a seed is for


def _row(told: str, verdicts: list[Verdict]) -> str:
    caught = sum(1 for one in verdicts if one.caught)
    return f"| {told} | {len(verdicts)} | {caught / len(verdicts):.1%} | {_counted(verdicts)} |"


def _counted(verdicts: list[Verdict]) -> str:
    return ", ".join(
        f"{rule} {count}" for rule, count in Counter(r for one in verdicts for r in one.rules).most_common(8)
    )


if __name__ == "__main__":
    sys.exit(main())
