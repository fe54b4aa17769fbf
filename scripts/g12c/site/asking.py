"""The query page, and the page of each stored question with its answer."""

import json
import re
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ..export.questions import body, executable
from ..namespaces import BASE, G12C, PREFIXES, expand
from ..questions import Question, run, spellings
from ..tables import Answer, answer, render
from .data import Data
from .layout import ELSEWHERE, At, Page, curie
from .markup import Child, Markup, data_block, join, tag
from .parts import answer_table, definitions, heading, mark, section, words
from .wording import counted

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


_FIRST: Final = 25
"""How many rows of an answer stand in the one file."""


def sparql(at: At) -> Markup:
    """The form, the editor and the place for answers, which the script fills."""
    library = data_block(json.dumps(_library(at), ensure_ascii=False))
    data = None if at.single else at.file("dataset.nq")
    return join(
        heading("SPARQL"),
        tag("p", "The whole dataset and an engine for ",
            tag("a", "SPARQL 1.1", href="https://www.w3.org/TR/sparql11-query/",
                rel="external noreferrer"),
            " run inside this page; a query never leaves it. Without a GRAPH clause it is about "
            "all ", tag("a", "named graphs", href=at.href("dataset")), " together.",
            class_="lead"),
        tag("div", tag("p", "Without JavaScript each ",
            tag("a", "question", href=at.href("questions")), " has its answer on its page, and ",
            tag("a", "the dataset", href=at.href("dataset")), " loads into any SPARQL engine."),
            id="sparql-app", data_dataset=data,
            data_worker=None if at.single else at.file("static/worker.js"),
            data_engine=None if at.single else at.file("static/oxigraph.wasm")),
        tag("script", Markup(library), type="application/json", id="library"),
    )  # fmt: skip


def _library(at: At) -> dict[str, Any]:
    """What the query page knows: questions, things by all their names, prefixes.

    A thing is the path of its IRI, its label, and its further names as `resolve` takes them; a kind
    is the numbers of the things that a parameter of that kind can be bound to.
    """
    data = at.data
    kinds = {p.kind for q in data.questions for p in q.parameters.values() if not p.is_literal}
    members = {kind: _members(data, kind) for kind in sorted(kinds)}
    things = sorted({iri for some in members.values() for iri in some})
    numbers = {iri: number for number, iri in enumerate(things)}
    names = spellings(data.store, things)
    return {
        "base": BASE,
        "example": _EXAMPLE,
        "prefixes": dict(PREFIXES),
        "questions": [
            {
                "name": question.name,
                "summary": question.summary,
                "topic": question.tags[0] if question.tags else "other",
                "trap": question.trap,
                "sparql": body(question),
                "parameters": [
                    {"name": p.name, "kind": p.kind, "example": p.example, "about": p.description}
                    for p in question.parameters.values()
                ],
            }
            for question in data.questions
        ],
        "things": [
            [iri.removeprefix(BASE), label, *sorted(names[iri] - {label.casefold()})]
            for iri in things
            for label in (data.label(iri),)
        ],
        "kinds": {kind: [numbers[iri] for iri in some] for kind, some in members.items()},
        "terms": sorted(iri.removeprefix(G12C) for iri in data.paths if iri.startswith(G12C)),
        "ours": sorted(
            path
            for iri, path in data.paths.items()
            if not (at.single and iri.startswith(ELSEWHERE))
        ),
    }


def _members(data: Data, kind: str) -> list[str]:
    return [iri for iri in data.of_kind(kind) if "#" not in iri or kind != "Thing"]


def question_page(data: Data, question: Question) -> Page:
    """The page of a stored question with its answer: the rows of a SELECT, or the text of it."""
    iri = expand(f"query:{question.name}")

    @cache
    def result() -> Answer | str:
        given = run(data.store, question.sparql, str(question.path))
        if isinstance(given, ox.QuerySolutions):
            return answer(given)
        return render(given, "ttl" if isinstance(given, ox.QueryTriples) else "csv").decode()

    def content(at: At) -> Markup:
        found = result()
        return join(
            heading(question.summary, ["question ", curie(iri)]),
            tag("p", question.description, class_="lead") if question.description else None,
            _trap(at, question.trap) if question.trap else None,
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
                        f"{words(p.kind[:1].lower() + p.kind[1:])}, such as {p.example}."
                        f"{' ' + p.description if p.description else ''}",
                    )
                    for name, p in question.parameters.items()
                ),
            ),
            _text(at, found) if isinstance(found, str) else _rows(at, question, found),
            section(at, "sparql", "SPARQL", tag("pre", tag("code", body(question)), tabindex=0)),
        )

    return Page(
        data.paths[iri],
        question.summary,
        content,
        question.description,
        iri,
        schema={"@type": "CreativeWork", "identifier": iri, "keywords": list(question.tags)},
        triples=lambda: [*executable(question)],
    )


def _trap(at: At, trap: str) -> Markup:
    """What to beware of; a question that it names is linked."""
    names = {question.name for question in at.data.questions}
    parts: list[Child] = [
        at.link(expand(f"query:{word}"), word) if word in names else word
        for word in re.split(r"([a-z]+(?:-[a-z]+)+)", trap)
    ]
    return tag("p", mark("Trap"), " ", parts, class_="trap")


def _text(at: At, found: str) -> Markup | None:
    return section(at, "answer", "Answer", tag("pre", tag("code", found), tabindex=0))


def _rows(at: At, question: Question, found: Answer) -> Markup | None:
    """The rows, or in the one file the first of them."""
    number = len(found.rows)
    more: Child = None
    if not at.single:
        more = tag("p", tag("a", "Answer as CSV", href=at.file(f"query/{question.name}.csv")))
    elif number > _FIRST:
        found = Answer(found.columns, found.rows[:_FIRST])
        rest = tag("a", f"All {number} rows", href=at.ask(question=question.name))
        more = tag("p", f"The first {_FIRST}. ", rest, " come when it is asked.")
    return section(
        at,
        "answer",
        f"Answer, {counted(number, 'row')}",
        answer_table(at, found, question.summary),
        more,
    )
