"""The two daemons that run on every node: one holds its sysctls, one makes VIPs local to it.

Whatever decides is pure: values in, values out, with the time as an argument. Whatever does is apart from it, small,
and knows no rule. A daemon is a loop around the same four steps: look, decide, do, look again.

======================  ===============================================================================================
``config``, ``fields``  agent.json as frozen values; every mistake is told with its key
``vip.facts``           what is kept of Services, EndpointSlices, Nodes and Leases, and no more: memory is small
``vip.reading``         API objects into facts; whatever a tenant writes is a fact, a refusal or nothing, never a crash
``vip.desired``         facts and pools into bindings, and a reason for everything that is refused
``vip.elector``         who owns an L2 VIP: claims in one Lease per node, and how long what is claimed holds
``vip.plan``            what the kernel has against what it shall have: ordered actions, nothing unmarked among them
``vip.guard``           the nft table that lets only Service ports answer on a bound VIP, as text
``sysctl.plan``         values found against values declared: what to write, what the larger value of ``all`` hides
``sysctl.original``     the values found before the first write, and the way back to them
======================  ===============================================================================================

Three rules keep two nodes from holding one VIP; each is an own method of the elector, and the simulation in
``tests/agent`` shows that without it two do: an address lives shorter in the kernel than its claim on the API server;
it is off the interface before the claim goes; and what is confirmed late is not confirmed.
"""
