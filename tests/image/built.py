"""The image under test: built as deploy/build-image.sh builds it where no registry can be reached, and started.

All that buildah keeps lies in a folder of the test and goes with it; the Debian packages stay in the user's cache.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = "genlb-under-test:1"
NOBODY, SOMEBODY = "65532:65532", "0:0"
"""As whom the image starts by itself, and as whom the DaemonSets start it."""

RELEASE = "bookworm"
"""The Debian whose Python the image has; its packages can be had from no other one's mirror."""

_CANNOT = 3
"""What build-image.sh ends with where the machine lacks something."""

_PATIENCE = 170


class Answer(NamedTuple):
    """Exit code and streams of a command."""

    code: int
    out: str
    err: str


class Image(NamedTuple):
    """The built image with a container of it; ``said`` is what the build told."""

    variables: Mapping[str, str]
    said: str
    container: str

    def run(self, *command: str, config: Path | None = None, user: str = NOBODY) -> Answer:
        """Run a command in the image; ``config`` is what is mounted as /etc/genlb."""
        mounted = ("--volume", f"{config}:/etc/genlb:ro") if config else ()
        node = ("--env", "NODE_NAME=lab1-n1", "--env", "NODE_IP=127.0.0.1")
        return run(self.variables, "buildah", "run", "--user", user, *node, *mounted, self.container, "--", *command)

    def settings(self) -> Any:
        """What the image says of itself."""
        return json.loads(run(self.variables, "buildah", "inspect", "--type", "image", NAME).out)["OCIv1"]["config"]

    def listed(self) -> list[list[str]]:
        """The names of every image in the storage."""
        found = json.loads(run(self.variables, "buildah", "images", "--json").out)
        return [entry["names"] for entry in found]


def run(variables: Mapping[str, str], *command: str | Path) -> Answer:
    """Run a command to its end."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables, timeout=_PATIENCE)
    return Answer(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def image_or_skip(folder: Path) -> Iterator[Image]:
    """The image, or a skip that says what helps."""
    require()
    variables = os.environ | {
        "BASE": "packages",
        "BUILDAH_ISOLATION": "chroot",
        "CONTAINERS_STORAGE_CONF": str(_storage(folder)),
        "TMPDIR": str(folder / "tmp"),
    }
    try:
        started = run(variables, "buildah", "from", "scratch")
        if started.code:
            pytest.skip(f"buildah does not work for this user: {started.err.strip()[-300:]}; root's does")
        run(variables, "buildah", "rm", started.out.strip())
        built = run(variables, ROOT / "deploy" / "build-image.sh", NAME)
        if built.code == _CANNOT:
            pytest.skip(built.err.strip())
        assert built.code == 0, built.out + built.err
        assert list((folder / "tmp").iterdir()) == []
        yield Image(variables, built.out, run(variables, "buildah", "from", "--pull-never", NAME).out.strip())
    finally:
        run(variables, "buildah", "rm", "--all")
        run(variables, "buildah", "rmi", "--all", "--force")
        shutil.rmtree(folder)


def require() -> None:
    """Skip where the machine is no Debian 12 or has no buildah."""
    release = Path("/etc/os-release")
    if not release.exists() or f"VERSION_CODENAME={RELEASE}\n" not in release.read_text():
        pytest.skip(f"the image is made of the packages of Debian 12 ({RELEASE}): run this in one")
    if shutil.which("buildah") is None:
        pytest.skip("buildah missing: `sudo apt install buildah` gets it")


def _storage(folder: Path) -> Path:
    """Let buildah keep plain folders, which need no privilege, below ``folder``."""
    (folder / "tmp").mkdir()
    storage = folder / "storage.conf"
    storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
    return storage
