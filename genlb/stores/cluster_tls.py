"""TLS with an API server: certificates as kubectl takes them, and what is wrong with them in a few words."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import tempfile
from collections.abc import Iterator

from genlb.stores.cluster_failure import ReadFailure
from genlb.stores.kubeconfig import Login

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (socket.gaierror, "its name is not known"),
    (TimeoutError, "no answer in time"),
    (http.client.RemoteDisconnected, "the server hung up without an answer"),
    (ssl.SSLEOFError, "the server hung up"),
    (http.client.IncompleteRead, "the answer broke off in the middle"),
    (http.client.HTTPException, "that is no HTTP"),
)


def tls_for(login: Login) -> ssl.SSLContext:
    """How the server of ``login`` is known, and how it knows us; `ReadFailure` for certificates that are none."""
    try:
        authority = login.authority.decode("ascii") if login.authority else None
        context = ssl.create_default_context(cadata=authority)
        # Cluster CAs are often made by hand, and kubectl takes them.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if not login.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if login.certificate:
            with _as_file(login.certificate + b"\n" + login.key) as path:
                context.load_cert_chain(path, password=_no_password)
    except (ssl.SSLError, UnicodeDecodeError, ValueError) as error:
        raise ReadFailure(
            f"the certificates of context {login.context} cannot be used: {told(error)}",
            "fetch a new kubeconfig",
            fatal=True,
        ) from error
    return context


def _no_password() -> str:
    raise ValueError("its client-key asks for a password")


@contextlib.contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """A file that only we may read, as long as OpenSSL needs one."""
    descriptor, path = tempfile.mkstemp(prefix="genlb-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        yield path
    finally:
        os.unlink(path)


def not_trusted(error: ssl.SSLError, login: Login, where: str) -> ReadFailure:
    """Why there is no TLS with who listens at ``where``."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message or "it is not valid"
        cure = f"context {login.context} may be stale, or somebody else answers: fetch a new kubeconfig"
        return ReadFailure(f"the certificate of {where} is not to be trusted: {reason}", cure, fatal=True)
    cure = "the client certificate of the context may have expired, or no API server listens there"
    return ReadFailure(f"no TLS with {where}: {told(error)}", cure, fatal=True)


def told(error: BaseException) -> str:
    """An error in a few words; never the text of a request."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    if isinstance(error, ssl.SSLError):
        return (error.reason or "it failed").replace("_", " ").lower()
    return (error.strerror if isinstance(error, OSError) else str(error)[:200]) or type(error).__name__
