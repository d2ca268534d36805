"""What follows from a spec, decided here and nowhere else: render, rules, drift and trace all ask these answers.

On-link or routed, what each Auto became, which CIDRs are advertised, which sessions exist, which sysctls are held,
and the one table of what which release can do (``genlb.network.versions``). Pure: a cluster in, answers out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genlb.network.cluster import decide

__all__ = ["decide"]


def __getattr__(name: str) -> Any:
    """``decide``, when it is first asked for: a node daemon wants the report's shape, not all types of the spec."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from genlb.network import cluster

    globals()[name] = found = cluster.decide
    return found
