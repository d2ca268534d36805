"""What a change of a cluster's spec does to the network, told before it is applied."""

from __future__ import annotations

from genlb.network.impact_model import Impact, Side
from genlb.network.impact_nodes import ownership_changes, proxy_change, roll_outs, sysctl_changes
from genlb.network.impact_pools import pool_changes
from genlb.network.impact_prefixes import prefix_changes
from genlb.network.impact_sessions import session_changes


def impact_of(before: Side | None, after: Side | None) -> Impact:
    """Everything that the network notices on the way from ``before`` to ``after``.

    None stands for a cluster that is not there: one that is new, or given up.
    """
    rolled = tuple(roll_outs(before, after))
    return Impact(
        sessions=tuple(session_changes(before, after)),
        prefixes=tuple(prefix_changes(before, after)),
        pools=tuple(pool_changes(before, after)),
        roll_outs=rolled,
        proxy=proxy_change(before, after),
        ownership=tuple(ownership_changes(before, after, rolled)),
        sysctls=tuple(sysctl_changes(before, after)),
    )
