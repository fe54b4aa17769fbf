"""The closure of the namespace: every name that is used is declared, every thing is described.

SHACL judges the nodes that a shape targets, so that a misspelt property or an IRI that leads
nowhere goes unseen by it. These checks look at every triple.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from .namespaces import BASE, G12C, PREFIXES, RDF, expand, shorten

_FOREIGN = {
    "dcterms": "bibliographicCitation created description license title",
    "owl": """AllDisjointClasses AnnotationProperty Class DatatypeProperty NamedIndividual
        ObjectProperty Ontology Restriction SymmetricProperty Thing TransitiveProperty complementOf
        equivalentClass hasValue intersectionOf members onProperty oneOf propertyChainAxiom
        someValuesFrom unionOf versionIRI versionInfo""",
    "prov": "Agent wasAttributedTo",
    "rdf": "first nil rest type",
    "rdfs": "domain isDefinedBy label range seeAlso subClassOf subPropertyOf",
    "skos": """altLabel broadMatch closeMatch definition editorialNote exactMatch example
        hiddenLabel narrowMatch notation note relatedMatch scopeNote""",
    "xsd": "date decimal integer string",
}
VOCABULARY = frozenset(
    expand(f"{prefix}:{name}") for prefix, names in _FOREIGN.items() for name in names.split()
)
"""The terms of other vocabularies that the sources use; a new one is added here on purpose."""

_OF_VOCABULARIES = tuple(PREFIXES[prefix] for prefix in (*_FOREIGN, "sh", "dcat", "void"))
_TYPE = ox.NamedNode(f"{RDF}type")

RULES = {
    "term-is-declared": (
        "Every term of the ontology's namespace that is used is declared there.",
        "Correct the spelling, or declare the term in ontology/g12c.ttl.",
    ),
    "thing-is-described": (
        "Everything of our own that is referred to is described.",
        "Correct the spelling, or describe the thing in its file below graph/.",
    ),
    "vocabulary-is-known": (
        "Every term of a standard vocabulary is one that this project uses on purpose.",
        "Correct the spelling, or add the term to the list in checks.py.",
    ),
    "subject-is-ours": (
        "Every subject is a name of our own, not one of somebody else's.",
        "Describe a thing of our own and map it to the other one.",
    ),
    "node-has-a-name": (
        "Every node has an IRI, but for the class expressions and lists of an ontology.",
        "Give the node an IRI.",
    ),
}
"""Rule → (what holds, what to do)."""


@dataclass(frozen=True)
class Problem:
    """One breach of a rule: the subject it was found at, and the term at fault."""

    rule: str
    focus: ox.NamedNode | ox.BlankNode
    value: ox.NamedNode | ox.BlankNode

    @property
    def message(self) -> str:
        """The rule, and what breaks it."""
        value = self.value
        name = shorten(value.value) if isinstance(value, ox.NamedNode) else str(value)
        return f"{RULES[self.rule][0]} Not so: {name}"


def closure(
    judged: Iterable[ox.Quad], known: ox.Store, names: Iterable[str] = ()
) -> Iterator[Problem]:
    """The breaches in the ``judged`` quads, where ``known`` holds them and all they may refer to.

    ``names`` are IRIs that are described elsewhere, such as those of the stored questions.
    """
    described = dict.fromkeys(names, True)

    def is_described(iri: str) -> bool:
        if iri not in described:
            node = ox.NamedNode(iri)
            described[iri] = any(True for _ in known.quads_for_pattern(node, _TYPE, None, None))
        return described[iri]

    seen: set[Problem] = set()
    for quad in judged:
        for problem in _problems(quad, is_described):
            if problem not in seen:
                seen.add(problem)
                yield problem


def _problems(quad: ox.Quad, is_described: Callable[[str], bool]) -> Iterator[Problem]:
    subject = quad.subject
    if not isinstance(subject, ox.NamedNode | ox.BlankNode):
        return
    in_ontology = quad.graph_name.value.endswith("/ontology")  # type: ignore[union-attr]
    for node in (subject, quad.object):
        if isinstance(node, ox.BlankNode) and not in_ontology:
            yield Problem("node-has-a-name", subject, node)
    if isinstance(subject, ox.NamedNode) and not subject.value.startswith(BASE):
        yield Problem("subject-is-ours", subject, subject)
    for term in (quad.predicate, quad.object):
        node = term.datatype if isinstance(term, ox.Literal) else term
        if not isinstance(node, ox.NamedNode):
            continue
        iri = node.value
        if iri.startswith(G12C):
            if not is_described(iri):
                yield Problem("term-is-declared", subject, node)
        elif iri.startswith(BASE):
            if not is_described(iri) and quad.predicate.value != expand("owl:versionIRI"):
                yield Problem("thing-is-described", subject, node)
        elif iri.startswith(_OF_VOCABULARIES) and iri not in VOCABULARY | {f"{RDF}langString"}:
            yield Problem("vocabulary-is-known", subject, node)
