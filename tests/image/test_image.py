"""The daemons' image, built and started: what it holds, what it does not hold, what it does with the rendered files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from genlb import __version__
from tests.image.built import NAME, NOBODY, ROOT, SOMEBODY, Image, image_or_skip

LAB = ROOT / "clusters" / "lab1" / "rendered" / "node"
DAEMONS = ("sysctl", "vip")

pytestmark = pytest.mark.image

LISTING = """
import os, stat
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("dev", "proc", "sys")]
    for name in files:
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        print(oct(stat.S_IMODE(mode)) if stat.S_ISREG(mode) else "-", path)
"""

IMPORTS = """
import ast, importlib, os
place = "/usr/lib/python3/dist-packages/"
for folder, _, files in os.walk(place + "genlb/agent"):
    for name in files:
        if not name.endswith(".py"):
            continue
        os.stat(os.path.join(folder, "__pycache__", name[:-3] + ".cpython-311.pyc"))
        module = os.path.join(folder, name).removeprefix(place)[:-3].replace("/", ".").removesuffix(".__init__")
        importlib.import_module(module)
        with open(os.path.join(folder, name)) as source:
            tree = ast.parse(source.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    importlib.import_module(alias.name)
            elif isinstance(node, ast.ImportFrom):
                parent = importlib.import_module(node.module)
                for alias in node.names:
                    hasattr(parent, alias.name) or importlib.import_module(node.module + "." + alias.name)
        print(module)
"""
"""Imports whatever a module of the daemons imports anywhere, late imports too."""


WRITABLE = """
import os
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("dev", "proc", "sys")]
    for path in (folder, *(os.path.join(folder, name) for name in files)):
        if os.access(path, os.W_OK):
            print(path)
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image, built with neither a registry nor a daemon."""
    with image_or_skip(tmp_path_factory.mktemp("image")) as built:
        yield built


def config_of(daemon: str, folder: Path) -> Path:
    """The folder that the rendered ConfigMap of a daemon becomes."""
    (folder / "etc").mkdir()
    rendered = yaml.safe_load((LAB / f"configmap-genlb-{daemon}.yaml").read_text())
    for name, text in rendered["data"].items():
        (folder / "etc" / name).write_text(text)
    return folder / "etc"


def arguments_of(daemon: str) -> list[str]:
    """The command line that the rendered DaemonSet starts."""
    rendered = yaml.safe_load((LAB / f"daemonset-genlb-{daemon}.yaml").read_text())
    (container,) = rendered["spec"]["template"]["spec"]["containers"]
    return [*container["command"], *container["args"]]


def test_the_build_says_the_size_that_the_readme_says_and_leaves_nothing_but_the_image(image: Image) -> None:
    name, _, size = image.said.strip().rpartition(": ")
    (promised,) = re.findall(r"their image \((\d+)\sMB", (ROOT / "README.md").read_text())

    assert name == NAME
    number, unit = size.split()
    assert unit == "MB"
    assert float(number) < int(promised) + 1
    assert image.listed() == [[f"localhost/{NAME}"]]


def test_the_image_says_what_it_is(image: Image) -> None:
    settings = image.settings()

    assert settings["User"] == NOBODY
    assert settings["Labels"]["org.opencontainers.image.version"] == __version__
    assert settings["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


@pytest.mark.parametrize("daemon", DAEMONS)
def test_a_rendered_daemon_set_starts_the_entry_point_of_the_image(image: Image, daemon: str) -> None:
    command, group, name, *_ = arguments_of(daemon)

    assert [command] == image.settings()["Entrypoint"]
    assert (group, name) == ("agent", daemon)


@pytest.mark.parametrize("daemon", DAEMONS)
def test_both_daemons_start_as_nobody_and_say_what_they_do(image: Image, daemon: str) -> None:
    assert image.run("genlb", "--version") == (0, f"genlb {__version__}\n", "")
    code, told, errors = image.run("genlb", "agent", daemon, "--help")

    assert (code, errors) == (0, "")
    assert told.startswith(f"Usage: genlb agent {daemon} ")


def test_nobody_may_write_anywhere_in_the_image(image: Image) -> None:
    assert image.run("python3.11", "-I", "-c", WRITABLE) == (0, "", "")


def test_the_image_has_two_programs_no_shell_and_nothing_that_gives_privileges(image: Image) -> None:
    code, listed, errors = image.run("python3.11", "-I", "-c", LISTING, user=SOMEBODY)

    assert code == 0, errors
    files = {path: mode for mode, _, path in (line.partition(" ") for line in listed.splitlines())}
    programs = {path for path in files if path.startswith(("/usr/bin/", "/usr/sbin/", "/usr/local/"))}
    assert programs == {"/usr/bin/python3.11", "/usr/sbin/nft", "/usr/local/bin/genlb"}
    assert not [path for path, mode in files.items() if mode != "-" and int(mode, 8) & 0o6022]
    assert not [path for path in files if "/genlb/" not in path and path.endswith(".py")]
    assert not [path for path in files if re.search(r"/(genlb/(api|drift|render|rules)|yaml)/", path)]


def test_the_image_holds_compiled_whatever_the_daemons_import_late_imports_too(image: Image) -> None:
    code, imported, errors = image.run("python3.11", "-I", "-c", IMPORTS)

    assert code == 0, errors
    assert {f"genlb.agent.{name}.starting" for name in ("sysctl", "vip")} < set(imported.split())


def test_nft_starts_in_the_image(image: Image) -> None:
    code, out, _ = image.run("nft", "--version")

    assert code == 0
    assert out.startswith("nftables v1.")


@pytest.mark.parametrize("user", [NOBODY, SOMEBODY], ids=["nobody", "as in the DaemonSet"])
def test_the_sysctl_daemon_reads_its_rendered_file_and_says_what_it_would_write(
    image: Image, tmp_path: Path, user: str
) -> None:
    command = [*arguments_of("sysctl"), "--once", "--dry-run"]

    code, out, errors = image.run(*command, config=config_of("sysctl", tmp_path), user=user)

    assert code in {0, 1}, errors  # 1: this machine has other values
    assert all(line.startswith("net/") and " -> " in line for line in out.splitlines())


@pytest.mark.parametrize("flags", [["--once", "--dry-run"], []], ids=["once", "for ever"])
def test_the_vip_daemon_reads_its_rendered_file_and_asks_for_the_cluster(
    image: Image, tmp_path: Path, flags: list[str]
) -> None:
    code, _, errors = image.run(*arguments_of("vip"), *flags, config=config_of("vip", tmp_path), user=SOMEBODY)

    assert code == 3  # undetermined: no cluster around it
    assert "KUBERNETES_SERVICE_HOST is not set" in errors


@pytest.mark.parametrize("daemon", DAEMONS)
@pytest.mark.parametrize("flags", [["--once", "--dry-run"], []], ids=["once", "for ever"])
def test_a_daemon_tells_a_mistake_in_its_file_without_what_the_image_left_out(
    image: Image, tmp_path: Path, daemon: str, flags: list[str]
) -> None:
    (tmp_path / "agent.json").write_text('{"schemaVersion": "one"}')

    code, _, errors = image.run(*arguments_of(daemon), *flags, config=tmp_path, user=SOMEBODY)

    assert code in {2, 3}, errors
    assert "schemaVersion" in errors
    assert "ModuleNotFoundError" not in errors
