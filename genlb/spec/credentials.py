"""The forms of credentials that nothing else has: what a rule finds in a spec, and what no report shows."""

from __future__ import annotations

import re

CERTAIN = re.compile(
    r"-----BEGIN (?P<key>[A-Z ]*PRIVATE KEY)-----"
    r"|\b(?P<aws>(?:AKIA|ASIA)[0-9A-Z]{16})\b"
    r"|\b(?P<github>gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b"
    r"|\b(?P<gitlab>glpat-[A-Za-z0-9_-]{20,})"
    r"|\b(?P<slack>xox[abprs]-[A-Za-z0-9-]{20,})"
)
"""The group that matched says whose credential it is."""
