"""Judging data by SHACL shapes, by either of two engines that must agree.

``fast`` runs the compiled queries of `g12c.shacl` on an embedded Oxigraph store; ``pyshacl`` is the
reference implementation. The data graph is the union of the default graph and all named graphs.
"""

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from pyoxigraph import BlankNode, Dataset, NamedNode, QuerySolutions, Store
from pyoxigraph import Literal as Text

from .errors import G12cError
from .namespaces import SH
from .shacl import (
    INFO,
    SPARQL,
    VIOLATION,
    WARNING,
    Check,
    Node,
    Path,
    Shape,
    Shapes,
    Term,
    as_node,
    name,
    sentence,
)

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node as RdflibNode

Engine: TypeAlias = Literal["fast", "pyshacl"]
Select: TypeAlias = Callable[[str], QuerySolutions]
"""Answers a SPARQL SELECT over the data graph, here or on a server."""

_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_RANKS: Final = {VIOLATION: 0, WARNING: 1, INFO: 2}


@dataclass(frozen=True)
class Result:
    """One validation result, with the fields of ``sh:ValidationResult``."""

    focus: Term
    path: Path | None
    value: Term | None
    shape: Node
    component: NamedNode
    severity: NamedNode
    message: str


@dataclass(frozen=True)
class Report:
    """What a validation found; results stand worst first, then by focus node and shape.

    ``focus_counts`` tells for each shape that was applied how many focus nodes it met: one that met
    none has proved nothing.
    """

    results: tuple[Result, ...]
    focus_counts: Mapping[Node, int]
    shapes: Mapping[Node, Shape]

    @property
    def conforms(self) -> bool:
        """There is no result of any severity, as SHACL defines it."""
        return not self.results

    @property
    def idle(self) -> tuple[Node, ...]:
        """The shapes that met no focus node."""
        return tuple(node for node, count in self.focus_counts.items() if not count)


def exit_code(report: Report, strict: bool = False) -> int:
    """0 conforms, 1 findings, 2 if no shape met a focus node, so that nothing was judged.

    Warnings and idle shapes count as findings if ``strict``.
    """
    if not any(report.focus_counts.values()):
        return 2
    if strict and (report.results or report.idle):
        return 1
    return int(any(result.severity not in (WARNING, INFO) for result in report.results))


def validate(data: Store | Dataset, shapes: Shapes, engine: Engine = "fast") -> Report:
    """The report on ``data``, which stays as it is.

    Raises `G12cError` where pySHACL cannot use the shapes.
    """
    if isinstance(data, Dataset):
        store = Store()
        store.extend(data)
        data = store
    select = partial(_select, data)
    found = _by_pyshacl(data, shapes) if engine == "pyshacl" else judge(select, shapes)
    return report_on(found, select, shapes)


def judge(select: Select, shapes: Shapes) -> Iterator[Result]:
    """The results that the compiled queries find through ``select``, in no order."""
    for check in shapes.checks:
        rows = select(check.query)
        variables = [variable.value for variable in rows.variables]
        for row in rows:
            yield _result(check, dict(zip(variables, row, strict=True)))


def report_on(found: Iterable[Result], select: Select, shapes: Shapes) -> Report:
    """``found`` in order, each once, with the focus nodes that ``select`` counts."""
    counts = {
        node: sum(_number(row[0]) for row in select(query)) for node, query in shapes.focus.items()
    }
    results = tuple(sorted(set(found), key=_order))
    return Report(results, counts, shapes.shapes)


def _order(result: Result) -> tuple[int, str, str, str, str, str, str]:
    return (
        _RANKS.get(result.severity, 0),
        str(result.focus),
        str(result.shape),
        str(result.path),
        str(result.value),
        result.component.value,
        result.message,
    )


def _select(store: Store, query: str) -> QuerySolutions:
    solutions = store.query(query, use_default_graph_as_union=True)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("a compiled shape is a SELECT")
    return solutions


def _number(term: Term | None) -> int:
    return int(term.value) if isinstance(term, Text) else 0


def _result(check: Check, bound: Mapping[str, Term | None]) -> Result:
    shape, focus = check.shape, bound["this"]
    value, path = bound.get("value"), bound.get("path")
    if focus is None:
        raise G12cError(f"a SELECT of shape {name(shape.node)} leaves $this unbound")
    if value is None and shape.path is None and check.component == SPARQL:
        value = focus
    where = Path.of(path) if isinstance(path, NamedNode) else shape.path
    message = _PLACEHOLDER.sub(lambda match: _quote(bound, match), check.message)
    return Result(focus, where, value, shape.node, check.component, shape.severity, message)


def _quote(bound: Mapping[str, Term | None], match: re.Match[str]) -> str:
    term = bound.get(match[1])
    return match[0] if term is None else term.value if isinstance(term, Text) else name(term)


# The reference implementation.


@contextmanager
def _queries_parsed_once() -> Iterator[None]:
    """Within it rdflib parses each query text once, not again for every focus node.

    pySHACL then needs a seventh of the time for the same results.
    """
    processor: Any = import_module("rdflib.plugins.sparql.processor")
    parse, translate = processor.parseQuery, processor.translateQuery
    parsed: dict[object, object] = {}

    def once(text: object, *names: object) -> object:
        key = (text, *(str(name) for name in names))
        if key not in parsed:
            parsed[key] = translate(parse(text), *names)
        return parsed[key]

    processor.parseQuery, processor.translateQuery = lambda text: text, once
    try:
        yield
    finally:
        processor.parseQuery, processor.translateQuery = parse, translate


def _by_pyshacl(store: Store, shapes: Shapes) -> Iterator[Result]:
    import pyshacl
    import rdflib

    data, rules = rdflib.Graph(), rdflib.Graph()
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # an ill-typed literal is a finding, not a line on stderr
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for graph, triples in ((data, store), (rules, shapes.triples)):
                for subject, predicate, object_, *_ in triples:
                    graph.add((_to_rdflib(subject), _to_rdflib(predicate), _to_rdflib(object_)))
            with _queries_parsed_once():
                _, report, text = pyshacl.validate(data, shacl_graph=rules)
    except Exception as error:  # pySHACL lets errors of re, pyparsing and its own through
        raise G12cError(f"pySHACL cannot use these shapes: {error}") from error
    finally:
        logger.setLevel(level)
    if not isinstance(report, rdflib.Graph):
        raise G12cError(f"pySHACL cannot use these shapes: {text}")
    for node in report.objects(None, rdflib.SH.result):
        found = {
            str(predicate).removeprefix(SH): _from_rdflib(term)
            for predicate, term in sorted(report.predicate_objects(node), reverse=True)
        }
        shape = shapes.shapes[as_node(found["sourceShape"])]
        component = NamedNode(found["sourceConstraintComponent"].value)
        path, message = found.get("resultPath"), found.get("resultMessage")
        yield Result(
            found["focusNode"],
            Path.of(path) if isinstance(path, NamedNode) else shape.path,
            found.get("value"),
            shape.node,
            component,
            NamedNode(found["resultSeverity"].value),
            message.value if message else sentence(shape, component),
        )


def _to_rdflib(term: Term) -> "rdflib.IdentifiedNode | rdflib.Literal":
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, Text):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=term.datatype.value, normalize=False)
    raise G12cError(f"pySHACL cannot judge a triple term: {term}")


def _from_rdflib(term: "RdflibNode") -> NamedNode | BlankNode | Text:
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return NamedNode(term)
    if isinstance(term, rdflib.Literal):
        if term.language:
            return Text(term, language=term.language)
        return Text(term, datatype=NamedNode(term.datatype or rdflib.XSD.string))
    return BlankNode(str(term))
