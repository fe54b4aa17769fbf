"""Validation reports for people and for machines.

``text`` for a terminal, ``json`` for scripts, ``ttl`` as SHACL's own report (section 3.6),
``github`` as annotations of a workflow run, ``sarif`` (2.1.0) for code scanning, ``junit`` with one
case a shape. No control or bidirectional character leaves in any of them.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import BlankNode, NamedNode
from pyoxigraph import Literal as Text

from .errors import HIDDEN, SourceError, printable
from .namespaces import BASE, SH
from .shacl import INFO, WARNING, Node, Term, name
from .validate import Report, Result

Format: TypeAlias = Literal["text", "json", "ttl", "github", "sarif", "junit"]
Place: TypeAlias = tuple[str, int, int]
"""File, line and column, both from 1."""


class Places(Protocol):
    """Where things are described."""

    def __call__(self, *terms: Term) -> Place | None:
        """The place of subject, predicate, object, or of as much of it as is known."""


ANNOTATIONS: Final = 10
"""How many annotations of a kind GitHub shows for a step."""

_HIDDEN: Final = re.compile(f"[{HIDDEN}]")


@dataclass(frozen=True)
class _Finding:
    """A result in words."""

    result: Result
    place: Place | None
    level: str
    rule: str
    found: str
    advice: str

    @property
    def where(self) -> str:
        return ":".join(map(str, self.place)) if self.place else name(self.result.focus)

    @property
    def sentences(self) -> str:
        """The rule, what was found and what to do, in one line."""
        todo = f" What to do: {self.advice}" if self.advice else ""
        return f"{self.result.message} {self.found}.{todo}"


def render(report: Report, form: Format, places: Places) -> str:
    """``report`` as a text of the format ``form``, which ends in a line feed."""
    return _RENDERERS[form](report, list(_findings(report, places)))


def step_summary(report: Report, places: Places) -> str:
    """All findings as a Markdown table, for the file that ``GITHUB_STEP_SUMMARY`` names."""
    rows = [
        f"| {finding.level} | {_markdown(finding.where)} | {_markdown(finding.rule)} "
        f"| {_markdown(finding.sentences)} |\n"
        for finding in _findings(report, places)
    ]
    head = "| level | place | rule | finding |\n| --- | --- | --- | --- |\n" if rows else ""
    return f"### SHACL\n\n{_markdown(_verdict(report))}\n\n{head}{''.join(rows)}"


def _findings(report: Report, places: Places) -> Iterator[_Finding]:
    for result in report.results:
        focus, shape = result.focus, report.shapes[result.shape]
        path = f" {result.path}" if result.path else ""
        value = result.value if result.value != focus else None
        found = f"{name(focus)}{path}" + (f" is {name(value)}" if value is not None else "")
        place = places(focus)
        found += _line(place, places(focus, *_triple(result)))
        level = {WARNING: "warning", INFO: "notice"}.get(result.severity, "error")
        yield _Finding(result, place, level, name(result.shape), f"Found: {found}", shape.advice)


def _triple(result: Result) -> Iterator[Term]:
    """Predicate and object at fault, as far as there are such."""
    if result.path and re.fullmatch("<[^>]*>", result.path.sparql):
        yield NamedNode(result.path.sparql[1:-1])
        if result.value is not None:
            yield result.value


def _line(place: Place | None, triple: Place | None) -> str:
    return f" (line {triple[1]})" if place and triple and place[1] != triple[1] else ""


def _verdict(report: Report) -> str:
    shapes = _number(len(report.focus_counts) - len(report.idle), "shape")
    if report.conforms:
        return f"The data conform to {shapes}."
    count = sum(result.severity in (WARNING, INFO) for result in report.results)
    warnings = _number(count, "warning")
    if count == len(report.results):
        return f"The data conform to {shapes}, with {warnings}."
    return f"{_number(len(report.results) - count, 'error')} and {warnings} from {shapes}."


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _text(report: Report, findings: list[_Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{finding.where}: {finding.level}: {finding.result.message}")
        lines.append(f"    {finding.found}")
        if finding.advice:
            lines.append(f"    What to do: {finding.advice}")
        lines.append(f"    Rule: {finding.rule} ({name(finding.result.component)})")
    lines += [
        f"note: {name(node)} met no focus node, so it checked nothing" for node in report.idle
    ]
    return _lines([*lines, _verdict(report)])


def _lines(lines: list[str]) -> str:
    return "".join(f"{printable(line)}\n" for line in lines)


def _json(report: Report, findings: list[_Finding]) -> str:
    results = [
        {
            "file": finding.place[0] if finding.place else None,
            "line": finding.place[1] if finding.place else None,
            "column": finding.place[2] if finding.place else None,
            "level": finding.level,
            "message": finding.result.message,
            "advice": finding.advice or None,
            "focusNode": _term(finding.result.focus),
            "resultPath": finding.result.path.sparql if finding.result.path else None,
            "value": _term(finding.result.value) if finding.result.value is not None else None,
            "sourceShape": _term(finding.result.shape),
            "sourceConstraintComponent": finding.result.component.value,
            "resultSeverity": finding.result.severity.value,
        }
        for finding in findings
    ]
    counts = {node.value: count for node, count in report.focus_counts.items()}
    return _dump({"conforms": report.conforms, "results": results, "focusNodes": counts})


def _term(term: Term) -> Mapping[str, str]:
    """A term as in SPARQL 1.1 Query Results JSON."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Text):
        return {"type": "triple", "value": str(term)}
    tag = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **tag}


def _dump(content: object) -> str:
    return json.dumps(content, indent=2).replace("\x7f", "\\u007f") + "\n"


def _turtle(report: Report, findings: list[_Finding]) -> str:
    results = []
    for finding in findings:
        result = finding.result
        properties = {
            "focusNode": str(result.focus),
            "resultPath": result.path.turtle if result.path else "",
            "value": "" if result.value is None else str(result.value),
            "sourceShape": str(result.shape),
            "sourceConstraintComponent": str(result.component),
            "resultSeverity": str(result.severity),
            "resultMessage": str(Text(result.message)),
        }
        lines = [f"    sh:{key} {text} ;\n" for key, text in properties.items() if text]
        results.append(f"  sh:result [\n    a sh:ValidationResult ;\n{''.join(lines)}  ] ;\n")
    body = f"  sh:conforms {str(report.conforms).lower()} ;\n{''.join(results)}"
    text = f"@prefix sh: <{SH}> .\n\n[] a sh:ValidationReport ;\n{body}.\n"
    return _HIDDEN.sub(lambda match: f"\\U{ord(match[0]):08X}", text)


def _github(report: Report, findings: list[_Finding]) -> str:
    lines = []
    for finding in findings[:ANNOTATIONS]:
        properties = {"title": finding.rule}
        if finding.place:
            path, line, column = finding.place
            properties |= {"file": path, "line": str(line), "col": str(column)}
        listed = ",".join(f"{key}={_command(text, ':,')}" for key, text in properties.items())
        lines.append(f"::{finding.level} {listed}::{_command(finding.sentences)}")
    if len(findings) > ANNOTATIONS:
        lines.append(f"The summary of this step lists all {len(findings)} findings.")
    return _lines([*lines, _verdict(report)])


def annotation(error: SourceError) -> str:
    """A file that cannot be used, as GitHub's workflow command."""
    place = {"file": error.path, "line": error.line, "col": error.column}
    listed = ",".join(f"{key}={_command(str(at), ':,')}" for key, at in place.items() if at)
    return _lines([f"::error {listed}::{_command(error.message)}"])


def _command(text: str, also: str = "") -> str:
    """``text`` as GitHub's workflow commands want it."""
    return "".join(
        f"%{ord(character):02X}" if character in f"%\r\n{also}" else character for character in text
    )


def _sarif(report: Report, findings: list[_Finding]) -> str:
    rules = sorted({*report.focus_counts, *(result.shape for result in report.results)}, key=name)
    index = {node: number for number, node in enumerate(rules)}
    driver = {
        "name": "g12c",
        "informationUri": BASE,
        "rules": [_sarif_rule(report, node) for node in rules],
    }
    results = [_sarif_result(finding, index[finding.result.shape]) for finding in findings]
    return _dump(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": driver},
                    "columnKind": "unicodeCodePoints",
                    "results": results,
                }
            ],
        }
    )


def _sarif_level(level: str) -> str:
    return "note" if level == "notice" else level


def _sarif_rule(report: Report, node: Node) -> Mapping[str, object]:
    shape = report.shapes[node]
    sentence = shape.message or name(node)
    return {
        "id": name(node),
        "shortDescription": {"text": sentence},
        "help": {"text": shape.advice or sentence},
    }


def _sarif_result(finding: _Finding, index: int) -> Mapping[str, object]:
    location: dict[str, object] = {
        "logicalLocations": [{"fullyQualifiedName": name(finding.result.focus)}]
    }
    if finding.place:
        path, line, column = finding.place
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(path)},
            "region": {"startLine": line, "startColumn": column},
        }
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _sarif_level(finding.level),
        "message": {"text": finding.sentences},
        "locations": [location],
    }


def _junit(report: Report, findings: list[_Finding]) -> str:
    by_shape: defaultdict[Node, list[_Finding]] = defaultdict(list)
    for finding in findings:
        by_shape[finding.result.shape].append(finding)
    cases = []
    failures = 0
    for node in sorted({*report.focus_counts, *by_shape}, key=name):
        found = by_shape[node]
        listed = _lines([f"{finding.where}: {finding.sentences}" for finding in found])
        if any(finding.level == "error" for finding in found):
            failures += 1
            content = f"<failure message={_xml_attribute(found[0].result.message)}>"
            content += f"{escape(listed)}</failure>"
        elif found:
            content = f"<system-out>{escape(listed)}</system-out>"
        else:
            content = '<skipped message="met no focus node"/>' if node in report.idle else ""
        cases.append(
            f'    <testcase classname="shacl" name={_xml_attribute(name(node))}>'
            f"{content}</testcase>\n"
        )
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{len(report.idle)}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
        f'  <testsuite name="SHACL" {counts}>\n{"".join(cases)}  </testsuite>\n</testsuites>\n'
    )


def _xml_attribute(text: str) -> str:
    return quoteattr(printable(text))


def _markdown(text: str) -> str:
    """``text`` as it is, in a cell of a Markdown table."""
    shown = printable(text)
    return re.sub(r"[\\`*_~|<>&#@\[\]!]", lambda match: f"&#{ord(match[0])};", shown)


_RENDERERS: Final[Mapping[Format, Callable[[Report, list[_Finding]], str]]] = {
    "text": _text,
    "json": _json,
    "ttl": _turtle,
    "github": _github,
    "sarif": _sarif,
    "junit": _junit,
}
