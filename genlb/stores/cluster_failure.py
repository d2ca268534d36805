"""What an API server may answer instead of what was asked for: why in one sentence, and what to do about it.

Texts of servers are hostile and may be long: what is taken over is cut and kept on one line. Nothing of a request, in
whose headers the credentials are, gets into a message.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

ROLE = "genlb-drift-reader"
"""The ClusterRole that genlb renders; it may read what drift reads."""

_LONGEST = 300
_USER = re.compile(r'User "([^"\s]{1,253})"')
_NOBODY = "system:anonymous"
_ACCOUNT = re.compile(r"system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)\Z")


class ReadFailure(Exception):
    """An answer that could not be had: ``why`` in one sentence, ``cure`` in another, the HTTP ``status`` or 0.

    ``fatal``: no other request would fare better.
    """

    def __init__(self, why: str, cure: str = "", *, status: int = 0, fatal: bool = False) -> None:
        self.why = why
        self.cure = cure
        self.status = status
        self.fatal = fatal
        super().__init__(f"{why} ({cure})" if cure else why)


def refusal(status: int, body: bytes, context: str) -> ReadFailure:
    """Why the server did not answer with 200."""
    said = _said(body)
    if status == 401:  # noqa: PLR2004 -- HTTP's numbers are the words of this module
        return ReadFailure(
            "the API server does not know who asks (401 Unauthorized)",
            f"the token or certificate of context {context} has expired or belongs to another cluster: log in again",
            status=status,
            fatal=True,
        )
    if status == 403:  # noqa: PLR2004
        user = _USER.search(said)
        return ReadFailure(
            f"forbidden (403): {said or 'the API server gives no reason'}",
            _binding(user[1] if user else "", context),
            status=status,
        )
    if 300 <= status < 400:  # noqa: PLR2004
        return ReadFailure(
            f"redirected (HTTP {status})", "is that an API server, or a login page before it?", status=status
        )
    told = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    return ReadFailure(f"the API server answers {told}", "try again; is the control plane healthy?", status=status)


def _binding(user: str, context: str) -> str:
    """The command that gives the rights to whoever asked; to nobody at all they must not be given."""
    if user == _NOBODY:
        return f"context {context} has no credentials that this API server takes: log in"
    command = f"kubectl create clusterrolebinding {ROLE} --clusterrole={ROLE}"
    account = _ACCOUNT.match(user)
    if account:
        who = f"--serviceaccount={account[1]}:{account[2]}"
    else:
        who = f"--user={shlex.quote(user)}" if user else "--user=…"
    return f"the ClusterRole {ROLE}, which genlb renders, allows it: {command} {who}"


def _said(body: bytes) -> str:
    """The message of a Status, else the beginning of the text, on one line."""
    import json

    text = body[: 64 * 1024].decode("utf-8", "replace")
    try:
        status: Any = json.loads(text)
    except (ValueError, RecursionError):
        status = None
    if isinstance(status, Mapping) and isinstance(status.get("message"), str):
        text = status["message"]
    elif text.lstrip().startswith("<"):  # a page for people
        return ""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
