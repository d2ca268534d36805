"""Secret values are taken out before a finding is made, so that no report can print one.

All of a Secret's data; elsewhere what stands under a name that sounds like a secret, also inside texts, credentials in
URLs and arguments, private keys, and tokens of well-known forms. Whether two masked values are equal is not told by
the mask.
"""

from __future__ import annotations

import re
from typing import Any

from genlb.drift.model import ABSENT
from genlb.drift.path import Item, Path
from genlb.manifest import Manifest, ResourceKey
from genlb.spec.credentials import CERTAIN

STARS = "***"

_SOUNDS_SECRET = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|secret|token|credential|private[-_.]?key|api[-_.]?key|access[-_.]?key"
    r"|certificate-authority-data|client-key-data|client-certificate-data)"
    r"(?!.*(?:name|names|namespace|ref|refs|secrets|path|file|seconds|type|mount|dir)$)"
)
_LINE = re.compile(r"(?m)^(?P<head>[ \t]*(?:- )?[\"']?(?P<name>[\w.-]{1,80})[\"']?[ \t]*[:=][ \t]*)(?P<value>\S.*)$")
_JSON = re.compile(r"(?P<head>\"(?P<name>[\w.-]{1,80})\"\s*:\s*)(?P<value>\"(?:[^\"\\]|\\.)*\")")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?")
# What gives itself away by its form, whatever name it stands under. A bare user of ssh is no secret, one of http(s) is
# a token as a rule.
_BY_FORM = (
    re.compile(r"(?P<head>://[^\s/@:\"']*:)[^\s/@\"']+(?=@)"),
    re.compile(r"(?P<head>\bhttps?://)[^\s/@:\"']+(?=@)"),
    re.compile(
        r"(?i)(?P<head>(?:[?&;]|(?<![\w-])--?)[\w.-]*"
        r"(?:passw(?:or)?d|passphrase|secret|token|credential|private[-_]?key|api[-_]?key|signature)=)[^\s&;#\"']+"
    ),
    re.compile(r"(?is)(?P<head>\bauthorization:\s*(?:bearer|basic)\s+)[^\s\"']+"),
    re.compile(r"(?s)(?P<head>-----BEGIN [A-Z ]*PRIVATE KEY-----).+?(?=-----END|\Z)"),
)
_SECRET_DATA = ("data", "stringData")
_LONGEST_NOTE = 128


def masked_at(key: ResourceKey, path: Path, value: Any) -> tuple[Any, bool]:
    """``value``, which stands at ``path`` of the object, without secrets; and whether anything was taken out."""
    if value is ABSENT or value is None:
        return value, False
    if is_secret(key) and path and path[0] in _SECRET_DATA:
        hidden = dict.fromkeys(value, STARS) if isinstance(value, dict) else STARS
        return hidden, True
    hidden = _masked(_without_copies(value, path) if is_secret(key) else value, _name_of(path))
    return hidden, hidden != value


def masked_manifest(key: ResourceKey, manifest: Manifest) -> Manifest:
    """A whole object without secrets."""
    return {name: masked_at(key, (name,), value)[0] for name, value in manifest.items()}


def _without_copies(value: Any, path: Path) -> Any:
    """A Secret's metadata without annotations that may hold a copy of it: JSON, or more than anybody writes by hand."""
    if isinstance(value, dict):
        return {name: _without_copies(item, (*path, name)) for name, item in value.items()}
    is_annotation = path[:2] == ("metadata", "annotations") and isinstance(value, str)
    return STARS if is_annotation and ("{" in value or len(value) > _LONGEST_NOTE) else value


def is_secret(key: ResourceKey) -> bool:
    """Whether the object is a Secret."""
    return key.group == "" and key.kind == "Secret"


def _name_of(path: Path) -> str:
    """By which name to judge the value at ``path``: its field's, or of ``env[name=TOKEN].value`` the item's."""
    names = [step for step in path if isinstance(step, str)]
    if not path:
        return ""
    if path[-1] == "value" and len(path) > 1 and isinstance(path[-2], Item):
        return str(path[-2].key[0][1])
    return names[-1] if names and isinstance(path[-1], str) else ""


def _masked(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        if value.get("kind") == "Secret":
            value = {key: STARS if key in _SECRET_DATA else item for key, item in value.items()}
        if isinstance(value.get("name"), str) and isinstance(value.get("value"), str):
            return {**value, "value": _masked(value["value"], value["name"])}
        return {key: _masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, name) for item in value]
    if not isinstance(value, str) or not value:
        return value
    return STARS if _SOUNDS_SECRET.search(name) else _masked_text(value)


def _masked_text(text: str) -> str:
    hidden = CERTAIN.sub(_hide_token, text)
    for form in _BY_FORM:
        hidden = form.sub(rf"\g<head>{STARS}", hidden)
    if not _SOUNDS_SECRET.search(hidden):
        return hidden
    hidden = _JSON.sub(_hide, hidden)
    if "\n" not in hidden:
        return hidden
    return _without_blocks(_LINE.sub(_hide, hidden))


def _hide_token(match: re.Match[str]) -> str:
    """A private key's first line stays: what follows it is hidden, and it says what that was."""
    return match[0] if match.lastgroup == "key" else STARS


def _hide(match: re.Match[str]) -> str:
    if (
        not _SOUNDS_SECRET.search(match["name"])
        or _BLOCK.fullmatch(match["value"])
        or match["value"] in ("{", "[", "null")
    ):
        return match[0]
    return match["head"] + STARS


def _without_blocks(text: str) -> str:
    """The lines of block scalars under a secret-like key as one line of stars."""
    out: list[str] = []
    hidden_below = -1
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if hidden_below >= 0 and (not line.strip() or indent > hidden_below):
            continue
        hidden_below = -1
        out.append(line)
        match = _LINE.match(line)
        if match and _SOUNDS_SECRET.search(match["name"]) and _BLOCK.fullmatch(match["value"]):
            hidden_below = indent
            out.append(f"{' ' * (indent + 2)}{STARS}")
    return "\n".join(out)
