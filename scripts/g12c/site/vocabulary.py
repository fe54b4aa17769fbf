"""The words and the graphs: the page of the ontology, and one of each named graph."""

from typing import Final

import pyoxigraph as ox

from ..namespaces import G12C, expand, graph_iri
from .data import Data, natural
from .home import GRAPHS
from .layout import At, Page, in_row
from .markup import Child, Markup, join, tag
from .parts import definitions, heading, outlined, table, term
from .wording import counted

_OWN_FACTS: Final = {
    "rdfs:subClassOf": "kind of",
    "rdfs:subPropertyOf": "special case of",
    "rdfs:domain": "said of",
    "rdfs:range": "leads to",
    "skos:scopeNote": "scope",
    "skos:example": "example",
    "skos:editorialNote": "note",
    "skos:exactMatch": "exact match",
    "skos:closeMatch": "close match",
    "skos:broadMatch": "broader match",
    "skos:narrowMatch": "narrower match",
    "skos:relatedMatch": "related match",
}
"""What is told of a term, each with the words before it."""


_TERM_KINDS: Final = (
    ("owl:Class", "Classes"),
    ("owl:ObjectProperty", "Relations"),
    ("owl:DatatypeProperty", "Values"),
    ("owl:AnnotationProperty", "Annotations"),
    ("owl:NamedIndividual", "Codes"),
    ("owl:AllDisjointClasses", "Disjointness"),
)


def ontology(at: At) -> Markup:
    """Every term with its definition, examples, use and alignments."""
    data = at.data
    terms = [iri for iri in data.paths if iri.startswith(G12C) and iri in data.said]
    uses: dict[str, int] = {}
    vocabulary = ox.NamedNode(graph_iri("ontology"))
    for quad in data.quads:
        for iri in {quad.predicate.value, getattr(quad.object, "value", "")}:
            if iri.startswith(G12C) and quad.graph_name != vocabulary:
                uses[iri] = uses.get(iri, 0) + 1
    parts: list[tuple[str, str, Child]] = []
    for kind, name in _TERM_KINDS:
        members = sorted(
            (iri for iri in terms if expand(kind) in data.values(iri, "rdf:type")),
            key=lambda iri: (natural(data.label(iri)), iri),
        )
        entries = [_term(at, iri, uses.get(iri, 0)) for iri in members]
        parts.append((f"of-{kind.rpartition(':')[2]}", name, entries))
    return join(
        heading(at.about.ontology["title"]),
        tag("p", at.about.ontology["description"], class_="lead"),
        tag("p", "What the data must keep to beyond these words: the ",
            tag("a", "rules", href=at.href("shapes")), "."),
        outlined(at, parts),
    )  # fmt: skip


def _term(at: At, iri: str, uses: int) -> Markup:
    data = at.data
    local = data.paths[iri].partition("#")[2]
    rows: list[tuple[Child, Child]] = []
    for prop, name in _OWN_FACTS.items():
        values = [
            term(at, said.value)
            for said in data.said[iri]
            if said.prop == expand(prop) and said.graph in {"ontology", "alignments"}
        ]
        rows.append((name, in_row(values)))
    below = [
        *data.subjects("rdfs:subClassOf", iri),
        *data.subjects("rdfs:subPropertyOf", iri),
    ]
    rows.append(("above", at.links(sorted(below, key=data.label))))
    if data.values(iri, "owl:equivalentClass"):
        rows.append(("defined", "by an expression, see the Turtle"))
    rows.append(("in use", counted(uses, "time")))
    return tag(
        "article",
        tag("h3", data.label(iri), " ", tag("code", f"g12c:{local}"), id=at.id(local)),
        tag("p", data.value(iri, "skos:definition")),
        definitions(rows),
        class_="term",
    )  # fmt: skip


def graph_page(data: Data, name: str) -> Page:
    """The page of a named graph."""
    iri = graph_iri(name)

    def content(at: At) -> Markup:
        triples = [said for rows in data.said.values() for said in rows if said.graph == name]
        kinds: dict[str, int] = {}
        for said in triples:
            if said.prop == expand("rdf:type"):
                kinds[said.text] = kinds.get(said.text, 0) + 1
        rows = [[at.link(kind), str(count)] for kind, count in sorted(kinds.items())]
        return join(
            heading(f"Graph {name}", "named graph"),
            tag("p", f"It holds {GRAPHS.get(name, 'facts')}: {counted(len(triples), 'triple')}.",
                class_="lead"),
            table(["class", "members"], rows, "What is in it") if rows else None,
            tag("p", tag("a", "All named graphs", href=at.href("dataset"))),
        )  # fmt: skip

    return Page(
        data.paths[iri],
        f"Graph {name}",
        content,
        GRAPHS.get(name, ""),
        iri,
        schema={"@type": "Dataset", "identifier": iri},
        triples=lambda: data.graph(name),
    )
