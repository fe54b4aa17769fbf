"""JSON-LD 1.1: one node object a subject, readable without knowing RDF.

The context makes prefixes of ours, and lets a value that is always an IRI, always of one datatype
or always in one language stand as a plain string. It is computed from the whole dataset, so that
every slice has the same one, and stands inside each file, so that no reader has to fetch it.
Numbers stay strings with their datatype: ``5.60`` is not 5.6.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from ..namespaces import PREFIXES, RDF, XSD, shorten
from . import Export
from .claims import Dataset
from .rdf import triples

_TYPE: Final = f"{RDF}type"
_FIRST, _REST, _NIL = (ox.NamedNode(f"{RDF}{name}") for name in ("first", "rest", "nil"))
_STRING: Final = f"{XSD}string"
_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_About = Mapping[_Term, Mapping[str, list[_Term]]]


def jsonld(dataset: Dataset) -> Export:
    """The slice as one flat graph, its context inline."""
    context = _context(dataset)
    about = _by_subject(triples(dataset))
    writer = _Writer(about, context)
    named = sorted((n for n in about if isinstance(n, ox.NamedNode)), key=lambda n: n.value)
    graph = [{"@id": shorten(node.value), **writer.node(node)} for node in named]
    return Export({f"{dataset.stem}.jsonld": _dump({"@context": context, "@graph": graph})})


def context(dataset: Dataset) -> Export:
    """The context by itself, for those who write JSON of their own in our terms."""
    return Export({"context.jsonld": _dump({"@context": _context(dataset)})})


def _dump(content: Mapping[str, Any]) -> bytes:
    # What could end a script element is escaped, so that a page can carry the data.
    text = json.dumps(content, indent=1, ensure_ascii=False).replace("<", "\\u003c")
    return f"{text}\n".encode()


def _context(dataset: Dataset) -> dict[str, Any]:
    values: dict[str, set[tuple[str, str]]] = {}
    prefixes = set()
    for quad in dataset.quads:
        if quad.predicate.value != _TYPE:
            values.setdefault(quad.predicate.value, set()).add(_coercion(quad.object))
        for term in (quad.subject, quad.predicate, quad.object):
            iri = term.datatype if isinstance(term, ox.Literal) else term
            if isinstance(iri, ox.NamedNode) and (short := shorten(iri.value)) != iri.value:
                prefixes.add(short.partition(":")[0])
    prefixes |= {"dcat", "dcterms", "void", "xsd"}  # of the slice's description
    return {
        "@version": 1.1,
        **{
            prefix: {"@id": PREFIXES[prefix], "@prefix": True}
            for prefix in sorted(prefixes, key=lambda name: (name.casefold(), name))
        },
        **{
            shorten(iri): {"@id": iri, key: value}
            for iri, kinds in sorted(values.items())
            if len(kinds) == 1
            for key, value in kinds
            if value != _STRING and shorten(iri) != iri
        },
    }


def _coercion(term: _Term) -> tuple[str, str]:
    """What a context must say of a property for its values to be plain strings."""
    if not isinstance(term, ox.Literal):
        return "@type", "@id"
    if term.language:
        return "@language", term.language
    return "@type", shorten(term.datatype.value) if term.datatype.value != _STRING else _STRING


def _by_subject(content: Iterable[ox.Triple]) -> _About:
    about: dict[_Term, dict[str, list[_Term]]] = {}
    for triple in content:
        about.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(
            triple.object
        )
    return about


class _Writer:
    """Terms as JSON; blank nodes and lists stand where they are used."""

    def __init__(self, about: _About, context: Mapping[str, Any]) -> None:
        self._about = about
        self._terms = context

    def node(self, node: _Term) -> dict[str, Any]:
        about = self._about[node]
        kinds = [shorten(n.value) for n in about.get(_TYPE, ()) if isinstance(n, ox.NamedNode)]
        content: dict[str, Any] = {"@type": _one(sorted(kinds))} if kinds else {}
        for predicate in sorted(about.keys() - {_TYPE}):
            key = shorten(predicate)
            values = [self._value(value, self._terms.get(key, {})) for value in about[predicate]]
            content[key] = _one(sorted(values, key=json.dumps))
        return content

    def _value(self, term: _Term, coerced: Mapping[str, str]) -> Any:
        if isinstance(term, ox.NamedNode) and term != _NIL:
            short = shorten(term.value)
            return short if coerced.get("@type") == "@id" else {"@id": short}
        if isinstance(term, ox.Literal):
            key, value = _coercion(term)
            if value == _STRING or coerced.get(key) == value:
                return term.value
            return {"@value": term.value, key: value}
        items = []
        while term != _NIL:
            about = self._about[term]
            if about.keys() != {_FIRST.value, _REST.value}:
                return self.node(term)
            items += [self._value(about[_FIRST.value][0], {})]
            term = about[_REST.value][0]
        return {"@list": items}


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
