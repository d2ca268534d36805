"""Suppression from a user's side: in a spec, in ``genlb.yaml`` and in a comment; with a reason, until a day."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from genlb import api
from tests.api.repositories import a_spec, replace, write
from tests.cli.genlb import Done, Genlb

CLUSTER = "clusters/fra1-prod/cluster.yaml"
TODAY = "2030-03-31"
LINT = "  lint: {{suppress: [{}]}}\n"


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "open_repository", partial(api.open_repository, today=TODAY))


def spec(*, lint: str = "", comment: str = "") -> str:
    """A spec with one warning, GLB303: its rack has one router."""
    text = a_spec("fra1-prod", more=LINT.format(lint) if lint else "")
    router = '          - {name: tor-b, asNumber: 65101, addresses: ["10.20.1.3"]}\n'
    assert router in text
    return text.replace(router, "").replace('"10.20.1.2"]}', f'"10.20.1.2"]}}{comment and f"  # {comment}"}')


def rules_told(done: Done) -> list[str]:
    return [told["rule"] for told in done.json["diagnostics"]]


def test_without_a_suppression_the_finding_is_told(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, spec())

    assert genlb("validate").out == "2 clusters · 0 errors, 1 warning\n"
    assert "warning[GLB303]" in genlb("validate").err


@pytest.mark.parametrize(
    ("lint", "comment", "settings"),
    [
        ('{rule: GLB303, reason: "one ToR in the lab"}', "", ""),
        ("", "genlb:ignore GLB303 -- one ToR in the lab", ""),
        ("", "", 'lint: {suppress: [{rule: GLB303, reason: "one ToR in the lab"}]}\n'),
        ("", "", 'lint: {suppress: [{rule: GLB303, reason: "one ToR in the lab", cluster: "fra*"}]}\n'),
        ("", "", 'lint: {suppress: [{rule: GLB303, reason: "one ToR in the lab", path: "clusters/fra1-*/*"}]}\n'),
    ],
    ids=["in the spec", "in a comment", "in genlb.yaml", "by cluster", "by path"],
)
def test_a_suppressed_finding_is_counted_and_told_by_reports(
    genlb: Genlb, repository: Path, lint: str, comment: str, settings: str
) -> None:
    write(repository, CLUSTER, spec(lint=lint, comment=comment))
    if settings:
        write(repository, "genlb.yaml", settings)

    assert genlb("validate", "--fail-on", "warning") == (0, "2 clusters · 0 errors, 0 warnings, 1 suppressed\n", "")
    told = genlb("validate", "-o", "json").json
    assert (told["diagnostics"], told["summary"]["suppressed"]) == ([], 1)
    (hidden,) = told["suppressed"]
    assert (hidden["rule"], hidden["cluster"]) == ("GLB303", "fra1-prod")
    assert hidden["suppression"]["reason"] == "one ToR in the lab"
    assert hidden["suppression"]["file"] == ("genlb.yaml" if settings else CLUSTER)


def test_one_cluster_is_suppressed_and_another_is_not(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, spec())
    write(repository, "clusters/ams1/cluster.yaml", spec(comment="x").replace("fra1-prod", "ams1"))
    write(repository, "genlb.yaml", 'lint: {suppress: [{rule: GLB303, reason: "r", cluster: "fra*"}]}\n')

    done = genlb("validate")

    assert done.out == "2 clusters · 0 errors, 1 warning, 1 suppressed\n"
    assert "clusters/ams1/" in done.err
    assert "clusters/fra1-prod/" not in done.err


@pytest.mark.parametrize("reason", ["", 'reason: ""', 'reason: "  "'])
def test_without_a_reason_it_hides_nothing_and_is_told_itself(genlb: Genlb, repository: Path, reason: str) -> None:
    write(repository, CLUSTER, spec(lint=f"{{rule: GLB303{reason and f', {reason}'}}}"))

    assert rules_told(genlb("validate", "-o", "json")) == ["GLB303", "GLB107"]


def test_a_comment_without_a_reason_hides_nothing(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, spec(comment="genlb:ignore GLB303"))

    done = genlb("validate")
    assert "warning[GLB107]: the suppression of GLB303 gives no reason" in done.err
    assert "# genlb:ignore GLB303 -- why" in done.err
    assert "warning[GLB303]" in done.err


@pytest.mark.parametrize(("last_day", "rules"), [("2030-03-30", ["GLB303", "GLB107"]), (TODAY, [])])
def test_it_holds_through_its_last_day_and_no_longer(
    genlb: Genlb, repository: Path, last_day: str, rules: list[str]
) -> None:
    write(repository, CLUSTER, spec(lint=f'{{rule: GLB303, reason: r, expires: "{last_day}"}}'))

    assert rules_told(genlb("validate", "-o", "json")) == rules


def test_an_expired_one_points_at_its_day(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, spec(lint='{rule: GLB303, reason: r, expires: "2029-12-31"}'))

    assert '"2029-12-31"' in genlb("validate").err.split("warning[GLB107]")[1].split("\n")[1]


def test_one_that_hides_nothing_is_told(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, a_spec("fra1-prod", more=LINT.format("{rule: GLB303, reason: r}")))

    assert rules_told(genlb("validate", "-o", "json")) == ["GLB108"]
    assert genlb("validate", "--fail-on", "warning").code == 1


def test_one_of_a_rule_that_there_is_not_is_told(genlb: Genlb, repository: Path) -> None:
    write(repository, CLUSTER, spec(lint="{rule: GLB399, reason: r}", comment="genlb:ignore glb303 -- r"))

    done = genlb("validate")
    assert 'warning[GLB108]: there is no rule "GLB399" to suppress' in done.err
    assert 'warning[GLB108]: there is no rule "glb303" to suppress' in done.err
    assert "help: write GLB303" in done.err
    assert "warning[GLB303]" in done.err


@pytest.mark.parametrize("rule", ["GLB101", "GLB102", "GLB103", "GLB104", "GLB105"])
def test_what_cannot_be_read_cannot_be_suppressed(genlb: Genlb, repository: Path, rule: str) -> None:
    write(repository, "genlb.yaml", f"lint: {{suppress: [{{rule: {rule}, reason: r}}]}}\n")
    replace(repository, CLUSTER, 'kubernetes: "1.35"', "kubernetes: 1.35")

    done = genlb("validate")

    assert done.code == 1
    assert "error[GLB105]" in done.err
    assert f"warning[GLB108]: {rule} cannot be suppressed" in done.err


def test_an_error_that_somebody_answers_for_does_not_keep_from_rendering(genlb: Genlb, repository: Path) -> None:
    replace(repository, CLUSTER, 'addresses: ["10.20.1.2"]', 'addresses: ["10.99.1.2"]')
    assert genlb("render", "fra1-prod").code == 1

    replace(repository, CLUSTER, '["10.99.1.2"]}', '["10.99.1.2"]}  # genlb:ignore GLB302 -- reached through the core')

    assert genlb("validate").out == "2 clusters · 0 errors, 0 warnings, 1 suppressed\n"
    assert genlb("render", "fra1-prod").code == 0


def test_a_finding_about_several_clusters_can_be_suppressed(genlb: Genlb, repository: Path) -> None:
    for name in ("ams1", "fra1-prod"):
        write(repository, f"clusters/{name}/cluster.yaml", a_spec(name, domain="one"))
    assert genlb("validate").code == 1

    reason = 'reason: "the same VIPs on purpose: anycast"'
    write(repository, "genlb.yaml", f"lint: {{suppress: [{{rule: GLB208, {reason}}}, {{rule: GLB324, {reason}}}]}}\n")

    done = genlb("validate")
    assert (done.code, done.err) == (0, "")
    # Asked about one cluster alone nobody looks for overlaps: that none is found says nothing.
    assert genlb("validate", "ams1", "--fail-on", "warning") == (0, "1 cluster · 0 errors, 0 warnings\n", "")


def test_a_suppression_of_a_rule_on_change_is_not_unused_while_nobody_asks(genlb: Genlb, repository: Path) -> None:
    write(repository, "genlb.yaml", "lint: {suppress: [{rule: GLB217, reason: r}, {rule: GLB607, reason: r}]}\n")

    assert genlb("validate", "--fail-on", "warning").code == 0
