"""The files of a checkout that repeat the metadata, so that nobody writes it twice.

CITATION.cff follows the Citation File Format 1.2.0, codemeta.json CodeMeta 3.0, .zenodo.json the
deposit metadata of Zenodo.
"""

import json
from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from ..reading import read_file, read_turtle
from ..sources import Sources
from ..turtle import write
from . import Export
from .claims import Dataset
from .metadata import LICENCES, Metadata
from .terms import english, triple, typed


def files(dataset: Dataset) -> Export:
    """The files of a checkout that repeat the metadata, by their paths from its root."""
    about = dataset.metadata
    ontology = _ontology(about, dataset.sources)
    return Export(
        {
            ".zenodo.json": _json(_zenodo(about)),
            "CITATION.cff": _citation(about),
            "codemeta.json": _json(_codemeta(about)),
            "ontology/g12c.ttl": ontology,
        }
    )


def _header(about: Metadata) -> list[ox.Triple]:
    """What the ontology says of itself."""
    iri = about.ontology_iri
    return [
        triple(iri, "rdf:type", "owl:Ontology"),
        triple(iri, "dcterms:title", english(about.ontology["title"])),
        triple(iri, "dcterms:description", english(about.ontology["description"])),
        triple(iri, "dcterms:license", LICENCES[about.data_licence]),
        triple(iri, "owl:versionIRI", f"{iri}/{about.version}"),
        triple(iri, "owl:versionInfo", typed(about.version, "string")),
    ]


def _ontology(about: Metadata, sources: Sources) -> bytes:
    """The file of the ontology with its header made anew; the comment at its top stays."""
    path = sources.ontology / "g12c.ttl"
    data = read_file(path)
    node = ox.NamedNode(about.ontology_iri)
    terms = [term for term in read_turtle(data, str(path)) if term.subject != node]
    lines = data.decode().partition("\n\n")[0].split("\n")
    comment = "\n".join(line.removeprefix("#").strip() for line in lines if line.startswith("#"))
    return write([*_header(about), *terms], comment).encode()


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _citation(about: Metadata) -> bytes:
    import yaml

    article = about.article
    content = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it and the review that it is taken from.",
        "type": "dataset",
        "title": about.title,
        "abstract": about.description,
        "version": about.version,
        "authors": [{"name": name} for name in about.creators],
        "keywords": [*about.keywords],
        "license": [about.data_licence, about.code_licence],
        "references": [
            {
                "type": "article",
                "title": article.title,
                "authors": [{"family-names": name} for name in article.authors],
                "journal": article.journal,
                "year": article.year,
                "doi": article.doi,
            }
        ],
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return text.encode()


def _codemeta(about: Metadata) -> dict[str, Any]:
    return {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": about.name,
        "description": about.summary,
        "version": about.version,
        "dateCreated": about.created.isoformat(),
        "keywords": [*about.keywords],
        "license": [
            f"https://spdx.org/licenses/{name}" for name in (about.code_licence, about.data_licence)
        ],
        "author": [{"@type": "Organization", "name": name} for name in about.creators],
        "programmingLanguage": "Python",
        "runtimePlatform": "Python 3.11",
        "referencePublication": {
            "@type": "schema:ScholarlyArticle",
            "@id": about.article.iri,
            "name": about.article.title,
        },
    }


def _zenodo(about: Metadata) -> dict[str, Any]:
    return {
        "title": about.title,
        "upload_type": "dataset",
        "description": about.description,
        "version": about.version,
        "creators": [{"name": name} for name in about.creators],
        "keywords": [*about.keywords],
        "access_right": "open",
        "license": about.data_licence.lower(),
        "related_identifiers": [
            {
                "identifier": about.article.doi,
                "scheme": "doi",
                "relation": "isDerivedFrom",
                "resource_type": "publication-article",
            }
        ],
    }
