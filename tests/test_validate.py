"""Two engines give the same report, on generated data too, and the report decides the exit."""

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from g12c.errors import G12cError
from g12c.shacl import ShapeError, Shapes, load_shapes
from g12c.validate import Engine, Report, exit_code, validate

HEAD = """
@prefix : <https://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """
:Record a sh:NodeShape ; sh:targetClass :Record ; sh:nodeKind sh:IRI ;
  sh:closed true ; sh:ignoredProperties ( rdf:type :next :high ) ;
  sh:property :Record-name , :Record-link , :Record-kind , :Record-low , :Record-day ;
  sh:xone ( [ sh:property [ sh:path :name ; sh:minCount 1 ] ]
            [ sh:property [ sh:path :next ; sh:minCount 1 ] ] ) ;
  sh:sparql :Record-loop , :Record-many .
:Record-name a sh:PropertyShape ; sh:path :name ; sh:uniqueLang true ; sh:maxCount 2 ;
  sh:languageIn ( "en" "de" ) ; sh:minLength 2 ; sh:pattern "^[a-z]+$" ; sh:severity sh:Warning .
:Record-link a sh:PropertyShape ; sh:path ( :link [ sh:zeroOrMorePath :next ] ) ;
  sh:class :Record ; sh:node [ sh:property :Record-kind ] ; sh:disjoint :kind .
:Record-kind a sh:PropertyShape ; sh:path :kind ; sh:in ( :a :b 1 "x" ) ;
  sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 1 .
:Record-low a sh:PropertyShape ; sh:path :low ; sh:datatype xsd:decimal ;
  sh:minInclusive 0 ; sh:maxExclusive 4 ; sh:lessThanOrEquals :high .
:Record-day a sh:PropertyShape ; sh:path :day ; sh:datatype xsd:date ;
  sh:or ( [ sh:maxInclusive "2024-06-30"^^xsd:date ] [ sh:hasValue "2024-12-31"^^xsd:date ] ) .
:Record-loop sh:message "{$this} leads to itself by {?value}" ; sh:prefixes :Prefixes ;
  sh:select "SELECT $this ?value WHERE { $this :next ?value . ?value :next* $this }" .
:Record-many sh:prefixes :Prefixes ; sh:select '''SELECT $this (COUNT(DISTINCT ?link) AS ?value)
  WHERE { ?link :link $this } GROUP BY $this HAVING (COUNT(DISTINCT ?link) > 2)''' .
:Prefixes sh:declare [ sh:prefix "" ; sh:namespace "https://example.org/" ] .
"""
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def iri(name: str) -> ox.NamedNode:
    """A name of the example."""
    return ox.NamedNode(f"https://example.org/{name}")


def shapes(turtle: str) -> Shapes:
    """Shapes from Turtle with the usual prefixes."""
    prefix = "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> ."
    parsed = ox.parse(HEAD + prefix + turtle, format=ox.RdfFormat.TURTLE)
    return load_shapes(quad.triple for quad in parsed)


def graph(turtle: str) -> ox.Store:
    """A store with this Turtle."""
    store = ox.Store()
    store.load((HEAD + turtle).encode(), format=ox.RdfFormat.TURTLE)
    return store


def planted(seed: int, records: int = 40) -> ox.Store:
    """Records of which about every third value breaks some rule, spread over two graphs."""
    draw = random.Random(seed)  # noqa: S311 - reproducible, not secret
    xsd = "http://www.w3.org/2001/XMLSchema#"
    nodes: list[ox.NamedNode | ox.BlankNode] = [iri(f"r{number}") for number in range(records)]
    nodes.append(ox.BlankNode("r"))
    decimal, day = ox.NamedNode(f"{xsd}decimal"), ox.NamedNode(f"{xsd}date")
    values: dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]] = {
        "name": [
            *(ox.Literal(text, language="en") for text in ("ab", "cd", "e", "F1")),
            *(ox.Literal("gh", language=language) for language in ("de", "de-AT", "fr")),
            ox.Literal("plain"),
            iri("a"),
        ],
        "kind": [iri("a"), iri("b"), iri("c"), ox.Literal(1), ox.Literal("x"), ox.Literal("1")],
        "low": [
            *(ox.Literal(text, datatype=decimal) for text in ("0.0", "1.5", "3.9", "4.0", "-1.0")),
            ox.Literal(2),
            ox.Literal("low"),
        ],
        "high": [ox.Literal(text, datatype=decimal) for text in ("1.5", "2.5", "9.0")],
        "day": [
            ox.Literal(f"2024-{text}", datatype=day)
            for text in ("01-01", "06-30", "07-01", "12-31", "02-30")
        ],
        "next": [*nodes],
        "link": [*nodes, iri("nowhere")],
        "odd": [iri("a")],
    }
    likely = {"name": 0.9, "next": 0.2, "odd": 0.05}
    store = ox.Store()
    for node in nodes:
        store.add(ox.Quad(node, TYPE, iri("Record"), iri("one")))
        for key, choices in values.items():
            for _ in range(draw.choice((1, 1, 1, 2, 3))):
                if draw.random() < likely.get(key, 0.5):
                    value = draw.choice(choices)
                    for name in draw.sample(("one", "two"), draw.choice((1, 2))):
                        store.add(ox.Quad(node, iri(key), value, iri(name)))
    return store


def found(report: Report) -> set[tuple[object, ...]]:
    """What two engines must agree on."""
    return {
        (one.focus, one.path, one.value, one.shape, one.component, one.severity)
        for one in report.results
    }


@pytest.mark.parametrize("seed", range(12))
def test_engines_agree_on_planted_faults(seed: int) -> None:
    """Whatever is wrong with generated records, both engines find all of it and no more."""
    data, rules = planted(seed), shapes(SHAPES)
    fast, reference = validate(data, rules), validate(data, rules, "pyshacl")
    assert found(fast) == found(reference)
    assert len({one.component for one in fast.results}) > 10


def test_report_is_ordered_and_repeatable() -> None:
    """Errors come before warnings, then by focus node; the same data give the same report."""
    rules = shapes(SHAPES)
    report = validate(planted(1), rules)
    order = [
        (one.severity != rules.shapes[iri("Record")].severity, str(one.focus))
        for one in report.results
    ]
    assert order == sorted(order)
    assert report == validate(planted(1), rules)


ONE_RULE = ":S a sh:NodeShape ; sh:targetClass :C ; sh:hasValue :good"
BOTH = pytest.mark.parametrize("engine", ["fast", "pyshacl"])


@BOTH
@pytest.mark.parametrize(
    ("data", "severity", "usual", "strict"),
    [
        (":good a :C .", "sh:Violation", 0, 0),
        (":bad a :C .", "sh:Violation", 1, 1),
        (":bad a :C .", ":serious", 1, 1),
        (":bad a :C .", "sh:Warning", 0, 1),
        (":bad a :C .", "sh:Info", 0, 1),
        (":good a :D .", "sh:Violation", 2, 2),
    ],
)
def test_exit_code(engine: Engine, data: str, severity: str, usual: int, strict: int) -> None:
    """0 conforms, 1 findings, 2 nothing was judged; warnings fail only if strict."""
    report = validate(graph(data), shapes(f"{ONE_RULE} ; sh:severity {severity} ."), engine)
    assert exit_code(report) == usual
    assert exit_code(report, strict=True) == strict


def test_idle_shape() -> None:
    """A shape that meets nothing is named, and fails a strict run."""
    rules = shapes(f"{ONE_RULE} . :T a sh:NodeShape ; sh:targetClass :D ; sh:hasValue :good .")
    report = validate(graph(":good a :C ."), rules)
    assert report.conforms
    assert report.idle == (iri("T"),)
    assert report.focus_counts == {iri("S"): 1, iri("T"): 0}
    assert (exit_code(report), exit_code(report, strict=True)) == (0, 1)


@BOTH
def test_data_graph_is_the_union(engine: Engine) -> None:
    """All graphs are judged together, and a triple that stands in two of them counts once."""
    rules = shapes(":S a sh:PropertyShape ; sh:targetClass :C ; sh:path :p ; sh:maxCount 1 .")
    twice = [ox.Quad(iri("x"), iri("p"), iri("y"), iri(name)) for name in ("one", "two")]
    data = ox.Dataset([*twice, ox.Quad(iri("x"), TYPE, iri("C"))])
    assert validate(data, rules, engine).conforms
    data.add(ox.Quad(iri("x"), iri("p"), iri("z"), iri("three")))
    assert not validate(data, rules, engine).conforms


@BOTH
def test_data_stay_as_they_are(engine: Engine) -> None:
    """A validation adds nothing and takes nothing away."""
    data = planted(2)
    before = set(data)
    validate(data, shapes(SHAPES), engine)
    assert set(data) == before


def test_pyshacl_failure_is_an_error_not_a_finding() -> None:
    """Where pySHACL gives up on a shape, the run cannot be told from bad data: it ends with 2."""
    rules = shapes(r':S a sh:NodeShape ; sh:targetClass :C ; sh:pattern "\\p{Lu}" .')
    assert validate(graph(":A a :C ."), rules).conforms
    with pytest.raises(G12cError, match="pySHACL cannot use these shapes") as caught:
        validate(graph(":A a :C ."), rules, "pyshacl")
    assert caught.value.exit_code == 2


def test_pyshacl_says_nothing_itself(capfd: pytest.CaptureFixture[str]) -> None:
    """An ill-typed literal is a finding, not a traceback on the terminal."""
    rules = shapes(
        ":S a sh:PropertyShape ; sh:targetClass :C ; sh:path :p ; sh:datatype xsd:date ."
    )
    report = validate(graph(':x a :C ; :p "2024-02-30"^^xsd:date .'), rules, "pyshacl")
    assert len(report.results) == 1
    assert capfd.readouterr() == ("", "")


def test_fast_engine_starts_fast() -> None:
    """Judging by the fast engine imports neither rdflib nor pySHACL."""
    program = (
        "import sys, pyoxigraph; from g12c.shacl import load_shapes; from g12c.validate import *; "
        f"shapes = load_shapes(q.triple for q in pyoxigraph.parse({HEAD + ONE_RULE + ' .'!r}, "
        "format=pyoxigraph.RdfFormat.TURTLE)); validate(pyoxigraph.Store(), shapes); "
        "sys.exit(bool({'rdflib', 'pyshacl', 'rich'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_exploding_pattern_is_bounded() -> None:
    """A pattern that makes backtracking engines run for ever is linear here."""
    rules = shapes(
        ':S a sh:PropertyShape ; sh:targetClass :C ; sh:path :p ; sh:pattern "^(a|aa)+$" .'
    )
    report = validate(graph(f':x a :C ; :p "{"a" * 5000}b" .'), rules)
    assert len(report.results) == 1
    with pytest.raises(ShapeError):
        shapes(':S a sh:NodeShape ; sh:targetClass :C ; sh:pattern "^(a+)+$" .')


def test_engines_agree_on_generated_claims(tmp_path: Path) -> None:
    """In the claims of the benchmark both engines find every planted fault, and no other claim."""
    source = Path(__file__).parent / "bench" / "validation.py"
    spec = importlib.util.spec_from_file_location("bench_validation", source)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    path = tmp_path / "claims.nt"
    path.write_bytes(bench.claims(60, faulty=1.0))
    rules = load_shapes(quad.triple for quad in ox.parse(bench.SHAPES, format=ox.RdfFormat.TURTLE))
    data = ox.Store()
    data.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES)
    fast, reference = validate(data, rules), validate(data, rules, "pyshacl")
    assert found(fast) == found(reference)
    assert len({one.focus for one in fast.results}) == 60
    path.write_bytes(bench.claims(60, faulty=0.0))
    assert bench.judge("fast", path) == 0
