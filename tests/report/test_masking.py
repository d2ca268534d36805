"""A secret in a spec is not repeated in what genlb prints."""

from __future__ import annotations

import pytest

from genlb.errors import Diagnostic, Severity, Span
from genlb.report.masking import concealed, secret_ranges
from genlb.report.style import PLAIN
from genlb.report.text import diagnostic_text

FILE = "clusters/a/cluster.yaml"


def hidden(*lines: str) -> list[str]:
    return [lines[-1][start:end] for start, end in secret_ranges(lines, len(lines))]


def finding(rule: str, message: str, column: int, end: int) -> Diagnostic:
    return Diagnostic(rule=rule, severity=Severity.ERROR, message=message, span=Span(FILE, 1, column, 1, end))


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("password: hunter2", "hunter2"),
        ("  bgpPassword: hunter2  # of the ToR", "hunter2"),
        ('  "torPassword": "hunter 2"', '"hunter 2"'),
        ("password: 'it''s'", "'it''s'"),
        ("  bgp: {password: hunter2, asNumber: 1}", "hunter2"),
        ("api_key: abcdef", "abcdef"),
        ("accessToken: abcdef", "abcdef"),
        ("privateKey: abcdef", "abcdef"),
        ("PASSWORD: a b c", "a b c"),
        ("repoURL: https://bob:hunter2@git.example.com/x.git", "bob:hunter2"),
        ("repoURL: https://ghp_0123@git.example.com/x.git", "ghp_0123"),
        ("repoURL: https://git.example.com/x.git?private_token=hunter2&ref=main", "hunter2"),
        ("note: glpat-0123456789abcdefghij", "glpat-0123456789abcdefghij"),
    ],
)
def test_a_secret_is_found(line: str, secret: str) -> None:
    assert hidden(line) == [secret]


@pytest.mark.parametrize(
    "line",
    [
        "password: {secretName: bgp-secrets, key: tor-password}",
        "    secretName: bgp-secrets",
        "    key: tor-password",
        "imagePullSecrets: [{name: regcred}]",
        "password: # see the vault",
        "asNumber: 64600",
        "repoURL: https://git.example.com/x.git",
        "passwordSecretRef: bgp",
    ],
)
def test_a_reference_is_no_secret(line: str) -> None:
    assert hidden(line) == []


def test_text_of_a_block_under_a_secret_key_is_hidden() -> None:
    assert hidden("tls:", "  privateKey: |", "    -----BEGIN", "    MIIE") == ["MIIE"]
    assert hidden("tls:", "  password:", "    secretName: a") == []
    assert hidden("tls:", "  comment: |", "    MIIE") == []


def test_a_private_key_is_hidden_whatever_it_stands_under() -> None:
    block = (
        "note: |",
        "  -----BEGIN EC PRIVATE KEY-----",
        "  MIIE",
        "  abcd",
        "  -----END EC PRIVATE KEY-----",
        "  more",
    )

    assert hidden(*block[:3]) == ["MIIE"]
    assert hidden(*block[:4]) == ["abcd"]
    assert hidden(*block) == []


def test_the_span_of_the_rule_about_secrets_is_hidden_whole() -> None:
    told = diagnostic_text(finding("GLB310", "credentials in a URL", 6, 13), ("url: hunter2",), PLAIN)

    assert told.split("\n")[1:3] == ["   1 | url: ***", "     |      ^^^"]


def test_a_message_does_not_repeat_the_secret() -> None:
    line = "password: hunter2"
    told = diagnostic_text(finding("GLB104", "expected a map, found 'hunter2'", 11, 18), (line,), PLAIN)

    assert "hunter2" not in told
    assert concealed(finding("GLB104", "found hunter2", 11, 18), (line,)).message == "found ***"


def test_a_very_short_value_does_not_riddle_the_message() -> None:
    assert concealed(finding("GLB104", "a text", 11, 12), ("password: t",)).message == "a text"
