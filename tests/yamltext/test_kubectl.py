"""kubectl reads what was meant; its YAML is that of the API server's other clients, of Argo CD and of Flux."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genlb.yamltext import write, write_all
from tests.yamltext import strategies
from tests.yamltext.corpus import ADVERSARIAL

FINITE = st.recursive(
    strategies.strings | st.integers(min_value=-(2**63), max_value=2**63 - 1) | st.booleans() | st.none(),
    strategies.collections,
    max_leaves=20,
)


def read_by(kubectl: str, text: str) -> list[Any]:
    """The ``spec`` or ``data`` of each object in ``text``, as kubectl hands it on."""
    command = [kubectl, "annotate", "--local", "-f", "-", "read=yes", "-o", "json"]
    answer = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr.decode()
    found, rest = [], answer.stdout.decode().strip()
    while rest:
        item, end = json.JSONDecoder().raw_decode(rest)
        found.append(item.get("spec", item.get("data")))
        rest = rest[end:].strip()
    return found


def custom(spec: Any) -> dict[str, Any]:
    """An object of which kubectl knows nothing: its spec comes back as it was read."""
    return {"apiVersion": "example.com/v1", "kind": "Anything", "metadata": {"name": "a"}, "spec": {"here": spec}}


def test_values_of_a_config_map_are_what_was_written(kubectl: str) -> None:
    data = {f"k{index}": text for index, text in enumerate(ADVERSARIAL)}
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}

    assert read_by(kubectl, write(config_map)) == [data]


def test_keys_and_list_items_are_what_was_written(kubectl: str) -> None:
    data = [{"keys": {text: text for text in ADVERSARIAL}}, [[text] for text in ADVERSARIAL]]

    assert read_by(kubectl, write(custom(data))) == [{"here": data}]


def test_every_string_of_a_stream_ends_where_it_ended(kubectl: str) -> None:
    objects = [custom({"last": text}) for text in ADVERSARIAL]

    assert read_by(kubectl, write_all(objects)) == [item["spec"] for item in objects]


def test_numbers_keep_their_value(kubectl: str) -> None:
    numbers = [0, -1, 2**63 - 1, -(2**63), 1.5, 1e16, 1.25e-7, 5e-324, 1.7976931348623157e308, 0.1, -2.5]

    assert read_by(kubectl, write(custom(numbers))) == [{"here": numbers}]


@pytest.mark.parametrize("batch", range(2))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batch_of=st.lists(FINITE, min_size=1, max_size=40))
def test_any_data_is_what_was_written(kubectl: str, batch: int, batch_of: list[Any]) -> None:
    del batch

    assert read_by(kubectl, write(custom(batch_of))) == [{"here": batch_of}]
