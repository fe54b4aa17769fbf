"""Pieces that many pages share: marks, lists of statements, facts, tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

import pyoxigraph as ox

from ..namespaces import BASE, PREFIXES, SKOS, expand, shorten
from ..tables import Answer
from .data import DIRECT, INFERRED, Said, natural
from .layout import At, curie
from .markup import Child, Markup, is_link, join, tag
from .wording import proposition

CONTEXT: Final = (
    ("g12c:inModelSystem", "in"),
    ("g12c:inDisease", "in"),
    ("g12c:inPopulation", "among"),
    ("g12c:inGenotype", "with"),
    ("g12c:inSetting", "setting"),
    ("g12c:underTreatment", "under"),
    ("g12c:afterTreatment", "after"),
    ("g12c:comparedWith", "compared with"),
    ("g12c:viaPathway", "via"),
    ("g12c:actingOn", "on"),
    ("g12c:atRegion", "at"),
    ("g12c:resultingState", "into state"),
)
"""Where a claim holds, in the order in which it is told, each with the word before it."""


def statement(at: At, iri: str) -> Markup:
    """A statement of any kind as an item of a list: what it says, how surely, where, on what."""
    data = at.data
    if data.is_a(iri, "Finding") or data.is_a(iri, "EditorialNote"):
        kind = "Elsewhere" if data.is_a(iri, "Finding") else "Note"
        return _item(
            kind.lower(),
            [mark(kind), " ", at.link(iri, data.value(iri, "skos:definition"))],
            [[external(link) for link in data.values(iri, "g12c:seenIn")]],
        )
    printed = data.is_a(iri, "PrintedClaim")
    how: list[Child] = [_certainty(at, iri)]
    how.append(context(at, iri))
    how.append(at.links(data.values(iri, "g12c:evidenceType")))
    if open_points := data.values(iri, "g12c:leavesOpen"):
        how.append(join("open: ", at.links(open_points)))
    how.append(source(at, iri))
    marks: list[Child] = [(mark(name), " ") for name in _marks(at, iri, printed=printed)]
    denied = data.value(iri, "g12c:polarity") == expand("g12c:Denied")
    kind = "printed" if printed else "denied" if denied else ""
    return _item(kind, [marks, at.link(iri, proposition(at.data, iri))], how)


def _item(kind: str, what: Child, how: Sequence[Child]) -> Markup:
    told: list[Child] = []
    for part in how:
        if part:
            told += [" · ", part] if told else [part]
    return tag(
        "li", tag("p", what, class_="what"), tag("p", *told, class_="how"), class_=kind or None
    )


def _marks(at: At, iri: str, *, printed: bool) -> list[str]:
    names = ["As printed"] if printed else []
    if at.data.values(iri, "g12c:contests"):
        names.append("Contested")
    if not printed and is_corrected(at, iri):
        names.append("Corrected")
    return names


def is_corrected(at: At, iri: str) -> bool:
    """Whether the article prints something else than what is read."""
    return bool(at.data.subjects("g12c:readAs", iri))


def mark(name: str) -> Markup:
    """A word set apart, with a colour of its own."""
    return tag("span", name, class_=f"mark {name.split(maxsplit=1)[0].lower()}")


def _certainty(at: At, iri: str) -> Markup:
    cue = "; ".join(at.data.values(iri, "g12c:cue"))
    shown = at.links(at.data.values(iri, "g12c:certainty"))
    return join(shown, f" (“{cue}”)") if cue else shown


def context(at: At, iri: str) -> Markup:
    """Where a claim holds, in a row."""
    parts: list[Child] = []
    for prop, word in CONTEXT:
        if values := at.data.values(iri, prop):
            parts += ["; "] if parts else []
            parts += [f"{word} ", at.links(values)]
    return join(*parts)


def source(at: At, iri: str) -> Markup:
    """Sentence and references of a statement."""
    sentences = at.links(at.data.values(iri, "g12c:inSentence"))
    cited = references(at, iri)
    return join(sentences, "\u00a0", cited) if cited else sentences


def references(at: At, iri: str) -> Markup:
    """The references that a statement cites, by number."""
    found = sorted(at.data.values(iri, "g12c:cites"), key=lambda one: natural(at.data.label(one)))
    return at.links(found, " ")


def statements(at: At, iris: Iterable[str]) -> Markup:
    """A list of statements, sorted by where they stand in the article."""

    def place(iri: str) -> tuple[str, str, str]:
        return at.data.value(iri, "g12c:inSentence"), at.data.label(iri), iri

    return tag("ul", [statement(at, iri) for iri in sorted(set(iris), key=place)], class_="claims")


def section(at: At, name: str, words: str, *content: Child) -> Markup | None:
    """A part of a page under its heading, if there is anything in it."""
    if not any(content):
        return None
    return tag("section", tag("h2", words, id=at.id(name)), *content)


def outlined(at: At, sections: Iterable[tuple[str, str, Child]]) -> Markup:
    """The parts of a long page (id, heading, content), and before them a list of their headings."""
    there = [(name, title, content) for name, title, content in sections if content]
    links = [tag("a", title, href=at.href(f"{at.path}#{name}")) for name, title, _ in there]
    return join(
        tag("nav", links, class_="contents", aria_label="On this page"),
        [section(at, name, title, content) for name, title, content in there],
    )


def definitions(rows: Iterable[tuple[Child, Child]]) -> Markup | None:
    """Names and what they stand for; None if there are none."""
    items = [(tag("dt", name), tag("dd", value)) for name, value in rows if value]
    return tag("dl", items) if items else None


def facts(at: At, iri: str, hidden: Iterable[str]) -> Markup | None:
    """All other triples of a resource in words, but for what is drawn from claims or inferred."""
    skip = {expand(prop) for prop in hidden}
    rows = [
        said
        for said in at.data.said.get(iri, ())
        if said.prop not in skip and said.graph not in {DIRECT, INFERRED}
    ]
    return definitions(_grouped(at, rows))


def edges(at: At, iri: str, graph: str) -> Markup | None:
    """The triples of one made graph about a resource, in words."""
    types = expand("rdf:type")
    rows = [said for said in at.data.said.get(iri, ()) if said.graph == graph]
    return definitions(
        (at.link(prop, "is also" if prop == types else property_name(at, prop)), value)
        for prop, value in _values(at, rows)
    )


def _grouped(at: At, rows: Iterable[Said]) -> Iterable[tuple[Child, Child]]:
    for prop, values in _values(at, rows):
        yield at.link(prop, property_name(at, prop)), values


def _values(at: At, rows: Iterable[Said]) -> Iterable[tuple[str, Markup]]:
    for prop, group in groupby(sorted(rows, key=_order(at)), key=lambda said: said.prop):
        parts: list[Child] = []
        seen: set[str] = set()
        for said in group:
            if said.text in seen:
                continue
            seen.add(said.text)
            parts += [", "] if parts else []
            parts.append(term(at, said.value))
        yield prop, join(*parts)


def _order(at: At) -> Callable[[Said], tuple[str, list[tuple[int, str]]]]:
    def order(said: Said) -> tuple[str, list[tuple[int, str]]]:
        text = at.data.label(said.text) if isinstance(said.value, ox.NamedNode) else said.text
        return property_name(at, said.prop), natural(text)

    return order


def property_name(at: At, prop: str) -> str:
    """A property in words."""
    if prop == f"{SKOS}altLabel":
        return "also called"
    label = at.data.label(prop)
    return words(label.partition(":")[2]) if label == shorten(prop) else label


_LONGEST_WORD: Final = 30
"""More letters without a space are a digest, an identifier or a sequence."""


def term(at: At, value: object) -> Markup:
    """A value: one of ours by its label, another's by its CURIE, a literal as it is spelt."""
    if isinstance(value, ox.NamedNode):
        if value.value in at.data.paths:
            return at.link(value.value)
        if value.value.startswith(BASE):
            return tag("span", at.data.label(value.value))
        return external(value.value)
    if isinstance(value, ox.Literal):
        is_code = len(value.value) > _LONGEST_WORD and " " not in value.value
        return tag("code", value.value) if is_code else join(value.value)
    return tag("span", "a class expression")


def external(iri: str) -> Markup:
    """A link elsewhere, shown by its CURIE or host; words stay words."""
    if not is_link(iri):
        return join(iri)
    short = shorten(iri)
    shown = iri.split("//", 1)[1] if short == iri else short
    return tag("a", shown, href=iri, rel="external noreferrer")


def answer_table(at: At, found: Answer, caption: str) -> Markup:
    """An answer to a question as a table; a thing is linked, and named by its label beside it."""
    keep = [name for name in found.columns if f"{name}Label" not in found.columns]
    names = {name: i for i, name in enumerate(found.columns)}

    def cell(name: str, row: Sequence[object]) -> Markup | None:
        value = row[names[name]]
        of = names.get(name.removesuffix("Label")) if name.endswith("Label") else None
        thing = None if of is None else row[of]
        if isinstance(thing, ox.NamedNode) and isinstance(value, ox.Literal):
            return at.link(thing.value, value.value)
        return None if value is None else term(at, value)

    titles = [words(name.removesuffix("Label")) for name in keep]
    return table(titles, [[cell(name, row) for name in keep] for row in found.rows], caption)


def table(
    titles: Sequence[Child], rows: Iterable[Sequence[Child]], caption: str, kind: str = ""
) -> Markup:
    """A table that scrolls in its own box; the first cell of a row is its heading."""
    head = tag("thead", tag("tr", [tag("th", name, scope="col") for name in titles]))
    lines = [
        tag("tr", tag("th", row[0], scope="row"), [tag("td", cell) for cell in row[1:]])
        for row in rows
    ]
    made = tag(
        "table",
        tag("caption", caption),
        head,
        tag("tbody", lines),
        class_=kind or None,
    )
    return scroll(made, caption)


def scroll(content: Child, label: str) -> Markup:
    """A box that scrolls sideways and that the keyboard reaches."""
    return tag("div", content, class_="scroll", tabindex=0, role="region", aria_label=label)


def kind_of(at: At, iri: str) -> str:
    """The asserted classes of a resource, in words."""
    return ", ".join(at.data.label(expand(f"g12c:{kind}")) for kind in at.data.kinds(iri))


def identifiers(at: At, iri: str) -> Markup | None:
    """The entries of other resources that a thing is mapped to, how close, and where seen."""
    data = at.data
    rows: list[tuple[str, list[Child]]] = []
    for mapping in data.subjects("g12c:mappedThing", iri):
        relation = data.value(mapping, "g12c:mappingRelation")
        close = _CLOSENESS.get(relation.removeprefix(SKOS), relation)
        cells: list[Child] = [
            external(data.value(mapping, "g12c:mappingTarget")),
            data.value(mapping, "g12c:targetLabel"),
            close if at.single else at.link(mapping, close),
            data.value(mapping, "g12c:mappingSource"),
        ]
        rows.append((close, cells))
    if not rows:
        return None
    order = list(_CLOSENESS.values())
    rows.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    titles = ["identifier", "called there", "how close", "seen in"]
    return table(titles, [cells for _, cells in rows], "Identifiers elsewhere")


_CLOSENESS: Final[Mapping[str, str]] = {
    "exactMatch": "exact",
    "closeMatch": "close",
    "narrowMatch": "narrower there",
    "broadMatch": "broader there",
    "relatedMatch": "related",
}


def ask_box(at: At, query: str) -> Markup:
    """The SPARQL that gives the same, with the link that runs it."""
    prefixes = [
        f"PREFIX {prefix}: <{PREFIXES[prefix]}>"
        for prefix in ("g12c", "rdfs")
        if f"{prefix}:" in query
    ]
    text = "\n".join((*prefixes, query.strip()))
    if at.single:
        return tag("p", tag("a", "The same in SPARQL", href=at.ask(query=text)), class_="note")
    return tag(
        "details",
        tag("summary", "The SPARQL that gives the same"),
        tag("pre", tag("code", text), tabindex=0),
        tag("p", tag("a", "Run it", href=at.ask(query=text))),
    )


TOLD: Final = (
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


def heading(text: str, kind: Child = None) -> Markup:
    """The title of a page, with its kind above it."""
    return tag(
        "header", tag("p", kind, class_="kind") if kind else None, tag("h1", text), class_="title"
    )


def head(at: At, iri: str, name: str) -> Markup:
    """The title of a resource's page."""
    return tag(
        "header",
        tag("p", kind_of(at, iri) or "record", " ", curie(iri), class_="kind"),
        tag("h1", name),
        class_="title",
    )


def listing(at: At, iris: list[str]) -> Markup | None:
    """A list of statements, if there are any."""
    return statements(at, iris) if iris else None


def defects(at: At, iris: list[str], caption: str) -> Markup | None:
    """A table of faults, if there are any."""
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


def words(name: str) -> str:
    """A variable's name in words: ``claimCount`` is ``claim count``."""
    return "".join(f" {char.lower()}" if char.isupper() else char for char in name)
