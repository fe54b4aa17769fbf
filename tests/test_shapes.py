"""The rules of the graph: each bites where it should and nowhere else, and the graph keeps them.

A file in ``counterexamples/`` is named after the shape that must fire, two hyphens and why. It is
judged beside the ontology and the graph, with everything that the build derives.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from g12c.derive import derive
from g12c.namespaces import OWL, PREFIXES, RDF, RDFS, SH, XSD, expand, graph_iri
from g12c.reading import read_file, read_turtle
from g12c.shacl import SPARQL, VIOLATION, WARNING, Check, Shapes, load_shapes
from g12c.sources import Sources
from g12c.store import asserted
from g12c.validate import Result, judge, validate

SOURCES = Sources(Path(__file__).parents[1])
COUNTEREXAMPLES = sorted(Path(__file__).with_name("counterexamples").glob("*.ttl"))
TURTLE = {path: read_turtle(read_file(path), str(path)) for path in SOURCES.shape_files()}
TRIPLES = [triple for triples in TURTLE.values() for triple in triples]
TYPE = ox.NamedNode(f"{RDF}type")
EXTRA = ox.NamedNode(graph_iri("input"))


@cache
def shapes() -> Shapes:
    """The shapes of the project."""
    return load_shapes(TRIPLES)


@cache
def graph() -> ox.Store:
    """The asserted facts and what is derived from them; whoever adds to it takes it away again."""
    store = ox.Store()
    store.extend(asserted(SOURCES))
    store.extend(derive(store))
    return store


@cache
def known_results() -> frozenset[Result]:
    """What the shapes say of the graph as it is: advice, at most."""
    return frozenset(validate(graph(), shapes()).results)


def local(node: object) -> str:
    """The name of a shape without its namespace."""
    return str(node).removeprefix(f"<{PREFIXES['shape']}").removesuffix(">")


def results_for(triples: list[ox.Triple]) -> list[Result]:
    """What is new at the subjects of these triples once they are in the graph."""
    subjects = " ".join(sorted({str(triple.subject) for triple in triples}))
    store, known = graph(), known_results()

    def select(query: str) -> Any:
        near = f"WHERE {{ VALUES ?this {{ {subjects} }} "
        query = re.sub(r"\bWHERE\s*\{", lambda _: near, query, count=1)
        return store.query(query, use_default_graph_as_union=True)

    store.extend(ox.Quad(t.subject, t.predicate, t.object, EXTRA) for t in triples)
    try:
        return [result for result in judge(select, shapes()) if result not in known]
    finally:
        store.remove_graph(EXTRA)


@cache
def results_of(path: Path) -> list[Result]:
    """What a counter-example gives rise to."""
    return results_for(read_turtle(read_file(path), path.name))


def objects(term: str) -> Iterator[tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode | ox.Literal]]:
    """Subject and object of every triple of the shapes with this ``sh:`` predicate."""
    for triple in TRIPLES:
        if triple.predicate.value == f"{SH}{term}":
            yield triple.subject, triple.object  # type: ignore[misc]


JUDGING = sorted(shapes().focus, key=str)
"""The shapes that are applied by themselves, not only as a part of another one's condition."""


@pytest.mark.parametrize("path", COUNTEREXAMPLES, ids=lambda path: path.stem)
def test_counterexample(path: Path) -> None:
    """Exactly the shape that the file is named after fires."""
    found = {local(result.shape): result.message for result in results_of(path)}
    assert list(found) == [path.stem.split("--")[0]], found


@pytest.mark.parametrize("shape", JUDGING, ids=local)
def test_every_shape_has_a_counterexample_and_speaks(shape: ox.NamedNode) -> None:
    """A shape without a failing example proves nothing; one without words helps nobody."""
    assert any(path.stem.startswith(f"{local(shape)}--") for path in COUNTEREXAMPLES)
    assert re.fullmatch(r"[A-Z].*[.]", shapes().shapes[shape].message)
    assert re.fullmatch(r"[A-Z].*[.]", shapes().shapes[shape].advice)
    assert shape in dict(objects("name"))


def test_every_counterexample_is_of_a_shape() -> None:
    """No file is left over from a shape that is gone."""
    assert COUNTEREXAMPLES
    assert {path.stem.split("--")[0] for path in COUNTEREXAMPLES} == {*map(local, JUDGING)}


def test_every_shape_meets_a_node() -> None:
    """A shape that meets nothing in the graph constrains nothing."""
    report = validate(graph(), shapes())
    assert report.focus_counts.keys() == shapes().focus.keys()
    assert list(map(local, report.idle)) == []


# A value that breaks the constraint, whatever its parameter is here.
BAD_VALUES: dict[str, ox.NamedNode | ox.Literal] = {
    "Class": ox.NamedNode("https://example.org/nothing"),
    "Datatype": ox.Literal("2026", datatype=ox.NamedNode(f"{XSD}gYear")),
    "In": ox.Literal("none of these"),
    "LanguageIn": ox.Literal("nicht hier", language="de"),
    "MaxInclusive": ox.Literal(10**9),
    "MaxLength": ox.Literal("x" * 10**4),
    "MinInclusive": ox.Literal(-1),
    "MinLength": ox.Literal(""),
    "NodeKind": ox.Literal("https://example.org/"),
    "Pattern": ox.Literal("§"),
}


def planted(check: Check) -> bool:
    """Whether a fault put at one of its focus nodes breaks the constraint; True if it does."""
    shape, store = check.shape, graph()
    kind = check.component.value.removeprefix(SH).removesuffix("ConstraintComponent")
    if not (shape.path and re.fullmatch("<[^<>]*>", shape.path.sparql)):
        return False
    predicate = ox.NamedNode(shape.path.sparql[1:-1])
    focus_query = shapes().focus[shape.node].replace("(COUNT(DISTINCT ?this) AS ?count)", "?this")
    rows: Any = store.query(focus_query, use_default_graph_as_union=True)
    focus = min((row["this"] for row in rows), key=str)
    there = list(store.quads_for_pattern(focus, predicate, None, None))
    if kind == "MinCount":
        changed, put = there, []
    elif kind == "MaxCount":
        changed, put = [], [ox.NamedNode(f"https://example.org/{n}") for n in range(9)]
    elif kind in BAD_VALUES:
        changed, put = [], [BAD_VALUES[kind]]  # type: ignore[list-item]
    else:
        return False
    for quad in changed:
        store.remove(quad)
    store.extend(ox.Quad(focus, predicate, value, EXTRA) for value in put)
    try:
        found: Any = store.query(check.query, use_default_graph_as_union=True)
        return any(row["this"] == focus for row in found)
    finally:
        store.remove_graph(EXTRA)
        store.extend(changed)


def test_every_constraint_bites() -> None:
    """Each part of each shape is broken by a counter-example or by a fault put into the graph."""
    bitten = {(r.shape, r.component) for path in COUNTEREXAMPLES for r in results_of(path)}
    idle = [
        f"{local(check.shape.node)} {check.component}"
        for check in shapes().checks
        if (check.shape.node, check.component) not in bitten and not planted(check)
    ]
    assert idle == []


def test_terms_exist() -> None:
    """A misspelt term of SHACL checks nothing, in silence; rdflib has the list of what there is."""
    terms = {
        term.value.removeprefix(SH)
        for triple in TRIPLES
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(SH)
    }
    assert "property" in terms
    assert {term for term in terms if term not in rdflib.SH} == set()


def test_terms_of_the_ontology_are_declared() -> None:
    """What a shape names exists, so that no shape waits for what never comes."""
    subjects = {quad.subject for quad in graph()}
    assert {
        term.value
        for triple in TRIPLES
        for term in (triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode)
        and term.value.startswith((PREFIXES["g12c"], PREFIXES["evidence"], PREFIXES["unit"]))
        and term not in subjects
    } == set()
    names = {
        name for _, select in objects("select") for name in re.findall(r"g12c:\w+", select.value)
    }
    assert {name for name in names if ox.NamedNode(expand(name)) not in subjects} == set()


def test_nodes_have_names() -> None:
    """Only lists and paths are blank: a report can cite everything else."""
    blank = {triple.subject for triple in TRIPLES if isinstance(triple.subject, ox.BlankNode)}
    paths = {f"{SH}alternativePath", f"{SH}inversePath", f"{SH}zeroOrMorePath"}
    allowed = {f"{RDF}first", f"{RDF}rest", *paths}
    assert {t.predicate.value for t in TRIPLES if t.subject in blank} <= allowed


def test_every_class_has_a_shape() -> None:
    """Nothing of ours escapes: a class with instances has a shape, or a wider class has one."""
    targets = {str(target) for _, target in objects("targetClass")}
    rows: Any = graph().query(
        f"SELECT DISTINCT ?class ?above WHERE {{ ?thing a ?class . ?class a <{OWL}Class> ; "
        f"<{RDFS}isDefinedBy> ?ontology ; <{RDFS}subClassOf>* ?above }}",
        use_default_graph_as_union=True,
    )
    above: dict[str, set[str]] = {}
    for row in rows:
        above.setdefault(str(row["class"]), set()).add(str(row["above"]))
    assert len(above) > 30
    assert [name for name, wider in above.items() if not targets & wider] == []


def test_advice_stands_apart() -> None:
    """Warnings are in their own file, and everything there that judges is one."""
    for path, triples in TURTLE.items():
        for node in {triple.subject for triple in triples} & shapes().focus.keys():
            severity = WARNING if path.stem == "advice" else VIOLATION
            assert shapes().shapes[node].severity == severity, node  # type: ignore[index]


def test_queries_quote_what_they_found() -> None:
    """The message of a constraint in SPARQL names the values that its query selects."""
    selects, messages = dict(objects("select")), dict(objects("message"))
    assert selects
    for node, select in selects.items():
        quoted = re.findall(r"\{\?(\w+)\}", messages[node].value)
        assert quoted, node
        selected = re.findall(r"\?(\w+)", select.value.partition("WHERE")[0])
        assert set(quoted) <= set(selected), node


def test_graph_keeps_the_rules() -> None:
    """The graph conforms; advice is allowed."""
    assert [result for result in known_results() if result.severity != WARNING] == []


def test_reference_engine_agrees_on_the_graph() -> None:
    """The reference, pySHACL, says the same of the graph, result by result."""
    assert agreed([])


def test_reference_engine_agrees_on_counterexamples() -> None:
    """And of the graph with all that is wrong in the counter-examples.

    Together, because pySHACL needs its time once a graph; what they describe gets a name apart in
    each, lest one file mend what another lacks. The few that still do go together again.
    """
    waiting = COUNTEREXAMPLES
    while waiting:
        fired = agreed(waiting)
        silent = [path for path in waiting if path.stem.split("--")[0] not in fired]
        assert len(silent) < len(waiting), silent
        waiting = silent


def agreed(paths: list[Path]) -> set[str]:
    """The shapes that fire on the graph with these files, by both engines with the same results."""
    data = ox.Store()
    data.extend(graph())
    for number, path in enumerate(paths):
        data.extend(_apart(read_turtle(read_file(path), path.name), number))
    fast = validate(data, shapes(), "fast").results
    reference = validate(data, shapes(), "pyshacl").results
    assert {_key(result) for result in reference} == {_key(result) for result in fast}
    return {local(result.shape) for result in fast}


@cache
def _known() -> frozenset[object]:
    return frozenset(quad.subject for quad in graph())


def _apart(triples: list[ox.Triple], number: int) -> Iterator[ox.Quad]:
    known = _known()
    new: dict[object, ox.NamedNode] = {
        triple.subject: ox.NamedNode(f"{triple.subject.value}-{number}")
        for triple in triples
        if isinstance(triple.subject, ox.NamedNode) and triple.subject not in known
    }
    for triple in triples:
        subject = new.get(triple.subject) or triple.subject
        yield ox.Quad(subject, triple.predicate, new.get(triple.object) or triple.object)


def _key(result: Result) -> tuple[str, ...]:
    """What both engines must agree on; they spell IRIs differently in messages of queries."""
    where = str(result.focus), str(result.shape), str(result.component)
    return where if result.component == SPARQL else (*where, str(result.value), result.message)
