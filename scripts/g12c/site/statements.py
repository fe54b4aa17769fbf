"""The pages of statements: claims as read and as printed, findings, notes."""

from typing import Final

from ..namespaces import expand, graph_iri
from .data import DIRECT, natural
from .layout import At
from .markup import Child, Markup, join, tag
from .parts import (
    CONTEXT,
    TOLD,
    ask_box,
    defects,
    definitions,
    external,
    facts,
    head,
    listing,
    mark,
    references,
    section,
)
from .wording import proposition, sentence

_TOLD_OF_STATEMENTS: Final = (
    *TOLD,
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


def claim(at: At, iri: str) -> Markup:
    """A claim: what it says, how surely, on what, what opposes it, how it is printed."""
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
        head(at, iri, proposition(data, iri)),
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
        tag(
            "p",
            "A " if drawn else "No ",
            at.link(graph_iri("direct"), "direct edge"),
            " is drawn from this claim." if drawn else " is drawn from this claim alone.",
            class_="note",
        ),
        section(at, "about", "How it is said", definitions(_how(at, iri))),
        section(at, "read-as", "Read instead", listing(at, data.values(iri, "g12c:readAs"))),
        section(at, "contested", "Contested by", listing(at, data.values(iri, "g12c:contests"))),
        section(
            at,
            "alternatives",
            "One of several alternatives, with",
            listing(at, data.values(iri, "g12c:alternativeTo")),
        ),
        section(at, "printed", "What is printed instead", listing(at, printed)),
        section(
            at,
            "defects",
            "Faults of the text that it is read through",
            defects(at, affected, "Faults of the text"),
        ),
        *(
            section(at, title_.lower().replace(" ", "-"), title_, listing(at, found))
            for title_, found in findings.items()
        ),
        section(at, "facts", "Further", facts(at, iri, _TOLD_OF_STATEMENTS)),
        ask_box(at, f"SELECT ?property ?value\nWHERE {{ <{iri}> ?property ?value . }}"),
    )


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


def finding(at: At, iri: str) -> Markup:
    """What another source says, and on which claims."""
    data = at.data
    return join(
        head(at, iri, data.label(iri)),
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
            section(at, name, heading, listing(at, data.values(iri, f"g12c:{prop}")))
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
                    *TOLD,
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
