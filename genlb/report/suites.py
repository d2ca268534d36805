"""JUnit XML, for the test tabs of CI systems: suites of cases that took no time, so that equal runs are equal bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from genlb.report.markup import Safe, element

TIME = "0.000"


class Case(NamedTuple):
    """One test case; ``outcome`` is its one child, None for a case that passed without a word.

    ``result`` is what the child means: ``passed``, ``failed``, ``error`` or ``skipped``.
    """

    name: str
    file: str = ""
    line: int = 1
    outcome: Safe | None = None
    result: str = "passed"


def suites_xml(name: str, suites: Iterable[tuple[str, Iterable[Case]]]) -> str:
    """Named suites as one ``testsuites`` element."""
    held = [(suite, list(cases)) for suite, cases in suites]
    every = [case for _, cases in held for case in cases]
    root = element("testsuites", Safe("\n"), *(_suite(*one) for one in held), **_counts(name, every))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'


def _suite(name: str, cases: list[Case]) -> Safe:
    lines = [Safe(f"    {_case(name, case)}\n") for case in cases]
    return Safe(f"  {element('testsuite', Safe(chr(10)), *lines, Safe('  '), **_counts(name, cases))}\n")


def _case(suite: str, case: Case) -> Safe:
    content = [] if case.outcome is None else [case.outcome]
    place: dict[str, str | int | None] = {"file": case.file, "line": case.line} if case.file else {}
    return element("testcase", *content, classname=suite, name=case.name, time=TIME, **place)


def _counts(name: str, cases: Iterable[Case]) -> dict[str, str | int | None]:
    results = [case.result for case in cases]
    return {
        "name": name,
        "tests": len(results),
        "failures": results.count("failed"),
        "errors": results.count("error"),
        "skipped": results.count("skipped"),
        "time": TIME,
    }
