"""Shapes compiled to SPARQL that finds what breaks them.

A constraint becomes one SPARQL 1.1 SELECT whose rows are its violations, so only faults leave the
engine, and any SPARQL server can judge its own data (W3C SHACL, sections 2 to 5).
`COMPONENTS` is the whole translation: one function a constraint component, which says where to
look and when what is found there is wrong.

What is not translated is refused with the shape named, never skipped: recursive shapes, disjoint
qualified shapes, custom components, rules, targets in SPARQL, and ``sh:sparql`` inside a shape that
is only a condition of another one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NamedTuple, TypeAlias

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Triple

from ..namespaces import RDF, RDFS, SH, XSD, shorten
from .select import for_each_focus
from .shapes import (
    OF_PATHS,
    Graph,
    Node,
    Shape,
    ShapeError,
    Term,
    Value,
    as_node,
    name,
    read_shapes,
    sh,
)

SPARQL: Final = sh("SPARQLConstraintComponent")
_INSTANCE_OF: Final = f"<{RDF}type>/<{RDFS}subClassOf>*"
_TARGETS: Final[Mapping[str, str]] = {
    "targetClass": f"?this {_INSTANCE_OF} {{}} .",
    "targetNode": "VALUES ?this {{ {} }}",
    "targetObjectsOf": "?_subject {} ?this .",
    "targetSubjectsOf": "?this {} ?_object .",
}


@dataclass(frozen=True)
class Check:
    """A query whose rows are violations: ``?this`` and, where bound, ``?value`` and ``?path``.

    The message may quote every variable as ``{?variable}``.
    """

    shape: Shape
    component: NamedNode
    message: str
    query: str


@dataclass(frozen=True)
class Shapes:
    """A shapes graph ready for use.

    ``focus`` gives, for each shape that is applied by itself, a query that counts its focus nodes
    as ``?count``. ``triples`` are what it was made from.
    """

    shapes: Mapping[Node, Shape]
    checks: tuple[Check, ...]
    focus: Mapping[Node, str]
    triples: tuple[Triple, ...]


def sentence(shape: Shape, component: NamedNode) -> str:
    """What the shape's author says of a fault, or else what SHACL calls it."""
    return shape.message or f"{name(component)} of {name(shape.node)} is not met."


# Where to look from a focus node, and when what is found is wrong.


class _Rows(NamedTuple):
    """``step`` binds more variables, for each of which ``bad`` tells a violation.

    ``value`` and ``path`` name the variables which the result reports.
    """

    step: str
    bad: str
    value: str | None = None
    path: str | None = None


class _At(NamedTuple):
    """A shape at the variable that holds its focus node.

    ``step`` leads to the value nodes in ``value``; a node shape's value node is its focus node.
    """

    shape: Shape
    shapes: Mapping[Node, Shape]
    this: str
    value: str
    step: str
    level: int

    @classmethod
    def of(cls, node: Value, shapes: Mapping[Node, Shape], this: str, level: int) -> "_At":
        shape = shapes[as_node(node)]
        if shape.path is None:
            return cls(shape, shapes, this, this, "", level)
        value = f"?_value{level}"
        return cls(shape, shapes, this, value, f"{this} {shape.path.sparql} {value} .", level)

    def each(self, bad: str) -> list[_Rows]:
        """Each value node for which ``bad`` holds is a violation."""
        return [_Rows(self.step, bad, self.value)]

    def whole(self, bad: str) -> list[_Rows]:
        """The focus node is one violation if ``bad`` holds."""
        return [_Rows("", bad)]

    def breaks(self, node: Value) -> str:
        """An expression: the value node does not conform to the shape ``node``."""
        at = _At.of(node, self.shapes, self.value, self.level + 1)
        if at.shape.deactivated:
            return "false"
        rows = [row for key, value in at.shape.parameters for row in _rows(at, key, value)]
        bad = [
            f"EXISTS {{ {row.step} FILTER({row.bad}) }}" if row.step else row.bad for row in rows
        ]
        return f"({' || '.join(bad)})" if bad else "false"

    def has(self, term: str) -> str:
        """An expression: ``term`` is among the value nodes."""
        if self.shape.path is None:
            return f"sameTerm({self.this}, {term})"
        return f"EXISTS {{ {self.this} {self.shape.path.sparql} {term} }}"

    def counts(self, comparison: str, condition: str = "true") -> str:
        """An expression: the number of distinct value nodes that meet ``condition`` compares so.

        It is false, whatever the comparison, where there is none.
        """
        return (
            f"EXISTS {{ SELECT {self.this} WHERE {{ {self.step} FILTER({condition}) }} "
            f"GROUP BY {self.this} HAVING(COUNT(DISTINCT {self.value}) {comparison}) }}"
        )


def _rows(at: _At, parameter: str, value: Value) -> list[_Rows]:
    if parameter in OF_PATHS and at.shape.path is None:
        raise at.shape.error(f"sh:{parameter} stands in a property shape, with sh:path")
    return COMPONENTS[parameter](at, value)


def _total(expression: str) -> str:
    """``expression``, false where it has no value."""
    return f"COALESCE({expression}, false)"


def _regex(text: str, pattern: str) -> str:
    return f"REGEX({text}, {Literal(pattern)})"


def _cast(text: str) -> str:
    return _total(f"DATATYPE(<{XSD}dateTime>({text})) = <{XSD}dateTime>")


def _date(text: str) -> str:
    zone = r"(Z|[+-][0-9]{2}:[0-9]{2})"
    day = f'REPLACE({text}, {Literal(zone + "$")}, "")'
    form = _regex(text, rf"^-?[0-9]{{4,}}-[0-9]{{2}}-[0-9]{{2}}{zone}?$")
    midnight = f'CONCAT({day}, "T00:00:00")'
    return f"({form} && {_cast(midnight)})"


def _matching(pattern: str) -> Callable[[str], str]:
    return lambda text: _regex(text, pattern)


_FLOATING: Final = _matching(
    r"^([+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)$"
)

# Which texts a datatype allows, as an expression over the text; None where any will do here.
# Types derived from xsd:integer are missing: an Oxigraph store turns them into it.
_WELL_FORMED: Final[Mapping[str, Callable[[str], str] | None]] = {
    f"{RDF}langString": None,
    f"{XSD}string": None,
    f"{XSD}anyURI": None,
    f"{XSD}gYear": None,
    f"{XSD}gYearMonth": None,
    f"{XSD}boolean": _matching("^(true|false|1|0)$"),
    f"{XSD}integer": _matching("^[+-]?[0-9]+$"),
    f"{XSD}decimal": _matching(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"),
    f"{XSD}double": _FLOATING,
    f"{XSD}float": _FLOATING,
    f"{XSD}date": _date,
    f"{XSD}dateTime": _cast,
    f"{XSD}time": lambda text: _cast(f'CONCAT("2000-01-01T", {text})'),
}


def _datatype(at: _At, term: Value) -> list[_Rows]:
    iri = _iri(at, term).value
    if iri.startswith((XSD, RDF, RDFS)) and iri not in _WELL_FORMED:
        nearest = get_close_matches(iri, _WELL_FORMED, 1, 0)[0]
        raise at.shape.error(f"sh:datatype {shorten(iri)} is not supported; {shorten(nearest)} is")
    well_formed = _WELL_FORMED.get(iri)
    good = f"DATATYPE({at.value}) = {term}"
    if well_formed:
        good += f" && {well_formed(f'STR({at.value})')}"
    return at.each(f"!{_total(good)}")


def _compares(operator: str) -> "_Component":
    def compares(at: _At, term: Value) -> list[_Rows]:
        return at.each(f"!{_total(f'{at.value} {operator} {_literal(at, term)}')}")

    return compares


def _compares_with(operator: str) -> "_Component":
    def compares_with(at: _At, term: Value) -> list[_Rows]:
        other = f"?_other{at.level}"
        wrong = f"!{_total(f'{at.value} {operator} {other}')}"
        return at.each(f"EXISTS {{ {at.this} {_iri(at, term)} {other} FILTER({wrong}) }}")

    return compares_with


def _has_length(operator: str) -> "_Component":
    def has_length(at: _At, term: Value) -> list[_Rows]:
        length = f"STRLEN(STR({at.value})) {operator} {_integer(at, term)}"
        return at.each(f"(isBlank({at.value}) || !({length}))")

    return has_length


def _node_kind(at: _At, term: Value) -> list[_Rows]:
    kinds = {
        "BlankNode": "isBlank",
        "IRI": "isIRI",
        "Literal": "isLiteral",
        "BlankNodeOrIRI": "!isLiteral",
        "BlankNodeOrLiteral": "!isIRI",
        "IRIOrLiteral": "!isBlank",
    }
    iri = _iri(at, term)
    kind = kinds.get(iri.value.removeprefix(SH))
    if kind is None:
        raise at.shape.error(f"sh:nodeKind {name(iri)} is none of sh:{', sh:'.join(kinds)}")
    return at.each(f"!{kind}({at.value})")


def _pattern(at: _At, term: Value) -> list[_Rows]:
    pattern, flags = _literal(at, term), at.shape.get("flags") or Literal("")
    if not (isinstance(flags, Literal) and set(flags.value) <= set("im")):
        raise at.shape.error("sh:flags takes i and m")
    if _EXPLODES.search(pattern.value):
        raise at.shape.error(
            f"sh:pattern {pattern} repeats a repetition, which takes some engines for ever; "
            "say it with one repetition"
        )
    probe = Store().query(f'SELECT (REGEX("", {pattern}, {flags}) AS ?legal) {{}}')
    if isinstance(probe, QuerySolutions) and next(probe)["legal"] is None:
        raise at.shape.error(
            f"sh:pattern {pattern} is not a regular expression of XPath and XQuery"
        )
    return at.each(f"(isBlank({at.value}) || !REGEX(STR({at.value}), {pattern}, {flags}))")


def _language_in(at: _At, term: Value) -> list[_Rows]:
    ranges = [_literal(at, item) for item in _items(at, term)]
    good = " || ".join(f"LANGMATCHES(LANG({at.value}), {range_})" for range_ in ranges)
    return at.each(f"!{_total(f'({good})')}")


def _unique_lang(at: _At, term: Value) -> list[_Rows]:
    if not _boolean(at, term) or at.shape.path is None:
        return []
    one, other = at.value, f"?_other{at.level}"
    same = f"LANG({one}) != '' && LCASE(LANG({one})) = LCASE(LANG({other}))"
    pair = f"{at.step} {at.this} {at.shape.path.sparql} {other} ."
    return at.whole(f"EXISTS {{ {pair} FILTER({same} && !sameTerm({one}, {other})) }}")


def _min_count(at: _At, term: Value) -> list[_Rows]:
    least = _integer(at, term)
    if least == 0:
        return []
    return at.whole(f"!EXISTS {{ {at.step} }}" if least == 1 else f"!{at.counts(f'>= {least}')}")


def _max_count(at: _At, term: Value) -> list[_Rows]:
    return at.whole(at.counts(f"> {_integer(at, term)}"))


def _qualified_min_count(at: _At, term: Value) -> list[_Rows]:
    least = _integer(at, term)
    return at.whole(f"!{at.counts(f'>= {least}', _qualifies(at))}") if least else []


def _qualified_max_count(at: _At, term: Value) -> list[_Rows]:
    return at.whole(at.counts(f"> {_integer(at, term)}", _qualifies(at)))


def _qualifies(at: _At) -> str:
    node = at.shape.get("qualifiedValueShape")
    if node is None:
        raise at.shape.error("a qualified count needs sh:qualifiedValueShape")
    return f"!{at.breaks(node)}"


def _part_of(*others: str) -> "_Component":
    def part_of(at: _At, _: Value) -> list[_Rows]:
        if any(at.shape.get(other) for other in others):
            return []
        raise at.shape.error(f"lacks sh:{' or sh:'.join(others)}, without which a part is idle")

    return part_of


def _sparql(at: _At, _: Value) -> list[_Rows]:
    raise at.shape.error("is a condition of another shape; sh:sparql needs a target of its own")


def _equals(at: _At, term: Value) -> list[_Rows]:
    other, predicate = f"?_other{at.level}", _iri(at, term)
    missing = at.each(f"!EXISTS {{ {at.this} {predicate} {at.value} }}")
    return [*missing, _Rows(f"{at.this} {predicate} {other} .", f"!{at.has(other)}", other)]


def _in(at: _At, term: Value) -> list[_Rows]:
    items = _items(at, term)
    iris = [str(item) for item in items if isinstance(item, NamedNode)]
    among = [f"{at.value} IN ({', '.join(iris)})"] if iris else []
    among += [f"sameTerm({at.value}, {item})" for item in items if not isinstance(item, NamedNode)]
    return at.each(f"!({' || '.join(among) or 'false'})")


def _closed(at: _At, term: Value) -> list[_Rows]:
    if not _boolean(at, term):
        return []
    ignored = at.shape.get("ignoredProperties")
    known = {_iri(at, item).value for item in _items(at, ignored)} if ignored else set()
    for key, value in at.shape.parameters:
        path = at.shapes[as_node(value)].path if key == "property" else None
        if path and path.sparql.startswith("<"):
            known.add(path.sparql[1:-1])
    listed = ", ".join(f"<{iri}>" for iri in sorted(known))
    predicate, found = f"?_predicate{at.level}", f"?_found{at.level}"
    step = f"{at.step} {at.value} {predicate} {found} ."
    return [_Rows(step, f"{predicate} NOT IN ({listed})", found, predicate)]


def _xone(at: _At, term: Value) -> list[_Rows]:
    matches = " + ".join(f"IF({at.breaks(item)}, 0, 1)" for item in _items(at, term))
    return at.each(f"({matches}) != 1")


_Component: TypeAlias = Callable[[_At, Value], list[_Rows]]

COMPONENTS: Final[Mapping[str, _Component]] = {
    "and": lambda at, term: at.each(" || ".join(at.breaks(item) for item in _items(at, term))),
    "class": lambda at, term: at.each(f"!EXISTS {{ {at.value} {_INSTANCE_OF} {_iri(at, term)} }}"),
    "closed": _closed,
    "datatype": _datatype,
    "disjoint": lambda at, term: at.each(f"EXISTS {{ {at.this} {_iri(at, term)} {at.value} }}"),
    "equals": _equals,
    "flags": _part_of("pattern"),
    "hasValue": lambda at, term: at.whole(f"!{at.has(str(_constant(at, term)))}"),
    "ignoredProperties": _part_of("closed"),
    "in": _in,
    "languageIn": _language_in,
    "lessThan": _compares_with("<"),
    "lessThanOrEquals": _compares_with("<="),
    "maxCount": _max_count,
    "maxExclusive": _compares("<"),
    "maxInclusive": _compares("<="),
    "maxLength": _has_length("<="),
    "minCount": _min_count,
    "minExclusive": _compares(">"),
    "minInclusive": _compares(">="),
    "minLength": _has_length(">="),
    "node": lambda at, term: at.each(at.breaks(term)),
    "nodeKind": _node_kind,
    "not": lambda at, term: at.each(f"!{at.breaks(term)}"),
    "or": lambda at, term: at.each(" && ".join(at.breaks(item) for item in _items(at, term))),
    "pattern": _pattern,
    "property": lambda at, term: at.each(at.breaks(term)),
    "qualifiedMaxCount": _qualified_max_count,
    "qualifiedMinCount": _qualified_min_count,
    "qualifiedValueShape": _part_of("qualifiedMinCount", "qualifiedMaxCount"),
    "sparql": _sparql,
    "uniqueLang": _unique_lang,
    "xone": _xone,
}


# A repeated group that holds nothing but a repetition: exponential where matching backtracks.
_EXPLODES: Final = re.compile(r"\((?:\?:)?(?:\\.|\[\^?\]?[^]]*\]|[^\\()\[\]])[+*]\)[+*{]")


def _iri(at: _At, value: Value) -> NamedNode:
    if isinstance(value, NamedNode):
        return value
    raise at.shape.error(f"{value} stands where an IRI is needed")


def _literal(at: _At, value: Value) -> Literal:
    if isinstance(value, Literal):
        return value
    raise at.shape.error(f"{value} stands where a literal is needed")


def _constant(at: _At, value: Value) -> Term:
    if isinstance(value, NamedNode | Literal):
        return value
    raise at.shape.error(f"{value} cannot be compared; write an IRI or a literal")


def _integer(at: _At, value: Value) -> int:
    if (
        isinstance(value, Literal)
        and value.datatype.value == f"{XSD}integer"
        and re.fullmatch("[0-9]{1,9}", value.value)
    ):
        return int(value.value)
    raise at.shape.error(f"{value} stands where a whole number, zero or more, is needed")


def _boolean(at: _At, value: Value) -> bool:
    if isinstance(value, Literal) and value.datatype.value == f"{XSD}boolean":
        return value.value in ("true", "1")
    raise at.shape.error(f"{value} stands where true or false is needed")


def _items(at: _At, value: Value) -> tuple[Term, ...]:
    if isinstance(value, tuple) and value:
        return value
    raise at.shape.error("a list is empty or is not a list")


def _focus(shapes: Mapping[Node, Shape]) -> dict[Node, str]:
    """For each shape that is applied by itself, the pattern that binds ``?this``."""
    focus: defaultdict[Node, list[str]] = defaultdict(list)

    def apply(node: Node, pattern: str) -> None:
        at = _At.of(node, shapes, "?this", 0)
        if at.shape.deactivated or pattern in focus[node]:
            return
        focus[node].append(pattern)
        if at.step:
            values = f"SELECT DISTINCT {at.value} WHERE {{ {pattern} {at.step} }}"
            pattern = f"{{ SELECT ({at.value} AS ?this) WHERE {{ {values} }} }}"
        for key, value in at.shape.parameters:
            if key == "property":
                apply(as_node(value), pattern)

    for node, shape in shapes.items():
        if shape.targets:
            apply(node, _union([_TARGETS[key].format(term) for key, term in shape.targets]))
    return {node: _union(patterns) for node, patterns in focus.items() if patterns}


def _union(patterns: Sequence[str]) -> str:
    if len(patterns) == 1:
        return patterns[0]
    return " UNION ".join(f"{{ {pattern} }}" for pattern in patterns)


def _checks(graph: Graph, at: _At, focus: str) -> Iterator[Check]:
    shape = at.shape
    for key, value in shape.parameters:
        if key == "sparql":
            if not graph.true(as_node(value), "deactivated"):
                message = graph.text(as_node(value), f"{SH}message") or sentence(shape, SPARQL)
                yield Check(shape, SPARQL, message, _own_query(graph, at, as_node(value), focus))
        elif key != "property":
            component = sh(f"{key[0].upper()}{key[1:]}ConstraintComponent")
            message = sentence(shape, component)
            for row in _rows(at, key, value):
                found = (("value", row.value), ("path", row.path))
                variables = " ".join(
                    f"({variable} AS ?{key})" for key, variable in found if variable
                )
                where = f"{focus} {row.step} FILTER({row.bad})"
                query = f"SELECT DISTINCT ?this {variables} WHERE {{ {where} }}"
                yield Check(shape, component, message, query)


def _own_query(graph: Graph, at: _At, node: Node, focus: str) -> str:
    select = graph.one(node, "select")
    if not isinstance(select, Literal):
        raise at.shape.error("sh:sparql has one sh:select, a text")
    prefixes = {
        graph.text(declaration, f"{SH}prefix"): graph.text(declaration, f"{SH}namespace")
        for ontology in graph.all(node, "prefixes")
        for declaration in graph.all(ontology, "declare")
    }
    prologue = "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in sorted(prefixes.items()))
    query = prologue + for_each_focus(at.shape, select.value, focus)
    try:
        rows = Store().query(query)
    except (SyntaxError, ValueError) as error:
        raise at.shape.error(f"sh:select is not SPARQL: {error}") from error
    if not isinstance(rows, QuerySolutions) or "this" not in (v.value for v in rows.variables):
        raise at.shape.error("sh:select is a SELECT of $this by name")
    return query


def load_shapes(triples: Iterable[Triple]) -> Shapes:
    """The shapes in ``triples``, compiled.

    Raises `ShapeError` for a shape that is misspelt, not supported, without target and use, or
    wrong in itself, and `G12cError` if there is no shape at all.
    """
    graph = Graph(triples)
    try:
        return _compile(graph)
    except ShapeError as error:
        raise ShapeError(graph.owner(error.node), error.message) from error


def _compile(graph: Graph) -> Shapes:
    shapes = read_shapes(graph)
    checks: list[Check] = []
    counts: dict[Node, str] = {}
    for node, focus in _focus(shapes).items():
        checks += _checks(graph, _At.of(node, shapes, "?this", 0), focus)
        counts[node] = f"SELECT (COUNT(DISTINCT ?this) AS ?count) WHERE {{ {focus} }}"
    return Shapes(shapes, tuple(checks), counts, graph.triples)
