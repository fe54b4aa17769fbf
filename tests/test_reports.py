"""A report says where, what, found and what to do, in every format, and forges nothing."""

import json
import re
from typing import get_args
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from g12c.errors import HIDDEN
from g12c.reports import ANNOTATIONS, Format, Place, render, step_summary
from g12c.shacl import Term, load_shapes
from g12c.validate import Report, validate

FORMATS = get_args(Format)
SH = "http://www.w3.org/ns/shacl#"
HEAD = f"""
@prefix claim: <https://w3id.org/g12c/claim/> .
@prefix g12c: <https://w3id.org/g12c/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <{SH}> .
@prefix shape: <https://w3id.org/g12c/shape/> .
"""
SHAPES = f"""{HEAD}
shape:Claim a sh:NodeShape ; sh:targetClass g12c:Claim ; sh:property shape:Claim-label ,
  shape:Claim-way .
shape:Claim-label a sh:PropertyShape ; sh:path rdfs:label ; sh:maxLength 5 ;
  sh:message "A claim has a short label." ; sh:description "Shorten the label, or mend it." .
shape:Claim-way a sh:PropertyShape ; sh:path ( [ sh:inversePath g12c:of ] [ sh:alternativePath
  ( g12c:p [ sh:zeroOrMorePath g12c:q ] ) ] ) ; sh:maxCount 0 ; sh:severity sh:Warning .
shape:Drug a sh:NodeShape ; sh:targetClass g12c:Drug ; sh:nodeKind sh:IRI .
"""
EVIL = "long & <b>\x1b[2J\u202e::error::x\n::stop-commands::y|`%0A]]>\x7f\U000e0041"


def report(label: str = "too long", claims: int = 1, way: str = "g12c:of") -> Report:
    """Claims with a label that is too long, and a warning for the first of them."""
    parsed = ox.parse(SHAPES, format=ox.RdfFormat.TURTLE)
    rules = load_shapes(quad.triple for quad in parsed)
    text = ox.Literal(label, language="en")
    data = ox.Store()
    records = "".join(f"claim:c{n:02} a g12c:Claim . " for n in range(claims))
    data.load(f"{HEAD}{records} [] {way} claim:c00 .".encode(), format=ox.RdfFormat.TURTLE)
    predicate = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    for n in range(claims):
        claim = ox.NamedNode(f"https://w3id.org/g12c/claim/c{n:02}")
        data.add(ox.Quad(claim, predicate, text))
    return validate(data, rules)


def places(*terms: Term) -> Place | None:
    """The place of the first claim."""
    return ("graph/claims/a b.ttl", 12, 3) if "/claim/c00>" in str(terms[0]) else None


def nowhere(*_: Term) -> Place | None:
    """No place is known."""
    return None


def test_text() -> None:
    """A person reads place, sentence, value, what to do and the rule, and how many there are."""
    text = render(report(), "text", places)
    assert (
        text
        == """\
graph/claims/a b.ttl:12:3: error: A claim has a short label.
    Found: claim:c00 rdfs:label is "too long"@en
    What to do: Shorten the label, or mend it.
    Rule: shape:Claim-label (sh:MaxLengthConstraintComponent)
graph/claims/a b.ttl:12:3: warning: sh:MaxCountConstraintComponent of shape:Claim-way is not met.
    Found: claim:c00 ((^g12c:of)/(g12c:p|(g12c:q*)))
    Rule: shape:Claim-way (sh:MaxCountConstraintComponent)
note: shape:Drug met no focus node, so it checked nothing
1 error and 1 warning from 3 shapes.
"""
    )
    assert render(report(), "text", nowhere).startswith("claim:c00: error: A claim has")


def test_json() -> None:
    """A script gets every field of the result, and its place."""
    content = json.loads(render(report(), "json", places))
    assert content["conforms"] is False
    assert content["focusNodes"]["https://w3id.org/g12c/shape/Drug"] == 0
    assert content["results"][0] == {
        "file": "graph/claims/a b.ttl",
        "line": 12,
        "column": 3,
        "level": "error",
        "message": "A claim has a short label.",
        "advice": "Shorten the label, or mend it.",
        "focusNode": {"type": "uri", "value": "https://w3id.org/g12c/claim/c00"},
        "resultPath": "<http://www.w3.org/2000/01/rdf-schema#label>",
        "value": {"type": "literal", "value": "too long", "xml:lang": "en"},
        "sourceShape": {"type": "uri", "value": "https://w3id.org/g12c/shape/Claim-label"},
        "sourceConstraintComponent": f"{SH}MaxLengthConstraintComponent",
        "resultSeverity": f"{SH}Violation",
    }


def test_turtle_is_a_shacl_report() -> None:
    """The Turtle says what SHACL's report vocabulary says, complex paths included."""
    graph = ox.Store()
    graph.load(render(report(EVIL), "ttl", places).encode(), format=ox.RdfFormat.TURTLE)
    rows = graph.query(
        f"""PREFIX sh: <{SH}> SELECT ?conforms ?focus ?value ?shape ?component ?severity ?message
        {{ ?report a sh:ValidationReport ; sh:conforms ?conforms ; sh:result ?result .
        ?result a sh:ValidationResult ; sh:focusNode ?focus ; sh:sourceShape ?shape ;
          sh:sourceConstraintComponent ?component ; sh:resultSeverity ?severity ;
          sh:resultMessage ?message . OPTIONAL {{ ?result sh:value ?value }} }}"""
    )
    assert isinstance(rows, ox.QuerySolutions)
    expected = {
        (
            ox.Literal(value=False),
            one.focus,
            one.value,
            one.shape,
            one.component,
            one.severity,
            ox.Literal(one.message),
        )
        for one in report(EVIL).results
    }
    assert {tuple(row) for row in rows} == expected
    path = graph.query(
        f"""PREFIX sh: <{SH}> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        PREFIX g12c: <https://w3id.org/g12c/ontology#>
        ASK {{ ?result sh:resultPath ( [ sh:inversePath g12c:of ]
          [ sh:alternativePath ( g12c:p [ sh:zeroOrMorePath g12c:q ] ) ] ) }}"""
    )
    assert path


def test_github() -> None:
    """The worst ten become annotations, and the summary of the step holds all."""
    lines = render(report(claims=12), "github", places).splitlines()
    annotations = [line for line in lines if line.startswith("::")]
    assert len(annotations) == ANNOTATIONS
    assert annotations[0] == (
        "::error title=shape%3AClaim-label,file=graph/claims/a b.ttl,line=12,col=3::"
        'A claim has a short label. Found: claim:c00 rdfs:label is "too long"@en. '
        "What to do: Shorten the label, or mend it."
    )
    assert lines[-2:] == [
        "The summary of this step lists all 13 findings.",
        "12 errors and 1 warning from 3 shapes.",
    ]
    summary = step_summary(report(claims=12), places).splitlines()
    assert sum(line.startswith(("| error", "| warning")) for line in summary) == 13


def test_sarif() -> None:
    """Code scanning gets rules with help, and results with rule, level and region."""
    (run,) = json.loads(render(report(), "sarif", places))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert rules[1] == {
        "id": "shape:Claim-label",
        "shortDescription": {"text": "A claim has a short label."},
        "help": {"text": "Shorten the label, or mend it."},
    }
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == (
        "shape:Claim-label",
        1,
        "error",
    )
    assert (second["ruleId"], second["level"]) == ("shape:Claim-way", "warning")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "graph/claims/a%20b.ttl"},
        "region": {"startLine": 12, "startColumn": 3},
    }
    (run,) = json.loads(render(report(), "sarif", nowhere))["runs"]
    assert "physicalLocation" not in run["results"][0]["locations"][0]


def test_junit() -> None:
    """One case a shape: failed, passed with a warning, passed, or skipped for want of nodes."""
    (suite,) = ElementTree.fromstring(render(report(), "junit", places))  # noqa: S314 - our own
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        "shape:Claim": [],
        "shape:Claim-label": ["failure"],
        "shape:Claim-way": ["system-out"],
        "shape:Drug": ["skipped"],
    }
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    failure = suite.find(".//failure")
    assert failure is not None
    assert failure.text is not None
    assert failure.text.startswith("graph/claims/a b.ttl:12:3: A claim has a short label.")


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_hidden_gets_out(form: Format) -> None:
    """Control and bidirectional characters, and lines of GitHub's commands, stay inside."""
    evil = report(EVIL)

    def evil_place(*_: Term) -> Place:
        return (f"a\n::error::{EVIL}.ttl", 1, 1)

    for text in (render(evil, form, evil_place), step_summary(evil, evil_place)):
        assert not re.search(f"[{HIDDEN}]", text)
        commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert all(re.match("::(error|warning) title=shape", line) for line in commands)
        assert len(commands) == (2 if form == "github" and text.startswith("::") else 0)
    if form in ("json", "sarif"):
        assert json.loads(render(evil, form, evil_place))
    if form == "junit":
        ElementTree.fromstring(render(evil, form, evil_place))  # noqa: S314 - our own


CONFORMING = {
    "text": "The data conform to 3 shapes.",
    "json": '"results": []',
    "ttl": "sh:conforms true ;\n.",
    "github": "The data conform to 3 shapes.",
    "sarif": '"results": []',
    "junit": 'failures="0"',
}


@pytest.mark.parametrize("form", FORMATS)
def test_conforming_data(form: Format) -> None:
    """A report without results is still a whole document, and says so."""
    text = render(report("short", way="g12c:other"), form, places)
    assert CONFORMING[form] in text
    assert text.endswith("\n")


def test_markdown_is_quoted() -> None:
    """What a value holds cannot become markup, a mention or a cell of the summary's table."""
    (row,) = [
        line
        for line in step_summary(report("@team <img src=x> a|b [c](d)"), places).splitlines()
        if line.startswith("| error")
    ]
    assert row.count("|") == 5
    assert not re.search(r"[<>@\[]", row)
