"""What a cluster answered, put together: the objects, what was looked for, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from genlb.drift.model import Live, NotChecked, Read
from genlb.drift.reads import kind_of
from genlb.manifest import Manifest, ResourceKey
from genlb.stores.cluster_failure import ReadFailure
from genlb.stores.cluster_versions import versions_of


class Answer(NamedTuple):
    """What became of one read: objects, or why there are none."""

    read: Read
    objects: tuple[Manifest, ...] = ()
    failure: ReadFailure | None = None
    unserved: bool = False


def live_of(answers: Sequence[Answer], kubernetes: str) -> Live:
    """The answers as one; ``kubernetes`` is what the API server says of itself."""
    objects: dict[ResourceKey, Manifest] = {}
    listed: set[tuple[str, str, str]] = set()
    looked_for: set[ResourceKey] = set()
    for read, found, failure, unserved in answers:
        if failure is not None or unserved:
            continue
        group, kind = kind_of(read)
        if read.name:
            looked_for.add(ResourceKey(group, kind, read.namespace, read.name))
        elif not read.selector:
            listed.add((group, kind, read.namespace))
        for manifest in found:
            metadata = manifest["metadata"]
            objects[ResourceKey(group, kind, metadata.get("namespace", ""), metadata["name"])] = manifest
    return Live(
        objects=objects,
        listed=frozenset(listed),
        looked_for=frozenset(looked_for),
        not_checked=tuple(
            NotChecked(str(answer.read), answer.failure.why, answer.failure.cure)
            for answer in answers
            if answer.failure
        ),
        versions=versions_of(objects.values(), kubernetes),
        managed_fields=not objects or any(manifest["metadata"].get("managedFields") for manifest in objects.values()),
    )


def together(reads: Sequence[Read]) -> Iterator[Read]:
    """One list where several objects of a kind are asked for: no request for each object, however many are gone."""
    kinds: dict[tuple[tuple[str, ...], str], list[Read]] = {}
    for read in reads:
        kinds.setdefault((read.apis, read.kind), []).append(read)
    for same in kinds.values():
        if len(same) == 1:
            yield same[0]
        else:
            namespaces = {read.namespace for read in same}
            yield same[0]._replace(name="", selector="", namespace=namespaces.pop() if len(namespaces) == 1 else "")
