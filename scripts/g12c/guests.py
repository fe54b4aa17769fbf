"""Queries that are not ours: answered over this dataset alone, within bounds, off the network.

What makes it safe is the process in which they are answered (`limits`): it has no sockets, no files
and bounds of time and memory. The query is looked through besides, for a sentence that says why,
and because SERVICE SILENT would make an answer of nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin

import pyoxigraph as ox

from .errors import SourceError
from .limits import SECONDS, LimitError, limited
from .namespaces import PREFIXES
from .places import STRING, unescape
from .questions import UNION, Question, parse_question, run
from .reading import read_file, utf8

MAX_QUERY = 1 << 20
"""The longest query, in bytes."""

_CODEPOINT = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    rf"#[^\n]*|{STRING}|[?$@]\w+"
    r"|(?P<iri><[^\s<>\"{}|^`\\]*>)|(?P<name>[\w.-]*:[\w.:-]*)|(?P<word>\w+)",
    re.DOTALL,
)


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
    *,
    seconds: float = SECONDS,
    most: int = 0,
) -> ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]:
    """The answer over ``graphs``, else over what FROM names, else over the union of all graphs.

    Raises `LimitError` for a query that takes more than ``seconds`` or too much memory, or, unless
    that is 0, has more than ``most`` rows or triples; and `SourceError`, with the line if there is
    one, for what is not SPARQL 1.1 or asks beyond the graphs of the store. ``name`` is what the
    user calls it.
    """
    known = graphs_of(store)

    def work(out: BinaryIO) -> int:
        # Before it is parsed: some forms of a query call what SERVICE names at once.
        dataset: Mapping[str, Any] = {} if look_through(text, name, known) else UNION
        if graphs:
            if unknown := {*graphs.default, *graphs.named} - known:
                raise SourceError(_no_graph(min(unknown)), name)
            dataset = {
                "default_graph": [ox.NamedNode(iri) for iri in graphs.default],
                "named_graphs": [ox.NamedNode(iri) for iri in graphs.named],
            }
        result = run(store, text, name, dataset)
        if isinstance(result, ox.QueryTriples):
            result.serialize(out, ox.RdfFormat.N_TRIPLES)
            return 1
        result.serialize(out, ox.QueryResultsFormat.JSON)
        return 0

    are_triples, data = limited(work, name, seconds)
    if are_triples:
        triples = [quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)]
        _check_size(len(triples), most, f"{name}: gives more than {most} triples")
        return triples
    result = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    if not isinstance(result, ox.QuerySolutions) or not most:
        return result
    _check_size(sum(1 for _ in result), most, f"{name}: gives more than {most} rows")
    return ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)


def _check_size(size: int, most: int, message: str) -> None:
    if size > most > 0:
        raise LimitError(f"{message}; ask for less, or in parts by LIMIT and OFFSET")


def graphs_of(store: ox.Store) -> set[str]:
    """The IRIs of the named graphs."""
    return {graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)}


def look_through(text: str, name: str, known: Collection[str]) -> bool:
    """Whether a query chooses its graphs by FROM.

    Raises `SourceError` if it asks beyond the graphs that are ``known``: by SERVICE, or by FROM.
    """
    # SPARQL resolves these escapes first, wherever they stand.
    plain = _CODEPOINT.sub(lambda match: unescape(match[0]), text)
    tokens = _tokens(plain)
    base, declared = "", dict(PREFIXES)
    chooses = False
    for start, token in tokens:
        word = token.upper()
        if word == "BASE":
            base = urljoin(base, next(tokens, (0, ""))[1].strip("<>"))
        elif word == "PREFIX":
            prefix = next(tokens, (0, ""))[1]
            declared[prefix.removesuffix(":")] = urljoin(base, next(tokens, (0, ""))[1].strip("<>"))
        elif token.partition(":")[0] in declared and ":" in token:
            continue
        elif word.startswith(("SERVICE", "FROM")):
            graph = next(tokens, (0, ""))[1]
            if graph.upper() == "NAMED":
                graph = next(tokens, (0, ""))[1]
            prefix, _, local = graph.partition(":")
            iri = declared.get(prefix, "") + local
            if graph.startswith("<"):
                iri = urljoin(base, graph.strip("<>"))
            if word != "FROM" or iri not in known:
                message = f"asks beyond this dataset by {token}"
                if word == "FROM":
                    message += f" {graph}; {_no_graph(iri or graph)}"
                raise SourceError(message, name, plain.count("\n", 0, start) + 1)
            chooses = True
    return chooses


def _no_graph(iri: str) -> str:
    return f"there is no graph <{iri.strip('<>')}> in it"


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Place and text of the words, prefixed names and IRIs."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup:
            yield match.start(), match[0]
