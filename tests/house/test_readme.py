"""What the README shows of a terminal is what genlb says today about the example clusters."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.genlb import ROOT, Genlb

README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture
def genlb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Genlb:
    """Genlb in a copy of the repository's examples."""
    for folder in ("clusters", "docs/examples"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Genlb(tmp_path, capsys)


def screen(command: str) -> tuple[list[str], str]:
    """The arguments of a command that the README shows, and the answer below it."""
    (shown,) = re.findall(rf"(?ms)^\$ (genlb {command}[^\n#]*)[^\n]*\n(.*?)(?=^\$ |^```)", README)
    return shown[0].split()[1:], shown[1]


def test_the_mistake_of_the_first_screen_is_told_in_these_words(genlb: Genlb) -> None:
    arguments, answer = screen(r"validate *(?=\n)")
    spec = genlb.root / "clusters/fra1-prod/cluster.yaml"
    number, line = re.findall(r"(?m)^ *(\d+) \| (.*)$", answer)[0]
    lines = spec.read_text().splitlines()
    right, lines[int(number) - 1] = lines[int(number) - 1], line
    assert right.partition(":")[0] == line.partition(":")[0]
    spec.write_text("\n".join(lines) + "\n")

    done = genlb(*arguments)

    assert (done.code, done.err + done.out) == (1, answer)


def test_after_a_cure_the_first_screen_says_which_files_changed(genlb: Genlb) -> None:
    arguments, answer = screen(r"render(?= +# after)")
    spec = genlb.root / "clusters/fra1-prod/cluster.yaml"
    spec.write_text(spec.read_text().replace("10.208.1.0/24", "10.208.1.128/25"))

    assert genlb(*arguments).out == answer


def test_the_screen_of_drift_is_an_excerpt(genlb: Genlb) -> None:
    arguments, answer = screen("drift fra1-prod --live")
    html = next(word for word in arguments if word.startswith("html="))
    arguments[arguments.index(html)] = f"html={genlb.root / 'drift.html'}"

    done = genlb(*arguments)

    rest = iter(done.out.splitlines())
    assert done.code == 1
    assert [line for line in answer.splitlines() if line != "…" and line not in rest] == []
