"""What the publication says of itself, read from one file."""

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..namespaces import BASE, G12C, PREFIXES

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
