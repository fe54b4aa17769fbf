"""What editors, assistants and HTTP callers are told about the questions is whole and true."""

import json
import re
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from roundtrip import dataset

from g12c.export.questions import columns, openapi, questions
from g12c.namespaces import PREFIXES, expand
from g12c.questions import Question, all_questions, form_of, select
from g12c.sources import find_sources

QUESTIONS = all_questions(find_sources())

every_question = pytest.mark.parametrize("question", QUESTIONS, ids=[q.name for q in QUESTIONS])


@cache
def published() -> ox.Store:
    """``questions.ttl`` in a store, as an endpoint would hold it."""
    store = ox.Store()
    data = questions(dataset()).files["questions.ttl"]
    store.load(data, format=ox.RdfFormat.TURTLE)
    return store


@cache
def document() -> dict[str, Any]:
    """``openapi.json``."""
    found: dict[str, Any] = json.loads(openapi(dataset()).files["openapi.json"])
    return found


# --- what SPARQL editors ask an endpoint for --------------------------------------------------


@every_question
def test_an_editor_finds_the_question(question: Question) -> None:
    """Once, with the words for people, and with text that is the query."""
    rows = list(
        select(
            published(),
            f"""SELECT ?comment ?query WHERE {{
              <{expand(f"query:{question.name}")}> a sh:SPARQLExecutable ;
                rdfs:comment ?comment ;
                sh:prefixes/sh:declare/sh:prefix "g12c" ;
                sh:select|sh:ask|sh:construct ?query }}""",
        )
    )
    assert len(rows) == 1
    assert rows[0]["comment"] == ox.Literal(question.summary, language="en")
    text = rows[0]["query"].value
    assert "#+" not in text
    assert form_of(text) == form_of(question.sparql)
    data = dataset().store
    here = data.query(text, use_default_graph_as_union=True)
    whole = data.query(question.sparql, use_default_graph_as_union=True)
    assert list(map(str, here)) == list(map(str, whole))  # type: ignore[arg-type]


def test_no_endpoint_is_named_that_there_is_not() -> None:
    """An editor would send the question to a page; what is set here must answer SPARQL."""
    assert not list(select(published(), "SELECT ?target WHERE { ?query schema:target ?target }"))


def test_prefixes_are_those_that_the_questions_use() -> None:
    """Each declared once, as the questions declare it."""
    rows = select(
        published(), "SELECT ?prefix ?iri WHERE { ?node sh:prefix ?prefix ; sh:namespace ?iri }"
    )
    found = [(row["prefix"].value, row["iri"].value) for row in rows]
    used = {p for q in QUESTIONS for p in re.findall(r"^PREFIX (\S+):", q.sparql, re.MULTILINE)}
    assert sorted(found) == sorted((prefix, PREFIXES[prefix]) for prefix in used)


_ENDS = """
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT ?class ?property ?end ?triples WHERE {
  ?of void:class ?class ; void:propertyPartition ?part .
  ?part void:property ?property .
  { ?part void:classPartition ?to . ?to void:class ?end ; void:triples ?triples }
  UNION
  { ?part void-ext:datatypePartition ?to . ?to void-ext:datatype ?end ; void:triples ?triples }
}
"""
_COUNTED = """
SELECT ?class ?property ?end (COUNT(*) AS ?triples) WHERE {
  {
    SELECT DISTINCT ?class ?subject ?property ?value ?end WHERE {
      GRAPH ?graph { ?subject a ?class }
      ?subject ?property ?value .
      OPTIONAL { GRAPH ?other { ?value a ?kind } FILTER(?other != graph:inferred) }
      BIND(IF(ISLITERAL(?value), DATATYPE(?value), ?kind) AS ?end)
      FILTER(?graph != graph:inferred && ISIRI(?subject) && ISIRI(?class) && BOUND(?end))
      FILTER(ISIRI(?end) && !ISBLANK(?value) && ?property != rdf:type)
    }
  }
}
GROUP BY ?class ?property ?end
"""


def test_partitions_are_what_sparql_counts() -> None:
    """For each class and property: how many triples lead to which class or datatype."""

    def counts(store: ox.Store, text: str) -> dict[tuple[str, ...], int]:
        return {
            tuple(row[name].value for name in ("class", "property", "end")): int(
                row["triples"].value
            )
            for row in select(store, text)
        }

    found = counts(published(), _ENDS)
    assert len(found) > 500
    assert found == counts(dataset().store, _COUNTED)


# --- OpenAPI ----------------------------------------------------------------------------------


@every_question
def test_an_operation_tells_how_to_call_it(question: Question) -> None:
    """Its parameters, each with an example, and the columns of its rows."""
    operation = document()["paths"][f"/{question.name}"]["get"]
    assert operation["summary"] == question.summary
    assert question.trap in operation["description"]
    parameters = {each["name"]: each for each in operation["parameters"]}
    assert parameters.keys() == question.parameters.keys()
    for name, parameter in parameters.items():
        assert str(parameter["example"]) == question.parameters[name].example
        assert parameter["description"]
    for column in columns(question):
        assert re.search(rf"\b{column}\b", operation["responses"]["200"]["description"])


def test_a_file_names_no_server() -> None:
    """Beside it nothing answers; what answers tells where, by the address that it is given."""
    assert "servers" not in document()
    served = json.loads(openapi(dataset(), "/api").files["openapi.json"])
    assert served == {**document(), "servers": [{"url": "/api"}]}


def test_every_reference_inside_the_document_leads_somewhere() -> None:
    """``$ref`` to a component that is there, a tag that is listed, a name used once."""
    text = json.dumps(document())
    for path in re.findall(r'"\$ref": "#/([^"]+)"', text):
        place: Any = document()
        for step in path.split("/"):
            place = place[step]
    assert "$ref" in text
    operations = [path["get"] for path in document()["paths"].values()]
    assert len({operation["operationId"] for operation in operations}) == len(QUESTIONS)
    listed = {tag["name"] for tag in document()["tags"]}
    assert {tag for operation in operations for tag in operation["tags"]} == listed
    for operation in operations:
        assert operation["responses"].keys() == {"200", "400", "406", "413", "503"}


def test_made_twice_it_is_the_same() -> None:
    """No order of a set goes into the files."""
    for form in (questions, openapi):
        assert form(dataset()).files == form(dataset()).files
