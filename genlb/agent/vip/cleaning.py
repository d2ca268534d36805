"""The way out: everything of ours off the node, and then this node's own Leases off the API server.

In this order: a Lease that goes while its VIPs are still bound would let another node bind them too. Nothing is held
back here, and what the API server does not do now keeps nothing on the node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager

from genlb.agent.config import VipConfig
from genlb.agent.kube.client import Client
from genlb.agent.kube.failures import NotFound
from genlb.agent.kube.leases import Leases, version_of
from genlb.agent.logs import Log
from genlb.agent.serving import Page, verdict
from genlb.agent.vip.daemon import VipDaemon
from genlb.agent.vip.pod import Pod
from genlb.agent.vip.telling import planned
from genlb.errors import GenlbError


class OwnLeases:
    """The Leases that this node's binder has written: its report, and its claims where there is an election."""

    def __init__(self, config: VipConfig, pod: Pod) -> None:
        prefixes = [config.common.report.prefix, *([config.l2.lease_prefix] if config.l2 else [])]
        self.names = tuple(prefix + pod.node for prefix in prefixes)
        self._namespace, self._pod = config.common.namespace, pod

    def there(self) -> list[str]:
        """Those that exist; GenlbError where nobody can be asked."""
        with self._leases() as leases:
            return [name for name in self.names if leases.get(name) is not None]

    def delete(self) -> str:
        """Delete them; what is wrong where one of them is left, "" otherwise."""
        try:
            with self._leases() as leases:
                for name in self.names:
                    _delete(leases, name)
        except GenlbError as error:
            return f"a Lease is left: {error}"
        return ""

    @contextmanager
    def _leases(self) -> Iterator[Leases]:
        with closing(Client(self._pod.account)) as client:
            yield Leases(client, self._namespace)


class Cleaner:
    """Takes everything away, again and again until that has worked; then it only looks whether it stays so."""

    def __init__(self, daemon: VipDaemon, leases: OwnLeases, log: Log) -> None:
        self._daemon, self._leases, self._log = daemon, leases, log
        self._given_back = False
        self._problem = "not everything of ours is off yet"

    def turn(self) -> None:
        """Take away what there is."""
        problem = self._cleaned()
        if problem and problem != self._problem:
            self._log.warning("not everything is taken away", problem=problem)
        elif self._problem and not problem:
            self._log.info("everything of ours is off, and the Leases are deleted")
        self._problem = problem

    def readiness(self) -> Page:
        """Whether nothing is left."""
        return verdict(self._problem or None)

    def _cleaned(self) -> str:
        """What is left, and why; "" for nothing."""
        problem = clean(self._daemon)
        if not problem and not self._given_back:
            problem = self._leases.delete()
            self._given_back = not problem
        return problem


def clean(daemon: VipDaemon) -> str:
    """Take everything of ours off the node; what went wrong, "" otherwise."""
    try:
        failures = daemon.clean_up()
    except (OSError, GenlbError) as error:
        return str(error) or type(error).__name__
    return ", ".join(f"{failure.step.address}: error {failure.error}" for failure in failures[:10])


def clean_once(daemon: VipDaemon, leases: OwnLeases, say: Callable[[str], None]) -> bool:
    """Take everything away, and say what; whether nothing is left."""
    _say(planned(daemon.way_out().steps), say)
    problem = clean(daemon) or leases.delete()
    _say([problem] if problem else [f"Lease {name}: deleted" for name in leases.names], say)
    return not problem


def preview(daemon: VipDaemon, leases: OwnLeases, say: Callable[[str], None]) -> bool:
    """Say what would be taken away; whether that is nothing."""
    try:
        there = [f"Lease {name}: deleted" for name in leases.there()]
    except GenlbError as error:
        there = [f"the Leases cannot be looked up: {error}"]
    lines = [*planned(daemon.way_out().steps), *there]
    _say(lines, say)
    return not lines


def _delete(leases: Leases, name: str) -> None:
    """Delete the Lease as it is now; one that somebody else deletes meanwhile is gone, too."""
    found = leases.get(name)
    if found is None:
        return
    try:
        leases.delete(name, version_of(found))
    except NotFound:
        return


def _say(lines: Iterable[str], say: Callable[[str], None]) -> None:
    for line in lines:
        say(line)
