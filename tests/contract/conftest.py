"""The fixture by which a test says that it needs the real CRDs."""

from __future__ import annotations

import pytest

from tests.contract.real_crds import FOLDER, MISSING


@pytest.fixture(scope="session")
def real_crds() -> None:
    """End the test where there is no folder of real CRDs."""
    if not FOLDER.is_dir():
        pytest.skip(f"there is no {FOLDER}: {MISSING}")
