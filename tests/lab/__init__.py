"""A rack of network namespaces, with the real kube-proxy and BIRD on its nodes; no root.

- ``lab``: a ``Lab`` whose nodes run kube-proxy, once in iptables and once in nftables mode. It serves ``proxy.VIPS``.
- ``plain_lab``: one of the test's own, without kube-proxy.

``host`` makes hosts and runs programs there, ``net`` wires them, ``traffic`` sends and captures; ``proxy`` and
``routing`` start the daemons; ``scenario`` reads ``scenarios.yaml``, the matrix of what must be reachable and what
not. A folder with this file is a package to pytest, which ends its fixtures with its last test.
"""
