"""The two daemons that run on every node: one holds its sysctls, one makes VIPs local to it.

Whatever decides is pure: values in, values out, with the time as an argument. Whatever does is apart from it, small,
and knows no rule. A daemon is a loop around the same four steps: look, decide, do, look again.

=================================  ====================================================================================
``config``, ``fields``             agent.json as frozen values; every mistake is told with its key
``kube``                           the API server: requests, lists that stay up to date, Leases, Events
``netlink``, ``arp``               the kernel's addresses, routes and links; frames on the wire
``vip.facts``, ``vip.reading``     what is kept of API objects; what a tenant writes is a fact, a refusal or nothing
``vip.desired``                    facts and pools into bindings, and a reason for everything that is refused
``vip.elector``, ``vip.ballot``    who owns an L2 VIP: claims in one Lease per node; observations in, actions out
``vip.plan``, ``vip.guard``        what the kernel has against what it shall have, as steps; the nft table, as text
``vip.daemon``, ``vip.running``    one turn of the loop; the loop, and its orderly end
``vip.polling``, ``vip.ledger``    the elector's actions, carried out beside the loop
``vip.kernel``, ``vip.probing``    the steps of a plan carried out; VIPs asked for and announced
``vip.starting``                   the parts put together
``sysctl.plan``                    values found against values declared: what to write, what ``all`` overrules
``sysctl.holder``, ``…daemon``     the values held, and given back; the loop around that
=================================  ====================================================================================

Three rules keep two nodes from holding one VIP, and the simulation in ``tests/agent`` shows that without any one of
them two do: an address lives shorter in the kernel than its claim on the API server;
it is off the interface before the claim goes; and what is confirmed late is not confirmed.

Pure are ``config``, ``fields``, ``vip.facts``, ``vip.reading``, ``vip.desired``, ``vip.pools``, ``vip.claims``,
``vip.peers``, ``vip.ballot``, ``vip.elector``, ``vip.plan``, ``vip.guard``, ``vip.announcing`` and ``sysctl.plan``.
"""
