"""``genlb agent vip``: the parts put together, and the ways to run them."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable
from typing import NamedTuple

from genlb import __version__
from genlb.agent.config import VipConfig, vip_config
from genlb.agent.kube.client import Client
from genlb.agent.kube.events import Events as ServiceEvents
from genlb.agent.kube.leases import Leases
from genlb.agent.logs import Log
from genlb.agent.metrics import CONTENT_TYPE, exposition
from genlb.agent.netlink.channel import Events
from genlb.agent.opening import opened
from genlb.agent.proxying import ProxyWatch
from genlb.agent.publishing import Publisher
from genlb.agent.reporting import report_publisher
from genlb.agent.serving import Page, Pages, Server, verdict
from genlb.agent.stopping import Stop
from genlb.agent.vip.alone import alone
from genlb.agent.vip.cleaning import Cleaner, OwnLeases, clean_once, preview
from genlb.agent.vip.complaining import Complainer
from genlb.agent.vip.daemon import Turn, VipDaemon
from genlb.agent.vip.election.elector import Elector
from genlb.agent.vip.ledger import Ledger
from genlb.agent.vip.node.announcing import Announcer
from genlb.agent.vip.node.kernel import Kernel
from genlb.agent.vip.node.marks import Marks
from genlb.agent.vip.node.nft import drop_guard, nft
from genlb.agent.vip.node.probing import Wires
from genlb.agent.vip.pod import Pod
from genlb.agent.vip.polling import Poll
from genlb.agent.vip.running import Loop, Surroundings
from genlb.agent.vip.sources import Api, facts_now
from genlb.agent.vip.telling import metrics, planned, state
from genlb.agent.vip.voting import Election
from genlb.network.node_report import Daemon, NodeReport, encoded

_COMPONENT = "genlb-vip"


class Manner(NamedTuple):
    """How to run: once or until stopped; only telling what would be done; taking everything away instead."""

    once: bool = False
    dry_run: bool = False
    cleanup: bool = False


def run(
    path: str, manner: Manner, say: Callable[[str], None], *, json_logs: bool = False, pod: Pod | None = None
) -> bool:
    """Do what ``manner`` says with the agent.json at ``path``; ``say`` gets the lines of ``--once`` and ``--dry-run``.

    Whether everything is as it shall be; for ``--dry-run``, whether there is nothing to do. Without an election in
    them, ``--once`` and ``--dry-run`` leave L2 VIPs alone: who owns one takes a lease's time to find out.
    """
    (config, digest), pod = opened(path, vip_config), pod or Pod(os.environ)
    if manner.once or manner.dry_run:
        return _once(config, manner, say, pod)
    log = Log(as_json=json_logs, bound={"daemon": "vip", "node": pod.node})
    # The command line runs without it, since it ends soon; a daemon does not.
    gc.enable()
    with contextlib.ExitStack() as running:
        running.enter_context(alone(config.common.state_directory))
        stop = running.enter_context(Stop())
        if not config.guard:
            drop_guard(log.warning)
        if manner.cleanup:
            _clean_up(config, stop, running, log, pod)
        else:
            _serve(config, digest, stop, running, log, pod)
        log.info("stopped")
    return True


def _once(config: VipConfig, manner: Manner, say: Callable[[str], None], pod: Pod) -> bool:
    lock = contextlib.nullcontext() if manner.dry_run else alone(config.common.state_directory)
    with lock, contextlib.ExitStack() as running:
        daemon = VipDaemon(config, pod.node, _kernel(config, running, say), None, clock=time.monotonic, guard=nft)
        if not config.guard and not manner.dry_run:
            drop_guard(say)
        if manner.cleanup:
            return (preview if manner.dry_run else clean_once)(daemon, OwnLeases(config, pod), say)
        with contextlib.closing(Client(pod.account)) as client:
            facts = facts_now(client)
        turn = daemon.preview(facts) if manner.dry_run else daemon.turn(facts, {})
        for line in planned(turn.plan.steps):
            say(line)
        return not (turn.plan.steps if manner.dry_run else turn.failures)


def _clean_up(config: VipConfig, stop: Stop, running: contextlib.ExitStack, log: Log, pod: Pod) -> None:
    """Take everything away, again and again until that has worked, and then wait: kubelet would start us again."""
    kernel = _kernel(config, running, log.warning)
    daemon = VipDaemon(config, pod.node, kernel, None, clock=time.monotonic, guard=nft)
    cleaner = Cleaner(daemon, OwnLeases(config, pod), log)
    pages = {"/healthz": lambda: verdict(None), "/readyz": cleaner.readiness}
    running.enter_context(Server(pod.places(config), config.common.http.port, pages))
    while not stop.requested:
        cleaner.turn()
        stop.wait(config.resync)


def _serve(config: VipConfig, digest: str, stop: Stop, running: contextlib.ExitStack, log: Log, pod: Pod) -> None:
    account, kernel = pod.account, _kernel(config, running, log.warning)
    events = running.enter_context(contextlib.closing(Events()))
    wires = Wires(lambda: daemon.nics)
    election = _election(config, pod, wires, lambda: daemon.subnets, stop)
    daemon = VipDaemon(config, pod.node, kernel, election, clock=time.monotonic, guard=nft)
    api = Api(account, stop.wake, log)
    if config.l2 is not None:
        api.follow_leases(Leases(Client(account), config.common.namespace).path, config.l2.lease_prefix)
    publisher = running.enter_context(report_publisher(config.common, pod.environment, log, pod.folder))
    complainer = running.enter_context(Complainer(ServiceEvents(Client(account), _COMPONENT, pod.node), log))
    proxy = running.enter_context(ProxyWatch(config.proxy_metrics, config.proxy_mode, stop.wake, log))
    report = _offering(publisher, config, digest, pod, proxy)

    def publish(turn: Turn) -> None:
        report(turn)
        facts = api.facts()
        if turn.wanted is not None and facts is not None and not stop.requested:
            complainer.hear(turn.wanted, facts)

    around = Surroundings(api, events, Announcer(wires.announce), log, time.monotonic, publish)
    loop = Loop(daemon, around, resync=config.resync)
    running.enter_context(Server(pod.places(config), config.common.http.port, _pages(loop, config, log)))
    if election is not None and isinstance(election.voting, Poll):
        running.enter_context(election.voting)
    running.enter_context(api)
    log.info("started", version=__version__, pools=len(config.pools))
    loop.run(stop)


def _kernel(config: VipConfig, running: contextlib.ExitStack, tell: Callable[[str], None]) -> Kernel:
    marks = Marks.below(config.common.state_directory, tell)
    return running.enter_context(contextlib.closing(Kernel(time.monotonic, marks)))


def _pages(loop: Loop, config: VipConfig, log: Log) -> Pages:
    return {
        "/healthz": loop.health,
        "/readyz": loop.readiness,
        "/metrics": lambda: Page(200, exposition(metrics(loop.last, config, log.lost)), CONTENT_TYPE),
    }


def _election(
    config: VipConfig, pod: Pod, wires: Wires, subnets: Callable[[], tuple[str, ...]], stop: Stop
) -> Election | None:
    if config.l2 is None:
        return None
    timing = config.l2

    def ledger() -> Ledger:
        client = Client(pod.account, timeout=timing.timeout)
        leases = Leases(client, config.common.namespace)
        return Ledger(client, leases, timing, pod.node, pod.holder, subnets)

    elector = Elector(pod.node, pod.holder, timing, now=time.monotonic())
    return Election(elector, Poll(ledger(), ledger(), wires.holders, stop.wake))


def _offering(
    publisher: Publisher, config: VipConfig, digest: str, pod: Pod, proxy: ProxyWatch
) -> Callable[[Turn], None]:
    return lambda turn: publisher.offer(
        encoded(NodeReport(Daemon.VIP, pod.node, __version__, digest, state(turn, config, proxy.said)))
    )
