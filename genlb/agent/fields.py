"""Reading JSON whose shape is known: every value is asked for with its type, every mistake is told with its key.

agent.json has a JSON Schema, which render's tests hold it to. A daemon cannot afford the validator's memory, and
must not trust a file either that somebody edited in the cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias, TypeVar

from genlb.errors import GenlbError

Network: TypeAlias = IPv4Network | IPv6Network
Value = TypeVar("Value")

_KINDS = {bool: "true or false", dict: "an object", list: "a list", str: "a string"}


class InvalidConfig(GenlbError):
    """A configuration that a daemon must not start with; ``key`` is where, like ``pools[2].cidrs[0]``."""

    def __init__(self, key: str, problem: str) -> None:
        self.key, self.problem = key, problem
        super().__init__(f"{key}: {problem}" if key else problem)


class Fields:
    """The members of one JSON object, each to be asked for once; ``close`` refuses those that nobody asked for."""

    def __init__(self, value: object, key: str = "") -> None:
        if not isinstance(value, dict):
            raise InvalidConfig(key, f"must be an object, not {_told(value)}")
        self._values, self._key = value, key
        self._unread = set(value)

    def text(self, name: str) -> str:
        """A string that says something."""
        value = self._typed(name, str)
        if not value:
            raise InvalidConfig(self.key_of(name), "must not be empty")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        return tuple(_of_type(value, str, key) for key, value in self._items(name))

    def choice(self, name: str, parse: Callable[[str], Value]) -> Value:
        """A string that ``parse``, usually an enum, knows; its ValueError says what it does not know."""
        text = self.text(name)
        try:
            return parse(text)
        except ValueError as error:
            raise InvalidConfig(self.key_of(name), str(error)) from None

    def flag(self, name: str) -> bool:
        """True or false."""
        return self._typed(name, bool)

    def seconds(self, name: str) -> float:
        """A time span greater than zero and shorter than 68 years, which is as far as the kernel counts."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidConfig(self.key_of(name), f"must be a number of seconds, not {_told(value)}")
        if not 0 < value <= 2**31 - 1:
            raise InvalidConfig(self.key_of(name), f"must be more than 0 and at most {2**31 - 1} seconds")
        return float(value)

    def port(self, name: str) -> int:
        """A TCP port."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 16:
            raise InvalidConfig(self.key_of(name), f"must be a port, 1 to 65535, not {_told(value)}")
        return value

    def networks(self, name: str) -> tuple[Network, ...]:
        """A list of CIDRs without host bits."""
        return tuple(_network(_of_type(value, str, key), key) for key, value in self._items(name))

    def values(self, name: str) -> dict[str, str]:
        """An object whose members are all strings."""
        inner = Fields(self.value(name), self.key_of(name))
        return {key: inner._typed(key, str) for key in list(inner._values)}

    def optional_text(self, name: str) -> str | None:
        """A string, or null."""
        return None if self.value(name) is None else self.text(name)

    def section(self, name: str) -> Fields:
        """An object inside this one."""
        return Fields(self.value(name), self.key_of(name))

    def optional_section(self, name: str) -> Fields | None:
        """An object inside this one, or null."""
        return None if self.value(name) is None else self.section(name)

    def sections(self, name: str) -> tuple[Fields, ...]:
        """A list of objects."""
        return tuple(Fields(value, key) for key, value in self._items(name))

    def key_of(self, name: str) -> str:
        """Where the member ``name`` stands in the file."""
        return f"{self._key}.{name}" if self._key else name

    def close(self) -> None:
        """Refuse members that nobody asked for: they were meant to say something."""
        if self._unread:
            raise InvalidConfig(self.key_of(min(self._unread)), "is not known")

    def value(self, name: str) -> object:
        """Whatever stands there, null included."""
        if name not in self._values:
            raise InvalidConfig(self.key_of(name), "is missing")
        self._unread.discard(name)
        return self._values[name]

    def _typed(self, name: str, kind: type[Value]) -> Value:
        return _of_type(self.value(name), kind, self.key_of(name))

    def _items(self, name: str) -> Iterator[tuple[str, object]]:
        items = self._typed(name, list)
        return ((f"{self.key_of(name)}[{index}]", item) for index, item in enumerate(items))


def _of_type(value: object, kind: type[Value], key: str) -> Value:
    if not isinstance(value, kind):
        raise InvalidConfig(key, f"must be {_KINDS[kind]}, not {_told(value)}")
    return value


def _network(text: str, key: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise InvalidConfig(key, f"is no CIDR: {error}") from None
    if str(network) != text:
        raise InvalidConfig(key, f"is not canonical: {network} is")
    return network


def _told(value: object) -> str:
    """``value`` in a few words: a file may hold anything, of any size."""
    return "null" if value is None else repr(value)[:60]
