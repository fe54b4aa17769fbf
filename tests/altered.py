"""Views of the dataset with other facts in it, for tests of what exporters make of them."""

import dataclasses
from collections.abc import Callable, Iterable

import pyoxigraph as ox
from roundtrip import G12C, dataset

from g12c.export.claims import Dataset


def altered(change: Callable[[ox.Quad], Iterable[ox.Quad]]) -> Dataset:
    """The dataset of this checkout with each quad replaced by what ``change`` gives for it."""
    quads = tuple(new for quad in dataset().quads for new in change(quad))
    return dataclasses.replace(dataset(), quads=quads)


def replaced(iri: str, name: str, value: str) -> Dataset:
    """The dataset in which the value of one property of one subject is another code."""

    def change(quad: ox.Quad) -> Iterable[ox.Quad]:
        if quad.subject == ox.NamedNode(iri) and quad.predicate.value == G12C + name:
            code = ox.NamedNode(G12C + value)
            return [ox.Quad(quad.subject, quad.predicate, code, quad.graph_name)]
        return [quad]

    return altered(change)
