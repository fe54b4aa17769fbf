"""What the build adds to the asserted facts: direct edges, names, identifier links, computed names.

Every rule here is general: none knows a drug or an alteration.
Three graphs come out, and none of them is ever mixed with what is asserted:
``direct`` (an edge ``subject predicate object`` for what claims affirm as a fact), ``derived``
(a readable label for each claim, HGVS and VRS names of substitutions, SKOS links of mappings) and
``inferred`` (what the ontology entails, see `reason`).
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

import pyoxigraph as ox

from .namespaces import G12C, OWL, PREFIXES, RDF, RDFS, XSD, graph_iri
from .reason import Inference, reason
from .vrs import allele_identifier, hgvs

ASSERTED_FOR_REASONING = ("ontology", "things")
"""The asserted graphs that the reasoner sees, beside the direct edges."""

_PROLOGUE = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in ("g12c", "rdfs", "xsd")
)

DIRECT_EDGES = (
    _PROLOGUE
    + """
CONSTRUCT { ?subject ?predicate ?object }
WHERE {
  ?claim a g12c:Claim ;
    g12c:subject ?subject ;
    g12c:predicate ?predicate ;
    g12c:object ?object ;
    g12c:polarity g12c:Affirmed ;
    g12c:certainty g12c:Stated .
  MINUS { ?claim g12c:leavesOpen g12c:WhichDrug }
  MINUS { ?claim g12c:leavesOpen g12c:WhetherIncluded }
  MINUS { ?claim g12c:leavesOpen g12c:WhichPartnerDrug }
  MINUS { ?claim g12c:objectAspect ?aspect }
  MINUS { ?claim g12c:resultingState ?state }
}
"""
)
"""The one rule for direct edges: affirmed, stated as a fact, sure of its subject and object, and
true without what only the claim can say (which aspect of the object, into which state, with which
other drug)."""

_MAPPING_LINKS = (
    _PROLOGUE
    + """
CONSTRUCT { ?thing ?relation ?target }
WHERE {
  ?mapping a g12c:Mapping ;
    g12c:mappedThing ?thing ;
    g12c:mappingRelation ?relation ;
    g12c:mappingTarget ?target .
}
"""
)

_SUBSTITUTIONS = (
    _PROLOGUE
    + """
SELECT ?alteration ?position ?from ?to ?sequence ?accession
WHERE {
  ?alteration a g12c:Substitution ;
    g12c:alterationOf ?gene ;
    g12c:position ?position ;
    g12c:referenceResidue ?from ;
    g12c:alternativeResidue ?to .
  ?protein g12c:encodedBy ?gene ;
    g12c:sequence ?sequence ;
    g12c:sequenceAccession ?accession .
}
"""
)

_STATEMENTS = (
    _PROLOGUE
    + """
SELECT DISTINCT ?statement ?property ?value ?name
WHERE {
  { ?statement a g12c:Claim } UNION { ?statement a g12c:PrintedClaim }
  ?statement ?property ?value .
  OPTIONAL { ?value <http://www.w3.org/2004/02/skos/core#notation> ?name }
  OPTIONAL { ?value rdfs:label ?name }
}
"""
)


def derive(store: ox.Store) -> Iterator[ox.Quad]:
    """Yield the quads of the graphs ``direct`` and ``derived`` for the asserted facts in ``store``.

    Raises `G12cError` if a substitution does not fit the sequence of its protein.
    """
    direct, derived = ox.NamedNode(graph_iri("direct")), ox.NamedNode(graph_iri("derived"))
    for triple in _construct(store, DIRECT_EDGES):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, direct)
    for triple in (
        *_construct(store, _MAPPING_LINKS),
        *_computed_names(store),
        *_claim_labels(store),
    ):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, derived)


def infer(store: ox.Store) -> Inference:
    """Let the reasoner loose on ontology, things and direct edges.

    Things of this graph with different IRIs are different things, which OWL does not assume and the
    reasoner is told here, for the kinds where definitions depend on it: genes and residues.
    """
    graphs = (*ASSERTED_FOR_REASONING, "direct")
    triples = [
        quad.triple
        for name in graphs
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph_iri(name)))
    ]
    return reason((*triples, *_all_different(triples)))


def _construct(store: ox.Store, query: str) -> Iterable[ox.Triple]:
    triples = store.query(query, use_default_graph_as_union=True)
    if not isinstance(triples, ox.QueryTriples):
        raise TypeError(query)
    return triples


def _select(store: ox.Store, query: str) -> ox.QuerySolutions:
    rows = store.query(query, use_default_graph_as_union=True)
    if not isinstance(rows, ox.QuerySolutions):
        raise TypeError(query)
    return rows


def _all_different(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    kinds = {ox.NamedNode(f"{G12C}Gene"), ox.NamedNode(f"{G12C}Residue")}
    members: dict[str, list[ox.NamedNode]] = {}
    for triple in triples:
        typed = triple.predicate.value == f"{RDF}type" and triple.object in kinds
        if typed and isinstance(triple.subject, ox.NamedNode):
            members.setdefault(str(triple.object), []).append(triple.subject)
    different = ox.NamedNode(f"{OWL}differentFrom")
    for nodes in members.values():
        for one, other in combinations(sorted(nodes, key=str), 2):
            yield ox.Triple(one, different, other)


def _computed_names(store: ox.Store) -> Iterator[ox.Triple]:
    text = ox.NamedNode(f"{XSD}string")
    for row in _select(store, _SUBSTITUTIONS):
        position = int(row["position"].value)
        residues = row["from"].value, row["to"].value
        names = {
            "hgvs": hgvs(row["accession"].value, position, *residues),
            "vrsIdentifier": allele_identifier(row["sequence"].value, position, *residues),
        }
        for name, value in names.items():
            yield ox.Triple(
                row["alteration"], ox.NamedNode(G12C + name), ox.Literal(value, datatype=text)
            )


# --- one readable line for each claim ---------------------------------------------------------

_Described = Mapping[str, list[str]]
_NOT_STATED = "a drug not stated"


def _claim_labels(store: ox.Store) -> Iterator[ox.Triple]:
    statements: dict[ox.NamedNode, dict[str, list[str]]] = {}
    for row in _select(store, _STATEMENTS):
        name = row["name"] or row["value"]
        about = statements.setdefault(row["statement"], {})
        about.setdefault(row["property"].value.removeprefix(G12C), []).append(name.value)
    label = ox.NamedNode(f"{RDFS}label")
    for statement, about in statements.items():
        yield ox.Triple(statement, label, ox.Literal(sentence(about), language="en"))


def sentence(about: _Described) -> str:
    """One line for a statement, from its properties (local names) and the labels of their values.

    Polarity and certainty come first, so that no reader and no sort order loses them:
    ``Denied: sotorasib affects PI3K pathway (S031)``.
    """
    marks = ["denied"] if _first(about, "polarity") == "denied" else []
    if _first(about, "certainty") != "stated":
        marks.append(f"{_first(about, 'certainty')} (“{_first(about, 'cue')}”)")
    line = " ".join(
        (
            _aspect(about, "subject", "a drug not stated"),
            _first(about, "predicate"),
            _object(about),
        )
    )
    for name, preposition in _CONTEXT:
        if name in about:
            line += f", {preposition} {' and '.join(sorted(about[name]))}"
    if "qualifier" in about:
        line += f" [{'; '.join(sorted(about['qualifier']))}]"
    if "leavesOpen" in about:
        line += f" [open: {', '.join(sorted(about['leavesOpen']))}]"
    if "contests" in about:
        line += " [contested]"
    prefix = f"{', '.join(marks)}: " if marks else ""
    return f"{prefix[:1].upper()}{prefix[1:]}{line} ({_first(about, 'inSentence')})"


_CONTEXT = (
    ("resultingState", "in state"),
    ("actingOn", "on"),
    ("viaPathway", "via"),
    ("inModelSystem", "in"),
    ("inDisease", "in"),
    ("inGenotype", "with"),
    ("inSetting", "in the setting"),
    ("underTreatment", "under"),
    ("comparedWith", "compared with"),
)
_UNITS = {"": "", "%": "%", "1": "", "{patient}": ""}


def _first(about: _Described, name: str, default: str = "") -> str:
    return min(about.get(name, [default]))


def _aspect(about: _Described, role: str, default: str = "") -> str:
    thing, aspect = _first(about, role, default), _first(about, f"{role}Aspect")
    return f"{aspect} of {thing}" if aspect else thing


def _object(about: _Described) -> str:
    if "object" in about:
        return _aspect(about, "object")
    if "textValue" in about:
        return f"“{_first(about, 'textValue')}”"
    ends = f"{_first(about, 'lowerValue')} to {_first(about, 'upperValue')}"
    unit = _first(about, "unit")
    number = _first(about, "value", ends) + _UNITS.get(unit, f" {unit}")
    whole = " ".join(about[name][0] for name in ("denominator", "denominatorText") if name in about)
    return f"{number} of {whole}" if whole else number
