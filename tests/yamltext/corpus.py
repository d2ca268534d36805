"""What the tests of yamltext share: strings that some reader mistakes, YAML texts, and how a test names a place."""

from __future__ import annotations

from genlb.errors import Diagnostic
from genlb.yamltext import Document, read

FILE = "clusters/fra1-prod/cluster.yaml"

WORDS = (
    *("", "~", "null", "Null", "NULL", "nULL", "true", "True", "TRUE", "tRUE", "false", "False", "FALSE"),
    *("y", "Y", "n", "N", "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "oN"),
    *(".inf", "-.inf", "+.inf", ".Inf", ".INF", "inf", "Infinity", ".nan", ".NaN", ".NAN", "nan", "NaN", "=", "<<"),
)
NUMBERS = (
    *("0", "-0", "+0", "1", "+1", "-1", "007", "010", "08", "09.5", "-010", "1_000", "64_600", "064600", "_1", "1_"),
    *("0b1", "0B1", "-0b1", "0b-1", "0b2", "0o7", "0o14", "0O17", "0o8", "-0o7", "0o-7", "0x1F", "0X1F", "-0x1", "0xg"),
    *("1e3", "1E3", "1e+3", "1.5e3", "1.e3", "12e4567", "123e456", "0e12345", "1234e56", "123456e7", "1e", "e1"),
    *(".5", "-.5", "5.", "1.5", "1.30", "1.35.2", "1_0.5", ".5_0", "._5", "1..2", ".", "..", "-", "+", "0x1p-2"),
    *("18446744073709551615", "18446744073709551616", "99999999999999999999999", "1e400", "-1e400", "9" * 200),
    *("1:30", "12:30:45", "65001:50", "65001:100", "190:20:30.15", "1:60", "0:1", "-1:30", "1:2:3:4"),
    *("2024-01-01", "2024-1-5", "2024-01-01T12:30:45Z", "2024-01-01 12:30:45", "2001-12-14t21:59:43.10-05:00"),
    *("10.0.0.1", "10.0.0.0/8", "10.0.0.1-10.0.0.9", "1.2.3", "10.0", "250m", "64Mi", "2m0s", "10s", "1Gi", "3d", "0f"),
    *("fd00::", "fd00::1", "::1", "::", "2001:db8::/32", "2001:10::5", "12:34:56:78:9a:bc", "00:11:22:33:44:55"),
)
INDICATORS = (
    *("-", "- a", "-a", "--", "---", "--- a", "--flag", "--flag=x y", "...", "?", "? a", "?a", ":", ": b", ":b", "a:"),
    *("a: b", "a :b", "a:b", "a::b", "a #b", "a#b", "#", "# a", "%x", "%YAML 1.1", "@x", "`x`", "!x", "!!str a", "&x"),
    *("*x", "*.example.com", "|", "|-", ">", ">-", "'", '"', "''", '""', "'a'", '"a"', "a'b", 'a"b', "\\", "a\\nb"),
    *("[", "]", "{", "}", "[]", "{}", "[a, b]", "{a: b}", "a, b", ",", ",a", "a,b", "all()", "has(x) && y == 'z'"),
    *(
        "/etc/genlb/agent.json",
        "/",
        "key=value",
        "$(POD_IP)",
        "${x}",
        "a|b",
        "a>b",
        "a&b",
        "a*b",
        "100%",
        "a@b.example",
    ),
)
SPACES = (
    *(
        " ",
        "  ",
        " lead",
        "trail ",
        "two  spaces",
        "a b",
        "\t",
        "\tlead",
        "trail\t",
        "a\tb",
        "\n",
        "\n\n",
        "a\n",
        "\na",
    ),
    *("a\nb", "a\nb\n", "a\nb\n\n", "a\nb\n\n\n", "a\n\nb", " a\nb", "\ta\nb", "a\n b", "a\n\tb", "a \nb", "a\n \nb"),
    *(
        "a\nb ",
        "a\nb\t\n",
        "- a\n- b\n",
        "a: b\n# c\n",
        "# a\nb",
        "---\na\n",
        "...\na\n",
        "%a\nb\n",
        "? a\nb",
        "a\r\nb\r\n",
    ),
    *(
        "\r",
        "a\rb",
        "a\n\r\nb",
        "a\u0085b",
        "\u0085",
        "a\n\u2028b",
        "a\u2029b\n",
        "a\x0bb",
        "a\x0cb\n",
        "a\xa0b",
        "\xa0",
    ),
)
CHARACTERS = (
    *("\x00", "a\x00b", "\x01", "\x07", "\x08", "\x1b[31mred\x1b[0m", "\x1f", "\x7f", "\x80", "\x9f", "\xad", "\xff"),
    *("\ufeff", "\ufeffa", "a\ufeffb", "\ufffd", "\ufffe", "\uffff", "\ufffc", "\u200b", "\u202ea", "\u2066", "\u180e"),
    *(
        "é",
        "ß",
        "日本語",
        "日本語\nx\n",
        "😀",
        "a😀b",
        "👨\u200d👩",
        "\U0001fffe",
        "\U0010ffff",
        "\U000e0041",
        "\ue000",
    ),
)
ADVERSARIAL = tuple(
    dict.fromkeys((*WORDS, *NUMBERS, *INDICATORS, *SPACES, *CHARACTERS, "x" * 200, "k" * 2000, "é" * 1500))
)
"""Strings that a careless writer changes, for one reader or another."""

SPEC = """\
# what a person writes
apiVersion: genlb.io/v1alpha1
kind: Cluster
metadata:
  name: fra1-prod   # the folder's name
  labels: {env: prod, region: eu-central}
spec:
  network:
    podCIDRs: ["10.244.0.0/16", 'fd00:10:244::/56']
  bgp:
    asNumber: 64600
    racks:
      - name: r1
        routers:
          - {name: r1-tor-a, asNumber: 65101, addresses: [
              "10.20.1.2",
              "fd00:20:1::2",
            ]}
      - name: r2
  pools:
  - name: public
    autoAssign: false
    note: |
      first

      third

  - name: dns
    note: >-
      folded
      text
    priority:
"""

TEXTS = (
    SPEC,
    *(
        "",
        "\n",
        "# only a comment\n",
        "---\n",
        "--- a\n",
        "---\na: 1\n...\n",
        "a: 1",
        "a: 1\r\nb: 2\r\n",
        "a: 1\rb: 2\r",
    ),
    *(
        "scalar\n",
        "two\nlines\n",
        "'quoted'\n",
        '"a\\tb\\u00e9"\n',
        "|\n  block\n",
        "- a\n-\n- - b\n  - c\n",
        "[]\n",
        "{}\n",
    ),
    *(
        "a:\n- b\n- c: d\n  e: f\n",
        "? a\n: b\n",
        "? - a\n: b\n",
        "{a, b: , c: d}\n",
        "[a: b, ? c : d]\n",
        "{a: [b, {c: d}]}",
    ),
    *("a: &x 1\nb: *x\n", "a: &x {k: [v]}\nb: *x\nc: [*x, *x]\n", "&a a: &b b\n*b : *a\n", "a: &x\nb: *x\n", "a: *x\n"),
    *("a: &x [*x]\n", "<<: {a: b}\nc: d\n", "a: 1\na: 2\na: 3\n", "yes: 1\n1: 2\n~: 3\n", "{[a]: b, c: d}\n"),
    *(
        "a: yes\nb: 010\nc: 65001:50\nd: 1e3\n",
        "a: !!str 1\nb: !x {}\nc: !y []\n",
        "%YAML 1.1\n---\na\n",
        "%TAG ! t\n---\na\n",
    ),
    *(
        "%YAML 1.2\n---\na\n",
        "a\n---\nb\n",
        "a: b\n---\n",
        "😀: é x\n日本: [語, a]\n",
        'a: "😀\n  b"\n',
        "a: |\n  😀\n\nb: c\n",
    ),
    *(
        "a: |+\n  x\n\n\nb: >\n  y\n\n  z\n",
        "a: |2\n   x\n  y\n",
        "a: |-\n",
        "a: |\n  x\n# c\nb: 1\n",
        "- |\n a\n- >\n b\n",
    ),
    *(
        "a: b: c\n",
        'a: "x\n',
        "a: 'x\nb: c",
        "a: [1, 2\nb: 3\n",
        "a: {x: 1\n",
        "a:\n\tb: 1\n",
        "\ta: 1\n",
        "a: 1\n b: 2\n",
    ),
    *(
        "a: 1\nb\nc: 2\n",
        "a: @x\n",
        "a: `x`\n",
        "a: %x\n",
        "a: *\n",
        "a: &\n",
        "a: !<x\n",
        "a: !foo!bar x\n",
        "a: - b\n",
    ),
    *("- a\nb: c\n", "a: c\n- b\n", 'a: "\\q"\n', 'a: "\\x1"\n', 'a: "\\ud83d\\ude00"\n', 'a: "😀\\n\\\\ \\uDC00"\n'),
    *(
        'a: "\\U00110000"\n',
        'a: "\\UFFFFFFFF"\n',
        'a: "\\U0000D800"\n',
        "a: |0\n  x\n",
        "a: |x\n  x\n",
        "]\n",
        "}\n",
        "a: ]\n",
    ),
    *(
        ",\n",
        "a: |\n  x\n y\n",
        "%YAML 2.0\n---\na\n",
        "a: 'b' c\n",
        'a: "b"c: d\n',
        "a: ? b\n",
        "[: b]",
        ": b\n",
        '"a":b\n',
    ),
    *("a: 'x\n---\n'", "a\n...\nb\n", "a: b\n--- c: d\n", "a: &b &c d\n", "a: &b *c\n", "a: >\n\n   x\n  y\n", "...\n"),
    *("- " * 99 + "a", "- " * 100 + "a", "- " * 101 + "a", "[" * 99 + "]" * 99, "[" * 101 + "]" * 101, "{a: " * 101),
)
"""YAML as people write it, rightly and wrongly; both parsers must say the same of each."""


def reading(text: str | bytes) -> Document:
    """What `read` makes of a text."""
    return read(text if isinstance(text, bytes) else text.encode(), FILE)


def places(text: str | bytes) -> list[tuple[str, int, int]]:
    """Rule, line and column of each diagnostic."""
    return [(d.rule, d.span.line, d.span.column) for d in reading(text).diagnostics]


def only(text: str | bytes) -> Diagnostic:
    """The one diagnostic of a text."""
    (diagnostic,) = reading(text).diagnostics
    return diagnostic
