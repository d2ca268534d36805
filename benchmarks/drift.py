"""Drift against ``kubectl diff``: the same files, the same real API server, in the same interleaved rounds.

The clusters are one control plane of the tests (``make kube`` builds it). Network is a proxy on loopback that holds
every answer back for a while: what 20 ms of distance do to a client that asks one question after another.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from benchmarks.measure import Command, interleaved
from benchmarks.row import Row, amount, speed

CLUSTER = "fra1-prod"
CONTEXT = "genlb-tests"
DISTANCE = 0.020
"""Seconds of a round trip."""

FLEET = 50
MOST_REQUESTS = 25
GENLB = str(Path(sys.executable).parent / "genlb")


def measure(kubectl: str, rounds: int) -> Iterator[Row]:
    """Every comparison, one after the other; ``MissingError`` where no control plane was built."""
    from tests.kube import crds
    from tests.kube.control_plane import ControlPlane

    with tempfile.TemporaryDirectory(prefix="genlb-drift-") as scratch:
        folder = Path(scratch)
        (folder / "plane").mkdir()
        with ControlPlane(folder / "plane", definitions=crds.best()) as plane:
            repository = _in_step(plane.client, folder)
            yield _requests(repository, plane.kubeconfig)
            yield from _one(kubectl, repository, plane.kubeconfig, "on loopback", rounds, 1.5)
            with _at_a_distance(plane.client.server, DISTANCE) as url:
                far = _kubeconfig(plane, url, folder / "far")
                yield from _one(kubectl, repository, far, f"at {DISTANCE * 1000:.0f} ms round trip", rounds, 3)
            yield _many(kubectl, repository, plane.kubeconfig, folder, rounds)


def _in_step(api: Any, folder: Path) -> Path:
    """A repository whose one cluster is this one, rendered and applied."""
    from tests.apiserver.rendered import objects, render
    from tests.apiserver.surroundings import prepare

    version = ".".join(api.request("GET", "/version")["gitVersion"].removeprefix("v").split(".")[:2])
    uid = api.get("v1", "Namespace", "kube-system")["metadata"]["uid"]
    change = {"access": {"context": CONTEXT, "uid": uid}, "versions": {"kubernetes": version}}
    clusters = render(CLUSTER, change, folder / "lb")
    prepare(api, CLUSTER)
    for manifest in objects(CLUSTER, folder=clusters):
        api.apply(manifest, force=True)
    return folder / "lb"


def _requests(repository: Path, kubeconfig: Path) -> Row:
    """How often genlb asks the API server, counted where it does so."""
    from genlb import api
    from genlb.api._drift_sides import WORK_TREE, prepare
    from genlb.drift.model import Source
    from genlb.drift.reads import follow_ups, reads_for
    from genlb.stores.cluster import read_cluster

    question = api.Question(kubeconfig=str(kubeconfig))
    prepared = prepare(api.open_repository(str(repository)), CLUSTER, question, Source(WORK_TREE))
    reads = reads_for(prepared.desired, prepared.cluster)
    reading = read_cluster(prepared.access, reads, follow=lambda live: follow_ups(reads, prepared.desired, live))
    what = f"`genlb drift` of one cluster ({len(prepared.desired.objects)} objects)"
    return amount(what, reading.requests, "requests", at_most=MOST_REQUESTS)


def _one(kubectl: str, repository: Path, kubeconfig: Path, where: str, rounds: int, factor: float) -> Iterator[Row]:
    files = _files(repository)
    measured = interleaved(
        [
            Command("genlb", [*_drift(repository, kubeconfig), CLUSTER], repository),
            Command("kubectl", _diff(kubectl, kubeconfig, files), repository),
            Command(
                "server-side", _diff(kubectl, kubeconfig, files, "--server-side", "--field-manager=genlb"), repository
            ),
        ],
        rounds,
    )
    what, ours = f"`genlb drift` of one cluster ({len(files)} files) {where}", measured["genlb"].seconds
    yield speed(what, "`kubectl diff`, same files", ours, measured["kubectl"].seconds, at_least=factor)
    yield speed(what, "`kubectl diff --server-side`, same files", ours, measured["server-side"].seconds)


def _many(kubectl: str, repository: Path, kubeconfig: Path, folder: Path, rounds: int) -> Row:
    """A fleet in one run against a loop; every cluster is a copy of the one, behind the same server."""
    fleet = folder / "fleet"
    names = [f"{CLUSTER}-{index}" for index in range(FLEET)]
    shutil.copytree(repository, fleet)
    source = fleet / "clusters" / CLUSTER
    for name in names:
        target = fleet / "clusters" / name
        shutil.copytree(source, target)
        spec = yaml.safe_load((target / "cluster.yaml").read_text())
        spec["metadata"]["name"] = name
        spec["spec"]["routingDomain"] = name
        spec["spec"]["gitops"]["destination"] = {"name": CLUSTER}
        (target / "cluster.yaml").write_text(json.dumps(spec))
    subprocess.run([GENLB, "-C", str(fleet), "render", *names], check=True, capture_output=True)
    # Their labels and Applications differ from those of the one cluster that there is: exit code 1 is right.
    ours = Command("genlb", [*_drift(fleet, kubeconfig), *names], fleet, frozenset({0, 1}))
    single = Command("kubectl", _diff(kubectl, kubeconfig, _files(repository)), repository)
    measured = interleaved([ours, single], max(1, rounds // 3))
    what = f"`genlb drift` of {FLEET} clusters in one run"
    peer = f"{FLEET} times `kubectl diff` (one measured)"
    return speed(what, peer, measured["genlb"].seconds, measured["kubectl"].seconds * FLEET, at_least=10)


def _drift(repository: Path, kubeconfig: Path) -> list[str]:
    return [GENLB, "-C", str(repository), "drift", "--kubeconfig", str(kubeconfig)]


def _diff(kubectl: str, kubeconfig: Path, files: Sequence[Path], *flags: str) -> list[str]:
    named = [part for file in files for part in ("-f", str(file))]
    return [kubectl, "--kubeconfig", str(kubeconfig), "diff", *flags, *named]


def _files(repository: Path) -> list[Path]:
    rendered = repository / "clusters" / CLUSTER / "rendered"
    folders = (rendered / name for name in ("node", "routing", "advertise", "gitops"))
    return [file for folder in folders for file in sorted(folder.glob("*.yaml")) if file.name != "kustomization.yaml"]


def _kubeconfig(plane: Any, url: str, path: Path) -> Path:
    """The administrator's kubeconfig, which leads to another address."""
    config: dict[str, Any] = json.loads(plane.kubeconfig.read_text())
    cluster: dict[str, Any] = config["clusters"][0]["cluster"]
    cluster["server"] = url
    path.write_text(json.dumps(config))
    return path


@contextmanager
def _at_a_distance(server: str, seconds: float) -> Iterator[str]:
    """The address of a proxy to ``server`` that lets every byte take half of ``seconds``, each way."""
    ready = threading.Event()
    ports: list[int] = []
    stop: list[Callable[[], object]] = []

    async def serve() -> None:
        address, over, loop = urlsplit(server), asyncio.Event(), asyncio.get_running_loop()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.CancelledError):  # who hung up, and the end of the measurement
                there, back = await asyncio.open_connection(address.hostname, address.port)
                await asyncio.gather(_carried(reader, back, seconds / 2), _carried(there, writer, seconds / 2))

        listening = await asyncio.start_server(accept, "127.0.0.1", 0)
        ports.append(listening.sockets[0].getsockname()[1])
        stop.append(lambda: loop.call_soon_threadsafe(over.set))
        ready.set()
        await over.wait()
        listening.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    ready.wait()
    try:
        yield f"https://127.0.0.1:{ports[0]}"
    finally:
        stop[0]()
        thread.join()


async def _carried(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Bytes from one side to the other, each piece ``seconds`` late, none waiting for the one before."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        writer.close()

    delivering = loop.create_task(deliver())
    try:
        while piece := await reader.read(1 << 16):
            pieces.put_nowait((loop.time() + seconds, piece))
    except ConnectionError:
        pass
    pieces.put_nowait((loop.time() + seconds, b""))
    try:
        await delivering
    except ConnectionError:
        return
