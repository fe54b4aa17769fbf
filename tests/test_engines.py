"""The release goes into Apache Jena and Virtuoso whole, and every question gives the same rows.

Run with ``-m engines``. An engine that is not installed is a failure then, never a skipped test.
"""

from collections import Counter
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from engines.servers import NotInstalledError, Running, jena, virtuoso
from test_answers import cases, embedded

from g12c import questions, remote
from g12c.errors import G12cError
from g12c.namespaces import G12C, XSD, graph_iri
from g12c.sources import find_sources
from g12c.store import published
from g12c.tables import Result

pytestmark = pytest.mark.engines

ENGINES = {"jena": jena, "virtuoso": virtuoso}


@pytest.fixture(scope="module", params=ENGINES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Each engine in turn, with the release in it."""
    try:
        with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as engine:
            remote.load(engine.server, engine.graph_store, published(find_sources()))
            yield engine
    except NotInstalledError as error:
        pytest.fail(f"{request.param} is not installed: {error}")


@pytest.fixture(scope="module")
def graphs(running: Running) -> list[str]:
    """The graphs to ask this engine with."""
    return remote.dataset(running.server, embedded())


@pytest.mark.parametrize(("name", "case"), cases())
def test_same_rows_as_embedded(
    running: Running, graphs: list[str], name: str, case: dict[str, Any]
) -> None:
    """Every question with every recorded parameter, all columns, the rows as a multiset."""
    question = questions.find_question(find_sources(), name)
    values = {
        parameter: questions.value_of(embedded(), question.parameter(parameter), str(value))
        for parameter, value in case["parameters"].items()
    }
    text = question.bind(values)
    assert rows(running.server.answer(text, graphs)) == rows(questions.run(embedded(), text))


def rows(result: Result) -> Counter[tuple[object, ...]]:
    """The rows of a SELECT or the triples of a CONSTRUCT, each with how often it is there."""
    if isinstance(result, ox.QuerySolutions):
        names = sorted(variable.value for variable in result.variables)
        return Counter(tuple(_comparable(row[name]) for name in names) for row in result)
    if isinstance(result, ox.QueryBoolean):
        return Counter([(bool(result),)])
    return Counter((triple,) for triple in result)


def _comparable(term: object) -> object:
    """The term; for a number its value, since engines spell a sum in different ways."""
    if isinstance(term, ox.Literal) and term.datatype.value in {f"{XSD}integer", f"{XSD}decimal"}:
        return Decimal(term.value)
    return term


def test_what_is_there_is_not_sent_again(running: Running) -> None:
    """A second load finds every graph by count and hash."""
    assert remote.load(running.server, running.graph_store, published(find_sources())).endswith(
        " 0 new"
    )


@pytest.mark.parametrize("way", ["graph store", "update"])
def test_a_load_cut_short_is_refused_and_goes_on(running: Running, way: str) -> None:
    """With a triple missing nothing is answered; the next load sends that graph alone."""
    target: remote.GraphStore | remote.Updates = running.graph_store
    if way == "update":
        target = remote.Updates(running.update, running.server)
    name = graph_iri("ontology")
    graph = ox.NamedNode(name)
    quads = published(find_sources())
    triples = [quad.triple for quad in quads if quad.graph_name == graph]
    running.graph_store.put(name, triples[1:])
    question = questions.find_question(find_sources(), "resistance-by-drug")
    with pytest.raises(G12cError, match=f"holds {len(triples) - 1} of the {len(triples)} triples"):
        remote.dataset(running.server, embedded())
    assert remote.load(running.server, target, published(find_sources())).endswith(" 1 new")
    graphs = remote.dataset(running.server, embedded())
    found = running.server.answer(question.sparql, graphs)
    assert rows(found) == rows(questions.run(embedded(), question.sparql))


def test_triples_come_whole(running: Running, graphs: list[str]) -> None:
    """CONSTRUCT and ASK too."""
    text = f"CONSTRUCT {{ ?claim a ?class }} WHERE {{ ?claim a <{G12C}Claim> ; a ?class }}"
    assert rows(running.server.answer(text, graphs)) == rows(questions.run(embedded(), text))
    assert bool(running.server.answer("ASK { ?s a ?c }", graphs))


def test_an_error_of_the_server_is_one_line(running: Running) -> None:
    """What the server says about a query that it does not understand."""
    with pytest.raises(G12cError, match=r": answers (400|500) .+") as caught:
        running.server.answer("SELECT ?a WHERE { ?a ?b }")
    assert "\n" not in str(caught.value)
