"""Triples from CURIEs, for the forms that describe in RDF what they are told in Python."""

import pyoxigraph as ox

from ..namespaces import XSD, expand


def triple(subject: str, predicate: str, value: str | int | ox.Literal) -> ox.Triple:
    """A triple of CURIEs and IRIs; a number becomes an integer."""
    term: ox.NamedNode | ox.Literal
    if isinstance(value, int):
        term = typed(str(value), "integer")
    else:
        term = value if isinstance(value, ox.Literal) else _node(value)
    return ox.Triple(_node(subject), _node(predicate), term)


def english(text: str) -> ox.Literal:
    """A text for people."""
    return ox.Literal(text, language="en")


def typed(text: str, datatype: str) -> ox.Literal:
    """A literal of a datatype of XML Schema, by its local name."""
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def _node(name: str) -> ox.NamedNode:
    """The node of an IRI or a CURIE; raises `KeyError` for a prefix that is not ours."""
    return ox.NamedNode(name if "://" in name else expand(name))
