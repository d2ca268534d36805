"""A rack of network namespaces, with the real kube-proxy, BIRD and genlb's own daemons on its nodes; no root.

- ``lab``: a ``Lab`` whose nodes run kube-proxy, once in iptables and once in nftables mode. It serves ``proxy.VIPS``,
  dual-stack Services. ``labs`` is both at once.
- ``rack``: one whose nodes also run what genlb renders; ``rack_in_each_mode`` is the same for either kube-proxy. Its
  daemons are started once, since a first election takes a lease, and brought back before each test (``Rack.settle``).
- ``plain_lab``: one of the test's own, without kube-proxy.

``host`` makes hosts and runs programs there, ``net`` wires them, ``traffic`` and ``stream`` send, capture and measure;
``proxy``, ``routing`` and ``daemons`` start the daemons; ``scenario`` reads ``scenarios.yaml``, the matrix of what must
be reachable and what not. ``killing`` kills a daemon at a step, ``case_foreign`` is run on a host. A folder with this
file is a package to pytest, which ends its fixtures with its last test.
"""
