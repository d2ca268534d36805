"""A repository with two valid clusters, and genlb working in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.repositories import a_repository
from tests.cli.genlb import Genlb


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The clusters ``ams1`` (env stage) and ``fra1-prod`` (env prod)."""
    return a_repository(tmp_path / "lb")


@pytest.fixture
def genlb(repository: Path, capsys: pytest.CaptureFixture[str]) -> Genlb:
    """Runs commands in the repository."""
    return Genlb(repository, capsys)
