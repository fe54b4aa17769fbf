"""The pages of the article: sentences, sections, references, and the faults of its text."""

from .layout import At
from .markup import Child, Markup, join, tag
from .parts import TOLD, defects, definitions, external, facts, head, listing, section, statements
from .wording import sentence


def sentence_page(at: At, iri: str) -> Markup:
    """Where a sentence stands, its claims and its faults."""
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
        head(at, iri, f"Sentence {data.label(iri)}"),
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
            listing(at, claims),
            tag("p", data.value(iri, "g12c:noClaimReason")) if not claims else None,
        ),
        section(
            at,
            "printed",
            "As printed",
            listing(at, data.subjects("g12c:inSentence", iri, "PrintedClaim")),
        ),
        section(
            at,
            "defects",
            "Faults",
            defects(at, data.subjects("g12c:inSentence", iri, "Defect"), "Faults of the sentence"),
        ),
        section(
            at,
            "contradicted",
            "Faults elsewhere that it shows",
            defects(at, data.subjects("g12c:contradicts", iri, "Defect"), "Faults of others"),
        ),
        section(at, "facts", "Place", facts(at, iri, (*TOLD, "g12c:noClaimReason"))),
        tag("p", *beside) if beside else None,
    )


def section_page(at: At, iri: str) -> Markup:
    """The claims of a section, sentence by sentence."""
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
        head(at, iri, data.label(iri)),
        section(at, "sentences", "Sentences and their claims", *parts),
    )


def reference(at: At, iri: str) -> Markup:
    """Which work a reference is, and what cites it."""
    data = at.data
    found = [
        (relation, target)
        for relation in ("exactMatch", "closeMatch")
        for target in data.values(iri, f"skos:{relation}")
    ]
    return join(
        head(at, iri, f"Reference {data.label(iri)}"),
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
            listing(at, data.subjects("g12c:cites", iri, "Claim")),
        ),
        section(
            at,
            "findings",
            "What it says itself",
            listing(at, data.subjects("g12c:cites", iri, "Finding")),
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


def defect(at: At, iri: str) -> Markup:
    """A fault of the text: what is printed, what is read, how one can tell."""
    data = at.data
    affected = data.subjects("g12c:affectedBy", iri)
    return join(
        head(at, iri, data.label(iri)),
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
        section(at, "claims", "Claims read through it", listing(at, affected)),
    )
