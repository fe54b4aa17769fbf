"""The pages that are not of one resource, each with its path, title and description."""

from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox

from ..export import release_files
from ..export.claims import Dataset
from ..export.metadata import Metadata
from ..export.rdf import ONTOLOGY
from ..namespaces import BASE, expand
from . import asking, home, lists, matrix, pictures, vocabulary
from .data import Data
from .drawing import Picture
from .layout import At, Page, profile
from .markup import Child, Markup, join, tag
from .matrix import Matrix
from .parts import heading, section
from .rules import rules_page


def pages(data: Data, about: Metadata, content: Matrix, description: bytes = b"") -> list[Page]:
    """All of them; ``description`` is that of the dataset and its release if it is at hand."""
    drawn = pictures.pictures(data, content)
    dataset = _dataset_schema(data, about)
    return [
        Page(
            "index",
            about.title,
            lambda at: home.home(at, content),
            about.description,
            f"{BASE}dataset",
            schema=dataset,
        ),
        Page(
            "matrix",
            "Which alteration, which inhibitor",
            lambda at: _matrix(at, content),
            "Each resistance-linked alteration and KRAS-G12C inhibitor with the claims on the two.",
        ),
        Page(
            "pictures",
            "Pictures",
            lambda at: _pictures(at, content, drawn),
            "Four pictures, with tables.",
        ),
        Page("things", "Things", lists.things, "What the claims are about, by kind."),
        Page("claims", "Claims", lists.claims_page, "All claims, in the order of the article."),
        Page("defects", "Faults of the text", lists.faults, "What is printed, and what is read."),
        Page("findings", "Other sources", lists.findings, "What other sources say on the claims."),
        Page("references", "References", lists.cited, "The reference list of the review."),
        Page(
            "questions", "Questions", lists.questions, "The stored questions, with their answers."
        ),
        Page(
            "sparql",
            "SPARQL",
            asking.sparql,
            "Ask the whole dataset in SPARQL 1.1, inside this page.",
            scripts=("sparql.js",),
        ),
        Page(
            "about",
            "About",
            home.about_page,
            "How to cite, downloads, limits, how to report an error.",
        ),
        Page(
            "ontology",
            "Ontology",
            vocabulary.ontology,
            about.ontology["description"],
            about.ontology_iri,
            schema={"@type": "DefinedTermSet", "version": about.version},
            triples=lambda: data.graph(*ONTOLOGY),
        ),
        rules_page(data.sources),
        Page(
            "dataset",
            "Dataset",
            home.dataset_page,
            about.description,
            f"{BASE}dataset",
            schema=dataset,
            triples=lambda: _described(data, about, description),
        ),
        *(vocabulary.graph_page(data, name) for name in data.graph_sizes),
    ]


def _described(data: Data, about: Metadata, description: bytes) -> list[ox.Triple]:
    text = description or release_files(Dataset(data.quads, data.sources, about))["dataset.ttl"]
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]


def _dataset_schema(data: Data, about: Metadata) -> dict[str, Any]:
    """The dataset after the Bioschemas profile Dataset 1.0."""
    return {
        "@type": "Dataset",
        "identifier": f"{BASE}dataset",
        "version": about.version,
        "dateCreated": about.created.isoformat(),
        "keywords": list(about.keywords),
        "creator": [{"@type": "Organization", "name": name} for name in about.creators],
        "url": f"{BASE}dataset",
        "isBasedOn": {
            "@type": "ScholarlyArticle",
            "@id": about.article.iri,
            "name": about.article.title,
        },
        "distribution": [
            {
                "@type": "DataDownload",
                "name": "The whole dataset in N-Quads",
                "encodingFormat": "application/n-quads",
                "contentUrl": f"{BASE}dataset.nq",
            }
        ],
        "measurementTechnique": "manual curation",
        "size": f"{len(data.quads)} triples",
        "isPartOf": None,
        **profile("Dataset/1.0-RELEASE"),
    }


def _matrix(at: At, content: Matrix) -> Markup:
    return join(
        heading("Which alteration, which inhibitor"),
        matrix.html(at, content),
        matrix.legend(at, content),
        tag("p", "The same as a question: ",
            at.link(expand(f"query:{matrix.QUESTION}")), class_="note"),
        matrix.cells(at, content),
    )  # fmt: skip


def _pictures(at: At, content: Matrix, drawn: Sequence[Picture]) -> Markup:
    parts: list[Child] = [heading("Pictures"), matrix.legend(at, content, matrix.FLAGS)]
    for picture in drawn:
        file = tag("a", "The picture as SVG", href=at.file(f"pictures/{picture.name}.svg"))
        parts.append(
            section(
                at,
                picture.name,
                picture.title,
                tag("p", picture.summary),
                tag("div", picture.draw(at), class_="scroll", tabindex=0, role="region",
                    aria_label=picture.title),
                None if at.single else tag("p", file, class_="note"),
                tag("details", tag("summary", "The same as a table"), picture.table(at)),
            )
        )  # fmt: skip
    return join(*parts)
