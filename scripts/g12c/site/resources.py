"""The page of each resource: which kind of page it is, and what its head says of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..namespaces import BASE, SKOS, expand
from . import article, statements, things
from .data import Data
from .layout import At, Page, profile
from .markup import Markup, join, tag
from .parts import definitions, external, head
from .wording import name_of, proposition, sentence

SCHEMA_TYPES: Final[Mapping[str, str]] = {
    "Gene": "Gene",
    "Protein": "Protein",
    "Drug": "Drug",
    "Disease": "MedicalCondition",
    "ClinicalTrial": "MedicalTrial",
    "Organisation": "Organization",
    "Reference": "ScholarlyArticle",
    "Claim": "Claim",
    "PrintedClaim": "Claim",
    "Finding": "Claim",
}
"""Our classes → types of schema.org and Bioschemas; all else is a DefinedTerm."""

_PROFILES: Final = {"Gene": "Gene/1.0-RELEASE", "Protein": "Protein/0.11-RELEASE"}
"""Types → the profile of Bioschemas that their pages keep to."""


def pages(data: Data, nanopubs: Mapping[str, str]) -> list[Page]:
    """The pages of all resources but the terms of the ontology, the questions and the graphs.

    ``nanopubs`` are the paths of the nanopublications by claim.
    """
    own = (expand("query:"), expand("graph:"))
    return [
        _page(data, iri, path, nanopubs.get(iri, ""))
        for iri, path in data.paths.items()
        if "#" not in path and not iri.startswith(own) and iri != f"{BASE}ontology"
    ]


def _page(data: Data, iri: str, path: str, nanopub: str) -> Page:
    kinds = data.kinds(iri)
    known = [kind for kind in _CONTENT if data.is_a(iri, kind)]
    content = _CONTENT[known[0]] if known else things.thing
    statement_like = data.is_a(iri, "Claim") or data.is_a(iri, "PrintedClaim")
    kind = next((SCHEMA_TYPES[kind] for kind in kinds if kind in SCHEMA_TYPES), "DefinedTerm")
    schema: dict[str, Any] = {
        "@type": kind,
        "identifier": iri,
        "alternateName": data.values(iri, "skos:altLabel"),
        "sameAs": data.values(iri, "skos:exactMatch"),
        **(profile(_PROFILES[kind]) if kind in _PROFILES else {}),
    }
    return Page(
        path,
        proposition(data, iri) if statement_like else name_of(data, iri),
        lambda at: content(at, iri),
        sentence(data, iri),
        iri,
        schema=schema,
        triples=lambda: data.description(iri),
        nanopub=nanopub,
    )


def _mapping(at: At, iri: str) -> Markup:
    data = at.data
    return join(
        head(at, iri, name_of(data, iri)),
        definitions(
            (
                ("thing", at.link(data.value(iri, "g12c:mappedThing"))),
                ("identifier", external(data.value(iri, "g12c:mappingTarget"))),
                ("called there", data.value(iri, "g12c:targetLabel")),
                (
                    "how close",
                    tag(
                        "code", "skos:" + data.value(iri, "g12c:mappingRelation").removeprefix(SKOS)
                    ),
                ),
                ("confidence", data.value(iri, "g12c:mappingConfidence")),
                ("seen in", data.value(iri, "g12c:mappingSource")),
            )
        ),
    )


_CONTENT: Final[Mapping[str, Callable[[At, str], Markup]]] = {
    "Claim": statements.claim,
    "PrintedClaim": statements.claim,
    "Finding": statements.finding,
    "EditorialNote": statements.finding,
    "Sentence": article.sentence_page,
    "Section": article.section_page,
    "Reference": article.reference,
    "Defect": article.defect,
    "Mapping": _mapping,
}
