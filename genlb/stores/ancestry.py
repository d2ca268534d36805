"""Where the work at hand began: the commit that it has in common with the branch that it will go back to."""

from __future__ import annotations

from typing import NamedTuple

from genlb.errors import Undetermined
from genlb.stores.git import commit_of, git

# A request to merge goes to the remote's default branch, also from a branch that is pushed itself.
_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "@{upstream}", "main", "master")


class Base(NamedTuple):
    """The merge base of HEAD and ``branch``."""

    branch: str
    commit: str


def merge_base(root: str) -> Base:
    """The merge base of HEAD and the default branch; `Undetermined`, with the cure, where there is none."""
    head = commit_of(root, "HEAD")
    for branch in _BRANCHES:
        try:
            other = commit_of(root, branch)
        except Undetermined:
            continue
        try:
            common = git(root, "merge-base", head, other).decode("ascii", "replace").split()
        except Undetermined:
            common = []
        if not common:
            raise Undetermined(
                f"HEAD and {branch} have no commit in common: is this clone shallow (GitHub: fetch-depth: 0; GitLab: "
                "GIT_DEPTH: 0)? --from REF names a commit"
            )
        return Base(branch, common[0])
    raise Undetermined("git knows neither a default branch nor an upstream of this one: --from REF names a commit")
