"""Runs for the tests of reports: one with everything, one that is clean, one in which every word is hostile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from genlb.errors import Diagnostic, Fix, Related, Severity, Span, Wording
from genlb.report.model import Cluster, Run, hushed, told
from genlb.rules.suppress import Entry, Suppressed

FILE = "clusters/fra1/cluster.yaml"
SHARED = "clusters/_defaults.yaml"
LINES = {
    FILE: (
        "spec:",
        "  versions: {kubernetes: 1.30}",
        "  pools:",
        "    - name: edge",
        '      addresses: ["10.208.1.128/25"]',
        "    password: hunter22",
    )
}

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) ](javascript:alert(1)) \"' & ]]>"
    " ::error file=x::forged\n::set-output name=x::y\r\n"
    "\x1b[31mred\x1b]0;t\x07 \x00\x0b\x7f\x85\u202e\u2028\ufffe\uffff ` ``` ~~~ | **b** _i_ <!-- --> {0} \\ $x$ %0A"
    " @octocat octocat@example.com #1 https://example.com www.example.com"
)

ERROR, WARNING, INFO = Severity


def finding(rule: str, severity: Severity, message: str, span: Span, **more: Any) -> Diagnostic:
    """One of cluster fra1, unless said otherwise."""
    return Diagnostic(rule=rule, severity=severity, message=message, span=span, **({"cluster": "fra1"} | more))


OVERLAP = finding(
    "GLB201",
    ERROR,
    'pools "public" and "edge" overlap',
    Span(FILE, 5, 19, 5, 36),
    why="MetalLB refuses the second",
    help='remove it from "edge"',
    related=(Related(Span(SHARED, 31, 20, 31, 30), 'pool "public"'),),
)
KUBERNETES = Span(FILE, 2, 26, 2, 30)
QUOTED = Fix(KUBERNETES, "", Wording.QUOTED)
RETYPED = finding("GLB105", ERROR, "unquoted, this is the number 1.3 to YAML", KUBERNETES, fix=QUOTED)
IMAGE = finding("GLB505", WARNING, "agents.image has no digest", Span(SHARED, 5, 14, 5, 40), cluster="ams1")
NEW = finding("GLB703", INFO, "kubernetes 1.99 is newer", KUBERNETES)
SINGLE = finding("GLB303", WARNING, "one router only", Span(FILE, 4, 13, 4, 17))
ENTRY = Entry("GLB303", "one ToR per rack", Span(FILE, 40, 15, 40, 21))
CLUSTERS = (Cluster("ams1", "clusters/ams1/cluster.yaml", valid=True), Cluster("fra1", FILE, valid=False))


def locate(span: Span) -> str:
    """As ``genlb.yamltext.pointer`` would, for what the tests ask."""
    return {OVERLAP.span: "/spec/pools/edge/addresses/10.208.1.128~125"}.get(span, "")


def a_run(
    findings: Iterable[Diagnostic] = (),
    suppressed: Iterable[Diagnostic] = (),
    *,
    clusters: tuple[Cluster, ...] = CLUSTERS,
    entry: Entry = ENTRY,
    fail_on: Severity = Severity.ERROR,
) -> Run:
    """A run of ``genlb validate`` that found these."""

    def source(file: str) -> tuple[str, ...]:
        return LINES.get(file, ())

    return Run(
        command="validate",
        version="0.1.0",
        clusters=clusters,
        findings=told(findings, source, locate),
        suppressed=hushed([Suppressed(found, entry) for found in suppressed], source, locate),
        fail_on=fail_on,
    )


CLEAN = a_run()
FULL = a_run(
    [OVERLAP, RETYPED, IMAGE, NEW],
    [SINGLE],
    clusters=(*CLUSTERS, Cluster("muc1", "clusters/muc1/cluster.yaml", valid=False, unread="muc1: Permission denied")),
)
EVIL = a_run(
    [
        finding(
            "GLB103",
            severity,
            HOSTILE,
            Span(f"clusters/{HOSTILE}/x:y,z%.yaml", 1, 2, 1, 3),
            why=HOSTILE,
            help=HOSTILE,
            related=(Related(Span(HOSTILE, 1, 1, 1, 2), HOSTILE),),
            cluster=HOSTILE,
        )
        for severity in Severity
    ],
    [SINGLE],
    clusters=(Cluster(HOSTILE, HOSTILE, valid=False), Cluster("x", HOSTILE, valid=False, unread=HOSTILE)),
    entry=Entry("GLB303", HOSTILE, Span(HOSTILE, 40, 15, 40, 21), line=40),
)
