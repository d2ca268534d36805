"""JUnit: suites are clusters, cases are rules, and a case fails where the run fails."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest

from genlb.errors import Severity
from genlb.report.junit import junit
from genlb.report.model import Cluster, Run
from tests.report.runs import CLEAN, EVIL, FILE, FULL, IMAGE, OVERLAP, RETYPED, SHARED, SINGLE, a_run


def suites(run: Run) -> dict[str, ET.Element]:
    root = ET.fromstring(junit(run))  # noqa: S314 -- written here
    assert root.tag == "testsuites"
    return {suite.attrib["name"]: suite for suite in root}


def cases(run: Run, suite: str) -> dict[str, ET.Element]:
    return {case.attrib["name"]: case for case in suites(run)[suite]}


@pytest.mark.parametrize("run", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])
def test_the_counts_are_those_of_the_cases(run: Run) -> None:
    root = ET.fromstring(junit(run))  # noqa: S314 -- written here
    for element in (root, *root):
        found = list(element.iter("testcase"))
        assert int(element.attrib["tests"]) == len(found) > 0
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.attrib[word]) == sum(case.find(tag) is not None for case in found)


@pytest.mark.parametrize("run", [CLEAN, FULL, EVIL], ids=["clean", "full", "hostile"])
def test_every_case_says_time_file_and_line(run: Run) -> None:
    for case in ET.fromstring(junit(run)).iter("testcase"):  # noqa: S314 -- written here
        assert float(case.attrib["time"]) == 0
        assert case.attrib["file"]
        assert int(case.attrib["line"]) >= 1
        assert case.attrib["classname"]


def test_a_cluster_without_findings_is_a_case_that_passes() -> None:
    (case,) = suites(CLEAN)["ams1"]

    assert case.attrib["name"] == "no findings"
    assert list(case) == []


def test_a_finding_fails_the_case_of_its_rule_in_the_suite_of_its_cluster() -> None:
    case = cases(FULL, "fra1")["GLB201 Two pools overlap"]
    (failure,) = case

    assert (failure.tag, failure.attrib["type"]) == ("failure", "error")
    assert failure.attrib["message"] == 'pools "public" and "edge" overlap'
    assert (case.attrib["file"], case.attrib["line"]) == (FILE, "5")
    assert failure.text is not None
    assert '   5 |       addresses: ["10.208.1.128/25"]' in failure.text


def test_findings_of_one_rule_are_one_case_that_names_all() -> None:
    again = OVERLAP._replace(message="and another one")
    (failure,) = cases(a_run([OVERLAP, again]), "fra1")["GLB201 Two pools overlap"]

    assert failure.attrib["message"].endswith("overlap (and 1 more)")
    assert failure.text is not None
    assert "and another one" in failure.text


def test_a_finding_in_a_shared_file_has_the_file_for_its_suite() -> None:
    (case,) = suites(FULL)[SHARED]

    assert case.attrib["name"].startswith("GLB505 ")


def test_a_warning_fails_only_where_it_fails_the_run() -> None:
    (tolerated,) = suites(a_run([IMAGE]))[SHARED]
    (failing,) = suites(a_run([IMAGE], fail_on=Severity.WARNING))[SHARED]

    assert [child.tag for child in tolerated] == ["system-out"]
    assert [child.tag for child in failing] == ["failure"]


def test_what_is_suppressed_is_skipped_with_the_reason() -> None:
    skipped = cases(FULL, "fra1")
    (name,) = [name for name in skipped if name.startswith("GLB303 ")]

    assert name.endswith(" (suppressed)")
    assert skipped[name][0].attrib == {"message": "suppressed: one ToR per rack"}


def test_one_rule_may_be_suppressed_here_and_fail_there() -> None:
    elsewhere = SINGLE._replace(severity=Severity.ERROR)
    found = cases(a_run([elsewhere], [SINGLE]), "fra1")

    assert sorted(child.tag for case in found.values() for child in case) == ["failure", "skipped"]


def test_what_could_not_be_read_is_an_error() -> None:
    (case,) = suites(FULL)["muc1"]

    assert [child.tag for child in case] == ["error"]
    assert case[0].attrib["message"] == "muc1: Permission denied"


def test_a_run_without_clusters_is_a_document_still() -> None:
    run = dataclasses.replace(CLEAN, clusters=())

    assert suites(run) == {}


def test_hostile_text_stays_text() -> None:
    text = junit(EVIL)
    root = ET.fromstring(text)  # noqa: S314 -- written here

    known = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"}
    assert {element.tag for element in root.iter()} <= known
    assert "<![CDATA[" not in text
    assert "]]>" not in text
    assert root.findall(".//failure")[0].attrib["message"].startswith("<script>alert(1)</script>")


def test_what_xml_cannot_say_is_spelt_out() -> None:
    run = dataclasses.replace(CLEAN, clusters=(Cluster("a", FILE, valid=False, unread="\ufffe\x00"),))

    (case,) = suites(run)["a"]
    assert case[0].attrib["message"] == "\\ufffe\\x00"


def test_a_fixable_finding_is_told_like_any_other() -> None:
    assert "GLB105" in junit(a_run([RETYPED]))
