"""The two daemons that run on every node: one holds its sysctls, one makes VIPs local to it.

Whatever decides is pure: values in, values out, with the time as an argument. Whatever does is apart from it, small,
and knows no rule. A daemon is a loop around the same four steps: look, decide, do, look again.

=================================  ====================================================================================
``opening``                        agent.json found, read, refused with the cure
``config``, ``fields``             agent.json as frozen values; every mistake is told with its key
``kube.client``, ``…account``      requests to the API server, as the pod's account; every way they fail
``kube.listing``, ``…following``   lists in pieces; lists that stay up to date by watches, each in a thread of its own
``kube.leases``, ``…events``       Leases with the version they were read at; Events in their object's namespace
``netlink``, ``arp``               the kernel's addresses, routes and links; frames on the wire
``vip.facts``, ``vip.reading``     what is kept of API objects; what a tenant writes is a fact, a refusal or nothing
``vip.judging``, ``vip.desired``   which addresses may be bound at all, and why not; facts and pools into bindings
``vip.wanting``, ``vip.pacing``    when an answer of the API is doubted; how often its facts are worked out anew
``vip.elector``, ``vip.ballot``    who owns an L2 VIP: claims in one Lease per node; observations in, actions out
``vip.bids``, ``vip.standing``     how far each VIP has come; until when the API server's last word counts
``vip.errands``, ``vip.requests``  what the election asks next; what it has asked and was not answered
``vip.pauses``, ``vip.conflicts``  that the machine stood still; VIPs that another host has
``vip.voting``, ``vip.settling``   the election's part of a turn, and the kernel's
``vip.plan``, ``vip.guard``        what the kernel has against what it shall have, as steps; the nft table, as text
``vip.daemon``, ``vip.running``    one turn of the loop; the loop, and its orderly end
``vip.noting``, ``vip.telling``    what the log says of a turn; what metrics and the node report say of it
``vip.polling``, ``vip.ledger``    the elector's actions, carried out beside the loop
``vip.kernel``, ``vip.probing``    the steps of a plan carried out; VIPs asked for and announced
``vip.marks``                      what is ours where the kernel keeps no mark, on disk before it is bound
``vip.announcing``                 when neighbours are told where a VIP is
``vip.complaining``                what the owners of refused Services are told, and how often
``vip.cleaning``                   the way out: everything off the node, then the own Leases
``vip.alone``, ``vip.pod``         one binder on a node; what its pod tells it
``vip.starting``, ``vip.nft``      the parts put together; the program that takes the guard
``sysctl.plan``                    values found against values declared: what to write, what ``all`` overrules
``sysctl.holder``                  the values held on this node
``sysctl.keeper``                  their originals, kept on disk and given back at the end
``sysctl.daemon``                  the loop around that, woken by new interfaces
``sysctl.starting``                its parts put together
``process``, ``stopping``          a daemon without the command line's memory; the signals that end it
``serving``, ``metrics``           health, readiness and metrics over HTTP
``proxying``                       what the kube-proxy of this node says of itself
``publishing``, ``reporting``      the node report: when it is written, and the Lease it is written into
``logs``, ``backoff``              lines that never make the loop wait; pauses after a failure
``storing``, ``links``             files replaced as a whole; that an interface came, went or changed
=================================  ====================================================================================

Four rules keep two nodes from holding one VIP, and the simulation in ``tests/agent`` shows that without any one of
them two do: an address lives shorter in the kernel than its claim on the API server; it is off the interface before the
claim goes; what is confirmed late is not confirmed; and after a pause of the machine it comes off before all else. A
fifth ends what no rule could prevent, a pause that no clock shows: of two that claim a VIP neither keeps it.

Pure are ``config``, ``fields``, ``vip.facts``, ``vip.reading``, ``vip.judging``, ``vip.desired``, ``vip.wanting``,
``vip.pacing``, ``vip.pools``, ``vip.claims``, ``vip.peers``, ``vip.ballot``, ``vip.bids``,
``vip.standing``, ``vip.requests``, ``vip.errands``, ``vip.elector``, ``vip.pauses``, ``vip.conflicts``, ``vip.plan``,
``vip.guard``, ``vip.announcing`` and ``sysctl.plan``.
"""
