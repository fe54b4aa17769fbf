"""The page of a thing: what is claimed of it, what is around it, what it is called elsewhere."""

from typing import Final

from ..namespaces import expand
from .data import DIRECT, INFERRED
from .layout import At
from .markup import Markup, join, tag
from .parts import (
    CONTEXT,
    TOLD,
    ask_box,
    definitions,
    edges,
    facts,
    head,
    identifiers,
    section,
    statements,
)
from .wording import listed, sentence


def thing(at: At, iri: str) -> Markup:
    """A thing: what is said of it, its neighbours, facts and identifiers."""
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
        head(at, iri, data.label(iri)),
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
        section(at, "facts", "Facts", facts(at, iri, TOLD)),
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
