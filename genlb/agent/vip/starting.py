"""``genlb agent vip``: the parts put together, and the ways to run them."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from genlb import __version__
from genlb.agent.config import VipConfig, vip_config
from genlb.agent.kube.account import FOLDER, Account
from genlb.agent.kube.client import Client
from genlb.agent.kube.events import Events as ServiceEvents
from genlb.agent.kube.leases import Leases
from genlb.agent.logs import Log
from genlb.agent.metrics import CONTENT_TYPE, exposition
from genlb.agent.netlink.channel import Events
from genlb.agent.publishing import Publisher
from genlb.agent.reporting import report_publisher
from genlb.agent.serving import Page, Server, addresses, verdict
from genlb.agent.stopping import Stop
from genlb.agent.vip.announcing import Announcer
from genlb.agent.vip.complaining import Complainer
from genlb.agent.vip.daemon import Election, Turn, VipDaemon
from genlb.agent.vip.elector import Elector
from genlb.agent.vip.kernel import Kernel
from genlb.agent.vip.ledger import Ledger
from genlb.agent.vip.polling import Poll
from genlb.agent.vip.probing import Wires
from genlb.agent.vip.running import Loop, Surroundings
from genlb.agent.vip.sources import Api, facts_now
from genlb.agent.vip.telling import metrics, planned, state
from genlb.errors import Undetermined
from genlb.network.node_report import Daemon, NodeReport, encoded

_NFT_PATIENCE = 10.0
_COMPONENT = "genlb-vip"


class Manner(NamedTuple):
    """How to run: once or until stopped; only telling what would be done; taking everything away instead."""

    once: bool = False
    dry_run: bool = False
    cleanup: bool = False


class Pod(NamedTuple):
    """What the pod is told by its environment, and where its account lies."""

    environment: Mapping[str, str]
    folder: str = FOLDER

    @property
    def node(self) -> str:
        """The node's name; ``Undetermined`` where nobody says it."""
        if not (name := self.environment.get("NODE_NAME", "")):
            raise Undetermined("NODE_NAME is not set")
        return name

    @property
    def account(self) -> Account:
        """Who asks the API server."""
        return Account.of_pod(self.environment, self.folder)


def run(
    path: str, manner: Manner, say: Callable[[str], None], *, json_logs: bool = False, pod: Pod | None = None
) -> bool:
    """Do what ``manner`` says with the agent.json at ``path``; ``say`` gets the lines of ``--once`` and ``--dry-run``.

    Whether everything is as it shall be; for ``--dry-run``, whether there is nothing to do. Without an election in
    them, ``--once`` and ``--dry-run`` leave L2 VIPs alone: who owns one takes a lease's time to find out.
    """
    with open(path, "rb") as file:
        content = file.read()
    config, pod = vip_config(content), pod or Pod(os.environ)
    if manner.once or manner.dry_run:
        return _once(config, manner, say, pod)
    log = Log(as_json=json_logs, bound={"daemon": "vip", "node": pod.node})
    # The command line runs without it, since it ends soon; a daemon does not.
    gc.enable()
    with contextlib.ExitStack() as running:
        running.enter_context(_alone(config.common.state_directory))
        stop = running.enter_context(Stop())
        if manner.cleanup:
            _clean_up(config, stop, running, log, pod)
        else:
            _serve(config, f"sha256:{hashlib.sha256(content).hexdigest()}", stop, running, log, pod)
        log.info("stopped")
    return True


def _once(config: VipConfig, manner: Manner, say: Callable[[str], None], pod: Pod) -> bool:
    lock = contextlib.nullcontext() if manner.dry_run else _alone(config.common.state_directory)
    with lock, contextlib.closing(Kernel(time.monotonic)) as kernel:
        daemon = VipDaemon(config, pod.node, kernel, None, clock=time.monotonic, guard=nft)
        if manner.cleanup:
            steps = daemon.way_out().steps
            failed = () if manner.dry_run else daemon.clean_up()
        else:
            facts = facts_now(Client(pod.account))
            turn = daemon.preview(facts) if manner.dry_run else daemon.turn(facts, {})
            steps, failed = turn.plan.steps, turn.failures
        for line in planned(steps):
            say(line)
        return not steps if manner.dry_run else not failed


def _clean_up(config: VipConfig, stop: Stop, running: contextlib.ExitStack, log: Log, pod: Pod) -> None:
    """Take everything away, again and again until that has worked, and then wait: kubelet would start us again."""
    kernel = running.enter_context(contextlib.closing(Kernel(time.monotonic)))
    daemon = VipDaemon(config, pod.node, kernel, None, clock=time.monotonic, guard=nft)
    clean = False

    def health() -> Page:
        return verdict(None if clean else "not everything of ours is off yet")

    pages = {"/healthz": lambda: verdict(None), "/readyz": health}
    running.enter_context(Server(_places(config, pod), config.common.http.port, pages))
    while not stop.requested:
        failures = daemon.clean_up()
        if not failures and not clean:
            log.info("everything of ours is off")
        clean = not failures
        stop.wait(config.resync)


def _serve(config: VipConfig, digest: str, stop: Stop, running: contextlib.ExitStack, log: Log, pod: Pod) -> None:
    account = pod.account
    kernel = running.enter_context(contextlib.closing(Kernel(time.monotonic)))
    events = running.enter_context(contextlib.closing(Events()))
    wires = Wires(lambda: daemon.nics)
    election = _election(config, account, pod, wires, lambda: daemon.subnets, stop)
    guard = _no_guard if not config.guard else nft
    daemon = VipDaemon(config, pod.node, kernel, election, clock=time.monotonic, guard=guard)
    api = Api(account, stop.wake, log)
    if config.l2 is not None:
        api.follow_leases(Leases(Client(account), config.common.namespace).path, config.l2.lease_prefix)
    publisher = running.enter_context(report_publisher(config.common, pod.environment, log, pod.folder))
    complainer = running.enter_context(Complainer(ServiceEvents(Client(account), _COMPONENT, pod.node), log))
    report = _offering(publisher, config, digest, pod)

    def publish(turn: Turn) -> None:
        report(turn)
        facts = api.facts()
        if turn.wanted is not None and facts is not None and not stop.requested:
            complainer.hear(turn.wanted, facts)

    around = Surroundings(api, events, Announcer(wires.announce), log, time.monotonic, publish)
    loop = Loop(daemon, around, resync=config.resync)
    pages = {
        "/healthz": loop.health,
        "/readyz": loop.readiness,
        "/metrics": lambda: Page(200, exposition(metrics(loop.last, config, log.lost)), CONTENT_TYPE),
    }
    running.enter_context(Server(_places(config, pod), config.common.http.port, pages))
    if election is not None and isinstance(election.voting, Poll):
        running.enter_context(election.voting)
    running.enter_context(api)
    log.info("started", version=__version__, pools=len(config.pools))
    loop.run(stop)


def _election(
    config: VipConfig,
    account: Account,
    pod: Pod,
    wires: Wires,
    subnets: Callable[[], tuple[str, ...]],
    stop: Stop,
) -> Election | None:
    if config.l2 is None:
        return None
    timing, holder = config.l2, pod.environment.get("POD_UID") or pod.node

    def ledger() -> Ledger:
        client = Client(account, timeout=timing.timeout)
        leases = Leases(client, config.common.namespace)
        return Ledger(client, leases, timing, pod.node, holder, subnets)

    elector = Elector(pod.node, holder, timing, now=time.monotonic())
    return Election(elector, Poll(ledger(), ledger(), wires.taken, stop.wake))


def _offering(publisher: Publisher, config: VipConfig, digest: str, pod: Pod) -> Callable[[Turn], None]:
    return lambda turn: publisher.offer(
        encoded(NodeReport(Daemon.VIP, pod.node, __version__, digest, state(turn, config)))
    )


def _places(config: VipConfig, pod: Pod) -> tuple[str, ...]:
    return addresses(config.common.http, pod.environment.get("NODE_IP"))


@contextlib.contextmanager
def _alone(directory: str) -> Iterator[None]:
    """Hold the node's lock: two binders on one node would take each other's addresses off."""
    path = os.path.join(directory, "vip.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise Undetermined(f"{path}: another binder runs on this node") from error
    try:
        yield
    finally:
        os.close(descriptor)


def _no_guard(text: str) -> None:
    del text


def nft(text: str) -> None:
    """Let nft read ``text``, in one transaction; ``Undetermined`` where it does not take it."""
    import subprocess

    try:
        done = subprocess.run(
            ["nft", "-f", "-"],  # noqa: S607 -- the image's own
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=_NFT_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Undetermined(f"nft: {error}") from error
    if done.returncode:
        raise Undetermined(f"nft: {done.stderr.strip()[:300]}")
