"""Write the pages of the rules, and the examples that `genlb explain` shows, from the catalogues and the rules' tests.

    python scripts/rule_pages.py          write docs/rules/*.md and templates/rules/examples.json
    python scripts/rule_pages.py --check  only say which of them are not up to date

An example is a case of ``tests/rules/cases``: what `genlb validate` says about ``fires`` in exactly these words, and
the difference to ``near-miss``, about which it says nothing. So no page can promise what no test holds. What `genlb
drift` finds stands in a table of its own (``genlb.drift.catalogue``) and has pages without examples.
"""

# ruff: noqa: INP001 - scripts are no package

from __future__ import annotations

import difflib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from genlb.drift.catalogue import RULES as DRIFT_RULES  # noqa: E402 -- found by the line above, as the tests are
from genlb.drift.catalogue import DriftRule  # noqa: E402
from genlb.errors import Diagnostic, Severity, Span  # noqa: E402
from genlb.report.groups import DRIFT, GROUPS, group_of, sources  # noqa: E402
from genlb.report.markdown import prose  # noqa: E402
from genlb.report.rule import DRIFT_IGNORE  # noqa: E402
from genlb.rules import Rule, rules  # noqa: E402
from genlb.rules.suppress import FIRM  # noqa: E402
from tests.rules.casebook import CLUSTER, Case, cases, findings  # noqa: E402

PAGES = Path("docs/rules")
EXAMPLES = Path("templates/rules/examples.json")

ABOUT = {
    "input": "Can the files be read, and do they say one thing only?",
    "addresses": "Pools, and the addresses that nodes, pods, Services, routers and other clusters have.",
    "bgp": "Sessions, AS numbers, what is announced to whom.",
    "kube-proxy": "Modes, ARP, and the configuration that genlb merges into.",
    "nodes": "Sysctls, the two daemons, who answers for a VIP.",
    "gitops": "What is rendered, and what Argo CD or Flux make of it.",
    "versions": "What a release of Kubernetes, Calico or MetalLB can do, and what it gets wrong.",
    DRIFT: "What `genlb drift` finds: how a cluster differs from git, and what others do in it that hurts traffic.",
}
"""What the rules of a group are about."""

ELSEWHERE = {
    "GLB607": "`genlb render --check` finds it; `genlb render` is the cure.",
    "GLB608": "`genlb render` and `genlb render --check` find it; `genlb render --overwrite` is the cure.",
}
"""Rules that other commands than `genlb validate` find: they have no example of this kind."""

_ABOUT_PAGES = (
    "Each has a page with the reason in network terms and the cure, those of `validate` with an example in exactly its"
    " words. `genlb rules` lists them in a terminal, `genlb explain GLB304` tells about one."
)
_ABOUT_COLUMNS = (
    "Errors make the exit code 1, warnings do with `--fail-on warning`, info never does. *fix* marks what `genlb"
    " validate --fix` mends where there is but one way to mend it."
)
_CONTEXT = 2


class Example(NamedTuple):
    """One case, told: what is said about it, and the lines that cure it, by file."""

    case: Case
    found: tuple[Diagnostic, ...]
    told: str
    cure: dict[str, list[str]]


def examples() -> dict[str, list[Example]]:
    """The cases of every rule; the first one is that of the rule's own name."""
    told: dict[str, list[Example]] = {}
    for case in cases():
        told.setdefault(case.rule, []).append(_example(case))
    return told


def _example(case: Case) -> Example:
    with tempfile.TemporaryDirectory() as folder:
        repository = case.laid_out("fires", Path(folder, "fires"))
        before = case.laid_out("before", Path(folder, "before")) if case.has("before") else None
        found = findings(repository, before)
    cure = _difference(case, "before" if case.has("before") else "fires", "near-miss")
    return Example(case, found, case.expected.read_text("utf-8").rstrip("\n"), cure)


def _files(case: Case, which: str) -> dict[str, list[str]]:
    """The lines of every file of a repository, by its path."""
    single = case.folder / f"{which}.yaml"
    if single.is_file():
        return {f"clusters/{CLUSTER}/cluster.yaml": single.read_text("utf-8").splitlines()}
    top = case.folder / which
    files = sorted(path for path in top.rglob("*") if path.is_file())
    return {path.relative_to(top).as_posix(): path.read_text("utf-8").splitlines() for path in files}


def _difference(case: Case, old_name: str, new_name: str) -> dict[str, list[str]]:
    """What turns one repository of a case into another, by file: changed lines and a little around them."""
    old, new = _files(case, old_name), _files(case, new_name)
    changed = {}
    for path in sorted(old.keys() | new.keys()):
        lines = list(difflib.unified_diff(old.get(path, []), new.get(path, []), lineterm="", n=_CONTEXT))[2:]
        if lines or (path in old) is not (path in new):
            gaps = [" …" if line.startswith("@@") else line for line in lines]
            changed[path] = gaps[1:] if gaps[:1] == [" …"] else gaps
    return changed


def without_repetition(rule: Rule, told: str) -> str:
    """What is said without what stands on the page already."""
    known = {f"     = {rule.why}", f"     = help: {rule.fix}", f"     = more: genlb explain {rule.id}"}
    return "\n".join(line for line in told.split("\n") if line not in known)


def short(example: Example) -> str:
    """The first finding without its reasons, which whoever reads it has before his eyes."""
    lines = example.told.split("\n\n")[0].split("\n")
    end = next((index for index, line in enumerate(lines) if line.startswith("     = ")), len(lines))
    return "\n".join(lines[:end])


def fixable(told: Sequence[Example]) -> bool:
    """Whether `genlb validate --fix` mends any of them."""
    return any(diagnostic.fix for example in told for diagnostic in example.found)


def packaged(told: dict[str, list[Example]]) -> str:
    """The text of `EXAMPLES`."""
    data: dict[str, Any] = {}
    for rule_id in rules():
        if rule_id in told:
            first = told[rule_id][0]
            cure = "\n".join(_cure_lines(first))
            data[rule_id] = {"fixable": fixable(told[rule_id]), "told": short(first), "cure": cure}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _cure_lines(example: Example) -> Iterator[str]:
    """The lines of the cure, each file's under its name where that is not the one that is told of."""
    for path, lines in example.cure.items():
        if list(example.cure) != [example.found[0].span.file]:
            yield path
        yield from lines or ["+(an empty file)"]


def page(rule: Rule, told: Sequence[Example]) -> str:
    """The page of one rule."""
    parts = [
        "<!-- Written by scripts/rule_pages.py: change the rule or its case in tests/rules/cases, and run it. -->",
        f"# {rule.id}: {prose(rule.title)}",
        "\n".join(_facts(rule, told)),
        prose(rule.why),
        "## Cure",
        prose(rule.fix),
    ]
    if rule.id in ELSEWHERE:
        parts.append(ELSEWHERE[rule.id])
    if fixable(told):
        parts.append(f"Where there is but one way to mend it, `genlb validate --fix` does{_only_some(told)}.")
    if told:
        parts += ["## Example", *_shown(rule, told[0])]
    for number, another in enumerate(told[1:], 2):
        parts += [f"## Example {number}", *_shown(rule, another)]
    parts += ["## Suppressing it", *_suppression(rule, told)]
    parts.append(f"[All rules](README.md) · `genlb explain {rule.id}` shows this in a terminal")
    return "\n\n".join(parts) + "\n"


def page_of_drift(rule: DriftRule) -> str:
    """The page of one rule of `genlb drift`."""
    parts = [
        "<!-- Written by scripts/rule_pages.py: change the rule in genlb/drift/catalogue.py, and run it. -->",
        f"# {rule.id}: {prose(rule.title)}",
        f"| Severity | Group | Found by |\n| --- | --- | --- |\n| {rule.severity.value} | {DRIFT} | `genlb drift` |",
        "What a field does to traffic may make a finding graver or lighter.",
        _with_code(rule.why),
        "## Cure",
        _with_code(rule.remedy),
        "## Ignoring it",
        "In `genlb.yaml`; `*` in an object stands for anything, and without a path the whole object is ignored:",
        _fenced("yaml", f"drift:\n  ignore:\n    {DRIFT_IGNORE}"),
        "The reason has to be there; after its last day, UTC, an entry hides nothing.",
        f"[All rules](README.md) · `genlb explain {rule.id}` shows this in a terminal",
    ]
    return "\n\n".join(parts) + "\n"


def _with_code(text: str) -> str:
    """Prose in which backticks mark code."""
    return "`".join(part if number % 2 else prose(part) for number, part in enumerate(text.split("`")))


def _only_some(told: Sequence[Example]) -> str:
    every = [diagnostic for example in told for diagnostic in example.found]
    return "" if all(diagnostic.fix for diagnostic in every) else "; what needs a decision is left to its author"


def _facts(rule: Rule, told: Sequence[Example]) -> Iterator[str]:
    severities = {diagnostic.severity for example in told for diagnostic in example.found} - {rule.severity}
    others = " or ".join(severity.value for severity in sorted(severities, key=lambda one: one.rank))
    known_as = ", ".join(sources(rule.research))
    yield "| Severity | Group | `--fix` |" + (" Known as |" if known_as else "")
    yield "| --- | --- | --- |" + (" --- |" if known_as else "")
    severity = f"{rule.severity.value}, in some cases {others}" if others else rule.severity.value
    row = f"| {severity} | {group_of(rule.id)} | {'yes' if fixable(told) else 'no'} |"
    yield row + (f" {known_as} |" if known_as else "")


def _shown(rule: Rule, example: Example) -> Iterator[str]:
    """What is said, and the difference to what nothing is said about."""
    told = without_repetition(rule, example.told)
    if example.case.has("before"):
        yield "A commit changes this:"
        yield from _differences(example, _difference(example.case, "before", "fires"))
        yield "`genlb validate --from` the commit before it says:"
        yield _fenced("text", told)
        yield "This instead gives no finding:"
    else:
        yield "`genlb validate` says:"
        yield _fenced("text", told)
        yield "This cures it:"
    yield from _differences(example, example.cure)


def _differences(example: Example, changed: dict[str, list[str]]) -> Iterator[str]:
    for path, lines in changed.items():
        if list(changed) != [example.found[0].span.file]:
            yield f"`{path}`"
        yield _fenced("diff", "\n".join(lines or ["+(an empty file)"]))


def _suppression(rule: Rule, told: Sequence[Example]) -> Iterator[str]:
    if rule.id in FIRM:
        yield f"{rule.id} cannot be suppressed: what cannot be read for sure cannot be rendered."
        return
    places = [diagnostic.span for example in told for diagnostic in example.found]
    where = "For a cluster in its spec, for any of them (globs `cluster` and `path`) in `genlb.yaml`:"
    if not all(place == Span.whole(place.file) for place in places):
        yield "On the line that is reported:"
        yield _fenced("yaml", f"key: value # genlb:ignore {rule.id} -- why this is meant")
        where = f"Or f{where[1:]}"
    yield where
    in_spec = f'lint:\n  suppress:\n    - {{rule: {rule.id}, reason: "why this is meant", expires: "2030-03-31"}}'
    yield _fenced("yaml", in_spec)
    yield "The reason has to be there; after its last day, UTC, a suppression hides nothing."


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def index(told: dict[str, list[Example]]) -> str:
    """The page that lists all rules."""
    known = rules()
    of_drift = f"[what `genlb drift` finds](#drift-glb8xx): {len(DRIFT_RULES)}"
    parts = [
        "<!-- Written by scripts/rule_pages.py. -->",
        "# Rules",
        f"What `genlb validate` looks for: {len(known)} rules, and {of_drift}. {_ABOUT_PAGES}",
        _ABOUT_COLUMNS,
    ]
    for digit, name in GROUPS.items():
        rows = [_row(rule, told.get(rule.id, [])) for rule in known.values() if rule.id[3] == digit]
        if name == DRIFT:
            rows = [_row(rule, []) for rule in sorted(DRIFT_RULES.values())]
        table = ["| Rule | Severity | | What |", "| --- | --- | --- | --- |", *rows]
        parts += [f"## {name}: GLB{digit}xx", ABOUT[name], "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def _row(rule: Rule | DriftRule, told: Sequence[Example]) -> str:
    severity = f"**{rule.severity.value}**" if rule.severity is Severity.ERROR else rule.severity.value
    return f"| [{rule.id}]({rule.id}.md) | {severity} | {'fix' if fixable(told) else ''} | {prose(rule.title)} |"


def written() -> dict[Path, str]:
    """Every file with its text."""
    told = examples()
    files = {PAGES / "README.md": index(told), EXAMPLES: packaged(told)}
    files |= {PAGES / f"{rule.id}.md": page_of_drift(rule) for rule in DRIFT_RULES.values()}
    return files | {PAGES / f"{rule.id}.md": page(rule, told.get(rule.id, [])) for rule in rules().values()}


def main() -> int:
    """Write or check; 1 when ``--check`` finds a difference."""
    check = "--check" in sys.argv[1:]
    files = written()
    left_over = {path.relative_to(ROOT) for path in (ROOT / PAGES).glob("*.md")} - files.keys()
    stale = sorted(left_over)
    for path, text in files.items():
        target = ROOT / path
        if target.is_file() and target.read_text("utf-8") == text:
            continue
        stale.append(path)
        if not check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    for path in stale if check else ():
        sys.stderr.write(f"{path} is not up to date: run python scripts/rule_pages.py\n")
    for path in () if check else left_over:
        (ROOT / path).unlink()
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
