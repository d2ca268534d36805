"""What a change does to the network, in sentences that a network engineer would use."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from genlb.network.impact_model import (
    Impact,
    OwnershipChange,
    PoolChange,
    PoolFate,
    PrefixChange,
    PrefixFate,
    ProxyChange,
    RollOut,
    RollOutFate,
    SessionChange,
    SessionFate,
    SysctlChange,
)
from genlb.spec.model import DaemonState, ProxyMode, Restart

_MOST = 4


class Topic(enum.Enum):
    """What a sentence is about, in the order in which they are told."""

    SESSIONS = "sessions"
    PREFIXES = "prefixes"
    POOLS = "pools"
    ROLL_OUTS = "rollOuts"
    KUBE_PROXY = "kubeProxy"
    OWNERSHIP = "ownership"
    SYSCTLS = "sysctls"


class Sentence(NamedTuple):
    """One thing that happens; ``hurts`` when connections or addresses of Services are lost on the way."""

    topic: Topic
    text: str
    hurts: bool = False


def sentences(impact: Impact) -> tuple[Sentence, ...]:
    """Everything, by topic; nothing when the network does not notice."""
    return (
        *_grouped_sessions(impact.sessions),
        *_grouped_prefixes(impact.prefixes),
        *map(_pool, impact.pools),
        *map(_roll_out, impact.roll_outs),
        *(() if impact.proxy is None else (_proxy(impact.proxy),)),
        *map(_ownership, impact.ownership),
        *map(_sysctl, impact.sysctls),
    )


_SESSION_WORDS = {
    SessionFate.APPEARS: "appears",
    SessionFate.GOES: "goes: that router loses all routes to these nodes",
    SessionFate.FLAPS: "flaps",
    SessionFate.MOVES: "moves to other nodes",
    SessionFate.RENAMED: "stays, under another name, as long as the new object is there before the old one goes",
}
_LASTING = frozenset({SessionFate.APPEARS, SessionFate.RENAMED})


def _grouped_sessions(changes: Iterable[SessionChange]) -> Iterator[Sentence]:
    """One sentence for all sessions of a rack that share fate and cause."""
    groups: dict[tuple[SessionFate, str, tuple[str, ...], bool], list[SessionChange]] = {}
    for change in changes:
        causes = () if change.fate is SessionFate.RENAMED else change.causes
        groups.setdefault((change.fate, change.rack, causes, bool(change.router)), []).append(change)
    for (fate, rack, causes, routed), members in groups.items():
        what = f'the nodes of rack "{rack}" to {_some([_end(one) for one in members])}' if routed else "the node mesh"
        why = f" ({'; '.join(causes)})" if causes else ""
        sessions = "the BGP session of" if len(members) == 1 and routed else "the BGP sessions of"
        told = _SESSION_WORDS[fate]
        told = told if len(members) == 1 and routed else _plural(told)
        yield Sentence(Topic.SESSIONS, f"{sessions} {what} {told}{why}", hurts=fate not in _LASTING)


def _end(change: SessionChange) -> str:
    return f"{change.router} ({change.address})"


_PLURALS = {"appears": "appear", "goes": "go", "flaps": "flap", "moves": "move", "stays": "stay"}


def _plural(told: str) -> str:
    verb = next(verb for verb in _PLURALS if told.startswith(verb))
    return _PLURALS[verb] + told.removeprefix(verb)


def _grouped_prefixes(changes: Iterable[PrefixChange]) -> Iterator[Sentence]:
    """One sentence for all prefixes that the same routers learn, lose or see change."""
    groups: dict[tuple[object, ...], list[PrefixChange]] = {}
    for change in changes:
        key = (change.fate, change.addresses_of, change.routers, bool(change.covered_by), change.detail)
        groups.setdefault(key, []).append(change)
    for members in groups.values():
        first = members[0]
        prefixes = _some([str(one.prefix) for one in members])
        many = len(members) > 1
        who = _some(list(first.routers)) if first.routers else "the node mesh alone"
        yield Sentence(Topic.PREFIXES, _prefix_words(first, prefixes, who, many=many), hurts=_loses_routes(first))


def _prefix_words(first: PrefixChange, prefixes: str, who: str, *, many: bool) -> str:
    prefixes = f"{first.addresses_of} prefix{'es' if many else ''} {prefixes}"
    if first.fate is PrefixFate.ADDED:
        return f"{prefixes} {'are' if many else 'is'} announced to {who}"
    if first.fate is PrefixFate.CHANGED:
        return f"{prefixes} to {who}: {first.detail}"
    covered = f"; {'their' if many else 'its'} addresses stay reachable through what else is announced"
    return f"{prefixes} {'are' if many else 'is'} withdrawn from {who}{covered if first.covered_by else ''}"


def _loses_routes(change: PrefixChange) -> bool:
    return change.fate is PrefixFate.WITHDRAWN and not change.covered_by


def _pool(change: PoolChange) -> Sentence:
    ranges = _some([str(block) for block in change.ranges])
    count = _addresses(change.addresses)
    verb = "moves" if len(change.ranges) == 1 else "move"
    told = {
        PoolFate.ADDED: f'pool "{change.pool}" is new: {ranges} ({count})',
        PoolFate.GROWS: f'pool "{change.pool}" gets {ranges} ({count})',
        PoolFate.SHRINKS: f'pool "{change.pool}" no longer has {ranges}',
        PoolFate.GOES: f'pool "{change.pool}" goes, and with it {ranges}',
        PoolFate.LOSES: f'{ranges} {verb} from pool "{change.pool}" to pool "{change.taker}"',
        PoolFate.SKIPS: f'pool "{change.pool}" begins to avoid addresses that end in .0 or .255',
        PoolFate.NARROWS: f'pool "{change.pool}" serves fewer Services than before (allocateTo)',
    }[change.fate]
    if not change.readdresses:
        return Sentence(Topic.POOLS, told)
    return Sentence(Topic.POOLS, f"{told}: Services with one of these {count} get another one, at once", hurts=True)


def _addresses(number: int) -> str:
    return "1 address" if number == 1 else f"{number} addresses"


def _roll_out(roll: RollOut) -> Sentence:
    name = f"DaemonSet {roll.name}"
    if roll.fate is RollOutFate.STARTS:
        return Sentence(Topic.ROLL_OUTS, f"{name} starts on every node")
    if roll.fate is RollOutFate.GOES:
        return Sentence(Topic.ROLL_OUTS, f"{name} goes from every node", hurts=True)
    pace = "one node after another" if roll.at_once == "1" else f"{roll.at_once} nodes at a time"
    why = f" ({'; '.join(roll.causes)})" if roll.causes else ""
    return Sentence(Topic.ROLL_OUTS, f"{name} rolls out, {pace}{why}")


_RESTARTS = {
    Restart.ANNOTATE: "kube-proxy restarts on one node after another",
    Restart.MANUAL: "nothing happens until somebody restarts kube-proxy: kubectl -n kube-system rollout restart"
    " daemonset/kube-proxy",
    None: "whoever manages kube-proxy has to change and restart it, genlb does not",
}


# On its way to nftables, and back from there, kube-proxy clears the other mode's rules away before it writes its own.
_NFTABLES_CLEARS = "; when it starts on a node, no Service is served there until the old mode's rules are cleared away"
_OLD_MODE_STAYS = "; until a node is cleaned up or rebooted, rules of the old mode answer beside those of the new one"


def _proxy(change: ProxyChange) -> Sentence:
    details = [f"mode {change.mode[0]} → {change.mode[1]}"] if change.mode else []
    told = "; ".join([*details, *change.details]) or "another configuration"
    text = f"kube-proxy: {told}; {_RESTARTS[change.restart]}"
    if change.mode:
        text += _NFTABLES_CLEARS if ProxyMode.NFTABLES.value in change.mode else _OLD_MODE_STAYS
    return Sentence(Topic.KUBE_PROXY, text, hurts=change.mode is not None)


def _ownership(change: OwnershipChange) -> Sentence:
    return Sentence(Topic.OWNERSHIP, f'L2 pool "{change.pool}": {change.reason}', hurts=True)


_LEFT = {
    DaemonState.ENABLED: "is no longer held: it stays as it is until the next boot",
    DaemonState.CLEANUP: "goes back to what it was before genlb",
    DaemonState.DISABLED: "is no longer held: it stays as it is until the next boot",
}


def _sysctl(change: SysctlChange) -> Sentence:
    if change.after is None:
        return Sentence(Topic.SYSCTLS, f"sysctl {change.path} {_LEFT[change.state]}")
    before = "whatever it is" if change.before is None else change.before
    return Sentence(Topic.SYSCTLS, f"sysctl {change.path}: {before} → {change.after} on every node")


def _some(items: Sequence[str]) -> str:
    """A few by name, the rest by number."""
    told = ", ".join(items[:_MOST])
    return f"{told} and {len(items) - _MOST} more" if len(items) > _MOST else told
