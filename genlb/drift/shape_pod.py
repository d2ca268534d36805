"""A pod's fields: which lists are keyed, what the API server fills in."""

from __future__ import annotations

from genlb.drift import scalars
from genlb.drift.shape import Order, Shape
from genlb.drift.shape_parts import (
    ASSIGNED,
    EQUALS,
    NOTES,
    SELECTOR,
    VALUE,
    bag,
    keyed,
    members,
    steps,
    struct,
    value,
)

QUANTITIES = Shape(each=Shape(canon=scalars.kept_quantity, typed=False))
RESOURCES = struct({"limits": QUANTITIES, "requests": QUANTITIES, "claims": keyed("name", "request")})
_DEFAULT_MODE = value(420)

_FIELD_REFERENCE = struct({"apiVersion": value("v1")}, closed=True)
_RESOURCE_REFERENCE = struct({"divisor": Shape(canon=scalars.quantity, default="0")}, closed=True)
_KEY_REFERENCE = struct({"name": value("")}, closed=True)

_ENV = struct(
    {
        "valueFrom": struct(
            {
                "fieldRef": _FIELD_REFERENCE,
                "resourceFieldRef": _RESOURCE_REFERENCE,
                "configMapKeyRef": _KEY_REFERENCE,
                "secretKeyRef": _KEY_REFERENCE,
            },
            closed=True,
        )
    }
)
_ENV_FROM = struct({"configMapRef": _KEY_REFERENCE, "secretRef": _KEY_REFERENCE}, closed=True)

_HTTP = struct({"scheme": value("HTTP"), "path": value("/"), "httpHeaders": steps()})
_PROBE = struct(
    {
        "httpGet": _HTTP,
        "grpc": struct({"service": value("")}),
        "exec": struct({"command": steps()}),
        "timeoutSeconds": value(1),
        "periodSeconds": value(10),
        "successThreshold": value(1),
        "failureThreshold": value(3),
    }
)
_HANDLER = struct({"httpGet": _HTTP, "exec": struct({"command": steps()})})

_CAPABILITIES = struct({"add": bag(), "drop": bag()})

CONTAINER = struct(
    {
        "name": VALUE,
        "image": VALUE,
        "command": steps(),
        "args": steps(),
        "env": keyed("name", each=_ENV),
        "envFrom": steps(_ENV_FROM),
        "ports": keyed("containerPort", "protocol", each=struct({"protocol": value("TCP"), "hostPort": ASSIGNED})),
        "resources": RESOURCES,
        "volumeMounts": keyed("mountPath", each=struct({"recursiveReadOnly": value("Disabled")})),
        "volumeDevices": keyed("devicePath"),
        "livenessProbe": _PROBE,
        "readinessProbe": _PROBE,
        "startupProbe": _PROBE,
        "lifecycle": struct({"postStart": _HANDLER, "preStop": _HANDLER}),
        "imagePullPolicy": Shape(assigned=True),
        "terminationMessagePath": value("/dev/termination-log"),
        "terminationMessagePolicy": value("File"),
        "securityContext": struct({"capabilities": _CAPABILITIES, "procMount": value("Default")}),
        "resizePolicy": Shape(assigned=True, closed=True),
    }
)

_ITEMS = steps(struct({"fieldRef": _FIELD_REFERENCE, "resourceFieldRef": _RESOURCE_REFERENCE}))
_VOLUME_FILES = struct({"defaultMode": _DEFAULT_MODE, "items": _ITEMS})
_PROJECTION = struct(
    {
        "serviceAccountToken": struct({"expirationSeconds": value(3600)}),
        "configMap": struct({"items": _ITEMS}),
        "secret": struct({"items": _ITEMS}),
        "downwardAPI": struct({"items": _ITEMS}),
    }
)

CLAIM = struct(
    {
        "accessModes": bag(),
        "resources": RESOURCES,
        "volumeMode": value("Filesystem"),
        "volumeName": ASSIGNED,
        "storageClassName": ASSIGNED,
        "dataSourceRef": ASSIGNED,
        "selector": SELECTOR,
    }
)

VOLUME = struct(
    {
        "configMap": _VOLUME_FILES,
        "secret": _VOLUME_FILES,
        "downwardAPI": _VOLUME_FILES,
        "projected": struct({"defaultMode": _DEFAULT_MODE, "sources": steps(_PROJECTION)}),
        "hostPath": struct({"type": value("")}),
        "emptyDir": struct({"sizeLimit": Shape(canon=scalars.quantity)}),
        "iscsi": struct({"iscsiInterface": value("default")}),
        "rbd": struct({"pool": value("rbd"), "user": value("admin"), "keyring": value("/etc/ceph/keyring")}),
        "ephemeral": struct({"volumeClaimTemplate": struct({"spec": CLAIM})}),
    }
)

_NODE_TERM = struct(
    {
        "matchExpressions": bag(struct({"values": bag()}, closed=True)),
        "matchFields": bag(struct({"values": bag()}, closed=True)),
    },
    closed=True,
)
_POD_TERM = struct({"labelSelector": SELECTOR, "namespaceSelector": SELECTOR, "namespaces": bag()})
_POD_TERMS = struct(
    {
        "requiredDuringSchedulingIgnoredDuringExecution": bag(_POD_TERM),
        "preferredDuringSchedulingIgnoredDuringExecution": bag(struct({"podAffinityTerm": _POD_TERM})),
    }
)
_NODE_TERMS = struct(
    {
        "requiredDuringSchedulingIgnoredDuringExecution": struct({"nodeSelectorTerms": bag(_NODE_TERM)}, closed=True),
        "preferredDuringSchedulingIgnoredDuringExecution": bag(struct({"preference": _NODE_TERM})),
    }
)

_SPREAD = struct({"labelSelector": SELECTOR, "nodeAffinityPolicy": ASSIGNED, "nodeTaintsPolicy": ASSIGNED})

POD = struct(
    {
        "containers": keyed("name", each=CONTAINER),
        "initContainers": keyed("name", each=CONTAINER, order=Order.STEPS),
        "ephemeralContainers": Shape(each=CONTAINER, order=Order.KEYED, keys=("name",)),
        "volumes": keyed("name", each=VOLUME),
        "imagePullSecrets": keyed("name"),
        "hostAliases": keyed("ip", each=struct({"hostnames": steps()})),
        "topologySpreadConstraints": keyed("topologyKey", "whenUnsatisfiable", each=_SPREAD),
        "resourceClaims": keyed("name"),
        "schedulingGates": keyed("name"),
        "tolerations": bag(struct({"operator": value("Equal")})),
        "readinessGates": steps(),
        "nodeSelector": EQUALS,
        "affinity": struct({"podAffinity": _POD_TERMS, "podAntiAffinity": _POD_TERMS, "nodeAffinity": _NODE_TERMS}),
        "dnsConfig": struct({"nameservers": steps(), "searches": steps(), "options": steps()}),
        "securityContext": struct({"supplementalGroups": bag(), "sysctls": bag()}),
        "resources": RESOURCES,
        "overhead": QUANTITIES,
        "restartPolicy": value("Always"),
        "terminationGracePeriodSeconds": value(30),
        "dnsPolicy": value("ClusterFirst"),
        "schedulerName": value("default-scheduler"),
        "serviceAccount": ASSIGNED,
        "enableServiceLinks": value(default=True),
    }
)

TEMPLATE = struct({"metadata": struct({"labels": NOTES, "annotations": NOTES, "finalizers": members()}), "spec": POD})


def _is_token_volume(name: str) -> bool:
    return name.startswith("kube-api-access-")


LONE_POD = struct(
    {
        **POD.fields,
        "nodeName": ASSIGNED,
        "priority": ASSIGNED,
        "preemptionPolicy": ASSIGNED,
        "serviceAccountName": value("default"),
        "volumes": Shape(each=VOLUME, order=Order.KEYED, keys=("name",), harmless=_is_token_volume),
        "tolerations": Shape(each=struct({"operator": value("Equal")}), order=Order.SET, assigned=True),
        "containers": keyed(
            "name",
            each=struct(
                {
                    **CONTAINER.fields,
                    "volumeMounts": Shape(
                        each=VALUE,
                        order=Order.KEYED,
                        keys=("mountPath",),
                        harmless="/var/run/secrets/kubernetes.io/serviceaccount".__eq__,
                    ),
                }
            ),
        ),
    }
)
"""A pod of its own: admission adds a token, tolerations and a priority."""
