"""The page of each resource: thing, claim, sentence, reference, defect, finding and the rest."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyoxigraph as ox

from ..namespaces import BASE, SKOS, expand
from ..questions import Question, run
from ..tables import answer, render
from .data import DIRECT, INFERRED, Data, bare, natural
from .layout import FORMATS, At, Page, curie
from .markup import Child, Markup, join, tag
from .parts import (
    CONTEXT,
    answer_table,
    ask_box,
    counted,
    definitions,
    edges,
    external,
    facts,
    identifiers,
    kind_of,
    listed,
    mark,
    proposition,
    references,
    section,
    statements,
    table,
    title,
)

_TOLD: Final = (
    "rdf:type",
    "rdfs:label",
    "skos:altLabel",
    "skos:definition",
    "skos:exactMatch",
    "skos:closeMatch",
    "skos:broadMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
)
_TOLD_OF_STATEMENTS: Final = (
    *_TOLD,
    *(prop for prop, _ in CONTEXT),
    "g12c:affectedBy",
    "g12c:agreesWith",
    "g12c:alternativeTo",
    "g12c:certainty",
    "g12c:cites",
    "g12c:concerns",
    "g12c:contests",
    "g12c:cue",
    "g12c:differsFrom",
    "g12c:doesNotMention",
    "g12c:evidenceType",
    "g12c:inSentence",
    "g12c:leavesOpen",
    "g12c:object",
    "g12c:polarity",
    "g12c:predicate",
    "g12c:readAs",
    "g12c:resistanceKind",
    "g12c:resistanceKindInField",
    "g12c:seenIn",
    "g12c:subject",
)

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


def pages(data: Data) -> list[Page]:
    """The pages of all resources but the terms of the ontology, the questions and the graphs."""
    own = (expand("query:"), expand("graph:"))
    return [
        _page(data, iri, path)
        for iri, path in data.paths.items()
        if "#" not in path and not iri.startswith(own) and iri != f"{BASE}ontology"
    ]


def _page(data: Data, iri: str, path: str) -> Page:
    kinds = data.kinds(iri)
    known = [kind for kind in _CONTENT if data.is_a(iri, kind)]
    content = _CONTENT[known[0]] if known else _thing
    statement_like = data.is_a(iri, "Claim") or data.is_a(iri, "PrintedClaim")
    schema: dict[str, Any] = {
        "@type": next(
            (SCHEMA_TYPES[kind] for kind in kinds if kind in SCHEMA_TYPES), "DefinedTerm"
        ),
        "identifier": iri,
        "alternateName": data.values(iri, "skos:altLabel"),
        "sameAs": data.values(iri, "skos:exactMatch"),
    }
    return Page(
        path,
        proposition(data, iri) if statement_like else _title(data, iri),
        lambda at: content(at, iri),
        sentence(data, iri),
        iri,
        schema=schema,
        formats=tuple(FORMATS),
    )


def _title(data: Data, iri: str) -> str:
    if data.is_a(iri, "Sentence"):
        return f"Sentence {data.label(iri)}"
    if data.is_a(iri, "Reference"):
        return f"Reference {data.label(iri)}"
    if data.is_a(iri, "Mapping"):
        thing = data.label(data.value(iri, "g12c:mappedThing"))
        return f"{thing} as {data.value(iri, 'g12c:identifier')}"
    return data.label(iri)


def sentence(data: Data, iri: str) -> str:
    """One computed sentence on a resource."""
    kinds = listed([data.label(expand(f"g12c:{kind}")) for kind in data.kinds(iri)])
    if data.is_a(iri, "Claim") or data.is_a(iri, "PrintedClaim"):
        return _claim_sentence(data, iri)
    if data.is_thing(iri):
        about = [
            *data.subjects("g12c:subject", iri, "Claim"),
            *data.subjects("g12c:object", iri, "Claim"),
        ]
        of_gene = (
            " of " + data.label(gene) if (gene := data.value(iri, "g12c:alterationOf")) else ""
        )
        parts = [f"{data.label(iri)} is a {kinds}{of_gene}"]
        if data.kinds(iri)[:1] and kinds[:1] in "aeiou":
            parts = [f"{data.label(iri)} is an {kinds}{of_gene}"]
        number = len(set(about))
        if not number:
            return f"{parts[0]}."
        denied = sum(data.value(c, "g12c:polarity") == expand("g12c:Denied") for c in set(about))
        unsure = sum(data.value(c, "g12c:certainty") != expand("g12c:Stated") for c in set(about))
        contested = sum(bool(data.values(c, "g12c:contests")) for c in set(about))
        told = [
            f"{count} {word}"
            for count, word in (
                (denied, "denied"),
                (unsure, "not stated as a fact"),
                (contested, "contested"),
            )
            if count
        ]
        tail = f", {listed(told)}" if told else ""
        return f"{parts[0]}; the review makes {counted(number, 'claim')} about it{tail}."
    if data.is_a(iri, "Sentence"):
        claims = len(data.subjects("g12c:inSentence", iri, "Claim"))
        where = data.label(data.value(iri, "g12c:inSection"))
        return (
            f"Sentence {data.value(iri, 'g12c:order')} of the review, in “{where}”, "
            f"with {counted(claims, 'claim')}."
        )
    if data.is_a(iri, "Reference"):
        place = data.value(iri, "g12c:referenceNumber")
        citing = len(data.subjects("g12c:cites", iri, "Claim"))
        return f"Number {place} of the review's references, cited by {counted(citing, 'claim')}."
    return data.value(iri, "skos:definition") or f"{data.label(iri)}: {kinds}."


def _claim_sentence(data: Data, iri: str) -> str:
    if data.is_a(iri, "PrintedClaim"):
        place = data.label(data.value(iri, "g12c:inSentence"))
        return f"So the review has it in print in sentence {place}; another claim is read instead."
    how = {
        "Stated": "states this as a fact",
        "Hedged": "puts this forward with reserve",
        "Expected": "expects this",
        "OpenQuestion": "leaves this as an open question",
    }[data.value(iri, "g12c:certainty").rpartition("#")[2]]
    if data.value(iri, "g12c:polarity") == expand("g12c:Denied"):
        how = how.replace("this", "that this does not hold", 1)
    where = data.value(iri, "g12c:inSentence")
    part = data.label(data.value(where, "g12c:inSection"))
    cited = sorted((data.label(one) for one in data.values(iri, "g12c:cites")), key=natural)
    by = f"citing {listed(cited)}" if cited else "without a reference"
    return f"The review {how} in sentence {data.label(where)} (“{part}”), {by}."


def _head(at: At, iri: str, name: str) -> Markup:
    return tag(
        "header",
        tag("p", kind_of(at, iri) or "record", " ", curie(iri), class_="kind"),
        tag("h1", name),
        class_="title",
    )


# --- things -----------------------------------------------------------------------------------


def _thing(at: At, iri: str) -> Markup:
    data = at.data
    synonyms = data.values(iri, "skos:altLabel")
    subject_of = data.subjects("g12c:subject", iri, "Claim")
    object_of = data.subjects("g12c:object", iri, "Claim")
    around = {
        claim
        for prop, _ in (*CONTEXT, ("g12c:subjectAspect", ""), ("g12c:objectAspect", ""))
        for claim in data.subjects(prop, iri, "Claim")
    }
    printed = {
        claim
        for prop in ("g12c:subject", "g12c:object")
        for claim in data.subjects(prop, iri, "PrintedClaim")
    }
    elsewhere = {
        note
        for kind in ("Finding", "EditorialNote")
        for prop in ("g12c:subject", "g12c:object")
        for note in data.subjects(prop, iri, kind)
    }
    return join(
        _head(at, iri, data.label(iri)),
        tag("p", sentence(data, iri), class_="lead"),
        tag(
            "p",
            data.value(iri, "skos:definition"),
            f" Also called {listed(synonyms)}." if synonyms else None,
        ),
        section(at, "claims", "What the review says of it", _for_and_against(at, subject_of)),
        section(
            at, "claims-on", "What the review says others do to it", _for_and_against(at, object_of)
        ),
        section(
            at,
            "context",
            "Where it is the setting of a claim",
            statements(at, around - {*subject_of, *object_of})
            if around - {*subject_of, *object_of}
            else None,
        ),
        section(
            at,
            "printed",
            "What is printed and read otherwise",
            statements(at, printed) if printed else None,
        ),
        section(
            at,
            "elsewhere",
            "What other sources say",
            statements(at, elsewhere) if elsewhere else None,
        ),
        section(
            at,
            "neighbours",
            "Neighbours",
            _explained(
                "Edges drawn from claims that are affirmed and stated as a fact.",
                edges(at, iri, DIRECT),
            ),
            _incoming(at, iri),
            _explained("What the reasoner adds.", edges(at, iri, INFERRED)),
        ),
        section(at, "facts", "Facts", facts(at, iri, _TOLD)),
        section(at, "identifiers", "Identifiers", identifiers(at, iri)),
        ask_box(at, _THING_QUERY.format(iri=iri)),
    )


_THING_QUERY: Final = """
SELECT ?claim ?claimLabel
WHERE {{
  ?claim a g12c:Claim ;
    g12c:subject|g12c:object <{iri}> ;
    rdfs:label ?claimLabel .
}}
ORDER BY ?claimLabel
"""


def _explained(text: str, content: Markup | None) -> Markup | None:
    return join(tag("p", text, class_="note"), content) if content else None


def _for_and_against(at: At, claims: list[str]) -> Markup | None:
    if not claims:
        return None
    denied = expand("g12c:Denied")
    against = [claim for claim in claims if at.data.value(claim, "g12c:polarity") == denied]
    others = [claim for claim in claims if claim not in against]
    return join(
        statements(at, others) if others else None,
        tag("h3", "Denied") if against else None,
        statements(at, against) if against else None,
    )


def _incoming(at: At, iri: str) -> Markup | None:
    """Direct edges and asserted properties that lead here, from other things."""
    found: dict[str, list[str]] = {}
    for prop, subject, graph in at.data.inverse.get(iri, ()):
        if graph in {DIRECT, "things"} and at.data.is_thing(subject):
            found.setdefault(prop, []).append(subject)
    if not found:
        return None
    rows = [
        (at.links(sorted(sorted(set(subjects)), key=at.data.label)), [at.link(prop), " this"])
        for prop, subjects in sorted(found.items(), key=lambda item: at.data.label(item[0]))
    ]
    return join(
        tag("p", "What leads here.", class_="note"),
        definitions((relation, subjects) for subjects, relation in rows),
    )


# --- statements -------------------------------------------------------------------------------


def _claim(at: At, iri: str) -> Markup:
    data = at.data
    affected = data.values(iri, "g12c:affectedBy")
    denied = data.value(iri, "g12c:polarity") == expand("g12c:Denied")
    drawn = data.value(iri, "g12c:object") and any(
        said.graph == DIRECT
        and said.prop == data.value(iri, "g12c:predicate")
        and said.text == data.value(iri, "g12c:object")
        for said in data.said.get(data.value(iri, "g12c:subject"), ())
    )
    findings = {
        title_: data.subjects(prop, iri)
        for prop, title_ in (
            ("g12c:agreesWith", "Borne out by"),
            ("g12c:differsFrom", "Departed from by"),
            ("g12c:doesNotMention", "Not mentioned in"),
            ("g12c:concerns", "Completed by"),
        )
    }
    printed = data.subjects("g12c:readAs", iri)
    return join(
        _head(at, iri, proposition(data, iri)),
        tag("p", sentence(data, iri), class_="lead"),
        tag(
            "p",
            at.link(s) if (s := data.value(iri, "g12c:subject")) else "a drug not stated",
            " ",
            mark("Denied") if denied else None,
            " ",
            tag("em", at.link(data.value(iri, "g12c:predicate"))),
            " ",
            _object(at, iri),
            class_="triple",
        ),
        tag("p", "A direct edge is drawn from this claim.", class_="note")
        if drawn
        else tag("p", "No direct edge is drawn from this claim alone.", class_="note"),
        section(at, "about", "How it is said", definitions(_how(at, iri))),
        section(at, "read-as", "Read instead", _list(at, data.values(iri, "g12c:readAs"))),
        section(at, "contested", "Contested by", _list(at, data.values(iri, "g12c:contests"))),
        section(
            at,
            "alternatives",
            "One of several alternatives, with",
            _list(at, data.values(iri, "g12c:alternativeTo")),
        ),
        section(at, "printed", "What is printed instead", _list(at, printed)),
        section(
            at,
            "defects",
            "Faults of the text that it is read through",
            _defects(at, affected, "Faults of the text"),
        ),
        *(
            section(at, title_.lower().replace(" ", "-"), title_, _list(at, found))
            for title_, found in findings.items()
        ),
        section(at, "facts", "Further", facts(at, iri, _TOLD_OF_STATEMENTS)),
        ask_box(at, f"SELECT ?property ?value\nWHERE {{ <{iri}> ?property ?value . }}"),
    )


def _list(at: At, iris: list[str]) -> Markup | None:
    return statements(at, iris) if iris else None


def _object(at: At, iri: str) -> Child:
    data = at.data
    if thing := data.value(iri, "g12c:object"):
        return at.link(thing)
    if text := data.value(iri, "g12c:textValue"):
        return f"“{text}”"
    ends = [data.value(iri, f"g12c:{end}Value") for end in ("lower", "upper")]
    number = data.value(iri, "g12c:value") or " to ".join(ends)
    unit = data.value(iri, "g12c:unit")
    whole = [data.value(iri, f"g12c:{name}") for name in ("denominator", "denominatorText")]
    of = " ".join(part for part in whole if part)
    return [number, " ", at.link(unit) if unit else None, f" of {of}" if of else None]


def _how(at: At, iri: str) -> list[tuple[Child, Child]]:
    data = at.data
    rows: list[tuple[Child, Child]] = []
    cue = "; ".join(data.values(iri, "g12c:cue"))
    for prop in (
        "polarity",
        "certainty",
        "evidenceType",
        *(p[5:] for p, _ in CONTEXT),
        "resistanceKind",
        "resistanceKindInField",
        "leavesOpen",
    ):
        values: list[Child] = [at.links(data.values(iri, f"g12c:{prop}"))]
        if prop == "certainty" and cue:
            values.append(f", by the word “{cue}”")
        if data.values(iri, f"g12c:{prop}"):
            rows.append((at.link(expand(f"g12c:{prop}")), values))
    where = data.value(iri, "g12c:inSentence")
    if where:
        part = data.value(where, "g12c:inSection")
        rows.append(("sentence", [at.link(where), ", ", at.link(part)]))
    cited: list[Child] = []
    for one in sorted(data.values(iri, "g12c:cites"), key=lambda one: natural(data.label(one))):
        work = data.value(one, "dcterms:bibliographicCitation") or "not identified"
        cited.append(tag("span", at.link(one), " ", work, class_="line"))
    rows.append(("cites", cited or "no reference"))
    return rows


def _finding(at: At, iri: str) -> Markup:
    data = at.data
    return join(
        _head(at, iri, data.label(iri)),
        tag("p", data.value(iri, "skos:definition"), class_="lead"),
        section(
            at,
            "seen",
            "Seen in",
            tag("ul", [tag("li", external(one)) for one in data.values(iri, "g12c:seenIn")]),
            tag("p", "Reference of the review: ", cited)
            if (cited := references(at, iri))
            else None,
        ),
        *(
            section(at, name, heading, _list(at, data.values(iri, f"g12c:{prop}")))
            for prop, name, heading in (
                ("agreesWith", "agrees", "Bears out"),
                ("differsFrom", "differs", "Departs from"),
                ("doesNotMention", "silent", "Says nothing of"),
                ("concerns", "concerns", "Completes"),
            )
        ),
        section(
            at,
            "facts",
            "As a statement",
            facts(
                at,
                iri,
                (
                    *_TOLD,
                    "g12c:agreesWith",
                    "g12c:differsFrom",
                    "g12c:doesNotMention",
                    "g12c:concerns",
                    "g12c:seenIn",
                ),
            ),
        ),
        ask_box(at, f"SELECT ?property ?value\nWHERE {{ <{iri}> ?property ?value . }}"),
    )


# --- the article ------------------------------------------------------------------------------


def _sentence(at: At, iri: str) -> Markup:
    data = at.data
    order = int(data.value(iri, "g12c:order"))
    places = {int(data.value(one, "g12c:order")): one for one in data.of_kind("Sentence")}
    beside: list[Child] = []
    for name, place in (("Before: ", order - 1), ("After: ", order + 1)):
        if place in places:
            beside += [" · "] if beside else []
            beside += [name, at.link(places[place])]
    claims = data.subjects("g12c:inSentence", iri, "Claim")
    return join(
        _head(at, iri, f"Sentence {data.label(iri)}"),
        tag("p", sentence(data, iri), class_="lead"),
        tag(
            "p",
            "It begins “",
            data.value(iri, "g12c:openingWords"),
            " …”. ",
            "Its words are the publisher's and not here; the digest below finds it in your copy.",
            class_="note",
        ),
        section(
            at,
            "claims",
            "Claims",
            _list(at, claims),
            tag("p", data.value(iri, "g12c:noClaimReason")) if not claims else None,
        ),
        section(
            at,
            "printed",
            "As printed",
            _list(at, data.subjects("g12c:inSentence", iri, "PrintedClaim")),
        ),
        section(
            at,
            "defects",
            "Faults",
            _defects(at, data.subjects("g12c:inSentence", iri, "Defect"), "Faults of the sentence"),
        ),
        section(
            at,
            "contradicted",
            "Faults elsewhere that it shows",
            _defects(at, data.subjects("g12c:contradicts", iri, "Defect"), "Faults of others"),
        ),
        section(at, "facts", "Place", facts(at, iri, (*_TOLD, "g12c:noClaimReason"))),
        tag("p", *beside) if beside else None,
    )


def _defects(at: At, iris: list[str], caption: str) -> Markup | None:
    if not iris:
        return None
    rows = [
        [
            at.link(iri, f"“{at.data.value(iri, 'g12c:printed')}”"),
            at.link(at.data.value(iri, "g12c:defectKind")),
            at.data.value(iri, "skos:definition"),
            at.data.value(iri, "g12c:proposedReading") or "as printed",
        ]
        for iri in iris
    ]
    return table(["printed", "kind", "what is wrong", "read as"], rows, caption)


def _section(at: At, iri: str) -> Markup:
    data = at.data
    sentences = sorted(
        data.subjects("g12c:inSection", iri), key=lambda one: int(data.value(one, "g12c:order"))
    )
    parts = []
    for one in sentences:
        claims = data.subjects("g12c:inSentence", one, "Claim")
        parts.append(tag("h3", at.link(one)))
        parts.append(
            statements(at, claims) if claims else tag("p", data.value(one, "g12c:noClaimReason"))
        )
    return join(
        _head(at, iri, data.label(iri)),
        section(at, "sentences", "Sentences and their claims", *parts),
    )


def _reference(at: At, iri: str) -> Markup:
    data = at.data
    found = [
        (relation, target)
        for relation in ("exactMatch", "closeMatch")
        for target in data.values(iri, f"skos:{relation}")
    ]
    return join(
        _head(at, iri, f"Reference {data.label(iri)}"),
        tag(
            "p",
            data.value(iri, "dcterms:bibliographicCitation") or sentence(data, iri),
            class_="lead",
        ),
        section(
            at,
            "identity",
            "Which work it is",
            tag("p", data.value(iri, "g12c:identityStatus")),
            tag("ul", [tag("li", external(target), f" ({relation})") for relation, target in found])
            if found
            else None,
        ),
        section(
            at,
            "claims",
            "Claims that cite it",
            _list(at, data.subjects("g12c:cites", iri, "Claim")),
        ),
        section(
            at,
            "findings",
            "What it says itself",
            _list(at, data.subjects("g12c:cites", iri, "Finding")),
        ),
        section(
            at,
            "cohorts",
            "Cohorts",
            tag("p", at.links(cohorts))
            if (cohorts := data.subjects("g12c:cohortOf", iri))
            else None,
        ),
    )


def _defect(at: At, iri: str) -> Markup:
    data = at.data
    affected = data.subjects("g12c:affectedBy", iri)
    return join(
        _head(at, iri, data.label(iri)),
        tag("p", data.value(iri, "skos:definition"), class_="lead"),
        definitions(
            (
                ("printed", tag("del", data.value(iri, "g12c:printed"))),
                (
                    "read as",
                    tag("ins", reading)
                    if (reading := data.value(iri, "g12c:proposedReading"))
                    else "as printed",
                ),
                ("how to tell", data.value(iri, "g12c:howToTell")),
                ("kind", at.link(data.value(iri, "g12c:defectKind"))),
                ("in sentence", at.links(data.values(iri, "g12c:inSentence"))),
                ("contradicts", at.links(data.values(iri, "g12c:contradicts"))),
                ("found by running", at.links(data.values(iri, "g12c:detectedBy"))),
                (
                    "checked in",
                    join(*[join(external(one), " ") for one in data.values(iri, "g12c:seenIn")]),
                ),
            )
        ),
        section(at, "claims", "Claims read through it", _list(at, affected)),
    )


def _mapping(at: At, iri: str) -> Markup:
    data = at.data
    return join(
        _head(at, iri, _title(data, iri)),
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
    "Claim": _claim,
    "PrintedClaim": _claim,
    "Finding": _finding,
    "EditorialNote": _finding,
    "Sentence": _sentence,
    "Section": _section,
    "Reference": _reference,
    "Defect": _defect,
    "Mapping": _mapping,
}


# --- questions --------------------------------------------------------------------------------


def question_page(data: Data, question: Question) -> Page:
    """The page of a stored question with its answer: the rows of a SELECT, or the text of it."""
    iri = expand(f"query:{question.name}")

    def content(at: At) -> Markup:
        result = run(data.store, question.sparql, str(question.path))
        found = answer(result) if isinstance(result, ox.QuerySolutions) else None
        downloads: Child = None
        if found:
            shown = answer_table(at, found, question.summary)
            if not at.single:
                downloads = tag("a", "Answer as CSV", href=at.file(f"query/{question.name}.csv"))
        else:
            form = "ttl" if isinstance(result, ox.QueryTriples) else "csv"
            shown = tag("pre", tag("code", render(result, form).decode()), tabindex=0)
        return join(
            tag(
                "header",
                tag("p", "question ", curie(iri), class_="kind"),
                tag("h1", question.summary),
                class_="title",
            ),
            tag("p", question.description, class_="lead") if question.description else None,
            tag("p", mark("Trap"), " ", question.trap, class_="trap") if question.trap else None,
            tag(
                "p",
                tag(
                    "a",
                    "Ask it with values of your own",
                    href=at.ask(question=question.name),
                    class_="button",
                ),
            ),
            section(
                at,
                "parameters",
                "Parameters",
                definitions(
                    (
                        tag("code", name),
                        f"{title(p.kind[:1].lower() + p.kind[1:])}, such as {p.example}."
                        f"{' ' + p.description if p.description else ''}",
                    )
                    for name, p in question.parameters.items()
                ),
            ),
            section(
                at,
                "answer",
                f"Answer, {counted(len(found.rows), 'row')}" if found else "Answer",
                shown,
                tag("p", downloads) if downloads else None,
            ),
            section(at, "sparql", "SPARQL", tag("pre", tag("code", bare(question)), tabindex=0)),
        )

    return Page(
        data.paths[iri],
        question.summary,
        content,
        question.description,
        iri,
        schema={"@type": "CreativeWork", "identifier": iri, "keywords": list(question.tags)},
    )
