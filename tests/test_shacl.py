"""Shapes are read strictly, and every constraint finds the bad record and spares the good one."""

import pyoxigraph as ox
import pytest

from g12c.errors import G12cError
from g12c.shacl import ShapeError, load_shapes
from g12c.shacl.compile import COMPONENTS
from g12c.shacl.shapes import PARAMETERS
from g12c.validate import Report, validate

HEAD = """
@prefix : <https://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
PREFIXES = """
:Prefixes a owl:Ontology ;
  sh:declare [ sh:prefix "" ; sh:namespace "https://example.org/"^^xsd:anyURI ] .
"""

# Demands on the values of :p: (parameters, values of :good, values of :bad).
# Where a component has a boundary, :good stands on it.
ON_VALUES = {
    "class": ("sh:class :C", ":c , :d", ":e"),
    "class of a literal": ("sh:class :C", ":c", '"c"'),
    "datatype": ("sh:datatype xsd:integer", "42 , -1", "4.2"),
    "datatype, IRI": ("sh:datatype xsd:integer", "42", ":c"),
    "datatype, date": (
        "sh:datatype xsd:date",
        '"2024-02-29"^^xsd:date , "2023-02-28Z"^^xsd:date , "2023-01-31+02:00"^^xsd:date',
        '"2023-02-29"^^xsd:date',
    ),
    "datatype, dateTime": (
        "sh:datatype xsd:dateTime",
        '"2024-02-29T01:02:03Z"^^xsd:dateTime',
        '"2024-02-29T25:00:00"^^xsd:dateTime',
    ),
    "datatype, time": (
        "sh:datatype xsd:time",
        '"01:02:03"^^xsd:time',
        '"01:02:60"^^xsd:time',
    ),
    "datatype, boolean": ("sh:datatype xsd:boolean", "true", '"yes"^^xsd:boolean'),
    "datatype, double": ("sh:datatype xsd:double", '1e3 , "INF"^^xsd:double', '"x"^^xsd:double'),
    "datatype, decimal": ("sh:datatype xsd:decimal", "5.60", '"5,6"^^xsd:decimal'),
    "datatype, text": ("sh:datatype xsd:string", '"a"', '"a"@en'),
    "datatype, words": ("sh:datatype rdf:langString", '"a"@en', '"a"'),
    "datatype, own": ("sh:datatype :unit", '"a"^^:unit', '"a"'),
    "nodeKind IRI": ("sh:nodeKind sh:IRI", ":c", '"c"'),
    "nodeKind BlankNode": ("sh:nodeKind sh:BlankNode", "[]", ":c"),
    "nodeKind Literal": ("sh:nodeKind sh:Literal", '"c"', ":c"),
    "nodeKind BlankNodeOrIRI": ("sh:nodeKind sh:BlankNodeOrIRI", "[] , :c", '"c"'),
    "nodeKind BlankNodeOrLiteral": ("sh:nodeKind sh:BlankNodeOrLiteral", '[] , "c"', ":c"),
    "nodeKind IRIOrLiteral": ("sh:nodeKind sh:IRIOrLiteral", ':c , "c"', "[]"),
    "minCount": ("sh:minCount 1", ":c", ""),
    "minCount 3": ("sh:minCount 3", ":c , :d , :e", ":c , :d"),
    "maxCount": ("sh:maxCount 1", ":c", ":c , :d"),
    "maxCount 0": ("sh:maxCount 0", "", ":c"),
    "minExclusive": ("sh:minExclusive 0", "0.1", "0"),
    "minInclusive": ("sh:minInclusive 0", "0", "-0.1"),
    "maxExclusive": ("sh:maxExclusive 100", "99.9", "100"),
    "maxInclusive": ("sh:maxInclusive 100", "100", "100.1"),
    "maxInclusive of a text": ("sh:maxInclusive 100", "100", '"many"'),
    "maxInclusive of an IRI": ("sh:maxInclusive 100", "100", ":c"),
    "maxInclusive of dates": (
        'sh:maxInclusive "2024-01-31"^^xsd:date',
        '"2024-01-31"^^xsd:date',
        '"2024-02-01"^^xsd:date',
    ),
    "minLength": ("sh:minLength 2", '"ab" , :c', '"a"'),
    "minLength of a blank node": ("sh:minLength 2", '"ab"', "[]"),
    "maxLength": ("sh:maxLength 2", '"ab" , "äö"', '"abc"'),
    "pattern": ('sh:pattern "^NCT[0-9]{8}$"', '"NCT01234567"', '"NCT0123456"'),
    "pattern of an IRI": ('sh:pattern "^https://example.org/c$"', ":c", ":d"),
    "pattern of a blank node": ('sh:pattern "."', '"a"', "[]"),
    "pattern, flags": ('sh:pattern "^nct" ; sh:flags "i"', '"NCT1"', '"XNCT1"'),
    "languageIn": ('sh:languageIn ( "en" "fr" )', '"a"@en , "b"@en-GB', '"a"@de'),
    "languageIn without a language": ('sh:languageIn ( "en" )', '"a"@en', '"a"'),
    "languageIn of an IRI": ('sh:languageIn ( "en" )', '"a"@en', ":c"),
    "uniqueLang": ("sh:uniqueLang true", '"a"@en , "b"@fr , "c" , "d"', '"a"@en , "b"@en'),
    "equals": ("sh:equals :q", ":c ; :q :c", ":c ; :q :d"),
    "equals, more there": ("sh:equals :q", ":c ; :q :c", ":c ; :q :c , :d"),
    "disjoint": ("sh:disjoint :q", ":c ; :q :d", ":c ; :q :c , :d"),
    "lessThan": ("sh:lessThan :q", "1 ; :q 2", "2 ; :q 2"),
    "lessThan, none there": ("sh:lessThan :q", "1", "1 ; :q 2 , 0"),
    "lessThanOrEquals": ("sh:lessThanOrEquals :q", "2 ; :q 2.0", "3 ; :q 2"),
    "in": ('sh:in ( :c "c" 1 )', ':c , "c" , 1', ":d"),
    "in, another literal": ('sh:in ( :c "c" 1 )', ":c", '"c"@en'),
    "hasValue": ("sh:hasValue :c", ":c , :d", ":d"),
    "hasValue of nothing": ('sh:hasValue "c"', '"c"', ""),
    "node": ("sh:node :Marked", ":m", ":c"),
    "not": ("sh:not :Marked", ":c", ":m"),
    "and": ("sh:and ( :Marked :Named )", ":n", ":m"),
    "or": ("sh:or ( :Marked :Named )", ":m , :n", ":c"),
    "xone": ("sh:xone ( :Marked :Named )", ":m", ":n"),
    "closed": ("sh:closed true ; sh:ignoredProperties ( rdf:type :mark )", ":m", ":n"),
    "qualified, least": (
        "sh:qualifiedValueShape :Marked ; sh:qualifiedMinCount 2",
        ":m , :n , :c",
        ":m , :c",
    ),
    "qualified, most": (
        "sh:qualifiedValueShape :Marked ; sh:qualifiedMaxCount 1",
        ":m , :c , :d",
        ":m , :n",
    ),
    "sparql": (
        "sh:sparql [ sh:prefixes :Prefixes ; "
        'sh:select "SELECT $this ?value WHERE { $this $PATH ?value . ?value :mark ?mark }" ]',
        ":c",
        ":m",
    ),
    "property": ("sh:property [ sh:path :mark ; sh:minCount 1 ]", ":m", ":c"),
    "deep condition": (
        "sh:node [ sh:property [ sh:path :mark ; sh:minCount 1 ; sh:maxCount 1 ; "
        'sh:not [ sh:hasValue "no" ] ; sh:node [ sh:nodeKind sh:Literal ; sh:maxLength 3 ] ] ]',
        ":m",
        ":c",
    ),
}

# Demands on the values of a path, and data in which :bad breaks them.
ON_PATHS = {
    "( :p :mark )": ("sh:minCount 1", ":good :p :m . :bad :p :c ."),
    "[ sh:inversePath :r ]": ("sh:maxCount 1", ":c :r :good , :bad . :d :r :bad ."),
    "[ sh:alternativePath ( :p :q ) ]": (
        "sh:maxCount 1",
        ":good :p :c ; :q :c . :bad :p :c ; :q :d .",
    ),
    "[ sh:zeroOrMorePath :p ]": ("sh:minCount 3", ":good :p :l . :bad :p :c ."),
    "[ sh:oneOrMorePath :p ]": ("sh:minCount 2", ":good :p :l . :bad :p :c ."),
    "[ sh:zeroOrOnePath :p ]": ("sh:maxCount 2", ":good :p :l . :bad :p :c , :d ."),
    "( [ sh:inversePath [ sh:inversePath :p ] ] [ sh:zeroOrMorePath :p ] )": (
        "sh:minCount 2",
        ":good :p :l . :bad :p :c .",
    ),
}

# Demands on the focus node itself.
ON_NODES = {
    "class": ("sh:class :C", "a :C", "a :T"),
    "closed": (
        "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path :p ]",
        ":p :c",
        ":p :c ; :q :d",
    ),
    "open": ("sh:closed false ; sh:pattern '.*good|.*bad$' ; sh:hasValue :good", ":q :d", ":q :d"),
    "disjoint": ("sh:disjoint :q", ":q :c", ":q :bad"),
    "equals": ("sh:equals :q", ":q :good", ":q :c"),
    "hasValue": ("sh:hasValue :good", ":q :c", ":q :c"),
    "in": ("sh:in ( :good )", ":q :c", ":q :c"),
    "pattern": ("sh:pattern 'good$'", ":q :c", ":q :c"),
    "not": ("sh:not [ sh:property [ sh:path :q ; sh:hasValue :c ] ]", ":q :d", ":q :c"),
    "sparql": (
        "sh:sparql [ sh:prefixes :Prefixes ; sh:select "
        '"SELECT $this WHERE { FILTER NOT EXISTS { $this :q :c } }" ]',
        ":q :c",
        ":q :d",
    ),
    "sparql, choice": (
        "sh:sparql [ sh:prefixes :Prefixes ; sh:select '''SELECT $this ?value WHERE {"
        " { ?value :r ?other . FILTER(?other = $this) } # $this } {"
        "\n UNION { $this :q ?value . FILTER(STR(?value) = \"{\") } }''' ]",
        ":q :d",
        ':q "{"',
    ),
    "sparql, counting": (
        "sh:sparql [ sh:prefixes :Prefixes ; sh:select '''SELECT $this WHERE {"
        " { SELECT $this (COUNT(DISTINCT ?other) AS ?count) WHERE { $this :q ?other }"
        " GROUP BY $this } FILTER(?count > 1) }''' ]",
        ":q :d",
        ":q :d , :c",
    ),
    "sparql, other way": (
        "sh:sparql [ sh:prefixes :Prefixes ; sh:select "
        '"SELECT $this ?path ?value WHERE { $this ?path ?value . ?value :mark ?mark }" ]',
        ":q :c",
        ":q :m",
    ),
}

COMMON = """
:Marked a sh:NodeShape ; sh:property :Marked-mark .
:Marked-mark a sh:PropertyShape ; sh:path :mark ; sh:minCount 1 .
:Named a sh:NodeShape ; sh:property :Named-name .
:Named-name a sh:PropertyShape ; sh:path :name ; sh:minCount 1 .
:User a sh:NodeShape ; sh:targetNode :nobody ; sh:or ( :Marked :Named [ sh:nodeKind sh:IRI ] ) .
"""
DATA = """
:D rdfs:subClassOf :C . :c a :C . :d a :D .
:m :mark "yes" . :n :mark "yes" ; :name "n" . :l :p :k .
"""


def triples(turtle: str) -> list[ox.Triple]:
    """Parse Turtle with the usual prefixes."""
    return [quad.triple for quad in ox.parse(HEAD + turtle, format=ox.RdfFormat.TURTLE)]


def store(turtle: str) -> ox.Store:
    """A store with this Turtle in one named graph."""
    data = ox.Store()
    data.extend(
        ox.Quad(subject, predicate, object_, ox.NamedNode("https://example.org/graph"))
        for subject, predicate, object_ in triples(turtle)
    )
    return data


def found(report: Report) -> set[tuple[object, ...]]:
    """What two engines must agree on."""
    return {
        (one.focus, one.path, one.value, one.shape, one.component, one.severity)
        for one in report.results
    }


def both(shapes: str, data: str) -> set[str]:
    """The local names of the focus nodes that both engines find fault with."""
    rules = load_shapes(triples(shapes))
    graph = store(data)
    fast, reference = (validate(graph, rules, engine) for engine in ("fast", "pyshacl"))
    assert found(fast) == found(reference)
    assert fast.focus_counts == reference.focus_counts
    return {str(one.focus).strip("<>").removeprefix("https://example.org/") for one in fast.results}


@pytest.mark.parametrize("case", ON_VALUES)
def test_demand_on_values(case: str) -> None:
    """Both engines find the bad record, with the same path and value, and only that."""
    parameters, good, bad = ON_VALUES[case]
    rule = f":S a sh:PropertyShape ; sh:targetClass :T ; sh:path :p ; {parameters} ."
    records = "".join(
        f":{name} a :T . " + (f":{name} :p {values} . " if values else "")
        for name, values in (("good", good), ("bad", bad))
    )
    culprits = both(f"{PREFIXES}{COMMON}{rule}", DATA + records)
    assert culprits == ({"c"} if case == "property" else {"bad"})


@pytest.mark.parametrize("path", ON_PATHS)
def test_demand_on_paths(path: str) -> None:
    """The same at the end of each kind of path."""
    demand, data = ON_PATHS[path]
    rule = f":S a sh:PropertyShape ; sh:targetClass :T ; sh:path {path} ; {demand} ."
    assert both(rule, f"{DATA}{data} :good a :T . :bad a :T .") == {"bad"}


@pytest.mark.parametrize("case", ON_NODES)
def test_demand_on_nodes(case: str) -> None:
    """The same where the focus node is what is judged."""
    parameters, good, bad = ON_NODES[case]
    shapes = f"{PREFIXES} :S a sh:NodeShape ; sh:targetClass :T ; {parameters} ."
    assert both(shapes, f"{DATA} :good a :T ; {good} . :bad a :T ; {bad} .") == {"bad"}


def test_every_component_has_a_case() -> None:
    """No component is translated without an example in both polarities."""
    used = " ".join(parameters for parameters, _, _ in (*ON_VALUES.values(), *ON_NODES.values()))
    missing = {parameter for parameter in COMPONENTS if f"sh:{parameter} " not in used}
    assert not missing
    assert set(COMPONENTS) == PARAMETERS


@pytest.mark.parametrize(
    ("target", "culprits"),
    [
        ("sh:targetClass :C", {"c", "d"}),
        ("sh:targetNode :c , :nowhere", {"c", "nowhere"}),
        ("sh:targetSubjectsOf :mark", {"m", "n"}),
        ("sh:targetObjectsOf :p", {"k"}),
        ("sh:targetClass :D ; sh:targetNode :c ; sh:targetObjectsOf :p", {"c", "d", "k"}),
        ("a rdfs:Class", {"s"}),
    ],
)
def test_targets(target: str, culprits: set[str]) -> None:
    """Each way of choosing focus nodes chooses the right ones; subclasses count."""
    shapes = f":S a sh:NodeShape ; {target} ; sh:hasValue :never ."
    assert both(shapes, f"{DATA} :s a :S .") == culprits


def test_property_shape_used_twice() -> None:
    """A shape reached from several sides judges the focus nodes of all of them."""
    shapes = """
    :A a sh:NodeShape ; sh:targetNode :c , :d ; sh:property :P .
    :B a sh:NodeShape ; sh:targetClass :T ; sh:property :P , :Q .
    :Q a sh:PropertyShape ; sh:path :p ; sh:property :P .
    :P a sh:PropertyShape ; sh:path :q ; sh:minCount 1 .
    """
    assert both(shapes, f"{DATA} :d :q 1 . :t a :T ; :q 1 ; :p :u , :d .") == {"c", "u"}


def test_severity_and_deactivation() -> None:
    """A shape's own severity is reported; what is deactivated demands nothing, also inside."""
    shapes = """
    :A a sh:NodeShape ; sh:targetNode :c ; sh:hasValue :d ; sh:severity sh:Warning .
    :B a sh:NodeShape ; sh:targetNode :e ; sh:hasValue :d ; sh:deactivated true .
    :C a sh:NodeShape ; sh:targetNode :f ; sh:node :B .
    :D a sh:NodeShape ; sh:targetNode :g ; sh:sparql [ sh:deactivated true ;
      sh:select "SELECT $this WHERE { $this ?p ?o }" ] .
    """
    assert both(shapes, ":c :p 1 . :e :p 1 . :f :p 1 . :g :p 1 .") == {"c"}


def test_message_quotes_the_values() -> None:
    """The variables of a query appear in its message, IRIs as CURIEs where a prefix fits."""
    rules = load_shapes(
        triples(
            """:S a sh:NodeShape ; sh:targetClass <https://w3id.org/g12c/ontology#Claim> ;
            sh:sparql [ sh:message "{$this} has {?value}, {?unknown}" ;
              sh:select "SELECT $this ?value WHERE { $this rdfs:label ?value }" ;
              sh:prefixes [ sh:declare [ sh:prefix "rdfs" ;
                sh:namespace "http://www.w3.org/2000/01/rdf-schema#" ] ] ] ."""
        )
    )
    claim = """<https://w3id.org/g12c/claim/a> a <https://w3id.org/g12c/ontology#Claim> ;
      rdfs:label "a name"@en ."""
    (result,) = validate(store(claim), rules).results
    assert result.message == "claim:a has a name, {?unknown}"


TARGET = "sh:targetNode :c"
REFUSED = {
    "misspelt": (
        f":S {TARGET} ; sh:property [ sh:path :p ; sh:minCout 1 ]",
        "is sh:minCount meant",
    ),
    "rule": (f':S {TARGET} ; sh:hasValue 1 ; sh:rule [ sh:construct "" ]', "sh:construct|sh:rule"),
    "js": (f":S {TARGET} ; sh:js [ ]", "sh:js"),
    "SPARQL target": (':S sh:target [ sh:select "" ] ; sh:hasValue 1', "sh:target is misspelt"),
    "siblings": (f":S {TARGET} ; sh:qualifiedValueShapesDisjoint true", "not supported"),
    "no target": (":S a sh:NodeShape ; sh:hasValue :c", "no target"),
    "no demand": (f":S a sh:NodeShape ; {TARGET}", "demands nothing"),
    "missing": (f":S {TARGET} ; sh:node :T", "refers to https://example.org/T"),
    "literal shape": (f':S {TARGET} ; sh:node "T"', "refers to"),
    "recursive": (f":S {TARGET} ; sh:property [ sh:path :p ; sh:node :S ]", "refers to itself"),
    "no path": (f":S {TARGET} ; sh:property :T . :T sh:hasValue 1", "has no sh:path"),
    "two paths": (f":S {TARGET} ; sh:path :p , :q", "2 values for sh:path"),
    "path of a node shape": (f":S a sh:NodeShape ; {TARGET} ; sh:path :p", "a node shape has none"),
    "property shape without path": (f":S a sh:PropertyShape ; {TARGET}", "has sh:path"),
    "short path": (f":S {TARGET} ; sh:path ( :p )", "two members"),
    "no path at all": (f":S {TARGET} ; sh:path [ :p :q ]", "not a path"),
    "endless path": (f":S {TARGET} ; sh:path _:p . _:p sh:inversePath _:p", "32 deep"),
    "count in a node shape": (f":S {TARGET} ; sh:minCount 1", "property shape"),
    "count in words": (f':S {TARGET} ; sh:path :p ; sh:minCount "one"', "whole number"),
    "count below zero": (f":S {TARGET} ; sh:path :p ; sh:minCount -1", "whole number"),
    "two counts": (f":S {TARGET} ; sh:path :p ; sh:minCount 1 , 2", "2 values for sh:minCount"),
    "limit without value": (f":S {TARGET} ; sh:path :p ; sh:maxInclusive :c", "literal"),
    "class in words": (f':S {TARGET} ; sh:class "C"', "an IRI is needed"),
    "value without name": (f":S {TARGET} ; sh:hasValue []", "cannot be compared"),
    "datatype": (f":S {TARGET} ; sh:path :p ; sh:datatype xsd:intger", "xsd:integer is"),
    "lost datatype": (f":S {TARGET} ; sh:path :p ; sh:datatype xsd:int", "not supported"),
    "kind": (f":S {TARGET} ; sh:nodeKind sh:Info", "none of sh:BlankNode"),
    "closed in words": (f':S {TARGET} ; sh:closed "yes"', "true or false"),
    "deactivated in words": (f':S {TARGET} ; sh:hasValue 1 ; sh:deactivated "no"', "true or false"),
    "severity in words": (f':S {TARGET} ; sh:hasValue 1 ; sh:severity "low"', "sh:severity"),
    "target in words": (':S sh:targetClass "C" ; sh:hasValue 1', "sh:targetClass is an IRI"),
    "flags alone": (f':S {TARGET} ; sh:flags "i"', "lacks sh:pattern"),
    "flags": (f':S {TARGET} ; sh:pattern "a" ; sh:flags "x"', "takes i and m"),
    "ignored alone": (f":S {TARGET} ; sh:ignoredProperties ( :p )", "lacks sh:closed"),
    "qualified shape alone": (
        f":S {TARGET} ; sh:path :p ; sh:qualifiedValueShape [ sh:hasValue 1 ]",
        "lacks sh:qualifiedMinCount",
    ),
    "qualified count alone": (
        f":S {TARGET} ; sh:path :p ; sh:qualifiedMinCount 1",
        "needs sh:qualifiedValueShape",
    ),
    "pattern": (f':S {TARGET} ; sh:pattern "("', "not a regular expression"),
    "exploding pattern": (f':S {TARGET} ; sh:pattern "^(a+)+$"', "repeats a repetition"),
    "exploding class": (f':S {TARGET} ; sh:pattern "^(?:[a-z]*)*$"', "repeats a repetition"),
    "empty list": (f":S {TARGET} ; sh:in ()", "a list is empty"),
    "no list": (f":S {TARGET} ; sh:in :c", "a list is broken"),
    "endless list": (f":S {TARGET} ; sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l", "list is broken"),
    "cut list": (f":S {TARGET} ; sh:or _:l . _:l rdf:first :S", "list is broken"),
    "query inside": (
        f':S {TARGET} ; sh:not [ sh:sparql [ sh:select "SELECT $this {{ $this ?p 1 }}" ] ]',
        "sh:sparql needs a target",
    ),
    "no query": (f":S {TARGET} ; sh:sparql [ ]", "one sh:select"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    """What would check nothing, or something else, is an error that names the shape."""
    turtle, message = REFUSED[case]
    with pytest.raises(ShapeError, match=message) as caught:
        load_shapes(triples(f"{turtle} ."))
    assert caught.value.exit_code == 2
    assert str(caught.value.node) in {"<https://example.org/S>", "<https://example.org/T>"}


def test_no_shape() -> None:
    """A file without shapes is not a file of shapes that everything conforms to."""
    with pytest.raises(G12cError, match="no shape found"):
        load_shapes(triples(":c :p :d ."))


REFUSED_QUERIES = {
    "SELECT $this WHER { }": "not SPARQL",
    "ASK { $this ?p ?o }": r"SELECT of \$this",
    "SELECT ?value WHERE { $this ?p ?value }": r"select \$this by name",
    "SELECT * WHERE { $this ?p ?value }": r"select \$this by name",
    "SELECT $this WHERE { { SELECT ?o { $this ?p ?o } } }": r"select \$this by name",
    "SELECT $this WHERE { SERVICE <http://127.0.0.1:9/> { $this ?p ?o } }": "SERVICE",
    "SELECT $this WHERE { serVice <http://127.0.0.1:9/> { $this ?p ?o } }": "SERVICE",
    "SELECT $this WHERE { \u017fERVICESILENT<http://127.0.0.1:9/>{ $this ?p ?o } }": "SERVICE",
    r"SELECT $this WHERE { \u0053ERVICE <http://127.0.0.1:9/> { $this ?p ?o } }": "escape",
    "SELECT $this WHERE { ?v a ?c . FILTER(1<2)SERVICE?v#>\n{ $this ?p ?o } }": "SERVICE",
    "SELECT $this WHERE { $this ?p ?o MINUS { $this ?p 1 } }": "MINUS",
    "SELECT $this WHERE { VALUES ?o { 1 } $this ?p ?o }": "VALUES",
    "SELECT $this WHERE { GRAPH ?g { $this ?p ?o } }": "GRAPH",
    "SELECT $this FROM <file:///etc/passwd> WHERE { $this ?p ?o }": "FROM",
    "SELECT $this WHERE { $this ?p ?o } LIMIT 1": "LIMIT",
    "SELECT $this (COUNT(?o) AS ?value) WHERE { $this ?p ?o } GROUP BY $this": "counts rows",
    "SELECT $this WHERE { $this $PATH ?o }": "needs a property shape",
    "SELECT $this WHERE { $this ?p $currentShape }": "currentShape",
    "SELECT $this WHERE { BIND(1 AS $this) }": "not SPARQL",
}


@pytest.mark.parametrize("query", REFUSED_QUERIES)
def test_refused_query(query: str) -> None:
    """A query that SHACL forbids, reaches out or means something else for all nodes at once."""
    select = ox.Literal(query)
    with pytest.raises(ShapeError, match=REFUSED_QUERIES[query]):
        load_shapes(triples(f":S {TARGET} ; sh:sparql [ sh:select {select} ] ."))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this WHERE { $this <https://example.org/values#from> 'LIMIT' } # MINUS",
        "PREFIX graph: <https://example.org/> SELECT $this { $this graph:minus ?values, '''{''' }",
        "SELECT DISTINCT $this ?value WHERE { $this ?p ?value . FILTER(?value<2 && 1 > 0) }",
    ],
)
def test_allowed_query(query: str) -> None:
    """Forbidden words stand freely in names, texts and comments."""
    select = ox.Literal(query)
    assert load_shapes(triples(f":S {TARGET} ; sh:sparql [ sh:select {select} ] .")).checks
