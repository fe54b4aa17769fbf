"""The pages that are not of one resource: home, lists, pictures, ontology, graphs, queries."""

import json
from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox

from ..export.metadata import LICENCES, Metadata
from ..namespaces import BASE, G12C, KINDS, PREFIXES, expand, graph_iri
from . import matrix, pictures
from .data import Data, bare, natural
from .layout import FORMATS, At, Page
from .markup import Child, Markup, data_block, join, tag
from .matrix import Matrix
from .parts import (
    counted,
    definitions,
    external,
    mark,
    proposition,
    section,
    statements,
    table,
)

GRAPHS: Final = {
    "claims": "what the review says, as read",
    "printed": "what it prints where it is at fault",
    "defects": "the faults",
    "primary": "what cited papers and other sources say",
    "editorial": "what curators know from elsewhere",
    "things": "what claims are about",
    "mappings": "identifiers elsewhere",
    "source": "sections, sentences (place and digest, not words), references",
    "ontology": "the vocabulary",
    "alignments": "how it relates to other vocabularies",
    "direct": "made: edges for claims that are affirmed and stated as a fact",
    "derived": "made: labels of claims, HGVS and VRS names, links of mappings",
    "inferred": "made: what the reasoner entails",
}


def pages(data: Data, about: Metadata, content: Matrix) -> list[Page]:
    """All of them."""
    drawn = pictures.pictures(data, content)
    dataset = _dataset_schema(data, about)
    return [
        Page(
            "index",
            about.title,
            lambda at: _home(at, content),
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
            "pictures", "Pictures", lambda at: _pictures(at, drawn), "Four pictures, with tables."
        ),
        Page("things", "Things", _things, "What the claims are about, by kind."),
        Page("claims", "Claims", _claims, "All claims, in the order of the article."),
        Page("defects", "Faults of the text", _defects, "What is printed, and what is read."),
        Page("findings", "Other sources", _findings, "What other sources say on the claims."),
        Page("references", "References", _references, "The reference list of the review."),
        Page("questions", "Questions", _questions, "The stored questions, with their answers."),
        Page(
            "sparql",
            "SPARQL",
            _sparql,
            "Ask the whole dataset in SPARQL 1.1, inside this page.",
            scripts=("sparql.js",),
        ),
        Page("about", "About", _about, "How to cite, downloads, limits, how to report an error."),
        Page(
            "ontology",
            "Ontology",
            _ontology,
            about.ontology["description"],
            about.ontology_iri,
            schema={"@type": "DefinedTermSet", "version": about.version},
            formats=tuple(FORMATS),
        ),
        Page(
            "dataset", "Dataset", _about_data, about.description, f"{BASE}dataset", schema=dataset
        ),
        *(_graph(data, name) for name in data.graph_sizes),
    ]


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
    }


def _title(text: str, kind: Child = None) -> Markup:
    return tag(
        "header", tag("p", kind, class_="kind") if kind else None, tag("h1", text), class_="title"
    )


# --- home -------------------------------------------------------------------------------------


def _home(at: At, content: Matrix) -> Markup:
    data, article = at.data, at.about.article
    claims = data.of_kind("Claim")
    numbers: list[tuple[int, str, str]] = [
        (len(claims), "claims", "claims"),
        (len({data.value(one, "g12c:inSentence") for one in claims}), "sentences", "claims"),
        (len(data.of_kind("Defect")), "faults of the text", "defects"),
        (len(_contested(data)), "contested claims", "claims#contested"),
        (len(data.of_kind("Thing")), "things", "things"),
        (len(data.of_kind("Mapping")), "identifiers elsewhere", "things"),
        (len(data.questions), "stored questions", "questions"),
        (len(data.quads), "triples", "dataset"),
    ]
    return join(
        tag(
            "header",
            tag("h1", "Which mutations confer resistance to which KRAS-G12C inhibitors, shown "
                "where, by whom, how surely, and what still works?"),
            tag("p", "One review article as linked data that can be checked: ",
                tag("a", tag("cite", article.title), href=article.iri, rel="external noreferrer"),
                f", {article.journal} {article.year}. "
                "Every cell of the table leads to its claims.", class_="lead"),
            class_="title",
        ),
        tag("section", tag("h2", "What is known", id=at.id("known"), class_="hidden"),
            matrix.html(at, content), matrix.legend(content), _flags()),
        section(at, "numbers", "In numbers", tag("ul", [
            tag("li", tag("a", tag("b", f"{number:,}".replace(",", "\u2009")), " ", name,
                          href=at.href(path)))
            for number, name, path in numbers], class_="numbers")),
        section(at, "look", "Where to go", definitions((
            (tag("a", "Pictures", href=at.href("pictures")),
             "KRAS along its sequence, the map of mechanisms, the article section by section."),
            (tag("a", "Questions", href=at.href("questions")),
             "What people ask, each with its answer, its trap and its SPARQL."),
            (tag("a", "SPARQL", href=at.href("sparql")),
             "The whole dataset and a query engine inside the page; nothing leaves it."),
            (tag("a", "Faults of the text", href=at.href("defects")),
             "What the article prints, what is wrong, how one can tell, what is read instead."),
            (tag("a", "Other sources", href=at.href("findings")),
             "Where cited papers bear a claim out or depart from it."),
        ))),
        _coverage(at),
        _limits(at),
        _citing(at),
        _downloads(at),
    )  # fmt: skip


def _flags() -> Markup:
    return tag(
        "p",
        [
            [tag("span", flag, class_="flag"), f" {meaning} "]
            for flag, meaning in matrix.FLAGS.values()
        ],
        class_="note",
    )


def _contested(data: Data) -> list[str]:
    return [claim for claim in data.of_kind("Claim") if data.values(claim, "g12c:contests")]


def _coverage(at: At) -> Markup | None:
    return section(
        at,
        "coverage",
        "Coverage of the article",
        pictures.coverage_table(at),
        tag(
            "p",
            "A sentence without claims has its reason on its page. No sentence of the article is "
            "here: a sentence is given by its place and a digest of its letters.",
            class_="note",
        ),
    )


def _limits(at: At) -> Markup | None:
    return section(
        at,
        "limits",
        "Limits",
        tag(
            "ul",
            tag("li", "For research. Not for decisions about patients."),
            tag("li", "It says what one review of 2021 says, corrected where it can be shown to be "
                "wrong. Much has been found since."),
            tag("li", "A blank means that the review does not say, not that the drug works."),
            tag("li", "A statement about a class of drugs is not one about each drug; found in a "
                "patient is not shown to be the cause."),
            tag("li", "References are identified only where the work was seen to fit."),
            tag("li", f"The addresses below {BASE} are not registered yet: they do not resolve."),
        ),
    )  # fmt: skip


def _citing(at: At) -> Markup | None:
    about, article = at.about, at.about.article
    own = f"{', '.join(about.creators)}. {about.title}, version {about.version}. {BASE}dataset"
    authors = ", ".join(article.authors)
    theirs = f"{authors}. {article.title}. {article.journal} {article.year}. {article.iri}"
    return section(
        at,
        "cite",
        "How to cite",
        tag("p", "The dataset, and the review that it is taken from:"),
        tag("p", own, class_="citation"),
        tag("p", theirs, class_="citation"),
    )


def _downloads(at: At) -> Markup | None:
    if at.single:
        return None
    return section(
        at,
        "downloads",
        "Downloads",
        definitions(
            (
                (tag("a", "dataset.nq", href=at.file("dataset.nq"), download=True),
                 "the whole dataset with its named graphs, N-Quads"),
                (tag("a", "ontology.ttl", href=at.file("ontology.ttl"), download=True),
                 "the vocabulary and its alignments, Turtle"),
                (tag("a", "g12c.html", href=at.file("g12c.html"), download=True),
                 "these pages with the data and the query engine in one file, to keep on a disk"),
                (tag("a", "each named graph", href=at.href("dataset")),
                 "by itself in Turtle, JSON-LD and N-Triples"),
                ("each page", "has its own Turtle, JSON-LD and N-Triples, linked at its foot"),
            )
        ),
    )  # fmt: skip


def _about(at: At) -> Markup:
    about = at.about
    return join(
        _title("About"),
        tag("p", about.description, class_="lead"),
        _limits(at),
        _citing(at),
        _downloads(at),
        section(at, "report", "How to report an error",
                tag("p", "Each page has an address at its foot. Send it with what is wrong and how "
                    "one can tell to where you got this publication from; a fault of the article "
                    "becomes a record of its own, a fault of ours is corrected.")),
        section(at, "licence", "Licences", tag("p", "Data: ", tag(
            "a", about.data_licence, href=LICENCES[about.data_licence], rel="license"),
            ". Code: ", tag("a", about.code_licence, href=LICENCES[about.code_licence]), ".")),
    )  # fmt: skip


# --- matrix and pictures ----------------------------------------------------------------------


def _matrix(at: At, content: Matrix) -> Markup:
    return join(
        _title("Which alteration, which inhibitor"),
        matrix.html(at, content),
        matrix.legend(content),
        _flags(),
        tag("p", "The same as a question: ",
            at.link(expand(f"query:{matrix.QUESTION}")), class_="note"),
        matrix.cells(at, content),
    )  # fmt: skip


def _pictures(at: At, drawn: Sequence[pictures.Picture]) -> Markup:
    parts: list[Child] = [_title("Pictures"), pictures.key()]
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


# --- lists ------------------------------------------------------------------------------------


def _things(at: At) -> Markup:
    data = at.data
    parts = []
    for kind in KINDS:
        members = [iri for iri in data.resources if iri.startswith(PREFIXES[kind])]
        if not members:
            continue
        members.sort(key=lambda iri: (natural(data.label(iri)), iri))
        common = data.label(expand(f"g12c:{_common_class(data, members)}"))
        items = [
            tag("li", at.link(iri), " ", tag("small", data.value(iri, "skos:definition")))
            for iri in members
        ]
        parts.append(section(at, kind, common.capitalize(), tag("ul", items, class_="list")))
    return join(_title("Things"), *parts)


def _common_class(data: Data, members: Sequence[str]) -> str:
    """The nearest class that all of them belong to."""
    shared = set.intersection(
        *(
            {above for kind in data.values(one, "rdf:type") for above in data.classes(kind)}
            for one in members
        )
    )
    nearest = max(shared, key=lambda kind: (len(data.classes(kind)), kind))
    return nearest.removeprefix(G12C)


def _claims(at: At) -> Markup:
    data = at.data
    contested = _contested(data)
    parts: list[Child] = [
        _title("Claims"),
        tag("p", "One atomic fact each, as read. What is printed and read otherwise stands beside "
            "the claim that is read.", class_="lead"),
        section(at, "contested", "Contested", statements(at, contested) if contested else None),
    ]  # fmt: skip
    for part in sorted(data.of_kind("Section"), key=lambda one: int(data.value(one, "g12c:order"))):
        claims = [
            claim
            for sentence in data.subjects("g12c:inSection", part)
            for claim in data.subjects("g12c:inSentence", sentence, "Claim")
        ]
        name = part.rpartition("/")[2]
        items = [
            tag("li", at.link(claim, proposition(data, claim)), " ",
                tag("small", at.link(data.value(claim, "g12c:inSentence"))))
            for claim in sorted(claims, key=lambda one: (data.value(one, "g12c:inSentence"), one))
        ]  # fmt: skip
        parts.append(
            section(at, name, f"{data.label(part)}, {counted(len(items), 'claim')}",
                    tag("p", at.link(part, "Sentence by sentence"), class_="note"),
                    tag("ul", items, class_="list"))
        )  # fmt: skip
    return join(*parts)


def _defects(at: At) -> Markup:
    data = at.data
    rows = [
        [
            at.link(iri, f"“{data.value(iri, 'g12c:printed')}”"),
            at.links(data.values(iri, "g12c:inSentence")),
            at.link(data.value(iri, "g12c:defectKind")),
            data.value(iri, "skos:definition"),
            data.value(iri, "g12c:proposedReading") or "as printed",
        ]
        for iri in sorted(data.of_kind("Defect"))
    ]
    return join(
        _title("Faults of the text"),
        tag("p", "The article's own errors as data: what is printed, what is wrong, how one can "
            "tell, and what is read instead. Nothing is mended in silence.", class_="lead"),
        table(["printed", "sentence", "kind", "what is wrong", "read as"], rows,
              counted(len(rows), "fault")),
    )  # fmt: skip


def _findings(at: At) -> Markup:
    data = at.data
    parts: list[Child] = [_title("Other sources")]
    for kind, name in (("Finding", "Findings"), ("EditorialNote", "Notes")):
        items = []
        for iri in data.of_kind(kind):
            told: list[Child] = []
            for prop, word in (
                ("agreesWith", "Bears out"),
                ("differsFrom", "Departs from"),
                ("doesNotMention", "Says nothing of"),
                ("concerns", "Completes"),
            ):
                if claims := data.values(iri, f"g12c:{prop}"):
                    told += [mark(word), " ", at.links(claims, "; "), " "]
            seen = [[external(one), " "] for one in data.values(iri, "g12c:seenIn")]
            items.append(
                tag("li", tag("p", at.link(iri, data.value(iri, "skos:definition")), class_="what"),
                    tag("p", told, class_="how"), tag("p", seen, class_="how"))
            )  # fmt: skip
        parts.append(section(at, kind.lower(), name, tag("ul", items, class_="claims")))
    return join(*parts)


def _references(at: At) -> Markup:
    data = at.data
    rows = [
        [
            at.link(iri),
            data.value(iri, "dcterms:bibliographicCitation") or "not identified",
            data.value(iri, "g12c:identityStatus").partition(":")[0],
            str(len(data.subjects("g12c:cites", iri, "Claim"))),
        ]
        for iri in data.of_kind("Reference")
    ]
    return join(
        _title("References"),
        table(["number", "work", "identity", "claims"], rows, "The reference list of the review"),
    )


def _questions(at: At) -> Markup:
    topics: dict[str, list[Markup]] = {}
    for question in at.data.questions:
        iri = expand(f"query:{question.name}")
        topic = question.tags[0] if question.tags else "other"
        topics.setdefault(topic, []).append(
            tag("li", at.link(iri, question.summary), " ", tag("code", question.name))
        )
    return join(
        _title("Questions"),
        tag("p", "Each with its answer, the trap that it avoids, and its SPARQL.", class_="lead"),
        *(
            section(at, topic.replace(" ", "-"), topic.capitalize(),
                    tag("ul", items, class_="list"))
            for topic, items in sorted(topics.items())
        ),
    )  # fmt: skip


# --- ontology and graphs ----------------------------------------------------------------------

_OWN_FACTS: Final = (
    "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range", "skos:scopeNote",
    "skos:example", "skos:editorialNote", "skos:exactMatch", "skos:closeMatch", "skos:broadMatch",
    "skos:narrowMatch", "skos:relatedMatch",
)  # fmt: skip
_TERM_KINDS: Final = (
    ("owl:Class", "Classes"),
    ("owl:ObjectProperty", "Relations"),
    ("owl:DatatypeProperty", "Values"),
    ("owl:AnnotationProperty", "Annotations"),
    ("owl:NamedIndividual", "Codes"),
    ("owl:AllDisjointClasses", "Disjointness"),
)


def _ontology(at: At) -> Markup:
    data = at.data
    terms = [iri for iri in data.paths if iri.startswith(G12C) and iri in data.said]
    uses: dict[str, int] = {}
    vocabulary = ox.NamedNode(graph_iri("ontology"))
    for quad in data.quads:
        for iri in {quad.predicate.value, getattr(quad.object, "value", "")}:
            if iri.startswith(G12C) and quad.graph_name != vocabulary:
                uses[iri] = uses.get(iri, 0) + 1
    parts: list[Child] = [
        _title(at.about.ontology["title"]),
        tag("p", at.about.ontology["description"], class_="lead"),
    ]
    for kind, name in _TERM_KINDS:
        members = sorted(
            (iri for iri in terms if expand(kind) in data.values(iri, "rdf:type")),
            key=lambda iri: (natural(data.label(iri)), iri),
        )
        entries = [_term(at, iri, uses.get(iri, 0)) for iri in members]
        parts.append(section(at, f"of-{kind.rpartition(':')[2]}", name, *entries))
    return join(*parts)


def _term(at: At, iri: str, uses: int) -> Markup:
    from .parts import term

    data = at.data
    local = data.paths[iri].partition("#")[2]
    rows: list[tuple[Child, Child]] = []
    for prop in _OWN_FACTS:
        values = [
            said.value
            for said in data.said[iri]
            if said.prop == expand(prop) and said.graph in {"ontology", "alignments"}
        ]
        shown: list[Child] = []
        for value in values:
            shown += [", "] if shown else []
            shown.append(term(at, value))
        if shown:
            rows.append((_words(prop), shown))
    below = [
        *data.subjects("rdfs:subClassOf", iri),
        *data.subjects("rdfs:subPropertyOf", iri),
    ]
    if below:
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


def _words(prop: str) -> str:
    name = prop.partition(":")[2]
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name)


def _about_data(at: At) -> Markup:
    rows: list[list[Child]] = []
    for name, size in at.data.graph_sizes.items():
        iri = graph_iri(name)
        files: list[Child] = []
        for suffix, (_, shown) in FORMATS.items():
            files += [tag("a", shown, href=at.file(f"graph/{name}.{suffix}")), " "]
        rows.append(
            [at.link(iri, name), GRAPHS.get(name, ""), str(size), None if at.single else files]
        )
    return join(
        _title("Dataset", at.about.version),
        tag("p", at.about.description, class_="lead"),
        table(["named graph", "what it holds", "triples", "files"], rows, "Named graphs"),
        _downloads(at),
        _citing(at),
    )


def _graph(data: Data, name: str) -> Page:
    iri = graph_iri(name)

    def content(at: At) -> Markup:
        triples = [said for rows in data.said.values() for said in rows if said.graph == name]
        kinds: dict[str, int] = {}
        for said in triples:
            if said.prop == expand("rdf:type"):
                kinds[said.text] = kinds.get(said.text, 0) + 1
        rows = [[at.link(kind), str(count)] for kind, count in sorted(kinds.items())]
        return join(
            _title(f"Graph {name}", "named graph"),
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
        formats=tuple(FORMATS),
    )


# --- queries ----------------------------------------------------------------------------------

_EXAMPLE: Final = """PREFIX g12c: <https://w3id.org/g12c/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?alteration ?alterationLabel ?drug ?drugLabel
WHERE {
  ?alteration g12c:confersResistanceTo ?drug ;
    rdfs:label ?alterationLabel .
  ?drug rdfs:label ?drugLabel .
}
ORDER BY ?alterationLabel ?drugLabel
"""


def _sparql(at: At) -> Markup:
    library = data_block(json.dumps(_library(at.data), ensure_ascii=False))
    data = None if at.single else at.file("dataset.nq")
    return join(
        _title("SPARQL"),
        tag("p", "The whole dataset and a SPARQL 1.1 engine run inside this page; a query never "
            "leaves it. The default graph is the union of all named graphs.", class_="lead"),
        tag("div", tag("p", "Without JavaScript each ",
            tag("a", "question", href=at.href("questions")), " has its answer on its page, and ",
            tag("a", "the dataset", href=at.href("dataset")), " loads into any SPARQL engine."),
            id="sparql-app", data_dataset=data,
            data_worker=None if at.single else at.file("static/worker.js"),
            data_engine=None if at.single else at.file("static/oxigraph.wasm")),
        tag("script", Markup(library), type="application/json", id="library"),
    )  # fmt: skip


def _library(data: Data) -> dict[str, Any]:
    """What the query page knows: questions, the values of their parameters, prefixes."""
    kinds = sorted(
        {p.kind for q in data.questions for p in q.parameters.values() if not p.is_literal}
    )
    return {
        "base": BASE,
        "example": _EXAMPLE,
        "prefixes": dict(PREFIXES),
        "questions": [
            {
                "name": question.name,
                "summary": question.summary,
                "trap": question.trap,
                "sparql": bare(question),
                "parameters": [
                    {"name": p.name, "kind": p.kind, "example": p.example, "about": p.description}
                    for p in question.parameters.values()
                ],
            }
            for question in data.questions
        ],
        "values": {
            kind: [[data.label(iri), iri] for iri in _members(data, kind)] for kind in kinds
        },
        "terms": sorted(iri.removeprefix(G12C) for iri in data.paths if iri.startswith(G12C)),
        "ours": sorted(path for path in data.paths.values()),
    }


def _members(data: Data, kind: str) -> list[str]:
    return [iri for iri in data.of_kind(kind) if "#" not in iri or kind != "Thing"]
