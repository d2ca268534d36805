"""``genlb agent sysctl``: the parts put together, and the four ways to run them."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from genlb import __version__
from genlb.agent.config import Common, SysctlConfig, sysctl_config
from genlb.agent.links import link_events
from genlb.agent.logs import Log
from genlb.agent.opening import opened
from genlb.agent.serving import Server, addresses
from genlb.agent.stopping import Stop
from genlb.agent.sysctl.daemon import Publish, SysctlDaemon
from genlb.agent.sysctl.holder import Holder
from genlb.agent.sysctl.proc import ROOT, ProcSys
from genlb.agent.sysctl.telling import done, planned, state
from genlb.errors import Undetermined


class Manner(NamedTuple):
    """How to run: once or until stopped; only telling what would be done; giving back instead of holding."""

    once: bool = False
    dry_run: bool = False
    restore: bool = False


class Surroundings(NamedTuple):
    """Where the daemon finds what is not in agent.json: the pod's variables, /proc/sys, and its ServiceAccount."""

    environment: Mapping[str, str] = os.environ
    root: str = ROOT
    account: str = "/var/run/secrets/kubernetes.io/serviceaccount"


def run(
    path: str,
    manner: Manner,
    say: Callable[[str], None],
    *,
    json_logs: bool = False,
    around: Surroundings | None = None,
) -> bool:
    """Do what ``manner`` says with the agent.json at ``path``; ``say`` gets the result of ``--once`` and ``--dry-run``.

    Whether everything is in effect (or given back); for ``--dry-run``, whether there is nothing to do.
    """
    around = around or Surroundings()
    config, digest = opened(path, sysctl_config)
    holder = Holder(config, ProcSys(around.root))
    if manner.dry_run:
        return _told(holder, say, restore=manner.restore)
    if manner.once:
        found = holder.restore() if manner.restore else holder.hold(0.0)
        for line in done(found):
            say(line)
        return found.holds
    log = Log(as_json=json_logs, bound={"daemon": "sysctl", "node": around.environment.get("NODE_NAME", "")})
    _serve(holder, config, digest, log, around, restore=manner.restore)
    return True


def _told(holder: Holder, say: Callable[[str], None], *, restore: bool) -> bool:
    if restore:
        lines = [f"{path}: {original.value} would be given back" for path, original in holder.originals().items()]
    else:
        values, _, outcome = holder.look()
        lines = [*planned(values, outcome)]
    for line in lines:
        say(line)
    return not lines


def _serve(holder: Holder, config: SysctlConfig, digest: str, log: Log, around: Surroundings, *, restore: bool) -> None:
    # The command line runs without it, since it ends soon; a daemon does not.
    gc.enable()
    with contextlib.ExitStack() as running:
        stop = running.enter_context(Stop())
        publish = running.enter_context(_publishing(holder, config.common, digest, log, around))
        daemon = SysctlDaemon(holder, config.interval, log, publish=publish)
        pages = {"/healthz": daemon.health, "/readyz": daemon.readiness, "/metrics": daemon.measurements}
        places = addresses(config.common.http, around.environment.get("NODE_IP"))
        running.enter_context(Server(places, config.common.http.port, pages))
        log.info("started", version=__version__, values=len(config.sysctls), restore=restore)
        if restore:
            daemon.restored(stop)
        else:
            _hold(daemon, stop, running, log)
        log.info("stopped, the values stay" if not restore else "stopped")


def _hold(daemon: SysctlDaemon, stop: Stop, running: contextlib.ExitStack, log: Log) -> None:
    events = link_events()
    if events is None:
        log.warning("the kernel tells of no new interfaces, so they are looked for")
    else:
        running.callback(events.close)
    daemon.run(stop, events)


@contextlib.contextmanager
def _publishing(holder: Holder, common: Common, digest: str, log: Log, around: Surroundings) -> Iterator[Publish]:
    """What publishes the result of a pass; nothing where there is no API server to tell it to."""
    try:
        # Here and not above: TLS is a third of the daemon's memory, and --once needs none.
        from genlb.agent.reporting import report_publisher

        publisher = report_publisher(common, around.environment, log, around.account)
    except Undetermined as error:
        log.warning("no node report is published", reason=str(error))
        yield lambda _: None
        return
    from genlb.network.node_report import Daemon, NodeReport, encoded

    node = around.environment.get("NODE_NAME", "")
    with publisher:
        yield lambda found: publisher.offer(
            encoded(NodeReport(Daemon.SYSCTL, node, __version__, digest, state(found, holder.corrections)))
        )
