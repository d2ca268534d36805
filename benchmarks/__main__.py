"""Prints the table of what genlb promises and what this machine measured: ``python -m benchmarks [--quick]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.fleet import write_fleet
from benchmarks.measure import Command, Run, interleaved, run
from benchmarks.peers import find_kubectl, objects_below, same_objects, write_overlay

GENLB = str(Path(sys.executable).parent / "genlb")
EXAMPLES = Path(__file__).resolve().parent.parent
SAMPLE = 20


class Row(NamedTuple):
    """One promise: what was measured, against what, and the bound on the ratio (or on the amount)."""

    what: str
    peer: str
    measured: str
    value: float
    bound: float
    unit: str = "x"

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return self.value <= self.bound

    def __str__(self) -> str:
        verdict = "yes" if self.holds else "**no**"
        return (
            f"| {self.what} | {self.peer} | {self.measured} | "
            f"{self.value:.3g} {self.unit} | ≤ {self.bound:.3g} {self.unit} | {verdict} |"
        )


def main() -> int:
    """Measure every row and print it; exit code 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the clusters, fewer rounds: a smoke test")
    quick = parser.parse_args().quick
    rounds, clusters = (3, 100) if quick else (11, 1000)
    print("| what | against | measured | ratio | must be | holds |\n|---|---|---|---|---|---|", flush=True)
    kept = True
    with tempfile.TemporaryDirectory() as scratch:
        for row in rows(Path(scratch), rounds, clusters):
            print(row, flush=True)
            kept = kept and row.holds
    return 0 if kept else 1


def rows(scratch: Path, rounds: int, clusters: int) -> Iterator[Row]:
    """Every row of the table, one after the other; those that need kubectl only where there is one."""
    yield start_up(rounds)
    kubectl = find_kubectl()
    if kubectl is None:
        print("no kubectl found (make kubectl builds one): the rows against kustomize are left out", file=sys.stderr)
    else:
        yield one_cluster(scratch, kubectl, rounds)
        yield from drift_rows(kubectl, rounds)
    yield from engine_rows()
    yield from agent_rows()
    yield from many_clusters(scratch, kubectl, clusters, 1 if rounds < 5 else 3)


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
    return _ratio("`genlb --version`", "`python -c 'import click'`", measured["version"], measured["click"], 1.3)


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
    what = f"`genlb render` of one cluster ({len(objects)} objects)"
    return _ratio(what, "`kubectl kustomize`, same objects", measured["genlb"], measured["kustomize"], 0.7)


def engine_rows() -> Iterator[Row]:
    """The drift engine alone, for one DaemonSet."""
    from benchmarks.drift_engine import timings

    for timing in timings():
        took = timing.milliseconds
        yield Row(f"diff engine, {timing.what}", "–", f"{took:.2f} ms", took, timing.bound, "ms")


def agent_rows() -> Iterator[Row]:
    """Both node daemons on this kernel, in namespaces of their own."""
    from benchmarks.agents import measure

    try:
        for found in measure():
            yield Row(found.what, "–", f"{found.value:.3g} {found.unit}", found.value, found.bound, found.unit)
    except RuntimeError as error:
        print(f"the rows of the daemons are left out: {error}", file=sys.stderr)


def drift_rows(kubectl: str, rounds: int) -> Iterator[Row]:
    """``genlb drift`` against ``kubectl diff``, where a control plane was built."""
    from benchmarks.drift import MOST_REQUESTS, Counted, measure
    from tests.kube.assets import MissingError

    try:
        for found in measure(kubectl, min(rounds, 5)):
            if isinstance(found, Counted):
                what = f"`genlb drift` of one cluster ({found.objects} objects), requests"
                yield Row(what, "–", f"{found.requests}", found.requests, MOST_REQUESTS, "requests")
            else:
                measured = f"{_time(found.ours)} : {_time(found.theirs)}"
                yield Row(found.what, found.peer, measured, found.ours / found.theirs, found.bound)
    except MissingError as error:
        print(f"the rows of drift are left out: {error}", file=sys.stderr)


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
            compared = f"{ours.seconds:.2f} s : {loop:.0f} s"
            yield Row(f"{what}, {how}", peer, compared, 60 * ours.seconds / loop, 1.0, "x 1/60")
    peak = max(measured["render"].mebibytes, written.mebibytes)
    yield Row(f"{what}, peak memory", "–", f"{peak:.0f} MiB", peak, 64, "MiB")
    against = "their render, printed"
    what = f"`genlb validate` of {clusters} clusters"
    yield _ratio(what, against, measured["validate"], measured["render"], 2)


def _loop(scratch: Path, kubectl: str, objects: list[dict[str, object]]) -> float:
    """Seconds that one overlay of the loop takes."""
    overlay = scratch / "peer-fleet"
    write_overlay(overlay, objects)
    command = Command("kustomize", [kubectl, "kustomize", str(overlay / "overlay")], scratch)
    return interleaved([command], SAMPLE)["kustomize"].seconds


def _ratio(what: str, peer: str, ours: Run, theirs: Run, bound: float) -> Row:
    measured = f"{_time(ours.seconds)} : {_time(theirs.seconds)}"
    return Row(what, peer, measured, ours.seconds / theirs.seconds, bound)


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
