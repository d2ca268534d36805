"""A run put together for reports, and reports put where somebody wants them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from genlb.api.hushing import Verdict
from genlb.errors import InvalidInput, Severity, Span, Undetermined
from genlb.report.formats import FORMATS
from genlb.report.model import Cluster, Run, hushed, told
from genlb.yamltext import read
from genlb.yamltext.pointer import pointers

if TYPE_CHECKING:
    from genlb.report.model import Locate
    from genlb.stores.repository import Repository


def run_of(
    repository: Repository,
    command: str,
    clusters: Iterable[Cluster],
    verdict: Verdict,
    *,
    fail_on: Severity = Severity.ERROR,
) -> Run:
    """What a command found out, as all reports tell it; the excerpts are read from the files.

    >>> run_of(repository, "validate", clusters, conclude(repository, findings, (), everything=True)).fail_on
    <Severity.ERROR: 'error'>
    """
    from genlb import __version__

    source, locate = cache(repository.lines), _locate(repository)
    return Run(
        command=command,
        version=__version__,
        clusters=tuple(clusters),
        findings=told(verdict.diagnostics, source, locate),
        suppressed=hushed(verdict.suppressed, source, locate),
        fail_on=fail_on,
    )


def report(form: str, run: Run) -> str:
    """The run in one of the formats of ``--report``.

    >>> report("github", run).splitlines()[0]
    '::error file=clusters/fra1-prod/cluster.yaml,line=10,endLine=10,title=GLB103…'
    """
    return FORMATS[form](run)


def write_report(path: str, text: str) -> None:
    """Put a report where ``path`` says, in one step; ``Undetermined`` when that fails or there is no such folder.

    >>> write_report("build/genlb.sarif", report("sarif", run))
    """
    from genlb.stores.overwrite import overwrite

    overwrite(path, text.encode("utf-8", "backslashreplace"))


def _locate(repository: Repository) -> Locate:
    """The pointers of a file, made when the first finding in it is told."""

    @cache
    def of_file(file: str) -> dict[Span, str]:
        try:
            data = repository.files.read(file)
        except (InvalidInput, Undetermined):
            return {}
        root = read(data, file).root if data else None
        return pointers(root) if root else {}

    return lambda span: of_file(span.file).get(span, "") if span != Span.whole(span.file) else ""
