"""A live cluster as ``kubectl get -o yaml|json`` dumped it: no cluster needed, and nothing that is not in the dump.

What a dump leaves out was not looked at. A kind of which it holds an object counts as dumped: in that namespace, or
everywhere if the same List holds objects of several namespaces (``kubectl get -A``). So does a kind with a typed list
(``BGPPeerList``), be it empty; kubectl's own ``List`` does not tell whether somebody asked for what is not in it.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from genlb.drift.kinds import identity_group
from genlb.drift.model import Live, NotChecked, Read
from genlb.drift.reads import kind_of
from genlb.errors import Undetermined
from genlb.manifest import Manifest, ResourceKey
from genlb.stores.cluster_versions import versions_of
from genlb.stores.dump_files import STDIN, texts_at
from genlb.stores.dump_objects import Found, objects_in

KUBE_SYSTEM = ResourceKey("", "Namespace", "", "kube-system")
"""Its uid is that of the cluster."""

_IDENTITY = Read(("v1",), "Namespace", "namespaces", name="kube-system")
_FLAGS = "get --show-managed-fields --ignore-not-found -o json"
_SINGLE = frozenset({"ConfigMap", "Secret"})
"""Kinds that a cluster holds too many of, or too much in, to be dumped as a whole."""


def read_dump(  # noqa: PLR0913 -- what is asked for, and what is said about the dump
    paths: Sequence[str],
    reads: Sequence[Read],
    *,
    complete: bool,
    directory: str = ".",
    context: str = "",
    command: str = "",
    uid: str = "",
) -> Live:
    """What the dumps at ``paths`` (``-``: stdin) hold of what ``reads`` ask for; `Undetermined` for garbage.

    ``complete``: somebody answers for it that what is not in the dumps is not in the cluster. The cure for what is
    missing is ``command``, else what dumps it from the cluster of ``context``. A dump that holds namespace kube-system
    with another uid than ``uid`` is refused: it is of another cluster.
    """
    if paths.count(STDIN) > 1:
        raise Undetermined("stdin can be read only once: give --live - once")
    kinds = {kind_of(read) for read in reads}
    held = []
    for one in _found(paths, directory):
        _hold_identity(one, uid)
        if (one.key.group, one.key.kind) in kinds:
            held.append(one)
    objects = _objects(held)
    listed = {(*kind, "") for kind in kinds} if complete else set(_listed(held))
    live = Live(
        objects=objects,
        listed=frozenset(listed),
        looked_for=frozenset(objects),
        versions=versions_of(objects.values()),
        managed_fields=not objects or any(_has_managers(manifest) for manifest in objects.values()),
    )
    return dataclasses.replace(live, not_checked=tuple(_not_dumped(live, reads, context, command)))


def dump_command(reads: Iterable[Read], context: str, folder: str = "live") -> str:
    """Shell commands that make a complete dump: every object that ``reads`` ask for, in a folder of JSON files."""
    lists, singles = [], []
    for read in dict.fromkeys((*reads, _IDENTITY)):
        if _is_single(read):
            file = shlex.quote(f"{folder}/{'-'.join(filter(None, (read.plural, read.namespace, read.name)))}.json")
            singles.append(f"{_get(read, context)} > {file}")
        elif _resource(read) not in lists:
            lists.append(_resource(read))
    get = f"{_kubectl(context)} {_FLAGS} -A"
    loop = f'for kind in {" ".join(lists)}; do {get} "$kind" > {shlex.quote(folder)}/"$kind".json; done'
    return "\n".join([f"mkdir -p {shlex.quote(folder)}", *([loop] if lists else []), *singles])


def _get(read: Read, context: str) -> str:
    """The command that dumps the answer to one read."""
    if not _is_single(read):
        return f"{_kubectl(context)} {_FLAGS} -A {_resource(read)}"
    place = f" -n {shlex.quote(read.namespace)}" if read.namespace else ""
    name = f" {shlex.quote(read.name)}" if read.name else ""
    return f"{_kubectl(context)}{place} {_FLAGS} {_resource(read)}{name}"


def _is_single(read: Read) -> bool:
    return bool(read.name) or read.kind in _SINGLE


def _kubectl(context: str) -> str:
    return f"kubectl --context {shlex.quote(context)}" if context else "kubectl"


def _resource(read: Read) -> str:
    """What kubectl calls the kind without any doubt: there are two BGPPeers."""
    group, _, version = read.apis[0].rpartition("/")
    return shlex.quote(f"{read.plural}.{version}.{group}" if group else read.plural)


def _found(paths: Sequence[str], directory: str) -> Iterator[Found]:
    for path in paths:
        for file, content in texts_at(path, directory):
            yield from objects_in(content, file)


def _hold_identity(one: Found, uid: str) -> None:
    """A dump that tells of which cluster it is has to be of the one that is meant."""
    if one.key != KUBE_SYSTEM or not uid:
        return
    found = _uid(one.manifest)
    if isinstance(found, str) and found and found.lower() != uid.lower():
        raise Undetermined(f"{one.place}: this is another cluster: namespace kube-system has another uid than {uid}")


def _objects(held: Iterable[Found]) -> dict[ResourceKey, Manifest]:
    """By identity; Calico's objects may be in there under both groups, and a dump may be given twice."""
    objects: dict[ResourceKey, Manifest] = {}
    places: dict[ResourceKey, str] = {}
    for one in held:
        if not one.key.name:
            continue
        before = objects.get(one.key)
        if before is None or _newer(one.manifest, before):
            objects[one.key], places[one.key] = one.manifest, one.place
        elif _uid(before) != _uid(one.manifest) and before.get("apiVersion") == one.manifest.get("apiVersion"):
            raise Undetermined(f"{one.place}: {one.key} stands in {places[one.key]} as well, as another object")
    return objects


def _newer(manifest: Manifest, other: Manifest) -> bool:
    """Whether the API that Calico shows to people is to be preferred to the one it stores in."""
    group = str(manifest["apiVersion"]).rpartition("/")[0]
    return identity_group(group) == group != str(other["apiVersion"]).rpartition("/")[0]


def _listed(held: Iterable[Found]) -> Iterator[tuple[str, str, str]]:
    """The kinds that a List, or all objects outside of any, hold; everywhere only if it evidently looked everywhere."""
    lists: dict[str, list[Found]] = {}
    for one in held:
        lists.setdefault(one.list, []).append(one)
    for items in lists.values():
        everywhere = len({one.key.namespace for one in items} - {""}) > 1
        for one in items:
            wide = everywhere and one.key.kind not in _SINGLE
            yield (one.key.group, one.key.kind, "" if wide or not one.key.name else one.key.namespace)


def _not_dumped(live: Live, reads: Iterable[Read], context: str, command: str) -> Iterator[NotChecked]:
    """What was asked for and is not in the dump, each kind once."""
    seen: set[tuple[str, str, str, str]] = set()
    for read in reads:
        group, kind = kind_of(read)
        what = (group, kind, read.namespace, read.name)
        covered = (
            live.covers(ResourceKey(group, kind, read.namespace, read.name))
            if read.name
            else any(one in live.listed for one in ((group, kind, ""), (group, kind, read.namespace)))
            or (not read.namespace and any(one[:2] == (group, kind) for one in live.listed))
        )
        if covered or what in seen:
            continue
        seen.add(what)
        cure = command or f"`{_get(read, context)}` dumps it; with --live-complete an empty answer counts, too"
        yield NotChecked(str(read), f"the dump holds no {kind}, which does not say that there is none", cure)


def _has_managers(manifest: Manifest) -> bool:
    return bool(_metadata(manifest).get("managedFields"))


def _uid(manifest: Manifest) -> Any:
    return _metadata(manifest).get("uid")


def _metadata(manifest: Manifest) -> Mapping[str, Any]:
    metadata: Mapping[str, Any] = manifest["metadata"]
    return metadata
