"""A tiny Kubernetes client: plain JSON over one HTTPS connection, nothing hidden.

It depends on none of the clients that genlb uses, so that it can be the judge of what they did. An object is named by
``apiVersion``, ``kind``, ``name`` and ``namespace``; where it lives the server's discovery says.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from tests.kube.process import wait

Object: TypeAlias = dict[str, Any]

TIMEOUT = 60
PAUSE = 0.05
"""Seconds until a request that the server could not take yet is sent again."""
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"  # JSON is YAML
_WRITTEN_TO_NOBODY = {"dryRun": "All"}


class ApiError(Exception):
    """The server said no: its HTTP status, its reason, and what it names as causes."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.reason: str = body.get("reason", "")
        self.causes: Sequence[Mapping[str, str]] = body.get("details", {}).get("causes", ())
        super().__init__(f"{status} {self.reason}: {body.get('message', body)}")


class Resource(NamedTuple):
    """Where objects of a kind live."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, namespace: str | None, name: str | None) -> str:
        """The URL path of an object, or of all of them."""
        steps = [self.prefix]
        if self.namespaced and namespace:
            steps += ["namespaces", quote(namespace)]
        steps.append(self.plural)
        if name:
            steps.append(quote(name))
        return "/".join(steps)


@dataclass
class Client:
    """A user of an API server. ``warnings`` collects every ``Warning:`` header as (path, text)."""

    server: str
    authority: Path
    token: str
    timeout: float = TIMEOUT
    warnings: list[tuple[str, str]] = field(default_factory=list)
    _connection: http.client.HTTPSConnection | None = field(default=None, repr=False)
    _users: list[Client] = field(default_factory=list, repr=False)
    _resources: dict[str, dict[str, Resource]] = field(default_factory=dict, repr=False)

    def user(self, token: str) -> Client:
        """Somebody else on the same server; hangs up together with this one."""
        user = Client(self.server, self.authority, token, _resources=self._resources)
        self._users.append(user)
        return user

    def account(self, name: str, namespace: str) -> Client:
        """A ServiceAccount, with a token of its own that the server already believes."""
        user = self.user(self.token_of(name, namespace))
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}

        def believed() -> bool:
            # The server knows accounts by a cache: one of the same name that is gone may still be in it.
            try:
                user.create(review)
            except ApiError as error:
                if error.status != http.client.UNAUTHORIZED:
                    raise
                return False
            return True

        assert wait(believed), f"{namespace}/{name} is never let in"
        return user

    def close(self) -> None:
        """Hang up; the next request connects again."""
        while self._users:
            self._users.pop().close()
        if self._connection:
            self._connection.close()
            self._connection = None

    # ------------------------------------------------------------------------------------------------ objects

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        """The object as it is stored."""
        return self.request("GET", self.resource(api_version, kind).path(namespace, name))

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object, or None where the server says that there is none."""
        try:
            return self.get(api_version, kind, name, namespace)
        except ApiError as error:
            if error.status != http.client.NOT_FOUND:
                raise
            return None

    def list(
        self, api_version: str, kind: str, namespace: str | None = None, *, selector: str = ""
    ) -> Sequence[Object]:
        """All objects of a kind, of all namespaces where none is given; each carries its apiVersion and kind."""
        query = {"labelSelector": selector} if selector else {}
        answer = self.request("GET", self.resource(api_version, kind).path(namespace, None), query=query)
        return [{"apiVersion": api_version, "kind": kind, **item} for item in answer["items"]]

    def live(self, manifest: Mapping[str, Any]) -> Object:
        """What the server holds of ``manifest``."""
        return self.get(manifest["apiVersion"], manifest["kind"], *_name(manifest))

    def create(self, manifest: Mapping[str, Any], *, manager: str = "", dry_run: bool = False) -> Object:
        """Create an object; a field that the server does not know is an error."""
        resource = self.resource(manifest["apiVersion"], manifest["kind"])
        path = resource.path(_name(manifest)[1], None)
        return self.request("POST", path, manifest, query=_query(manager, dry_run=dry_run, validation="Strict"))

    def update(self, manifest: Mapping[str, Any], *, manager: str = "") -> Object:
        """Replace an object, as kubeadm and Helm do."""
        return self.request("PUT", self._path(manifest), manifest, query=_query(manager, validation="Strict"))

    def apply(
        self, manifest: Mapping[str, Any], *, manager: str = "genlb", force: bool = False, dry_run: bool = False
    ) -> Object:
        """Server-side apply. A field that the server does not know is an error in a custom resource."""
        query = {**_query(manager, dry_run=dry_run), "force": json.dumps(force)}
        return self.request("PATCH", self._path(manifest), manifest, query=query, content_type=APPLY_PATCH)

    def patch(
        self, manifest: Mapping[str, Any], patch: Any, *, content_type: str = MERGE_PATCH, subresource: str = ""
    ) -> Object:
        """Patch the object that ``manifest`` names."""
        path = "/".join(filter(None, (self._path(manifest), subresource)))
        return self.request("PATCH", path, patch, content_type=content_type)

    def delete(self, manifest: Mapping[str, Any]) -> None:
        """Ask the server to delete an object."""
        self.request("DELETE", self._path(manifest))

    # ------------------------------------------------------------------------------------------------- rights

    def token_of(self, name: str, namespace: str) -> str:
        """A token of a ServiceAccount, made by the server as for a pod."""
        path = self.resource("v1", "ServiceAccount").path(namespace, name) + "/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        token: str = self.request("POST", path, request)["status"]["token"]
        return token

    def may(self, user: str, groups: Sequence[str], attributes: Mapping[str, str]) -> bool:
        """Whether ``user`` may do what ``attributes`` (of a SubjectAccessReview) say."""
        kind = "nonResourceAttributes" if "path" in attributes else "resourceAttributes"
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "groups": list(groups), kind: attributes},
        }
        allowed: bool = self.create(review)["status"]["allowed"]
        return allowed

    # ---------------------------------------------------------------------------------------------- transport

    def resource(self, api_version: str, kind: str) -> Resource:
        """Where ``kind`` lives; asked of the server once, and again for a kind that it did not know."""
        if kind not in self._resources.get(api_version, ()):
            self._resources[api_version] = self._discover(api_version)
        return self._resources[api_version][kind]

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Object:
        """One request; ``ApiError`` for everything but success."""
        url = f"{path}?{urlencode(query)}" if query else path
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = content_type
        end = time.monotonic() + TIMEOUT
        while True:
            response, text = self._exchange(lambda connection: connection.request(method, url, data, headers))
            # A kind whose storage is still starting: "storage is (re)initializing", to be asked again.
            if response.status != http.client.TOO_MANY_REQUESTS or time.monotonic() > end:
                break
            time.sleep(PAUSE)
        self.warnings += [(path, warning) for warning in response.headers.get_all("Warning", ())]
        answer = _parsed(text)
        if response.status >= http.client.BAD_REQUEST:
            raise ApiError(response.status, answer)
        return answer

    def _exchange(self, send: Callable[[http.client.HTTPSConnection], None]) -> tuple[http.client.HTTPResponse, bytes]:
        reused = self._connection is not None
        try:
            return self._exchange_once(send)
        except TimeoutError:
            raise
        except OSError:  # the server hung up on a connection that was idle
            if not reused:
                raise
            return self._exchange_once(send)

    def _exchange_once(
        self, send: Callable[[http.client.HTTPSConnection], None]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            address = urlsplit(self.server)
            assert address.hostname
            context = ssl.create_default_context(cafile=self.authority)
            self._connection = http.client.HTTPSConnection(
                address.hostname, address.port, timeout=self.timeout, context=context
            )
        try:
            send(self._connection)
            response = self._connection.getresponse()
            return response, response.read()
        except BaseException:
            self.close()
            raise

    def _discover(self, api_version: str) -> dict[str, Resource]:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        return {
            entry["kind"]: Resource(prefix, entry["name"], entry["namespaced"])
            for entry in self.request("GET", prefix)["resources"]
            if "/" not in entry["name"]
        }

    def _path(self, manifest: Mapping[str, Any]) -> str:
        name, namespace = _name(manifest)
        return self.resource(manifest["apiVersion"], manifest["kind"]).path(namespace, name)


def _name(manifest: Mapping[str, Any]) -> tuple[str, str | None]:
    metadata = manifest.get("metadata", {})
    return metadata.get("name", ""), metadata.get("namespace")


def _query(manager: str, *, dry_run: bool = False, validation: str = "") -> dict[str, str]:
    query = {"fieldManager": manager, "fieldValidation": validation} | (_WRITTEN_TO_NOBODY if dry_run else {})
    return {key: value for key, value in query.items() if value}


def _parsed(text: bytes) -> Object:
    try:
        answer: Object = json.loads(text)
    except ValueError:
        return {"message": text.decode(errors="replace")}
    return answer
