"""Whole cluster specs from a seed, sound ones and spoilt ones: what they render is put before real API servers.

A sound spec is a plan (``tests.rules.plans``) with some of what a plan leaves out: names at their limits, tolerations,
resources, peers' own names, patches. A spoilt one carries one random change more: a mutation of the benchmark, or a
value that some API server is known to refuse. Nothing of genlb decides which is which.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple, TypeAlias

from benchmarks.mutations import mutant
from genlb.yamltext import write
from tests.rules.plans import a_plan

Path: TypeAlias = tuple[str | int, ...]
Document: TypeAlias = dict[str, Any]


class Generated(NamedTuple):
    """One ``clusters/<name>/cluster.yaml`` without layers or other files.

    ``valid`` is true for what is sound by construction. The others carry ``change``, which may or may not break
    something: of those only this is known, that what their API server refuses must not pass ``validate``.
    """

    name: str
    spec_text: str
    valid: bool
    change: str = ""


def specs(seed: int, count: int) -> list[Generated]:
    """``count`` specs, every other one of them spoilt; the same ones for the same seed, and each named differently."""
    return [_generated(f"{seed}/{number}", f"g{number:04}", valid=number % 2 == 0) for number in range(count)]


def _generated(seed: str, name: str, *, valid: bool) -> Generated:
    random = Random(seed)  # noqa: S311 -- the same specs again is what a seed is for
    document = a_dressed_plan(random)
    change = ""
    while not valid and not change:
        spoilt = odd(document, random) if random.random() < _ODD_SHARE else mutant(document, random)
        document, change = (spoilt.document, spoilt.change) if spoilt.document != document else (document, "")
    document["metadata"] = {**document.get("metadata", {}), "name": name}
    return Generated(name, write(document), valid, change)


_ODD_SHARE = 0.5


# ------------------------------------------------------------------------------------------------------- sound extras


def a_dressed_plan(random: Random) -> Document:
    """A plan, and about half of the fields that it leaves out, each with a value that every API server takes."""
    document = a_plan(random)
    for path, values in SOUND:
        if random.random() < _DRESSED_SHARE and _fits(document["spec"], path):
            put(document["spec"], path, copy.deepcopy(random.choice(values)))
    peers = [f"genlb-{router['name']}-v{_family(router)}" for router in _routers(document["spec"])]
    patches = [one for one in document["spec"].pop("patches", ()) if one["kind"] != "BGPPeer" or one["name"] in peers]
    if random.random() < _DRESSED_SHARE:
        patches = [{"kind": "BGPPeer", "name": random.choice(peers), "merge": {"spec": {"ttlSecurity": 1}}}]
    if patches:
        document["spec"]["patches"] = patches
    return document


_DRESSED_SHARE = 0.4

SOUND: tuple[tuple[Path, tuple[Any, ...]], ...] = (
    (("pools", 0, "name"), ("p" * 63, "a.b-c.example.com", "0")),
    (("bgp", "rackLabel"), ("rack", "topology.kubernetes.io/zone", "example.com/Rack_1.x")),
    (("bgp", "racks", 0, "name"), ("R_1.x", "r" * 63, "0")),
    (("bgp", "racks", 0, "routers", 0, "name"), ("t" * 63, "0-a")),
    (("bgp", "racks", 0, "numAllowedLocalASNumbers"), (1, 255)),
    (("bgp", "racks", 0, "routers", 1, "asNumber"), (1, 65534, 2147483647)),
    (("bgp", "maxRestartTime"), ("1s", "90s", "1h8m15s")),
    (("agents", "nodeSelector"), ({"node-role.kubernetes.io/worker": ""}, {"kubernetes.io/os": "linux", "a": "B_1.x"})),
    (
        ("agents", "tolerations"),
        (
            [{"operator": "Exists", "effect": "NoSchedule"}],
            [{"key": "dedicated", "operator": "Equal", "value": "lb", "effect": "NoExecute", "tolerationSeconds": 60}],
            [{"key": "example.com/edge", "operator": "Exists"}],
        ),
    ),
    (("agents", "imagePullSecrets"), ([{"name": "registry"}], [{"name": "a.b"}, {"name": "c"}])),
    (
        ("agents", "resources", "vip"),
        (
            {"requests": {"cpu": "1", "memory": "0.5Gi"}, "limits": {"memory": "1Gi"}},
            {"requests": {"cpu": "100m", "ephemeral-storage": "1Mi"}, "limits": {"cpu": "0.1", "memory": "64e6"}},
        ),
    ),
    (("namespaces",), ({"metallb": "lb", "calico": "kube-system"},)),
    (("pools", 0, "allocateTo"), ({"priority": 0}, {"priority": 2147483647, "namespaces": ["0", "n" * 63]})),
    (
        ("pools", 0, "allocateTo"),
        (
            {"serviceSelectors": [{"matchExpressions": [{"key": "example.com/a", "operator": "DoesNotExist"}]}]},
            {"namespaceSelectors": [{"matchLabels": {"team": ""}}, {"matchLabels": {"team": "A.b_c"}}]},
        ),
    ),
    (
        ("gitops",),
        (
            {"engine": "Flux", "repoURL": "ssh://git@git.example.com/lb.git", "targetRevision": "release/1.x"},
            {"engine": "Flux", "repoURL": "https://git.example.com/lb.git", "targetRevision": "main", "path": "a b/c"},
            {
                "engine": "ArgoCD",
                "repoURL": "git@git.example.com:platform/lb.git",
                "destination": {"server": "https://kubernetes.default.svc"},
                "argocd": {"namespace": "gitops", "project": "lb.edge"},
            },
        ),
    ),
    (("sysctls", "extra"), ({"net.core.somaxconn": "4096"}, {"net.ipv4.tcp_rmem": "4096 131072 6291456"})),
)
"""Paths below ``spec``, and what may be written there; a path through a list entry needs that entry."""


# ---------------------------------------------------------------------------------------------- what servers refuse


class Odd(NamedTuple):
    """A spec with one odd value."""

    document: Document
    change: str


def odd(document: Document, random: Random) -> Odd:
    """``document`` with one value that somebody's admission may not like."""
    changed = copy.deepcopy(document)
    path, value = random.choice([(path, value) for path, value in _odd() if _fits(changed["spec"], path)])
    put(changed["spec"], path, copy.deepcopy(value))
    return Odd(changed, f"odd {'.'.join(map(str, path))}: {value!r}")


def _odd() -> Iterator[tuple[Path, Any]]:
    for path, values in ODD:
        for value in values:
            yield path, value


_SELECTORS = ("pools", 0, "allocateTo", "serviceSelectors")

ODD: tuple[tuple[Path, tuple[Any, ...]], ...] = (
    (("pools", 0, "name"), ("p" * 253, "p" * 254, "P", "a_b", "-a", "a..b", "a.b.")),
    (("pools", 0, "addresses"), ([], ["10.208.0.1"], ["10.208.0.0/255.255.255.0"], ["::ffff:10.208.0.0/120"])),
    (("pools", 0, "allocateTo"), ({"priority": -1}, {"priority": 2147483648}, {"namespaces": ["a.b"]}, {})),
    (_SELECTORS, ([{"matchLabels": {"a..b/x": "y"}}], [{"matchLabels": {"x": "-y"}}], [{}], [])),
    (_SELECTORS, ([{"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}],)),
    (_SELECTORS, ([{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}],)),
    (_SELECTORS, ([{"matchLabels": {"x": "y"}}, {"matchLabels": {"x": "y"}}],)),
    (("bgp", "asNumber"), (0, -1, 2147483647, 2147483648, 4294967295, 4294967296, 1.5, "64600")),
    (("bgp", "rackLabel"), ("a..b/x", "A.com/x", "x" * 64, "a/b/c", "", "a" * 254 + "/x", "a.-b/x")),
    (("bgp", "racks", 0, "name"), ("r" * 64, "a'b", "-a", "a b", "é")),
    (("bgp", "racks", 0, "nodeASNumber"), (0, 2147483648, 4294967295)),
    (("bgp", "racks", 0, "numAllowedLocalASNumbers"), (-1, 0, 256, 2147483648)),
    (("bgp", "racks", 0, "routers", 0, "name"), ("t" * 64, "T", "a.b", "")),
    (("bgp", "racks", 0, "routers", 0, "asNumber"), (0, 2147483648, 4294967296)),
    (("bgp", "racks", 0, "routers", 0, "addresses"), ([], ["10.20.0.2:179"], ["fe80::1%eth0"], ["10.20.0.02"])),
    (("bgp", "racks", 0, "routers", 0, "reachableBy"), ("10.20.0", "bond0", "fe80::1%bond0")),
    (("bgp", "racks", 0, "routers", 0, "peerNames"), ({"ipv4": "A"}, {"ipv4": "a" * 254}, {"ipv6": "a_b"}, {})),
    (("bgp", "password"), ({"secretName": "A", "key": "k"}, {"secretName": "s", "key": "a b"}, {"secretName": "s"})),
    (("bgp", "maxRestartTime"), ("0s", "500ms", "-1s", "65536s", "1d", "120", "1.5s", "2562048h")),
    (("bgp", "communities"), ([{"name": "x", "value": "65001"}], [{"name": "x y", "value": "1:1"}])),
    (("bgp", "communities"), ([{"name": "x", "value": "65536:1"}], [{"name": "x", "value": "1:2:4294967296"}])),
    (("bgp", "advertise", "externalCIDRs"), (["192.0.2.1"], ["192.0.2.0/33"], ["192.0.2.1/24"], ["x"])),
    (("agents", "nodeSelector"), ({"a..b/x": "y"}, {"x": "y z"}, {"": "y"}, {"x": 1})),
    (("agents", "tolerations"), ([{"operator": "Exists", "value": "x"}], [{"operator": "Equal", "value": "x"}], [{}])),
    (("agents", "tolerations"), ([{"key": "a", "value": "b c"}], [{"key": "a..b/c", "operator": "Exists"}])),
    (("agents", "tolerations"), ([{"key": "a", "effect": "NoSchedule", "tolerationSeconds": 3}],)),
    (("agents", "tolerations"), ([{"operator": "Exists", "tolerationSeconds": 3}],)),
    (("agents", "imagePullSecrets"), ([{"name": ""}], [{"name": "A"}], [{"name": "a"}, {"name": "a"}])),
    (("agents", "image"), ({"repository": "a b", "tag": "v1"}, {"repository": "a", "tag": "v 1"}, {"tag": "v1"})),
    (("agents", "resources", "vip"), ({"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},)),
    (("agents", "resources", "vip"), ({"requests": {"memory": "1Gi"}, "limits": {"memory": "1G"}},)),
    (("agents", "resources", "vip"), ({"requests": {"gpu": "1"}}, {"limits": {"example.com/gpu": "1.5"}})),
    (("agents", "resources", "vip"), ({"requests": {"example.com/gpu": "1"}}, {"limits": {"pods": "1"}})),
    (("agents", "resources", "vip"), ({"limits": {"hugepages-2Mi": "3Mi"}}, {"requests": {"hugepages-2Mi": "4Mi"}})),
    (("agents", "resources", "vip"), ({"limits": {"cpu": "0.1m"}}, {"limits": {"memory": "1m"}})),
    (("agents", "resources", "vip"), ({"limits": {"cpu": "-1"}}, {"limits": {"cpu": "1x"}}, {"limits": {"cpu": ""}})),
    (("namespaces", "metallb"), ("a.b", "A", "n" * 64, "")),
    (("vipBinder", "l2", "leaseDuration"), ("0s", "1s", "3s", "2562048h", "1ms")),
    (("gitops", "repoURL"), ("git@git.example.com:lb.git", "git.example.com/lb.git", "", "file:///lb", "https://")),
    (("gitops", "targetRevision"), ("", " ", "a b", "refs/heads/main", "-x")),
    (("gitops", "path"), ("../x", "/x", "a/./b", "a/../b", "a b")),
    (("gitops", "destination"), ({"name": "a", "server": "https://kubernetes.default.svc"}, {"server": ""})),
    (("gitops", "argocd"), ({"namespace": "A"}, {"project": "a b"}, {"project": ""})),
    (("gitops", "flux"), ({"sourceRef": {"name": "A"}}, {"sourceRef": {"kind": "Git", "name": "a"}})),
    (("gitops", "flux"), ({"sourceRef": {"name": "a"}, "dependsOn": [{"name": "a"}, {"name": "a"}]},)),
    (("sysctls", "extra"), ({"net.ipv4.conf..x": "1"}, {"../../etc": "1"}, {"net.ipv4.x": ""}, {"net.ipv4.x": "1\n"})),
    *(
        (("patches",), ([{"kind": kind, "name": name, "merge": {"spec": spec}}],))
        for kind, name, spec in (
            ("BGPConfiguration", "default", {"listenPort": 0}),
            ("BGPConfiguration", "default", {"listenPorts": 1}),
            ("BGPConfiguration", "default", {"nodeMeshMaxRestartTime": "2m"}),
            ("IPAddressPool", "pool-0", {"addresses": ["x"]}),
            ("BGPFilter", "genlb-no-reexport", {"exportV4": [{}]}),
            ("DaemonSet", "genlb-vip", {"minReadySeconds": -1}),
        )
    ),
)
"""Paths below ``spec``, and values of which most are refused by MetalLB, Calico, Kubernetes, Argo CD or Flux."""


def put(spec: Document, path: Path, value: Any) -> None:
    """Write ``value`` at ``path``; maps on the way are made."""
    parent: Any = spec
    for step in path[:-1]:
        parent = parent.setdefault(step, {}) if isinstance(parent, dict) else parent[step]
    parent[path[-1]] = value


def _fits(spec: Document, path: Path) -> bool:
    """Whether every list entry on the way is there."""
    parent: Any = spec
    for step in path:
        if isinstance(parent, list):
            if not isinstance(step, int) or step >= len(parent):
                return False
            parent = parent[step]
        elif isinstance(step, int) or parent is None:
            return False
        else:
            parent = parent.get(step)
            if parent is None:
                return not any(isinstance(rest, int) for rest in path[path.index(step) + 1 :])
    return True


def _routers(spec: Document) -> Iterable[Document]:
    return (router for rack in spec["bgp"]["racks"] for router in rack["routers"])


def _family(router: Document) -> int:
    return 6 if ":" in router["addresses"][0] else 4
