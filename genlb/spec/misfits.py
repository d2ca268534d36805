"""A value that is not what its field wants: what is there, what belongs there, what to write instead.

Imported when the first one is found: a valid spec never pays for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from genlb.errors import Diagnostic
from genlb.spec.complaints import HOW_TO_REFER, LEAKED, problem, shown
from genlb.spec.fixes import BOOLEANS, PREFIXED_AS_NUMBER, fix_of_value, would_do_in_quotes
from genlb.spec.model import LABEL, LABEL_VALUE, SUBDOMAIN, SecretKey
from genlb.spec.problems import Term
from genlb.spec.shapes import Choice, Constant, Listing, Parsed, Section, Shape, Text, Truth, Whole, fields_of
from genlb.spec.suggest import near
from genlb.spec.values import RELEASE
from genlb.spec.words import BY_FORMAT, BY_PATTERN, Wanted
from genlb.yamltext.node import MappingNode, Node, ScalarNode, SequenceNode
from genlb.yamltext.quote import quoted

_NUMBER = re.compile(r"[-+]?[0-9]+")
_DOTTED_AS_NUMBER = re.compile(r"([0-9]{1,5})\.([0-9]{1,5})")
_NAMES = (LABEL, SUBDOMAIN, LABEL_VALUE)
_AS_NUMBERS = 65536
"""How many AS numbers one step of the high half in dotted notation is."""


def misfit(term: Term, shape: Shape, node: Node) -> Diagnostic:
    """``node`` is not what ``shape`` wants."""
    if isinstance(shape, Section):
        return _not_a_section(term, shape, node)
    wanted = _wanted_by(shape)
    message = f"{term} wants {wanted.phrase}, here is {described(node, secret=term.secret)}"
    if not isinstance(node, ScalarNode):
        return problem("GLB104", node.span, message, help=_unwrapped(shape, node))
    fix = fix_of_value(term, shape, node)
    if isinstance(node.value, str):
        help_ = "" if term.secret else _cure_for_text(term, shape, node.value)
        return problem(wanted.rule, node.span, message, help=help_, fix=fix)
    if isinstance(shape, (Text, Parsed)):
        return _not_text(term, shape, node)._replace(fix=fix)
    return problem("GLB104", node.span, message, help=_cure_for_scalar(term, shape, node), fix=fix)


def refused(term: Term, parsed: Parsed, node: ScalarNode, reason: str) -> Diagnostic:
    """Text that ``parsed`` could not read; ``reason`` is what it said."""
    wanted = BY_FORMAT[parsed.format]
    message = f"{term} wants {wanted.phrase}, here is {described(node, secret=term.secret)}"
    help_, fix = _cure_for_format(parsed.format, str(node.value), reason), fix_of_value(term, parsed, node)
    return problem(wanted.rule, node.span, message, help=help_, fix=fix)


def too_few(term: Term, minimum: int, node: Node) -> Diagnostic:
    """A list with fewer entries than it must have."""
    entries = "at least one entry" if minimum == 1 else f"at least {minimum} entries"
    return problem("GLB104", node.span, f"{term} wants {entries}, here is an empty list")


def no_json(term: Term, node: ScalarNode) -> Diagnostic:
    """A number that no API server can be told."""
    return problem("GLB104", node.span, f"{term} holds {node.value}, which JSON cannot say")


def _wanted_by(shape: Shape) -> Wanted:
    if isinstance(shape, Text):
        return BY_PATTERN[shape.pattern] if shape.pattern else Wanted("text")
    if isinstance(shape, Parsed):
        return BY_PATTERN.get(shape.pattern or "", BY_FORMAT[shape.format])
    if isinstance(shape, Whole):
        return Wanted(f"a whole number{_limits(shape)}")
    if isinstance(shape, (Choice, Constant)):
        return Wanted(_one_of(_words(shape)))
    if isinstance(shape, Truth):
        return Wanted("true or false")
    return Wanted("a list" if isinstance(shape, Listing) else "a map")


def _words(shape: Choice | Constant) -> list[str]:
    return [shape.text] if isinstance(shape, Constant) else [member.value for member in shape.type]


def _one_of(words: Sequence[str], conjunction: str = "or") -> str:
    return f" {conjunction} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def described(node: Node, *, secret: bool) -> str:
    """What is there instead; a secret only by its kind."""
    if isinstance(node, MappingNode):
        return "a map"
    if isinstance(node, SequenceNode):
        return "a list"
    value = node.value
    if value is None:
        return "nothing (null)"
    kind = "text" if isinstance(value, str) else "value" if isinstance(value, bool) else "number"
    if secret:
        return f"another {kind} (not shown)"
    spelling = shown(value) if isinstance(value, str) else str(value).lower()
    return f"the {kind} {spelling}"


def _limits(whole: Whole) -> str:
    if whole.minimum is None:
        return "" if whole.maximum is None else f" of at most {whole.maximum}"
    return f" of at least {whole.minimum}" if whole.maximum is None else f" from {whole.minimum} to {whole.maximum}"


def _not_a_section(term: Term, section: Section, node: Node) -> Diagnostic:
    keys = [field.key for field in fields_of(section.type)]
    if section.type is SecretKey and isinstance(node, ScalarNode) and isinstance(node.value, str):
        return problem(
            "GLB310",
            node.span,
            f"{term} wants a reference to a Secret; here is text, maybe the secret itself",
            why=LEAKED,
            help=HOW_TO_REFER,
        )
    message = f"{term} wants a map with {_one_of(keys, 'and')}, here is {described(node, secret=term.secret)}"
    return problem("GLB104", node.span, message)


def _not_text(term: Term, shape: Text | Parsed, node: ScalarNode) -> Diagnostic:
    """GLB105: YAML made a number, a boolean or null of what was meant as text."""
    wanted = _wanted_by(shape)
    cure = "write it in quotes, as it stands" if would_do_in_quotes(shape, node) else ""
    if wanted is BY_FORMAT["duration"]:
        cure = f"add the unit, for example {node.value if type(node.value) is int else 10}s"
    elif node.value is None:
        cure = "write the text, or leave it out"
    elif wanted is BY_PATTERN[RELEASE] and isinstance(node.value, float):
        cure = "add the patch number and the quotes"
    why = "a number forgets how it was written: 1.30 becomes 1.3" if isinstance(node.value, float) else ""
    message = f"{term} wants {wanted.phrase}; unquoted, this is {described(node, secret=term.secret)} to YAML"
    return problem("GLB105", node.span, message, why=why, help=cure)


def _unwrapped(shape: Shape, node: Node) -> str:
    """The way from a list with one entry to that entry."""
    if isinstance(node, SequenceNode) and len(node.items) == 1 and not isinstance(shape, Listing):
        return "remove the brackets or the dash: this takes a single value"
    return ""


def _cure_for_text(term: Term, shape: Shape, text: str) -> str:
    if isinstance(shape, Listing):
        return f"write a list: {term.name}: [{quoted(text)}]"
    if isinstance(shape, (Choice, Constant)):
        guess = near(text, _words(shape))
        return f"did you mean {guess}?" if guess else ""
    if isinstance(shape, Truth):
        word = BOOLEANS.get(text.lower())
        return f"write {word}, without quotes" if word else ""
    if isinstance(shape, Whole):
        return _cure_for_number(term, text)
    if isinstance(shape, Text) and shape.pattern in _NAMES:
        return _cure_for_name(shape.pattern or "", text)
    return _cure_for_format(shape.format, text, "") if isinstance(shape, Parsed) else ""


def _cure_for_number(term: Term, text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f"remove the quotes: {term.name}: {text}"
    if not term.name.lower().endswith("asnumber"):
        return ""
    if plain := PREFIXED_AS_NUMBER.fullmatch(text):
        return f"write the number alone: {term.name}: {plain[1]}"
    if dotted := _DOTTED_AS_NUMBER.fullmatch(text):
        return f"AS {text} is {int(dotted[1]) * _AS_NUMBERS + int(dotted[2])} in plain notation"
    return ""


def _cure_for_name(pattern: str, text: str) -> str:
    """A name that is as near to ``text`` as the pattern allows."""
    guess = re.sub(r"[^-a-z0-9.]+" if pattern == SUBDOMAIN else r"[^-a-z0-9]+", "-", text.lower()).strip("-.")
    return f"for example {guess}" if guess != text and re.fullmatch(pattern, guess) else ""


def _cure_for_format(kind: str, text: str, reason: str) -> str:
    """What is wrong with an address, a network, a duration or a version, as exactly as can be told."""
    if text != text.strip():
        return "remove the blanks around it"
    if kind == "version":
        return f"write {quoted(text[1:])}, without the v" if text[:1] in {"v", "V"} else ""
    if kind == "duration":
        return f"add the unit, for example {text}s" if text.isdecimal() else ""
    # Python's own words for a failure repeat the text in single quotes and say nothing more.
    return reason if reason and "'" not in reason else _cure_for_address(kind, text)


def _cure_for_address(kind: str, text: str) -> str:
    if "-" in text and kind == "cidr-or-range":
        return "a range has a whole address at each end: 10.208.3.32-10.208.3.39"
    address, slash, _ = text.partition("/")
    trouble = _address_trouble(address)
    if trouble or not slash:
        return trouble
    longest = 128 if ":" in address else 32
    return f"without the prefix length: {address}" if kind == "ip" else f"the prefix is at most {longest} long"


def _address_trouble(address: str) -> str:
    """Which part of an address is wrong, as the standard library tells it once the family is known."""
    if not re.search(r"[0-9A-Fa-f][.:]|:", address):
        return ""
    try:
        (IPv6Address if ":" in address else IPv4Address)(address)
    except ValueError as error:
        words = str(error).replace("'", '"')
        return words[:1].lower() + words[1:]
    return ""


def _cure_for_scalar(term: Term, shape: Shape, node: ScalarNode) -> str:
    value = node.value
    if isinstance(shape, Choice):
        words = _words(shape)
        if isinstance(value, bool) and "Enabled" in words:
            return f"write {'Enabled' if value else 'Disabled'}"
        return "write None, which is a word here" if value is None and "None" in words else ""
    if isinstance(shape, Whole) and isinstance(value, float):
        if value.is_integer():
            return f"write {int(value)}"
        return "write the plain number: AS 1.10 is 65546 (1 x 65536 + 10)" if "ASN" in term.name.upper() else ""
    return ""
