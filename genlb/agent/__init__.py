"""The two daemons that run on every node: one holds its sysctls, one makes VIPs local to it.

Whatever decides is pure: values in, values out, with the time as an argument. Whatever does is apart from it, small,
and knows no rule. A daemon is a loop around the same four steps: look, decide, do, look again.

====================================  =================================================================================
``opening``                           agent.json found, read, refused with the cure
``config``, ``fields``                agent.json as frozen values; every mistake is told with its key
``kube.client``, ``kube.account``     requests to the API server, as the pod's account; every way they fail
``kube.listing``, ``kube.following``  lists in pieces, kept up to date by watches, each in a thread of its own
``kube.leases``, ``kube.events``      Leases with the version they were read at; Events in their object's namespace
``netlink``, ``arp``                  the kernel's addresses, routes and links; frames on the wire
``vip.services``                      **what is asked for**, pure: from API objects to bindings and refusals
  ``facts``, ``reading``              what is kept of API objects; what a tenant writes is a fact, a refusal or nothing
  ``pools``, ``judging``              in which pool an address lies; which may be bound at all, and why not
  ``desired``, ``wanting``            facts into bindings; when an answer of the API is doubted
  ``pacing``                          how often that is worked out anew
``vip.election``                      **who owns an L2 VIP**, pure: claims in one Lease per node
  ``elector``, ``ballot``             the state machine; what goes in (observations) and comes out (actions)
  ``bids``, ``claims``                how far each VIP has come; what stands in a Lease
  ``standing``, ``peers``             until when the API server's last word counts; which other nodes live
  ``errands``, ``requests``           what is asked of the API server next; what was asked and not answered
  ``pauses``, ``conflicts``           that the machine stood still; VIPs that another host has
``vip.node``                          **what is done about it** on this node
  ``plan``, ``guard``                 pure: the steps from what the kernel has to what it shall have; the nft table
  ``kernel``, ``nft``                 the steps carried out; the program that takes the table
  ``settling``                        both, in the one order that is safe
  ``marks``                           what is ours where the kernel keeps no mark, on disk before it is bound
  ``announcing``, ``probing``         pure: when neighbours are told; asked and told on the wire
``vip.daemon``, ``vip.voting``        one turn of the loop; the election's part of it
``vip.running``, ``vip.starting``     the loop and its orderly end; the parts put together
``vip.sources``                       what is followed on the API server
``vip.ledger``, ``vip.polling``       the election's Leases; its actions carried out beside the loop, in ``vip.lanes``
``vip.noting``, ``vip.telling``       what the log says of a turn; what metrics and the node report say of it
``vip.complaining``                   what the owners of refused Services are told, and how often
``vip.cleaning``                      the way out: everything off the node, then the own Leases
``vip.alone``, ``vip.pod``            one binder on a node; what its pod tells it
``sysctl.plan``                       values found against values declared: what to write, what ``all`` overrules
``sysctl.holder``                     the values held on this node
``sysctl.keeper``                     their originals, kept on disk and given back at the end
``sysctl.daemon``                     the loop around that, woken by new interfaces
``sysctl.starting``                   its parts put together
``process``, ``stopping``             a daemon without the command line's memory; the signals that end it
``serving``, ``metrics``              health, readiness and metrics over HTTP
``proxying``                          what the kube-proxy of this node says of itself
``publishing``, ``reporting``         the node report: when it is written, and the Lease it is written into
``logs``, ``backoff``                 lines that never make the loop wait; pauses after a failure
``worker``                            a thread that waits for news, beside the loop
``storing``, ``links``                files replaced as a whole; that an interface came, went or changed
====================================  =================================================================================

Four rules keep two nodes from holding one VIP, and the simulation in ``tests/agent`` shows that without any one of
them two do: an address lives shorter in the kernel than its claim on the API server; it is off the interface before the
claim goes; what is confirmed late is not confirmed; and after a pause of the machine it comes off before all else. A
fifth ends what no rule could prevent, a pause that no clock shows: of two that claim a VIP neither keeps it.
"""
