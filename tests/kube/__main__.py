"""A control plane to play with: ``python -m tests.kube up`` starts one, says how to reach it, ends it with Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

from tests.kube import controllers, crds
from tests.kube.assets import MissingError, asset
from tests.kube.control_plane import ControlPlane
from tests.kube.process import Process

PARTS: dict[str, Callable[[ControlPlane], AbstractContextManager[Process]]] = {
    "controllers": controllers.controllers,
    "scheduler": controllers.scheduler,
    "nodes": controllers.kwok,
    "metallb": controllers.metallb,
}
DEFINITIONS = {"best": crds.best, "ours": crds.of_ours, "real": crds.real, "none": list}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit status is 0, or 1 when a program is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.kube", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start a control plane and wait for Ctrl-C")
    up.add_argument(
        "--with",
        dest="parts",
        action="append",
        default=[],
        choices=PARTS,
        help="what else shall run (repeatable); nodes: three nodes, played by kwok",
    )
    up.add_argument("--crds", default="best", choices=DEFINITIONS, help="best: the real ones where they are to be had")
    options = parser.parse_args(arguments)
    try:
        _up(options.parts, options.crds)
    except MissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _up(parts: list[str], definitions: str) -> None:
    # Both, and explicitly: a shell starts what runs in its background with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    with ExitStack() as running:
        directory = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="genlb-kube-")))
        try:
            plane = running.enter_context(ControlPlane(directory, definitions=DEFINITIONS[definitions]()))
            for part in parts:
                running.enter_context(PARTS[part](plane))
            if "nodes" in parts:
                controllers.add_nodes(plane.client, "node-1", "node-2", "node-3")
            sys.stdout.write(f"export KUBECONFIG={plane.kubeconfig}\n")
            with suppress(MissingError):  # any other kubectl will do
                sys.stdout.write(f'export PATH="{asset("kubectl").parent}:$PATH"\n')
            sys.stdout.flush()
            sys.stderr.write(f"Logs are in {directory}. Ctrl-C ends everything.\n")
            signal.pause()
        except KeyboardInterrupt:
            sys.stderr.write("\n")


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
