"""Who may do what: the two daemons, whoever looks for drift, and calico-node with the BGP password.

The rules stand in ``templates/``, where they can be read as what they are. No rule has a wildcard, and none of ours
reads a Secret.
"""

from __future__ import annotations

from genlb.manifest import Manifest
from genlb.render.context import NAMESPACE, Context
from genlb.render.daemon_set import VIP, daemons

_API_GROUP = "rbac.authorization.k8s.io"
_API_VERSION = f"{_API_GROUP}/v1"

_BGP_SECRET = "genlb-bgp-secret"  # noqa: S105  # a Role's name
_CALICO_NODE = "calico-node"


def service_accounts(context: Context) -> list[Manifest]:
    """One per daemon. Only its pod asks for a token, not whatever else someone starts under the same account."""
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": daemon.name, "namespace": NAMESPACE, "labels": context.labels(daemon.component)},
            "automountServiceAccountToken": False,
        }
        for daemon in daemons(context)
    ]


def cluster_roles(context: Context) -> list[Manifest]:
    """What drift reads (always there, bound to nobody), and what the binder reads of Services and nodes."""
    roles = [_labelled(context, context.template("clusterrole-drift-reader"), "access")]
    if VIP in daemons(context):
        roles.append(_labelled(context, context.template("clusterrole-vip"), VIP.component))
    return roles


def cluster_role_bindings(context: Context) -> list[Manifest]:
    """The binder's."""
    if VIP not in daemons(context):
        return []
    metadata = {"name": VIP.name, "labels": context.labels(VIP.component)}
    return [_binding("ClusterRole", metadata, _account(VIP.name, NAMESPACE))]


def roles(context: Context) -> list[Manifest]:
    """Leases and Events of each daemon in its own namespace; for calico-node the Secret of the BGP password."""
    own = [
        _labelled(context, context.template(f"role-{daemon.component}"), daemon.component)
        for daemon in daemons(context)
    ]
    return [*own, *_bgp_secret_roles(context)]


def role_bindings(context: Context) -> list[Manifest]:
    """One for each of ``roles``."""
    own = [
        _binding(
            "Role",
            {"name": daemon.name, "namespace": NAMESPACE, "labels": context.labels(daemon.component)},
            _account(daemon.name, NAMESPACE),
        )
        for daemon in daemons(context)
    ]
    if context.cluster.spec.bgp.password is None:
        return own
    calico = context.cluster.spec.namespaces.calico
    metadata = {"name": _BGP_SECRET, "namespace": calico, "labels": context.labels("access")}
    return [*own, _binding("Role", metadata, _account(_CALICO_NODE, calico))]


def _bgp_secret_roles(context: Context) -> list[Manifest]:
    """Calico gives calico-node no Secret by itself; it reads and watches this one by its name."""
    password = context.cluster.spec.bgp.password
    if password is None:
        return []
    calico = context.cluster.spec.namespaces.calico
    rule = {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": [password.secret_name],
        "verbs": ["get", "list", "watch"],
    }
    return [
        {
            "apiVersion": _API_VERSION,
            "kind": "Role",
            "metadata": {"name": _BGP_SECRET, "namespace": calico, "labels": context.labels("access")},
            "rules": [rule],
        }
    ]


def _labelled(context: Context, role: Manifest, component: str) -> Manifest:
    role["metadata"] |= {"labels": context.labels(component)}
    return role


def _account(name: str, namespace: str) -> Manifest:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def _binding(role_kind: str, metadata: Manifest, subject: Manifest) -> Manifest:
    """Role and binding carry the same name."""
    return {
        "apiVersion": _API_VERSION,
        "kind": f"{role_kind}Binding",
        "metadata": metadata,
        "subjects": [subject],
        "roleRef": {"apiGroup": _API_GROUP, "kind": role_kind, "name": metadata["name"]},
    }
