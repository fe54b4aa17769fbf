"""Questions to any SPARQL 1.1 server, and the release into it, over HTTP.

What a server sends is taken whole or refused: an answer that is cut off, limited by the server or
of another form than asked for is an error, never a result. A question goes with the named graphs of
the release as its dataset, so that neither the server's default graph nor other data in it can
change the rows.

Standards: SPARQL 1.1 Protocol, Query Results JSON, Graph Store HTTP Protocol, Update.
"""

import http.client
import netrc
import os
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from .errors import G12cError
from .namespaces import BASE
from .questions import form_of, select
from .release import rdfc_hash
from .store import graph_sizes
from .tables import Result

TIMEOUT = 60.0
"""Seconds that a server may take for one answer."""

_MAX_BYTES = 1 << 30
_JSON = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Server:
    """Where a server is asked, and the seconds it may take for one answer."""

    endpoint: str
    timeout: float = TIMEOUT

    def answer(self, text: str, graphs: Sequence[str] = ()) -> Result:
        """The whole answer to a query over the merge of ``graphs``, which GRAPH reaches too.

        Without ``graphs`` it is asked of whatever the server takes for its default graph. Raises
        `G12cError` if the server cannot be reached, refuses, or sends anything but a whole answer.
        """
        asks_triples = form_of(text) in {"CONSTRUCT", "DESCRIBE"}
        fields = [("query", text)]
        for graph in graphs:
            fields += [("default-graph-uri", graph), ("named-graph-uri", graph)]
        wanted = _TRIPLES if asks_triples else _JSON
        reply = _send(
            "POST", self.endpoint, self.timeout, urlencode(fields).encode(), _FORM, wanted
        )
        if asks_triples:
            triples = reply.triples()
            reply.check_limit(len(triples))
            return triples
        found = reply.results()
        if isinstance(found, ox.QuerySolutions):
            reply.check_limit(sum(1 for _ in found))
            found = reply.results()
        return found

    def counts(self, graphs: Sequence[str]) -> dict[str, int]:
        """How many triples the server holds in each of these named graphs, if it has it at all."""
        found = self.select(_COUNTS, graphs)
        return {row["graph"].value: int(row["triples"].value) for row in found}

    def select(self, text: str, graphs: Sequence[str] = ()) -> ox.QuerySolutions:
        """The rows of a SELECT of our own; raises `TypeError` if it is none."""
        found = self.answer(text, graphs)
        if not isinstance(found, ox.QuerySolutions):
            raise TypeError(text)
        return found


_COUNTS = (
    "SELECT ?graph (COUNT(*) AS ?triples) "
    "WHERE { GRAPH ?graph { ?subject ?predicate ?object } } GROUP BY ?graph"
)


_OURS = f"""
SELECT (COUNT(*) AS ?triples)
WHERE {{
  {{
    SELECT DISTINCT ?subject ?predicate ?object
    WHERE {{
      ?subject ?predicate ?object .
      FILTER(
        STRSTARTS(STR(?subject), "{BASE}") || STRSTARTS(STR(?predicate), "{BASE}")
        || STRSTARTS(STR(?object), "{BASE}")
      )
    }}
  }}
}}
"""


def dataset(server: Server, store: ox.Store) -> list[str]:
    """The graphs to ask the server with, so that it answers over the release in ``store`` alone.

    None if its default graph is the release as far as IRIs of ours go: that is the faster way, and
    Virtuoso 7 loses rows of property paths over chosen graphs. Else the named graphs of the
    release. Raises `G12cError` if the server holds another release, or a part of one.
    """
    here = graph_sizes(store)
    graphs = sorted(here)
    there = server.counts(graphs)
    for graph in graphs:
        if there.get(graph, 0) != here[graph]:
            raise G12cError(
                f"{server.endpoint}: holds {there.get(graph, 0)} of the {here[graph]} triples of "
                f"<{graph}>; put this release there: g12c load --endpoint {server.endpoint}"
            )
    ours = next(iter(select(store, _OURS)))["triples"]
    same = any(row["triples"] == ours for row in server.select(_OURS))
    return [] if same else graphs


# --- loading ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class GraphStore:
    """The Graph Store HTTP Protocol at an address."""

    url: str
    timeout: float = TIMEOUT
    batch: int = 20_000

    def put(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Make ``triples`` all there is in the graph; the first batch replaces, the rest add."""
        for number, part in enumerate(_parts(triples, self.batch)):
            method = "POST" if number else "PUT"
            _send(method, self._address(graph), self.timeout, _text(part), "text/turtle")

    def get(self, graph: str) -> list[ox.Triple]:
        """All triples of the graph."""
        return _send("GET", self._address(graph), self.timeout, accept=_TRIPLES).triples()

    def _address(self, graph: str) -> str:
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode({'graph': graph})}"


@dataclass(frozen=True)
class Updates:
    """SPARQL 1.1 Update at an address, for servers without the Graph Store Protocol."""

    url: str
    server: Server
    batch: int = 1_000

    def put(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Make ``triples`` all there is in the graph."""
        self._update(f"DROP SILENT GRAPH <{graph}>")
        for part in _parts(triples, self.batch):
            # Not INSERT DATA: Virtuoso takes no blank nodes there.
            self._update(f"INSERT {{ GRAPH <{graph}> {{\n{_text(part).decode()}}} }} WHERE {{}}")

    def get(self, graph: str) -> list[ox.Triple]:
        """All triples of the graph."""
        found = self.server.answer(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", [graph]
        )
        return found if isinstance(found, list) else []

    def _update(self, text: str) -> None:
        _send("POST", self.url, self.server.timeout, urlencode({"update": text}).encode(), _FORM)


def load(
    server: Server,
    target: GraphStore | Updates,
    quads: Iterable[ox.Quad],
    report: Callable[[str], None] = lambda _: None,
) -> str:
    """Put every named graph of ``quads`` on the server, unless it is there; return a summary.

    A graph is there if the endpoint counts as many triples as here and what is read back has the
    same RDFC-1.0 hash, all numbers spelt alike. So a load that was cut short goes on where it
    stopped. ``report`` gets a line a graph. Raises `G12cError` if a graph does not arrive as it
    left.
    """
    here: dict[str, set[ox.Triple]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            here.setdefault(quad.graph_name.value, set()).add(quad.triple)
    there = server.counts(sorted(here))
    sent = 0
    for graph, triples in sorted(here.items()):
        wanted = _hash(triples)
        if there.get(graph) == len(triples) and _hash(target.get(graph)) == wanted:
            report(f"{graph}: {len(triples)} triples are there already")
            continue
        target.put(graph, triples)
        count = server.counts([graph]).get(graph, 0)
        if count != len(triples):
            raise G12cError(
                f"{server.endpoint}: counts {count} triples in <{graph}> after {len(triples)} were "
                f"put to {target.url}; do both addresses belong to the same data?"
            )
        if _hash(target.get(graph)) != wanted:
            raise G12cError(
                f"{target.url}: gives <{graph}> back changed, so this server does not keep "
                "triples as they are; do not use it for this data"
            )
        sent += 1
        report(f"{graph}: {len(triples)} triples put and read back")
    total = sum(map(len, here.values()))
    return f"{server.endpoint} holds the release: {total} triples, {len(here)} graphs, {sent} new"


def _hash(triples: Iterable[ox.Triple]) -> str:
    """The RDFC-1.0 hash with numbers as an Oxigraph store spells them: servers make 10 of 10.0."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return rdfc_hash(store)


def _parts(triples: Iterable[ox.Triple], size: int) -> Iterable[Sequence[ox.Triple]]:
    """Batches to send; all with a blank node go in the first, as its name holds for one request."""
    named: list[ox.Triple] = []
    blank: list[ox.Triple] = []
    for triple in triples:
        has_blank = ox.BlankNode in {type(triple.subject), type(triple.object)}
        (blank if has_blank else named).append(triple)
    cut = max(size - len(blank), 0)
    yield blank + named[:cut]
    for start in range(cut, len(named), size):
        yield named[start : start + size]


def _text(triples: Iterable[ox.Triple]) -> bytes:
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


# --- HTTP -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reply:
    url: str
    body: bytes
    headers: Mapping[str, str]

    def results(self) -> ox.QuerySolutions | ox.QueryBoolean:
        """The rows, or true or false, once all of the body is known to be right."""
        if fault := _fault(self.body):
            self._refuse(f"the answer is cut off or is not SPARQL results in JSON ({fault})")
        return ox.parse_query_results(self.body, format=ox.QueryResultsFormat.JSON)

    def triples(self) -> list[ox.Triple]:
        """The distinct triples."""
        if "Content-Length" not in self.headers and "Transfer-Encoding" not in self.headers:
            self._refuse("the answer says nowhere how long it is, so triples could be missing")
        try:
            parsed = ox.parse(self.body, format=ox.RdfFormat.N_TRIPLES)
            return list(dict.fromkeys(quad.triple for quad in parsed))
        except (SyntaxError, ValueError) as error:
            self._refuse(f"the answer is cut off or is not N-Triples ({error})")

    def check_limit(self, rows: int) -> None:
        """Refuse an answer that Virtuoso cut at its time or row limit, which it says in headers."""
        if "X-SQL-State" in self.headers:
            self._refuse("the server ran out of its own time limit and sent a part of the answer")
        limit = self.headers.get("X-SPARQL-MaxRows", "")
        if limit.isdigit() and rows >= int(limit):
            self._refuse(f"the server sends {limit} rows at most; raise its ResultSetMaxRows")

    def _refuse(self, reason: str) -> NoReturn:
        raise G12cError(f"{self.url}: {reason}")


def _fault(results: bytes) -> str:
    """What is wrong with SPARQL results in JSON; empty if they are right to the last row."""
    try:
        found = ox.parse_query_results(results, format=ox.QueryResultsFormat.JSON)
        if isinstance(found, ox.QuerySolutions):
            for _ in found:
                pass
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Leave a redirect to be an error: elsewhere may be another server."""


def _send(
    method: str,
    url: str,
    timeout: float,
    data: bytes | None = None,
    kind: str = "",
    accept: str = "",
) -> _Reply:
    """The whole reply to one request, of the media type ``accept`` if one is given."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise G12cError(f"{url}: is not the address of a server; write http://… or https://…")
    if parts.username is not None:
        raise G12cError(f"{parts.hostname}: a login belongs in ~/.netrc, not in an address")
    headers = {"User-Agent": "g12c", "Accept": accept or "*/*"}
    if kind:
        headers["Content-Type"] = kind
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 checked above
    opener = urllib.request.build_opener(_NoRedirect)
    end = monotonic() + timeout
    try:
        if login := _login(parts.hostname):
            _authorize(opener, request, login, timeout)
        with opener.open(request, timeout=timeout) as reply:
            body = _read(reply, url, end)
    except HTTPError as error:
        with error:
            raise G12cError(f"{url}: {_refusal(error)}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if isinstance(reason, TimeoutError):
            raise G12cError(f"{url}: no whole answer within {timeout:g} s") from None
        if isinstance(reason, http.client.IncompleteRead):
            raise G12cError(f"{url}: the answer is cut off") from None
        raise G12cError(f"{url}: cannot be reached: {_reason(reason)}") from None
    found = reply.headers.get_content_type()
    if accept and found != accept:
        raise G12cError(f"{url}: answers with {found} instead of {accept}; is SPARQL served there?")
    return _Reply(url, body, reply.headers)


def _read(reply: http.client.HTTPResponse, url: str, end: float) -> bytes:
    body = bytearray()
    while part := reply.read1(1 << 16):
        body += part
        if monotonic() > end:
            raise TimeoutError
        if len(body) > _MAX_BYTES:
            raise G12cError(f"{url}: the answer is larger than {_MAX_BYTES >> 30} GiB")
    length = reply.headers.get("Content-Length", "")
    if length.isdigit() and len(body) != int(length):
        raise http.client.IncompleteRead(b"")
    return bytes(body)


def _refusal(error: HTTPError) -> str:
    if 300 <= error.code < 400:
        return f"has moved to {error.headers.get('Location')}; give that address"
    if error.code == http.client.UNAUTHORIZED:
        return "wants a login; ~/.netrc needs its line: machine HOST login NAME password WORD"
    try:
        said = error.read(2000).decode(errors="replace").strip().partition("\n")[0][:300]
    except (OSError, http.client.HTTPException):
        said = ""
    return f"answers {error.code} {error.reason}{': ' if said else ''}{said}"


def _reason(reason: object) -> str:
    if isinstance(reason, ConnectionRefusedError):
        return "connection refused; is the server running?"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__


def _authorize(
    opener: urllib.request.OpenerDirector,
    request: urllib.request.Request,
    login: tuple[str, str],
    timeout: float,
) -> None:
    """Give the request the login in the way, Basic or Digest, that the server asks for.

    Asked without the body: a server that answers 401 before it has read one breaks the connection.
    """
    url = request.full_url
    probe = urllib.request.Request(url, method="HEAD")  # noqa: S310 checked by the caller
    try:
        opener.open(probe, timeout=timeout).close()
    except HTTPError as error:
        with error:
            scheme, _, challenge = error.headers.get("WWW-Authenticate", "").partition(" ")
        name, password = login
        said = None
        if scheme.lower() == "digest":
            passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            passwords.add_password(None, url, name, password)
            fields = urllib.request.parse_keqv_list(urllib.request.parse_http_list(challenge))
            digest = urllib.request.HTTPDigestAuthHandler(passwords)
            said = digest.get_authorization(request, fields)
        elif scheme.lower() == "basic":
            said = b64encode(f"{name}:{password}".encode()).decode()
        if said:
            request.add_unredirected_header("Authorization", f"{scheme} {said}")


def _login(host: str) -> tuple[str, str] | None:
    """Name and password for a host, from ``$NETRC`` or ``~/.netrc``."""
    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    try:
        found = netrc.netrc(path).authenticators(host)
    except FileNotFoundError:
        return None
    except (OSError, netrc.NetrcParseError) as error:
        raise G12cError(f"{path}: cannot be used: {error}") from None
    return (found[0], found[2] or "") if found else None
