"""What the binder found, for those who ask: metrics, the node report, lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from genlb.agent.config import VipConfig
from genlb.agent.metrics import Metric, Sample, counter, gauge
from genlb.agent.proxying import Said
from genlb.agent.vip.daemon import Turn
from genlb.agent.vip.node.plan import KUBE_IPVS, AddRoute, RemoveAddress, RemoveRoute, SetAddress, Step
from genlb.agent.vip.services.desired import Mode
from genlb.network.node_report import MOST_EXAMPLES, Tally, VipState, digest_of

_PREFIX = "genlb_vip"
_VERBS: Mapping[type[Step], str] = {
    AddRoute: "local route added",
    RemoveRoute: "local route removed",
    SetAddress: "bound",
    RemoveAddress: "unbound",
}


def state(turn: Turn, config: VipConfig, proxy: Said = Said()) -> VipState:  # noqa: B008 -- a value
    """The daemon's part of the node report; ``proxy`` is what kube-proxy said of itself."""
    routes = {str(entry.address) for entry in turn.held.routes if entry.marked}
    local = routes | set(turn.owned)
    refusals = turn.wanted.refusals if turn.wanted else ()
    refused = Counter(refusal.reason.name for refusal in refusals)
    told = Tally.of(f"{one.reason.name} {one.service} {one.address}" for one in refusals[:MOST_EXAMPLES])
    return VipState(
        bound=len(local),
        owned=len(turn.owned),
        digest=digest_of(local),
        refused=dict(sorted(refused.items())),
        foreign=Tally.of(f"{address} {place}".rstrip() for address, place in turn.plan.foreign.items()),
        unheld=Tally.of(unheld(turn)),
        leaks=Tally.of(leaks(turn, config)),
        proxy_mode=proxy.mode,
        proxy_config=proxy.settings,
        refusals=told._replace(total=len(refusals)),
        withheld=len(turn.withheld.addresses),
    )


def unheld(turn: Turn) -> Iterator[str]:
    """VIPs that kube-proxy in ipvs mode should hold on its device, and does not."""
    held = {entry.address for entry in turn.held.addresses if entry.interface == KUBE_IPVS}
    observed = turn.wanted.of(Mode.OBSERVE) if turn.wanted else ()
    return (str(binding.address) for binding in observed if binding.address not in held)


def leaks(turn: Turn, config: VipConfig) -> Iterator[str]:
    """VIPs that BIRD announces from this node by itself, since an interface that it reads has them."""
    known = turn.wanted.bindings if turn.wanted else {}
    for entry in turn.held.addresses:
        read = not entry.interface.startswith(("cali", "kube-ipvs"))
        if read and entry.address in known and any(entry.address in network for network in config.advertised):
            yield f"{entry.address} {entry.interface}"


def metrics(turn: Turn | None, config: VipConfig, lost: int) -> tuple[Metric, ...]:
    """Everything that is worth a graph."""
    lines = counter("genlb_agent_log_lines_lost_total", "Log lines that nobody took.", Sample(lost))
    if turn is None:
        return (lines,)
    found = state(turn, config)
    wanted = len(turn.wanted.bindings) if turn.wanted else 0
    refused = (Sample(count, {"reason": reason}) for reason, count in found.refused.items())
    return (
        gauge(f"{_PREFIX}_desired", "VIPs of the cluster.", Sample(wanted)),
        gauge(f"{_PREFIX}_bound", "VIPs that this daemon made local.", Sample(found.bound)),
        gauge(f"{_PREFIX}_owned", "L2 VIPs that this node owns.", Sample(found.owned)),
        gauge(f"{_PREFIX}_refused", "Addresses in Services' status that are not bound.", *refused),
        gauge(f"{_PREFIX}_foreign", "VIPs that somebody else holds on this node.", Sample(found.foreign.total)),
        gauge(f"{_PREFIX}_unheld", "VIPs that kube-proxy should hold and does not.", Sample(found.unheld.total)),
        gauge(f"{_PREFIX}_leaks", "VIPs on an interface that BIRD reads.", Sample(found.leaks.total)),
        gauge(f"{_PREFIX}_withheld", "VIPs that stay although the API's lists lack them.", Sample(found.withheld)),
        counter(
            f"{_PREFIX}_conflicts_total",
            "Times that an L2 VIP was not bound, since another host had it.",
            *(Sample(count, {"vip": vip}) for vip, count in turn.conflicts.items()),
        ),
        gauge(f"{_PREFIX}_failures", "Steps that the kernel refused.", Sample(len(turn.failures))),
        lines,
    )


def planned(steps: Iterable[Step]) -> Iterator[str]:
    """One line for each step, for people."""
    for step in steps:
        place = f" on {step.interface}" if isinstance(step, SetAddress | RemoveAddress) else ""
        yield f"{step.address}: {_VERBS[type(step)]}{place}"


def summary(steps: Iterable[Step]) -> str:
    """One line for many steps, for a log that must not grow with the cluster: ``local route added: 1000 VIPs``."""
    counted = Counter(_VERBS[type(step)] for step in steps)
    return ", ".join(f"{verb}: {count} VIPs" for verb, count in counted.items())
