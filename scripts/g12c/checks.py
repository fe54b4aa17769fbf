"""The closure of the namespace: every name that is used is declared, every thing is described.

SHACL judges the nodes that a shape targets, so that a misspelt property or an IRI that leads
nowhere goes unseen by it. These checks look at every triple: of our own graph, where everything is
ours or known, and of a guest's, who has names and terms that we do not know.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from .namespaces import BASE, G12C, PREFIXES, RDF, SH, expand, shorten
from .places import Term

_FOREIGN = {
    "dcterms": "bibliographicCitation created description license title",
    "owl": """AllDisjointClasses AnnotationProperty Class DatatypeProperty NamedIndividual
        ObjectProperty Ontology Restriction SymmetricProperty Thing TransitiveProperty complementOf
        equivalentClass hasValue intersectionOf members onProperty oneOf propertyChainAxiom
        someValuesFrom unionOf versionIRI versionInfo""",
    "prov": "Agent wasAttributedTo",
    "rdf": "first langString nil rest type",
    "rdfs": "domain isDefinedBy label range seeAlso subClassOf subPropertyOf",
    "skos": """altLabel broadMatch closeMatch definition editorialNote exactMatch example
        hiddenLabel narrowMatch notation note relatedMatch scopeNote""",
    "xsd": "date decimal integer string",
}
VOCABULARY = frozenset(
    expand(f"{prefix}:{name}") for prefix, names in _FOREIGN.items() for name in names.split()
)
"""The terms of other vocabularies that the sources use; a new one is added here on purpose."""

_OF_VOCABULARIES = tuple(PREFIXES[prefix] for prefix in (*_FOREIGN, "dcat", "void"))
_OF_OTHERS = tuple(iri for iri in PREFIXES.values() if not iri.startswith(BASE))
_TYPE = ox.NamedNode(f"{RDF}type")
_HIERARCHIES = {expand(name) for name in ("rdfs:subClassOf", "rdfs:subPropertyOf", "skos:broader")}

_LANGUAGES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia
id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo
lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl
ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""The language codes of ISO 639-1."""

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
        "Every property, class and standard term from elsewhere is used on purpose.",
        "Correct the spelling; a term that is right is declared beside the data, or in checks.py.",
    ),
    "subject-is-ours": (
        "Every subject is a name of one's own, not one of somebody else's.",
        "Describe a thing of your own and map it to the other one.",
    ),
    "node-has-a-name": (
        "Every node has an IRI, but for the class expressions and lists of an ontology.",
        "Give the node an IRI.",
    ),
    "node-is-judged": (
        "Every subject has a class that is known here; without one no shape judges it.",
        "Say what it is, such as 'a g12c:Claim'.",
    ),
    "shapes-stand-apart": (
        "Shapes do not stand among the data, where they judge nothing.",
        "Move the shape to shapes/, or take it out.",
    ),
    "scheme-is-one": (
        "A namespace is written with http or with https, not now this way and now that.",
        "Write it as its owner does.",
    ),
    "language-is-registered": (
        "A language tag starts with a two-letter code of ISO 639-1.",
        "Write the code of the language, such as en or en-GB.",
    ),
    "text-is-not-blank": (
        "A text says something.",
        "Write the text, or leave the triple out.",
    ),
    "hierarchy-has-no-circle": (
        "No class, property or concept stands below itself.",
        "Take out one step of the circle.",
    ),
}
"""Rule → (what holds, what to do)."""

ADVICE = frozenset(("node-has-a-name", "node-is-judged", "vocabulary-is-known"))
"""The rules that a guest may break: what is theirs need not be known here."""


@dataclass(frozen=True)
class Problem:
    """One breach of a rule: the subject it was found at, and the term at fault."""

    rule: str
    focus: ox.NamedNode | ox.BlankNode
    predicate: ox.NamedNode | None
    value: Term

    @property
    def message(self) -> str:
        """The rule, and what breaks it."""
        value = self.value
        name = shorten(value.value) if isinstance(value, ox.NamedNode) else str(value)
        return f"{RULES[self.rule][0]} Not so: {name}"


def closure(
    judged: Iterable[ox.Quad], known: ox.Store, names: Iterable[str] = (), *, guest: bool = False
) -> Iterator[Problem]:
    """The breaches in the ``judged`` quads, where ``known`` holds them and all they may refer to.

    ``names`` are IRIs that are described elsewhere, such as those of the stored questions. With
    ``guest`` the quads are not of our own graph.
    """
    judge = _Judge(known, names, guest=guest)
    seen: set[tuple[str, Term, Term]] = set()
    for quad in judged:
        for problem in judge.problems(quad):
            key = (problem.rule, problem.focus, problem.value)
            if key not in seen:
                seen.add(key)
                yield problem


class _Judge:
    def __init__(self, known: ox.Store, names: Iterable[str], *, guest: bool) -> None:
        self._known = known
        self._guest = guest
        self._described = dict.fromkeys(names, True)
        self._judged: dict[ox.NamedNode | ox.BlankNode, bool] = {}
        self._namespaces = set(PREFIXES.values())
        self._seen: set[str] = set()

    def problems(self, quad: ox.Quad) -> Iterator[Problem]:
        """What is wrong with one quad; a rule may be told more than once."""
        subject, predicate, value = quad.triple
        if not isinstance(subject, ox.NamedNode | ox.BlankNode):
            return

        def problem(rule: str, term: Term, path: ox.NamedNode | None = predicate) -> Problem:
            return Problem(rule, subject, path, term)

        in_ontology = _graph(quad).endswith("/ontology")
        for node in (subject, value):
            if isinstance(node, ox.BlankNode) and not in_ontology:
                yield problem("node-has-a-name", node)
        if isinstance(subject, ox.NamedNode) and self._is_foreign(subject.value):
            yield problem("subject-is-ours", subject, None)
        if self._guest and not self._is_judged(subject):
            yield problem("node-is-judged", subject, None)
        for term in (subject, predicate, value):
            node = term.datatype if isinstance(term, ox.Literal) else term
            if isinstance(node, ox.NamedNode) and not self._keeps_scheme(node.value):
                yield problem("scheme-is-one", node)
        for term in (predicate, value):
            node = term.datatype if isinstance(term, ox.Literal) else term
            if isinstance(node, ox.NamedNode):
                is_name = term is predicate or predicate == _TYPE
                if rule := self._unknown(node.value, predicate, is_name=is_name):
                    yield problem(rule, node)
        if isinstance(value, ox.Literal):
            if value.language and value.language.partition("-")[0].lower() not in LANGUAGES:
                yield problem("language-is-registered", value)
            if not value.value.strip():
                yield problem("text-is-not-blank", value)
        elif predicate.value in _HIERARCHIES and self._leads_to(value, predicate, subject):
            yield problem("hierarchy-has-no-circle", value)

    def _is_foreign(self, iri: str) -> bool:
        return iri.startswith(_OF_OTHERS) if self._guest else not iri.startswith(BASE)

    def _is_judged(self, subject: ox.NamedNode | ox.BlankNode) -> bool:
        if subject not in self._judged:
            types = self._known.quads_for_pattern(subject, _TYPE, None, None)
            self._judged[subject] = any(
                isinstance(quad.object, ox.NamedNode)
                and (quad.object.value in VOCABULARY or quad.object.value.startswith(G12C))
                for quad in types
            )
        return self._judged[subject]

    def _keeps_scheme(self, iri: str) -> bool:
        """Whether the namespace of ``iri`` is not known with the other of http and https."""
        if iri in self._seen or not iri.startswith("http"):
            return True
        self._seen.add(iri)
        namespace = iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]
        self._namespaces.add(namespace)
        scheme, colon, rest = namespace.partition(":")
        twin = ("https" if scheme == "http" else "http") + colon + rest
        return twin not in self._namespaces

    def _unknown(self, iri: str, predicate: ox.NamedNode, *, is_name: bool) -> str | None:
        """The rule that a predicate (``is_name``), class (too), datatype or object breaks."""
        if iri.startswith(G12C):
            return None if self._is_described(iri) else "term-is-declared"
        if iri.startswith(BASE):
            described = predicate.value == _VERSION or self._is_described(iri)
            return None if described else "thing-is-described"
        if iri.startswith(SH):
            return "shapes-stand-apart"
        if iri in VOCABULARY or not (is_name or iri.startswith(_OF_VOCABULARIES)):
            return None
        declared = self._guest and self._is_described(iri)
        return None if declared else "vocabulary-is-known"

    def _is_described(self, iri: str) -> bool:
        if iri not in self._described:
            quads = self._known.quads_for_pattern(ox.NamedNode(iri), _TYPE, None, None)
            self._described[iri] = any(True for _ in quads)
        return self._described[iri]

    def _leads_to(self, start: Term, predicate: ox.NamedNode, goal: Term) -> bool:
        """Whether asserted steps of ``predicate`` lead from ``start`` to ``goal``."""
        reached = {start}
        ahead = [start]
        while ahead and goal not in reached:
            node = ahead.pop()
            if isinstance(node, ox.NamedNode | ox.BlankNode):
                for quad in self._known.quads_for_pattern(node, predicate, None, None):
                    if quad.object not in reached and not _graph(quad).endswith("/inferred"):
                        reached.add(quad.object)
                        ahead.append(quad.object)
        return goal in reached


_VERSION = expand("owl:versionIRI")


def _graph(quad: ox.Quad) -> str:
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
