"""kubeconfig files: the context that is meant and no other, and no secret in any message."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from genlb.errors import Undetermined
from genlb.stores.kubeconfig import Kubeconfig, Login

TOKEN = "s3cr3t-" + "x" * 40
PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def config(user: Any = None, **cluster: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1:6443", **cluster}}],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": "lab", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "lab",
    }


def login(tmp_path: Path, data: Any, context: str = "lab") -> Login:
    file = tmp_path / "kubeconfig"
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    return Kubeconfig(str(file)).login(context)


def test_a_token(tmp_path: Path) -> None:
    found = login(tmp_path, config({"token": TOKEN}))

    assert found.server == "https://10.0.0.1:6443"
    assert found.headers == {"Authorization": f"Bearer {TOKEN}"}
    assert TOKEN not in repr(found)


def test_a_token_in_a_file_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    assert login(tmp_path, config({"tokenFile": "token"})).headers == {"Authorization": f"Bearer {TOKEN}"}


def test_a_password(tmp_path: Path) -> None:
    found = login(tmp_path, config({"username": "me", "password": "pass"}))

    assert found.headers == {"Authorization": "Basic " + base64.b64encode(b"me:pass").decode()}


def test_certificates_inline_and_in_files(tmp_path: Path) -> None:
    (tmp_path / "client.key").write_bytes(b"key")
    user = {"client-certificate-data": base64.b64encode(PEM).decode(), "client-key": "client.key"}

    found = login(tmp_path, config(user, **{"certificate-authority-data": base64.b64encode(PEM).decode()}))

    assert (found.certificate, found.key, found.authority) == (PEM, b"key", PEM)


def test_what_else_a_cluster_may_say(tmp_path: Path) -> None:
    more = {"insecure-skip-tls-verify": True, "tls-server-name": "api.example.com", "proxy-url": "http://proxy:3128"}

    found = login(tmp_path, config(**more))

    assert (found.verify, found.server_name, found.proxy) == (False, "api.example.com", "http://proxy:3128")


def test_who_acts_for_somebody_else_says_so(tmp_path: Path) -> None:
    assert login(tmp_path, config({"token": TOKEN, "as": "jane"})).headers["Impersonate-User"] == "jane"


def test_of_several_files_the_first_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = config({"token": "first"}), config({"token": "second"})
    second["contexts"].append({"name": "other", "context": {"cluster": "c", "user": "u"}})
    for name, data in (("a", first), ("b", second)):
        (tmp_path / name).write_text(json.dumps(data))
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/a:{tmp_path}/missing:{tmp_path}/b")

    found = Kubeconfig()

    assert found.contexts == ("lab", "other")
    assert found.login("other").headers == {"Authorization": "Bearer first"}


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match="there is no such kubeconfig"):
        Kubeconfig("none", str(tmp_path))


def test_an_exec_plugin_is_asked(tmp_path: Path) -> None:
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": TOKEN}}
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": ["-c", f"print('''{json.dumps(credential)}''')"],
        "interactiveMode": "Never",
    }

    assert login(tmp_path, config({"exec": plugin})).headers == {"Authorization": f"Bearer {TOKEN}"}


def test_an_exec_plugin_that_fails_is_told_without_its_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = f"import sys; sys.stderr.write('no session for {TOKEN}'); sys.exit(1)"
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "args": ["-c", script]}

    with pytest.raises(
        Undetermined, match=r"context lab: its exec plug-in gave no credentials: .*no session for"
    ) as told:
        login(tmp_path, config({"exec": plugin}))

    out, err = capsys.readouterr()
    assert TOKEN not in str(told.value) + out + err


def test_an_exec_plugin_that_is_not_installed_is_told(tmp_path: Path) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin-of-genlb"}

    with pytest.raises(Undetermined, match="no-such-plugin-of-genlb"):
        login(tmp_path, config({"exec": plugin}))


def an_id_token(expires: int) -> str:
    parts = ({"alg": "none"}, {"sub": "me", "exp": expires}, {"signature": "of nobody, who looks at it?"})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def test_a_token_of_oidc_is_used_as_long_as_it_holds(tmp_path: Path) -> None:
    token = an_id_token(4_000_000_000)
    provider = {"auth-provider": {"name": "oidc", "config": {"id-token": token, "client-id": "genlb"}}}

    assert login(tmp_path, config(provider)).headers == {"Authorization": f"Bearer {token}"}


def test_a_token_of_oidc_that_has_expired_and_cannot_be_renewed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = an_id_token(1_000_000_000)
    issuer = {"idp-issuer-url": "http://127.0.0.1:1", "client-id": "genlb", "client-secret": TOKEN}
    provider = {"auth-provider": {"name": "oidc", "config": {"id-token": token, "refresh-token": TOKEN, **issuer}}}

    with pytest.raises(Undetermined, match="context lab: its auth provider gave no credentials") as told:
        login(tmp_path, config(provider))

    out, err = capsys.readouterr()
    assert not [secret for secret in (token, TOKEN) if secret in str(told.value) + out + err]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a: [", "kubeconfig:1:"),
        ("- 1", "this is no kubeconfig"),
        ({"contexts": {"a": 1}}, "contexts has to be a list"),
        ("", "there is no context 'lab'"),
        ({**config(), "clusters": []}, "the kubeconfig has no cluster 'c'"),
        ({**config(), "users": []}, "the kubeconfig has no user 'u'"),
        (config(server="10.0.0.1"), "its cluster names no server"),
        (config(server=5), "its cluster names no server"),
        (config(**{"certificate-authority": "none.crt"}), "certificate-authority names"),
        (config(**{"certificate-authority-data": "A"}), "certificate-authority-data is no base64"),
        (config({"token": "a\nb"}), "its token holds what no token can hold"),
        ({**config(), "contexts": [{"name": "lab", "context": 5}]}, "the kubeconfig has no cluster ''"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, data: Any, words: str) -> None:
    with pytest.raises(Undetermined) as told:
        login(tmp_path, data)

    assert words in str(told.value)


def test_broken_yaml_is_told_without_what_it_says(tmp_path: Path) -> None:
    with pytest.raises(Undetermined) as told:
        login(tmp_path, f"users: [{{token: {TOKEN}\n:")

    assert TOKEN not in str(told.value)


def test_a_missing_context_is_told_with_a_guess(tmp_path: Path) -> None:
    with pytest.raises(Undetermined, match=r"there is no context 'labb' in .*did you mean 'lab'"):
        login(tmp_path, config(), "labb")
