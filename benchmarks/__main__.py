"""Prints the table of what genlb promises and what this machine measured: ``python -m benchmarks [--quick]``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import drift_engine
from benchmarks.fleet import write_fleet
from benchmarks.measure import Command, interleaved, run
from benchmarks.peers import objects_below, same_objects, write_overlay
from benchmarks.row import HEAD, Row, amount, share, speed
from tests.kube import assets

GENLB = str(Path(sys.executable).parent / "genlb")
EXAMPLES = Path(__file__).resolve().parent.parent
SAMPLE = 20
SLOW = ("kubernetes", "git", "deepdiff", "jsonschema")


def main() -> int:
    """Measure every row and print it; exit code 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the clusters, fewer rounds: a smoke test")
    quick = parser.parse_args().quick
    rounds, clusters = (3, 100) if quick else (11, 1000)
    print(HEAD, flush=True)
    kept = True
    with tempfile.TemporaryDirectory() as scratch:
        for row in rows(Path(scratch), rounds, clusters):
            print(row, flush=True)
            kept = kept and row.holds
    return 0 if kept else 1


def rows(scratch: Path, rounds: int, clusters: int) -> Iterator[Row]:
    """Every row of the table, one after the other; what this machine cannot measure is said and left out."""
    yield start_up(rounds)
    yield imports()
    kubectl = _found_kubectl()
    if kubectl is not None:
        yield one_cluster(scratch, kubectl, rounds)
    yield from many_clusters(scratch, kubectl, clusters, 1 if rounds < 5 else 3)
    if kubectl is not None:
        yield from drift_rows(kubectl, rounds)
    yield from drift_engine.measure()
    yield from agent_rows(clusters)  # as many VIPs


def _found_kubectl() -> str | None:
    try:
        return assets.kubectl()
    except assets.MissingError as error:
        print(f"the rows against kubectl are left out: {error}", file=sys.stderr)
        return None


def start_up(rounds: int) -> Row:
    """``genlb --version`` against importing click."""
    here = Path.cwd()
    measured = interleaved(
        [
            Command("version", [GENLB, "--version"], here),
            Command("click", [sys.executable, "-c", "import click"], here),
        ],
        rounds,
    )
    what, peer = "`genlb --version`", "`python -c 'import click'`"
    return share(what, peer, measured["version"].seconds, measured["click"].seconds, at_most=1.3)


def imports() -> Row:
    """What ``--version``, ``validate`` and ``render`` of valid specs load of the packages that take long to load."""
    loaded: set[str] = set()
    for arguments in (["--version"], ["validate"], ["render", "--stdout"]):
        command = [sys.executable, "-X", "importtime", "-m", "genlb", *arguments]
        told = subprocess.run(command, cwd=EXAMPLES, check=True, capture_output=True, text=True).stderr
        loaded |= {line.rpartition("|")[2].strip().partition(".")[0] for line in told.splitlines()}
    what = f"of {', '.join(SLOW)} loaded by `--version`, `validate`, `render`"
    return amount(what, len(loaded & set(SLOW)), "packages", at_most=0)


def one_cluster(scratch: Path, kubectl: str, rounds: int) -> Row:
    """``genlb render`` of one cluster against ``kubectl kustomize`` of an overlay with the same objects."""
    name, target = "fra1-prod", scratch / "one"
    run(Command("first", [GENLB, "-C", str(EXAMPLES), "render", name, "--out", str(target)], scratch))
    objects = objects_below(target / name / "rendered")
    overlay = scratch / "peer"
    write_overlay(overlay, objects)
    if not same_objects(kubectl, overlay / "overlay", objects):
        raise RuntimeError("the kustomize overlay does not give the same objects")
    render = [GENLB, "render", name, "--stdout"]
    measured = interleaved(
        [
            Command("genlb", render, EXAMPLES),
            Command("kustomize", [kubectl, "kustomize"], overlay / "overlay"),
        ],
        rounds,
    )
    what, peer = f"`genlb render` of one cluster ({len(objects)} objects)", "`kubectl kustomize`, same objects"
    return share(what, peer, measured["genlb"].seconds, measured["kustomize"].seconds, at_most=0.7)


def drift_rows(kubectl: str, rounds: int) -> Iterator[Row]:
    """``genlb drift`` against ``kubectl diff``, where a control plane was built."""
    from benchmarks import drift

    try:
        yield from drift.measure(kubectl, min(rounds, 5))
    except assets.MissingError as error:
        print(f"the rows of drift are left out: {error}", file=sys.stderr)


def agent_rows(vips: int) -> Iterator[Row]:
    """Both node daemons on this kernel, in namespaces of their own."""
    from benchmarks import agents

    try:
        yield from agents.measure(vips=vips, samples=vips // 10)
    except RuntimeError as error:
        print(f"the rows of the daemons are left out: {error}", file=sys.stderr)


def many_clusters(scratch: Path, kubectl: str | None, clusters: int, rounds: int) -> Iterator[Row]:
    """Render and validate of a whole fleet in one process, and the memory that it takes."""
    root = scratch / "fleet"
    names = write_fleet(root, clusters)
    written = run(Command("written", [GENLB, "-C", str(root), "render"], root))
    objects = objects_below(root / "clusters" / names[0] / "rendered")
    what = f"`genlb render` of {clusters} clusters ({clusters * len(objects)} objects)"
    printed = Command("render", [GENLB, "-C", str(root), "render", "--stdout"], root)
    validate = Command("validate", [GENLB, "-C", str(root), "validate"], root)
    measured = interleaved([printed, validate], rounds)
    if kubectl is not None:
        loop = _loop(scratch, kubectl, objects) * clusters
        peer = f"a loop of `kubectl kustomize` ({SAMPLE} measured, extrapolated)"
        for how, ours in (("printed, as kustomize does", measured["render"]), ("all files written", written)):
            yield speed(f"{what}, {how}", peer, ours.seconds, loop, at_least=60)
    peak = max(measured["render"].mebibytes, written.mebibytes)
    yield amount(f"{what}, peak memory", peak, "MiB", at_most=64)
    what, seconds = f"`genlb validate` of {clusters} clusters", measured["validate"].seconds
    yield share(what, "their render, printed", seconds, measured["render"].seconds, at_most=2)


def _loop(scratch: Path, kubectl: str, objects: list[dict[str, object]]) -> float:
    """Seconds that one overlay of the loop takes."""
    overlay = scratch / "peer-fleet"
    write_overlay(overlay, objects)
    command = Command("kustomize", [kubectl, "kustomize", str(overlay / "overlay")], scratch)
    return interleaved([command], SAMPLE)["kustomize"].seconds


if __name__ == "__main__":
    sys.exit(main())
