"""Nodes and edges in KGX TSV under the Biolink Model 4.4, as Monarch, Translator and others merge.

A claim is an edge if Biolink has a predicate that it entails; the claim itself stands in
``original_subject``, ``original_predicate`` and ``original_object``. Two kinds of claims are
withheld although a column could be found for them:

- Hedged, expected and open ones. ``knowledge_level`` says how a statement came about, not how
  surely it is worded, and every reader takes an edge without a qualifier for a fact.
- Denied ones whose Biolink predicate says less than the relation of the claim, or which deny it in
  some context only: not to cause resistance is not the same as not to be associated with it.

``negated`` is ``true`` or empty, which is Biolink's default: kgx reads the word ``false`` as true.
A node stands under its preferred identifier in the spelling of Biolink, or else under our own;
prefixes that Biolink does not know are in ``g12c_prefixes.json``. Things that neither a claim nor a
fact of `_FACTS` ties to another are not there; the report of losses names them.
``publications`` holds the review, which states what the edge says; the papers that it cites there
were not read for it and stay out. ``infores:g12c`` is not registered yet.
"""

import json
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from ..errors import G12cError
from ..namespaces import G12C, RDF, RDFS, SKOS, shorten
from . import ASPECTS, Export, Loss, sift
from .claims import Claim, Dataset, Thing
from .flat import prefixes_of, public_curie, tsv

SOURCE: Final = "infores:g12c"
"""Who says it; not registered yet."""


class _Relation(NamedTuple):
    """A Biolink predicate, whether it says neither more nor less, and what it says of the object.

    ``turned``: the canonical predicate goes from our object to our subject.
    """

    predicate: str
    exact: bool = False
    direction: str = ""
    aspect: str = ""
    turned: bool = False


_RESISTANCE: Final = _Relation("associated_with_resistance_to")
_RELATIONS: Final = {
    "actsIn": _Relation("actively_involved_in"),
    "affects": _Relation("affects", exact=True),
    "binds": _Relation("directly_physically_interacts_with", exact=True),
    "causes": _Relation("causes", exact=True),
    "causesResistanceTo": _RESISTANCE,
    "confersResistanceTo": _RESISTANCE,
    "contributesToResistanceTo": _RESISTANCE,
    "disrupts": _Relation("disrupts", exact=True),
    "drives": _Relation("contributes_to"),
    "foundInResistanceTo": _RESISTANCE,
    "impairsViabilityOf": _Relation("affects"),
    "inDrugClass": _Relation("member_of", exact=True),
    "indirectlyTargets": _Relation("affects"),
    "inhibits": _Relation("affects", direction="decreased", aspect="activity"),
    "linkedToResistanceTo": _RESISTANCE,
    "locatedIn": _Relation("located_in", exact=True),
    "mainFactorIn": _Relation("contributes_to"),
    "maintains": _Relation("affects"),
    "mediates": _Relation("contributes_to"),
    "memberOf": _Relation("member_of", exact=True),
    "partOf": _Relation("has_part", exact=True, turned=True),
    "predictsPoorResponseTo": _RESISTANCE,
    "producedBy": _Relation("contributes_to", turned=True),
    "promotes": _Relation("affects", direction="increased"),
    "reduces": _Relation("affects", direction="decreased"),
    "regulates": _Relation("affects"),
    "suppresses": _Relation("affects", direction="decreased"),
    "sustains": _Relation("affects"),
    "targets": _Relation("affects"),
    "triggers": _Relation("contributes_to"),
    "usedToTreat": _Relation("applied_to_treat", exact=True),
}
"""What each relation of the ontology entails in Biolink."""

_CATEGORIES: Final = {
    "AdverseEvent": "PhenotypicFeature",
    "CellLine": "CellLine",
    "ClinicalTrial": "ClinicalTrial",
    "Cohort": "PopulationOfIndividualOrganisms",
    "Combination": "Treatment",
    "Disease": "Disease",
    # Biolink's Drug is a mixture as it is sold, which a research compound is not.
    "Drug": "ChemicalEntity",
    "DrugClass": "ChemicalEntity",
    "EvidenceType": "EvidenceType",
    "Gene": "Gene",
    "Genotype": "Genotype",
    "Pathway": "Pathway",
    "Process": "BiologicalProcess",
    "Protein": "Protein",
    "ProteinFamily": "ProteinFamily",
}
"""Classes of the ontology; alterations are SequenceVariant, all others NamedThing."""

_PREFIXES: Final = {
    "chembl.compound": "CHEMBL.COMPOUND",
    "hgnc": "HGNC",
    "mesh": "MESH",
    "pubchem.compound": "PUBCHEM.COMPOUND",
    "pubmed": "PMID",
    "reactome": "REACT",
    "rxnorm": "RXCUI",
    "unii": "UNII",
    "drugbank": "DRUGBANK",
    "dbsnp": "DBSNP",
    "clinvar.variation": "CLINVAR",
    "clingen.allele": "CAID",
    "ensembl": "ENSEMBL",
    "uniprot": "UniProtKB",
    "wikidata": "WIKIDATA",
    "wikipathways": "WIKIPATHWAYS",
}
"""Biolink's spelling of prefixes, where it is not that of the Bioregistry."""

_NODE: Final = (
    "id",
    "category",
    "name",
    "description",
    "synonym",
    "xref",
    "hgvs_nomenclature",
    "provided_by",
)
_EDGE: Final = (
    "id",
    "category",
    "subject",
    "predicate",
    "object",
    "negated",
    "qualified_predicate",
    "object_aspect_qualifier",
    "object_direction_qualifier",
    "disease_context_qualifier",
    "population_context_qualifier",
    "has_evidence_of_type",
    "publications",
    "knowledge_level",
    "agent_type",
    "primary_knowledge_source",
    "original_subject",
    "original_predicate",
    "original_object",
)
_CARRIED: Final = frozenset({"evidenceType", "inDisease", "inPopulation", "polarity"})
_FACTS: Final = {
    "alterationOf": "is_sequence_variant_of",
    "componentOfPathway": "actively_involved_in",
    "encodedBy": "gene_product_of",
    "hasAlteration": "has_part",
    "hasComponent": "has_part",
    "narrowerThan": "subclass_of",
    "targets": "affects",
}
"""What is asserted of a thing itself, and what it entails in Biolink.

Not of a combination with one of several drugs: it has none of them for sure.
"""

_HELD: Final = frozenset(
    {
        f"{RDF}type",
        f"{RDFS}label",
        *(f"{SKOS}{name}" for name in ("altLabel", "definition", "exactMatch", "hiddenLabel")),
        *(f"{G12C}{name}" for name in ("hgvs", "preferredIdentifier", "vrsIdentifier")),
    }
)
"""What a node has a column for."""

_IN_HGVS: Final = frozenset(
    f"{G12C}{name}" for name in ("alternativeResidue", "position", "referenceResidue")
)


def kgx(dataset: Dataset) -> Export:
    """What claims say and what is asserted of things themselves as edges, and their nodes.

    Raises `G12cError` if two things would become one node.
    """
    kept, loss = sift(dataset.claims, _CARRIED, _refuse)
    review = f"PMID:{dataset.metadata.article.pubmed}"
    edges = [_edge(claim, review) for claim in kept]
    things = {thing.iri: thing for thing in dataset.things}
    used = {
        thing.iri
        for claim in kept
        for thing in (
            claim.subject,
            claim.object,
            *claim.context.get("inDisease", ()),
            *claim.context.get("inPopulation", ()),
            *claim.evidence,
        )
        if thing
    }
    for thing in things.values():
        for name in _drawn(thing):
            for other in thing.values.get(G12C + name, ()):
                used |= {thing.iri, other}
                edges.append(_fact(thing, name, _FACTS[name], things[other]))
    nodes: dict[str, tuple[str, ...]] = {}
    for iri in sorted(used):
        node = _node(things[iri])
        if node[0] in nodes:
            raise G12cError(f"{iri} and another thing share the preferred identifier {node[0]}")
        nodes[node[0]] = node
    prefixes = {
        "@context": prefixes_of(
            name for node in nodes.values() for name in (node[0], *node[5].split("|"))
        )
    }
    return Export(
        {
            "g12c_prefixes.json": (json.dumps(prefixes, indent=2) + "\n").encode(),
            "g12c_nodes.tsv": tsv(_NODE, nodes.values()).encode(),
            "g12c_edges.tsv": tsv(_EDGE, sorted(edges)).encode(),
        },
        _with_things(loss, things.values(), used),
    )


def _drawn(thing: Thing) -> list[str]:
    """The properties of a thing that are edges."""
    unfit = set()
    if thing.kind != "Disease":
        # For Biolink drug classes and proteins are no classes; a pathway may be part of another.
        unfit.add("narrowerThan")
    if thing.kind in {"Genotype", "PrintedAlteration"}:
        unfit.add("alterationOf")  # the one has alterations, the other is there by mistake
    return [name for name in _FACTS if name not in unfit]


def _with_things(loss: Loss, things: Iterable[Thing], used: Collection[str]) -> Loss:
    """What is lost of claims, and of things."""
    withheld = {thing.iri: "no edge leads to it" for thing in things if thing.iri not in used}
    lost = {}
    for thing in things:
        held = _HELD | {G12C + name for name in _drawn(thing)}
        held |= _IN_HGVS if thing.value("hgvs") else frozenset()
        if (missing := thing.values.keys() - held) and thing.iri in used:
            names = (shorten(name).removeprefix("g12c:") for name in missing)
            lost[thing.iri] = tuple(sorted(names))
    return Loss({**loss.lost, **lost}, {**loss.withheld, **withheld})


def _refuse(claim: Claim) -> str:
    relation = _RELATIONS.get(claim.predicate.removeprefix(G12C))
    if claim.object is None:
        return "gives a name or a number, where an edge needs a node"
    if claim.subject is None:
        return "does not name its subject, where an edge needs a node"
    if relation is None:
        return "Biolink has no predicate that the relation entails"
    if claim.denied and not relation.exact:
        return "denies a relation, and the nearest predicate of Biolink would deny more"
    if claim.denied and claim.aspects & {*ASPECTS["context"]} - _CARRIED:
        return "denies it in a context that an edge has no place for, and so would deny it in all"
    return ""


def _edge(claim: Claim, review: str) -> tuple[str, ...]:
    if not claim.subject or not claim.object:
        raise ValueError(claim.iri)  # _refuse lets none through
    relation = _RELATIONS[claim.predicate.removeprefix(G12C)]
    ends = _identifier(claim.subject), _identifier(claim.object)
    subject, target = reversed(ends) if relation.turned else ends
    return (
        public_curie(claim.iri),
        "biolink:Association",
        subject,
        f"biolink:{relation.predicate}",
        target,
        "true" if claim.denied else "",
        "biolink:causes" if relation.direction else "",
        relation.aspect,
        relation.direction,
        _identifiers(claim.context.get("inDisease", ())),
        _identifiers(claim.context.get("inPopulation", ())),
        _identifiers(claim.evidence),
        review,
        "knowledge_assertion",
        "manual_agent",
        SOURCE,
        public_curie(claim.subject.iri),
        shorten(claim.predicate),
        public_curie(claim.object.iri),
    )


def _fact(subject: Thing, name: str, predicate: str, target: Thing) -> tuple[str, ...]:
    cells = {
        "id": f"{public_curie(subject.iri)}--{name}--{target.iri.rpartition('/')[2]}",
        "category": "biolink:Association",
        "subject": _identifier(subject),
        "predicate": f"biolink:{predicate}",
        "object": _identifier(target),
        "knowledge_level": "knowledge_assertion",
        "agent_type": "manual_agent",
        "primary_knowledge_source": SOURCE,
        "original_subject": public_curie(subject.iri),
        "original_predicate": shorten(G12C + name),
        "original_object": public_curie(target.iri),
    }
    return tuple(cells.get(column, "") for column in _EDGE)


def _node(thing: Thing) -> tuple[str, ...]:
    alteration = "SequenceVariant" if "Alteration" in thing.kinds else "NamedThing"
    same = {_biolink(entry.curie) for entry in thing.entries if entry.relation == "exact"}
    same |= {public_curie(thing.iri), *thing.values.get(f"{G12C}vrsIdentifier", ())}
    identifier = _identifier(thing)
    return (
        identifier,
        f"biolink:{_CATEGORIES.get(thing.kind, alteration)}",
        thing.label,
        thing.definition,
        "|".join((*thing.synonyms, *thing.values.get(f"{SKOS}hiddenLabel", ()))),
        "|".join(sorted(same - {identifier})),
        thing.value("hgvs"),
        SOURCE,
    )


def _identifiers(things: Iterable[Thing]) -> str:
    return "|".join(map(_identifier, things))


def _identifier(thing: Thing) -> str:
    return _biolink(thing.curie) if thing.curie else public_curie(thing.iri)


def _biolink(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return f"{_PREFIXES.get(prefix, prefix)}:{local}"
