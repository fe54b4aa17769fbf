"""Drafts of evidence items in the manner of CIViC, for a curator to check and submit.

They are drafts: the review is no primary source, so that each is marked as not yet read against the
primary paper, and lists what is missing. A claim becomes a draft if it says that a substitution or
a combination of them makes cells or patients resistant or sensitive to one drug, on evidence of a
level that CIViC has. That a mutation was found in resistant patients is no such claim.
The columns are those of CIViC's evidence downloads, and ours behind them.
"""

from collections.abc import Iterable
from typing import Final

from ..namespaces import G12C, shorten
from . import Export, sift
from .claims import Claim, Dataset, Thing
from .flat import public_curie, tsv

_RELATIONS: Final = {
    "confersResistanceTo": "RESISTANCE",
    "contributesToResistanceTo": "RESISTANCE",
    "retainsActivityAgainst": "SENSITIVITYRESPONSE",
}
"""CIViC's significance for the relations of the ontology; the last goes from drug to alteration."""

_LEVELS: Final = {
    "animal-model": "D",
    "case-report": "C",
    "cell-based-assay": "D",
    "clinical-study": "B",
    "in-vitro-assay": "D",
    "preclinical": "D",
    "xenograft": "D",
}
"""CIViC's level for kinds of evidence: clinical, case study, preclinical."""

_MARK: Final = "not yet read against the primary paper"
_COLUMNS: Final = (
    "molecular_profile",
    "variant_civic_ids",
    "disease",
    "doid",
    "therapies",
    "evidence_type",
    "evidence_direction",
    "evidence_level",
    "significance",
    "evidence_statement",
    "citation_id",
    "source_type",
    "status",
    "to_do",
    "claim",
    "relation",
)
_CARRIED: Final = frozenset({"cites", "evidenceType", "inDisease", "polarity"})


def civic(dataset: Dataset) -> Export:
    """A TSV with one draft a claim."""
    things = {thing.iri: thing for thing in dataset.things}
    kept, loss = sift(dataset.claims, _CARRIED, _refuse)
    text = tsv(_COLUMNS, (_draft(claim, things) for claim in kept))
    return Export({"civic-drafts.tsv": text.encode()}, loss)


def _sides(claim: Claim) -> tuple[Thing | None, Thing | None]:
    """Alteration and drug, whichever way the relation goes."""
    if claim.predicate == f"{G12C}retainsActivityAgainst":
        return claim.object, claim.subject
    return claim.subject, claim.object


def _refuse(claim: Claim) -> str:
    alteration, drug = _sides(claim)
    if claim.predicate.removeprefix(G12C) not in _RELATIONS:
        return "does not say that an alteration brings resistance or sensitivity to a drug"
    if alteration is None or alteration.kind not in {"Genotype", "Substitution"}:
        return "is not about substitutions"
    if drug is None or drug.kind != "Drug":
        return "is not about one drug"
    if not _levels(claim):
        return "rests on evidence for which CIViC has no level"
    return ""


def _levels(claim: Claim) -> list[str]:
    names = (thing.iri.rpartition("/")[2] for thing in claim.evidence)
    return sorted({_LEVELS[name] for name in names if name in _LEVELS})


def _draft(claim: Claim, things: dict[str, Thing]) -> tuple[str, ...]:
    alteration, drug = _sides(claim)
    if not alteration or not drug:
        raise ValueError(claim.iri)  # _refuse lets none through
    parts = [things[iri] for iri in alteration.values.get(f"{G12C}hasAlteration", ())]
    variants = [[entry.curie for entry in part.entries] for part in parts or [alteration]]
    diseases = claim.context.get("inDisease", ())
    papers = [reference.pubmed for reference in claim.cites if reference.pubmed]
    misplaced = "MisplacedCitation" in claim.defects
    missing = [
        ("name the disease", not diseases),
        ("find the primary paper", len(claim.cites) != 1 or not papers or misplaced),
        ("find the variant in CIViC", not all(_local("civic.vid", some) for some in variants)),
        ("weigh the faults of the review's text", bool(claim.defects)),
    ]
    return (
        " AND ".join(part.label for part in parts) or alteration.label,
        "|".join(filter(None, (_local("civic.vid", some) for some in variants))),
        "|".join(thing.label for thing in diseases),
        "|".join(_local("DOID", (e.curie for e in thing.entries)) for thing in diseases),
        drug.label,
        "PREDICTIVE",
        "DOES_NOT_SUPPORT" if claim.denied else "SUPPORTS",
        _levels(claim)[-1],  # the weakest
        _RELATIONS[claim.predicate.removeprefix(G12C)],
        f"The review says: {claim.label}",
        "|".join(papers),
        "PUBMED" if papers else "",
        _MARK,
        "; ".join(["read the primary paper", *(what for what, lacking in missing if lacking)]),
        public_curie(claim.iri),
        shorten(claim.predicate),
    )


def _local(prefix: str, curies: Iterable[str]) -> str:
    """The first identifier with that prefix, without it; empty if there is none."""
    found = (curie for curie in curies if curie.startswith(f"{prefix}:"))
    return next(found, "").removeprefix(f"{prefix}:")
