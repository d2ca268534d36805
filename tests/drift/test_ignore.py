"""Differences that somebody answers for, with a reason and a last day."""

from __future__ import annotations

import pytest

from genlb.drift.compare import compare
from genlb.drift.model import ClusterDrift, Ignore, State
from tests.drift.objects import CONFIG_MAP, DEPLOYMENT, PROXY, Object, change, desired_of, live_of
from tests.drift.pairs import conf

TODAY = "2026-11-22"
RED = change(CONFIG_MAP, data__color="red")


def found(*ignores: Ignore, desired: Object = CONFIG_MAP, live: Object = RED) -> ClusterDrift:
    return compare("x", desired_of(desired), live_of(live), cluster=None, ignores=ignores, today=TODAY)


@pytest.mark.parametrize("name", ["ConfigMap/settings", "ConfigMap/shop/settings", "ConfigMap/*", "*/set*", "*"])
@pytest.mark.parametrize("path", ["", "data.color", "data", "data.*", "*.color", "data.colo?"])
def test_an_entry_covers_an_object_and_a_path(name: str, path: str) -> None:
    told = found(Ignore(name, path, "agreed", "2026-11-22"))

    assert not told.drifts
    assert told.objects[0].state is State.IN_STEP
    assert [one.reason for one in told.objects[0].ignored] == ["agreed"]
    assert told.ignores_unused == ()


@pytest.mark.parametrize(
    "ignore",
    [
        Ignore("ConfigMap/other", "", "agreed"),
        Ignore("ConfigMap/settings", "data.size", "agreed"),
        Ignore("ConfigMap/settings", "data.col", "agreed"),
        Ignore("ConfigMap/settings", "data.color"),
        Ignore("ConfigMap/settings", "data.color", "   "),
        Ignore("ConfigMap/settings", "data.color", "agreed", "2026-11-21"),
        Ignore("Secret/settings", "", "agreed"),
    ],
)
def test_any_other_entry_ignores_nothing_and_is_reported(ignore: Ignore) -> None:
    told = found(ignore)

    assert told.drifts
    assert told.ignores_unused == (ignore,)


def test_what_is_not_ignored_still_counts() -> None:
    told = found(Ignore("*", "data.color", "agreed"), live=change(RED, data__size="11"))

    assert told.drifts
    assert [one.path for one in told.differences] == [("data", "size")]


def test_a_path_may_be_copied_from_a_report() -> None:
    live = change(DEPLOYMENT, spec__template__spec__containers__0__image="x")
    path = "spec.template.spec.containers[name=web].image"

    assert not found(Ignore("*", path, "agreed"), desired=DEPLOYMENT, live=live).drifts


@pytest.mark.parametrize("path", ["ipvs.strictARP", 'data["config.conf"]', 'data["config.conf"].ipvs.strictARP'])
def test_a_path_inside_a_text(path: str) -> None:
    live = conf(a=("strictARP: true", "strictARP: false"))

    assert not found(Ignore("ConfigMap/kube-proxy", path, "agreed"), desired=PROXY, live=live).drifts


def test_a_missing_object_is_ignored_without_a_path() -> None:
    def missing(path: str) -> ClusterDrift:
        ignores = [Ignore("ConfigMap/settings", path, "agreed")]
        live = live_of(listed=(CONFIG_MAP,))
        return compare("x", desired_of(CONFIG_MAP), live, cluster=None, ignores=ignores, today=TODAY)

    assert not missing("").drifts
    assert missing("data").drifts
