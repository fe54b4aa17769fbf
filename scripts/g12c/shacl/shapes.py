"""SHACL shapes as their authors wrote them, read strictly (W3C SHACL, sections 2 and 4).

SHACL lets a misspelt term, a shape without target or a list cut short check nothing, in silence.
Here each of them is an error that names the shape.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from ..errors import G12cError
from ..namespaces import OWL, RDF, RDFS, SH, SKOS, XSD, shorten

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Value: TypeAlias = Term | tuple[Term, ...]
"""The value of a parameter; a tuple where SHACL wants a list."""


def sh(name: str) -> NamedNode:
    """The SHACL term ``sh:name``."""
    return NamedNode(f"{SH}{name}")


VIOLATION: Final = sh("Violation")
WARNING: Final = sh("Warning")
INFO: Final = sh("Info")

LESS_OR_MORE: Final = frozenset(("lessThan", "lessThanOrEquals"))
COUNTS: Final = frozenset(("maxCount", "minCount", "qualifiedMaxCount", "qualifiedMinCount"))
OF_PATHS: Final = LESS_OR_MORE | COUNTS | {"qualifiedValueShape", "uniqueLang"}
"""The parameters that need a property shape."""

_OF_SHAPES: Final = frozenset(("node", "not", "property", "qualifiedValueShape"))
_OF_SHAPE_LISTS: Final = frozenset(("and", "or", "xone"))
_OF_LISTS: Final = _OF_SHAPE_LISTS | {"ignoredProperties", "in", "languageIn"}
_REPEATABLE: Final = (
    LESS_OR_MORE
    | _OF_SHAPE_LISTS
    | (_OF_SHAPES - {"qualifiedValueShape"})
    | {"class", "disjoint", "equals", "hasValue", "sparql"}
)
PARAMETERS: Final = (
    OF_PATHS
    | _OF_SHAPES
    | _OF_LISTS
    | _REPEATABLE
    | {"closed", "datatype", "flags", "maxExclusive", "maxInclusive", "maxLength"}
    | {"minExclusive", "minInclusive", "minLength", "nodeKind", "pattern"}
)
"""The properties by which a shape makes demands, without ``sh:``."""

_TARGETS: Final = ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf")
_PATHS: Final[Mapping[str, str]] = {
    "alternativePath": "|",
    "inversePath": "^{}",
    "oneOrMorePath": "{}+",
    "zeroOrMorePath": "{}*",
    "zeroOrOnePath": "{}?",
}
_TERMS: Final = (
    PARAMETERS
    | frozenset(_TARGETS)
    | _PATHS.keys()
    | {"NodeShape", "PropertyShape", "path", "severity", "message", "deactivated"}
    | {"name", "description", "order", "group", "PropertyGroup", "defaultValue"}
    | {"SPARQLConstraint", "select", "prefixes", "declare", "prefix", "namespace"}
    | {"PrefixDeclaration", "Violation", "Warning", "Info", "IRI", "Literal", "BlankNode"}
    | {"BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"}
)


class ShapeError(G12cError):
    """A shape cannot be used; ``node`` is the shape, for whoever knows the file and line of it."""

    def __init__(self, node: Term, message: str) -> None:
        super().__init__(f"shape {name(node)}: {message}")
        self.node = node
        self.message = message


@dataclass(frozen=True)
class Path:
    """A SHACL property path in both its spellings."""

    sparql: str
    turtle: str

    @classmethod
    def of(cls, predicate: NamedNode) -> "Path":
        """The path of one step."""
        return cls(str(predicate), str(predicate))

    def __str__(self) -> str:
        return re.sub(r"<([^>]*)>", lambda match: shorten(match[1]), self.sparql)


@dataclass(frozen=True)
class Shape:
    """One shape as its author wrote it; without ``sh:`` in the names of parameters and targets."""

    node: Node
    path: Path | None
    targets: tuple[tuple[str, Term], ...]
    parameters: tuple[tuple[str, Value], ...]
    severity: NamedNode
    message: str
    advice: str
    deactivated: bool

    def get(self, parameter: str) -> Value | None:
        """The value of ``parameter``, a tuple for a list, or None."""
        return next((value for key, value in self.parameters if key == parameter), None)

    def error(self, message: str) -> ShapeError:
        """An error that names this shape."""
        return ShapeError(self.node, message)


def name(term: Term) -> str:
    """``term`` for a person: a CURIE where one fits, a literal without its datatype."""
    if isinstance(term, NamedNode):
        return shorten(term.value)
    if isinstance(term, Literal):
        return str(Literal(term.value, language=term.language))
    return str(term)


def as_node(value: Value) -> Node:
    """``value``, which must be an IRI or a blank node."""
    if isinstance(value, NamedNode | BlankNode):
        return value
    raise G12cError(f"a shape cannot be {value}; name it by an IRI")


class Graph:
    """The triples of a shapes graph by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(triples)
        self._objects: defaultdict[Term, defaultdict[str, list[Term]]]
        self._objects = defaultdict(lambda: defaultdict(list))
        for subject, predicate, object_ in self.triples:
            self._objects[subject][predicate.value].append(object_)

    def owner(self, node: Term) -> Term:
        """``node``, or for a blank node the nearest named one that it belongs to, if any."""
        above = {object_: subject for subject, _, object_ in self.triples}
        climbed = {node}
        while isinstance(node, BlankNode) and above.get(node, node) not in climbed:
            node = above[node]
            climbed.add(node)
        return node

    def shapes(self) -> list[Node]:
        """Every node that is a shape, by its type or by what is said of it or with it."""
        marks = {f"{SH}{mark}" for mark in (*PARAMETERS, *_TARGETS, "path")}
        kinds = {sh("NodeShape"), sh("PropertyShape")}
        found = [
            subject
            for subject, about in self._objects.items()
            if marks & about.keys() or kinds & set(about[f"{RDF}type"])
        ]
        return sorted(map(as_node, found), key=str)

    def values(self, node: Term, predicate: str) -> list[Term]:
        """The objects of ``predicate``, in the order of their spelling."""
        return sorted(self._objects[node][predicate], key=str) if node in self._objects else []

    def all(self, node: Term, term: str) -> list[Term]:
        """The objects of ``sh:term``."""
        return self.values(node, f"{SH}{term}")

    def one(self, node: Term, term: str) -> Term | None:
        """The only object of ``sh:term``, or None."""
        values = self.all(node, term)
        if len(values) > 1:
            raise ShapeError(node, f"has {len(values)} values for sh:{term}; give it one")
        return values[0] if values else None

    def true(self, node: Term, term: str) -> bool:
        """Whether ``sh:term`` is there and true."""
        value = self.one(node, term)
        if value is None:
            return False
        if isinstance(value, Literal) and value.datatype.value == f"{XSD}boolean":
            return value.value in ("true", "1")
        raise ShapeError(node, f"sh:{term} is true or false, not {value}")

    def text(self, node: Term, *predicates: str) -> str:
        """The first text, English or without a language before others, of these properties."""
        texts = [
            value
            for predicate in predicates
            for value in self.values(node, predicate)
            if isinstance(value, Literal)
        ]
        texts.sort(key=lambda text: text.language not in (None, "en"))
        return texts[0].value if texts else ""

    def items(self, shape: Node, head: Term) -> tuple[Term, ...]:
        """The members of an RDF list."""
        items: list[Term] = []
        seen: set[Term] = set()
        while head != NamedNode(f"{RDF}nil"):
            first, rest = (self.values(head, f"{RDF}{part}") for part in ("first", "rest"))
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ShapeError(shape, "a list is broken: each cell has one first and one rest")
            seen.add(head)
            items += first
            head = rest[0]
        return tuple(items)

    def path(self, shape: Node, term: Term, depth: int = 0) -> Path:
        """The property path that ``term`` is (section 2.3.1)."""
        if isinstance(term, NamedNode):
            return Path.of(term)
        if depth > 32:
            raise ShapeError(shape, "sh:path is nested more than 32 deep")
        if self.values(term, f"{RDF}first"):
            return self._paths(shape, term, "/", depth)
        for key, sparql in _PATHS.items():
            for inner in self.all(term, key):
                if key == "alternativePath":
                    path = self._paths(shape, inner, sparql, depth)
                else:
                    path = self.path(shape, inner, depth + 1)
                    path = Path(f"({sparql.format(path.sparql)})", path.turtle)
                return Path(path.sparql, f"[ sh:{key} {path.turtle} ]")
        raise ShapeError(shape, "sh:path is not a path")

    def _paths(self, shape: Node, head: Term, joint: str, depth: int) -> Path:
        paths = [self.path(shape, item, depth + 1) for item in self.items(shape, head)]
        if len(paths) < 2:
            raise ShapeError(shape, "a sequence or a choice of paths has two members or more")
        sparql = joint.join(path.sparql for path in paths)
        return Path(f"({sparql})", f"( {' '.join(path.turtle for path in paths)} )")


def _refuse_unknown_terms(graph: Graph) -> None:
    for triple in graph.triples:
        for term in triple:
            if isinstance(term, NamedNode) and term.value.startswith(SH):
                key = term.value.removeprefix(SH)
                if key not in _TERMS:
                    near = get_close_matches(key, _TERMS, 1)
                    hint = f"; is sh:{near[0]} meant?" if near else ""
                    message = f"sh:{key} is misspelt or not supported{hint}"
                    raise ShapeError(triple.subject, message)


def _read_shape(graph: Graph, node: Node) -> Shape:
    types = graph.values(node, f"{RDF}type")
    path = graph.one(node, "path")
    if (sh("NodeShape") in types and path) or (sh("PropertyShape") in types and not path):
        raise ShapeError(node, "a property shape has sh:path, a node shape has none")
    parameters: list[tuple[str, Value]] = []
    for key in sorted(PARAMETERS):
        values = graph.all(node, key)
        if len(values) > 1 and key not in _REPEATABLE:
            raise ShapeError(node, f"has {len(values)} values for sh:{key}; give it one")
        parameters += [(key, graph.items(node, v) if key in _OF_LISTS else v) for v in values]
    targets = [
        (key, _target(node, key, value)) for key in _TARGETS for value in graph.all(node, key)
    ]
    if {NamedNode(f"{RDFS}Class"), NamedNode(f"{OWL}Class")} & set(types):
        targets.append(("targetClass", node))
    severity = graph.one(node, "severity") or VIOLATION
    if not isinstance(severity, NamedNode):
        raise ShapeError(node, "sh:severity is an IRI, such as sh:Warning")
    return Shape(
        node,
        graph.path(node, path) if path else None,
        tuple(targets),
        tuple(parameters),
        severity,
        graph.text(node, f"{SH}message"),
        graph.text(node, f"{SH}description", f"{RDFS}comment", f"{SKOS}note"),
        graph.true(node, "deactivated"),
    )


def _target(node: Node, key: str, value: Term) -> Term:
    if isinstance(value, NamedNode) or (isinstance(value, Literal) and key == "targetNode"):
        return value
    raise ShapeError(node, f"sh:{key} is an IRI, not {value}")


def _references(shape: Shape) -> Iterator[Term]:
    for key, value in shape.parameters:
        if key in _OF_SHAPE_LISTS and isinstance(value, tuple):
            yield from value
        elif key in _OF_SHAPES and not isinstance(value, tuple):
            yield value


def _refuse_bad_structure(shapes: Mapping[Node, Shape]) -> None:
    """Raises `ShapeError` for shapes that are missing, unused, empty, misplaced or recursive."""
    used: set[Term] = set()
    for shape in shapes.values():
        used.update(_references(shape))
        for node in _references(shape):
            if node not in shapes:
                raise shape.error(f"refers to {name(node)}, which is no shape here")
        for key, value in shape.parameters:
            if key == "property" and shapes[as_node(value)].path is None:
                raise shape.error(f"sh:property {name(as_node(value))} has no sh:path")
        if shape.path is None and not shape.parameters:
            raise shape.error("demands nothing; give it a constraint")
    finished: set[Term] = set()

    def visit(node: Node, above: tuple[Node, ...]) -> None:
        if node in above:
            circle = " → ".join(name(each) for each in (*above[above.index(node) :], node))
            raise ShapeError(node, f"refers to itself: {circle}; SHACL leaves that undefined")
        if node not in finished:
            for reference in _references(shapes[node]):
                visit(as_node(reference), (*above, node))
            finished.add(node)

    for node, shape in shapes.items():
        visit(node, ())
        if node not in used and not shape.targets:
            raise shape.error("has no target and no other shape refers to it")


def read_shapes(graph: Graph) -> dict[Node, Shape]:
    """All shapes of ``graph``, in the order of their names.

    Raises `ShapeError` for one that is misspelt, not supported, missing, idle, misplaced or
    recursive, and `G12cError` if there is none.
    """
    _refuse_unknown_terms(graph)
    shapes = {node: _read_shape(graph, node) for node in graph.shapes()}
    if not shapes:
        raise G12cError("no shape found; the files hold no sh:NodeShape and no sh:PropertyShape")
    _refuse_bad_structure(shapes)
    return shapes
