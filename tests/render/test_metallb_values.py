from __future__ import annotations

from typing import Any

import pytest

from genlb.render.metallb_values import metallb_values
from tests.builders import a_cluster, a_context, versions


@pytest.mark.parametrize(
    ("metallb", "expected"),
    [
        ("0.14.9", {"speaker": {"enabled": False}}),
        ("0.15.3", {"speaker": {"enabled": False}}),
        ("0.16.0", {"speaker": {"enabled": False}, "frrk8s": {"enabled": False}}),
        ("0.16.1", {"speaker": {"enabled": False}, "frrk8s": {"enabled": False}}),
    ],
)
def test_everything_that_would_announce_is_off(metallb: str, expected: dict[str, Any]) -> None:
    assert metallb_values(a_context(a_cluster(versions=versions(metallb=metallb)))) == expected
