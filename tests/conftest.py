"""What holds for every test: tiers, a fixed environment, Hypothesis.

A *tier* is a set of tests that needs something which not every machine has. Such a test carries the tier's marker and
skips, with the command that helps, where the need is missing. ``GENLB_REQUIRE=kubectl,api`` names the tiers whose tests
must run: there a skip is a failure, so that CI cannot turn green by losing a tool.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from tests.kube import assets
from tests.kube.control_plane import ControlPlane
from tests.kube.fixtures import api, control_plane, control_plane_of_ours, kube_program

__all__ = ["api", "control_plane", "control_plane_of_ours", "kube_program"]  # fixtures for every folder

TIERS = frozenset({"api", "browser", "image", "ipvs", "kubectl", "lab"})

TIER_OF_FIXTURE = {"kube_program": "api", "kubectl": "kubectl"}
"""Whoever asks for one of these fixtures, be it by another one, belongs to its tier, marker or not."""

# What a person's or a CI's environment says must not change what a test sees.
FOREIGN_VARIABLES = ("CLICOLOR", "COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "LINES", "NO_COLOR", "PRE_COMMIT")
FIXED_VARIABLES = {
    "GIT_AUTHOR_EMAIL": "tests@genlb.example",
    "GIT_AUTHOR_NAME": "genlb tests",
    "GIT_COMMITTER_EMAIL": "tests@genlb.example",
    "GIT_COMMITTER_NAME": "genlb tests",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "KUBECONFIG": os.devnull,  # no test may reach the cluster that a developer happens to be logged in to
}

hypothesis.settings.register_profile(
    "genlb",
    deadline=None,  # a busy machine is no failure
    max_examples=int(os.environ.get("GENLB_EXAMPLES", "200")),
    derandomize="CI" in os.environ,  # in CI only a change turns the result
    print_blob=True,
)
hypothesis.settings.load_profile("genlb")


def required_tiers() -> frozenset[str]:
    """The tiers in GENLB_REQUIRE; a name that is none would require nothing and is an error."""
    required = frozenset(filter(None, os.environ.get("GENLB_REQUIRE", "").split(",")))
    if unknown := required - TIERS:
        names = ", ".join(sorted(unknown))
        raise pytest.UsageError(f"GENLB_REQUIRE names no tier: {names} (tiers: {', '.join(sorted(TIERS))})")
    return required


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an unknown tier before anything runs."""
    del config
    required_tiers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses a tier's fixture with that tier."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if tier := TIER_OF_FIXTURE.get(fixture):
                item.add_marker(tier)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where the test's tier is required."""
    report = yield
    missed = required_tiers() & {marker.name for marker in item.iter_markers()}
    if report.skipped and missed and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"GENLB_REQUIRE asks for {', '.join(sorted(missed))}, but: {reason_of(report)}"
    plane = getattr(item, "funcargs", {}).get("control_plane")
    if report.failed and isinstance(plane, ControlPlane):
        report.sections.append(("control plane", f"logs: {plane.directory}"))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure where any tier is required: nobody can tell which one it hid."""
    report = yield
    if report.skipped and (required := required_tiers()):
        report.outcome = "failed"
        report.longrepr = f"GENLB_REQUIRE={','.join(sorted(required))}, but this module skips: {reason_of(report)}"
    return report


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words of a skip."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.fixture(scope="session", autouse=True)
def _fixed_environment() -> Iterator[None]:
    """Take the colours, the size of the terminal, git's identity and every cluster out of the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN_VARIABLES:
            patch.delenv(name, raising=False)
        for name, value in FIXED_VARIABLES.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def kubectl() -> str:
    """A kubectl that is new enough."""
    try:
        return assets.kubectl()
    except assets.MissingError as error:
        pytest.skip(str(error))
