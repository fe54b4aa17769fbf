"""Each subject, predicate and triple of a Turtle document has a line and a column."""

import pyoxigraph as ox
import pytest

from g12c.places import Place, Places, place_of

DOCUMENT = '''\
# a comment with <https://example.org/b> in it
@prefix e: <https://example.org/> .
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
@base <https://example.org/base/> .

e:a
    a e:C ;
    e:p "one" ,
        """two
# no comment, no <https://example.org/b>""" , 'three'@en-GB , "4"^^xsd:int ;
    e:q 5 , 5.60 , .5 , 1e3 , true .

e:b e:p e:a.b, e:c\\,d ; e:q [ e:r "in" ; e:s ( "x" e:y ) ] .
<c> <p> <d#e> . e:a e:p "late" , "\\u00e9\\n" .
_:x e:p e:z .
'''


def iri(name: str) -> ox.NamedNode:
    """A node of the example's namespace."""
    return ox.NamedNode(f"https://example.org/{name}")


def typed(value: str, name: str) -> ox.Literal:
    """A literal with a datatype of XML Schema."""
    return ox.Literal(value, datatype=ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}"))


A_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
FIRST = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
BLANK = ox.BlankNode()

TRIPLES = [
    (iri("a"), A_TYPE, iri("C"), (7, 7)),
    (iri("a"), iri("p"), ox.Literal("one"), (8, 9)),
    (iri("a"), iri("p"), ox.Literal("two\n# no comment, no <https://example.org/b>"), (9, 9)),
    (iri("a"), iri("p"), ox.Literal("three", language="en-gb"), (10, 47)),
    (iri("a"), iri("p"), typed("4", "int"), (10, 63)),
    (iri("a"), iri("q"), typed("5", "integer"), (11, 9)),
    (iri("a"), iri("q"), typed("5.60", "decimal"), (11, 13)),
    (iri("a"), iri("q"), typed(".5", "decimal"), (11, 20)),
    (iri("a"), iri("q"), typed("1e3", "double"), (11, 25)),
    (iri("a"), iri("q"), typed("true", "boolean"), (11, 31)),
    (iri("b"), iri("p"), iri("a.b"), (13, 9)),
    (iri("b"), iri("p"), iri("c,d"), (13, 16)),
    (iri("b"), iri("q"), BLANK, (13, 29)),
    (BLANK, iri("r"), ox.Literal("in"), (13, 35)),
    (BLANK, iri("s"), BLANK, (13, 46)),
    (BLANK, FIRST, ox.Literal("x"), (13, 48)),
    (BLANK, FIRST, iri("y"), (13, 52)),
    (iri("base/c"), iri("base/p"), iri("base/d#e"), (14, 9)),
    (iri("a"), iri("p"), ox.Literal("late"), (14, 25)),
    (iri("a"), iri("p"), ox.Literal("\u00e9\n"), (14, 34)),
    (BLANK, iri("p"), iri("z"), (15, 9)),
]


def test_the_example_is_complete() -> None:
    """Every triple that the parser finds is in the table, but for the chain of the list."""
    rest = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#rest")
    parsed = ox.parse(DOCUMENT, format=ox.RdfFormat.TURTLE)
    assert len([quad for quad in parsed if quad.predicate != rest]) == len(TRIPLES)


@pytest.mark.parametrize(("subject", "predicate", "value", "place"), TRIPLES)
def test_triple(
    subject: ox.NamedNode | ox.BlankNode,
    predicate: ox.NamedNode,
    value: ox.NamedNode | ox.BlankNode | ox.Literal,
    place: Place,
) -> None:
    """A triple is where its object is, however it is spelled."""
    assert Places(DOCUMENT).find(subject, predicate, value) == place
    assert place_of(DOCUMENT, subject, predicate, value) == place


@pytest.mark.parametrize(
    ("terms", "place"),
    [
        ((iri("a"),), (6, 1)),
        ((iri("a"), iri("p")), (8, 5)),
        ((iri("a"), iri("p"), iri("nothing")), (8, 5)),
        ((iri("a"), iri("nothing"), iri("nothing")), (6, 1)),
        ((iri("nothing"), iri("p"), iri("a")), ()),
    ],
)
def test_what_is_missing_is_left_out(terms: tuple[ox.NamedNode, ...], place: Place) -> None:
    """The nearest thing that is there: the predicate, the subject, or no place at all."""
    assert Places(DOCUMENT).find(*terms) == place
    assert place_of(DOCUMENT, *terms) == place


def test_subjects() -> None:
    """Each IRI that is described, at its first block; neither objects nor comments."""
    names = ("a", "b", "base/c", "a.b", "c,d", "p", "y", "z", "base/d#e")
    found = {name: place for name in names if (place := Places(DOCUMENT).find(iri(name)))}
    assert found == {"a": (6, 1), "b": (13, 1), "base/c": (14, 1)}


def test_named_graphs() -> None:
    """In TriG a subject is a subject, and the name of a graph is none."""
    text = "@prefix e: <https://example.org/> .\nGRAPH e:g { e:a e:p e:b }\ne:h { e:c e:p e:d . }\n"
    found = {name: place for name in "abcdgh" if (place := Places(text).find(iri(name)))}
    assert found == {"a": (2, 13), "c": (3, 7)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"',
        "'''",
        "<",
        "@prefix",
        "] ) }",
        "[ ( [",
        "^^",
        '"a"^^',
        "\\",
        "@base <http://[> . <a>",
        '<s> <p> "\\UFFFFFFFF"',
        "e:a ?x $y",
    ],
)
def test_rubbish_has_places_too(text: str) -> None:
    """A message about an error must not fail itself."""
    assert Places(text).find(iri("nothing")) == ()
