"""One object before two judges: genlb's own object files, and the real CRDs."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft7Validator

from genlb.manifest.strict import strict_schema
from tests.contract.cel_rules import broken_rules
from tests.contract.formats import FORMATS
from tests.contract.object_files import GroupKind, object_files
from tests.contract.real_crds import openapi_schema, real_crd, strict_json_schema


def group_kind(manifest: Mapping[str, Any]) -> GroupKind:
    """What a manifest says that it is."""
    return GroupKind(manifest["apiVersion"].rpartition("/")[0], manifest["kind"])


def refusals_by_ours(manifest: Mapping[str, Any], release: tuple[int, ...] | None = None) -> list[str]:
    """Why genlb's own schema refuses ``manifest``; ``release`` of the product narrows it to what that one knows."""
    version = manifest["apiVersion"].rpartition("/")[2]
    schema = openapi_of_ours(group_kind(manifest), version)
    return _refusals(_our_validator(group_kind(manifest), version, release), schema, manifest)


def refusals_by_real(manifest: Mapping[str, Any]) -> list[str]:
    """Why the real CRD refuses ``manifest``; ends the test where there is no real CRD."""
    version = manifest["apiVersion"].rpartition("/")[2]
    schema = openapi_schema(real_crd(group_kind(manifest)), version)
    return _refusals(_real_validator(group_kind(manifest), version), schema, manifest)


def openapi_of_ours(name: GroupKind, version: str) -> Mapping[str, Any]:
    """The schema as it stands in our object file."""
    (found,) = [entry["schema"] for entry in object_files()[name]["versions"] if entry["name"] == version]
    schema: Mapping[str, Any] = found
    return schema


def _refusals(validator: Draft7Validator, schema: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[str]:
    misfits = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]
    return sorted(misfits) or list(broken_rules(schema, manifest))


@functools.cache
def _our_validator(name: GroupKind, version: str, release: tuple[int, ...] | None) -> Draft7Validator:
    schema = strict_schema(object_files()[name], version, release=release)
    return Draft7Validator(schema, format_checker=FORMATS)


@functools.cache
def _real_validator(name: GroupKind, version: str) -> Draft7Validator:
    return Draft7Validator(strict_json_schema(real_crd(name), version), format_checker=FORMATS)
