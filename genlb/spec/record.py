"""The base of every type of the spec: a frozen dataclass that costs next to nothing to define.

``@dataclass(frozen=True)`` writes and compiles six methods for each class. For the forty classes of ``model.py`` that
took a quarter of the time of a whole ``genlb render``, so here one set of methods serves them all, and a class becomes
a dataclass when somebody asks. The rest is as usual: ``dataclasses.fields`` and ``dataclasses.replace`` work, fields
are keyword-only, assignment raises.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, dataclass_transform

from genlb.spec.spelling import spelled


class _MadeWhenAskedFor:
    """``__dataclass_fields__`` of a record, which only ``dataclasses.fields`` and ``replace`` ask for."""

    def __get__(self, _instance: object, owner: type[Record]) -> dict[str, dataclasses.Field[Any]]:
        dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True)(owner)  # puts them in this one's place
        return owner.__dataclass_fields__


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(spelled,))
class Record:
    """Inherit from it and declare fields with ``spelled``; instances compare by value and never change."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    spelled_fields: ClassVar[Mapping[str, tuple[str, dataclasses.Field[Any]]]] = {}
    """Annotation and field by name, in order, inherited ones first."""

    _defaults: ClassVar[dict[str, Any]]
    _factories: ClassVar[dict[str, Callable[[], Any]]]
    _required: ClassVar[frozenset[str]]

    def __init_subclass__(cls) -> None:
        own = {
            name: (cls.__annotations__[name], value)
            for name, value in vars(cls).items()
            if isinstance(value, dataclasses.Field)
        }
        cls.spelled_fields = {**cls.spelled_fields, **own}
        fields = {name: field for name, (_, field) in cls.spelled_fields.items()}
        cls._factories = {
            name: field.default_factory
            for name, field in fields.items()
            if field.default_factory is not dataclasses.MISSING
        }
        # In the order of the fields, so that instances list their values in it too.
        cls._defaults = {name: field.default for name, field in fields.items()}
        missing = {name for name, default in cls._defaults.items() if default is dataclasses.MISSING}
        cls._required = frozenset(missing - cls._factories.keys())
        cls.__dataclass_fields__ = _MadeWhenAskedFor()  # type: ignore[assignment]

    def __init__(self, **values: Any) -> None:
        given = values.keys()
        if not (self._required <= given <= self._defaults.keys()):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self._defaults)}; given: {', '.join(given)}")
        state = self.__dict__
        state.update(self._defaults)
        state.update(values)
        for name, factory in self._factories.items():
            if name not in values:
                state[name] = factory()

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"
