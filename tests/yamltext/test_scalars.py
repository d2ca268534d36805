"""Plain scalars are YAML 1.2 core (yaml.org/spec/1.2.2, 10.3.2); GLB105 where YAML 1.1 or Go reads another thing."""

from __future__ import annotations

import math

import pytest

from genlb.yamltext import ScalarNode, SequenceNode, load
from tests.yamltext.corpus import FILE, only, reading

CORE = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    "0": 0,
    "-0": 0,
    "+12": 12,
    "-19": -19,
    "0x3A": 58,
    "64600": 64600,
    "4294967295": 4294967295,
    "18446744073709551615": 18446744073709551615,
    "0.": 0.0,
    ".5": 0.5,
    "1.30": 1.3,
    "12.5e+03": 12500.0,
    "-2.5E-1": -0.25,
    ".inf": math.inf,
    "-.Inf": -math.inf,
    "+.INF": math.inf,
    # text
    "nULL": "nULL",
    "tRUE": "tRUE",
    "oN": "oN",
    "10.20.1.2": "10.20.1.2",
    "10.20.1.0/24": "10.20.1.0/24",
    "10.208.3.32-10.208.3.39": "10.208.3.32-10.208.3.39",
    "fd00:20:1::2": "fd00:20:1::2",
    "2m0s": "2m0s",
    "64Mi": "64Mi",
    "1.35.2": "1.35.2",
    "a": "a",
    "1e": "1e",
    "0xg": "0xg",
    "+.nan": "+.nan",
}

DISPUTED = {
    # scalar: (YAML 1.2 core value, message, help)
    "yes": (
        "yes",
        "is read as true by YAML 1.1 and as text by YAML 1.2",
        'write true, or in quotes if text is meant: "yes"',
    ),
    "No": (
        "No",
        "is read as false by YAML 1.1 and as text by YAML 1.2",
        'write false, or in quotes if text is meant: "No"',
    ),
    "on": (
        "on",
        "is read as true by YAML 1.1 and as text by YAML 1.2",
        'write true, or in quotes if text is meant: "on"',
    ),
    "OFF": (
        "OFF",
        "is read as false by YAML 1.1 and as text by YAML 1.2",
        'write false, or in quotes if text is meant: "OFF"',
    ),
    "y": ("y", "is read as true by YAML 1.1 and as text by YAML 1.2", 'write true, or in quotes if text is meant: "y"'),
    "n": (
        "n",
        "is read as false by YAML 1.1 and as text by YAML 1.2",
        'write false, or in quotes if text is meant: "n"',
    ),
    "=": ("=", "is read as the default key by YAML 1.1 and as text by YAML 1.2", 'write it in quotes: "="'),
    "<<": ("<<", "is read as a merge key by YAML 1.1 and as text by YAML 1.2", 'write it in quotes: "<<"'),
    "65001:50": (
        "65001:50",
        "is read as the number 3900110 by YAML 1.1 and as text by YAML 1.2",
        'write it in quotes: "65001:50"',
    ),
    "12:30:45": (
        "12:30:45",
        "is read as the number 45045 by YAML 1.1 and as text by YAML 1.2",
        'write it in quotes: "12:30:45"',
    ),
    "1:30.5": (
        "1:30.5",
        "is read as the number 90.5 by YAML 1.1 and as text by YAML 1.2",
        'write it in quotes: "1:30.5"',
    ),
    "010": (
        10,
        "is read as the number 8 by YAML 1.1 and as the number 10 by YAML 1.2",
        'write 8 or 10, or in quotes if text is meant: "010"',
    ),
    "064600": (
        64600,
        "is read as the number 27008 by YAML 1.1 and as the number 64600 by YAML 1.2",
        'write 27008 or 64600, or in quotes if text is meant: "064600"',
    ),
    "08": (
        8,
        "is read as text by YAML 1.1 and as the number 8 by YAML 1.2",
        'write 8, or in quotes if text is meant: "08"',
    ),
    "0o17": (
        15,
        "is read as text by YAML 1.1 and as the number 15 by YAML 1.2",
        'write 15, or in quotes if text is meant: "0o17"',
    ),
    "0b11": (
        "0b11",
        "is read as the number 3 by YAML 1.1 and as text by YAML 1.2",
        'write 3, or in quotes if text is meant: "0b11"',
    ),
    "-0x10": (
        "-0x10",
        "is read as the number -16 by YAML 1.1 and as text by YAML 1.2",
        'write -16, or in quotes if text is meant: "-0x10"',
    ),
    "64_600": (
        "64_600",
        "is read as the number 64600 by YAML 1.1 and as text by YAML 1.2",
        'write 64600, or in quotes if text is meant: "64_600"',
    ),
    "1e3": (
        1000.0,
        "is read as text by YAML 1.1 and as the number 1000.0 by YAML 1.2",
        'write 1000.0, or in quotes if text is meant: "1e3"',
    ),
    "-.5": (
        -0.5,
        "is read as text by YAML 1.1 and as the number -0.5 by YAML 1.2",
        'write -0.5, or in quotes if text is meant: "-.5"',
    ),
    "12e4567": (
        math.inf,
        "is read as text by YAML 1.1 and as the number inf by YAML 1.2",
        'write it in quotes: "12e4567"',
    ),
    "2024-01-01": (
        "2024-01-01",
        "is read as a date by YAML 1.1 and as text by YAML 1.2",
        'write it in quotes: "2024-01-01"',
    ),
    "2024-01-01T12:30:45Z": (
        "2024-01-01T12:30:45Z",
        "is read as a date by YAML 1.1 and as text by YAML 1.2",
        'write it in quotes: "2024-01-01T12:30:45Z"',
    ),
    # only Go differs
    "2024-1-5": (
        "2024-1-5",
        "is read as a date by Go's YAML (kubectl) and as text by YAML 1.2",
        'write it in quotes: "2024-1-5"',
    ),
    "0B11": (
        "0B11",
        "is read as the number 3 by Go's YAML (kubectl) and as text by YAML 1.2",
        'write 3, or in quotes if text is meant: "0B11"',
    ),
    "+18446744073709551615": (
        18446744073709551615,
        (
            "is read as the number 1.8446744073709552e+19 by Go's YAML (kubectl) "
            "and as the number 18446744073709551615 by YAML 1.2"
        ),
        'write it in quotes: "+18446744073709551615"',
    ),
    "18446744073709551616": (
        18446744073709551616,
        (
            "is read as the number 1.8446744073709552e+19 by Go's YAML (kubectl) "
            "and as the number 18446744073709551616 by YAML 1.2"
        ),
        'write it in quotes: "18446744073709551616"',
    ),
}


def item(text: str) -> ScalarNode:
    """The scalar of a list that has only this one."""
    root = reading(f"- {text}\n").root
    assert isinstance(root, SequenceNode)
    (node,) = root.items
    assert isinstance(node, ScalarNode)
    return node


@pytest.mark.parametrize("scalar", CORE)
def test_a_scalar_that_all_read_alike_has_its_core_value_and_no_diagnostic(scalar: str) -> None:
    document = reading(f"- {scalar}\n")

    assert document.diagnostics == ()
    value = item(scalar).value
    assert (type(value), value) == (type(CORE[scalar]), CORE[scalar])


def test_not_a_number_is_read() -> None:
    value = item(".NaN").value

    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize("scalar", DISPUTED)
def test_a_disputed_scalar_names_both_readings_and_keeps_the_core_value(scalar: str) -> None:
    value, message, cure = DISPUTED[scalar]
    document = reading(f"key:  {scalar}\n")

    (diagnostic,) = document.diagnostics
    assert diagnostic.rule == "GLB105"
    assert diagnostic.span == (FILE, 1, 7, 1, 7 + len(scalar))
    assert diagnostic.message == f"{scalar} {message}"
    assert diagnostic.help == cure
    assert diagnostic.why
    assert load(f"- {scalar}\n".encode(), FILE) == [value]


@pytest.mark.parametrize("scalar", [*CORE, *DISPUTED])
def test_quotes_settle_every_dispute(scalar: str) -> None:
    for quoted in (f"'{scalar}'", f'"{scalar}"'):
        document = reading(f"- {quoted}\n")

        assert document.diagnostics == ()
        assert item(quoted).value == scalar


@pytest.mark.parametrize(
    ("text", "plain"),
    [("a", True), ("1", True), ("", True), ("'a'", False), ('"1"', False), ("|\n  a", False), (">\n  a", False)],
)
def test_a_node_tells_plain_scalars_from_others(text: str, plain: bool) -> None:  # noqa: FBT001 - a column of the table
    assert item(text).plain is plain


def test_every_disputed_scalar_of_a_file_is_told() -> None:
    text = "yes: [010, {a: 1_000}]\nb: 2024-01-01\n"

    assert [(d.rule, d.span.line, d.span.column) for d in reading(text).diagnostics] == [
        ("GLB105", 1, 1),
        ("GLB105", 1, 7),
        ("GLB105", 1, 16),
        ("GLB105", 2, 4),
    ]


@pytest.mark.parametrize("scalar", ["9" * 129, "0x" + "f" * 5000, "1:" * 100 + "1", "1_" * 100, "1." + "0" * 200])
def test_a_number_too_long_to_be_one_is_disputed_and_stays_text(scalar: str) -> None:
    document = reading(f"- {scalar}\n")

    assert [d.rule for d in document.diagnostics] == ["GLB105"]
    assert "too long" in only(f"- {scalar}\n").message
    assert len(only(f"- {scalar}\n").message) < 200
    assert only(f"- {scalar}\n").help == "write it in quotes"
    assert item(scalar).value == scalar


def test_a_long_text_of_digits_and_spaces_is_no_number() -> None:
    assert reading("- " + "0a 1b " * 50 + "2c\n").diagnostics == ()
