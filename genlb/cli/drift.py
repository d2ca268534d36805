"""``genlb drift``: live clusters against git. Reads and compares, and never writes to a cluster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from genlb import api
from genlb.cli.drift_options import FORMATS, Shard, no_clash, shard_option
from genlb.cli.options import clusters_argument, examples, output_option
from genlb.cli.output import Outcome, outcome
from genlb.cli.progress import tracked
from genlb.cli.reporting import Target, report_option, takes_stdout, write_texts
from genlb.cli.session import Session
from genlb.errors import UsageError

if TYPE_CHECKING:
    from genlb.api.drift import Question
    from genlb.drift.model import ClusterDrift, DriftReport


@click.command(
    "drift",
    epilog=examples(
        "genlb drift",
        "genlb drift fra1-prod --ref origin/main",
        "genlb drift fra1-prod --live live.yaml",
        "genlb drift -j 16 --report html=drift.html --report prom=genlb.prom",
        "genlb drift --shard 3/20 -o json",
        "genlb drift fra1-prod --nodes",
        "genlb drift --desired manifests/ --context fra1-prod",
        "kubectl get bgppeers -A -o yaml --show-managed-fields | genlb drift --desired peers.yaml --live -",
    ),
)
@clusters_argument()
@click.option("--context", metavar="NAME", default="", help="The kubeconfig context, instead of access.context.")
@click.option("--kubeconfig", metavar="PATH", default="", help="Instead of KUBECONFIG and ~/.kube/config.")
@click.option("--ref", metavar="REF", default="", help="Compare with git commit REF instead of the work tree.")
@click.option(
    "--live",
    metavar="PATH",
    multiple=True,
    help="Ask no cluster; read a dump of kubectl get -o yaml|json, a folder of them, or stdin (-). Repeatable.",
)
@click.option("--live-complete", is_flag=True, help="The dumps hold everything: what is not in them is not there.")
@click.option("--desired", metavar="PATH", default="", help="Any manifests instead of what is rendered.")
@click.option("--nodes", is_flag=True, help="Judge what the node daemons report, too: sysctls, VIPs, missing reports.")
@click.option("--strict", is_flag=True, help="Whatever git does not set and live has is drift, too.")
@click.option("--exit-zero", is_flag=True, help="Differences do not make exit code 1.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 64), default=8, show_default=True, help="Number of clusters at once."
)
@shard_option()
@report_option(FORMATS)
@output_option("text", "json")
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter for each option
    session: Session,
    /,
    *,
    clusters: tuple[str, ...],
    context: str,
    kubeconfig: str,
    ref: str,
    live: tuple[str, ...],
    live_complete: bool,
    desired: str,
    nodes: bool,
    strict: bool,
    exit_zero: bool,
    jobs: int,
    shard: Shard | None,
    reports: tuple[Target, ...],
    output: str,
) -> Outcome:
    """Tell what differs between git and live clusters: all of them, or those named.

    Each difference comes with who wrote it and when, whether it hurts traffic, and what to do. Only get and list are
    used; the ClusterRole genlb-drift-reader, which is rendered, allows what is needed. A cluster is found by its
    access.context, else by its name, never by the current context.

    Exit code 1 means drift, 3 that something could not be looked at; the rest is told all the same.
    """
    no_clash({"--live": live, "--context": context}, {"--live": live, "--kubeconfig": kubeconfig})
    no_clash({"--desired": desired, "--ref": ref}, {"--desired": desired, "--shard": shard})
    no_clash({"--desired": desired, "--nodes": nodes})
    if live_complete and not live:
        raise click.UsageError("--live-complete says something about dumps: it needs --live")
    stdout_taken = takes_stdout(reports, output=output)
    from genlb.api.drift import Question, drift_report

    question = Question(context, kubeconfig, ref, live, desired, live_complete, strict, session.directory, nodes)
    judged = (
        _of_path(session, question, clusters) if desired else _of_clusters(session, question, clusters, shard, jobs)
    )
    report = drift_report(judged, strict=strict)
    _tell(session, report, output=output, stdout_taken=stdout_taken)
    if live and output == "text":
        _tell_how_to_dump(session, report, question)
    _write(session, report, reports, None if desired else session.repository)
    return outcome(findings=report.drifts and not exit_zero, undetermined=not report.complete)


def _of_clusters(
    session: Session, question: Question, clusters: tuple[str, ...], shard: Shard | None, jobs: int
) -> Iterator[ClusterDrift]:
    from genlb.api.drift import drift_of

    names = api.known(session.repository, clusters)
    if len(names) > 1 and (question.live or question.context):
        option = "--live is the dump" if question.live else "--context names the context"
        raise UsageError(f"{option} of one cluster, and {len(names)} are meant: name the cluster")
    names = shard.of(names) if shard is not None else names
    judged = drift_of(session.repository, names, question, jobs=jobs)
    return tracked(judged, len(names), "comparing", session.console)


def _of_path(session: Session, question: Question, clusters: tuple[str, ...]) -> Iterator[ClusterDrift]:
    """With --desired a repository is needed only where a cluster of it is named."""
    from genlb.api.drift import drift_of_path

    if len(clusters) > 1:
        raise UsageError("--desired is compared with one cluster")
    repository = None
    if clusters:
        api.known(session.repository, clusters)
        repository = session.repository
    yield drift_of_path(question, clusters[0] if clusters else "", repository)


def _tell(session: Session, report: DriftReport, *, output: str, stdout_taken: bool) -> None:
    console = session.console
    if output == "json":
        from genlb.api.drift import write_drift

        console.data(write_drift("json", report, {}))
    elif not (stdout_taken or (console.quiet and report.complete and not report.drifts)):
        from genlb.report.drift import text

        width = shutil.get_terminal_size((120, 24)).columns
        console.data(text(report, console.out_style, width, verbose=console.verbosity > 0))


def _tell_how_to_dump(session: Session, report: DriftReport, question: Question) -> None:
    """What makes a complete dump, ready to be pasted, where one was not."""
    (cluster,) = report.clusters
    if not cluster.not_checked or session.console.quiet:
        return
    repository = None if question.desired else session.repository
    if script := api.complete_dump(repository, cluster.name, question):
        session.console.tell(f"\nA complete dump, and what it is good for:\n\n{script}")


def _write(
    session: Session, report: DriftReport, targets: tuple[Target, ...], repository: api.Repository | None
) -> None:
    """All reports; the network is drawn only where a page shows it."""
    if not targets:
        return
    from genlb.api.drift import fabrics, write_drift

    drawn = any(target.form == "html" for target in targets)
    drawings = fabrics(repository, report) if drawn else {}
    write_texts(session, targets, lambda form: write_drift(form, report, drawings))
