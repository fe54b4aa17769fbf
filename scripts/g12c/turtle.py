"""The house spelling of Turtle: one spelling for one graph, made for reading and for diffs.

Prefixes sorted and only those used; subjects sorted, each alone on its line; ``a`` first, then the
names, definition and notes, then the rest by name; one triple a line, so that a changed fact is a
changed line; every line ends in ``;`` and the dot stands alone. Blank nodes and lists stand where
they are used, on one line if they fit. Literals keep their lexical form to the letter.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from .errors import HIDDEN, G12cError, SourceError
from .namespaces import G12C, PREFIXES, RDF, RDFS, SKOS, XSD, shorten_with
from .places import Term, comments, place_at, place_of
from .reading import MAX_DEPTH, prefixes_of, read_turtle

WIDTH: Final = 100
"""The longest line that a blank node or a list is written on."""

INDENT: Final = "    "

MAX_REPEATS: Final = 64
"""How many items of a list may be repetitions; telling equal cells apart takes cubic time."""


class BlankNodeError(G12cError):
    """A blank node has no place of its own in the house spelling; it needs an IRI.

    ``triple`` is where it is used.
    """

    def __init__(self, message: str, triple: ox.Triple) -> None:
        super().__init__(message, triple)
        self.triple = triple


def format_file(text: str, name: str) -> str:
    """A Turtle document in the house spelling, saying exactly what it said before.

    The comments at its top stay; prefixes of its own that it needs stay. Raises `SourceError`,
    with ``name`` as the file, if the document is faulty, if a comment further down would be lost
    and if a blank node would need a label.
    """
    triples = read_turtle(text.encode("utf-8", "surrogatepass"), name)
    header = []
    top = 0
    for offset, comment in comments(text):
        if text[top:offset].strip():
            message = (
                "a comment below the top of the file would be lost; make it skos:editorialNote"
            )
            raise SourceError(message, name, *place_at(text, offset))
        header.append(comment.removeprefix("#").removeprefix(" ").rstrip())
        top = offset + len(comment)
    ours = set(PREFIXES.values())
    declared = prefixes_of(text, name)
    theirs = {prefix: iri for prefix, iri in declared.items() if iri not in ours}
    try:
        result = write(triples, "\n".join(header), {**theirs, **PREFIXES})
    except BlankNodeError as error:
        raise SourceError(str(error), name, *place_of(text, *error.triple)) from None
    if _canonical(read_turtle(result.encode(), name)) != _canonical(triples):
        raise G12cError(f"{name}: the house spelling would change its meaning; report this fault")
    return result


def _canonical(triples: Iterable[ox.Triple]) -> ox.Dataset:
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def write(
    triples: Iterable[ox.Triple], header: str = "", prefixes: Mapping[str, str] = PREFIXES
) -> str:
    """A graph in the house spelling, below a comment with the lines of ``header``.

    Raises `BlankNodeError` for a blank node that would need a label: used twice, part of a circle,
    more than `MAX_DEPTH` deep, or the twin of another in the same place.
    """
    writer = _Writer(triples, prefixes)
    subjects = writer.subjects()
    lines = [f"# {line}".rstrip() for line in header.split("\n")] if header else []
    blocks = ["\n".join(lines)] if lines else []
    if used := writer.used_prefixes():
        blocks.append("\n".join(f"@prefix {prefix}: <{prefixes[prefix]}> ." for prefix in used))
    return "\n\n".join([*blocks, *subjects]) + "\n"


class _Writer:
    """A graph, and the spelling of those of its terms that were written so far."""

    def __init__(self, triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes
        self._used_prefixes: set[str] = set()
        self._about: defaultdict[Term, list[ox.Triple]] = defaultdict(list)
        self._uses: dict[Term, ox.Triple] = {}
        self._texts: dict[Term, str] = {}
        for triple in set(triples):
            self._about[triple.subject].append(triple)
            if isinstance(triple.object, ox.BlankNode):
                if triple.object in self._uses:
                    raise BlankNodeError("a blank node is used twice; give it an IRI", triple)
                self._uses[triple.object] = triple

    def used_prefixes(self) -> list[str]:
        """The prefixes of all that was written so far, sorted."""
        return sorted(self._used_prefixes, key=lambda prefix: (prefix.casefold(), prefix))

    def subjects(self) -> list[str]:
        """The blocks of the document, one a subject: IRIs in order, then nodes without a name."""
        named = [node for node in self._about if isinstance(node, ox.NamedNode)]
        nameless: list[Term] = [
            node
            for node in self._about
            if isinstance(node, ox.BlankNode) and node not in self._uses
        ]
        blocks = [
            f"{self._text(node)}\n{self._statements(node, INDENT)}."
            for node in sorted(named, key=lambda node: node.value)
        ]
        nameless.sort(key=self._text)
        for node, other in pairwise(nameless):
            self._tell_apart(node, other, self._about[node][0])
        blocks += [f"[]\n{self._statements(node, INDENT)}." for node in nameless]
        for node, triple in self._uses.items():
            if node not in self._texts:
                raise BlankNodeError("blank nodes form a circle; give one an IRI", triple)
        return blocks

    def _statements(self, node: Term, indent: str) -> str:
        return "".join(
            f"{indent}{predicate} {self._layout(value, indent, len(indent + predicate) + 1)} ;\n"
            for predicate, value in self._pairs(node)
        )

    def _layout(self, term: Term, indent: str, column: int) -> str:
        """The text of a term that starts in a column: on one line, or on several if too long."""
        text = self._text(term)
        if not isinstance(term, ox.BlankNode):
            return text
        if column + len(text) + len(" ;") <= WIDTH and "\n" not in text:
            return text
        inner = indent + INDENT
        cells = self._cells(term)
        if cells is None:
            return f"[\n{self._statements(term, inner)}{indent}]"
        items = (self._layout(item, inner, len(inner)) for item in cells.values())
        return "(\n" + "".join(f"{inner}{item}\n" for item in items) + f"{indent})"

    def _text(self, term: Term, depth: int = 0) -> str:
        """A term on one line, but for line feeds in literals; equal only for equal terms."""
        text = self._texts.get(term)
        if text is None:
            if isinstance(term, ox.NamedNode):
                text = "()" if term == _NIL else self._name(term.value)
            elif isinstance(term, ox.Literal):
                text = self._literal(term)
            elif isinstance(term, ox.BlankNode):
                text = self._nested(term, depth + 1)
            else:
                raise G12cError("a triple as a term is RDF 1.2; Turtle here is RDF 1.1")
            self._texts[term] = text
        return text

    def _nested(self, node: ox.BlankNode, depth: int) -> str:
        if depth > MAX_DEPTH:
            message = f"blank nodes stand more than {MAX_DEPTH} deep; give one an IRI"
            raise BlankNodeError(message, self._uses[node])
        cells = self._cells(node)
        if cells is not None:
            self._texts.update(dict.fromkeys(cells, "()"))
            items = [self._text(item, depth) for item in cells.values()]
            if len(items) - len(set(items)) > MAX_REPEATS:
                message = (
                    f"a list repeats its items more than {MAX_REPEATS} times; write it otherwise"
                )
                raise BlankNodeError(message, self._uses[node])
            return f"( {' '.join(items)} )"
        pairs = self._pairs(node, depth)
        inside = " ; ".join(f"{predicate} {self._text(value, depth)}" for predicate, value in pairs)
        return f"[ {inside} ]" if inside else "[]"

    def _pairs(self, node: Term, depth: int = 0) -> list[tuple[str, Term]]:
        """(predicate, object) of a node, in order."""
        pairs = []
        for triple in self._about.get(node, ()):
            rank = _RANKS.get(triple.predicate, len(_RANKS))
            predicate = "a" if rank == 0 else self._text(triple.predicate)
            pairs.append((rank, predicate, self._text(triple.object, depth), triple))
        pairs.sort(key=lambda pair: pair[:3])
        for pair, other in pairwise(pairs):
            if pair[1] == other[1]:
                self._tell_apart(pair[3].object, other[3].object, pair[3])
        return [(predicate, triple.object) for _, predicate, _, triple in pairs]

    def _tell_apart(self, node: Term, other: Term, triple: ox.Triple) -> None:
        if self._text(node) == self._text(other):
            raise BlankNodeError("a blank node says what another says; leave one out", triple)

    def _cells(self, first: Term) -> dict[Term, Term] | None:
        """The cells of a list and their items, or None if the node is no list and nothing else."""
        cells: dict[Term, Term] = {}
        node = first
        while node != _NIL:
            parts = {triple.predicate: triple.object for triple in self._about.get(node, ())}
            if not isinstance(node, ox.BlankNode) or parts.keys() != {_FIRST, _REST}:
                return None
            if len(self._about[node]) > len(parts):
                return None
            cells[node], node = parts[_FIRST], parts[_REST]
        return cells

    def _literal(self, literal: ox.Literal) -> str:
        value, datatype = literal.value, literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(value):
            return value
        if "\n" in value:
            # A quote is escaped if the next character is another one, or the end.
            inside = re.sub(r'"(?="|\Z)', r"\"", value.replace("\\", "\\\\"))
            quotes = '"""'
        else:
            inside = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
            quotes = '"'
        text = f"{quotes}{_HIDDEN.sub(_escape, inside)}{quotes}"
        if literal.direction:
            raise G12cError("a text direction is RDF 1.2; Turtle here is RDF 1.1")
        if literal.language:
            return f"{text}@{literal.language}"
        return text if datatype == f"{XSD}string" else f"{text}^^{self._name(datatype)}"

    def _name(self, iri: str) -> str:
        found = shorten_with(iri, self._prefixes)
        if found is None:
            return f"<{iri}>"
        self._used_prefixes.add(found[0])
        return ":".join(found)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


_HIDDEN: Final = re.compile(f"[{HIDDEN}]")
_FIRST: Final = ox.NamedNode(f"{RDF}first")
_REST: Final = ox.NamedNode(f"{RDF}rest")
_NIL: Final = ox.NamedNode(f"{RDF}nil")

# Literals that Turtle writes without quotes: only such lexical forms as rdflib leaves alone, which
# turns 042 into 42, .5 into 0.5 and 0.0000001 into 1E-7, but only where they have no quotes.
_BARE: Final = {
    f"{XSD}{name}": re.compile(pattern)
    for name, pattern in {
        "boolean": r"true|false",
        "decimal": r"(?!-?0\.0{6}[0-9])-?(?:0|[1-9][0-9]*)\.[0-9]+",
        "double": r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+",
        "integer": r"0|-?[1-9][0-9]*",
    }.items()
}

# The predicates that come first, in this order.
_RANKS: Final = {
    ox.NamedNode(iri): rank
    for rank, iri in enumerate(
        [
            f"{RDF}type",
            f"{RDFS}label",
            f"{SKOS}prefLabel",
            f"{SKOS}altLabel",
            f"{SKOS}definition",
            f"{RDFS}comment",
            f"{SKOS}note",
            f"{SKOS}scopeNote",
            f"{SKOS}example",
            f"{SKOS}editorialNote",
            f"{SKOS}historyNote",
            f"{SKOS}changeNote",
            f"{G12C}subject",
            f"{G12C}predicate",
            f"{G12C}object",
        ]
    )
}
