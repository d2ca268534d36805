"""What a real API server says of an object without storing it, and whether it says what our object files say."""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.apiserver.variants import Variant
from tests.contract.verdict import refusals_by_ours
from tests.kube.client import ApiError, Client, Object
from tests.kube.parallel import in_parallel

REFUSED = None
INT32_SINCE = 36
MADE_BY_THE_SERVER = ("creationTimestamp", "generation", "managedFields", "uid")

_MISFIT = "failed to create typed patch object"
"""What server-side apply says of a field or a type that is not in the schema, with status 500."""


_REFUSALS = {http.client.BAD_REQUEST, http.client.UNPROCESSABLE_ENTITY}


def created(client: Client, manifest: Mapping[str, Any]) -> Object | None:
    """What the server would store of ``manifest``, but for the status, which belongs to controllers; or REFUSED."""
    try:
        answer = client.create(manifest, dry_run=True)
    except ApiError as error:
        if not _is_about_the_object(error):
            raise
        return REFUSED
    metadata = {key: value for key, value in answer["metadata"].items() if key not in MADE_BY_THE_SERVER}
    rest = {key: value for key, value in answer.items() if key not in {"metadata", "status"}}
    return {**rest, "metadata": metadata}


def refusal(client: Client, manifest: Mapping[str, Any]) -> str:
    """Why the server refuses to apply ``manifest``, its namespace included; empty where it would."""
    try:
        client.apply(manifest, force=True, dry_run=True)
    except ApiError as error:
        if not (_is_about_the_object(error) or error.status == http.client.NOT_FOUND):
            raise
        return str(error)
    return ""


def is_refused(refusals: Sequence[str], client: Client) -> bool:
    """Whether the server behind ``client`` should refuse an object about which our object files say ``refusals``."""
    return refusals != [] and not _is_about_int32(refusals, client)


def disagreements(servers: Mapping[str, Client], cases: Iterable[Variant]) -> list[str]:
    """A line for each object about which the judges disagree, be it about its defaults."""
    cases = list(cases)
    by_server = [in_parallel(client, _created, cases) for client in servers.values()]
    found = []
    for (what, manifest), *answers in zip(cases, *by_server, strict=True):
        offline = refusals_by_ours(manifest)
        expected = is_refused(offline, servers["ours"])
        stored = dict(zip(servers, answers, strict=True))
        if any((answer is REFUSED) != expected for answer in answers):
            verdicts = ", ".join(f"{name}: {'refused' if stored[name] is REFUSED else 'taken'}" for name in stored)
            found.append(f"{what}: offline: {offline or 'taken'}, servers: {verdicts}")
        elif any(answer != answers[0] for answer in answers):
            found.append(f"{what}: other defaults: {stored}")
    return found


def minor_of(client: Client) -> int:
    """The minor release of the server."""
    return int(client.request("GET", "/version")["minor"])


def _created(client: Client, case: Variant) -> Object | None:
    return created(client, case.manifest)


def _is_about_the_object(error: ApiError) -> bool:
    return error.status in _REFUSALS or (error.status == http.client.INTERNAL_SERVER_ERROR and _MISFIT in str(error))


def _is_about_int32(refusals: Sequence[str], client: Client) -> bool:
    """Whether nothing else is wrong than a number beyond int32, which servers hold to from 1.36 on."""
    return all("is not a 'int32'" in line for line in refusals) and minor_of(client) < INT32_SINCE
