"""The daemons' image, built and started: what it holds, what it does not hold, what it does with the rendered files.

Not run by itself, since it fetches 20 MB of Debian packages: ``GENLB_IMAGE=1 pytest tests/image`` does, on a Debian 12
with buildah. The image and all that buildah keeps lie in a folder of the test and go with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from genlb import __version__

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / "clusters" / "lab1" / "rendered" / "node"
NAME = "genlb-under-test:1"
LARGEST_MB = 40

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("GENLB_IMAGE") != "1", reason="it fetches packages: GENLB_IMAGE=1 pytest tests/image"
    ),
    pytest.mark.skipif(not shutil.which("buildah"), reason="buildah is missing: sudo apt install buildah"),
    pytest.mark.skipif(not shutil.which("apt-get"), reason="the base is made of the packages of a Debian 12"),
]

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


class Image(NamedTuple):
    """The built image with a container of it."""

    variables: dict[str, str]
    said: str
    container: str

    def buildah(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run buildah on the test's own storage."""
        return buildah(self.variables, *arguments)

    def run(self, *command: str, config: Path | None = None, user: str = "65532:65532") -> tuple[int, str, str]:
        """Exit code and streams of a command in the image; ``config`` is what is mounted as /etc/genlb."""
        mounted = ("--volume", f"{config}:/etc/genlb:ro") if config else ()
        node = ("--env", "NODE_NAME=lab1-n1", "--env", "NODE_IP=127.0.0.1")
        done = self.buildah("run", "--user", user, *node, *mounted, self.container, "--", *command)
        return done.returncode, done.stdout, done.stderr


def buildah(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run buildah to its end."""
    return subprocess.run(
        ["buildah", *arguments], capture_output=True, text=True, check=False, env=variables, timeout=120
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image, built with neither a registry nor a daemon."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "tmp").mkdir()
    storage = folder / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
    variables = os.environ | {
        "BASE": "packages",
        "BUILDAH_ISOLATION": "chroot",
        "CONTAINERS_STORAGE_CONF": str(storage),
        "TMPDIR": str(folder / "tmp"),
    }
    try:
        built = subprocess.run(
            [ROOT / "deploy" / "build-image.sh", NAME],
            capture_output=True,
            text=True,
            check=False,
            env=variables,
            timeout=170,
        )
        assert built.returncode == 0, built.stdout + built.stderr
        assert list((folder / "tmp").iterdir()) == []
        container = buildah(variables, "from", "--pull-never", NAME).stdout.strip()
        yield Image(variables, built.stdout, container)
    finally:
        buildah(variables, "rm", "--all")
        buildah(variables, "rmi", "--all", "--force")
        shutil.rmtree(folder)


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


def test_the_build_says_the_size_and_leaves_nothing_but_the_image(image: Image) -> None:
    name, _, size = image.said.strip().rpartition(": ")
    listed = json.loads(image.buildah("images", "--json").stdout)

    assert name == NAME
    number, unit = size.split()
    assert unit == "MB"
    assert float(number) < LARGEST_MB
    assert [entry["names"] for entry in listed] == [[f"localhost/{NAME}"]]


def test_the_image_says_what_it_is_and_starts_genlb_as_nobody(image: Image) -> None:
    config = json.loads(image.buildah("inspect", "--type", "image", NAME).stdout)["OCIv1"]["config"]

    assert config["Entrypoint"] == ["genlb"]
    assert config["User"] == "65532:65532"
    assert config["Labels"]["org.opencontainers.image.version"] == __version__
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert image.run("genlb", "--version") == (0, f"genlb {__version__}\n", "")


def test_the_image_has_two_programs_no_shell_and_nothing_that_gives_privileges(image: Image) -> None:
    code, listed, errors = image.run("python3.11", "-I", "-c", LISTING, user="0:0")

    assert code == 0, errors
    files = {path: mode for mode, _, path in (line.partition(" ") for line in listed.splitlines())}
    programs = {path for path in files if path.startswith(("/usr/bin/", "/usr/sbin/", "/usr/local/"))}
    assert programs == {"/usr/bin/python3.11", "/usr/sbin/nft", "/usr/local/bin/genlb"}
    assert not [path for path, mode in files.items() if mode != "-" and int(mode, 8) & 0o6022]
    assert not [path for path in files if "/genlb/" not in path and path.endswith(".py")]


def test_the_image_holds_compiled_whatever_the_daemons_import_late_imports_too(image: Image) -> None:
    code, imported, errors = image.run("python3.11", "-I", "-c", IMPORTS)

    assert code == 0, errors
    assert {f"genlb.agent.{name}.starting" for name in ("sysctl", "vip")} < set(imported.split())


def test_nft_starts_in_the_image(image: Image) -> None:
    code, out, _ = image.run("nft", "--version")

    assert code == 0
    assert out.startswith("nftables v1.")


def test_the_sysctl_daemon_reads_its_rendered_file_and_says_what_it_would_write(image: Image, tmp_path: Path) -> None:
    command = [*arguments_of("sysctl"), "--once", "--dry-run"]

    code, out, errors = image.run(*command, config=config_of("sysctl", tmp_path), user="0:0")

    assert code in {0, 1}, errors  # 1: this machine has other values
    assert all(line.startswith("net/") and " -> " in line for line in out.splitlines())


@pytest.mark.parametrize("flags", [["--once", "--dry-run"], []], ids=["once", "for ever"])
def test_the_vip_daemon_reads_its_rendered_file_and_asks_for_the_cluster(
    image: Image, tmp_path: Path, flags: list[str]
) -> None:
    code, _, errors = image.run(*arguments_of("vip"), *flags, config=config_of("vip", tmp_path), user="0:0")

    assert code == 3  # undetermined: no cluster around it
    assert "KUBERNETES_SERVICE_HOST is not set" in errors


@pytest.mark.parametrize("daemon", ["sysctl", "vip"])
@pytest.mark.parametrize("flags", [["--once", "--dry-run"], []], ids=["once", "for ever"])
def test_a_daemon_tells_a_mistake_in_its_file_without_what_the_image_left_out(
    image: Image, tmp_path: Path, daemon: str, flags: list[str]
) -> None:
    (tmp_path / "agent.json").write_text('{"schemaVersion": "one"}')

    code, _, errors = image.run(*arguments_of(daemon), *flags, config=tmp_path, user="0:0")

    assert code in {2, 3}, errors
    assert "schemaVersion" in errors
    assert "ModuleNotFoundError" not in errors
