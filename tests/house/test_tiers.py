"""GENLB_REQUIRE: a skip of a required tier is a failure, any other skip stays one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TIERS

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = ROOT / "tests" / "conftest.py"

CASES = {
    "test_calls_skip": """
import pytest

@pytest.mark.kubectl
def test_calls_skip():
    pytest.skip("make kubectl builds it")
""",
    "test_marked_skipif": """
import pytest

@pytest.mark.kubectl
@pytest.mark.skipif(True, reason="make kubectl builds it")
def test_marked_skipif():
    pass
""",
    "test_fixture_skips": """
def test_fixture_skips(kubectl):
    pass
""",
    "test_fails_as_expected": """
import pytest

@pytest.mark.kubectl
@pytest.mark.xfail(reason="not yet")
def test_fails_as_expected():
    raise AssertionError
""",
    "test_of_no_tier": """
import pytest

def test_of_no_tier():
    pytest.skip("not today")
""",
}
MODULE_SKIPS = """
import pytest

pytest.skip("make kubectl builds it", allow_module_level=True)
"""
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR|XFAIL|SKIPPED \[1\]) tests/(test_\w+)\.py", re.MULTILINE)


def run_pytest(folder: Path, cases: dict[str, str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run test modules under the real conftest, away from the project's own tests and from any real kubectl."""
    tests = folder / "tests"
    scripts = folder / "scripts"
    for made in (tests, scripts, folder / "empty"):
        made.mkdir()
    shutil.copy(CONFTEST, tests)
    shutil.copy("/bin/false", scripts / "kube-build.sh")
    for name, test in cases.items():
        (tests / f"{name}.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -rA -p no:cacheprovider\nmarkers =\n    kubectl: x\n")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GENLB_")}
    variables |= {"PATH": str(folder / "empty"), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "500"} | environment
    variables["PYTHONPATH"] = str(ROOT)  # for the fixtures that it imports
    command = [sys.executable, "-m", "pytest", "tests"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=variables, cwd=folder)


def outcomes(result: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """The outcome of each module's test."""
    return {module: outcome.split()[0] for outcome, module in OUTCOME.findall(result.stdout)}


def test_a_skip_of_a_required_tier_is_a_failure_that_gives_the_reason(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, CASES, GENLB_REQUIRE="api,kubectl")

    assert outcomes(result) == {
        "test_calls_skip": "FAILED",
        "test_marked_skipif": "ERROR",  # pytest's word for a failure before the test's body
        "test_fixture_skips": "ERROR",
        "test_fails_as_expected": "XFAIL",
        "test_of_no_tier": "SKIPPED",
    }
    assert result.stdout.count("GENLB_REQUIRE asks for kubectl, but: ") >= 3


@pytest.mark.parametrize(
    ("required", "cases"),
    [("", CASES | {"test_module": MODULE_SKIPS}), ("api", CASES)],
    ids=["nothing required", "another required"],
)
def test_a_skip_of_a_tier_that_is_not_required_stays_a_skip(
    tmp_path: Path, required: str, cases: dict[str, str]
) -> None:
    result = run_pytest(tmp_path, cases, GENLB_REQUIRE=required)

    assert result.returncode == 0, result.stdout
    assert set(outcomes(result).values()) == {"SKIPPED", "XFAIL"}


def test_a_module_that_skips_as_a_whole_fails_where_a_tier_is_required(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, {"test_module": MODULE_SKIPS}, GENLB_REQUIRE="api")

    assert outcomes(result) == {"test_module": "ERROR"}
    assert "make kubectl builds it" in result.stdout


def test_a_misspelt_tier_is_refused(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, CASES, GENLB_REQUIRE="kubctl")

    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "GENLB_REQUIRE names no tier: kubctl" in result.stderr


@pytest.mark.parametrize(("version", "outcome"), [("v1.29.4", "ERROR"), ("v1.30.0-rc.1+build", "PASSED")])
def test_only_a_kubectl_of_1_30_or_newer_is_taken(tmp_path: Path, version: str, outcome: str) -> None:
    fake = tmp_path / "kubectl"
    fake.write_text(f"""#!/bin/sh\necho '{{"clientVersion": {{"gitVersion": "{version}"}}}}'\n""")
    fake.chmod(0o755)
    test = {"test_fixture_skips": CASES["test_fixture_skips"]}

    result = run_pytest(tmp_path, test, GENLB_REQUIRE="kubectl", GENLB_KUBECTL=str(fake))

    assert outcomes(result) == {"test_fixture_skips": outcome}
    assert outcome == "PASSED" or f"{fake} is " in result.stdout


def test_ci_knows_every_tier_and_names_it_once() -> None:
    table = re.findall(r'(?m)^    "(\w+) [^"]*\|[^"]*"$', (ROOT / ".ci" / "run").read_text())

    assert sorted(table) == sorted(TIERS)
