"""Leases of coordination.k8s.io/v1 in the daemon's own namespace."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import Conflict, Malformed, NotFound


class LeaseSpec(NamedTuple):
    """What a daemon writes into a Lease. ``duration`` is in whole seconds, which is what the API takes."""

    holder: str
    duration: int
    annotations: Mapping[str, str]
    labels: Mapping[str, str] = {}


class Leases:
    """The Leases of one namespace."""

    def __init__(self, client: Client, namespace: str, *, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._namespace = namespace
        self._clock = clock

    @property
    def path(self) -> str:
        """Where they are, for a list or a watch."""
        return f"/apis/coordination.k8s.io/v1/namespaces/{quote(self._namespace, safe='')}/leases"

    def get(self, name: str) -> Object | None:
        """The Lease, None where there is none."""
        try:
            return self._client.get(f"{self.path}/{quote(name, safe='')}")
        except NotFound:
            return None

    def create(self, name: str, spec: LeaseSpec) -> str:
        """Create it; its resourceVersion. ``Conflict`` where there is one."""
        return version_of(self._client.create(self.path, self._object(name, spec)))

    def update(self, name: str, spec: LeaseSpec, version: str) -> str:
        """Replace it if it still has ``version``; the new one. ``Conflict`` where it has another."""
        body = self._object(name, spec)
        _metadata(body)["resourceVersion"] = version
        return version_of(self._client.update(f"{self.path}/{quote(name, safe='')}", body))

    def delete(self, name: str, version: str) -> None:
        """Delete it if it still has ``version``."""
        self._client.delete(f"{self.path}/{quote(name, safe='')}", version=version)

    def _object(self, name: str, spec: LeaseSpec) -> Object:
        now = micro_time(self._clock())
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {
                "name": name,
                "namespace": self._namespace,
                "labels": dict(spec.labels),
                "annotations": dict(spec.annotations),
            },
            "spec": {
                "holderIdentity": spec.holder,
                "leaseDurationSeconds": spec.duration,
                "acquireTime": now,
                "renewTime": now,
            },
        }


class OwnLease:
    """A Lease that nobody else has a reason to write, renewed by its holder: what a report needs."""

    def __init__(self, leases: Leases, name: str) -> None:
        self._leases = leases
        self._name = name
        self._version: str | None = None

    def write(self, spec: LeaseSpec) -> None:
        """Make the Lease say what ``spec`` says, whether there is one or not.

        Where somebody has changed or deleted it meanwhile, it is read and written once more.
        """
        try:
            self._write(spec)
        except (Conflict, NotFound):
            self._version = None
            self._write(spec)

    def _write(self, spec: LeaseSpec) -> None:
        if self._version is None:
            found = self._leases.get(self._name)
            self._version = None if found is None else version_of(found)
        if self._version is None:
            self._version = self._leases.create(self._name, spec)
        else:
            self._version = self._leases.update(self._name, spec, self._version)


def micro_time(seconds: float) -> str:
    """A time as Kubernetes writes a MicroTime."""
    whole, part = divmod(round(seconds * 1_000_000), 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{part:06d}Z"


def version_of(item: Object) -> str:
    """The resourceVersion of an object."""
    version = _metadata(item).get("resourceVersion")
    if not isinstance(version, str) or not version:
        raise Malformed("the object has no resourceVersion")
    return version


def _metadata(item: Object) -> Object:
    metadata = item.get("metadata")
    if not isinstance(metadata, dict):
        raise Malformed("the object has no metadata")
    return metadata
