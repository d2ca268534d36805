"""What holds for every format that drift is reported in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genlb.drift.model import ClusterDrift, Difference, DriftReport, ObjectDrift, State
from genlb.drift.path import Item, Member, Path, spelled
from genlb.errors import Severity
from genlb.report.drift import DRIFT_FORMATS, text, write
from genlb.report.style import COLOURED, PLAIN
from genlb.resources import template
from tests.report.drift_read import READ
from tests.report.drift_runs import (
    CLEAN,
    EVIL,
    FULL,
    MUC1,
    PASSWORD,
    SECRET,
    a_difference,
    a_drift,
    a_report,
    an_object,
    fabrics,
    kube_proxy,
)

FORMS = pytest.mark.parametrize("form", DRIFT_FORMATS)
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
NAMES = st.text("abcXYZ019-._<>&\"'[](){}|`*=@#/%", min_size=1, max_size=12).map(lambda name: f"n{name}n")


def written(form: str, report: DriftReport) -> str:
    return write(form, report, fabrics(), template)


def test_the_formats_are_those_of_the_design() -> None:
    assert {"github", "html", "json", "junit", "markdown", "prom", "sarif", "text"} == set(DRIFT_FORMATS) == set(READ)


def test_any_other_format_is_refused() -> None:
    with pytest.raises(KeyError):
        written("csv", CLEAN)


@FORMS
def test_the_same_report_gives_the_same_bytes(form: str) -> None:
    assert written(form, FULL) == written(form, FULL)
    assert written(form, FULL).endswith("\n")


@FORMS
def test_nothing_hidden_and_nothing_that_steers_a_terminal_gets_out(form: str) -> None:
    for report in (FULL, EVIL):
        assert HIDDEN.findall(written(form, report)) == []
        assert form not in ("html", "junit") or NO_CHARACTER.findall(written(form, report)) == []


@FORMS
def test_a_report_without_clusters_is_a_document_still(form: str) -> None:
    READ[form](written(form, a_report()))


@st.composite
def paths(draw: st.DrawFn) -> Path:
    steps = st.one_of(
        NAMES,
        st.integers(0, 9),
        st.builds(lambda name, value: Item(((name, value),)), NAMES, NAMES),
        st.builds(Member, NAMES),
    )
    return (draw(NAMES), *draw(st.lists(steps, max_size=3)))


@st.composite
def drifts(draw: st.DrawFn) -> ClusterDrift:
    objects = []
    for number in range(draw(st.integers(1, 3))):
        found = [
            a_difference(
                path,
                desired,
                live,
                embedded=draw(st.one_of(st.just(()), paths())),
                severity=draw(st.sampled_from(Severity)),
            )
            for path, desired, live in draw(st.lists(st.tuples(paths(), NAMES, NAMES), min_size=1, max_size=2))
        ]
        kind, name = draw(st.sampled_from(["BGPPeer", "IPAddressPool", "ConfigMap"])), f"{draw(NAMES)}{number}"
        objects.append(an_object(kind, name, *found, namespace=draw(st.sampled_from(["", "kube-system"]))))
    return a_drift("fra1", *objects)


@given(drifts())
@settings(max_examples=60)
def test_every_format_tells_the_object_and_the_path_of_every_difference(cluster: ClusterDrift) -> None:
    for form in DRIFT_FORMATS:
        seen = READ[form](written(form, a_report(cluster)))
        for one in cluster.objects:
            assert str(one.key) in seen, form
            for difference in one.differences:
                assert spelled(difference.path) in seen, form
                assert spelled(difference.embedded) in seen, form


def masked(**changes: Any) -> Difference:
    return a_difference(("data", "config.conf"), SECRET, {"a": [SECRET]}, masked=True, **changes)


MASKED = a_report(
    MUC1,
    a_drift(
        "b",
        an_object(
            "ConfigMap",
            "c",
            masked(),
            masked(embedded=("ipvs", "scheduler")),
            a_difference(("data", "gone"), SECRET, masked=True),
            a_difference(("data", "new"), live=SECRET, masked=True),
            desired=kube_proxy(strict=True, scheduler=SECRET),
            live=kube_proxy(strict=True, scheduler=f"{SECRET}2"),
        ),
        an_object("Secret", "s", PASSWORD, state=State.MISSING, desired={"stringData": {"a": f"x\n{SECRET}\n"}}),
        an_object("ConfigMap", "d", a_difference(("spec", "n"), 1, 2), desired={"spec": {"password": SECRET, "n": 1}}),
    ),
)


@FORMS
def test_a_masked_value_gets_into_no_format(form: str) -> None:
    told = written(form, MASKED)

    assert SECRET not in told
    assert SECRET[:7] not in told


def test_a_masked_value_does_not_get_onto_a_terminal() -> None:
    assert SECRET not in text(MASKED, PLAIN, 80, verbose=True)


def test_masked_values_that_differ_are_told_to_differ() -> None:
    assert "data.tor-password: *** → *** (another value)" in text(a_report(MUC1), PLAIN, 120, verbose=False)


def test_only_colours_are_added_for_a_terminal() -> None:
    for report in (FULL, EVIL):
        plain, coloured = (text(report, style, 100, verbose=True) for style in (PLAIN, COLOURED))

        assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain
        assert "\x1b" not in plain


def test_reports_do_not_change_what_they_report() -> None:
    before = repr(FULL)
    for form in DRIFT_FORMATS:
        written(form, FULL)

    assert repr(FULL) == before


def test_a_very_deep_value_is_cut_in_every_format() -> None:
    deep: Any = "end"
    for _ in range(900):
        deep = {"a": [deep]}
    one: ObjectDrift = an_object("ConfigMap", "x", a_difference(("a",), deep, 1), desired={"a": deep}, live={"a": 1})
    for form in DRIFT_FORMATS:
        READ[form](written(form, a_report(a_drift("b", one))))
