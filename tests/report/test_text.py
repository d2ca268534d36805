"""How a diagnostic looks to the person who has to mend it."""

from __future__ import annotations

from genlb.errors import Diagnostic, Related, Severity, Span
from genlb.report.counts import counted, summary
from genlb.report.style import COLOURED, PLAIN
from genlb.report.text import diagnostic_text, diagnostics_text

FILE = "clusters/fra1-prod/cluster.yaml"
LINES = ("spec:", "  pools:", "    - name: edge", '      addresses: ["10.208.1.128/25"]')


def overlap(**changes: object) -> Diagnostic:
    words: dict[str, object] = {
        "rule": "GLB201",
        "severity": Severity.ERROR,
        "message": 'pools "public" and "edge" overlap',
        "span": Span(FILE, 4, 19, 4, 36),
        "why": "MetalLB's webhook would reject this",
        "help": 'shrink "public" to 10.208.1.0/25',
        "related": (Related(Span("clusters/_defaults.yaml", 31, 20, 31, 30), 'pool "public" is here'),),
    }
    return Diagnostic(**(words | changes))  # type: ignore[arg-type]  # the table above has the right types


def test_place_line_marks_reason_cure_and_pointer_stand_in_this_order() -> None:
    assert diagnostic_text(overlap(), LINES, PLAIN).split("\n") == [
        f'{FILE}:4:19: error[GLB201]: pools "public" and "edge" overlap',
        '   4 |       addresses: ["10.208.1.128/25"]',
        "     |                   ^^^^^^^^^^^^^^^^^",
        '     = clusters/_defaults.yaml:31:20: pool "public" is here',
        "     = MetalLB's webhook would reject this",
        '     = help: shrink "public" to 10.208.1.0/25',
        "     = more: genlb explain GLB201",
    ]


def test_the_gutter_grows_with_the_line_number() -> None:
    lines = ("",) * 12344 + ("kind: Clustr",)
    told = diagnostic_text(
        overlap(span=Span(FILE, 12345, 7, 12345, 13), related=(), why="", help=""), lines, PLAIN, pointer=False
    )

    assert told.split("\n")[1:] == ["12345 | kind: Clustr", "      |       ^^^^^^"]


def test_what_concerns_a_whole_file_quotes_no_line() -> None:
    told = diagnostic_text(overlap(span=Span.whole(FILE), related=(), why="", help=""), LINES, PLAIN, pointer=False)

    assert told == f'{FILE}:1:1: error[GLB201]: pools "public" and "edge" overlap'


def test_a_file_that_cannot_be_quoted_still_has_its_message() -> None:
    told = diagnostic_text(overlap(related=(), why="", help=""), (), PLAIN, pointer=False)

    assert told == f'{FILE}:4:19: error[GLB201]: pools "public" and "edge" overlap'


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    told = diagnostic_text(overlap(span=Span(FILE, 3, 7, 4, 36)), LINES, PLAIN)

    assert told.split("\n")[1:3] == ["   3 |     - name: edge", "     |       ^^^^^^^^^^"]


def test_a_mistake_in_a_layer_says_in_which_cluster_it_was_seen() -> None:
    in_layer = overlap(span=Span.whole("clusters/_defaults.yaml"), cluster="fra1-prod")
    in_cluster = overlap(span=Span.whole(FILE), cluster="fra1-prod")

    assert "seen in cluster fra1-prod" in diagnostic_text(in_layer, (), PLAIN)
    assert "seen in cluster" not in diagnostic_text(in_cluster, (), PLAIN)


def test_escape_sequences_in_a_spec_never_reach_the_terminal() -> None:
    lines = ("name: \x1b]0;owned\x07\x1b[2J\u202etxet",)
    told = diagnostic_text(
        overlap(message="unknown \x1b[31mkey", span=Span("a\x1bb.yaml", 1, 1, 1, 5), related=(), why="", help=""),
        lines,
        PLAIN,
        pointer=False,
    )

    assert told.split("\n") == [
        "a\\x1bb.yaml:1:1: error[GLB201]: unknown \\x1b[31mkey",
        "   1 | name: \\x1b]0;owned\\x07\\x1b[2J\\u202etxet",
        "     | ^^^^",
    ]


def test_a_line_break_in_a_message_cannot_forge_a_second_diagnostic() -> None:
    told = diagnostic_text(overlap(message="a\nb.yaml:1:1: error[GLB999]: forged"), (), PLAIN)

    assert told.split("\n")[0].endswith("a\\x0ab.yaml:1:1: error[GLB999]: forged")


def test_colour_wraps_words_and_changes_nothing_else() -> None:
    import re

    coloured = diagnostic_text(overlap(), LINES, COLOURED)

    assert "\x1b[1;31merror[GLB201]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == diagnostic_text(overlap(), LINES, PLAIN)


def test_the_pointer_to_explain_stands_once_for_each_rule() -> None:
    told = list(diagnostics_text([overlap(), overlap(message="again"), overlap(rule="GLB202")], lambda _: (), PLAIN))

    assert ["genlb explain" in block for block in told] == [True, False, True]


def test_the_summary_counts_clusters_and_findings() -> None:
    warning = overlap(severity=Severity.WARNING)
    info = overlap(severity=Severity.INFO)

    assert summary(12, [overlap()]) == "12 clusters · 1 error, 0 warnings"
    assert summary(1, [warning, warning, info]) == "1 cluster · 0 errors, 2 warnings, 1 note"
    assert counted(0, "file") == "0 files"
