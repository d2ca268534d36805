"""Every file of the project, committed or about to be: nothing in it that belongs to one machine; links that lead."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The hosts that a file may link to, beside those of the examples: a list of what is meant, so that the address of a
# package index, a mirror or a machine needs no name here to be found.
LINKED_HOSTS = {
    "docs.oasis-open.org",
    "genlb.io",
    "github.com",
    "json-schema.org",
    "keepachangelog.com",
    "kubernetes.default.svc",
    "semver.org",
    "www.apache.org",
}
EXAMPLE_HOST = re.compile(r"(.+\.)?example(\.(com|org|net))?|[^.]*|[0-9.]+")
URL_HOST = re.compile(r"\bhttps?://(?:[^/@\s\"'<>]*@)?([A-Za-z0-9.-]*[A-Za-z0-9])")
HOST = r"(?<![\w./@-])((?:[a-z0-9-]+\.)+[a-z]{2,})"
IMAGE_HOST = re.compile(rf"{HOST}/[\w./-]+?(?::v?\d|@sha256:)|\b(?:BASE|image|repository)\b[\"']?[:=] ?[\"']?{HOST}/")
FORBIDDEN = {
    "an option that names a package index": r"--(extra-)?index-url|--find-links|\bGOPROXY=",
    "a path of somebody's machine": r"(?<![\w.$}])/(home|Users|root|work)/\w",
    "a merge marker": r"(?m)^(<{7}|>{7}|\|{7})( |$)",
}
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)>\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"")
FENCE = re.compile(r"(?ms)^( *)(```|~~~).*?^\1\2|`[^`\n]+`")
HEADING = re.compile(r"(?m)^#{1,6} +(.+?) *#*$")


@cache
def project_files() -> tuple[Path, ...]:
    """What git tracks, and what it would with ``git add --all``."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout.decode()
    paths = (ROOT / name for name in set(listed.split("\0")) if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def text_of(path: Path) -> str:
    """The text of a file; what is no UTF-8 is read all the same, since only ASCII is looked for."""
    return path.read_text(encoding="utf-8", errors="replace")


def slugs(markdown: str) -> set[str]:
    """The anchors that a page's headings get."""
    found: dict[str, int] = {}
    anchors = set()
    for heading in HEADING.findall(re.sub(r"(?ms)^( *)(```|~~~).*?^\1\2", "", markdown)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = found.get(slug, 0)
        found[slug] = number + 1
        anchors.add(f"{slug}-{number}" if number else slug)
    return anchors


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])

    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in project_files()
        if path != Path(__file__)
        if (match := pattern.search(text_of(path)))
    ]

    assert found == []


def test_no_url_leads_to_a_host_that_nobody_meant() -> None:
    strange = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in project_files()
        for host in URL_HOST.findall(text_of(path))
        if host not in LINKED_HOSTS and not EXAMPLE_HOST.fullmatch(host)
    ]

    assert strange == []


def test_no_image_is_of_a_registry_that_there_is() -> None:
    strange = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in project_files()
        for host in map("".join, IMAGE_HOST.findall(text_of(path)))
        if not EXAMPLE_HOST.fullmatch(host)
    ]

    assert strange == []


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    dead = []
    for page in (path for path in project_files() if path.suffix == ".md"):
        for target in ("".join(groups) for groups in LINK.findall(FENCE.sub("", text_of(page)))):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            linked = (page.parent / name).resolve() if name else page
            if not linked.exists() or (anchor and linked.suffix == ".md" and anchor not in slugs(text_of(linked))):
                dead.append(f"{page.relative_to(ROOT)}: {target}")

    assert dead == []


def test_scripts_can_be_run() -> None:
    scripts = [path for path in project_files() if text_of(path).startswith("#!")]

    assert ROOT / ".ci" / "run" in scripts
    assert [str(path.relative_to(ROOT)) for path in scripts if not path.stat().st_mode & 0o100] == []
