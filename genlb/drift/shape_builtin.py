"""The built-in kinds: which lists are keyed, what the API server fills in, what is the same in other words."""

from __future__ import annotations

from collections.abc import Mapping

from genlb.drift import scalars
from genlb.drift.kinds import RBAC
from genlb.drift.shape import Order, Shape
from genlb.drift.shape_parts import (
    ASSIGNED,
    EQUALS,
    METADATA,
    REFERENCE,
    SELECTOR,
    TEXTS,
    VALUE,
    bag,
    keyed,
    steps,
    struct,
    value,
)
from genlb.drift.shape_pod import CLAIM, LONE_POD, QUANTITIES, TEMPLATE

_PERCENT = value("25%")

_DEPLOYMENT = struct(
    {
        "replicas": value(1),
        "selector": SELECTOR,
        "strategy": struct(
            {
                "type": value("RollingUpdate"),
                "rollingUpdate": struct({"maxSurge": _PERCENT, "maxUnavailable": _PERCENT}),
            }
        ),
        "revisionHistoryLimit": value(10),
        "progressDeadlineSeconds": value(600),
        "template": TEMPLATE,
    }
)
_DAEMON_SET = struct(
    {
        "selector": SELECTOR,
        "updateStrategy": struct(
            {
                "type": value("RollingUpdate"),
                "rollingUpdate": struct({"maxSurge": value(0), "maxUnavailable": value(1)}),
            }
        ),
        "revisionHistoryLimit": value(10),
        "template": TEMPLATE,
    }
)
_CLAIM_TEMPLATE = struct(
    {
        "apiVersion": ASSIGNED,
        "kind": ASSIGNED,
        "status": ASSIGNED,
        "metadata": struct({**METADATA.fields, "creationTimestamp": ASSIGNED}),
        "spec": CLAIM,
    }
)
_STATEFUL_SET = struct(
    {
        "replicas": value(1),
        "selector": SELECTOR,
        "podManagementPolicy": value("OrderedReady"),
        "updateStrategy": struct(
            {
                "type": value("RollingUpdate"),
                "rollingUpdate": struct({"partition": value(0), "maxUnavailable": ASSIGNED}),
            }
        ),
        "persistentVolumeClaimRetentionPolicy": struct({"whenDeleted": value("Retain"), "whenScaled": value("Retain")}),
        "revisionHistoryLimit": value(10),
        "template": TEMPLATE,
        "volumeClaimTemplates": steps(_CLAIM_TEMPLATE),
    }
)
_JOB_FIELDS: Mapping[str, Shape] = {
    "backoffLimit": value(6),
    "completionMode": value("NonIndexed"),
    "completions": ASSIGNED,
    "parallelism": value(1),
    "podReplacementPolicy": ASSIGNED,
    "manualSelector": value(default=False),
    "suspend": value(default=False),
    "template": TEMPLATE,
}
_JOB = struct({**_JOB_FIELDS, "selector": ASSIGNED})
_CRON_JOB = struct(
    {
        "concurrencyPolicy": value("Allow"),
        "failedJobsHistoryLimit": value(1),
        "successfulJobsHistoryLimit": value(3),
        "suspend": value(default=False),
        "jobTemplate": struct({"metadata": METADATA, "spec": struct(_JOB_FIELDS)}),
    }
)

_SERVICE_PORT = struct({"protocol": value("TCP"), "nodePort": ASSIGNED, "targetPort": ASSIGNED})
_SERVICE = struct(
    {
        "type": value("ClusterIP"),
        "selector": EQUALS,
        "ports": keyed("port", "protocol", each=_SERVICE_PORT),
        "sessionAffinity": value("None"),
        "sessionAffinityConfig": struct({"clientIP": struct({"timeoutSeconds": value(10800)})}),
        "internalTrafficPolicy": value("Cluster"),
        "externalTrafficPolicy": value("Cluster"),
        "allocateLoadBalancerNodePorts": value(default=True),
        "clusterIP": Shape(assigned=True, canon=scalars.address),
        "clusterIPs": Shape(assigned=True, each=Shape(canon=scalars.address), closed=True),
        "ipFamilies": Shape(assigned=True, each=VALUE, closed=True),
        "ipFamilyPolicy": ASSIGNED,
        "healthCheckNodePort": ASSIGNED,
        "externalIPs": bag(canon="address"),
        "loadBalancerIP": Shape(canon=scalars.address),
        "loadBalancerSourceRanges": bag(canon="network"),
    }
)

_RULE = struct(
    {"apiGroups": bag(), "resources": bag(), "verbs": bag(), "resourceNames": bag(), "nonResourceURLs": bag()},
    closed=True,
)
_SUBJECT = struct({"apiGroup": Shape(assigned=True)}, closed=True)
_ROLE: Mapping[str, Shape] = {"rules": bag(_RULE), "aggregationRule": struct({"clusterRoleSelectors": bag(SELECTOR)})}
_BINDING: Mapping[str, Shape] = {
    "subjects": bag(_SUBJECT),
    "roleRef": struct({"apiGroup": value(RBAC)}, closed=True),
}

_BACKEND = struct({"service": struct({"port": struct({}, closed=True)})})
_INGRESS = struct(
    {
        "defaultBackend": _BACKEND,
        "ingressClassName": ASSIGNED,
        "rules": steps(struct({"http": struct({"paths": steps(struct({"backend": _BACKEND}))})})),
        "tls": bag(struct({"hosts": bag()})),
    }
)

_POLICY_PORTS = bag(struct({"protocol": value("TCP")}))
_POLICY_PEERS = bag(
    struct(
        {
            "podSelector": SELECTOR,
            "namespaceSelector": SELECTOR,
            "ipBlock": struct({"cidr": Shape(canon=scalars.network), "except": bag(canon="network")}, closed=True),
        },
        closed=True,
    )
)
_NETWORK_POLICY = struct(
    {
        "podSelector": SELECTOR,
        "policyTypes": Shape(each=VALUE, order=Order.BAG, closed=True, assigned=True),
        "ingress": bag(struct({"from": _POLICY_PEERS, "ports": _POLICY_PORTS}, closed=True)),
        "egress": bag(struct({"to": _POLICY_PEERS, "ports": _POLICY_PORTS}, closed=True)),
    }
)

_TARGET = struct({"averageValue": Shape(canon=scalars.quantity), "value": Shape(canon=scalars.quantity)}, closed=True)
_METRIC_KINDS = ("resource", "containerResource", "pods", "object", "external")
_METRIC = struct(
    {
        kind: struct({"target": _TARGET, "metric": struct({"selector": SELECTOR})}, closed=True)
        for kind in _METRIC_KINDS
    },
    closed=True,
)
_HPA = struct(
    {
        "minReplicas": value(1),
        "scaleTargetRef": REFERENCE,
        "metrics": Shape(each=_METRIC, order=Order.BAG, closed=True, assigned=True),
        "behavior": ASSIGNED,
    }
)

_ALL = Shape(SELECTOR.fields, closed=True, default={})
_WEBHOOK = struct(
    {
        "clientConfig": struct(
            {
                "caBundle": Shape(assigned=True, canon=scalars.ca_bundle),
                "service": struct({"port": value(443)}),
            }
        ),
        "failurePolicy": value("Fail"),
        "matchPolicy": value("Equivalent"),
        "namespaceSelector": _ALL,
        "objectSelector": _ALL,
        "reinvocationPolicy": value("Never"),
        "timeoutSeconds": value(10),
        "rules": bag(
            struct(
                {
                    "scope": value("*"),
                    "apiGroups": bag(),
                    "apiVersions": bag(),
                    "operations": bag(),
                    "resources": bag(),
                },
                closed=True,
            )
        ),
        "admissionReviewVersions": steps(),
    }
)
_WEBHOOKS = keyed("name", each=_WEBHOOK)

_LIMIT = struct(
    {
        **dict.fromkeys(("default", "max", "min", "maxLimitRequestRatio"), QUANTITIES),
        "defaultRequest": Shape(each=QUANTITIES.item, assigned=True),
    }
)

_CRD = struct(
    {
        "conversion": struct(
            {
                "strategy": value("None"),
                "webhook": struct({"clientConfig": _WEBHOOK.fields["clientConfig"]}),
            }
        ),
        "names": struct({"listKind": ASSIGNED, "singular": ASSIGNED, "shortNames": bag(), "categories": bag()}),
        "preserveUnknownFields": value(default=False),
        "versions": keyed("name", each=struct({"schema": Shape(typed=False, each=Shape(typed=False))}), closed=True),
    }
)


_BYTES = Shape(each=Shape(canon=scalars.base64_text, typed=False))


def _kind(fields: Mapping[str, Shape]) -> Shape:
    return struct({"metadata": METADATA, **fields})


BUILT_IN: Mapping[tuple[str, str], Shape] = {
    ("", "ConfigMap"): _kind({"data": TEXTS, "binaryData": _BYTES}),
    ("", "Secret"): _kind({"data": _BYTES, "type": value("Opaque")}),
    ("", "Namespace"): _kind({"spec": struct({"finalizers": Shape(assigned=True, each=VALUE, order=Order.SET)})}),
    ("", "Service"): _kind({"spec": _SERVICE}),
    ("", "ServiceAccount"): _kind(
        {
            "secrets": Shape(assigned=True, each=VALUE, order=Order.KEYED, keys=("name",)),
            "imagePullSecrets": keyed("name", closed=True),
        }
    ),
    ("", "Pod"): _kind({"spec": LONE_POD}),
    ("", "PersistentVolumeClaim"): _kind({"spec": CLAIM}),
    ("", "PersistentVolume"): _kind(
        {
            "spec": struct(
                {
                    "accessModes": bag(),
                    "capacity": QUANTITIES,
                    "claimRef": ASSIGNED,
                    "persistentVolumeReclaimPolicy": value("Retain"),
                    "volumeMode": value("Filesystem"),
                }
            )
        }
    ),
    ("", "ResourceQuota"): _kind({"spec": struct({"hard": QUANTITIES, "scopes": bag()})}),
    ("", "LimitRange"): _kind({"spec": struct({"limits": keyed("type", each=_LIMIT)})}),
    ("", "ReplicationController"): _kind({"spec": struct({"template": TEMPLATE, "replicas": value(1)})}),
    ("", "Node"): _kind({"spec": struct({"taints": bag(), "podCIDR": ASSIGNED, "podCIDRs": ASSIGNED})}),
    ("apps", "DaemonSet"): _kind({"spec": _DAEMON_SET}),
    ("apps", "Deployment"): _kind({"spec": _DEPLOYMENT}),
    ("apps", "ReplicaSet"): _kind({"spec": struct({"replicas": value(1), "selector": SELECTOR, "template": TEMPLATE})}),
    ("apps", "StatefulSet"): _kind({"spec": _STATEFUL_SET}),
    ("batch", "Job"): _kind({"spec": _JOB}),
    ("batch", "CronJob"): _kind({"spec": _CRON_JOB}),
    ("autoscaling", "HorizontalPodAutoscaler"): _kind({"spec": _HPA}),
    ("policy", "PodDisruptionBudget"): _kind({"spec": struct({"selector": SELECTOR})}),
    ("networking.k8s.io", "Ingress"): _kind({"spec": _INGRESS}),
    ("networking.k8s.io", "NetworkPolicy"): _kind({"spec": _NETWORK_POLICY}),
    ("scheduling.k8s.io", "PriorityClass"): _kind({"preemptionPolicy": value("PreemptLowerPriority")}),
    ("storage.k8s.io", "StorageClass"): _kind(
        {
            "reclaimPolicy": value("Delete"),
            "volumeBindingMode": value("Immediate"),
            "mountOptions": steps(),
            "parameters": EQUALS,
        }
    ),
    ("coordination.k8s.io", "Lease"): _kind({}),
    ("node.k8s.io", "RuntimeClass"): _kind({"overhead": struct({"podFixed": QUANTITIES})}),
    (RBAC, "Role"): _kind(_ROLE),
    (RBAC, "ClusterRole"): _kind(_ROLE),
    (RBAC, "RoleBinding"): _kind(_BINDING),
    (RBAC, "ClusterRoleBinding"): _kind(_BINDING),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _kind({"webhooks": _WEBHOOKS}),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _kind({"webhooks": _WEBHOOKS}),
    ("apiregistration.k8s.io", "APIService"): _kind(
        {
            "spec": struct(
                {"caBundle": Shape(assigned=True, canon=scalars.ca_bundle), "service": struct({"port": value(443)})}
            )
        }
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _kind({"spec": _CRD}),
}
"""By group and kind; versions of a kind have the same fields as far as these tables go."""
