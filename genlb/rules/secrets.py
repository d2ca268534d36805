"""Credentials that give themselves away by their form, wherever they stand in a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genlb.rules.catalogue import Finding, View
from genlb.rules.structure import SECRET
from genlb.yamltext.node import Node, ScalarNode, SequenceNode

_SHORTEST = 20
_CERTAIN = re.compile(
    r"-----BEGIN (?P<key>[A-Z ]*PRIVATE KEY)-----"
    r"|\b(?P<aws>(?:AKIA|ASIA)[0-9A-Z]{16})\b"
    r"|\b(?P<github>gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b"
    r"|\b(?P<gitlab>glpat-[A-Za-z0-9_-]{20,})"
    r"|\b(?P<slack>xox[abprs]-[A-Za-z0-9-]{20,})"
)
_WORDS = {
    "key": "a private key",
    "aws": "an AWS access key",
    "github": "a GitHub token",
    "gitlab": "a GitLab token",
    "slack": "a Slack token",
}


@SECRET.check
def credentials(view: View) -> Iterator[Finding]:
    """Text of a form that nothing else has; a guess is never made."""
    for node in _texts(view.loaded.tree) if view.loaded.tree else ():
        match = _CERTAIN.search(str(node.value))
        if match:
            yield Finding(node.span, f"{_WORDS[match.lastgroup or 'key']} stands in the spec")


def _texts(node: Node) -> Iterator[ScalarNode]:
    """Scalars long enough to be a credential."""
    pending: list[Node] = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, ScalarNode):
            if isinstance(node.value, str) and len(node.value) >= _SHORTEST:
                yield node
        else:
            pending += node.items if isinstance(node, SequenceNode) else node.entries.values()
