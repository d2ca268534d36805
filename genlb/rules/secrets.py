"""Credentials that give themselves away by their form, wherever they stand in a spec."""

from __future__ import annotations

from collections.abc import Iterator

from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.spec.credentials import CERTAIN
from genlb.yamltext.node import Node, ScalarNode, SequenceNode

SECRET = rule(
    "GLB310",
    ERROR,
    "A secret stands in the spec",
    why="Specs are committed, rendered and shown in reports; a credential in one of them is a credential in all.",
    fix="Refer to a Secret instead; Argo CD and Flux keep repository credentials in Secrets of their own.",
)

_SHORTEST = 20

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
        match = CERTAIN.search(str(node.value))
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


@SECRET.check
def credentials_in_url(view: View) -> Iterator[Finding]:
    """``https://user:password@host``; a bare user name (``ssh://git@host``) is no secret."""
    url = view.spec.gitops.repo_url or ""
    scheme, _, rest = url.partition("://")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    if at and (":" in user or scheme in {"http", "https"}):
        yield Finding(view.at("gitops", "repoURL"), "gitops.repoURL holds credentials")
