"""Rules about the captured KubeProxyConfiguration (``kubeProxy.baseConfig``) as a file, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from genlb.errors import Diagnostic
from genlb.network.base_config import API_VERSION, KIND, BaseConfig, mode_of
from genlb.rules.catalogue import ERROR, Finding, View, rule
from genlb.rules.reading import BASE_CONFIG
from genlb.spec.model import Ownership, ProxyMode
from genlb.yamltext import Document
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from genlb.network.proxy_crossings import Refused

CAPTURE = "kubectl -n kube-system get configmap kube-proxy -o jsonpath='{.data.config\\.conf}'"
"""The command that prints what belongs into the file."""

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


class BaseConfigFile(NamedTuple):
    """A file read as a KubeProxyConfiguration: ``base`` is None where it cannot be used."""

    base: BaseConfig | None
    diagnostics: tuple[Diagnostic, ...]


def read_base_config(file: str, document: Document) -> BaseConfigFile:
    """What ``document`` holds; neither base nor diagnostics when it is no map.

    A value that YAML readers disagree about counts as everywhere (GLB105): the cluster has read it in its own way, and
    genlb would write it in another one.
    """
    root = document.root
    if not isinstance(root, MappingNode):
        return BaseConfigFile(None, document.diagnostics)
    told = {diagnostic.span for diagnostic in document.diagnostics}
    unsayable = (BASE_CONFIG.diagnostic(finding) for finding in _unsayable(root) if finding.span not in told)
    diagnostics = (*document.diagnostics, *unsayable)
    return BaseConfigFile(None if diagnostics else BaseConfig(file, root), diagnostics)


def _unsayable(node: Node) -> Iterator[Finding]:
    """Numbers that JSON, and so the cluster, cannot hold."""
    if isinstance(node, ScalarNode):
        value = node.value
        if isinstance(value, float) and not math.isfinite(value):
            yield Finding(node.span, f"{value} is a number that kube-proxy cannot be told", "write a plain number")
        elif isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
            yield Finding(node.span, "a number beyond 64 bits, which kube-proxy reads as another one")
        return
    for child in node.items if isinstance(node, SequenceNode) else node.entries.values():
        yield from _unsayable(child)


@BASE_CONFIG.check
def wrong_kind(view: View) -> Iterator[Finding]:
    """Anything but a KubeProxyConfiguration of the one version; nothing else in it is judged then."""
    base = view.base
    if base is None or base.is_proxy_config:
        return
    field, wanted = ("kind", KIND) if base.get("kind") != KIND else ("apiVersion", API_VERSION)
    if base.get(field) is None:
        yield Finding(base.span(field), f"the file does not say {field}: {wanted}", f"write {field}: {wanted}")
    else:
        from genlb.spec.complaints import shown  # a valid file never pays for it

        message = f"{field} is {shown(str(base.get(field)))}, and kube-proxy takes nothing but {wanted}"
        yield Finding(base.span(field), message, f"this prints what belongs here: {CAPTURE}")


def judged(view: View) -> BaseConfig | None:
    """The base configuration where there is one and it is what it should be."""
    return view.base if view.base is not None and view.base.is_proxy_config else None


def proxy_mode(view: View) -> ProxyMode:
    """The mode in which kube-proxy reads the base: the spec's where genlb writes it in, else the file's own."""
    proxy = view.spec.kube_proxy
    if proxy.ownership is Ownership.MERGE or view.base is None:
        return proxy.mode
    return mode_of(view.base)


IGNORED_FIELD = rule(
    "GLB408",
    ERROR,
    "A field of baseConfig that kube-proxy ignores",
    why="kube-proxy leaves out what it does not know, with one line in its log: strictArp for strictARP leaves every"
    " node answering ARP, and nobody sees why. genlb would write it into the cluster as it stands.",
    fix="Use the name that the message suggests, or remove the field.",
    research="KP009",
)


@IGNORED_FIELD.check
def ignored_fields(view: View) -> Iterator[Finding]:
    """Unknown and mis-cased keys, at any depth."""
    base = judged(view)
    if base is None:
        return
    from genlb.network.proxy_fields import unknown_fields  # a cluster without a captured file never pays for it

    for path, known in unknown_fields(base):
        message = f"kube-proxy knows no {'.'.join(path)} and ignores it"
        yield Finding(base.key(*path), message, _suggestion(path[-1], known))


def _suggestion(key: str, known: tuple[str, ...]) -> str:
    from genlb.spec.suggest import near  # a valid file never pays for it

    guess = near(key, known)
    if guess is None:
        return ""
    return f"write {guess}" if guess.casefold() == key.casefold() else f"did you mean {guess}?"


REFUSED_VALUE = rule(
    "GLB422",
    ERROR,
    "A value of baseConfig that kube-proxy refuses",
    why="kube-proxy exits when it reads such a value: from its next restart on, no node follows the Services any more.",
    fix="Correct the value in the captured file.",
    research="kubeproxy_linux 1.1",
)


@REFUSED_VALUE.check
def refused(view: View) -> Iterator[Finding]:
    """Types, limits, and fields that do not fit together, as a kube-proxy of the spec's mode judges them."""
    base = judged(view)
    if base is None:
        return
    from genlb.network.proxy_fields import refused_values  # see above

    for problem in refused_values(base, proxy_mode(view)):
        yield Finding(base.span(*problem.path), _told(problem))


def _told(problem: Refused) -> str:
    from genlb.spec.misfits import described  # a valid file never pays for it

    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in problem.path).removeprefix(".")
    here = f", here is {described(problem.node, secret=False)}" if problem.node else ""
    return f"kube-proxy refuses {path}: it wants {problem.wants}{here}"
