"""The package hands out all that others need, and loads PyYAML only for those who read."""

from __future__ import annotations

import subprocess
import sys

import pytest

import genlb.yamltext


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python has loaded after ``code``."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_writing_loads_neither_pyyaml_nor_json() -> None:
    loaded = loaded_by("from genlb.yamltext import write; write({'a': '10m', '1e3': ['x\\ny']})")

    assert {"genlb.yamltext.writer"} <= loaded
    assert not {"yaml", "json", "genlb.yamltext.reader", "genlb.yamltext.disputes"} & loaded


def test_reading_a_spec_without_disputes_loads_no_more_than_it_needs() -> None:
    loaded = loaded_by(
        "from genlb.yamltext import read; "
        "assert not read(b'a: [10.20.1.2, 10.0.0.0/8, 64600, true, 2m0s, null, \"1.35\"]', 'f').diagnostics"
    )

    assert {"yaml", "genlb.yamltext.reader"} <= loaded
    assert not {"json", "genlb.yamltext.disputes"} & loaded


@pytest.mark.parametrize("name", genlb.yamltext.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(genlb.yamltext, name) is not None


def test_other_names_are_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'dump'"):
        genlb.yamltext.__getattr__("dump")
