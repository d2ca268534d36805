"""Who wrote what, by managedFields."""

from __future__ import annotations

from typing import Any

from genlb.drift.attribution import attribute, entries_of
from genlb.drift.model import UNKNOWN_WRITER, Confidence, Writer
from genlb.drift.path import Item, Member, Path
from tests.drift.objects import CONFIG_MAP, managed

WEB = Item((("name", "web"),))


def entry(manager: str, fields: Any, *, time: str = "2026-01-01T00:00:00Z", **more: str) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields, **more}


def managers(path: Path, *entries: dict[str, Any]) -> tuple[list[str], Confidence]:
    found = attribute(entries_of(managed(CONFIG_MAP, *entries)), path)
    return [writer.manager for writer in found.writers], found.confidence


def test_a_field_is_its_owners() -> None:
    assert managers(
        ("data", "color"), entry("argo", {"f:data": {"f:size": {}}}), entry("kubectl-edit", {"f:data": {"f:color": {}}})
    ) == (["kubectl-edit"], Confidence.EXACT)


def test_the_newest_of_several_owners_comes_first() -> None:
    fields: dict[str, Any] = {"f:data": {"f:color": {}}}

    assert managers(
        ("data", "color"),
        entry("old", fields),
        entry("new", fields, time="2026-05-01T00:00:00Z"),
    ) == (["new", "old"], Confidence.EXACT)


def test_operation_time_and_subresource_are_told() -> None:
    live = managed(CONFIG_MAP, entry("hpa", {"f:spec": {"f:replicas": {}}}, time="t", subresource="scale"))

    assert attribute(entries_of(live), ("spec", "replicas")).writers == (Writer("hpa", "Update", "t", "scale"),)


def test_what_is_gone_is_told_by_the_owners_of_what_is_around_it() -> None:
    fields: dict[str, Any] = {"f:data": {".": {}, "f:size": {}}}

    assert managers(("data", "color"), entry("argo", fields)) == (["argo"], Confidence.ANCESTOR)


def test_an_item_of_a_keyed_list_is_found_whatever_the_order_of_its_keys() -> None:
    key = Item((("containerPort", 80), ("protocol", "TCP")))
    fields: dict[str, Any] = {"f:spec": {"f:ports": {'k:{"protocol":"TCP","containerPort":80}': {"f:name": {}}}}}

    assert managers(("spec", "ports", key, "name"), entry("a", fields)) == (["a"], Confidence.EXACT)
    assert managers(
        ("spec", "ports", Item((("containerPort", 81), ("protocol", "TCP"))), "name"), entry("a", fields)
    ) == (
        ["a"],
        Confidence.ANCESTOR,
    )


def test_a_member_of_a_set_is_found_by_its_value() -> None:
    fields: dict[str, Any] = {"f:metadata": {"f:finalizers": {'v:"a"': {}}}}

    assert managers(("metadata", "finalizers", Member("a")), entry("x", fields)) == (["x"], Confidence.EXACT)
    assert managers(("metadata", "finalizers", Member("b")), entry("x", fields))[1] is Confidence.ANCESTOR


def test_a_position_is_found_by_its_number() -> None:
    assert managers(("spec", 1), entry("x", {"f:spec": {"i:1": {}}})) == (["x"], Confidence.EXACT)


def test_who_owns_a_list_as_a_whole_wrote_its_members() -> None:
    fields: dict[str, Any] = {"f:spec": {"f:addresses": {}}}

    assert managers(("spec", "addresses", Member("10.0.0.0/24")), entry("x", fields)) == (["x"], Confidence.EXACT)


def test_writers_of_a_status_write_no_fields() -> None:
    fields: dict[str, Any] = {"f:data": {"f:color": {}}}

    assert managers(("data", "color"), entry("x", fields, subresource="status")) == ([], Confidence.NONE)


def test_unknown_prefixes_and_nonsense_are_passed_over() -> None:
    odd: list[Any] = [7, {}, {"fieldsV1": []}, entry("x", {"f:data": {"z:color": {}, "k:{oops": {}, "f:color": 3}})]

    assert attribute(entries_of(managed(CONFIG_MAP, *odd)), ("data", WEB)).confidence is Confidence.ANCESTOR
    assert managers(("data", "color"), *odd)[1] is Confidence.ANCESTOR


def test_without_a_record_nobody_is_named() -> None:
    assert attribute(entries_of(CONFIG_MAP), ("data", "color")) == UNKNOWN_WRITER
    assert entries_of({"metadata": "x"}) == ()
    assert entries_of({"metadata": {"managedFields": "x"}}) == ()


def test_a_member_of_a_set_of_maps_is_found_by_its_key() -> None:
    fields: dict[str, Any] = {"f:spec": {"f:serviceLoadBalancerIPs": {'v:{"cidr":"10.0.0.0/24"}': {}}}}
    path: Path = ("spec", "serviceLoadBalancerIPs", Item((("cidr", "10.0.0.0/24"),)))

    assert managers(path, entry("x", fields)) == (["x"], Confidence.EXACT)
