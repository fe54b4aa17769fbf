"""The description of the dataset, for catalogues and for those who plan a query.

Three levels as in the W3C HCLS profile: the dataset, this version of it, and each file. Files carry
size and checksum (DCAT 3, SPDX); slices carry counts by class and by property (VoID), computed
from what they hold.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

import pyoxigraph as ox

from ..namespaces import PREFIXES, RDF, shorten
from ..turtle import write
from . import Export
from .claims import SLICES, Dataset, stem
from .metadata import DATASET, LICENCES
from .rdf import DESCRIPTIONS, description, triples
from .terms import english, triple, typed

MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".nq": "application/n-quads",
    ".nt": "application/n-triples",
    ".owl": "application/rdf+xml",
    ".trig": "application/trig",
    ".tsv": "text/tab-separated-values",
    ".ttl": "text/turtle",
}
"""IANA media types by the end of the file's name."""

_DUMPS: Final = (".jsonld", ".nq", ".nt", ".trig", ".ttl")
"""Files of these kinds hold a slice if they are named after it."""


def media_type(name: str) -> str:
    """The media type of a file of the release."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")


def file_iri(dataset: Dataset, name: str) -> str:
    """The IRI of a file of this version of the release."""
    return f"{PREFIXES['release']}{dataset.metadata.version}/{name}"


def describe(dataset: Dataset) -> Export:
    """The description of the dataset, this version and the files made so far, in Turtle."""
    text = write(
        _description(dataset),
        "What the dataset is, what this version holds, and its files.",
    )
    return Export({"dataset.ttl": text.encode()})


def _description(dataset: Dataset) -> Iterator[ox.Triple]:
    yield from _levels(dataset)
    for name in SLICES:
        part = replace(dataset, slice=name)
        yield from description(part)
        yield from _statistics(part)
    for name, data in dataset.files.items():
        yield from _file(dataset, name, data)


def _levels(dataset: Dataset) -> Iterator[ox.Triple]:
    about = dataset.metadata
    version = about.version_iri
    for level in (DATASET, version):
        yield triple(level, "rdf:type", "dctypes:Dataset")
        yield triple(level, "rdf:type", "dcat:Dataset")
        yield triple(level, "dcterms:description", english(about.description))
        yield triple(level, "dcterms:license", LICENCES[about.data_licence])
        for word in about.keywords:
            yield triple(level, "dcat:keyword", english(word))
        yield from _people(dataset, level, "dcterms:publisher")
    yield triple(DATASET, "dcterms:title", english(about.title))
    yield triple(DATASET, "pav:hasCurrentVersion", version)
    yield triple(DATASET, "dcat:hasCurrentVersion", version)
    yield triple(version, "dcterms:title", english(about.version_title))
    yield triple(version, "dcterms:created", typed(about.created.isoformat(), "date"))
    yield triple(version, "dcterms:isVersionOf", DATASET)
    yield triple(version, "dcat:version", ox.Literal(about.version))
    yield triple(version, "pav:version", ox.Literal(about.version))
    yield triple(version, "void:vocabulary", about.ontology_iri)
    yield from _people(dataset, version, "dcterms:creator")
    yield triple(version, "dcterms:source", about.article.iri)
    yield triple(version, "prov:wasDerivedFrom", about.article.iri)
    yield triple(about.article.iri, "dcterms:title", english(about.article.title))
    for name in SLICES:
        yield triple(version, "void:subset", f"{version}/{stem(name)}")
    for name in dataset.files:
        yield triple(version, "dcat:distribution", file_iri(dataset, name))


def _people(dataset: Dataset, subject: str, role: str) -> Iterator[ox.Triple]:
    for name in dataset.metadata.creators:
        person = f"agent:{name.lower().replace(' ', '-')}"
        yield triple(subject, role, person)
        yield triple(person, "rdf:type", "foaf:Organization")
        yield triple(person, "foaf:name", ox.Literal(name))


def _file(dataset: Dataset, name: str, data: bytes) -> Iterator[ox.Triple]:
    about = dataset.metadata
    file = file_iri(dataset, name)
    checksum = f"{file}#sha256"
    yield triple(file, "rdf:type", "dctypes:Dataset")
    yield triple(file, "rdf:type", "dcat:Distribution")
    yield triple(file, "dcterms:title", ox.Literal(name))
    kind = media_type(name)
    yield triple(file, "dcterms:format", ox.Literal(kind))
    if kind in MEDIA_TYPES.values():
        media = f"https://www.iana.org/assignments/media-types/{kind}"
        yield triple(file, "dcat:mediaType", media)
    yield triple(file, "dcterms:license", LICENCES[about.data_licence])
    yield from _people(dataset, file, "dcterms:creator")
    yield from _people(dataset, file, "dcterms:publisher")
    yield triple(file, "dcat:accessURL", file)  # DCAT-AP wants both, also where they are one
    yield triple(file, "dcat:downloadURL", file)
    yield triple(file, "dcat:byteSize", typed(str(len(data)), "nonNegativeInteger"))
    yield triple(file, "spdx:checksum", checksum)
    yield triple(checksum, "rdf:type", "spdx:Checksum")
    yield triple(checksum, "spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    digest = hashlib.sha256(data).hexdigest()
    yield triple(checksum, "spdx:checksumValue", typed(digest, "hexBinary"))
    words = f"{about.version_title}: the file {name}."
    for part in SLICES:
        if name in {f"{stem(part)}{suffix}" for suffix in _DUMPS}:
            words = DESCRIPTIONS[part]
            yield triple(file, "rdf:type", "void:Dataset")
            yield triple(f"{about.version_iri}/{stem(part)}", "void:dataDump", file)
    yield triple(file, "dcterms:description", english(words))


def _statistics(dataset: Dataset) -> Iterator[ox.Triple]:
    """Counts of the slice, its own description among them."""
    content = triples(dataset)
    node = f"{dataset.metadata.version_iri}/{dataset.stem}"
    kinds = [t for t in content if t.predicate.value == f"{RDF}type"]
    classes = Counter(t.object.value for t in kinds if isinstance(t.object, ox.NamedNode))
    properties = Counter(t.predicate.value for t in content)
    yield triple(node, "void:triples", len(content))
    yield triple(node, "void:entities", len({t.subject for t in kinds}))
    yield triple(node, "void:distinctSubjects", len({t.subject for t in content}))
    yield triple(node, "void:distinctObjects", len({t.object for t in content}))
    yield triple(node, "void:classes", len(classes))
    yield triple(node, "void:properties", len(properties))
    for link, name, count, counts in (
        ("void:classPartition", "void:class", "void:entities", classes),
        ("void:propertyPartition", "void:property", "void:triples", properties),
    ):
        for iri, number in counts.items():
            part = f"{node}#{name.partition(':')[2]}-{shorten(iri).replace(':', '-')}"
            yield triple(node, link, part)
            yield triple(part, name, iri)
            yield triple(part, count, number)
