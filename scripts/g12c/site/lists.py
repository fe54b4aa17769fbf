"""The lists: things, claims, faults, other sources, references, questions."""

from collections.abc import Sequence

from ..namespaces import G12C, KINDS, PREFIXES, expand
from .data import Data, natural
from .home import contested
from .layout import At
from .markup import Child, Markup, join, tag
from .parts import external, heading, listing, mark, outlined, section, table
from .wording import counted, proposition


def things(at: At) -> Markup:
    """All things by kind."""
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
        parts.append((kind, common.capitalize(), tag("ul", items, class_="list")))
    return join(heading("Things"), outlined(at, parts))


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


def claims_page(at: At) -> Markup:
    """All claims in the order of the article, contested ones first."""
    data = at.data
    opposed = contested(data)
    parts: list[tuple[str, str, Child]] = [
        ("contested", f"Contested, {counted(len(opposed), 'claim')}", listing(at, opposed))
    ]
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
        whole = tag("p", at.link(part, "Sentence by sentence"), class_="note")
        told = join(whole, tag("ul", items, class_="list"))
        parts.append((name, f"{data.label(part)}, {counted(len(items), 'claim')}", told))
    return join(
        heading("Claims"),
        tag("p", "One atomic fact each, as read. What is printed and read otherwise stands beside "
            "the claim that is read.", class_="lead"),
        outlined(at, parts),
    )  # fmt: skip


def faults(at: At) -> Markup:
    """All faults of the text."""
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
        heading("Faults of the text"),
        tag("p", "The article's own errors as data: what is printed, what is wrong, how one can "
            "tell, and what is read instead. Nothing is mended in silence.", class_="lead"),
        table(["printed", "sentence", "kind", "what is wrong", "read as"], rows,
              counted(len(rows), "fault")),
    )  # fmt: skip


def findings(at: At) -> Markup:
    """What other sources say on claims."""
    data = at.data
    parts: list[Child] = [
        heading("Other sources"),
        tag("p", "What cited papers and others say on the review's claims, each as seen at the "
            "place that is linked.", class_="lead"),
    ]  # fmt: skip
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


def cited(at: At) -> Markup:
    """The reference list of the review."""
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
        heading("References"),
        tag(
            "p",
            "A work is named only where it was seen to fit what the review cites it for.",
            class_="lead",
        ),
        table(["number", "work", "identity", "claims"], rows, "The reference list of the review"),
    )


def questions(at: At) -> Markup:
    """The stored questions by topic."""
    topics: dict[str, list[Markup]] = {}
    for question in at.data.questions:
        iri = expand(f"query:{question.name}")
        topic = question.tags[0] if question.tags else "other"
        topics.setdefault(topic, []).append(
            tag("li", at.link(iri, question.summary), " ", tag("code", question.name))
        )
    return join(
        heading("Questions"),
        tag("p", "Each with its answer, the trap that it avoids, and its SPARQL.", class_="lead"),
        outlined(at, [
            (topic.replace(" ", "-"), topic.capitalize(), tag("ul", items, class_="list"))
            for topic, items in sorted(topics.items())
        ]),
    )  # fmt: skip
