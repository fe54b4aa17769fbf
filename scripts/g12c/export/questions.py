"""The stored questions as data: their answers, for SPARQL editors and assistants, and over HTTP.

In RDF they are SHACL executables in the manner of the SIB's sparql-examples, with the declarations
of prefixes and, so that a tool knows what can be asked, which properties each class has and what
they lead to, with counts (VoID partitions, and the void-ext vocabulary for datatypes). For callers
over HTTP they are an OpenAPI 3.1 document. Both are made; nobody edits them.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

import pyoxigraph as ox

from .. import tables
from ..namespaces import BASE, PREFIXES, RDF, expand, shorten
from ..questions import Parameter, Question, all_questions, form_of, run
from ..turtle import write
from . import Export
from .claims import SLICES, Dataset, stem
from .metadata import LICENCES
from .terms import english, triple, typed

_DECLARATIONS: Final = f"{BASE}prefix"
_RESULTS: Final = {
    "application/sparql-results+json": {"$ref": "#/components/schemas/Results"},
    "application/sparql-results+xml": {"type": "string"},
    "text/csv": {"type": "string"},
    "text/tab-separated-values": {"type": "string"},
}


_FORMS: Final = (
    "The Accept header chooses the form; so does .csv, .tsv, .json or .xml behind a name."
)
_REFUSALS: Final = {
    "Refused": ("400", "A parameter or its value is not known; the sentence says what is."),
    "NotAcceptable": ("406", "The answer does not come in a form that Accept names."),
    "TooLarge": ("413", "The answer has too many rows or bytes; ask for less."),
    "Unavailable": ("503", "The answer took too long, or too many ask; see Retry-After."),
}
"""What goes wrong: its name, the HTTP status and what it means."""


def answers(dataset: Dataset) -> Export:
    """``answers/NAME.csv``, or ``.ttl`` where a question constructs a graph.

    Raises `G12cError` if a question cannot be asked.
    """
    files = {}
    for question in all_questions(dataset.sources):
        result = run(dataset.store, question.sparql, str(question.path))
        form = tables.default_format(result, looked_at=False)
        files[f"answers/{question.name}.{form}"] = tables.render(result, form)
    return Export(files)


def questions(dataset: Dataset) -> Export:
    """``questions.ttl``: the questions, the prefixes that they use, and the partitions."""
    asked = all_questions(dataset.sources)
    text = write(
        [*chain.from_iterable(map(executable, asked)), *_declarations(asked), *partitions(dataset)],
        "The stored questions as SHACL executables, prefixes, and what each class of things has.",
    )
    return Export({"questions.ttl": text.encode()})


def openapi(dataset: Dataset, server: str = "") -> Export:
    """``openapi.json``: each question as an operation.

    ``server`` is the address that answers, which may be relative to that of the document; without
    it the document names none, because nothing answers beside a file.
    """
    about = dataset.metadata
    asked = all_questions(dataset.sources)
    topics = sorted({question.tags[0] for question in asked})
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "version": about.version,
            "description": f"{about.description}\n\n{_FORMS}",
            "license": {
                "name": about.data_licence,
                "url": LICENCES[about.data_licence],
            },
        },
        **({"servers": [{"url": server}]} if server else {}),
        "tags": [{"name": topic} for topic in topics],
        "paths": {f"/{question.name}": {"get": _operation(question)} for question in asked},
        "components": {
            "schemas": {"Results": _RESULTS_SCHEMA},
            "responses": {
                name: {
                    "description": description,
                    "content": {"text/plain": {"schema": {"type": "string"}}},
                }
                for name, (_, description) in _REFUSALS.items()
            },
        },
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return Export({"openapi.json": text.encode()})


# --- RDF --------------------------------------------------------------------------------------


def executable(question: Question) -> Iterator[ox.Triple]:
    """A question as a SHACL executable, in the manner of the SIB's sparql-examples."""
    node = f"query:{question.name}"
    form = form_of(question.sparql).capitalize()
    yield triple(node, "rdf:type", "sh:SPARQLExecutable")
    yield triple(node, "rdf:type", f"sh:SPARQL{form}Executable")
    yield triple(node, "rdfs:comment", english(question.summary))
    yield triple(node, "dcterms:description", english(question.description))
    if question.trap:
        yield triple(node, "skos:scopeNote", english(question.trap))
    for tag in question.tags:
        yield triple(node, "schema:keywords", ox.Literal(tag))
    yield triple(node, "sh:prefixes", _DECLARATIONS)
    yield triple(node, f"sh:{form.lower()}", ox.Literal(body(question)))


def body(question: Question) -> str:
    """The SPARQL of a question without its header."""
    return re.sub(r"^#\+.*\n", "", question.sparql, flags=re.MULTILINE).strip() + "\n"


def _declarations(asked: Iterable[Question]) -> Iterator[ox.Triple]:
    used = {
        prefix
        for question in asked
        for prefix in re.findall(r"^PREFIX ([\w.-]+):", question.sparql, re.MULTILINE)
    }
    yield triple(_DECLARATIONS, "rdf:type", "owl:Ontology")
    for prefix in sorted(used):
        node = f"{_DECLARATIONS}/{prefix}"
        yield triple(_DECLARATIONS, "sh:declare", node)
        yield triple(node, "rdf:type", "sh:PrefixDeclaration")
        yield triple(node, "sh:prefix", ox.Literal(prefix))
        yield triple(node, "sh:namespace", typed(PREFIXES[prefix], "anyURI"))


def partitions(dataset: Dataset) -> Iterator[ox.Triple]:
    """How many of each class there are, which properties they have, and what those lead to.

    Over everything, with the types that are asserted: inferred ones would say all of this again for
    every broader class. Only what has an IRI counts.
    """
    inferred = ox.NamedNode(expand("graph:inferred"))
    kinds: defaultdict[object, set[str]] = defaultdict(set)
    facts: set[tuple[str, str, object]] = set()
    for quad in dataset.quads:
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        if quad.predicate.value != f"{RDF}type":
            facts.add((quad.subject.value, quad.predicate.value, quad.object))
        elif isinstance(quad.object, ox.NamedNode) and quad.graph_name != inferred:
            kinds[quad.subject.value].add(quad.object.value)
    entities = Counter(kind for of in kinds.values() for kind in of)
    properties: Counter[tuple[str, str]] = Counter()
    ends: Counter[tuple[str, str, str, str]] = Counter()
    for subject, predicate, value in facts:
        if isinstance(value, ox.Literal):
            leads_to = [("datatype", value.datatype.value)]
        else:
            leads_to = [("class", kind) for kind in kinds.get(getattr(value, "value", None), ())]
        for kind in kinds.get(subject, ()):
            properties[kind, predicate] += 1
            ends.update((kind, predicate, *end) for end in leads_to)
    whole = f"{dataset.metadata.version_iri}/{stem(SLICES[-1])}"
    yield triple(whole, "rdf:type", "void:Dataset")
    for kind, count in entities.items():
        part = _part(whole, kind)
        yield triple(whole, "void:classPartition", part)
        yield triple(part, "void:class", kind)
        yield triple(part, "void:entities", count)
    for (kind, predicate), count in properties.items():
        part = _part(whole, kind, predicate)
        yield triple(_part(whole, kind), "void:propertyPartition", part)
        yield triple(part, "void:property", predicate)
        yield triple(part, "void:triples", count)
    for (kind, predicate, sort, end), count in ends.items():
        vocabulary = "void" if sort == "class" else "voidext"
        part = _part(whole, kind, predicate, end)
        yield triple(_part(whole, kind, predicate), f"{vocabulary}:{sort}Partition", part)
        yield triple(part, f"{vocabulary}:{sort}", end)
        yield triple(part, "void:triples", count)


def _part(whole: str, *names: str) -> str:
    return f"{whole}#class-{'--'.join(shorten(name).replace(':', '-') for name in names)}"


# --- OpenAPI ----------------------------------------------------------------------------------

_RESULTS_SCHEMA: Final = {
    "description": "SPARQL 1.1 Query Results JSON",
    "type": "object",
    "required": ["head", "results"],
    "properties": {
        "head": {
            "type": "object",
            "properties": {"vars": {"type": "array", "items": {"type": "string"}}},
        },
        "results": {
            "type": "object",
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["type", "value"],
                            "properties": {
                                "type": {"enum": ["uri", "literal", "bnode"]},
                                "value": {"type": "string"},
                                "datatype": {"type": "string"},
                                "xml:lang": {"type": "string"},
                            },
                        },
                    },
                }
            },
        },
    },
}


def _operation(question: Question) -> dict[str, Any]:
    description = question.description
    if question.trap:
        description += f"\n\nTrap: {question.trap}"
    return {
        "operationId": question.name,
        "summary": question.summary,
        "description": description,
        "tags": list(question.tags[:1]),
        "parameters": [_parameter(parameter) for parameter in question.parameters.values()],
        "responses": {
            "200": {
                "description": f"Rows of {', '.join(columns(question))}.",
                "content": {kind: {"schema": schema} for kind, schema in _RESULTS.items()},
            },
            **{
                status: {"$ref": f"#/components/responses/{name}"}
                for name, (status, _) in _REFUSALS.items()
            },
        },
    }


def columns(question: Question) -> Sequence[str]:
    """The variables of the rows; none for a question that is not a SELECT."""
    found = ox.Store().query(question.sparql)
    return [v.value for v in found.variables] if isinstance(found, ox.QuerySolutions) else []


def _parameter(parameter: Parameter) -> dict[str, Any]:
    is_number = parameter.kind == "integer"
    about = f"{parameter.description} " if parameter.description else ""
    if not parameter.is_literal:
        about += f"A {parameter.kind}: its label, a synonym, an identifier, a CURIE or an IRI."
    return {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": (about or "Left out, the answer is for all.").strip(),
        "schema": {"type": "integer" if is_number else "string"},
        "example": int(parameter.example) if is_number else parameter.example,
    }
