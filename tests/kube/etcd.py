"""The store below an API server: start it, remember what it holds, bring it back to that.

A namespace per test isolates nothing that is cluster-scoped, and deleting through the API leaves what a finalizer holds
and what nobody thought of. Here a test's traces are taken out of the store itself: every key that differs from the
snapshot gets its old value or goes. The API server watches the store and follows, as it does when another API server
writes. It takes milliseconds, whatever the test did.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tests.kube.ports import LOOPBACK
from tests.kube.process import Process

_ALL = {"key": "AA==", "range_end": "AA=="}  # from the zero byte to the zero byte: every key
_BATCH = 100  # operations of one transaction; etcd takes 128

_SERVICES = b"/registry/services/specs/"

OF_THE_SERVER = (
    b"/registry/leases/kube-system/apiserver-",
    b"/registry/masterleases/",
    b"/registry/peerserverleases/",
)
"""What an API server writes for itself as long as it runs: never set back."""

Snapshot: TypeAlias = Mapping[str, str]
"""Every key and its value, in base64 as etcd's JSON has them."""


class Etcd:
    """A running etcd and its HTTP API."""

    def __init__(self, program: Path, directory: Path, port: int, peer_port: int) -> None:
        """Start ``program``; what it stores does not survive a crash of the machine, which makes it fast."""
        self.url = f"http://{LOOPBACK}:{port}"
        peer = f"http://{LOOPBACK}:{peer_port}"
        self._port = port
        self._name = secrets.token_hex(8)
        self._data = directory / f"etcd-{port}"
        self.process = Process(
            "etcd",
            [
                program,
                f"--name={self._name}",
                f"--data-dir={self._data}",
                f"--listen-client-urls={self.url}",
                f"--advertise-client-urls={self.url}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster={self._name}={peer}",
                "--unsafe-no-fsync",
            ],
            log=directory / "etcd.log",
        )

    def stop(self) -> None:
        """End it, and throw away what it stored: more than a hundred megabytes, whatever it holds."""
        self.process.stop()
        shutil.rmtree(self._data, ignore_errors=True)

    def wait(self) -> None:
        """Return when it serves."""
        self.process.wait_until(self._serves, "ready")

    def snapshot(self) -> Snapshot:
        """What is stored now."""
        return {entry["key"]: entry.get("value", "") for entry in self._call("kv/range", _ALL)["kvs"]}

    def restore(self, snapshot: Snapshot) -> None:
        """Bring every key back to ``snapshot``."""
        now = self.snapshot()
        touched = [key for key in sorted({*now, *snapshot}) if now.get(key) != snapshot.get(key)]
        services, others = _divided([key for key in touched if not of_the_server(key)])
        for keys in (services, others):
            for start in range(0, len(keys), _BATCH):
                operations = [_operation(key, snapshot.get(key)) for key in keys[start : start + _BATCH]]
                self._call("kv/txn", {"success": operations})

    def _serves(self) -> bool:
        """Whether this etcd answers, and not another one that was quicker to take the port."""
        try:
            members = self._call("cluster/member/list", {}, timeout=1)["members"]
        except (OSError, http.client.HTTPException):
            return False
        return any(member.get("name") == self._name for member in members)

    def _call(self, path: str, body: Mapping[str, Any], *, timeout: float = 60) -> Any:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=timeout)
        try:
            connection.request("POST", f"/v3/{path}", json.dumps(body))
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise http.client.HTTPException(f"etcd: {path}: {response.status} {text.decode(errors='replace')}")
        return json.loads(text)


def _divided(keys: Sequence[str]) -> tuple[list[str], list[str]]:
    """Services, and everything else: an address that goes before its Service would be allocated for it again."""
    services = [key for key in keys if base64.b64decode(key).startswith(_SERVICES)]
    return services, [key for key in keys if key not in services]


def _operation(key: str, value: str | None) -> dict[str, Any]:
    if value is None:
        return {"request_delete_range": {"key": key}}
    return {"request_put": {"key": key, "value": value}}


def of_the_server(key: str) -> bool:
    """Whether an API server writes this key (in base64) for itself."""
    return base64.b64decode(key).startswith(OF_THE_SERVER)
