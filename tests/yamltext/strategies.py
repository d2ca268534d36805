"""Hypothesis: data as Kubernetes objects hold it, and text that is almost YAML."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.yamltext.corpus import ADVERSARIAL, TEXTS

strings = st.one_of(
    st.sampled_from(ADVERSARIAL),
    st.text(max_size=20),
    st.text(alphabet="0123456789abefox._-+:eETZ ", max_size=12),
    st.text(alphabet=" \t\n\r#:-?a'\"|>%@\u0085\u2028\ufeff", max_size=12),
    st.tuples(st.sampled_from(ADVERSARIAL), st.sampled_from(ADVERSARIAL)).map("".join),
)
scalars = st.one_of(
    strings,
    st.integers(min_value=-(2**63), max_value=2**64 - 1),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
)


def collections(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and maps of ``children``."""
    return st.lists(children, max_size=5) | st.dictionaries(strings, children, max_size=5)


data: st.SearchStrategy[Any] = st.recursive(scalars, collections, max_leaves=20)

FRAGMENTS = (
    *(
        "- ",
        ": ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!x ",
        "!!str ",
        "|\n",
        ">-\n",
        "'",
        '"',
        "\\",
        "\\u",
        "#",
        " #",
    ),
    *(
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "\r",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "<<",
        "~",
        "\0",
        "\ufeff",
        "\u2028",
        "\x85",
        "😀",
    ),
    *("a", "key: value\n", "- item\n", "yes", "010", "1e3", "\\ud83d", "\\U00110000", "x" * 1100, "[" * 60, "- " * 60),
)


@st.composite
def broken_texts(draw: st.DrawFn) -> str:
    """A text of the corpus with pieces put in and taken out."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(min_value=1, max_value=6))):
        start = draw(st.integers(min_value=0, max_value=len(text)))
        end = min(len(text), start + draw(st.integers(min_value=0, max_value=6)))
        text = text[:start] + draw(st.sampled_from(FRAGMENTS)) + text[end:]
    return text


texts = st.one_of(
    broken_texts(),
    st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join),
    st.text(max_size=100),
)
