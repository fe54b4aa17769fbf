"""What a curator and a CI run: our own graph, or files beside it, against closure and shapes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePath
from typing import TypeAlias, TypeVar
from xml.sax.saxutils import escape

import pyoxigraph as ox

from .checks import ADVICE, RULES, Problem, closure
from .derive import derive
from .errors import G12cError, SourceError
from .namespaces import BASE, expand, graph_iri
from .places import Places, Term, place_at, place_of
from .reading import FORMATS, decode, read_file, read_quads, read_turtle
from .shacl import VIOLATION, WARNING, Node, Path, Shape, ShapeError, Shapes, load_shapes
from .sources import Sources
from .store import load
from .validate import Engine, Report, Result, exit_code, validate

Input: TypeAlias = tuple[str, bytes]
"""A file as the user named it, and what it holds."""

Place: TypeAlias = tuple[str, int, int]
"""File, line and column."""

_INPUT = ox.NamedNode(graph_iri("input"))
_DIRECT, _DERIVED, _INFERRED = (
    ox.NamedNode(graph_iri(name)) for name in ("direct", "derived", "inferred")
)
_SHARED = tuple(
    ox.NamedNode(graph_iri(name)) for name in ("ontology", "alignments", "things", "mappings")
)
"""The graphs that somebody else's graph of the same shape builds on."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Gate:
    """All of ours that a judgement needs, so that it can be made without opening a file."""

    own: ox.Store
    shapes: Shapes
    names: frozenset[str]
    files: tuple[Input, ...]
    engine: Engine

    @classmethod
    def of(cls, sources: Sources, engine: Engine = "fast") -> "Gate":
        """The gate of these sources; raises `G12cError` if they cannot be used."""
        shapes = shapes_of(sources)
        if engine == "pyshacl":  # it imports as it goes, which is too late in a limited process
            validate(ox.Store(), shapes, engine)
        files = [
            (path.relative_to(sources.root).as_posix(), read_file(path))
            for _, path in sources.turtle_files()
        ]
        names = frozenset(sources.query_names())
        return cls(load(sources), shapes, names, tuple(files), engine)

    def judge(self, inputs: Sequence[Input] = (), base: str = "") -> "Judgement":
        """The judgement on our own graph, or on files beside it.

        Files are judged together with the ontology and everything published, so that a few lines
        are enough; what the build derives from them is derived here too. The store of the gate is
        used up by that. Files with a ``base`` are a graph of their own, of the same shape and with
        the same layout of names below it: they meet our ontology and things, not our claims.

        Raises `SourceError` for a file that cannot be read.
        """
        renamed: dict[str, str] = {}
        if inputs:
            if base:
                for graph in list(self.own.named_graphs()):
                    if graph not in _SHARED:
                        self.own.remove_graph(graph)
            self._take_in(inputs, base, renamed)
            judged = list(self.own.quads_for_pattern(None, None, None, _INPUT))
        else:
            made = (_DIRECT, _DERIVED, _INFERRED)
            judged = [quad for quad in self.own if quad.graph_name not in made]
        report = validate(self.own, self.shapes, self.engine)
        if (
            inputs
        ):  # advice about ours, and that a shape found nothing of theirs, is no news to them
            about = {term for quad in judged for term in (quad.subject, quad.object)}
            kept = (
                one for one in report.results if one.severity == VIOLATION or one.focus in about
            )
            met = {node: count for node, count in report.focus_counts.items() if count}
            report = replace(report, results=tuple(kept), focus_counts=met)
        problems = list(closure(judged, self.own, self.names, guest=bool(inputs)))
        unjudged = {problem.focus for problem in problems if problem.rule == "node-is-judged"}
        return Judgement(
            _called_back(with_problems(report, problems, guest=bool(inputs)), renamed),
            Whereabouts([*inputs, *self.files]),
            any(quad.subject not in unjudged for quad in judged),
        )

    def _take_in(self, inputs: Sequence[Input], base: str, renamed: dict[str, str]) -> None:
        def ours(term: _T) -> _T:
            if not (base and isinstance(term, ox.NamedNode) and term.value.startswith(base)):
                return term
            name = BASE + term.value.removeprefix(base)
            renamed[name] = term.value
            return type(term)(name)

        for name, data in inputs:
            self.own.extend(
                ox.Quad(ours(quad.subject), ours(quad.predicate), ours(quad.object), _INPUT)
                for quad in read_quads(data, name)
            )
        before = list(self.own.quads_for_pattern(None, None, None, _DERIVED))
        for graph in (_DIRECT, _DERIVED):
            self.own.remove_graph(graph)
        try:
            made = list(derive(self.own))
        except G12cError:  # a residue that is not there: the shapes say so, with the place
            made = before
        self.own.extend(made)


@dataclass(frozen=True)
class Judgement:
    """What was found, and where; ``judged`` tells whether there was anything to judge."""

    report: Report
    places: "Whereabouts"
    judged: bool

    def exit_code(self, *, strict: bool = False) -> int:
        """0 conforms, 1 findings, 2 if nothing was judged."""
        return exit_code(self.report, strict) if self.judged else 2


def shapes_of(sources: Sources, without: str = "") -> Shapes:
    """The shapes of the project, without those in the file of that name.

    Raises `SourceError` at the shape that is unusable, and `G12cError` if there is none at all.
    """
    files = [(path, read_file(path)) for path in sources.shape_files() if path.name != without]
    triples = [triple for path, data in files for triple in read_turtle(data, str(path))]
    try:
        return load_shapes(triples)
    except ShapeError as error:
        for path, data in files:
            if place := place_of(decode(data, str(path)), error.node):
                raise SourceError(error.args[0], path, *place) from error
        raise


def with_problems(report: Report, problems: Iterable[Problem], *, guest: bool = False) -> Report:
    """The report with breaches of the closure as results, under the names of their rules.

    Raises `G12cError` if no shape met a focus node, so that the report says nothing.
    """
    if not any(report.focus_counts.values()):
        raise G12cError("no shape meets a node of the graph, so nothing is judged; mend the shapes")
    shapes: dict[Node, Shape] = dict(report.shapes)
    counts = dict(report.focus_counts)
    for rule, (what, todo) in RULES.items():
        severity = WARNING if guest and rule in ADVICE else VIOLATION
        node = _shape(rule)
        shapes[node] = Shape(node, None, (), (), severity, what, todo, deactivated=False)
        counts[node] = 1
    component = ox.NamedNode(expand("sh:SPARQLConstraintComponent"))
    results = [
        Result(
            problem.focus,
            Path.of(problem.predicate) if problem.predicate else None,
            problem.value,
            _shape(problem.rule),
            component,
            shapes[_shape(problem.rule)].severity,
            problem.message,
        )
        for problem in problems
    ]
    results.sort(key=lambda result: (str(result.focus), str(result.shape), str(result.value)))
    ordered = sorted((*results, *report.results), key=lambda each: each.severity != VIOLATION)
    return replace(report, results=tuple(ordered), focus_counts=counts, shapes=shapes)


def _called_back(report: Report, renamed: Mapping[str, str]) -> Report:
    """The report with the names that the files have."""

    def theirs(term: _T) -> _T:
        if isinstance(term, ox.NamedNode) and term.value in renamed:
            return type(term)(renamed[term.value])
        return term

    results = (
        replace(one, focus=theirs(one.focus), value=theirs(one.value)) for one in report.results
    )
    return replace(report, results=tuple(results))


def _shape(rule: str) -> ox.NamedNode:
    return ox.NamedNode(expand(f"shape:closure-{rule}"))


class Whereabouts:
    """Where things are described: in the first of some files that does, which is read then."""

    def __init__(self, files: Iterable[Input]) -> None:
        self._files = [_File(name, data) for name, data in files]

    def __call__(self, *terms: Term) -> Place | None:
        """The place of subject, predicate, object, or of as much of it as is there."""
        if not isinstance(terms[0], ox.NamedNode):
            return None
        name = PurePath(terms[0].value.replace("#", "/")).name.encode()
        for file in sorted(self._files, key=lambda file: name not in file.data):
            if file.find(terms[0]):
                return (file.name, *(file.find(*terms) or (1, 1)))
        return None


@dataclass(frozen=True)
class _File:
    name: str
    data: bytes

    @cached_property
    def _places(self) -> Places:
        return Places(decode(self.data, self.name))

    def find(self, *terms: Term) -> tuple[int, int] | tuple[()]:
        if FORMATS.get(PurePath(self.name).suffix.lower()) != ox.RdfFormat.RDF_XML:
            return self._places.find(*terms)
        text = decode(self.data, self.name)
        offset = text.find(escape(terms[0].value)) if isinstance(terms[0], ox.NamedNode) else -1
        return place_at(text, offset) if offset >= 0 else ()
