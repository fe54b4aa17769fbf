"""Where a Turtle document says what, so that a message about a triple can name its line.

A parser has read the document before; here it is only cut into tokens again, at little cost.
"""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

import pyoxigraph as ox

from .namespaces import RDF, XSD

Place = tuple[int, int]
"""Line and column, both from 1, the column in characters."""

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

Key = tuple[str, ...]
"""(subject), (subject, predicate) or (subject, predicate, object) as `key_of` spells them."""

STRING: Final = "|".join(
    [
        r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+"""',
        r"'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+'''",
        r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"',
        r"'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'",
    ]
)
"""A regular expression for a string in any of Turtle's four pairs of quotes."""

PREFIX: Final = (
    r"(?:@|(?<![\w:\\-])(?<![\w:-]\.))(?i:prefix)\s"
    r"(?:\s*+(?P<prefix>[\w.-]*+):\s*+<(?P<namespace>[^<>\s]*+)>)?"
)
"""A regular expression for the declaration of a prefix; without its groups: not in this form."""

_PLAIN: Final = r"[^\s<>\"'()\[\]{},;#\\^@.]"
_WORD: Final = rf"(?:\\.|{_PLAIN}|\.+(?=\\|{_PLAIN}))+"
_TOKEN: Final = re.compile(
    rf"\s++|(?P<comment>#[^\n]*+)|{PREFIX}|(?:@|\b)(?i:base)\s*+<(?P<base>[^<>\s]*+)>"
    rf"|(?P<string>{STRING})(?:\s*+@(?P<language>[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    rf"|\s*+\^\^\s*+(?:<(?P<type_iri>[^<>\s]*+)>|(?P<type_name>{_WORD})))?"
    r"|<(?P<iri>[^<>\s]*+)>"
    r"|(?P<double>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+)"
    r"|(?P<decimal>[+-]?[0-9]*\.[0-9]+)|(?P<integer>[+-]?[0-9]+)"
    rf"|(?P<mark>[][(){{}};,.])|(?P<word>{_WORD})|.",
    re.DOTALL,
)


def place_at(text: str, offset: int) -> Place:
    """The place of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def place_of(text: str, *terms: Term) -> Place | tuple[()]:
    """The place of subject, predicate, object, or of as much of it as is there; or ()."""
    key = tuple(key_of(term) for term in terms)
    best: tuple[int, int] = (0, 0)
    for found, offset in _statements(text):
        if len(found) > best[0] and key[: len(found)] == found:
            best = len(found), offset
            if found == key:
                break
    return place_at(text, best[1]) if best[0] else ()


def comments(text: str) -> Iterator[tuple[int, str]]:
    """(where it starts, text) of each comment of a document."""
    return ((match.start(), match[0]) for match in _TOKEN.finditer(text) if match["comment"])


class Places:
    """Where a document says what: each subject, each of its predicates, each triple.

    Takes time and memory once, and then answers at once; for a single place there is `place_of`.
    All blank nodes are one here: they have no name that a message could use.
    """

    def __init__(self, text: str) -> None:
        self._offsets: dict[Key, int] = {}
        for key, offset in _statements(text):
            self._offsets.setdefault(key, offset)
        self._line_ends = [match.start() for match in re.finditer("\n", text)]

    def find(self, *terms: Term) -> Place | tuple[()]:
        """The place of subject, predicate, object, or of as much of it as is there; or ()."""
        key = tuple(key_of(term) for term in terms)
        while key and key not in self._offsets:
            key = key[:-1]
        return self._place(self._offsets[key]) if key else ()

    def _place(self, offset: int) -> Place:
        line = bisect_left(self._line_ends, offset)
        return line + 1, offset - (self._line_ends[line - 1] if line else -1)


def key_of(term: Term) -> str:
    """A term as part of a `Key`: an IRI as it is, a literal unescaped, a blank node as ``_:``."""
    if isinstance(term, ox.Literal):
        mark = f"@{term.language}" if term.language else f"^^{term.datatype.value}"
        return f'"{term.value}"{mark}'
    return term.value if isinstance(term, ox.NamedNode) else _BLANK


def unescape(text: str) -> str:
    """A string or an IRI with its escapes resolved."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: _character(match[1]), text)


def _character(escape: str) -> str:
    if len(escape) > 1:
        return chr(min(int(escape[1:], 16), sys.maxunicode))
    return _ESCAPES.get(escape, escape)


_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_BLANK: Final = "_:"


@dataclass
class _Frame:
    """What is open while a statement, or the inside of a pair of brackets, is read."""

    subject: str | None = None
    predicate: str | None = None
    start: int = 0


def _statements(text: str) -> Iterator[tuple[Key, int]]:
    """Each subject when its first predicate comes, each predicate, each object, and its offset."""
    names = _Names()
    frames = [_Frame()]
    for match in _TOKEN.finditer(text):
        mark = match["mark"]
        if mark in (".", "{", "}"):
            frames = [_Frame()]
        elif mark == ";":
            frames[-1].predicate = None
        elif mark in ("]", ")"):
            frames = frames[:-1] or [_Frame()]
        elif term := names.term(match):
            frame = frames[-1]
            if frame.subject is None:
                frame.subject, frame.start = term, match.start()
            elif frame.predicate is None:
                frame.predicate = term
                yield (frame.subject,), frame.start
                yield (frame.subject, term), match.start()
            else:
                yield (frame.subject, frame.predicate, term), match.start()
            if mark == "[":
                frames.append(_Frame(_BLANK))
            elif mark == "(":
                frames.append(_Frame(_BLANK, f"{RDF}first"))


class _Names:
    """What tokens stand for, by the declarations among those seen so far."""

    def __init__(self) -> None:
        self.base = ""
        self.prefixes: dict[str, str] = {}

    def term(self, token: re.Match[str]) -> str | None:
        """The term as `key_of` spells it, or None for a token that is none."""
        kind = token.lastgroup
        if kind == "iri":
            return self._resolve(token["iri"])
        if kind == "word":
            return self._word(token["word"])
        if kind in ("string", "language", "type_iri", "type_name"):
            return self._literal(token)
        if kind in ("integer", "decimal", "double"):
            return f'"{token[0]}"^^{XSD}{kind}'
        if kind == "mark" and token[0] in "[(":
            return _BLANK
        if kind == "namespace":
            self.prefixes[token["prefix"]] = self._resolve(token["namespace"])
        elif kind == "base":
            self.base = self._resolve(token["base"])
        return None

    def _resolve(self, iri: str) -> str:
        iri = unescape(iri)
        if not self.base or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            return iri
        try:
            return urljoin(self.base, iri)
        except ValueError:
            return iri

    def _word(self, word: str) -> str | None:
        prefix, colon, local = word.partition(":")
        if prefix == "_":
            return _BLANK
        if colon:
            return self.prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
        if word in ("true", "false"):
            return f'"{word}"^^{XSD}boolean'
        return f"{RDF}type" if word == "a" else None

    def _literal(self, token: re.Match[str]) -> str:
        string = token["string"]
        quotes = 3 if string[:3] in ('"""', "'''") else 1
        value = unescape(string[quotes:-quotes])
        if token["language"]:
            return f'"{value}"@{token["language"].lower()}'
        if token["type_name"]:
            return f'"{value}"^^{self._word(token["type_name"])}'
        datatype = token["type_iri"]
        return f'"{value}"^^{self._resolve(datatype) if datatype else f"{XSD}string"}'
