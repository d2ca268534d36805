"""kubeconfig files: which cluster a context means, and how to log in there. Secrets leave this package in no message.

The current context is never taken: a person's shell must not decide which cluster is compared with git. What is simple
(tokens, certificates, passwords) is read here; exec plug-ins and OIDC are the business of the ``kubernetes`` package,
whose import takes longer than all requests of a run (``genlb.stores.kubeconfig_login``).
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from genlb.errors import InvalidInput, Undetermined
from genlb.yamltext.go import load

_DEFAULT = os.path.join("~", ".kube", "config")
_LARGEST = 16 * 1024 * 1024
_BY_PLUGIN = ("exec", "auth-provider")


class Access(NamedTuple):
    """Which cluster is meant: the context, where it stands (empty: KUBECONFIG or ~/.kube/config), what proves it.

    ``uid`` is that of the cluster's namespace kube-system; empty: not known.
    """

    context: str
    kubeconfig: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where an API server listens and how it knows us. Certificates and keys are PEM; what is empty is not used."""

    context: str
    server: str
    authority: bytes = b""
    verify: bool = True
    server_name: str = ""
    proxy: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)


class _Entry(NamedTuple):
    """One cluster, user or context, and the folder to which its paths are relative."""

    value: Mapping[str, Any]
    folder: str


class Kubeconfig:
    """The kubeconfig files of a run, read once; `Undetermined` where one cannot be read or is none."""

    def __init__(self, path: str = "", directory: str = ".") -> None:
        self.files = _files(path, directory)
        self._sections: dict[str, dict[str, _Entry]] = {"clusters": {}, "users": {}, "contexts": {}}
        missing = [file for file in self.files if not self._add(file)]
        if path and missing:
            raise Undetermined(f"{path}: there is no such kubeconfig")

    @property
    def contexts(self) -> tuple[str, ...]:
        """Names of all contexts, sorted."""
        return tuple(sorted(self._sections["contexts"]))

    def login(self, context: str) -> Login:
        """How to reach the cluster of ``context``; `Undetermined`, with the cure, when that cannot be told."""
        entry = self._sections["contexts"].get(context)
        if entry is None:
            raise Undetermined(self._no_context(context))
        inner = _mapping(entry.value.get("context"))
        cluster = self._named("clusters", "cluster", _word(inner.get("cluster")), context)
        user = self._named("users", "user", _word(inner.get("user")), context) if inner.get("user") else _Entry({}, "")
        server = _word(cluster.value.get("server"))
        if not server.startswith(("https://", "http://")):
            raise Undetermined(f"context {context}: its cluster names no server (https://…)")
        place = f"context {context}"
        if any(user.value.get(name) for name in _BY_PLUGIN):
            from genlb.stores.kubeconfig_login import plugin_user

            user = _Entry(plugin_user(context, user.value, cluster.value, user.folder), user.folder)
        certificate = _pem(user, "client-certificate", place)
        return Login(
            context=context,
            server=server.rstrip("/"),
            authority=_pem(cluster, "certificate-authority", place),
            verify=cluster.value.get("insecure-skip-tls-verify") is not True,
            server_name=_word(cluster.value.get("tls-server-name")),
            proxy=_word(cluster.value.get("proxy-url")),
            # As kubectl: who listens on plain HTTP is told no secret.
            headers=_headers(user, place) if server.startswith("https://") else {},
            certificate=certificate,
            key=_pem(user, "client-key", place) if certificate else b"",
        )

    def _add(self, file: str) -> bool:
        """Take over what earlier files do not say, as kubectl does; false where there is no such file."""
        content = _content(file)
        if content is None:
            return False
        try:
            data = load(content, file)
        except InvalidInput as error:  # no excerpt and no words of the reader: the line may hold a token
            span = error.diagnostics[0].span
            raise Undetermined(f"{span}: this is no sound YAML; a kubeconfig belongs there") from None
        if data is not None and not isinstance(data, dict):
            raise Undetermined(f"{file}: this is no kubeconfig")
        folder = os.path.dirname(os.path.abspath(file))
        for section, entries in self._sections.items():
            found = (data or {}).get(section) or []
            if not isinstance(found, list):
                raise Undetermined(f"{file}: {section} has to be a list")
            for one in found:
                if isinstance(one, dict) and isinstance(one.get("name"), str):
                    entries.setdefault(one["name"], _Entry(one, folder))
        return True

    def _named(self, section: str, kind: str, name: str, context: str) -> _Entry:
        entry = self._sections[section].get(name)
        if entry is None:
            raise Undetermined(f"context {context}: the kubeconfig has no {kind} {name!r}, which the context names")
        return _Entry(_mapping(entry.value.get(kind)), entry.folder)

    def _no_context(self, context: str) -> str:
        from genlb.spec.suggest import near

        place = " and ".join(self.files) or "any kubeconfig"
        close = near(context, self.contexts)
        guess = f"; did you mean {close!r}?" if close else ""
        known = "" if guess or not self.contexts else f"; there are {', '.join(self.contexts[:10])}"
        cure = "--context names another one, access.context in the spec says it for good"
        return f"there is no context {context!r} in {place}{guess}{known} ({cure})"


def _files(path: str, directory: str) -> tuple[str, ...]:
    """What kubectl reads: the file that is named, else all of KUBECONFIG, else the one at home."""
    if path:
        return (os.path.join(directory, path),)
    named = [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return tuple(dict.fromkeys(named)) or (os.path.expanduser(_DEFAULT),)


def _content(file: str) -> bytes | None:
    try:
        with open(file, "rb") as opened:
            return opened.read(_LARGEST)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no name of a file"
        raise Undetermined(f"{file}: cannot be read: {reason}") from error


def _headers(user: _Entry, place: str) -> dict[str, str]:
    as_user = _word(user.value.get("as"))
    return _credentials(user, place) | ({"Impersonate-User": as_user} if as_user.isprintable() and as_user else {})


def _credentials(user: _Entry, place: str) -> dict[str, str]:
    token = _word(user.value.get("token"))
    if not token and (file := _word(user.value.get("tokenFile"))):
        token = _file(user, file, place, "tokenFile").decode("utf-8", "replace")
    token = token.strip()
    if token:
        if not token.isascii() or not token.isprintable():
            raise Undetermined(f"{place}: its token holds what no token can hold")
        return {"Authorization": f"Bearer {token}"}
    name, password = _word(user.value.get("username")), _word(user.value.get("password"))
    if name and password:
        return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}
    return {}


def _pem(entry: _Entry, name: str, place: str) -> bytes:
    """Inline as base64 in ``<name>-data``, or in the file ``<name>``."""
    data = entry.value.get(f"{name}-data")
    if isinstance(data, str) and data:
        try:
            return base64.b64decode(data, validate=False)
        except (binascii.Error, ValueError):
            raise Undetermined(f"{place}: {name}-data is no base64") from None
    file = _word(entry.value.get(name))
    return _file(entry, file, place, name) if file else b""


def _file(entry: _Entry, file: str, place: str, name: str) -> bytes:
    path = os.path.join(entry.folder, file)
    content = _content(path)
    if content is None:
        raise Undetermined(f"{place}: {name} names {path}, and there is no such file")
    return content


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
