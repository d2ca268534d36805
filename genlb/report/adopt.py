"""What was made of a live cluster: the text of its spec, and what has to be said about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from genlb.drift.adoption import Gap, Note
from genlb.drift.model import NotChecked
from genlb.errors import Diagnostic
from genlb.report.counts import counted
from genlb.report.jsonout import diagnostics_data, document
from genlb.report.style import Role, Style
from genlb.report.visible import visible
from genlb.yamltext import write

_API_VERSION = "genlb.io/v1alpha1"
_LONGEST = 300
# Text of a live object must not become a comment that suppresses a rule.
_SUPPRESSES = re.compile("genlb:ignore", re.IGNORECASE)

_TITLES = {
    Gap.UNKNOWN: "Fill in, the cluster does not tell:",
    Gap.ASSUMED: "Look at what was assumed:",
    Gap.OUTSIDE: "The spec cannot say this; it stays in the cluster and genlb leaves it alone:",
    Gap.CHANGES: "Applying what is rendered changes this:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """``files`` by path; ``unread`` is what could not be looked at, of it ``grave`` what the spec may lack."""

    name: str
    files: Mapping[str, str]
    notes: tuple[Note, ...]
    unread: tuple[NotChecked, ...]
    grave: bool
    diagnostics: tuple[Diagnostic, ...]
    valid: bool


def spec_text(name: str, spec: Mapping[str, Any], notes: Sequence[Note], *, schema: str) -> str:
    """``cluster.yaml``: each section below what there is to say about it, what cannot be said at the end."""
    body = write({"apiVersion": _API_VERSION, "kind": "Cluster", "metadata": {"name": name}, "spec": dict(spec)})
    lines = [f"# {name} as it was found by `genlb adopt`; what follows from defaults and layers is left out."]
    lines.append(f"# yaml-language-server: $schema={schema}")
    said: set[Note] = set()
    for line in body.splitlines():
        section = re.match(r"  ([A-Za-z]+):", line)
        for note in _about(section[1], notes) if section else ():
            said.add(note)
            lines.append(f"  # {_commented(note)}")
        lines.append(line)
    rest = [note for note in notes if note not in said and note.gap is not Gap.CHANGES]
    if rest:
        lines += ["", "# What this spec does not say:", *(f"# - {_commented(note)}" for note in rest)]
    return "\n".join(lines) + "\n"


def adoption_text(adoption: Adoption, style: Style, *, written: bool) -> str:
    """What was written, and the list of what the spec cannot express."""
    lines = [f"{path}{'' if written else '  (not written)'}" for path in adoption.files]
    for gap, title in _TITLES.items():
        found = [note for note in adoption.notes if note.gap is gap]
        if found:
            lines += ["", style.paint(title, Role.STRONG)]
            lines += [f"  {visible(note.what)}: {visible(_cut(note.text))}" for note in found]
    if adoption.unread:
        lines += ["", style.paint("Not looked at, so nothing is known of it:", Role.STRONG)]
        lines += [f"  {visible(one.what)}: {visible(_cut(one.why))}" for one in adoption.unread]
        if cures := _cures(adoption.unread):
            lines += ["  try:", *(f"    {visible(line)}" for line in cures)]
    return "\n".join(lines) + "\n"


def verdict(adoption: Adoption) -> str:
    """What `genlb validate` says about it, in one line."""
    errors = sum(one.severity.rank == 0 for one in adoption.diagnostics)
    warnings = sum(one.severity.rank == 1 for one in adoption.diagnostics)
    return f"validate: {counted(errors, 'error')}, {counted(warnings, 'warning')}"


def adoption_json(adoption: Adoption, *, written: bool) -> str:
    """The same for machines, with the files as they are."""
    return document(
        {
            "cluster": adoption.name,
            "written": written,
            "files": [{"path": path, "content": content} for path, content in adoption.files.items()],
            "notes": [{"gap": note.gap.value, "what": note.what, "text": note.text} for note in adoption.notes],
            "notChecked": [{"what": one.what, "why": one.why, "cure": one.cure} for one in adoption.unread],
            "valid": adoption.valid,
            "diagnostics": diagnostics_data(adoption.diagnostics),
        }
    )


def _about(section: str, notes: Iterable[Note]) -> Iterator[Note]:
    """Notes about fields of one section, as ``network.nodeCIDRs``."""
    for note in notes:
        if note.gap in (Gap.UNKNOWN, Gap.ASSUMED) and re.match(rf"{section}(\.|\Z)", note.what):
            yield note


def _commented(note: Note) -> str:
    told = visible(f"{note.what}: {_cut(note.text)}")
    return _SUPPRESSES.sub("genlb-ignore", told)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _cures(unread: Iterable[NotChecked]) -> list[str]:
    return [line for cure in dict.fromkeys(one.cure for one in unread if one.cure) for line in cure.splitlines()]
