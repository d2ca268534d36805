"""``genlb adopt``: a spec made of what runs."""

from __future__ import annotations

import os

import click

from genlb import api
from genlb.cli.options import examples, output_option
from genlb.cli.output import Outcome, outcome, tell_diagnostics
from genlb.cli.session import Session


@click.command(
    "adopt",
    epilog=examples(
        "genlb adopt fra1-prod --context fra1",
        "genlb adopt fra1-prod --live dump/ --live-complete",
        "kubectl get bgpconfigurations,bgppeers,ipaddresspools -A -o yaml | genlb adopt lab1 --live -",
        "genlb adopt fra1-prod --context fra1 --out found/",
        "genlb adopt fra1-prod --context fra1 --dry-run -o json",
    ),
)
@click.argument("name", metavar="CLUSTER")
@click.option("--context", metavar="NAME", default="", help="The kubeconfig context.  [default: the cluster's name]")
@click.option("--kubeconfig", metavar="PATH", default="", help="The kubeconfig file.  [default: KUBECONFIG]")
@click.option(
    "--live",
    "dumps",
    metavar="PATH",
    multiple=True,
    help="A dump of kubectl get -o yaml|json, a folder of them, or - for stdin, instead of a cluster. Repeatable.",
)
@click.option("--live-complete", is_flag=True, help="What is not in the dumps is not in the cluster.")
@click.option("--out", metavar="DIR", default="", help="Write into DIR instead of the cluster's folder.")
@click.option("--dry-run", is_flag=True, help="Write nothing; print the spec.")
@output_option("text", "json")
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter for each option
    session: Session,
    /,
    *,
    name: str,
    context: str,
    kubeconfig: str,
    dumps: tuple[str, ...],
    live_complete: bool,
    out: str,
    dry_run: bool,
    output: str,
) -> Outcome:
    """Make the spec of CLUSTER from what runs, read-only, and tell what a spec cannot say.

    Written are cluster.yaml and, where kube-proxy has a ConfigMap, kube-proxy.base.yaml. What the spec renders is what
    the cluster has, but for what is listed: objects that genlb leaves alone, and what applying would add or change.
    genlb's daemons stay Disabled until you switch them on. Nothing that exists is overwritten.

    Exit code 1 means that the spec has errors, 3 that something could not be read.
    """
    from genlb.report.adopt import adoption_json, adoption_text, verdict

    console, repository = session.console, session.repository
    if live_complete and not dumps:
        raise click.UsageError("--live-complete is about --live PATH")
    if not (out or dry_run):
        api.hold_place(repository, name)
    if not (dumps or console.quiet):
        console.tell(f"reading context {context or name}")
    live = api.read_for_adoption(
        dumps=dumps,
        complete=live_complete,
        context=context or ("" if dumps else name),
        kubeconfig=kubeconfig,
        directory=session.directory,
    )
    adoption = api.adopt_cluster(repository, name, live, context=context)
    if not dry_run:
        api.write_adopted(repository, adoption, out=os.path.join(session.directory, out) if out else "")
    if output == "json":
        console.data(adoption_json(adoption, written=not dry_run))
    else:
        if dry_run:
            console.data(adoption.files[f"{repository.folder(name)}/cluster.yaml"])
            console.tell(adoption_text(adoption, console.err_style, written=False).rstrip())
        else:
            console.data(adoption_text(adoption, console.out_style, written=True))
        source = (lambda file: tuple(adoption.files.get(file, "").splitlines())) if dry_run or out else repository.lines
        tell_diagnostics(console, adoption.diagnostics, source)
        if not console.quiet:
            console.tell(verdict(adoption))
            if not (dry_run or out) and adoption.valid:
                console.tell(f"Then:  genlb render {name}  and  genlb drift {name}")
    return outcome(findings=not adoption.valid, undetermined=adoption.grave)
