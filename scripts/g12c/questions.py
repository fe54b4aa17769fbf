"""The stored questions: one ``.rq`` file each, its contract in a grlc-style ``#+`` header.

A parameter is an ordinary variable of a required pattern. Left unbound, the question answers for
all; bound, it becomes the first line inside WHERE as ``VALUES``, the one way of binding that is
right in every engine.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import yaml

from .errors import G12cError, SourceError
from .namespaces import PREFIXES, XSD, expand
from .reading import decode, read_file
from .sources import Sources

_HEADER = re.compile(r"^#\+ ?(.*)$", re.MULTILINE)
_WHERE = re.compile(r"^WHERE \{[ ]*$", re.MULTILINE)
_FIELDS = {"summary", "description", "tags", "parameters", "trap"}

Terms = tuple[ox.NamedNode | ox.Literal, ...]
"""What a parameter is bound to: each of the terms gives its rows."""


@dataclass(frozen=True)
class Parameter:
    """A variable of a question that a user may bind.

    ``kind`` is the class of the ontology that its values belong to (``Drug``), or the local name of
    an XSD type (``integer``, ``string``) for a literal; ``example`` is as a user would type it.
    """

    name: str
    kind: str
    example: str
    description: str = ""

    @property
    def is_literal(self) -> bool:
        """Whether values are literals rather than things of the graph."""
        return self.kind[:1].islower()


@dataclass(frozen=True)
class Question:
    """A stored SPARQL query with its contract."""

    name: str
    summary: str
    sparql: str
    path: Path
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    trap: str = ""

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; raises `G12cError` with near names if there is none."""
        if name not in self.parameters:
            takes = f" ({self.name} takes {', '.join(self.parameters) or 'no parameters'})"
            raise G12cError(unknown("parameter", name, self.parameters, self.name) + takes)
        return self.parameters[name]

    def bind(self, values: Mapping[str, Terms]) -> str:
        """The query with ``values`` (by parameter name) as the first lines inside WHERE.

        Raises `G12cError` for a parameter that the question does not have.
        """
        text = self.sparql
        for name, terms in sorted(values.items(), reverse=True):
            self.parameter(name)
            where = _WHERE.search(text)
            end = where.end() if where else 0
            text = f"{text[:end]}\n  VALUES ?{name} {{ {' '.join(map(str, terms))} }}{text[end:]}"
        return text


def read_question(path: Path) -> Question:
    """The question in one file.

    Raises `SourceError` if its header is missing, is not YAML or has unknown fields, or if the
    query has parameters and no line ``WHERE {`` to bind them behind.
    """
    return parse_question(decode(read_file(path), str(path)), path)


def parse_question(text: str, path: Path) -> Question:
    """The question in the text of a file; raises like `read_question`."""
    lines = _HEADER.findall(text)
    if not lines:
        return Question(path.stem, "", text, path)
    try:
        yaml_text = "\n".join(lines)
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(yaml_text)):
            raise SourceError("the header has an alias, which can explode; write it out", path, 1)
        header: Any = yaml.load(yaml_text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise SourceError(f"the header is not YAML: {error}", path, line) from None
    if not isinstance(header, dict) or not header.get("summary"):
        raise SourceError("the header needs a line '#+ summary: …' with the question", path, 1)
    if unknown := set(header) - _FIELDS:
        known = ", ".join(sorted(_FIELDS))
        raise SourceError(f"unknown header field {min(unknown)!r}; known: {known}", path, 1)
    parameters = {
        name: Parameter(
            name,
            str(about.get("kind", "string")),
            str(about.get("example", "")),
            str(about.get("description", "")),
        )
        for name, about in (header.get("parameters") or {}).items()
    }
    if parameters and not _WHERE.search(text):
        raise SourceError("a query with parameters needs a line 'WHERE {'", path)
    return Question(
        path.stem,
        str(header["summary"]),
        text,
        path,
        str(header.get("description", "")).strip(),
        tuple(str(tag) for tag in header.get("tags") or ()),
        parameters,
        str(header.get("trap", "")).strip(),
    )


def all_questions(sources: Sources) -> list[Question]:
    """All stored questions, by name."""
    return [read_question(path) for path in sources.query_files()]


def find_question(sources: Sources, name: str) -> Question:
    """The stored question of that name.

    Raises `G12cError` with the nearest names if there is none.
    """
    paths = {path.stem: path for path in sources.query_files()}
    if name in paths:
        return read_question(paths[name])
    found = search(all_questions(sources), name)
    nearest = [question.name for question in found[:3]]
    hint = f"; g12c show {name} shows a thing of that name, g12c query lists all questions"
    raise G12cError(unknown("question", name, paths, "the library", nearest) + hint)


def search(questions: Iterable[Question], words: str) -> list[Question]:
    """The questions that have the most of the words, in what their headers say of them.

    Those with more of the words in the name or the summary come first. Examples of parameters
    count, so that a drug's name finds what can be asked of a drug. A word counts where one begins
    with it, in the singular or the plural, and with a hyphen or a space; none if no word is found.
    """
    wanted = [_folded(word) for word in re.findall(r"\w[\w-]*", words)]
    wanted = [word[:-1] if word.endswith("s") and len(word) > 4 else word for word in wanted]
    found: dict[int, list[tuple[int, str, Question]]] = {}
    for question in questions:
        front = _folded(f"{question.name} {question.summary}")
        examples = (parameter.example for parameter in question.parameters.values())
        rest = _folded(" ".join((*question.tags, question.description, *examples)))
        hits = sum(word in front or word in rest for word in wanted)
        missed = sum(word not in front for word in wanted)
        found.setdefault(hits, []).append((missed, question.name, question))
    best = max(found, default=0)
    ranked = sorted(found[best], key=lambda hit: hit[:2]) if best else []
    return [question for *_, question in ranked]


def _folded(text: str) -> str:
    """The words of a text in lower case, with a space before each."""
    return "".join(f" {word}" for word in re.findall(r"\w+", text.casefold()))


_NO_KEYWORDS = re.compile(r"""<[^<>"{}|^`\\\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#[^\n]*""")
_QUERY_FORM = re.compile(r"(?<![\w:?$-])(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b(?!:)", re.IGNORECASE)


def form_of(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE: which of them a query is; empty for none."""
    found = _QUERY_FORM.search(_NO_KEYWORDS.sub(" ", text))
    return found[0].upper() if found else ""


UNION: Final[Mapping[str, Any]] = {"use_default_graph_as_union": True}
"""What makes the union of all named graphs the default graph."""


def run(
    store: ox.Store, text: str, name: str = "query", dataset: Mapping[str, Any] = UNION
) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
    """The answer of the store; ``dataset`` is what its `query` takes to choose graphs.

    Raises `SourceError` with the line for text that is not SPARQL 1.1.
    """
    try:
        return store.query(text, prefixes=dict(PREFIXES), **dataset)
    except (SyntaxError, ValueError) as error:
        place = re.search(r"at (\d+):(\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise SourceError(f"is not SPARQL 1.1: {error}", name, line, column) from None


def select(store: ox.Store, text: str) -> ox.QuerySolutions:
    """The rows of a SELECT of our own; raises `TypeError` if it is none."""
    rows = run(store, text)
    if not isinstance(rows, ox.QuerySolutions):
        raise TypeError(text)
    return rows


# --- values of parameters ---------------------------------------------------------------------

_NAMING = tuple(
    ox.NamedNode(expand(name))
    for name in (
        "rdfs:label",
        "skos:altLabel",
        "skos:hiddenLabel",
        "g12c:hgvs",
        "g12c:vrsIdentifier",
    )
)
_IDENTIFIERS = """
SELECT DISTINCT ?thing ?name
WHERE {
  ?mapping g12c:mappedThing ?thing ;
    g12c:mappingRelation skos:exactMatch ;
    g12c:identifier ?name .
}
"""


def normal(name: str) -> str:
    """A name as it is compared: letters and digits only, in lower case (AMG 510 = amg-510)."""
    return "".join(re.findall(r"[^\W_]", name.casefold()))


def spellings(store: ox.Store, things: Collection[str]) -> dict[str, set[str]]:
    """Each of the ``things`` → its names in lower case, by which a user can mean it.

    Labels, synonyms, HGVS, VRS, exact identifiers. Identifiers and HGVS names count without what is
    before the colon too, unless only digits are left.
    """
    found: dict[str, set[str]] = {thing: set() for thing in things}

    def add(thing: str, text: str) -> None:
        local = text.partition(":")[2]
        for form in (text, local if not local.isdigit() else ""):
            found[thing] |= {form.casefold()} - {""}

    for thing in things:
        node = ox.NamedNode(thing)
        for naming in _NAMING:
            for quad in store.quads_for_pattern(node, naming, None, None):
                if isinstance(quad.object, ox.Literal):
                    add(thing, quad.object.value)
    for row in select(store, _IDENTIFIERS):
        if row["thing"].value in found:
            add(row["thing"].value, row["name"].value)
    return found


def names(store: ox.Store, things: Collection[str]) -> dict[str, set[str]]:
    """Name → IRIs of the ``things`` with it; each of the `spellings`, as it is and normalised."""
    found: dict[str, set[str]] = {}
    for thing, forms in spellings(store, things).items():
        for form in forms:
            for key in {form, normal(form)} - {""}:
                found.setdefault(key, set()).add(thing)
    return found


def resolve(store: ox.Store, text: str, kind: str | None = None) -> list[str]:
    """The IRIs that a user can mean by ``text``: a label, synonym, identifier, CURIE or IRI.

    ``kind`` is the class that they must belong to. Raises `G12cError` with near names if there are
    none.
    """
    iri = text.strip("<>")
    if ":" in text and "://" not in text:
        with suppress(KeyError):
            iri = expand(text)
    members = _members(store, kind)
    if iri in members:
        return [iri]
    by_name = names(store, members)
    found = by_name.get(text.casefold()) or by_name.get(normal(text))
    if not found:
        near = get_close_matches(normal(text), by_name, 6, 0.6)
        labels = list(dict.fromkeys(label_of(store, min(by_name[name])) for name in near))
        what = kind.lower() if kind else "thing"
        raise G12cError(unknown(what, text, [], "the graph", labels[:3]))
    return sorted(found)


def _members(store: ox.Store, kind: str | None) -> set[str]:
    query = "SELECT DISTINCT ?thing WHERE { ?thing ?property ?value FILTER(ISIRI(?thing)) }"
    if kind is not None:
        kind = expand(f"g12c:{kind}")
        query = f"SELECT DISTINCT ?thing WHERE {{ ?thing a/rdfs:subClassOf* <{kind}> }}"
    return {row["thing"].value for row in select(store, query)}


def label_of(store: ox.Store, iri: str) -> str:
    """The label of a thing, else its IRI."""
    label = ox.NamedNode(expand("rdfs:label"))
    quads = store.quads_for_pattern(ox.NamedNode(iri), label, None, None)
    return min((q.object.value for q in quads if isinstance(q.object, ox.Literal)), default=iri)


def value_of(store: ox.Store, parameter: Parameter, text: str) -> Terms:
    """The RDF terms for what a user typed for a parameter: all things of its kind with that name.

    Raises `G12cError` if nothing of the parameter's kind has that name, or if the text is no value
    of the datatype.
    """
    if parameter.is_literal:
        from .datatypes import literal_fault

        datatype = XSD + parameter.kind
        if fault := literal_fault(text, datatype):
            raise G12cError(f"{parameter.name}: {fault}")
        return (ox.Literal(text, datatype=ox.NamedNode(datatype)),)
    return tuple(map(ox.NamedNode, resolve(store, text, parameter.kind)))


def values_of(store: ox.Store, question: Question, given: Mapping[str, str]) -> dict[str, Terms]:
    """For `Question.bind`, the terms for what a user typed, by names of parameters.

    Raises `G12cError` like `value_of`, and for a parameter that the question does not have.
    """
    return {name: value_of(store, question.parameter(name), text) for name, text in given.items()}


def occurring(
    store: ox.Store, question: Question, values: Mapping[str, Terms], name: str
) -> list[str]:
    """What the parameter ``name`` has rows for, the other ``values`` as they are: labels, sorted.

    This is what to tell somebody whose answer is empty.
    """
    others = {key: terms for key, terms in values.items() if key != name}
    found = {row[name] for row in select(store, question.bind(others))} - {None}
    return sorted(
        label_of(store, t.value) if isinstance(t, ox.NamedNode) else t.value for t in found
    )


def unknown(
    what: str, text: str, known: Iterable[str], where: str, nearest: list[str] | None = None
) -> str:
    """A sentence on a name that is not known, with the nearest that are."""
    near = nearest or get_close_matches(text, list(known), 3, 0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"there is no {what} {text!r} in {where}{hint}"
