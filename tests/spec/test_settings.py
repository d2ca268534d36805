from __future__ import annotations

import pytest

from genlb.errors import UsageError
from genlb.spec.settings import Settings, read_settings, satisfies
from genlb.yamltext import read
from tests.spec.texts import told


def settings(text: str, version: str = "0.1.0") -> tuple[Settings, list[str]]:
    found, problems = read_settings(read(text.encode(), "genlb.yaml"), version)
    return found, [told(problem) for problem in problems]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "{}\n", "---\n"])
def test_an_empty_file_means_the_defaults(text: str) -> None:
    assert settings(text) == (Settings(), [])


def test_no_file_means_the_defaults() -> None:
    assert read_settings(None, "0.1.0") == (Settings(), ())
    assert Settings().clusters == "clusters"


def test_all_settings() -> None:
    found, problems = settings("""\
requires: ">=0.1,<0.2"
clusters: sites/prod
lint:
  suppress: [{rule: GLB303, reason: one ToR per rack, expires: "2030-03-31"}]
drift:
  ignore: [{object: BGPPeer/tor-a, path: spec.keepaliveTime, reason: NET-1234}]
""")

    assert problems == []
    assert found.clusters == "sites/prod"
    assert [(entry.rule, entry.expires) for entry in found.lint.suppress] == [("GLB303", "2030-03-31")]
    assert [(entry.object, entry.path, entry.expires) for entry in found.drift.ignore] == [
        ("BGPPeer/tor-a", "spec.keepaliveTime", None)
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cluster: x\n", '1:1 GLB103 unknown key "cluster" in genlb.yaml'),
        ("lint: {suppress: [{reason: x}]}\n", "1:19 GLB104 an entry of suppress lacks rule"),
        ("- a\n", "1:1 GLB104 genlb.yaml wants a map with requires, clusters, lint and drift, here is a list"),
        ("requires: 0.1\n", '1:11 GLB105 requires wants versions of genlb such as ">=0.1,<0.2"'),
        ("clusters: null\n", "1:11 GLB105 clusters wants a folder inside the repository"),
        ("clusters: a\nclusters: b\n", "2:1 GLB102 "),
    ],
)
def test_mistakes_are_located_and_leave_the_defaults(text: str, message: str) -> None:
    found, problems = settings(text)

    assert found == Settings()
    assert len(problems) == 1
    assert problems[0].startswith(message)


@pytest.mark.parametrize(
    "folder", ["../x", "a/../b", "/etc", "..", ".", "./a", "a/./b", "a//b", "a/", "", "-rf", "a\\b", "a\nb"]
)
def test_the_folder_stays_inside_the_repository(folder: str) -> None:
    text = folder.replace("\\", "\\\\").replace("\n", "\\n")

    assert settings(f'clusters: "{text}"\n')[0] == Settings()
    assert len(settings(f'clusters: "{text}"\n')[1]) == 1


@pytest.mark.parametrize(
    ("version", "requirement", "expected"),
    [
        ("0.1.0", ">=0.1,<0.2", True),
        ("0.1.9", ">=0.1,<0.2", True),
        ("0.2.0", ">=0.1,<0.2", False),
        ("0.0.9", ">=0.1", False),
        ("0.2.0rc1", "<0.2", False),
        ("0.2.0.dev3", ">=0.2", True),
        ("1.2.3", "==1.2", True),
        ("1.2.3", "==1.2.3", True),
        ("1.2.3", "==1.2.4", False),
        ("1.2.3", "!=1.2", False),
        ("1.2.3", "!=1.3, >1", True),
        ("1.0.0", ">1", False),
        ("0.10.0", ">0.9", True),
        ("1.0.0", "<=1", True),
    ],
)
def test_requirements(version: str, requirement: str, expected: bool) -> None:  # noqa: FBT001
    assert satisfies(version, requirement) is expected


def test_an_unmet_requirement_is_a_usage_error_before_anything_else() -> None:
    with pytest.raises(UsageError) as error:
        settings('requires: ">=0.9"\nunknown: 1\n')

    assert str(error.value) == "genlb.yaml:1:11: this repository requires genlb >=0.9; this is genlb 0.1.0"


def test_a_requirement_that_cannot_be_read_is_no_usage_error() -> None:
    assert settings("requires: latest\n")[1] == [
        '1:11 GLB104 requires wants versions of genlb such as ">=0.1,<0.2", here is the text "latest"'
    ]
