"""A real Kubernetes control plane for tests.

``make kube`` builds its programs, a test asks for it by a fixture:

- ``api``: a ``Client`` of an administrator. Every CRD that genlb knows is served, RBAC decides, no controller runs, and
  after the test the server holds what it held before, cluster-scoped objects included.
- ``control_plane``: the ``ControlPlane`` behind it, one for the whole run: ``control_plane.kubeconfig`` is the path of
  the administrator's kubeconfig, ``control_plane.client.server`` the URL. ``with control_plane.isolated() as client:``
  is what ``api`` does, for a fixture of your own that lasts as long as a module.
- ``kube_program("kubectl")``: the path of a program, or a skip with the command that builds it.

``api.account(name, namespace)`` is a Client with a fresh token of that ServiceAccount, which exists already;
``token = api.token_of(name, namespace)`` only the token, and ``control_plane.kubeconfig_for(token, tmp_path / "kc")``
writes the kubeconfig that goes with it. ``tests.kube.parallel`` does many requests at once, and
``tests.kube.controllers`` has controllers, played nodes and MetalLB. Whoever uses one of these fixtures belongs to the
tier ``api``; nothing has to be imported or marked. ``tests/apiserver/test_rbac.py`` shows most of it.
"""
