"""One graph has one spelling, and the spelling says exactly what the graph says."""

import random
from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from g12c import turtle
from g12c.errors import G12cError, SourceError
from g12c.namespaces import RDF, XSD
from g12c.reading import MAX_DEPTH, read_turtle
from g12c.turtle import MAX_REPEATS, BlankNodeError, format_file, write

UNTIDY = """\
#The claims of an example.

#   Indented.
@prefix x: <https://example.org/> . PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
@prefix r: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix unused: <https://example.org/unused/> .
@prefix g12c: <https://w3id.org/g12c/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://w3id.org/g12c/claim/b> g12c:value 5.60, 12 ; r:label "B" .
<https://w3id.org/g12c/claim/a> x:last true, <https://doi.org/10.1038/x>; g12c:order 042 ;
  skos:editorialNote "note"@en ; skos:definition 'd "quoted"'@en-GB ; r:label "A" ; a g12c:Claim ;
  skos:prefLabel "p" ; r:comment "c" ; skos:altLabel "z", "y" .
g12c:Claim r:subClassOf [ owl:onProperty g12c:value ; a owl:Restriction ;
    owl:allValuesFrom [
      owl:unionOf ( g12c:Claim g12c:AnotherClassWithALongName g12c:YetAnotherOne ) ] ] ,
  [ a owl:Restriction ; owl:onProperty x:p ; owl:hasValue 'two\\n"lines"' ] .
[] a owl:AllDisjointClasses ; owl:members ( g12c:Claim g12c:Drug ) .
"""

TIDY = """\
# The claims of an example.
#   Indented.

@prefix claim: <https://w3id.org/g12c/claim/> .
@prefix g12c: <https://w3id.org/g12c/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <https://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

claim:a
    a g12c:Claim ;
    rdfs:label "A" ;
    skos:prefLabel "p" ;
    skos:altLabel "y" ;
    skos:altLabel "z" ;
    skos:definition "d \\"quoted\\""@en-gb ;
    rdfs:comment "c" ;
    skos:editorialNote "note"@en ;
    g12c:order "042"^^xsd:integer ;
    x:last <https://doi.org/10.1038/x> ;
    x:last true ;
.

claim:b
    rdfs:label "B" ;
    g12c:value 12 ;
    g12c:value 5.60 ;
.

g12c:Claim
    rdfs:subClassOf [
        a owl:Restriction ;
        owl:allValuesFrom [
            owl:unionOf ( g12c:Claim g12c:AnotherClassWithALongName g12c:YetAnotherOne ) ;
        ] ;
        owl:onProperty g12c:value ;
    ] ;
    rdfs:subClassOf [
        a owl:Restriction ;
        owl:hasValue \"\"\"two
"lines\\"\"\"\" ;
        owl:onProperty x:p ;
    ] ;
.

[]
    a owl:AllDisjointClasses ;
    owl:members ( g12c:Claim g12c:Drug ) ;
.
"""

EXAMPLE = "https://example.org/"
HEAD = f"@prefix x: <{EXAMPLE}> .\n@prefix xsd: <{XSD}> .\n"
A, P = ox.NamedNode(f"{EXAMPLE}a"), ox.NamedNode(f"{EXAMPLE}p")


def triples(body: str) -> list[ox.Triple]:
    """The triples of a document with the example's prefixes."""
    return [quad.triple for quad in ox.parse(HEAD + body, format=ox.RdfFormat.TURTLE)]


def same(left: Sequence[ox.Triple], right: Sequence[ox.Triple]) -> bool:
    """Whether two graphs are the same but for the names of blank nodes."""
    datasets = [ox.Dataset(ox.Quad(*triple) for triple in graph) for graph in (left, right)]
    for dataset in datasets:
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return datasets[0] == datasets[1]


def test_house_spelling() -> None:
    """Every rule at once, and no change to what is already tidy."""
    assert format_file(UNTIDY, "f.ttl") == TIDY
    assert format_file(TIDY, "f.ttl") == TIDY


def test_the_order_of_the_triples_does_not_matter() -> None:
    """Nor do the names of the blank nodes."""
    graph = read_turtle(UNTIDY.encode(), "f.ttl")
    spelled = write(graph)
    for seed in range(5):
        again = read_turtle(UNTIDY.encode(), "f.ttl")
        random.Random(seed).shuffle(again)  # noqa: S311 - no secret
        assert write(again) == spelled


def test_a_changed_fact_is_a_changed_line() -> None:
    """Adding an object adds a line and touches no other."""
    before = write(triples("x:a x:p 1 , 3 .")).splitlines()
    after = write(triples("x:a x:p 1 , 2 , 3 .")).splitlines()
    assert [line for line in after if line not in before] == [f"    <{EXAMPLE}p> 2 ;"]
    assert [line for line in before if line not in after] == []


@pytest.mark.parametrize(
    ("literal", "spelled"),
    [
        ("5", "5"),
        ("-5", "-5"),
        ("5.60", "5.60"),
        ("0.000001", "0.000001"),
        ("1e3", "1e3"),
        ("+1.5E-03", "+1.5E-03"),
        ("true", "true"),
        # rdflib would change these if they stood without quotes
        ("042", '"042"^^xsd:integer'),
        ("+5", '"+5"^^xsd:integer'),
        ("-0", '"-0"^^xsd:integer'),
        (".5", '".5"^^xsd:decimal'),
        ("05.6", '"05.6"^^xsd:decimal'),
        ("0.0000001", '"0.0000001"^^xsd:decimal'),
        # and these would be another type, or nothing
        ('"1"^^xsd:boolean', '"1"^^xsd:boolean'),
        ('"5"^^xsd:decimal', '"5"^^xsd:decimal'),
        ('"5."^^xsd:decimal', '"5."^^xsd:decimal'),
        ('"1.5"^^xsd:double', '"1.5"^^xsd:double'),
        ('"INF"^^xsd:double', '"INF"^^xsd:double'),
        ('"2021-05-28Z"^^xsd:date', '"2021-05-28Z"^^xsd:date'),
        ('"x"^^xsd:string', '"x"'),
        ("'it\\'s'", '"it\'s"'),
        ('"tab\\t"', '"tab\\t"'),
        ('"\\\\"', '"\\\\"'),
        ('"\\u00E9"@fr', '"\u00e9"@fr'),
        ('"\\r\\n"', '"""\\u000D\n"""'),
        ('"\\u202E"', '"\\u202E"'),
        ('"\\U000E0041"', '"\\U000E0041"'),
        ('"\\n\\"\\"\\""', '"""\n\\"\\"\\""""'),
        ('"\\"\\n\\\\\\""', '""""\n\\\\\\""""'),
        ("()", "()"),
        ("[]", "[]"),
        ("( 1 [] () )", "( 1 [] () )"),
        ("[ x:p 1 ; a x:C ]", "[ a x:C ; x:p 1 ]"),
        ("<https://example.org/b.c>", "x:b.c"),
        ("<https://example.org/b.>", "<https://example.org/b.>"),
        ("<https://example.org/>", "<https://example.org/>"),
    ],
)
def test_terms(literal: str, spelled: str) -> None:
    """Each keeps its lexical form to the letter, and is read back as what it was."""
    graph = triples(f"x:a x:p {literal} .")
    text = write(graph, prefixes={"x": EXAMPLE, "xsd": XSD})
    assert f"x:a\n    x:p {spelled} ;\n.\n" in text
    assert same(triples(text.removeprefix(HEAD)), graph)


def test_long_lists_take_a_line_an_item() -> None:
    """As soon as the line would be too long."""
    items = "".join(f"        x:a-rather-long-name-{n}\n" for n in range(5))
    text = write(triples(f"x:a x:p (\n{items}) ."), prefixes={"x": EXAMPLE})
    assert text == f"@prefix x: <{EXAMPLE}> .\n\nx:a\n    x:p (\n{items}    ) ;\n.\n"


def test_a_list_that_says_more_is_no_list() -> None:
    """A cell with another property is written out."""
    graph = triples(f"x:a x:p _:c . _:c <{RDF}first> 1 ; <{RDF}rest> () ; x:q 2 .")
    assert "rdf:first 1 ; rdf:rest () ]" in write(graph)
    graph = triples(f"x:a x:p _:c . _:c <{RDF}first> 1 , 2 ; <{RDF}rest> () .")
    assert "[ rdf:first 1 ; rdf:first 2 ; rdf:rest () ]" in write(graph)


def test_header_and_nothing() -> None:
    """Empty lines of a header have no trailing blank; an empty graph is an empty document."""
    assert write(triples("x:a x:p 1 ."), "One.\n\nTwo.").startswith("# One.\n#\n# Two.\n\n<")
    assert write([]) == "\n"


def test_our_prefix_wins() -> None:
    """A file's own name for a namespace of ours is replaced; its names for others stay."""
    text = f"@prefix k: <https://w3id.org/g12c/id/gene/> .\n{HEAD}k:kras x:p 1 ."
    assert "gene:kras\n    x:p 1 ;" in format_file(text, "f.ttl")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{HEAD}# late\nx:a x:p 1 .", "3:1"),
        (f"{HEAD}x:a x:p 1 . # behind", "3:13"),
        (f"# top\n{HEAD}x:a x:p 1 .\n\n# end\n", "6:1"),
    ],
)
def test_a_comment_that_would_be_lost_is_refused(text: str, place: str) -> None:
    """With its place, and what to do with it."""
    with pytest.raises(SourceError, match=rf"f\.ttl:{place}: .*skos:editorialNote"):
        format_file(text, "f.ttl")


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ("x:a x:p _:b .\nx:c x:p _:b .", "[34]:9", "used twice"),
        ("x:a x:p 1 .\n_:b x:p _:b .", "4:9", "circle"),
        ("_:b x:p _:c .\n_:c x:p _:b .", "3:9", "circle"),
        ("x:a x:p [ x:q 1 ] ,\n [ x:q 1 ] .", "[34]:", "says what another says"),
        ("[] x:q 1 .\n[] x:q 1 .", "3:8", "says what another says"),
        (f"x:a x:p ({' 1' * (MAX_REPEATS + 2)} ) .", "3:9", "repeats its items"),
        (
            "".join(f"_:b{n} x:p _:b{n + 1} .\n" for n in range(MAX_DEPTH + 1)),
            "3:",
            f"more than {MAX_DEPTH} deep",
        ),
    ],
)
def test_blank_nodes_without_a_place_are_refused(body: str, place: str, message: str) -> None:
    """They would need a label, which is nothing to cite; or they say nothing of their own."""
    with pytest.raises(SourceError, match=rf"f\.ttl:{place}.*{message}"):
        format_file(HEAD + body, "f.ttl")
    with pytest.raises(BlankNodeError, match=message):
        write(triples(body))


def test_the_limits_themselves_are_allowed() -> None:
    """As deep, and as repetitive, as can be."""
    deep = f"x:a x:p {'[ x:p ' * MAX_DEPTH}1{' ]' * MAX_DEPTH} ."
    repetitive = f"x:a x:p ({' 1' * (MAX_REPEATS + 1)} ) ."
    for body in (deep, repetitive):
        text = format_file(HEAD + body, "f.ttl")
        assert same(read_turtle(text.encode(), "f.ttl"), triples(body))


def test_faulty_files_are_refused_with_their_place() -> None:
    """The formatter has no other door; what decoding could not read is named too."""
    with pytest.raises(SourceError, match=r"f\.ttl:3:9: .*not a legal date"):
        format_file(f'{HEAD}x:a x:p "2023-02-30"^^xsd:date .', "f.ttl")
    with pytest.raises(SourceError, match=r"f\.ttl:3:10: .*not UTF-8"):
        format_file(f'{HEAD}x:a x:p "\udcff" .', "f.ttl")


@pytest.mark.parametrize(
    "term",
    [ox.Triple(A, P, A), ox.Literal("x", language="en", direction=ox.BaseDirection.LTR)],
)
def test_rdf_1_2_has_no_spelling_here(term: ox.Triple | ox.Literal) -> None:
    """Better no file than one that only some tools can read."""
    with pytest.raises(G12cError, match=r"RDF 1\.2"):
        write([ox.Triple(A, P, term)])


def test_a_change_of_meaning_never_gets_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is read back before it is given away."""
    monkeypatch.setattr(turtle, "write", lambda *_: f"{HEAD}x:a x:p 2 .")
    with pytest.raises(G12cError, match="would change its meaning"):
        format_file(f"{HEAD}x:a x:p 1 .", "f.ttl")
