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

from ..namespaces import BASE, PREFIXES, PROV, RDF, XSD, shorten
from ..turtle import write
from . import Export
from .claims import SLICES, Dataset
from .metadata import DATASET, LICENCES
from .rdf import DESCRIPTIONS, description, stem, triples

_PREFIXES: Final = {
    **PREFIXES,
    "dctypes": "http://purl.org/dc/dcmitype/",
    "pav": "http://purl.org/pav/",
    "release": f"{BASE}release/",
    "spdx": "http://spdx.org/rdf/terms#",
}

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


def media_type(name: str) -> str:
    """The media type of a file of the release."""
    return MEDIA_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")


def file_iri(dataset: Dataset, name: str) -> str:
    """The IRI of a file of this version of the release."""
    return f"{_PREFIXES['release']}{dataset.metadata.version}/{name}"


def describe(dataset: Dataset) -> Export:
    """The description of the dataset, this version and the files made so far, in Turtle."""
    text = write(
        _description(dataset),
        "What the dataset is, what this version holds, and its files.",
        _PREFIXES,
    )
    return Export({"dataset.ttl": text.encode()})


def _description(dataset: Dataset) -> Iterator[ox.Triple]:
    yield from _levels(dataset)
    for name in SLICES:
        part = replace(dataset, slice=name, canonical=False)
        yield from description(part)
        yield from _statistics(part)
    for name, data in dataset.files.items():
        yield from _file(dataset, name, data)


def _triple(subject: str, predicate: str, value: str | int | ox.Literal) -> ox.Triple:
    """A triple from CURIEs of `_PREFIXES` and IRIs; a number becomes an integer."""
    term: ox.NamedNode | ox.Literal
    if isinstance(value, int):
        term = ox.Literal(str(value), datatype=ox.NamedNode(f"{XSD}integer"))
    else:
        term = value if isinstance(value, ox.Literal) else ox.NamedNode(_iri(value))
    return ox.Triple(ox.NamedNode(_iri(subject)), ox.NamedNode(_iri(predicate)), term)


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return name if local.startswith("//") else _PREFIXES[prefix] + local


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")


def _levels(dataset: Dataset) -> Iterator[ox.Triple]:
    about = dataset.metadata
    version = about.version_iri
    for level in (DATASET, version):
        yield _triple(level, "rdf:type", "dctypes:Dataset")
        yield _triple(level, "rdf:type", "dcat:Dataset")
        yield _triple(level, "dcterms:description", _english(about.description))
        yield _triple(level, "dcterms:license", LICENCES[about.data_licence])
        for word in about.keywords:
            yield _triple(level, "dcat:keyword", _english(word))
        yield from _people(dataset, level, "dcterms:publisher")
    yield _triple(DATASET, "dcterms:title", _english(about.title))
    yield _triple(DATASET, "pav:hasCurrentVersion", version)
    yield _triple(DATASET, "dcat:hasCurrentVersion", version)
    yield _triple(version, "dcterms:title", _english(f"{about.title}, {about.version}"))
    created = ox.Literal(about.created.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    yield _triple(version, "dcterms:created", created)
    yield _triple(version, "dcterms:isVersionOf", DATASET)
    yield _triple(version, "dcat:version", ox.Literal(about.version))
    yield _triple(version, "pav:version", ox.Literal(about.version))
    yield _triple(version, "void:vocabulary", about.ontology_iri)
    yield from _people(dataset, version, "dcterms:creator")
    yield _triple(version, "dcterms:source", about.article.iri)
    yield _triple(version, f"{PROV}wasDerivedFrom", about.article.iri)
    yield _triple(about.article.iri, "dcterms:title", _english(about.article.title))
    for name in SLICES:
        part = f"{version}/{stem(replace(dataset, slice=name, canonical=False))}"
        yield _triple(version, "void:subset", part)
    for name in dataset.files:
        yield _triple(version, "dcat:distribution", file_iri(dataset, name))


def _people(dataset: Dataset, subject: str, role: str) -> Iterator[ox.Triple]:
    for name in dataset.metadata.creators:
        person = f"agent:{name.lower().replace(' ', '-')}"
        yield _triple(subject, role, person)
        yield _triple(person, "rdf:type", "foaf:Organization")
        yield _triple(person, "foaf:name", ox.Literal(name))


def _file(dataset: Dataset, name: str, data: bytes) -> Iterator[ox.Triple]:
    about = dataset.metadata
    file = file_iri(dataset, name)
    checksum = f"{file}#sha256"
    yield _triple(file, "rdf:type", "dctypes:Dataset")
    yield _triple(file, "rdf:type", "dcat:Distribution")
    yield _triple(file, "dcterms:title", ox.Literal(name))
    kind = media_type(name)
    yield _triple(file, "dcterms:format", ox.Literal(kind))
    if kind in MEDIA_TYPES.values():
        media = f"https://www.iana.org/assignments/media-types/{kind}"
        yield _triple(file, "dcat:mediaType", media)
    yield _triple(file, "dcterms:license", LICENCES[about.data_licence])
    yield from _people(dataset, file, "dcterms:creator")
    yield from _people(dataset, file, "dcterms:publisher")
    yield _triple(file, "dcat:byteSize", len(data))
    yield _triple(file, "spdx:checksum", checksum)
    yield _triple(checksum, "rdf:type", "spdx:Checksum")
    yield _triple(checksum, "spdx:algorithm", "spdx:checksumAlgorithm_sha256")
    digest = hashlib.sha256(data).hexdigest()
    hexadecimal = ox.NamedNode(f"{XSD}hexBinary")
    yield _triple(checksum, "spdx:checksumValue", ox.Literal(digest, datatype=hexadecimal))
    words = f"{about.title}, {about.version}: the file {name}."
    for part in SLICES:
        of = stem(replace(dataset, slice=part, canonical=False))
        if name.partition(".")[0] == of:
            words = DESCRIPTIONS[part]
            yield _triple(file, "rdf:type", "void:Dataset")
            yield _triple(f"{about.version_iri}/{of}", "void:dataDump", file)
    yield _triple(file, "dcterms:description", _english(words))


def _statistics(dataset: Dataset) -> Iterator[ox.Triple]:
    """Counts of the slice, its own description among them."""
    content = triples(dataset)
    node = f"{dataset.metadata.version_iri}/{stem(dataset)}"
    kinds = [triple for triple in content if triple.predicate.value == f"{RDF}type"]
    classes = Counter(t.object.value for t in kinds if isinstance(t.object, ox.NamedNode))
    properties = Counter(triple.predicate.value for triple in content)
    yield _triple(node, "void:triples", len(content))
    yield _triple(node, "void:entities", len({triple.subject for triple in kinds}))
    yield _triple(node, "void:distinctSubjects", len({triple.subject for triple in content}))
    yield _triple(node, "void:distinctObjects", len({triple.object for triple in content}))
    yield _triple(node, "void:classes", len(classes))
    yield _triple(node, "void:properties", len(properties))
    for link, name, count, counts in (
        ("void:classPartition", "void:class", "void:entities", classes),
        ("void:propertyPartition", "void:property", "void:triples", properties),
    ):
        for iri, number in counts.items():
            part = f"{node}#{name.partition(':')[2]}-{shorten(iri).replace(':', '-')}"
            yield _triple(node, link, part)
            yield _triple(part, name, iri)
            yield _triple(part, count, number)
