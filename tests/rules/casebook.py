"""The cases of the rules: small repositories that show what a rule catches and what it lets pass.

``cases/GLB301/`` is the case that the rule's page shows; ``cases/GLB301-<what>/`` are more of the same rule. In each::

    fires       gives findings of this rule and of no other
    near-miss   gives none at all, and differs from ``fires`` by as little as possible: the difference is the cure
    before      rules on change: what ``fires`` and ``near-miss`` were before
    expected.txt  what `genlb validate` says about ``fires``

``fires``, ``near-miss`` and ``before`` are a file (``fires.yaml``: the Cluster ``fra1``) or a folder with a repository.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from genlb import api
from genlb.errors import Diagnostic
from genlb.report.style import PLAIN
from genlb.report.text import diagnostics_text
from genlb.rules.change import judge_change

CASES = Path(__file__).parent / "cases"
CLUSTER = "fra1"
_NAME = re.compile(r"(GLB[0-9]{3})(-[a-z0-9-]+)?")


class Case(NamedTuple):
    """One case folder."""

    folder: Path

    @property
    def name(self) -> str:
        """``GLB301`` or ``GLB301-<what>``."""
        return self.folder.name

    @property
    def rule(self) -> str:
        """The id of the rule."""
        return self.name[:6]

    @property
    def expected(self) -> Path:
        """The file with the exact text."""
        return self.folder / "expected.txt"

    def has(self, which: str) -> bool:
        """Whether there is a spec or a repository of this name."""
        return (self.folder / f"{which}.yaml").is_file() or (self.folder / which).is_dir()

    def laid_out(self, which: str, root: Path) -> api.Repository:
        """The repository ``fires``, ``near-miss`` or ``before``, copied to ``root`` and opened."""
        spec = self.folder / f"{which}.yaml"
        if spec.is_file():
            own = root / "clusters" / CLUSTER
            own.mkdir(parents=True)
            shutil.copy(spec, own / "cluster.yaml")
        else:
            shutil.copytree(self.folder / which, root)
        return api.open_repository(str(root))


def cases() -> Iterator[Case]:
    """Every case, by name."""
    for folder in sorted(CASES.iterdir()):
        if folder.is_dir():
            assert _NAME.fullmatch(folder.name), f"{folder.name} is no name of a case"
            yield Case(folder)


def findings(repository: api.Repository, before: api.Repository | None = None) -> tuple[Diagnostic, ...]:
    """What `genlb validate` finds in a whole repository; with ``before``, also about the change since then."""
    clusters = _loaded(repository)
    past = {cluster.name: cluster.view for cluster in _loaded(before)} if before else {}
    others = list(api.others(repository, everything=True))
    for cluster in clusters:
        old, new = past.get(cluster.name), cluster.view
        if old and new:
            others += judge_change(old, new)
    found = [cluster.findings(fleet=True) for cluster in clusters]
    return api.conclude(repository, found, others, everything=True, change=before is not None).diagnostics


def _loaded(repository: api.Repository) -> tuple[api.LoadedCluster, ...]:
    clusters = tuple(api.load(repository))
    assert not any(cluster.unread for cluster in clusters)
    return clusters


def text(repository: api.Repository, diagnostics: tuple[Diagnostic, ...]) -> str:
    """What `genlb validate` prints about them."""
    return "\n\n".join(diagnostics_text(diagnostics, repository.lines, PLAIN)) + "\n"
