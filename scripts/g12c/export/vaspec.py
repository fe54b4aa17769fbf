"""Therapeutic-response statements in GA4GH VA-Spec 1.0 (JSON), on VRS 2 alleles.

A statement is made of a claim that a substitution confers resistance to a drug, and of no other:
``predictsResistanceTo`` is more than that a mutation was found in patients who are resistant, that
it contributes, or that a drug still works against it.
A proposition must name a condition. Where the review names no disease, the condition is coded as
not known in the code system that HL7 has for absent data, and matches no disease.
What the standard has no place for is an extension under the name of our property.
"""

import json
from typing import Any, Final

from ..namespaces import G12C, PREFIXES, shorten
from ..vrs import vrs_allele
from . import ESSENTIAL, EVERYTHING, Export, sift
from .claims import Claim, Dataset, Reference, Thing
from .flat import public_curie

_RELATION: Final = f"{G12C}confersResistanceTo"
_CARRIED: Final = EVERYTHING - ESSENTIAL | {"leavesOpen", "polarity"}
_PLACED: Final = {"cites", "inDisease", "object", "polarity", "predicate", "subject"}
_NOT_STATED: Final = {
    "conceptType": "Disease",
    "name": "disease not stated",
    "primaryCoding": {
        "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        "code": "unknown",
        "name": "Unknown",
    },
}


def va_spec(dataset: Dataset) -> Export:
    """A JSON array of statements.

    Raises `G12cError` if a substitution does not fit the sequence of its protein.
    """
    kept, loss = sift(dataset.claims, _CARRIED, _refuse)
    statements = [_statement(claim, dataset) for claim in kept]
    text = json.dumps(statements, indent=2, ensure_ascii=False) + "\n"
    return Export({"va-spec.json": text.encode()}, loss)


def _refuse(claim: Claim) -> str:
    if claim.predicate != _RELATION:
        return "does not say that a variant confers resistance to a drug"
    if claim.subject is None or claim.subject.kind != "Substitution":
        return "is not about one allele"
    if claim.object is None or claim.object.kind != "Drug":
        return "is not about one drug"
    if claim.is_open:
        return "leaves open what it is about, and an extension is easily missed"
    return ""


def _statement(claim: Claim, dataset: Dataset) -> dict[str, Any]:
    if not claim.subject or not claim.object:
        raise ValueError(claim.iri)  # _refuse lets none through
    things = {thing.iri: thing for thing in dataset.things}
    gene = things[claim.subject.value("alterationOf")]
    diseases = [_concept(thing) for thing in claim.context.get("inDisease", ())]
    condition = diseases[0] if len(diseases) == 1 else _any_of(diseases) or _NOT_STATED
    article = dataset.metadata.article
    return {
        "id": claim.iri,
        "type": "Statement",
        "description": claim.label,
        "proposition": {
            "type": "VariantTherapeuticResponseProposition",
            "subjectVariant": _allele(claim.subject, gene, things),
            "geneContextQualifier": _concept(gene),
            "predicate": "predictsResistanceTo",
            "objectTherapeutic": _concept(claim.object),
            "conditionQualifier": condition,
        },
        "direction": "disputes" if claim.denied else "supports",
        "reportedIn": [
            {
                "type": "Document",
                "title": article.title,
                "doi": article.doi,
                "pmid": article.pubmed,
            }
        ],
        "extensions": [
            {"name": "relation", "value": shorten(claim.predicate)},
            {
                "name": "cites",
                "description": "What the review cites; not read against the statement.",
                "value": [_document(reference) for reference in claim.cites],
            },
            *(
                {"name": name, "value": [_plain(value) for value in values]}
                for name, values in sorted(claim.values.items())
                if name not in _PLACED
            ),
        ],
    }


def _allele(variant: Thing, gene: Thing, things: dict[str, Thing]) -> dict[str, Any]:
    protein = next(
        thing
        for thing in things.values()
        if thing.value("sequence") and thing.value("encodedBy") == gene.iri
    )
    allele = vrs_allele(
        protein.value("sequence"),
        int(variant.value("position")),
        variant.value("referenceResidue"),
        variant.value("alternativeResidue"),
        protein.value("sequenceAccession"),
    )
    return {**allele, "name": variant.label, "aliases": [variant.iri]}


def _concept(thing: Thing) -> dict[str, Any]:
    """A thing with its preferred identifier, and its own beside it."""
    own = {"system": _system(thing.iri), "code": public_curie(thing.iri), "iris": [thing.iri]}
    concept: dict[str, Any] = {"conceptType": thing.kind, "name": thing.label}
    if not thing.curie:
        return {**concept, "primaryCoding": own}
    prefix = thing.curie.partition(":")[0]
    coding = {"system": PREFIXES[prefix], "code": thing.curie, "iris": [thing.preferred]}
    mapping = {"coding": own, "relation": "exactMatch"}
    return {**concept, "primaryCoding": coding, "mappings": [mapping]}


def _system(iri: str) -> str:
    return iri[: iri.rindex("/") + 1]


def _any_of(diseases: list[dict[str, Any]]) -> dict[str, Any] | None:
    return {"conditions": diseases, "membershipOperator": "OR"} if diseases else None


def _document(reference: Reference) -> dict[str, str]:
    document = {"type": "Document", "id": reference.iri, "title": reference.citation}
    document |= {"pmid": reference.pubmed} if reference.pubmed else {}
    return document | ({"doi": reference.doi} if reference.doi else {})


def _plain(value: str) -> str:
    return value.removeprefix(G12C)
