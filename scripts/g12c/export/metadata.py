"""What the publication says of itself, read from one file, and the files that are made from it.

CITATION.cff follows the Citation File Format 1.2.0, codemeta.json CodeMeta 3.0, .zenodo.json the
deposit metadata of Zenodo.
"""

import datetime
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from ..namespaces import BASE, G12C, PREFIXES
from ..reading import read_file, read_turtle
from ..sources import Sources
from . import Export
from .terms import english, triple, typed

if TYPE_CHECKING:
    from .claims import Dataset

DATASET: Final = f"{BASE}dataset"
"""The dataset in whatever version."""

LICENCES: Final = {
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
"""The SPDX identifiers of the licences used here, and their IRIs."""


@dataclass(frozen=True)
class Article:
    """The review that the claims are taken from; of its authors the family names."""

    title: str
    authors: tuple[str, ...]
    journal: str
    year: int
    doi: str
    pubmed: str

    @property
    def iri(self) -> str:
        """Its DOI as an IRI."""
        return PREFIXES["doi"] + self.doi


@dataclass(frozen=True)
class Metadata:
    """Name, version, people and licences (SPDX identifiers) of this publication."""

    name: str
    version: str
    created: datetime.date
    title: str
    summary: str
    description: str
    keywords: tuple[str, ...]
    creators: tuple[str, ...]
    data_licence: str
    code_licence: str
    article: Article
    ontology: Mapping[str, str]

    @property
    def version_iri(self) -> str:
        """The dataset in this version."""
        return f"{DATASET}/{self.version}"

    @property
    def version_title(self) -> str:
        """What the dataset in this version is called."""
        return f"{self.title}, {self.version}"

    @property
    def ontology_iri(self) -> str:
        """The ontology in whatever version."""
        return G12C.removesuffix("#")


def load() -> Metadata:
    """The metadata of this version."""
    content = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    article = {**content.pop("article")}
    return Metadata(
        keywords=tuple(content.pop("keywords")),
        creators=tuple(content.pop("creators")),
        article=Article(authors=tuple(article.pop("authors")), **article),
        **content,
    )


def files(dataset: "Dataset") -> Export:
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


def header(about: Metadata) -> list[ox.Triple]:
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
    from ..turtle import write

    path = sources.ontology / "g12c.ttl"
    data = read_file(path)
    node = ox.NamedNode(about.ontology_iri)
    terms = [term for term in read_turtle(data, str(path)) if term.subject != node]
    lines = data.decode().partition("\n\n")[0].split("\n")
    comment = "\n".join(line.removeprefix("#").strip() for line in lines if line.startswith("#"))
    return write([*header(about), *terms], comment).encode()


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
