"""What the SPARQL endpoint says of itself: W3C SPARQL 1.1 Service Description, with VoID counts."""

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from ..export.metadata import LICENCES, Metadata
from ..namespaces import BASE, XSD, expand

_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)
"""Local names of https://www.w3.org/ns/formats/."""


def describe(endpoint: str, about: Metadata, graphs: Mapping[str, int]) -> list[ox.Triple]:
    """The description for the URL of the endpoint; ``graphs`` are named graphs and their triples.

    Nodes within it have IRIs below the endpoint's, so that it has no blank nodes.
    """
    return [
        ox.Triple(ox.NamedNode(s), ox.NamedNode(p), o) for s, p, o in _rows(endpoint, about, graphs)
    ]


def _rows(
    endpoint: str, about: Metadata, graphs: Mapping[str, int]
) -> Iterator[tuple[str, str, ox.NamedNode | ox.Literal]]:
    service, dataset = f"{endpoint}#service", f"{endpoint}#dataset"

    def say(
        subject: str, prop: str, value: str | int
    ) -> tuple[str, str, ox.NamedNode | ox.Literal]:
        if isinstance(value, int):
            term: ox.NamedNode | ox.Literal = ox.Literal(
                str(value), datatype=ox.NamedNode(f"{XSD}integer")
            )
        else:
            term = ox.NamedNode(value if "://" in value else expand(value))
        return subject, expand(prop), term

    yield say(service, "rdf:type", "sd:Service")
    yield say(service, "sd:endpoint", endpoint)
    yield say(service, "sd:supportedLanguage", "sd:SPARQL11Query")
    yield say(service, "sd:feature", "sd:UnionDefaultGraph")
    for name in _FORMATS:
        yield say(service, "sd:resultFormat", f"http://www.w3.org/ns/formats/{name}")
    yield say(service, "dcterms:license", LICENCES[about.data_licence])
    yield say(service, "sd:defaultDataset", dataset)
    yield say(dataset, "rdf:type", "sd:Dataset")
    yield say(dataset, "rdfs:seeAlso", f"{BASE}dataset")
    for graph, triples in graphs.items():
        node = f"{endpoint}#{graph.rpartition('/')[2]}"
        yield say(dataset, "sd:namedGraph", node)
        yield say(node, "rdf:type", "sd:NamedGraph")
        yield say(node, "sd:name", graph)
        yield say(node, "sd:graph", f"{node}-graph")
        yield say(f"{node}-graph", "rdf:type", "sd:Graph")
        yield say(f"{node}-graph", "void:triples", triples)
