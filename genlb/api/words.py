"""What genlb knows and what it made of a spec, ready to be printed: schemas, fields, a merged spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genlb.api.clusters import LoadedCluster
from genlb.errors import UsageError
from genlb.report.style import Role, Style
from genlb.yamltext.node import plain

if TYPE_CHECKING:
    from genlb.report.autos import Auto
    from genlb.report.field import Field

# What is required is told by the schema of a merged spec: a single layer may lack anything.
_EXPLAINED = ("cluster-merged", "genlb")


def schema_names() -> tuple[str, ...]:
    """Names of the JSON Schemas.

    >>> schema_names()[:2]
    ('agent-sysctl', 'agent-vip')
    """
    from genlb.resources import names

    return names("schemas")


def schema_text(name: str) -> str:
    """A JSON Schema as text; ``UsageError`` for an unknown name.

    >>> schema_text("cluster").splitlines()[1]
    '  "$schema": "http://json-schema.org/draft-07/schema#",'
    """
    import json

    from genlb.resources import schema

    return json.dumps(schema(name), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: str, name: str) -> None:
    """Write a JSON Schema to ``path``; ``Undetermined`` when that fails.

    >>> write_schema("schemas/cluster.schema.json", "cluster")
    """
    from genlb.stores.newfiles import replace_file

    replace_file(path, schema_text(name).encode())


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """A field of the spec, or of ``genlb.yaml``, told from its schema."""

    root: Mapping[str, Any]
    field: Field
    recursive: bool

    def text(self, style: Style, width: int) -> str:
        """For people, on a terminal of this width."""
        from genlb.report.field import field_text

        return field_text(self.root, self.field, style, recursive=self.recursive, width=width)

    def data(self) -> dict[str, Any]:
        """For machines."""
        from genlb.report.field import field_data

        return {"field": field_data(self.root, self.field, recursive=self.recursive)}


def explain_field(path: str, *, recursive: bool = False) -> ExplainedField:
    """The field at ``path``, with or without ``spec.``; ``UsageError`` with a suggestion for an unknown one.

    >>> explain_field("pools.avoidBuggyIPs").field.path
    'spec.pools[].avoidBuggyIPs'
    """
    from genlb.report.field import UnknownField, find_field
    from genlb.resources import schema

    unknown = ""
    for name in _EXPLAINED:
        try:
            return ExplainedField(schema(name), find_field(schema(name), path), recursive)
        except UnknownField as error:
            unknown = unknown or str(error)
    raise UsageError(unknown)


def topics() -> Iterator[str]:
    """Everything that can be explained, for a completing shell.

    >>> next(topics())
    'GLB101'
    """
    from genlb.api.rulebook import rule_ids
    from genlb.report.field import Field, all_fields
    from genlb.resources import schema

    yield from rule_ids()
    root = schema(_EXPLAINED[0])
    for field in all_fields(root, Field(path="", schema=root)):
        yield field.path.replace("[]", "").removeprefix("spec.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A merged spec, what each Auto became, and where values come from."""

    cluster: LoadedCluster

    @property
    def autos(self) -> tuple[Auto, ...]:
        """What genlb decided; nothing for a spec with errors."""
        from genlb.report.autos import autos

        context = self.cluster.context
        return tuple(autos(context.cluster, context.decisions)) if context else ()

    @property
    def layers(self) -> tuple[str, ...]:
        """The files in merge order."""
        return self.cluster.spec.layers if self.cluster.spec else ()

    def yaml(self) -> str:
        """The merged document, with layers and decisions as comments on top."""
        from genlb.report.masking import masked_data
        from genlb.yamltext import write

        if self.cluster.spec is None or self.cluster.spec.tree is None:
            return ""
        told = [f"Merged from {', '.join(self.layers)}"]
        told += [f"{auto.field}: {auto.value} ({auto.reason})" for auto in self.autos]
        return write(masked_data(plain(self.cluster.spec.tree)), comment="\n".join(told))

    def text(self, style: Style, *, origin: bool) -> str:
        """For people: layers, decisions, and with ``origin`` a table of every value."""
        lines = [style.paint("Layers, the last one wins", Role.STRONG), *(f"  {file}" for file in self.layers)]
        if self.autos:
            lines += ["", style.paint("Decided by genlb", Role.STRONG)]
        for auto in self.autos:
            lines += [f"  {auto.field}: {style.paint(auto.value, Role.STRONG)}", f"    {auto.reason}"]
        if origin and self.cluster.spec and self.cluster.spec.tree:
            from genlb.report.origins import origins, origins_text

            rows = origins(self.cluster.spec.tree, self.cluster.spec.cluster)
            lines += ["", style.paint("Values", Role.STRONG)]
            lines += [f"  {row}" for row in origins_text(rows, style)]
        return "\n".join(lines) + "\n"

    def data(self, *, origin: bool) -> dict[str, Any]:
        """For machines."""
        from genlb.report.jsonout import diagnostics_data
        from genlb.report.masking import masked_data

        spec = self.cluster.spec
        told: dict[str, Any] = {"cluster": self.cluster.name, "layers": list(self.layers)}
        told["merged"] = masked_data(plain(spec.tree)) if spec and spec.tree else None
        told["decisions"] = [auto._asdict() for auto in self.autos]
        if origin and spec and spec.tree:
            from genlb.report.origins import origins

            told["origins"] = {row.field: row.place for row in origins(spec.tree, spec.cluster)}
        return told | {"diagnostics": diagnostics_data(self.cluster.diagnostics)}


def shown(cluster: LoadedCluster) -> Shown:
    """The cluster's merged spec, to be told as YAML, text or data.

    >>> shown(cluster).autos[0].field
    'spec.bgp.dataplane'
    """
    return Shown(cluster)
