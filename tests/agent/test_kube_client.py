"""The daemons' client of the API: bad days from a stub, good ones from a real API server."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from genlb.agent.backoff import Backoff
from genlb.agent.kube import client as client_module
from genlb.agent.kube.account import Account
from genlb.agent.kube.client import Client, Object
from genlb.agent.kube.failures import ApiFailure, Busy, Conflict, Expired, Malformed, NotFound, Refused, Unreachable
from genlb.agent.kube.following import Following
from genlb.agent.kube.listing import listed
from genlb.agent.kube.watching import Change, Kind, watched
from genlb.agent.logs import Log
from genlb.errors import Undetermined
from tests.agent.api_stub import Answer, Stub, answer, serving
from tests.agent.waiting import PATIENCE, wait
from tests.kube.client import Client as Judge
from tests.kube.control_plane import ControlPlane

SERVICES = "/api/v1/namespaces/shop/services"
QUIET = Log(os.open(os.devnull, os.O_WRONLY))


@contextmanager
def asking(*answers: Answer, timeout: float = PATIENCE) -> Iterator[tuple[Client, Stub]]:
    with serving(answers) as stub:
        client = Client(stub.account, timeout=timeout)
        yield client, stub
        client.close()


def named(item: Object) -> tuple[str, str] | None:
    metadata = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return (name, name) if isinstance(name, str) else None


def name_of(item: Object) -> str:
    return (named(item) or ("", ""))[0]


def page(*names: str, version: str = "7", more: str = "") -> Answer:
    return answer(
        metadata={"resourceVersion": version, "continue": more}, items=[{"metadata": {"name": name}} for name in names]
    )


def event(kind: str, name: str = "web", version: str = "8") -> bytes:
    return (
        json.dumps({"type": kind, "object": {"metadata": {"name": name, "resourceVersion": version}}}).encode() + b"\n"
    )


# ---------------------------------------------------------------------------------------------------- requests


def test_a_request_says_who_asks() -> None:
    with asking(answer(kind="Service")) as (client, stub):
        assert client.get(SERVICES, {"limit": "5"}) == {"kind": "Service"}
        assert stub.asked == [("GET", f"{SERVICES}?limit=5", "Bearer secret", None)]


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (403, Refused),
        (404, NotFound),
        (409, Conflict),
        (410, Expired),
        (429, Busy),
        (500, Busy),
        (503, Busy),
        (302, Refused),
    ],
)
def test_a_refusal_is_told_by_its_type(status: int, failure: type[Refused]) -> None:
    with asking(answer(status, kind="Status", message="no")) as (client, _), pytest.raises(failure) as told:
        client.create(SERVICES, {})

    assert type(told.value) is failure
    assert told.value.status == status


def test_a_busy_server_says_when_to_come_back() -> None:
    with asking(Answer(429, b"too many", retry_after="7")) as (client, _), pytest.raises(Busy) as told:
        client.get(SERVICES)

    assert told.value.retry_after == 7


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"a":', b"[" * 100_000, b"\xff\xfe"])
def test_an_answer_that_is_no_object_is_malformed(body: bytes) -> None:
    with asking(Answer(200, body)) as (client, _), pytest.raises(Malformed):
        client.get(SERVICES)


def test_a_server_that_does_not_answer_costs_no_more_than_the_timeout() -> None:
    with asking(Answer(hang=True), timeout=0.2) as (client, _), pytest.raises(Unreachable):
        client.create(SERVICES, {})


def test_an_answer_that_is_cut_off_is_none() -> None:
    with asking(Answer(200, b'{"items": []}', length=100)) as (client, _), pytest.raises(Unreachable):
        client.create(SERVICES, {})


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LARGEST", 1_000)
    with asking(Answer(200, b"x" * 2_000)) as (client, _), pytest.raises(Malformed, match="larger"):
        client.get(SERVICES)


def test_a_connection_is_kept() -> None:
    with asking(*[answer()] * 5) as (client, stub):
        for _ in range(4):
            client.get(SERVICES)
        client.create(SERVICES, {})

        assert len(stub.connections) == 1


def test_reading_goes_on_over_a_fresh_connection_and_writing_does_not() -> None:
    with asking(answer(first=1), Answer(hang=False, length=9), answer(second=2), timeout=1) as (client, stub):
        client.get(SERVICES)
        assert client.get(SERVICES) == {"second": 2}
        assert len(stub.asked) == 3
        with pytest.raises(Unreachable):
            client.update(SERVICES, {})
        assert len(stub.asked) == 4


def test_the_client_is_usable_again_after_every_failure() -> None:
    with asking(Answer(200, b"nonsense"), answer(503), answer(fine=True)) as (client, _):
        for _ in range(2):
            with pytest.raises(ApiFailure):
                client.get(SERVICES)
        assert client.get(SERVICES) == {"fine": True}


# ---------------------------------------------------------------------------------------------------- account


def test_outside_of_a_pod_there_is_no_account() -> None:
    with pytest.raises(Undetermined, match="KUBERNETES_SERVICE_HOST is not set"):
        Account.of_pod({})


def test_a_token_that_kubelet_replaced_is_used_at_once(tmp_path: Path) -> None:
    account = Account("::1", 443, str(tmp_path))
    (tmp_path / "old").write_text("one\n")
    (tmp_path / "new").write_text("two\n")
    (tmp_path / "token").symlink_to("old")
    assert account.token() == "one"

    (tmp_path / "fresh").symlink_to("new")
    (tmp_path / "fresh").rename(tmp_path / "token")  # as kubelet does

    assert account.token() == "two"


def test_without_a_token_the_server_counts_as_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="No such file"):
        Client(Account("127.0.0.1", 1, str(tmp_path))).get(SERVICES)


# ------------------------------------------------------------------------------------------------------- list


def test_a_list_is_read_page_by_page() -> None:
    with asking(page("a", "b", more="t1"), page("c", version="9")) as (client, stub):
        assert listed(client, SERVICES, named, limit=2) == ({"a": "a", "b": "b", "c": "c"}, "9")
        assert [asked.path for asked in stub.asked] == [f"{SERVICES}?limit=2", f"{SERVICES}?limit=2&continue=t1"]


def test_a_list_that_expires_between_two_pages_begins_anew() -> None:
    with asking(page("gone", more="t1"), answer(410), page("a")) as (client, _):
        assert listed(client, SERVICES, named).facts == {"a": "a"}


def test_pages_get_smaller_where_somebody_made_large_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LARGEST", 1_000)
    large = Answer(200, b"x" * 2_000)
    with asking(page("a", more="t1"), large, large, page("b")) as (client, stub):
        assert listed(client, SERVICES, named, limit=20).facts == {"a": "a", "b": "b"}
        assert [asked.path.partition("?")[2] for asked in stub.asked] == [
            "limit=20",
            "limit=20&continue=t1",
            "limit=5&continue=t1",
            "limit=1&continue=t1",
        ]


def test_a_list_that_always_expires_is_given_up() -> None:
    with asking(*[page("gone", more="t1"), answer(410)] * 3) as (client, _), pytest.raises(Expired):
        listed(client, SERVICES, named)


def test_an_item_that_makes_no_sense_hurts_no_other() -> None:
    broken = answer(
        metadata={"resourceVersion": "7"}, items=[None, 5, {}, {"metadata": []}, {"metadata": {"name": "a"}}]
    )
    with asking(broken) as (client, _):
        assert listed(client, SERVICES, named).facts == {"a": "a"}


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([answer()], id="no metadata"),
        pytest.param([answer(metadata={}, items=[])], id="no version"),
        pytest.param([answer(metadata={"resourceVersion": "7"}, items={})], id="no list"),
        pytest.param([page(more="same"), page(more="same")], id="no end"),
    ],
)
def test_half_a_list_is_none(answers: list[Answer]) -> None:
    with asking(*answers) as (client, _), pytest.raises(Malformed):
        listed(client, SERVICES, named)


# ------------------------------------------------------------------------------------------------------ watch


def test_a_watch_tells_changes_and_bookmarks() -> None:
    lines = event("ADDED") + event("BOOKMARK", version="10") + event("DELETED", version="11")
    with asking(Answer(200, lines)) as (client, stub):
        changes = [*watched(client, SERVICES, "7")]

    assert [(change.kind, change.version) for change in changes] == [
        (Kind.ADDED, "8"),
        (Kind.BOOKMARK, "10"),
        (Kind.DELETED, "11"),
    ]
    assert "resourceVersion=7" in stub.asked[0].path
    assert "allowWatchBookmarks=true" in stub.asked[0].path


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        (b'{"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}\n', Expired),
        (b'{"type": "ERROR", "object": {}}\n', Expired),
        (b'{"type": "ERROR", "object": {"code": 500}}\n', Busy),
        (b"{\n", Malformed),
        (b'{"type": "ADDED"}\n', Malformed),
        (b'{"type": [], "object": {"metadata": {"resourceVersion": "1"}}}\n', Malformed),
        (b'{"type": "ADDED", "object": {"metadata": {}}}\n', Malformed),
    ],
)
def test_what_a_watch_cannot_go_on_after_ends_it(line: bytes, failure: type[ApiFailure]) -> None:
    seen: list[Change] = []
    with asking(Answer(200, event("ADDED") + line)) as (client, _), pytest.raises(failure):
        seen.extend(watched(client, SERVICES, "7"))
    assert len(seen) in (0, 1)


def test_a_silent_watch_is_given_up() -> None:
    with asking(Answer(200, event("ADDED"), length=10_000), timeout=5) as (client, _):
        changes = watched(client, SERVICES, "7", quiet=0.2)
        assert next(changes).kind is Kind.ADDED
        with pytest.raises((Unreachable, StopIteration)):
            next(changes)


# ------------------------------------------------------------------------------------------------------ follow


def following(client: Client, changed: Callable[[], None] = lambda: None) -> Following[str]:
    return Following(client, SERVICES, named, name_of, changed, QUIET, backoff=Backoff(0.01, 0.01))


def test_nothing_is_known_before_the_first_complete_list() -> None:
    script = [answer(503), page("a", more="t"), Answer(hang=True)]
    with asking(*script) as (client, stub), following(client) as kind:
        assert wait(lambda: len(stub.asked) == 3)
        assert kind.facts() is None


def test_after_a_version_that_is_too_old_everything_is_listed_again() -> None:
    script = [page("a", "b"), Answer(200, event("DELETED", "a")), answer(410), page("c"), Answer(hang=True)]
    with asking(*script) as (client, stub), following(client) as kind:
        assert wait(lambda: kind.facts() == {"c": "c"})
        assert [asked.path.count("watch=1") for asked in stub.asked[:4]] == [0, 1, 1, 0]
        assert "resourceVersion=8" in stub.asked[2].path


def test_what_was_known_stays_known_while_the_server_is_away() -> None:
    with asking(page("a"), *[answer(503)] * 5, Answer(hang=True)) as (client, stub), following(client) as kind:
        assert wait(lambda: len(stub.asked) >= 6)
        assert kind.facts() == {"a": "a"}
        assert "503" in kind.failing


def test_a_change_wakes_whoever_decides() -> None:
    woken = threading.Event()
    with asking(page("a"), Answer(hang=True)) as (client, _), following(client, woken.set):
        assert woken.wait(PATIENCE)


# -------------------------------------------------------------------------------------------------- a real one


@pytest.fixture
def account(api: Judge, control_plane: ControlPlane, tmp_path: Path) -> Account:
    """An administrator's account as kubelet would mount it."""
    place = urlsplit(control_plane.client.server)
    (tmp_path / "token").write_text(api.token)
    (tmp_path / "ca.crt").write_bytes(api.authority.read_bytes())
    return Account(str(place.hostname), int(place.port or 443), str(tmp_path))


def service(name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"ports": [{"port": 80}]},
    }


def test_a_real_api_server_is_listed_in_pages_and_watched(api: Judge, account: Account) -> None:
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    for number in range(7):
        api.create(service(f"s{number}"))
    client, watcher = Client(account), Client(account)

    found = listed(client, SERVICES, named, limit=3)
    api.delete(service("s0"))
    with closing(watched(watcher, SERVICES, found.version)) as changes:
        change = next(changes)

    assert sorted(found.facts) == [f"s{number}" for number in range(7)]
    assert (change.kind, name_of(change.item)) == (Kind.DELETED, "s0")
    client.close()
    watcher.close()


def test_a_server_with_another_certificate_gets_no_token(account: Account, tmp_path: Path) -> None:
    import ssl

    default = ssl.get_default_verify_paths().cafile
    if not default or not Path(default).exists():
        pytest.skip("this machine has no certificate authorities: apt-get install ca-certificates")
    (tmp_path / "ca.crt").write_bytes(Path(default).read_bytes())

    with pytest.raises(Unreachable, match="certificate verify failed"):
        Client(account).get("/version")
