"""The strict front door: bytes in, RDF out, or a refusal that names file, line and column.

pyoxigraph parses. On top of it stand the checks that no parser makes, because RDF itself allows
what does harm in published data: literals that are not in the lexical space of their type
(XML Schema 1.1 Part 2), IRIs that lead to local files or run code, text that reads otherwise than
it looks, a prefix that changes its meaning half-way, nesting and numbers made to exhaust a reader.
Nothing is ever opened by location here, except the file that `read_file` is asked for.
"""

import io
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from os import PathLike
from pathlib import PurePath
from typing import BinaryIO, Final

import pyoxigraph as ox

from .datatypes import literal_fault
from .errors import HIDDEN, SourceError
from .namespaces import PREFIXES, RDF
from .places import PREFIX, STRING, Term, place_at, place_of, unescape

MAX_BYTES: Final = 128 << 20
"""The largest file that is read."""

MAX_DEPTH: Final = 128
"""How deep blank nodes and lists may stand in each other."""

MAX_ITEMS: Final = 100_000
"""How many items all RDF lists of a document may hold together."""

MAX_TOKEN: Final = 1 << 20
"""The longest literal, IRI or comment, in characters."""

FORMATS: Final[Mapping[str, ox.RdfFormat]] = {
    "": ox.RdfFormat.TURTLE,
    ".nq": ox.RdfFormat.N_QUADS,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".owl": ox.RdfFormat.RDF_XML,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
}
"""The formats that are read, by the end of the file's name."""

# --- files and text ---------------------------------------------------------------------------


def read_file(path: str | PathLike[str]) -> bytes:
    """The bytes of a regular file of at most `MAX_BYTES`.

    Raises `SourceError` for anything else: no such file, no right to read it, a folder, a pipe or a
    device (none of which is waited for), a file too large.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SourceError("is a device or a pipe, not a file; pipe it into '-'", path)
            if status.st_size > MAX_BYTES:
                raise SourceError(_TOO_LARGE, path)
            return read_stream(file, path)
    except IsADirectoryError:
        raise SourceError("is a folder; name a file in it", path) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(f"cannot be read: {reason}", path) from None


def read_stream(stream: BinaryIO, name: str | PathLike[str]) -> bytes:
    """All bytes of a stream; raises `SourceError` if they are more than `MAX_BYTES`."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SourceError(_TOO_LARGE, name)
    return data


_TOO_LARGE: Final = f"is larger than {MAX_BYTES >> 20} MiB; split it"


def utf8(data: bytes, name: str) -> str:
    """The text of a file; raises `SourceError` if it is not UTF-8 without byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        raise SourceError("is UTF-16 or no text; save it as UTF-8", name, 1)
    if data.startswith(b"\xef\xbb\xbf"):
        raise SourceError("starts with a byte order mark; save as UTF-8 without BOM", name, 1, 1)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = place_at(before, len(before))
        message = f"holds byte 0x{data[error.start]:02X}, which is not UTF-8; save it as UTF-8"
        raise SourceError(message, name, line, column) from None


def decode(data: bytes, name: str) -> str:
    """The text of a file: UTF-8 in normal form C, LF line ends, and no character that hides.

    Raises `SourceError` at the first place where it is otherwise.
    """
    text = utf8(data, name)
    # Nearly always there is none, and the set of characters is much faster to look through.
    if _HIDDEN.search("".join(set(text))) and (hidden := _HIDDEN.search(text)):
        message = (
            "the line ends in CR; save the file with LF line ends"
            if hidden[0] == "\r"
            else f"holds the {_describe(hidden[0])}; remove it"
        )
        raise SourceError(message, name, *place_at(text, hidden.start()))
    if not unicodedata.is_normalized("NFC", text):
        lines = enumerate(text.split("\n"), start=1)
        number = next(n for n, line in lines if not unicodedata.is_normalized("NFC", line))
        raise SourceError("is not in Unicode normal form C; convert it", name, number)
    if conflict := _CONFLICT.search(text):
        place = place_at(text, conflict.start())
        raise SourceError("a merge conflict is left here; resolve it", name, *place)
    return text


_HIDDEN: Final = re.compile(f"[{HIDDEN}]")
_CONFLICT: Final = re.compile(r"^(?:<{7}|>{7}|\|{7}) |^={7}$", re.MULTILINE)


def _describe(character: str) -> str:
    name = unicodedata.name(character, "control or non-character")
    return f"hidden character U+{ord(character):04X} ({name.lower()})"


# --- RDF --------------------------------------------------------------------------------------


def read_turtle(data: bytes, name: str) -> list[ox.Triple]:
    """All triples of a Turtle document, checked; blank nodes get names of their own.

    ``name`` is the file as the user knows it, for messages only. Raises `SourceError` at the first
    fault, also if there is no triple at all.
    """
    return [quad.triple for quad in read_quads(data, name, ox.RdfFormat.TURTLE)]


def read_quads(data: bytes, name: str, rdf_format: ox.RdfFormat | None = None) -> Iterator[ox.Quad]:
    """The quads of a document one by one, each checked, in the order of the document.

    Without ``rdf_format`` the end of ``name`` decides (see `FORMATS`). Raises `SourceError` like
    `read_turtle`, at the latest with the last quad.
    """
    rdf_format = rdf_format or FORMATS.get(PurePath(name).suffix.lower())
    if rdf_format is None:
        ends = ", ".join(filter(None, FORMATS))
        raise SourceError(f"is in a format that is not read; convert it to one of {ends}", name, 1)
    text = decode(data, name)
    in_xml = rdf_format == ox.RdfFormat.RDF_XML
    if in_xml:
        _refuse_doctype(text, name)
    else:
        prefixes_of(text, name)
    escapes = in_xml or "\\" in text
    lists = _Lists()
    quad = None
    source = _LineByLine(data)
    try:
        for quad in ox.parse(source, format=rdf_format, rename_blank_nodes=True):
            if fault := _fault(quad, escapes=escapes) or lists.fault(quad):
                message, terms = fault
                at_fault = tuple(quad.triple)[:terms]
                place = (source.line,) if in_xml else place_of(text, *at_fault)
                raise SourceError(message, name, *place)
            yield quad
    except SyntaxError as error:
        message = re.sub(r"^Parser error .*?\d: ", "", error.msg)
        message = next((ours for theirs, ours in _CLEARER if theirs in message), message)
        line = error.lineno or source.line
        raise SourceError(message, name, line, error.offset if error.lineno else None) from None
    except MemoryError:
        raise SourceError("holds a name too long to be one; shorten it", name) from None
    if quad is None:
        raise SourceError("holds no triple", name)
    if broken := lists.broken():
        message = "the RDF list has a gap or runs in a circle; write it as ( … )"
        raise SourceError(message, name, *place_of(text, *broken))


class _LineByLine(io.BytesIO):
    """A document that a parser gets line by line, so that one knows how far it has come."""

    def read(self, size: int | None = -1, /) -> bytes:
        return self.readline(size)

    @property
    def line(self) -> int:
        """The line that was read last, from 1."""
        return self.getvalue().count(b"\n", 0, max(self.tell() - 1, 0)) + 1


def _refuse_doctype(text: str, name: str) -> None:
    """Raises `SourceError` for what lets XML explode or reach out: a document type's entities."""
    if found := re.search(r"<!(?:DOCTYPE|ENTITY)", text):
        message = "a document type and its entities are not read; write the IRIs in full"
        raise SourceError(message, name, *place_at(text, found.start()))


_CLEARER: Final = (
    ("No scheme found", "the IRI is relative; write it in full or with a prefix"),
    ("Unexpected end of file", "what starts here is never closed; close it"),
    ("Unexpected end", "the last statement is not complete; does it lack the '.'?"),
)
"""What pyoxigraph says, and what we say instead."""


def prefixes_of(text: str, name: str) -> dict[str, str]:
    """The prefixes that a Turtle document declares, and what they stand for.

    Raises `SourceError` if one changes its meaning or is one of `PREFIXES` with another meaning,
    if brackets stand deeper in each other than `MAX_DEPTH`, if a literal, an IRI or a comment is
    longer than `MAX_TOKEN`, and for the syntax of RDF 1.2.
    """
    prefixes: dict[str, str] = {}
    depth = 0
    for match in _SCAN.finditer(text):
        fault = ""
        if match.end() - match.start() > MAX_TOKEN:
            fault = f"what starts here is longer than {MAX_TOKEN >> 20} MiB; is a quote missing?"
        elif match[0] in ("[", "("):
            depth += 1
            if depth > MAX_DEPTH:
                fault = f"brackets stand more than {MAX_DEPTH} deep; name the inner nodes"
        elif match[0] in ("]", ")"):
            depth -= 1
        elif match["namespace"] is not None:
            prefix, iri = match["prefix"], unescape(match["namespace"])
            known = prefixes.setdefault(prefix, PREFIXES.get(prefix, iri))
            if known != iri:
                fault = f"prefix {prefix}: stands for <{known}>; choose another for <{iri}>"
        elif match[0] in ("<<", "{|"):
            fault = "a statement about a triple is RDF 1.2; give the statement a node of its own"
        elif match[0].lower().lstrip("@").rstrip() == "prefix":
            fault = "a prefix is declared in the form '@prefix NAME: <IRI> .', without a comment"
        if fault:
            raise SourceError(fault, name, *place_at(text, match.start()))
    return prefixes


# Steps over what cannot hold a bracket or a declaration, stops at those.
_SCAN: Final = re.compile(rf"#[^\n]*+|{STRING}|{PREFIX}|<[^<>\s]*+>|<<|{{\||\\.|[][()]", re.DOTALL)


class _Lists:
    """The RDF lists seen so far; a broken one would send its readers round or astray."""

    def __init__(self) -> None:
        # By the name of the node, which hashes faster than the node.
        self._first: dict[str, ox.Triple] = {}
        self._rest: dict[str, ox.Triple] = {}

    def fault(self, quad: ox.Quad) -> tuple[str, int] | None:
        """Take the quad in if it is part of a list; what is wrong if it cannot be."""
        if quad.predicate == _FIRST:
            part = self._first
        elif quad.predicate == _REST:
            part = self._rest
        else:
            return None
        known = part.setdefault(_name(quad.subject), quad.triple)
        if known.object != quad.object:
            return "the RDF list has two items or two ends in one place; write it as ( … )", 3
        if len(part) > MAX_ITEMS:
            return f"lists hold more than {MAX_ITEMS} items; repeat the property instead", 3
        return None

    def broken(self) -> ox.Triple | None:
        """A triple of a list that is not one chain of pairs down to rdf:nil, or None."""
        for part, other in ((self._first, self._rest), (self._rest, self._first)):
            for node, triple in part.items():
                if node not in other:
                    return triple
        sound = {f"{RDF}nil"}
        for start, triple in self._rest.items():
            chain: dict[str, None] = {}
            node = start
            while node not in sound:
                if node in chain or node not in self._rest:
                    return triple
                chain[node] = None
                node = _name(self._rest[node].object)
            sound.update(chain)
        return None


def _name(node: Term) -> str:
    return node.value if isinstance(node, (ox.BlankNode, ox.NamedNode)) else ""


_FIRST: Final = ox.NamedNode(f"{RDF}first")
_REST: Final = ox.NamedNode(f"{RDF}rest")


# --- terms ------------------------------------------------------------------------------------


def _fault(quad: ox.Quad, *, escapes: bool) -> tuple[str, int] | None:
    """What is wrong with a quad, and in which of its terms, counted from 1.

    With ``escapes`` its texts may hold what the file does not.
    """
    for number, term in enumerate(
        (quad.subject, quad.predicate, quad.object, quad.graph_name), start=1
    ):
        if isinstance(term, ox.NamedNode):
            text = term.value
            fault = iri_fault(text)
        elif isinstance(term, ox.Literal):
            text = term.value
            fault = None if term.language else literal_fault(text, term.datatype.value)
            if term.direction:
                fault = "a text direction is RDF 1.2; leave it out"
        else:
            continue
        if escapes and not fault:
            if hidden := _HIDDEN.search(text):
                fault = f"an escape stands for the {_describe(hidden[0])}; remove it"
            elif not unicodedata.is_normalized("NFC", text):
                fault = "with its escapes resolved is not in Unicode normal form C; convert it"
        if fault:
            return fault, number
    return None


@lru_cache(maxsize=1 << 16)
def iri_fault(iri: str) -> str | None:
    """Why an absolute IRI is refused, or None: only what identifies and never leads inward or runs.

    Allowed are http and https with a host, urn and mailto.
    """
    if _IRI.match(iri):
        return None
    return f"<{iri[:80]}> is no http, https, urn or mailto IRI; use one that is"


_IRI: Final = re.compile(r"https?://[^/?#]|urn:[^:]|mailto:.")
