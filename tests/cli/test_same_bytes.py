"""Two renders of one spec give the same bytes, whatever surrounds them."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "clusters"
SURROUNDINGS = [
    {"TZ": "UTC", "LANG": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "Asia/Kathmandu", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "2", "NO_COLOR": "1"},
    {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "77", "FORCE_COLOR": "1"},
]


def a_copy(target: Path) -> Path:
    shutil.copytree(EXAMPLES, target / "clusters", ignore=shutil.ignore_patterns("rendered"))
    return target


def render(repository: Path, cwd: Path, *, umask: int = 0o022, **environment: str) -> dict[str, bytes]:
    subprocess.run(
        [sys.executable, "-m", "genlb", "-C", os.path.relpath(repository, cwd), "-q", "render"],
        cwd=cwd,
        check=True,
        umask=umask,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        timeout=60,
    )
    return tree(repository / "clusters")


def tree(clusters: Path) -> dict[str, bytes]:
    paths = (path for path in clusters.glob("*/rendered/**/*") if path.is_file())
    return {str(path.relative_to(clusters)): path.read_bytes() for path in paths}


def test_the_examples_are_committed_as_they_are_rendered(tmp_path: Path) -> None:
    fresh = render(a_copy(tmp_path), tmp_path)

    assert len(fresh) > 100
    assert fresh == tree(EXAMPLES)


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda it: it["TZ"])
def test_time_zone_language_folder_umask_and_hash_seed_change_nothing(
    tmp_path: Path, surroundings: dict[str, str]
) -> None:
    elsewhere = tmp_path / "some where else"
    elsewhere.mkdir()
    fresh = render(a_copy(tmp_path / "repository"), elsewhere, umask=0o077, **surroundings)

    assert fresh == tree(EXAMPLES)


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(item, dice) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    dice.shuffle(keys)
    return {key: shuffled(value[key], dice) for key in keys}


class Quoting(yaml.SafeDumper):
    """Writes strings in quotes: PyYAML leaves some plain that genlb rightly refuses to guess about."""


Quoting.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_keys_changes_nothing(tmp_path: Path, seed: int) -> None:
    repository = a_copy(tmp_path)
    dice = random.Random(seed)  # noqa: S311 -- shuffles keys, keeps no secret
    for path in (repository / "clusters").rglob("*.yaml"):
        data = yaml.safe_load(path.read_text())
        path.write_text(yaml.dump(shuffled(data, dice), Dumper=Quoting, sort_keys=False))

    assert render(repository, tmp_path) == tree(EXAMPLES)
