"""What an API server would refuse never passes ``validate``: over generated specs, sound and spoilt ones.

Judged by genlb's own object files and, where they are to be had, by the real CRDs: types, patterns, formats, and the
CEL rules as ``cel_rules.py`` says them. What only a server knows is asked of a real one in the api tier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

from genlb import api
from genlb.manifest import Manifest
from genlb.network.versions import Feature, supports
from genlb.render.context import Unit
from genlb.render.tree import Rendered, render
from genlb.yamltext import write
from tests.contract.object_files import object_files
from tests.contract.real_crds import has_real_crd
from tests.contract.test_rendered_objects import MISTAKES
from tests.contract.verdict import group_kind, refusals_by_ours, refusals_by_real
from tests.generated import Generated, specs
from tests.rules.judged import a_document

Refusals: TypeAlias = Callable[[Mapping[str, Any]], list[str]]

SEED, COUNT = 4, 300
"""As many specs render more than a thousand custom resources."""


class Judged(NamedTuple):
    """A generated spec, whether ``validate`` passes it, and what it then renders."""

    generated: Generated
    passes: bool
    objects: tuple[Manifest, ...]
    holds_to_int32: bool


@pytest.fixture(scope="module", name="everything")
def _everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, ...]:
    return tuple(judged(tmp_path_factory.mktemp("generated"), specs(SEED, COUNT)))


def judged(root: Path, generated: list[Generated]) -> Iterator[Judged]:
    """Each spec as ``validate`` sees it, in a repository of all of them."""
    for one in generated:
        folder = root / "clusters" / one.name
        folder.mkdir(parents=True)
        (folder / "cluster.yaml").write_text(one.spec_text, encoding="utf-8")
    by_name = {one.name: one for one in generated}
    for loaded in api.load(api.open_repository(str(root))):
        objects = tuple(custom_resources(render(*loaded.renderable()))) if loaded.valid else ()
        cluster = loaded.spec.cluster if loaded.spec else None
        strict = cluster is None or supports(cluster.spec.versions, Feature.AS_NUMBER_INT32)
        yield Judged(by_name[loaded.name], loaded.valid, objects, strict)


def custom_resources(rendered: Rendered) -> Iterator[Manifest]:
    """What is rendered of kinds that have an object file."""
    for manifest in (*(one for unit in Unit for one in rendered.objects[unit]), *rendered.gitops):
        if group_kind(manifest) in object_files():
            yield manifest


def refused(everything: tuple[Judged, ...], refusals: Refusals) -> list[tuple[str, str, list[str]]]:
    """What passes ``validate`` and not ``refusals``: the change of the spec, the kind, and the reasons."""
    return [
        (one.generated.change, str(group_kind(manifest)), reasons)
        for one in everything
        for manifest in one.objects
        # Before 1.36, API servers let pass what lies outside a format.
        if (reasons := [each for each in refusals(manifest) if one.holds_to_int32 or "is not a 'int32'" not in each])
    ]


def test_a_seed_gives_the_same_specs_again_and_every_other_one_is_spoilt() -> None:
    first = specs(SEED, 20)

    assert first == specs(SEED, 20) != specs(SEED + 1, 20)
    assert [one.valid for one in first] == [True, False] * 10
    assert len({one.name for one in first}) == len(first)
    assert all(bool(one.change) is not one.valid for one in first)


def test_sound_specs_pass(everything: tuple[Judged, ...]) -> None:
    assert [one.generated.name for one in everything if one.generated.valid and not one.passes] == []


def test_there_is_enough_to_judge(everything: tuple[Judged, ...]) -> None:
    spoilt = [one for one in everything if not one.generated.valid]

    assert sum(len(one.objects) for one in everything) >= 1000
    assert {kind.kind for one in everything for kind in map(group_kind, one.objects)} == {
        *("BGPConfiguration", "BGPPeer", "BGPFilter", "IPAddressPool"),
        *("Application", "Kustomization", "GitRepository"),
    }
    assert 0 < sum(one.passes for one in spoilt) < len(spoilt)


def test_our_object_files_take_whatever_passes(everything: tuple[Judged, ...]) -> None:
    assert refused(everything, refusals_by_ours) == []


@pytest.mark.usefixtures("real_crds")
def test_the_real_crds_take_whatever_passes(everything: tuple[Judged, ...]) -> None:
    known = tuple(one._replace(objects=tuple(filter(_is_known, one.objects))) for one in everything)

    assert sum(len(one.objects) for one in known) >= 1000
    assert refused(known, refusals_by_real) == []


def _is_known(manifest: Manifest) -> bool:
    return has_real_crd(group_kind(manifest))


PATCHED = {
    "BGPConfiguration": "default",
    "BGPFilter": "genlb-no-reexport",
    "BGPPeer": "genlb-tor-a-v4",
    "IPAddressPool": "public",
}
"""Rendered objects of the kinds that object files describe in full."""


@pytest.mark.parametrize(
    ("kind", "merge"),
    [pytest.param(kind, merge, id=f"{kind}: {what}") for kind, merge, what in MISTAKES if kind in PATCHED],
)
def test_a_patch_that_makes_an_object_wrong_does_not_pass(kind: str, merge: Mapping[str, Any], tmp_path: Path) -> None:
    document = a_document(
        bgp={"nodeToNodeMesh": "Disabled"}, patches=[{"kind": kind, "name": PATCHED[kind], "merge": merge}]
    )

    (one,) = judged(tmp_path, [Generated("fra1", write(document), valid=False)])

    assert not one.passes
