"""Real git repositories for commands that compare states."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """What git answers; the identity is that of the tests' environment."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def committed(folder: Path, *, tag: str = "base") -> Path:
    """``folder`` with all it holds in one commit of a new repository, branch ``main``."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    git(folder, "tag", tag)
    return folder


def commit(folder: Path, message: str = "more") -> str:
    """Everything as one more commit; its id."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return git(folder, "rev-parse", "HEAD")
