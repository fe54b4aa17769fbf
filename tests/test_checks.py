"""Each rule of the closure fires at its breach, in our own graph and in a guest's."""

import pyoxigraph as ox
import pytest

from g12c.checks import ADVICE, LANGUAGES, RULES, closure
from g12c.namespaces import PREFIXES, graph_iri

HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()) + (
    "@prefix e: <https://example.org/> .\n@prefix : <https://w3id.org/g12c/id/drug/> .\n"
)
KNOWN = """
g12c:Drug a owl:Class . g12c:targets a owl:ObjectProperty .
protein:kras a g12c:Protein . g12c:Protein a owl:Class .
"""


def in_graph(quad: ox.Quad, graph: ox.NamedNode) -> ox.Quad:
    """The triple of a quad, in another graph."""
    return ox.Quad(quad.subject, quad.predicate, quad.object, graph)


def breaches(turtle: str, *, guest: bool = False) -> set[tuple[str, str]]:
    """(rule, term at fault) in some Turtle, beside what is `KNOWN`."""
    store = ox.Store()
    facts = ox.NamedNode(graph_iri("facts"))
    known = ox.NamedNode(graph_iri("ontology"))
    for text, graph in ((KNOWN, known), (turtle, facts)):
        parsed = ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)
        store.extend(in_graph(quad, graph) for quad in parsed)
    judged = store.quads_for_pattern(None, None, None, facts)
    return {
        (problem.rule, problem.message.partition("Not so: ")[2])
        for problem in closure(judged, store, guest=guest)
    }


SOUND = ':a a g12c:Drug ; rdfs:label "a"@en-GB ; g12c:targets protein:kras .'
OURS = [
    ("term-is-declared", ":a a g12c:Drugg .", "g12c:Drugg"),
    ("term-is-declared", ":a a g12c:Drug ; g12c:tergets protein:kras .", "g12c:tergets"),
    ("thing-is-described", ":a a g12c:Drug ; g12c:targets protein:kros .", "protein:kros"),
    ("vocabulary-is-known", ':a a g12c:Drug ; rdfs:lable "a" .', "rdfs:lable"),
    ("vocabulary-is-known", ":a a g12c:Drug ; e:p protein:kras .", "https://example.org/p"),
    ("vocabulary-is-known", ":a a g12c:Drug , e:Drug .", "https://example.org/Drug"),
    ("subject-is-ours", "e:a a g12c:Drug .", "https://example.org/a"),
    ("subject-is-ours", "owl:Thing a owl:Class .", "owl:Thing"),
    ("shapes-stand-apart", ":a a sh:NodeShape .", "sh:NodeShape"),
    ("scheme-is-one", ":a a <http://w3id.org/g12c/ontology#Drug> .", "http://w3id.org/g12c/"),
    ("language-is-registered", ':a a g12c:Drug ; rdfs:label "y"@eng-GB .', '"y"@eng-gb'),
    ("language-is-registered", ':a a g12c:Drug ; rdfs:label "x"@xx .', '"x"@xx'),
    ("text-is-not-blank", ':a a g12c:Drug ; rdfs:label "" .', '""'),
    ("text-is-not-blank", ':a a g12c:Drug ; rdfs:label " \\n" .', '" \\n"'),
]
CIRCLES = {
    "itself": "g12c:Drug rdfs:subClassOf g12c:Drug .",
    "two": "g12c:Drug rdfs:subClassOf g12c:Protein . g12c:Protein rdfs:subClassOf g12c:Drug .",
    "three": ":a skos:broader :d , :b . :b skos:broader :c . :c skos:broader :a .",
    "properties": ":a rdfs:subPropertyOf :b . :b rdfs:subPropertyOf :a .",
}


@pytest.mark.parametrize("guest", [False, True])
def test_what_is_sound_passes(*, guest: bool) -> None:
    """No rule fires where nothing is wrong."""
    assert breaches(SOUND, guest=guest) == set()


@pytest.mark.parametrize(("rule", "turtle", "at"), OURS, ids=[f"{r}-{a}" for r, _, a in OURS])
def test_a_breach_is_named(rule: str, turtle: str, at: str) -> None:
    """With the rule and the very term."""
    assert any(name == rule and term.startswith(at) for name, term in breaches(SOUND + turtle))


@pytest.mark.parametrize("turtle", CIRCLES.values(), ids=CIRCLES)
@pytest.mark.parametrize("guest", [False, True])
def test_no_circle(turtle: str, *, guest: bool) -> None:
    """Readers that climb a hierarchy would never come back."""
    assert "hierarchy-has-no-circle" in {rule for rule, _ in breaches(turtle, guest=guest)}


def test_a_diamond_is_no_circle() -> None:
    """Two ways up are fine."""
    turtle = """:a rdfs:subClassOf :b , :c . :b rdfs:subClassOf :d . :c rdfs:subClassOf :d ."""
    assert "hierarchy-has-no-circle" not in {rule for rule, _ in breaches(turtle)}


def test_what_the_reasoner_concludes_is_no_circle() -> None:
    """Classes that are equivalent stand below each other there."""
    store = ox.Store()
    for name, text in (
        ("ontology", "g12c:A rdfs:subClassOf g12c:B ."),
        ("inferred", "g12c:B rdfs:subClassOf g12c:A ."),
    ):
        graph = ox.NamedNode(graph_iri(name))
        parsed = ox.parse(HEAD + text, format=ox.RdfFormat.TURTLE)
        store.extend(in_graph(quad, graph) for quad in parsed)
    judged = store.quads_for_pattern(None, None, None, ox.NamedNode(graph_iri("ontology")))
    assert "hierarchy-has-no-circle" not in {problem.rule for problem in closure(judged, store)}


def test_blank_nodes_belong_to_the_ontology() -> None:
    """Nobody could cite one elsewhere."""
    assert "node-has-a-name" in {rule for rule, _ in breaches("[] a g12c:Drug .")}
    store = ox.Store()
    graph = ox.NamedNode(graph_iri("ontology"))
    parsed = ox.parse(f"{HEAD}g12c:A owl:oneOf () ; owl:members [] .", format=ox.RdfFormat.TURTLE)
    store.extend(in_graph(quad, graph) for quad in parsed)
    assert "node-has-a-name" not in {problem.rule for problem in closure(store, store)}


def test_a_guest_has_names_of_their_own() -> None:
    """Their subjects and terms are theirs; a term that they declare is no question at all."""
    assert breaches("e:a a g12c:Drug .", guest=True) == set()
    own = "e:a a g12c:Drug ; e:p e:b . e:p a owl:ObjectProperty ."
    assert breaches(own, guest=True) == set()
    assert breaches("e:a a g12c:Drug ; e:p e:b .", guest=True) == {
        ("vocabulary-is-known", "https://example.org/p")
    }
    assert breaches('e:a rdfs:label "a" .', guest=True) == {
        ("node-is-judged", "https://example.org/a")
    }
    assert {"vocabulary-is-known", "node-is-judged", "node-has-a-name"} == ADVICE


def test_a_guest_does_not_redefine_what_is_others() -> None:
    """Who says something about owl:Thing says it to everybody who loads the file."""
    for turtle in ('owl:Thing rdfs:label "mine" .', "rdfs:label rdfs:domain e:Paper ."):
        assert "subject-is-ours" in {rule for rule, _ in breaches(turtle, guest=True)}


def test_twins_of_http_and_https() -> None:
    """Whoever writes both means one vocabulary, and will not find half of it."""
    turtle = "e:a a g12c:Drug ; <http://x.org/p> 1 ; <https://x.org/q> 2 ."
    fired = {term for rule, term in breaches(turtle, guest=True) if rule == "scheme-is-one"}
    assert fired in ({"http://x.org/p"}, {"https://x.org/q"})


def test_each_breach_is_told_once() -> None:
    """A thing that is named twice is one fault."""
    store = ox.Store()
    graph = ox.NamedNode(graph_iri("facts"))
    quads = [
        in_graph(quad, graph)
        for quad in ox.parse(f"{HEAD}:a a g12c:Nope .", format=ox.RdfFormat.TURTLE)
    ]
    assert len(list(closure(quads * 3, store))) == 1


def test_every_rule_can_fire() -> None:
    """A rule without a breach here would be untested."""
    fired = {rule for rule, _, _ in OURS} | {"hierarchy-has-no-circle", "node-has-a-name"}
    assert fired | {"node-is-judged"} == RULES.keys()


def test_languages() -> None:
    """All of ISO 639-1 as it is today, without the codes that were withdrawn."""
    assert len(LANGUAGES) == 183
    assert {"en", "de", "zh"} < LANGUAGES
    assert not {"iw", "in", "ji", "sh", "xx"} & LANGUAGES
