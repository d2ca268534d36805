"""What follows from a spec, decided here and nowhere else: render, rules, drift and trace all ask these answers.

On-link or routed, what each Auto became, which CIDRs are advertised, which sessions exist, which sysctls are held,
and the one table of what which release can do (``genlb.network.versions``). Pure: a cluster in, answers out.
"""

from genlb.network.cluster import decide

__all__ = ["decide"]
