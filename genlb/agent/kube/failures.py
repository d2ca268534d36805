"""How a request to the API server fails. Whoever asked decides by the type, never by the words.

::

    ApiFailure
    ├── Unreachable    no answer: refused, timed out, cut off, wrong certificate; the server may have done it
    ├── Malformed      an answer that is none of Kubernetes
    │   └── TooLarge   more than a daemon has memory for
    └── Refused        the server said no, with a status
        ├── NotFound   404
        ├── Conflict   409: somebody else was first
        ├── Expired    410: the resourceVersion or the continue token is too old
        └── Busy       429, 5xx: later
"""

from __future__ import annotations

import http
from collections.abc import Mapping

from genlb.errors import GenlbError


class ApiFailure(GenlbError):
    """A request brought no usable answer."""


class Unreachable(ApiFailure):
    """There was no answer. A write may have happened or not."""


class Malformed(ApiFailure):
    """There was an answer, and it makes no sense."""


class TooLarge(Malformed):
    """The answer is larger than what a daemon may read at once: ask for less."""


class Refused(ApiFailure):
    """The server said no. ``retry_after`` is in seconds, None where the server did not say."""

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(f"{status} {_phrase(status)}: {message}" if message else f"{status} {_phrase(status)}")


class NotFound(Refused):
    """There is no such object."""


class Conflict(Refused):
    """The object is not what the request took it for, or exists already."""


class Expired(Refused):
    """The server no longer remembers that version: list again."""


class Busy(Refused):
    """The server cannot do it now."""


def refusal(status: int, body: object, retry_after: str | None) -> Refused:
    """The failure that an HTTP status and a Status object stand for."""
    message = body.get("message") if isinstance(body, Mapping) else None
    kind = _KINDS.get(status, Busy if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR else Refused)
    seconds = float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None
    return kind(status, message[:500] if isinstance(message, str) else "", seconds)


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"


_KINDS: dict[int, type[Refused]] = {404: NotFound, 409: Conflict, 410: Expired, 429: Busy}
