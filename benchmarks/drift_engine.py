"""How long the drift engine takes for one DaemonSet, in step and changed: no API server, no files, the engine alone."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.row import Row, amount
from genlb.drift.findings import field_findings
from genlb.manifest import Manifest, key_of
from genlb.yamltext import load

FILE = Path(__file__).resolve().parent.parent / "clusters/fra1-prod/rendered/node/daemonset-genlb-vip.yaml"


def measure(repetitions: int = 500) -> Iterator[Row]:
    """Both promises of the engine, for one object each."""
    desired = load(FILE.read_bytes(), FILE.name)
    live = as_served(desired)
    changed = edited(live)
    key = key_of(desired)
    if field_findings(key, desired, live, strict=True) or not field_findings(key, desired, changed, strict=False):
        raise RuntimeError("the objects of the benchmark are not what they should be")
    for what, other, bound in (("an equal DaemonSet", live, 0.5), ("a changed DaemonSet", changed, 5.0)):
        work = partial(field_findings, key, desired, other, strict=False)
        yield amount(f"diff engine, {what}", _best(work, repetitions), "ms", at_most=bound)


def as_served(desired: Manifest) -> Manifest:
    """What an API server makes of the DaemonSet: defaults, status, and who owns what."""
    live = copy.deepcopy(desired)
    live["metadata"] |= {
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "generation": 3,
        "resourceVersion": "12345",
        "uid": "5f0cbd6c-6b1f-4d6b-8a2e-6b8f0d5f4a11",
    }
    live["metadata"]["annotations"]["deprecated.daemonset.template.generation"] = "3"
    live["metadata"]["managedFields"] = [
        {
            "manager": "argocd-controller",
            "operation": "Apply",
            "apiVersion": "apps/v1",
            "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": _fields({name: desired[name] for name in ("metadata", "spec")}),
        }
    ]
    live["spec"] |= {"revisionHistoryLimit": 10}
    live["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"] = 0
    pod = live["spec"]["template"]["spec"]
    pod |= {
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "serviceAccount": pod["serviceAccountName"],
    }
    for container in pod["containers"]:
        container |= {"terminationMessagePath": "/dev/termination-log"}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            container[probe]["successThreshold"] = 1
    live["status"] = {
        "currentNumberScheduled": 3,
        "desiredNumberScheduled": 3,
        "numberReady": 3,
        "observedGeneration": 3,
    }
    return live


def edited(live: Manifest) -> Manifest:
    """The DaemonSet after an edit: another image, a toleration more, a sidecar, a label."""
    changed = copy.deepcopy(live)
    pod = changed["spec"]["template"]["spec"]
    pod["containers"][0]["image"] = "registry.example.com/genlb/genlb:v0.0.9"
    pod["containers"].append({"name": "debug", "image": "busybox:1"})
    pod["tolerations"].append({"key": "maintenance", "operator": "Exists"})
    changed["metadata"]["labels"]["owner"] = "somebody"
    return changed


def _fields(value: Any) -> Manifest:
    """``fieldsV1`` of a server-side apply."""
    if isinstance(value, dict) and value:
        return {f"f:{name}": _fields(item) for name, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, dict) and "name" in item for item in value):
        return {f"k:{json.dumps({'name': item['name']})}": {".": {}, **_fields(item)} for item in value}
    return {}


def _best(work: Callable[[], object], repetitions: int) -> float:
    """The best of five rounds: what others do on this machine makes no round faster."""
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(repetitions):
            work()
        rounds.append((time.perf_counter() - start) / repetitions * 1000)
    return min(rounds)
