"""Queries that are not ours: answered over this dataset alone, within bounds, off the network.

What makes it safe is the process in which they are answered (`limits`): it has no sockets, no files
and bounds of time and memory. A query that may ask beyond the dataset is looked through besides,
for a sentence that says why not, and because SERVICE SILENT would make an answer of nothing.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyoxigraph as ox

from .errors import SourceError, printable
from .limits import SECONDS, limited
from .namespaces import PREFIXES
from .places import unescape
from .questions import UNION, Question, parse_question, run
from .reading import read_file, utf8

MAX_QUERY: Final = 1 << 20
"""The longest query, in bytes."""

_CODEPOINT: Final = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})")
_BEYOND: Final = re.compile("service|from", re.IGNORECASE)
"""Without these letters a query can ask for nothing but the dataset that it is given."""


@dataclass(frozen=True)
class Graphs:
    """The dataset that a query is asked over, in the manner of the SPARQL 1.1 Protocol.

    IRIs of the named graphs whose merge is the default graph, and of those that GRAPH reaches.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def read_guest(path: Path) -> Question:
    """The question in somebody's own file, which is to be answered by `run_guest`.

    Raises `SourceError` for a header that is not right, and for a file too long for a query.
    """
    data = read_file(path)
    if len(data) > MAX_QUERY:
        raise SourceError(f"is longer than {MAX_QUERY >> 20} MiB; that is no query", path, 1)
    return parse_question(utf8(data, str(path)), path)


def run_guest(
    store: ox.Store,
    text: str,
    name: str,
    graphs: Graphs | None = None,
    seconds: float = SECONDS,
) -> ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]:
    """What `evaluate` gives, from a limited process.

    Raises `LimitError` for a query that takes more than ``seconds`` or too much memory, and
    `SourceError` like `evaluate`.
    """
    if _BEYOND.search(_plain(text)):
        prepare()

    def work(out: BinaryIO) -> int:
        result = evaluate(store, text, name, graphs)
        if isinstance(result, ox.QueryTriples):
            result.serialize(out, ox.RdfFormat.N_TRIPLES)
            return 1
        result.serialize(out, ox.QueryResultsFormat.JSON)
        return 0

    are_triples, data = limited(work, name, seconds)
    if are_triples:
        return [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]
    return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)


def evaluate(
    store: ox.Store, text: str, name: str, graphs: Graphs | None = None
) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
    """The answer over ``graphs``, else over what FROM names, else over the union of all graphs.

    To be called in a limited process, and after `prepare`. Raises `SourceError`, with the line if
    there is one, for what is not SPARQL 1.1 or asks beyond the graphs of the store; ``name`` is
    what the user calls the query.
    """
    known = graphs_of(store)
    # Before it is run: some forms of a query call what SERVICE names at once.
    dataset: Mapping[str, Any] = {} if look_through(text, name, known) else UNION
    if graphs:
        if unknown := {*graphs.default, *graphs.named} - known:
            raise SourceError(_no_graph(min(unknown)), name)
        dataset = {
            "default_graph": [ox.NamedNode(iri) for iri in graphs.default],
            "named_graphs": [ox.NamedNode(iri) for iri in graphs.named],
        }
    try:
        return run(store, text, name, dataset)
    except RuntimeError as error:  # a function that the engine does not have, say
        raise SourceError(f"cannot be answered: {printable(str(error))}", name) from None


def graphs_of(store: ox.Store) -> set[str]:
    """The IRIs of the named graphs."""
    return {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}


def prepare() -> None:
    """Import what `look_through` needs: a limited process opens no files."""
    from rdflib.plugins.sparql import prepareQuery

    prepareQuery("ASK {}")


def look_through(text: str, name: str, known: Collection[str]) -> bool:
    """Whether a query chooses its graphs by FROM.

    Raises `SourceError` if it asks beyond the graphs that are ``known``, by SERVICE or by FROM, and
    if that cannot be said. Which words are keywords is for a parser to say, and Oxigraph's does
    not: what rdflib's cannot read is refused.
    """
    plain = _plain(text)
    if not _BEYOND.search(plain):
        return False
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.algebra import translateQuery, traverse
    from rdflib.plugins.sparql.parser import parseQuery

    services = []

    def visit(node: object) -> None:
        if getattr(node, "name", "") == "ServiceGraphPattern":
            services.append(node)

    try:
        parsed = parseQuery(plain)
        traverse(parsed, visitPre=visit)
        clauses = translateQuery(parsed, initNs=dict(PREFIXES)).algebra.datasetClause or []
    except ParseBaseException as error:
        message = f"is not SPARQL 1.1: {error.msg}"
        raise SourceError(message, name, error.lineno, error.column) from None
    except Exception as error:  # whatever it is, nobody has looked through it
        said = printable(str(error))
        message = f"holds SERVICE or FROM and cannot be looked through ({said}); make it plainer"
        raise SourceError(message, name) from None
    if services:
        raise SourceError("asks beyond this dataset by SERVICE", name, _line(plain, "service"))
    for clause in clauses:
        iri = str(clause.default or clause.named)
        if iri not in known:
            message = f"asks beyond this dataset by FROM: {_no_graph(iri)}"
            raise SourceError(message, name, _line(plain, iri if iri in plain else "from"))
    return bool(clauses)


def _plain(text: str) -> str:
    """A query with its escapes resolved, wherever they stand, and its lines ended alike."""
    resolved = _CODEPOINT.sub(lambda match: unescape(match[0]), text)
    return re.sub(r"\r\n?", "\n", resolved)


def _line(text: str, word: str) -> int:
    return text.count("\n", 0, text.casefold().find(word.casefold())) + 1


def _no_graph(iri: str) -> str:
    return f"there is no graph <{iri}> in it"
