"""Answers of a server come whole or not at all, and a release arrives as it left."""

import gc
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from g12c import remote
from g12c.cli import main
from g12c.errors import G12cError
from g12c.namespaces import BASE, G12C
from g12c.questions import form_of
from g12c.remote import GraphStore, Server, Updates
from g12c.tables import render

ROWS = json.dumps(
    {
        "head": {"vars": ["drug"]},
        "results": {"bindings": [{"drug": {"type": "literal", "value": "adagrasib"}}]},
    }
).encode()
JSON = {"Content-Type": "application/sparql-results+json"}
TRIPLES = {"Content-Type": "application/n-triples"}
SELECT = "SELECT ?drug WHERE { ?claim ?about ?drug }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"

Handle = Callable[["Handler", bytes], None]


class Handler(BaseHTTPRequestHandler):
    """Passes every request, with its body, to the server's function."""

    protocol_version = "HTTP/1.1"
    behaviour: Handle

    def do_any(self) -> None:
        """Any method."""
        type(self).behaviour(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

    do_GET = do_HEAD = do_POST = do_PUT = do_any  # noqa: N815 the names that the library calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def reply(
        self, body: bytes = b"", status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """One whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


@pytest.fixture
def serve() -> Iterator[Callable[[Handle], str]]:
    """A function that starts a server with a behaviour and returns its address."""
    servers = []

    def start(behaviour: Handle) -> str:
        kind = type("Kind", (Handler,), {"behaviour": staticmethod(behaviour)})
        server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql"

    gc.disable()  # rows that another test left must not be dropped by the thread of a server
    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
    gc.enable()


def refused(endpoint: str, text: str = SELECT, timeout: float = 5) -> str:
    """The one line with which an answer is refused."""
    message, code = "", 0
    try:  # not pytest.raises, which keeps the rows for another thread to drop
        Server(endpoint, timeout).answer(text)
    except G12cError as error:
        message, code = str(error), error.exit_code
    assert code == 2
    assert "\n" not in message
    return message


def test_rows_are_rendered_as_if_they_were_from_here(serve: Callable[[Handle], str]) -> None:
    """What comes over the wire goes the way of what the embedded store gives."""
    endpoint = serve(lambda handler, _: handler.reply(ROWS, headers=JSON))
    assert render(Server(endpoint).answer(SELECT), "csv") == b"drug\r\nadagrasib\r\n"
    assert render(Server(endpoint).answer(SELECT), "table") == b"drug\n---------\nadagrasib\n"


def test_every_cut_of_an_answer_is_noticed(serve: Callable[[Handle], str]) -> None:
    """Whether the length is told or not, and wherever the cut is."""
    for length in range(len(ROWS)):
        told = serve(
            lambda handler, _, length=length: handler.reply(  # type: ignore[misc]
                ROWS[:length], headers={**JSON, "Content-Length": str(len(ROWS))}
            )
        )
        assert refused(told).endswith("the answer is cut off")
        if length % 10 == 0:
            untold = serve(
                lambda handler, _, length=length: handler.reply(  # type: ignore[misc]
                    ROWS[:length], headers={**JSON, "Content-Length": ""}
                )
            )
            assert "cut off or is not SPARQL results in JSON" in refused(untold)


def _chunked_and_cut(handler: Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", TRIPLES["Content-Type"])
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    line = b"<http://a/> <http://b/> <http://c/> .\n"
    handler.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
    handler.close_connection = True


def _silent(handler: Handler, _: bytes) -> None:
    time.sleep(0.6)
    handler.reply(ROWS, headers=JSON)


def _dripping(handler: Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON["Content-Type"])
    handler.send_header("Content-Length", str(len(ROWS)))
    handler.end_headers()
    for byte in ROWS:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.05)


def _hangs_up(handler: Handler, _: bytes) -> None:
    handler.close_connection = True


@pytest.mark.parametrize(
    ("behaviour", "text", "says"),
    [
        (_chunked_and_cut, CONSTRUCT, "the answer is cut off"),
        (
            lambda h, _: h.reply(b"", headers={**TRIPLES, "Content-Length": ""}),
            CONSTRUCT,
            "says nowhere how long it is",
        ),
        (lambda h, _: h.reply(b"<a> <b>", headers=TRIPLES), CONSTRUCT, "is not N-Triples"),
        (_silent, SELECT, "no whole answer within 0.3 s"),
        (_dripping, SELECT, "no whole answer within 0.3 s"),
        (_hangs_up, SELECT, "cannot be reached: Remote end closed connection"),
        (lambda h, _: h.reply(b"{}", headers=JSON), SELECT, "is not SPARQL results in JSON"),
        (
            lambda h, _: h.reply(b"<html>", headers={"Content-Type": "text/html"}),
            SELECT,
            "answers with text/html instead of application/sparql-results+json",
        ),
        (
            lambda h, _: h.reply(status=307, headers={"Location": "http://192.0.2.1/"}),
            SELECT,
            "has moved to http://192.0.2.1/; give that address",
        ),
        (lambda h, _: h.reply(status=401), SELECT, "wants a login; ~/.netrc needs its line"),
        (
            lambda h, _: h.reply(b"out of memory\nat line 1", 500),
            SELECT,
            "answers 500 Internal Server Error: out of memory",
        ),
        (
            lambda h, _: h.reply(ROWS, headers={**JSON, "X-SPARQL-MaxRows": "1"}),
            SELECT,
            "the server sends 1 rows at most; raise its ResultSetMaxRows",
        ),
        (
            lambda h, _: h.reply(ROWS, headers={**JSON, "X-SQL-State": "S1TAT"}),
            SELECT,
            "ran out of its own time limit",
        ),
    ],
)
def test_what_is_not_a_whole_answer_is_one_clear_line(
    serve: Callable[[Handle], str], behaviour: Handle, text: str, says: str
) -> None:
    """Never rows, never a traceback."""
    endpoint = serve(behaviour)
    message = refused(endpoint, text, 0.3)
    assert message.startswith(f"{endpoint}: ")
    assert says in message


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:1/sparql", "connection refused; is the server running?"),
        ("ftp://127.0.0.1/sparql", "is not the address of a server"),
        ("file:///etc/passwd", "is not the address of a server"),
        ("127.0.0.1/sparql", "is not the address of a server"),
        ("http://me:secret@127.0.0.1/sparql", "a login belongs in ~/.netrc"),
    ],
)
def test_addresses_that_cannot_be_asked(address: str, says: str) -> None:
    """Only http and https, and no password in sight."""
    message = refused(address)
    assert says in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("PREFIX ask: <http://x/select#> SELECT ?construct {}", "SELECT"),
        ("# SELECT\nCONSTRUCT WHERE { ?s ?p 'ASK' }", "CONSTRUCT"),
        ('BASE <http://x/> describe <y> # "ASK"', "DESCRIBE"),
        ("PREFIX select: <http://x/> ASK { ?s select:a ?o }", "ASK"),
        ("DROP ALL", ""),
    ],
)
def test_form_of(text: str, form: str) -> None:
    """Names, comments and strings that look like keywords are none."""
    assert form_of(text) == form


# --- a server that does what it should --------------------------------------------------------


def triple_store(held: ox.Store, *, union: bool = False, login: str = "") -> Handle:
    """A SPARQL server over a store, with /sparql, /update and /data; asks for Basic ``login``."""

    def handle(handler: Handler, body: bytes) -> None:
        place = urlsplit(handler.path)
        if login and handler.headers.get("Authorization") != login:
            handler.reply(status=401, headers={"WWW-Authenticate": 'Basic realm="data"'})
        elif place.path == "/data":
            graph = ox.NamedNode(parse_qs(place.query)["graph"][0])
            if handler.command == "PUT":
                held.remove_graph(graph)
            if handler.command in {"PUT", "POST"}:
                held.load(body, format=ox.RdfFormat.TURTLE, to_graph=graph)
            data = held.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
            handler.reply(data, headers=TRIPLES)
        else:
            fields = parse_qs(body.decode())
            if place.path == "/update":
                held.update(fields["update"][0])
                handler.reply()
                return
            names = fields.get("default-graph-uri", [])
            result = held.query(
                fields["query"][0],
                default_graph=[ox.NamedNode(name) for name in names] or None,
                named_graphs=[ox.NamedNode(name) for name in names] or None,
                use_default_graph_as_union=union and not names,
            )
            if isinstance(result, ox.QueryTriples):
                triples = result.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
                handler.reply(triples, headers=TRIPLES)
            else:
                handler.reply(render(result, "json"), headers=JSON)

    return handle


@pytest.fixture
def release() -> ox.Store:
    """Two graphs, one with blank nodes."""
    store = ox.Store()
    store.load(
        f"""
        @prefix g12c: <{G12C}> .
        @prefix graph: <{BASE}graph/> .
        @prefix claim: <{BASE}claim/> .
        graph:claims {{ claim:one a g12c:Claim ; g12c:value 5.60 . claim:two a g12c:Claim . }}
        graph:ontology {{ g12c:Claim g12c:list ( 1 2 3 ) . }}
        """.encode(),
        format=ox.RdfFormat.TRIG,
    )
    return store


@pytest.mark.parametrize("way", ["graph store", "update"])
@pytest.mark.parametrize("batch", [1, 2, 100])
def test_a_release_arrives_and_is_sent_once(
    serve: Callable[[Handle], str], release: ox.Store, way: str, batch: int
) -> None:
    """In one request or many, blank nodes and graphs kept, and a second load sends nothing."""
    held = ox.Store()
    held.add(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode("x:o")))
    endpoint = serve(triple_store(held))
    base = endpoint.removesuffix("/sparql")
    server = Server(endpoint)
    target: GraphStore | Updates = GraphStore(f"{base}/data", batch=batch)
    if way == "update":
        target = Updates(f"{base}/update", server, batch=batch)
    said: list[str] = []
    assert remote.load(server, target, release, said.append).endswith("10 triples, 2 graphs, 2 new")
    assert len(said) == 2
    assert len(held) == len(release) + 1
    assert remote.load(server, target, release).endswith(" 0 new")


def test_the_rows_are_those_of_the_release_whatever_else_is_there(
    serve: Callable[[Handle], str], release: ox.Store
) -> None:
    """A default graph that is the release is asked; with other claims in it, the named graphs."""
    text = "SELECT (COUNT(*) AS ?claims) WHERE { ?claim a g12c:Claim }".replace(
        "g12c:Claim", f"<{G12C}Claim>"
    )
    for union in (True, False):
        held = ox.Store()
        held.extend(release)
        server = Server(serve(triple_store(held, union=union)))
        assert (remote.dataset(server, release) == []) is union
        other = ox.NamedNode("x:other")
        held.add(ox.Quad(other, ox.NamedNode(f"{BASE}x"), ox.NamedNode(f"{G12C}Claim"), other))
        graphs = remote.dataset(server, release)
        assert graphs == [f"{BASE}graph/claims", f"{BASE}graph/ontology"]
        assert [row["claims"].value for row in server.select(text, graphs)] == ["2"]


def test_a_part_of_the_release_is_not_asked(
    serve: Callable[[Handle], str], release: ox.Store
) -> None:
    """The refusal counts what is missing and says what to do."""
    endpoint = serve(triple_store(ox.Store()))
    with pytest.raises(
        G12cError, match=r"holds 0 of the 3 triples of <.*claims>; put this release"
    ):
        remote.dataset(Server(endpoint), release)


@pytest.mark.parametrize(("said", "arrives"), [(b"5.600", True), (b"5.7", False)])
def test_a_server_that_changes_triples_is_found_out(
    serve: Callable[[Handle], str], release: ox.Store, said: bytes, arrives: bool
) -> None:
    """A number may come back in another spelling, and as no other number."""
    held = triple_store(ox.Store())

    def handle(handler: Handler, body: bytes) -> None:
        if handler.command == "GET":
            send = handler.reply
            handler.reply = lambda data, **more: send(data.replace(b"5.6", said), **more)  # type: ignore[method-assign]
        held(handler, body)

    endpoint = serve(handle)
    target = GraphStore(f"{endpoint.removesuffix('/sparql')}/data")
    if arrives:
        assert remote.load(Server(endpoint), target, release).endswith(" 2 new")
    else:
        with pytest.raises(G12cError, match=r"gives <.*claims> back changed"):
            remote.load(Server(endpoint), target, release)


def test_a_store_of_other_data_than_the_endpoint_is_found_out(
    serve: Callable[[Handle], str], release: ox.Store
) -> None:
    """What is put to one address must be counted at the other."""
    endpoint = serve(triple_store(ox.Store()))
    other = serve(triple_store(ox.Store())).removesuffix("/sparql")
    with pytest.raises(G12cError, match="do both addresses belong to the same data"):
        remote.load(Server(endpoint), GraphStore(f"{other}/data"), release)


def test_the_login_is_taken_from_netrc(
    serve: Callable[[Handle], str],
    release: ox.Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It goes to its own host, and the wrong one is refused in a line."""
    endpoint = serve(triple_store(ox.Store(), login="Basic bWU6c2VjcmV0"))
    target = GraphStore(f"{endpoint.removesuffix('/sparql')}/data")
    logins = tmp_path / "netrc"
    monkeypatch.setenv("NETRC", str(logins))
    assert "wants a login" in refused(endpoint)
    logins.write_text("machine 127.0.0.1 login me password wrong\n")
    assert "wants a login" in refused(endpoint)
    logins.write_text("machine 127.0.0.1 login me password secret\n")
    assert remote.load(Server(endpoint), target, release).endswith(" 2 new")
    logins.write_text("machine\n")
    assert "netrc: cannot be used" in refused(endpoint)


def test_the_command_line_gives_the_same_bytes_from_a_server(
    serve: Callable[[Handle], str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """``load``, then the same question with and without ``--endpoint``."""
    endpoint = serve(triple_store(ox.Store()))
    data = f"{endpoint.removesuffix('/sparql')}/data"
    assert main(["load", "--endpoint", endpoint, "--graph-store", data]) == 0
    question = ["query", "resistance-by-drug", "--drug", "MRTX849", "--format", "csv"]
    capfdbinary.readouterr()
    assert main(question) == 0
    here = capfdbinary.readouterr().out
    assert main([*question, "--endpoint", endpoint]) == 0
    assert capfdbinary.readouterr().out == here
    assert main([*question, "--endpoint", "http://127.0.0.1:1/"]) == 2
    assert capfdbinary.readouterr().out == b""
