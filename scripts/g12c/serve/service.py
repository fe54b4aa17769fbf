"""What the SPARQL endpoint says of itself: W3C SPARQL 1.1 Service Description, with VoID counts."""

from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from ..export.metadata import DATASET, LICENCES, Metadata
from ..export.terms import triple

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

    Nodes within it have IRIs below the endpoint's, so that it has no blank nodes. Raises
    `ValueError` if the URL is no IRI.
    """
    return list(_described(endpoint, about, graphs))


def _described(endpoint: str, about: Metadata, graphs: Mapping[str, int]) -> Iterator[ox.Triple]:
    service, dataset = f"{endpoint}#service", f"{endpoint}#dataset"
    yield triple(service, "rdf:type", "sd:Service")
    yield triple(service, "sd:endpoint", endpoint)
    yield triple(service, "sd:supportedLanguage", "sd:SPARQL11Query")
    yield triple(service, "sd:feature", "sd:UnionDefaultGraph")
    for name in _FORMATS:
        yield triple(service, "sd:resultFormat", f"http://www.w3.org/ns/formats/{name}")
    yield triple(service, "dcterms:license", LICENCES[about.data_licence])
    yield triple(service, "sd:defaultDataset", dataset)
    yield triple(dataset, "rdf:type", "sd:Dataset")
    yield triple(dataset, "rdfs:seeAlso", DATASET)
    for graph, triples in graphs.items():
        node = f"{endpoint}#{graph.rpartition('/')[2]}"
        yield triple(dataset, "sd:namedGraph", node)
        yield triple(node, "rdf:type", "sd:NamedGraph")
        yield triple(node, "sd:name", graph)
        yield triple(node, "sd:graph", f"{node}-graph")
        yield triple(f"{node}-graph", "rdf:type", "sd:Graph")
        yield triple(f"{node}-graph", "void:triples", triples)
