"""What git knows about the work tree, asked with plumbing commands of fixed form.

Repositories and refs come from others: no shell, no hooks, no helpers, no system configuration, and what a user typed
is resolved to a commit id before it is given to any other command.
"""

from __future__ import annotations

import os
import re

from genlb.errors import Undetermined

_SAFE = ("-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "core.fsmonitor=")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_NOT_IN_A_REF = re.compile(r"[\x00-\x20\x7f]")
_LEAD_ELSEWHERE = frozenset(
    {
        *("GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_EXTERNAL_DIFF"),
    }
)
MISSING = "git is needed to find out what changed, and is not installed"
_SHALLOW = "this clone is shallow: fetch the history (GitHub: fetch-depth: 0; GitLab: GIT_DEPTH: 0)"


def changed_files(root: str, since: str) -> frozenset[str]:
    """Files below ``root`` that differ between commit ``since`` and the work tree, relative to ``root`` with ``/``.

    Uncommitted and untracked files count, ignored ones do not; a renamed file counts under both names. ``Undetermined``
    when git cannot tell: no git, no repository, no such ref.
    """
    commit = commit_of(root, since)
    form = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules", "--relative")
    changed = git(root, "diff", *form, commit, "--")
    untracked = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(os.fsdecode(name) for name in (changed + untracked).split(b"\0") if name)


def is_dirty(root: str, folder: str) -> bool:
    """Whether ``folder`` below ``root`` has changes that are in no commit, new files included."""
    return bool(git(root, "status", "--porcelain", "-z", "--ignore-submodules", "--", f"./{folder}"))


def commit_of(root: str, ref: str) -> str:
    """The id of the commit that ``ref`` names; ``Undetermined``, with the cure, when git knows none."""
    if not ref or _NOT_IN_A_REF.search(ref):
        raise Undetermined(f"{ref!r} is no git ref")
    git(root, "rev-parse", "--show-toplevel")
    try:
        answer = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except Undetermined:
        shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
        cure = _SHALLOW if shallow else f"is it fetched? Try: git fetch origin; git rev-parse {ref}"
        raise Undetermined(f"git knows no commit {ref!r}: {cure}") from None
    commit = answer.decode("ascii", "replace").strip()
    if not _COMMIT.match(commit):
        raise Undetermined(f"git gave no commit id for {ref!r}")
    return commit


def git(root: str, *arguments: str) -> bytes:
    """What ``git`` prints in folder ``root``; ``Undetermined`` with git's own first line when it fails."""
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 -- fixed words and a resolved commit id, no shell
            command(*arguments),
            cwd=root,
            env=environment(),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise Undetermined(MISSING) from None
    except OSError as error:
        raise Undetermined(f"git could not be started: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise Undetermined(f"git {arguments[0]} failed: {said or f'exit code {done.returncode}'}")
    return done.stdout


def command(*arguments: str) -> list[str]:
    """A command line of git that runs nothing a repository may have set up."""
    return ["git", *_SAFE, *arguments]


def environment() -> dict[str, str]:
    """Ours without what names another repository or a half-written index, as a surrounding hook does."""
    clean = {name: value for name, value in os.environ.items() if name not in _LEAD_ELSEWHERE}
    return clean | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
