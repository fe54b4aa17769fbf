"""A guest's query is answered over the graphs it may choose, and told if it asks beyond them."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from g12c.errors import G12cError, SourceError
from g12c.guests import Graphs, graphs_of, look_through, read_guest, run_guest
from g12c.limits import LimitError
from g12c.namespaces import graph_iri

ONE, TWO = graph_iri("one"), graph_iri("two")
ALL = "SELECT ?o WHERE { ?s ?p ?o }"
NAMED = "SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """A literal in each of two graphs."""
    found = ox.Store()
    node = ox.NamedNode("https://example.org/x")
    for text, graph in (("1", ONE), ("2", TWO)):
        found.add(ox.Quad(node, node, ox.Literal(text), ox.NamedNode(graph)))
    return found


def ask(store: ox.Store, text: str, graphs: Graphs | None = None) -> list[str]:
    """The values of the first variable, sorted."""
    rows = run_guest(store, text, "q.rq", graphs)
    assert isinstance(rows, ox.QuerySolutions)
    return sorted(row[0].value for row in rows)


@pytest.mark.parametrize(
    ("text", "graphs", "found"),
    [
        (ALL, None, "12"),
        (NAMED, None, "12"),
        ("SELECT ?o FROM <ONE> WHERE { ?s ?p ?o }", None, "1"),
        ("SELECT ?o FROM graph:two WHERE { ?s ?p ?o }", None, "2"),
        ("BASE <ONE> SELECT ?o FROM <two> { ?s ?p ?o }", None, "2"),
        ("PREFIX from: <ONE> SELECT ?o FROM from: { ?s ?p ?o }", None, "1"),
        ("SELECT ?o FROM NAMED <ONE> { GRAPH ?g { ?s ?p ?o } }", None, "1"),
        ("SELECT ?o FROM NAMED <ONE> { ?s ?p ?o }", None, ""),
        (ALL, Graphs((ONE,)), "1"),
        (ALL, Graphs((ONE, TWO)), "12"),
        (NAMED, Graphs((ONE,)), ""),
        (NAMED, Graphs((), (TWO,)), "2"),
        ("SELECT ?o FROM <ONE> { ?s ?p ?o }", Graphs((TWO,)), "2"),
        ('SELECT ?o { ?s ?p ?o FILTER(?o != "FROM <x:y>") } # SERVICE', None, "12"),
        (
            'SELECT ?o FROM <ONE> { ?s ?p ?o FILTER(1 < 2 && 2 > 1 && "a"@en-from != "b") }',
            None,
            "1",
        ),
        ("# x\rSELECT ?o FROM <ONE> { ?s ?p ?o }", None, "1"),
        ("PREFIX service: <x:> SELECT ?o { ?s ?p ?o MINUS { ?s service:from ?o } }", None, "12"),
    ],
)
def test_graphs(store: ox.Store, text: str, graphs: Graphs | None, found: str) -> None:
    """The protocol's choice goes before FROM, and FROM before the union of all."""
    assert "".join(ask(store, text.replace("<ONE>", f"<{ONE}>"), graphs)) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT * FROM <https://example.org/g> { ?s ?p ?o }", "q.rq:1: asks beyond.*org/g"),
        (f"SELECT *\nFROM <{ONE}>\nFROM <{ONE}x>\n{{ ?s ?p ?o }}", "q.rq:3: asks beyond.*onex"),
        ("SELECT * FROM NAMED graph:three { ?s ?p ?o }", "asks beyond.*graph/three"),
        ("SELECT * FROMgraph:one { ?s ?p ?o }", "is not SPARQL"),
        ("SELECT * { SERVICE graph:one { ?s ?p ?o } }", "asks beyond this dataset by SERVICE"),
        ("ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "asks beyond"),
        ("ASK { SERVICE ?x { ?s ?p ?o } }", "asks beyond"),
        ("ASK { FILTER EXISTS { SERVICE <x:y> { ?s ?p ?o } } }", "asks beyond"),
        ("# x\rSELECT * FROM <x:y> { ?s ?p ?o }", "q.rq:2: asks beyond"),
        ("# x\rSELECT * { SERVICE SILENT <x:y> {} }", "q.rq:2: asks beyond"),
        ("SELECT * { ?s ?p ?o # x\r SERVICE SILENT <x:y> {}\n }", "q.rq:2: asks beyond"),
        ("SELECT * { ?s ?p ?o FILTER(?o<'>' || 1=1) SERVICE SILENT <x:y> {} }", "asks beyond"),
        ("SELECT * { ?s ?p ?o FILTER(?o<1#>'''\n) SERVICE SILENT <x:y> {} #'''\n}", "asks beyond"),
        ("SELECT (<x:f>(1) AS ?x) {}", "cannot be answered: The custom function"),
        (f"SELECT ?from {{ BIND({'(' * 60}1{')' * 60} AS ?from) }}", "make it plainer"),
        ("SELECT * { SERVICESILENTgraph:one { ?s ?p ?o } }", "is not SPARQL"),
        ("SELECT * FROM graph:one {", "is not SPARQL"),
    ],
)
def test_beyond(store: ox.Store, text: str, says: str) -> None:
    """SERVICE and graphs that are not there are refused, with the line."""
    with pytest.raises(G12cError, match=says):
        ask(store, text)


def test_graphs_that_are_not_there(store: ox.Store) -> None:
    """An empty answer would be taken for one."""
    with pytest.raises(G12cError, match="there is no graph <x:y>"):
        ask(store, ALL, Graphs((ONE,), ("x:y",)))


def test_time(store: ox.Store) -> None:
    """A query that takes too long ends, and the error says which kind it is."""
    many = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(12))
    with pytest.raises(LimitError, match=r"takes more than 0\.2 s"):
        run_guest(store, f"SELECT (COUNT(*) AS ?n) {{ {many} }}", "q.rq", seconds=0.2)


def test_look_through(store: ox.Store) -> None:
    """Without the store: for a query that is sent elsewhere."""
    assert look_through(f"ASK FROM <{ONE}> {{}}", "q.rq", graphs_of(store))
    assert not look_through("ASK { ?from ?service 'FROM' }", "q.rq", graphs_of(store))


def test_file(tmp_path: Path) -> None:
    """A file of any name is a question; one that is too long is none."""
    path = tmp_path / "which.rq"
    path.write_text("#+ summary: Which?\nASK {}\n")
    assert read_guest(path).summary == "Which?"
    path.write_text(f"ASK {{}} #{'x' * (1 << 20)}")
    with pytest.raises(SourceError, match="is longer than 1 MiB"):
        read_guest(path)
