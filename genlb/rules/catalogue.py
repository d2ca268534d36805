"""What a rule is, and how a check belongs to one.

A rule is knowledge: an id, a severity, why it hurts and what to do. A check is a small pure function that looks at
one cluster and yields findings; a rule may have several checks, or none here when something else finds it (the YAML
reader, ``render``). Adding a rule is adding a ``Rule`` and, below it, a function marked with ``@RULE.check``::

    RACK_WITHOUT_ROUTER = rule("GLB301", ERROR, "A rack has no router", why="…", fix="…")


    @RACK_WITHOUT_ROUTER.check
    def rack_without_router(view: View) -> Iterator[Finding]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from genlb.errors import Diagnostic, Fix, Related, Severity, Span

if TYPE_CHECKING:
    from genlb.network.base_config import BaseConfig
    from genlb.network.decisions import Decisions
    from genlb.spec.assemble import LoadedSpec
    from genlb.spec.model import Cluster, Spec

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


class Finding(NamedTuple):
    """One thing that a check has found: where, what, and the cure where it is better than the rule's own.

    ``fix`` is the cure as an edit, where there is but one way to mend it.
    """

    span: Span
    message: str
    help: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    fix: Fix | None = None


class View(NamedTuple):
    """One cluster as a check sees it; ``base`` is what ``kubeProxy.baseConfig`` names, where it can be used."""

    loaded: LoadedSpec
    cluster: Cluster
    decisions: Decisions
    base: BaseConfig | None = None

    @property
    def spec(self) -> Spec:
        """The typed spec."""
        return self.cluster.spec

    def at(self, *path: str | int) -> Span:
        """The place of a value below ``spec``; of the nearest one around it when nobody wrote it down."""
        return self.loaded.span("spec", *path)


Check: TypeAlias = Callable[[View], Iterator[Finding]]


class Rule:
    """One rule. ``why`` and ``fix`` are whole sentences for somebody who knows networks and not genlb."""

    __slots__ = ("checks", "fix", "id", "research", "severity", "title", "why")

    def __init__(self, id: str, severity: Severity, title: str, why: str, fix: str, research: str) -> None:  # noqa: A002 -- the fields of a rule, by their names
        self.id = id
        self.severity = severity
        self.title = title
        self.why = why
        self.fix = fix
        self.research = research
        self.checks: list[Check] = []

    def check(self, function: Check) -> Check:
        """Mark ``function`` as a check of this rule."""
        self.checks.append(function)
        return function

    def diagnose(self, view: View) -> Iterator[Diagnostic]:
        """Everything that this rule's checks find in one cluster."""
        for check in self.checks:
            for finding in check(view):
                yield self.diagnostic(finding, cluster=view.loaded.name)

    def diagnostic(self, finding: Finding, *, cluster: str = "") -> Diagnostic:
        """The finding in the rule's name."""
        return Diagnostic(
            rule=self.id,
            severity=finding.severity or self.severity,
            message=finding.message,
            span=finding.span,
            why=self.why,
            help=finding.help or self.fix,
            related=finding.related,
            cluster=cluster,
            fix=finding.fix,
        )


_RULES: dict[str, Rule] = {}


def rule(id: str, severity: Severity, title: str, *, why: str, fix: str, research: str = "") -> Rule:  # noqa: A002 -- see Rule
    """Define a rule; ``research`` names the check of the literature that it stands for (KP004, CA003 …)."""
    if id in _RULES:
        raise ValueError(f"{id} is defined twice")
    _RULES[id] = Rule(id, severity, title, why, fix, research)
    return _RULES[id]


def defined() -> Mapping[str, Rule]:
    """Every rule defined so far, by id; `genlb.rules.rules` has them all."""
    return MappingProxyType(dict(sorted(_RULES.items())))
