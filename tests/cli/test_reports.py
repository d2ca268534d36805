"""`--report FORMAT=PATH`: one run told in every format, whatever the spec holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from genlb.cli.reporting import FORMATS as KNOWN
from genlb.report.formats import FORMATS
from genlb.resources import schema
from tests.api.repositories import a_spec, replace, snapshot, write
from tests.cli.genlb import Genlb, process
from tests.report.sarif_schema import SARIF

CLUSTER = "clusters/fra1-prod/cluster.yaml"
REPORT = jsonschema.Draft7Validator(schema("report"))


@pytest.fixture
def wrong(genlb: Genlb, repository: Path) -> Genlb:
    """A repository with an error that can be fixed, a warning, and a finding that is suppressed."""
    replace(repository, CLUSTER, 'kubernetes: "1.35"', "kubernetes: 1.35")
    ams1 = a_spec("ams1").replace('          - {name: tor-b, asNumber: 65101, addresses: ["10.20.1.3"]}\n', "")
    write(repository, "clusters/ams1/cluster.yaml", ams1.replace('.2"]}', '.2"]}  # genlb:ignore GLB303 -- a lab'))
    (repository / "clusters" / "empty").mkdir()
    return genlb


def all_to(folder: Path) -> list[str]:
    return [f"--report={form}={folder / form}" for form in FORMATS]


def sarif(path: Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(path.read_text("utf-8"))
    jsonschema.Draft7Validator(SARIF).validate(log)
    return log


def fingerprints(log: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (result["ruleId"], value)
        for result in log["runs"][0]["results"]
        for value in result["partialFingerprints"].values()
    }


def test_the_command_line_knows_the_formats_that_there_are() -> None:
    assert tuple(FORMATS) == KNOWN


def test_all_formats_are_written_in_one_run_beside_the_text(wrong: Genlb, tmp_path: Path) -> None:
    done = wrong("validate", *all_to(tmp_path))

    assert done.code == 1
    assert done.out == "2 clusters · 1 error, 1 warning, 1 suppressed\n"
    assert "error[GLB105]" in done.err
    for form in FORMATS:
        text = (tmp_path / form).read_text("utf-8")
        assert "GLB105" in text, form
        assert "GLB109" in text, form
    assert "error[GLB105]" in (tmp_path / "text").read_text("utf-8")


def test_the_same_run_gives_the_same_bytes(wrong: Genlb, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        wrong("validate", *all_to(tmp_path / folder))

    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


@pytest.mark.parametrize("form", [form for form in KNOWN if form != "github"])
def test_a_dash_is_stdout_and_nothing_else_is_on_it(wrong: Genlb, tmp_path: Path, form: str) -> None:
    done = wrong("validate", f"--report={form}={tmp_path / form}")
    piped = wrong("validate", f"--report={form}=-")

    assert piped.code == done.code == 1
    assert piped.out == (tmp_path / form).read_text("utf-8")
    assert "error[GLB105]" in piped.err


def test_annotations_for_github_go_to_stderr(wrong: Genlb) -> None:
    done = wrong("validate", "-o", "json", "--report", "github=-")

    assert done.json["schemaVersion"] == 1
    assert f"::error file={CLUSTER},line=7,endLine=7,col=26,endColumn=30,title=GLB105 " in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--report", "sarf=x"], "did you mean 'sarif'?"),
        (["--report", "sarif"], "says no path"),
        (["--report", "sarif="], "says no path"),
        (["--report", "sarif=-", "--report", "json=-"], "only one report can be written to stdout"),
        (["--report", "sarif=x", "--report", "json=x"], "two reports cannot be written to x"),
        (["--report", "sarif=-", "-o", "json"], "stdout is one document"),
    ],
)
def test_what_cannot_be_is_a_usage_error(wrong: Genlb, arguments: list[str], message: str) -> None:
    before = snapshot(wrong.root)

    done = wrong("validate", *arguments)

    assert done.code == 2
    assert message in done.err
    assert snapshot(wrong.root) == before


def test_one_that_cannot_be_written_beats_findings_and_the_others_are_written(wrong: Genlb, tmp_path: Path) -> None:
    done = wrong("validate", "--report", "json=nowhere/x", "--report", f"sarif={tmp_path / 'sarif'}")

    assert done.code == 3
    assert "nowhere" in done.err
    assert sarif(tmp_path / "sarif")


def test_paths_are_relative_to_where_one_works(wrong: Genlb, repository: Path) -> None:
    done = process("validate", "--report", "json=../../report.json", cwd=repository / "clusters" / "ams1")

    assert done.returncode == 1
    assert (repository / "report.json").is_file()


class TestJson:
    @pytest.mark.parametrize(
        "arguments",
        [[], ["--from", "gone"], ["nobody"], ["--nonsense"], ["--fix"], ["--fail-on", "warning"], ["ams1"]],
    )
    def test_it_is_what_its_schema_says_whatever_happened(self, wrong: Genlb, arguments: list[str]) -> None:
        replace(wrong.root, CLUSTER, "asNumber: 64600", "asNumber: none")

        REPORT.validate(wrong("validate", *arguments, "-o", "json").json)

    def test_the_report_is_the_document_of_the_output(self, wrong: Genlb, tmp_path: Path) -> None:
        done = wrong("validate", "-o", "json", "--report", f"json={tmp_path / 'json'}")

        assert json.loads((tmp_path / "json").read_text()) == done.json

    def test_the_schema_takes_nothing_that_is_misspelt(self, wrong: Genlb) -> None:
        document = wrong("validate", "-o", "json").json
        assert document["suppressed"]
        assert document["diagnostics"][0]["fix"]
        jsonschema.Draft7Validator.check_schema(schema("report"))
        for mapping in (document, document["summary"], document["diagnostics"][0], document["clusters"][0]):
            assert isinstance(mapping, dict)
            mapping["mistake"] = 1
            assert not REPORT.is_valid(document)
            del mapping["mistake"]
        assert REPORT.is_valid(document)


class TestSarif:
    def test_a_rule_leads_to_its_page_and_says_why_and_how(self, wrong: Genlb, tmp_path: Path) -> None:
        wrong("validate", f"--report=sarif={tmp_path / 's'}")
        (run,) = sarif(tmp_path / "s")["runs"]
        rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}

        for result in run["results"]:
            rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
            assert rule["id"] == result["ruleId"]
            assert rule["helpUri"].endswith(f"/docs/rules/{rule['id']}.md")
        assert "its zero" in rules["GLB105"]["fullDescription"]["text"]
        assert "**Cure:** " in rules["GLB105"]["help"]["markdown"]

    def test_the_fix_is_the_edit_that_fix_makes(self, wrong: Genlb, tmp_path: Path) -> None:
        wrong("validate", f"--report=sarif={tmp_path / 's'}")
        (run,) = sarif(tmp_path / "s")["runs"]
        (result,) = [result for result in run["results"] if result["ruleId"] == "GLB105"]
        (change,) = result["fixes"][0]["artifactChanges"]
        (edit,) = change["replacements"]
        lines = (wrong.root / CLUSTER).read_text().split("\n")
        region = edit["deletedRegion"]
        line = lines[region["startLine"] - 1]
        mended = line[: region["startColumn"] - 1] + edit["insertedContent"]["text"] + line[region["endColumn"] - 1 :]

        wrong("validate", "--fix")

        assert (wrong.root / CLUSTER).read_text().split("\n")[region["startLine"] - 1] == mended

    def test_a_fingerprint_survives_lines_above_and_reordered_pools(self, wrong: Genlb, tmp_path: Path) -> None:
        wrong("validate", f"--report=sarif={tmp_path / 'a'}")
        before = fingerprints(sarif(tmp_path / "a"))
        text = (wrong.root / CLUSTER).read_text()
        moved = text.replace("  versions:", "\n  # a comment\n\n  versions:")
        write(
            wrong.root,
            CLUSTER,
            f"# one more line\n{moved}".replace("pools:\n", 'pools:\n    - {name: a, addresses: ["10.9.0.0/24"]}\n'),
        )
        wrong("validate", f"--report=sarif={tmp_path / 'b'}")

        assert len(before) == 3
        assert fingerprints(sarif(tmp_path / "b")) == before

    def test_two_findings_never_share_a_fingerprint(self, wrong: Genlb, tmp_path: Path) -> None:
        replace(wrong.root, CLUSTER, 'calico: "3.32.1", metallb: "0.16.1"', "calico: 3.32, metallb: 0.16")
        wrong("validate", f"--report=sarif={tmp_path / 's'}")
        log = sarif(tmp_path / "s")

        assert len(fingerprints(log)) == len(log["runs"][0]["results"]) >= 5

    def test_what_is_suppressed_is_there_and_says_so(self, wrong: Genlb, tmp_path: Path) -> None:
        wrong("validate", f"--report=sarif={tmp_path / 's'}")
        (run,) = sarif(tmp_path / "s")["runs"]
        (result,) = [result for result in run["results"] if result["ruleId"] == "GLB303"]

        assert result["suppressions"][0]["kind"] == "inSource"
        assert result["suppressions"][0]["justification"] == "a lab"


class TestJunit:
    def test_it_holds_the_form_that_ci_systems_read(self, wrong: Genlb, tmp_path: Path) -> None:
        wrong("validate", f"--report=junit={tmp_path / 'j'}")
        root = ET.fromstring((tmp_path / "j").read_bytes())  # noqa: S314 -- written here

        assert_junit(root)
        assert root.attrib["failures"] == "1"
        assert root.attrib["skipped"] == "1"


class TestHostile:
    """What comes from a pull request can repaint no terminal, forge no annotation, and be no link or tag."""

    EVIL = (
        "\\e[31m\\u202e](javascript:alert(1)) <img src=x onerror=alert(1)> ]]>&amp; \\0\\x0b"
        " ::error::forged\\n::set-env::x"
    )

    @pytest.fixture
    def evil(self, genlb: Genlb, repository: Path, tmp_path: Path) -> dict[str, str]:
        text = a_spec("fra1-prod", more=f'  "{self.EVIL}": 1\n  routingDomains: "{self.EVIL}"\n')
        write(repository, CLUSTER, text.replace("asNumber: 64600", f'asNumber: "{self.EVIL}"'))
        folder = tmp_path / "reports"
        folder.mkdir()

        done = genlb("validate", *all_to(folder))

        assert done.code == 1
        return {path.name: path.read_text("utf-8") for path in folder.iterdir()} | {"terminal": done.err}

    def test_no_report_holds_a_character_that_steers_a_terminal(self, evil: dict[str, str]) -> None:
        for name, text in evil.items():
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), name

    def test_xml_stays_xml_of_the_known_form(self, evil: dict[str, str]) -> None:
        root = ET.fromstring(evil["junit"])  # noqa: S314 -- written here

        assert_junit(root)

    def test_json_stays_json_of_the_known_form(self, evil: dict[str, str]) -> None:
        REPORT.validate(json.loads(evil["json"]))
        jsonschema.Draft7Validator(SARIF).validate(json.loads(evil["sarif"]))

    def test_no_link_is_made_of_it(self, evil: dict[str, str]) -> None:
        messages = [result["message"]["text"] for result in json.loads(evil["sarif"])["runs"][0]["results"]]
        assert any("javascript" in message for message in messages)
        assert not [message for message in messages if re.search(r"(?<!\\)\[[^\]]*\]\(javascript", message)]
        assert "](javascript:" not in evil["markdown"]
        assert "<img" not in evil["markdown"].replace("\\<img", "")

    def test_no_annotation_is_forged(self, evil: dict[str, str]) -> None:
        for line in evil["github"].splitlines():
            assert re.match(r"::(error|warning|notice) file=|genlb: ", line)


@pytest.mark.parametrize("secret", ["hunter2hunter2", "-----BEGIN RSA PRIVATE KEY-----abcdef"])
def test_a_secret_is_in_no_report(genlb: Genlb, repository: Path, tmp_path: Path, secret: str) -> None:
    replace(repository, CLUSTER, "asNumber: 64600", f'asNumber: 64600\n    password: "{secret}"')
    folder = tmp_path / "reports"
    folder.mkdir()

    done = genlb("validate", *all_to(folder))

    assert done.code == 1
    for name, text in {path.name: path.read_text("utf-8") for path in folder.iterdir()}.items():
        assert "password" in text, name
        assert secret not in text, name
    assert secret not in done.out + done.err


def assert_junit(root: ET.Element) -> None:
    """The form that Jenkins, GitLab and GitHub's readers agree on: elements, their attributes, and what adds up."""
    children = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}}
    children["testcase"] = {"failure", "error", "skipped", "system-out"}
    numbers = {"tests", "failures", "errors", "skipped"}
    attributes = {
        "testsuites": numbers | {"name", "time"},
        "testsuite": numbers | {"name", "time"},
        "testcase": {"classname", "name", "time", "file", "line"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"message"},
        "system-out": set(),
    }
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) == attributes[element.tag]
        assert {child.tag for child in element} <= children.get(element.tag, set())
        assert len(element) <= 1 or element.tag != "testcase"
    for word in numbers:
        assert int(root.attrib[word]) == sum(int(suite.attrib[word]) for suite in root)
    for suite in root:
        names = [case.attrib["name"] for case in suite]
        assert len(names) == len(set(names))
