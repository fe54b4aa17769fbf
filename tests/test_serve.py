"""`g12c serve`, as its clients meet it: by address, by Accept header, by SPARQL, and by force."""

import asyncio
import hashlib
import http.client
import json
import os
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import util
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pyoxigraph as ox
import pytest
import rdflib
from minted import iris
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from starlette.exceptions import HTTPException

from g12c import remote
from g12c.errors import G12cError
from g12c.export.metadata import DATASET
from g12c.export.metadata import load as metadata
from g12c.namespaces import BASE, expand
from g12c.questions import all_questions, run, values_of
from g12c.serve.answers import MAX_ANSWER, MAX_ROWS, ROWS, TRIPLES, Answerer, Asked
from g12c.serve.app import Contents, Site
from g12c.serve.command import AT_ONCE, CONNECTIONS, serve
from g12c.sources import find_sources
from g12c.store import graph_sizes, load, published
from g12c.tables import answer

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
PROTEGE = (
    "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
)
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
"""What Java sends when nobody has chosen anything."""
RDFLIB_NT = "text/plain, */*;q=0.1"
AXIOS = "application/json, text/plain, */*"
CLAIMS = "SELECT (COUNT(DISTINCT ?claim) AS ?claims) WHERE { ?claim a g12c:Claim }"
CONSTRUCT = "CONSTRUCT WHERE { ?drug a g12c:Drug }"
BOMB = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    media: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass(frozen=True)
class Server:
    """A server that runs, and a way to ask it."""

    process: subprocess.Popen[str]
    port: int

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(
        self,
        path: str,
        accept: str = "",
        method: str = "GET",
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, sent | ({"Accept": accept} if accept else {}))
            reply = connection.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            media = found.get("content-type", "").partition(";")[0]
            return Answer(reply.status, media, found, reply.read())
        finally:
            connection.close()

    def query(self, text: str, accept: str = "", **fields: str) -> Answer:
        """A query by GET."""
        return self.ask(f"/sparql?{urlencode({'query': text, **fields})}", accept)


@contextmanager
def running(*options: str) -> Iterator[Server]:
    """The command, on a port that is free."""
    command = [sys.executable, "-m", "g12c", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr
        said = ""
        for line in process.stderr:
            said += line
            if found := re.match(r"SPARQL 1\.1 +http://127\.0\.0\.1:(\d+)/sparql$", line):
                break
        else:
            pytest.fail(f"it did not start: {said}")
        server = Server(process, int(found[1]))
        server.ask("/static/style.css")  # by when it answers
        try:
            yield server
        finally:
            process.terminate()
            try:
                _, rest = process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.stderr.close()
                raise
    assert "Traceback" not in rest


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for most tests."""
    with running("--seconds", "2") as found:
        yield found


@cache
def store() -> ox.Store:
    """The whole dataset."""
    return load(find_sources())


# --- pages and data ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "accept", "media"),
    [
        ("/id/drug/sotorasib", BROWSER, "text/html"),
        ("/id/drug/sotorasib", "application/xhtml+xml", "text/html"),
        ("/id/drug/sotorasib", "", "text/turtle"),
        ("/id/drug/sotorasib", "*/*", "text/turtle"),
        ("/id/drug/sotorasib", PROTEGE, "application/n-triples"),
        ("/id/drug/sotorasib", "application/ld+json, text/turtle;q=0.5", "application/ld+json"),
        ("/id/drug/sotorasib", 'application/ld+json;profile="x:y"', "application/ld+json"),
        ("/id/drug/sotorasib", "application/n-triples", "application/n-triples"),
        ("/id/drug/sotorasib", "text/turtle;q=0, */*;q=0.1", "application/ld+json"),
        ("/id/drug/sotorasib", RDFLIB_NT, "application/n-triples"),
        ("/id/drug/sotorasib", "text/n3", "text/turtle"),
        ("/id/drug/sotorasib", "application/json", "application/ld+json"),
        ("/id/drug/sotorasib", AXIOS, "application/ld+json"),
        ("/id/drug/sotorasib", JAVA, "text/turtle"),
        ("/id/drug/sotorasib", ";;,", "text/turtle"),
        ("/id/drug/sotorasib.nt", BROWSER, "application/n-triples"),
        ("/id/drug/sotorasib.html", "text/turtle", "text/html"),
        ("/ontology", PROTEGE, "application/rdf+xml"),
        ("/ontology", BROWSER, "text/html"),
        ("/ontology", "*/*", "text/turtle"),
        ("/ontology", "", "application/rdf+xml"),
        ("/ontology", JAVA, "application/rdf+xml"),
        ("/graph/claims", "text/turtle", "text/turtle"),
        ("/dataset", "*/*", "text/turtle"),
        ("/dataset", BROWSER, "text/html"),
        ("/dataset", "application/ld+json", "application/ld+json"),
        ("/dataset", "application/n-triples", "application/n-triples"),
        ("/questions", BROWSER, "text/html"),
        ("/questions", "text/turtle", "text/turtle"),
        ("/", BROWSER, "text/html"),
        ("/", "text/turtle", "text/turtle"),
        ("/", "*/*", "text/turtle"),
        ("/sparql", BROWSER, "text/html"),
        ("/sparql", "*/*", "text/turtle"),
        ("/sparql", RDFLIB_NT, "application/n-triples"),
        ("/sparql?query=DESCRIBE%20gene:kras", "application/json", "application/ld+json"),
        ("/sparql?query=DESCRIBE%20gene:kras", RDFLIB_NT, "application/n-triples"),
        ("/sparql?query=ASK{}", AXIOS, "application/json"),
        ("/sparql?query=ASK{}", JAVA, "application/sparql-results+json"),
        ("/static/oxigraph.wasm", "*/*", "application/wasm"),
        ("/api/openapi.json", BROWSER, "application/json"),
    ],
)
def test_negotiation(server: Server, path: str, accept: str, media: str) -> None:
    """A browser gets a page, a tool data; a path with a suffix is that file."""
    found = server.ask(path, accept)
    assert (found.status, found.media) == (200, media)
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "Accept" in found.headers["vary"]
    head = server.ask(path, accept, "HEAD")
    assert (head.status, head.media, head.body) == (200, media, b"")
    assert head.headers["content-length"] == str(len(found.body))


def test_nanopublications_and_shapes(server: Server) -> None:
    """A nanopublication is TriG for all; a shape has its place on a page, and in a file."""
    turtle = server.ask("/claim/s066-kras-y96d-confers-resistance-to-sotorasib", BROWSER).text
    (name,) = {*re.findall(r"np/(RA[\w-]+)", turtle)}
    for accept in ("*/*", BROWSER, "application/trig"):
        found = server.ask(f"/np/{name}", accept)
        assert (found.status, found.media) == (200, "application/trig")
        assert f"np/{name}" in found.text
    moved = server.ask("/shape/Claim-subject", "text/turtle")
    assert (moved.status, moved.headers["location"]) == (303, "/shapes#Claim-subject")
    assert "shape:Claim-subject\n" in server.ask("/shapes", "text/turtle").text
    assert 'id="Claim-subject"' in server.ask("/shapes", BROWSER).text


def test_every_iri(server: Server) -> None:
    """Whatever the dataset says something of has data that says so, and a page."""
    nodes = {quad.subject for quad in published(find_sources())}
    iris = {node.value for node in nodes if isinstance(node, ox.NamedNode)}
    paths = {iri.partition("#")[0].removeprefix(BASE) for iri in iris if iri.startswith(BASE)}
    assert len(paths) > 1400
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    wrong = []
    for path in sorted(paths):
        for accept in ("application/n-triples", BROWSER):
            connection.request("GET", f"/{path}", headers={"Accept": accept})
            reply = connection.getresponse()
            named = f"{BASE}{path}".encode() in reply.read()
            if reply.status != 200 or not named:
                wrong.append((path, accept, reply.status))
    connection.close()
    assert wrong == []


def test_every_iri_of_the_description(server: Server) -> None:
    """What /dataset.ttl names is there; the release as it is described, and all that it names."""
    described = rdflib.Graph().parse(data=server.ask("/dataset.ttl").body, format="turtle")
    seen = {str(node).partition("#")[0] for triple in described for node in triple}
    minted = {iri for iri in seen if iri.startswith(BASE)}
    assert len(minted) > 50
    assert {DATASET, f"{DATASET}/{VERSION}", f"{BASE}id/agent/g12c-contributors"} < minted
    for file in described.subjects(rdflib.RDF.type, rdflib.DCAT.Distribution):
        path = str(file).removeprefix(BASE)
        content = server.ask(f"/{path}", BROWSER).body
        checksum = described.value(rdflib.URIRef(f"{file}#sha256"), SPDX.checksumValue)
        assert hashlib.sha256(content).hexdigest() == str(checksum), path
        minted |= iris(path, content)
    assert len(minted) > 2500
    paths = sorted(iri.removeprefix(BASE) for iri in minted)
    assert [path for path in paths if not is_there(server, path)] == []


SPDX = rdflib.Namespace(expand("spdx:"))
VERSION = metadata().version


def is_there(server: Server, path: str) -> bool:
    """Whether a browser gets something at the path of an IRI, and a program data that name it."""
    page, data = follow(server, path, BROWSER), follow(server, path, "application/n-triples, */*")
    if page.status != 200 or data.status != 200:
        return False
    is_file_or_graph = path.startswith(("release/", "graph/")) or path in {"dataset.nq", "sparql"}
    is_space = not path or path.endswith("/")
    return is_file_or_graph or is_space or f"{BASE}{path}" in data.text


def follow(server: Server, path: str, accept: str) -> Answer:
    """What is at the path of an IRI, or where it leads to on this server."""
    found = server.ask(f"/{path}", accept)
    if found.status != 303:
        return found
    assert found.headers["location"].startswith("/")
    return server.ask(found.headers["location"].partition("#")[0], accept)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (f"/dataset/{VERSION}", "/dataset"),
        (f"/dataset/{VERSION}/g12c-direct", "/dataset"),
        (f"/dataset/{VERSION}/mappings", f"/release/{VERSION}/g12c.sssom.tsv"),
        ("/id/agent/g12c-contributors", "/dataset"),
        ("/graph/dataset", "/dataset"),
        (f"/ontology/{VERSION}", "/ontology"),
        ("/prefix", "/questions"),
        ("/prefix/g12c", "/questions"),
        ("/id/", "/"),
        ("/id/gene/", "/"),
        ("/claim/", "/"),
        ("/np/", "/"),
    ],
)
def test_what_has_no_page_of_its_own(server: Server, path: str, place: str) -> None:
    """It leads to what tells of it, as the redirects of w3id do."""
    for accept in (BROWSER, "text/turtle"):
        found = server.ask(path, accept)
        assert (found.status, found.headers["location"]) == (303, place)
    assert server.ask(place, "*/*").status == 200


def test_data_in_every_form_is_the_same(server: Server) -> None:
    """Turtle, N-Triples and JSON-LD of one thing, the first as rdflib asks for it."""
    path = "/claim/s066-kras-y96d-confers-resistance-to-sotorasib"
    graphs = [
        rdflib.Graph().parse(data=server.ask(path, media).body, format=media)
        for media in ("text/turtle", "application/n-triples", "application/ld+json")
    ]
    graphs.append(rdflib.Graph().parse(server.url(path)))
    graphs += [
        rdflib.Graph().parse(server.url(path), format=name)
        for name in ("turtle", "n3", "nt", "json-ld")
    ]
    assert {len(graph) for graph in graphs} == {len(graphs[0])}
    assert len({frozenset(map(str, graph)) for graph in graphs}) == 1
    assert len(graphs[0]) > 10


def test_what_a_client_has_is_not_sent_again(server: Server) -> None:
    """The entity tag is of the form that came."""
    first = server.ask("/id/gene/kras", "text/turtle")
    again = server.ask("/id/gene/kras", "text/turtle", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    other = server.ask("/id/gene/kras", "text/html", If_None_Match=first.headers["etag"])
    assert (other.status, other.media) == (200, "text/html")


def test_pages_of_others_may_ask(server: Server) -> None:
    """A query editor in a page from elsewhere may ask, by GET and POST (CORS)."""
    origin = "https://example.org"
    found = server.ask("/sparql?query=ASK{}", Origin=origin)
    assert found.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in found.headers["access-control-expose-headers"]
    found = server.ask(
        "/sparql",
        method="OPTIONS",
        Origin=origin,
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="content-type,x-requested-with",
    )
    assert found.status == 200
    assert "POST" in found.headers["access-control-allow-methods"]
    assert "x-requested-with" in found.headers["access-control-allow-headers"]


# --- SPARQL 1.1 Protocol ------------------------------------------------------------------------


@pytest.mark.parametrize("media", ROWS)
def test_rows_in_every_form(server: Server, media: str) -> None:
    """The rows are the same by GET and both ways of POST, and in every form that says it."""
    replies = [
        server.query(CLAIMS, media),
        server.ask(
            "/sparql", media, "POST", urlencode({"query": CLAIMS}).encode(), Content_Type=FORM
        ),
        server.ask(
            "/sparql",
            media,
            "POST",
            CLAIMS.encode(),
            Content_Type="application/sparql-query; charset=utf-8",
        ),
    ]
    assert [(reply.status, reply.media) for reply in replies] == [(200, media)] * 3
    assert len({reply.body for reply in replies}) == 1
    rows = run(store(), CLAIMS)
    assert isinstance(rows, ox.QuerySolutions)
    assert next(rows)["claims"].value in replies[0].text


@pytest.mark.parametrize("media", TRIPLES)
def test_triples_in_every_form(server: Server, media: str) -> None:
    """CONSTRUCT gives the same graph in every form."""
    found = server.query(CONSTRUCT, media)
    assert (found.status, found.media) == (200, media)
    graph = rdflib.Graph().parse(data=found.body, format=media)
    expected = run(store(), CONSTRUCT)
    assert isinstance(expected, ox.QueryTriples)
    assert {f"<{s}>" for s in graph.subjects()} == {str(t.subject) for t in expected}


def test_forms_for_who_cannot_set_a_header(server: Server) -> None:
    """A suffix chooses the form of a stored answer; a browser gets one that it shows."""
    path = "/api/drugs-of-class"
    for suffix in ("json", "xml", "csv", "tsv"):
        found = server.ask(f"{path}.{suffix}", BROWSER)
        assert found.status == 200
        assert suffix in found.media.replace("tab-separated-values", "tsv")
    assert server.ask(path, BROWSER).media == "application/sparql-results+json"


def test_blank_nodes_in_a_ring(server: Server) -> None:
    """What has no house spelling comes as any Turtle."""
    text = (
        "CONSTRUCT { gene:kras rdfs:seeAlso _:a . _:a rdfs:seeAlso _:b . _:b rdfs:seeAlso _:a } {}"
    )
    for media in TRIPLES:
        found = server.query(text, media)
        assert found.status == 200, found.text
        assert len(rdflib.Graph().parse(data=found.body, format=media)) == 3


def test_ask_and_describe(server: Server) -> None:
    """The other two forms of a query."""
    assert json.loads(server.query("ASK { ?claim a g12c:Claim }").body)["boolean"] is True
    described = server.query("DESCRIBE gene:kras", "application/n-triples").body
    expected = run(store(), "DESCRIBE gene:kras")
    assert isinstance(expected, ox.QueryTriples)
    found = {quad.triple for quad in ox.parse(described, format=ox.RdfFormat.N_TRIPLES)}
    assert found == set(expected)


def test_the_dataset_of_the_protocol(server: Server) -> None:
    """default-graph-uri and named-graph-uri choose, and go before FROM."""
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    sizes = graph_sizes(store())
    claims, things = expand("graph:claims"), expand("graph:things")
    asked = {"default-graph-uri": claims}
    assert f"\n{sizes[claims]}\r" in server.query(count, "text/csv", **asked).text
    text = count.replace("WHERE", f"FROM <{things}> WHERE")
    assert f"\n{sizes[things]}\r" in server.query(text, "text/csv").text
    assert f"\n{sizes[claims]}\r" in server.query(text, "text/csv", **asked).text
    named = count.replace("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }")
    found = server.query(named, "text/csv", **{"named-graph-uri": things})
    assert f"\n{sizes[things]}\r" in found.text
    assert "\n0\r" in server.query(named, "text/csv", **asked).text


def test_service_description(server: Server) -> None:
    """It names the endpoint, what it can do, and every graph with its size."""
    graph = rdflib.Graph().parse(data=server.ask("/sparql", "text/turtle").body)
    sd = rdflib.Namespace(expand("sd:"))
    assert str(graph.value(None, rdflib.RDF.type, sd.Service)).endswith("/sparql#service")
    assert (None, sd.feature, sd.UnionDefaultGraph) in graph
    assert (None, sd.endpoint, rdflib.URIRef(server.url("/sparql"))) in graph
    triples = rdflib.URIRef(expand("void:triples"))
    found = {
        str(name): int(str(graph.value(graph.value(node, sd.graph), triples)))
        for node, name in graph.subject_objects(sd.name)
    }
    assert found == graph_sizes(store())
    used = {term for term in graph.predicates() if str(term).startswith(str(sd))}
    assert used <= {sd[name] for name in SD_TERMS}


SD_TERMS = (
    "defaultDataset",
    "endpoint",
    "feature",
    "graph",
    "name",
    "namedGraph",
    "resultFormat",
    "supportedLanguage",
)
"""Properties that the W3C vocabulary has and we use."""


def test_our_own_client(server: Server) -> None:
    """`g12c query --endpoint` gets the same rows as here, for every question."""
    client = remote.Server(server.url("/sparql"))
    assert remote.dataset(client, store()) == []
    for question in all_questions(find_sources()):
        here, there = run(store(), question.sparql), client.answer(question.sparql)
        if isinstance(here, ox.QuerySolutions):
            assert isinstance(there, ox.QuerySolutions)
            assert answer(there) == answer(here), question.name


def test_rdflib_as_client(server: Server) -> None:
    """A SPARQL client of others: rdflib's store over HTTP."""
    graph = rdflib.Graph(SPARQLStore(server.url("/sparql"), returnFormat="xml"))
    rows = graph.query("SELECT ?label WHERE { gene:kras rdfs:label ?label }")
    assert [str(row[0]) for row in rows] == ["KRAS"]  # type: ignore[index]


def test_sparqlwrapper_as_client(server: Server) -> None:
    """A SPARQL client of others: SPARQLWrapper, by GET and POST and for triples."""
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(server.url("/sparql"))
    client.setQuery(CLAIMS)
    for form in (wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV):
        for method in (wrapper.GET, wrapper.POST):
            client.setReturnFormat(form)
            client.setMethod(method)
            assert client.query().convert()
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(wrapper.TURTLE)
    assert b"g12c:Drug" in client.query().convert()


# --- stored questions -----------------------------------------------------------------------------


def test_stored_questions(server: Server) -> None:
    """Each operation of the OpenAPI document answers as the question does, with its examples.

    Its address is the server's, resolved against that of the document, with the path behind it.
    """
    place = server.url("/api/openapi.json")
    document = json.loads(server.ask("/api/openapi.json").body)
    (address,) = [urljoin(place, one["url"]) for one in document["servers"]]
    origin = server.url("")
    assert address.startswith(f"{origin}/")
    questions = {question.name: question for question in all_questions(find_sources())}
    assert {f"/{name}" for name in questions} == document["paths"].keys()
    for path, item in document["paths"].items():
        question = questions[path[1:]]
        given = {one["name"]: str(one["example"]) for one in item["get"]["parameters"]}
        assert given == {name: one.example for name, one in question.parameters.items()}
        url = f"{address}{path}?{urlencode(given)}"
        found = server.ask(url.removeprefix(origin), "text/csv, text/turtle")
        assert found.status == 200, found.text
        bound = question.bind(values_of(store(), question, given))
        rows = run(store(), bound)
        if isinstance(rows, ox.QuerySolutions):
            assert found.body == rows.serialize(format=ox.QueryResultsFormat.CSV), path


def test_documented_commands(server: Server) -> None:
    """What docs/publish.md tells to run answers."""
    if not (curl := shutil.which("curl")):
        pytest.skip("needs curl")
    text = (Path(__file__).parents[1] / "docs" / "publish.md").read_text(encoding="utf-8")
    lines = re.findall(r"^curl (.*)$", text, re.MULTILINE)
    assert len(lines) > 1
    for line in lines:
        words = shlex.split(line.replace("http://127.0.0.1:8000", server.url("")))
        done = subprocess.run([curl, "-sSf", *words], capture_output=True, text=True, check=True)
        assert done.stdout.count("\n") > 5


# --- refusals -------------------------------------------------------------------------------------

QUERY = "application/sparql-query"
REFUSED = {
    # name: (method, path, headers, body, status, sentence)
    "nothing there": ("GET", "/id/drug/aspirin", {}, "", 404, "nothing at /id/drug/aspirin"),
    "no shape": ("GET", "/shape/nothing-here", {}, "", 404, "nothing at /shape/nothing-here"),
    "no host": ("GET", "/sparql", {"Host": "a%zz", "Accept": "text/turtle"}, "", 400, "host"),
    "long Accept": ("GET", "/sparql?query=ASK{}", {"Accept": "a/b," * 2000}, "", 400, "Accept has"),
    "fields": ("POST", "/sparql", {"Content-Type": FORM}, "a=1&" * 1001, 400, "too many fields"),
    "not UTF-8 by GET": ("GET", "/sparql?query=ASK{}%ff", {}, "", 400, "not in UTF-8"),
    "not UTF-8 in a form": ("POST", "/sparql", {"Content-Type": FORM}, "query=%ff", 400, "UTF-8"),
    "no XML": (
        "GET",
        "/sparql?query=SELECT(%22%5Cu0001%22AS%3Fx){}",
        {"Accept": "application/sparql-results+xml"},
        "",
        406,
        "cannot be said in XML",
    ),
    "no function": ("GET", "/sparql?query=SELECT(%3Cx:f%3E()AS%3Fx){}", {}, "", 400, "custom func"),
    "form of a page": (
        "GET",
        "/id/drug/sotorasib",
        {"Accept": "image/png"},
        "",
        406,
        "text/turtle",
    ),
    "form of rows": ("GET", "/sparql?query=ASK{}", {"Accept": "text/turtle"}, "", 406, "text/csv"),
    "form of triples": (
        "GET",
        "/sparql?query=CONSTRUCT%20WHERE%20{%3Fa%20%3Fb%20%3Fc}",
        {"Accept": "text/csv"},
        "",
        406,
        "text/turtle",
    ),
    "method": ("DELETE", "/id/drug/sotorasib", {}, "", 405, "DELETE is no way to ask"),
    "put": ("PUT", "/sparql", {}, "x", 405, "PUT is no way to ask here, but GET, HEAD, POST"),
    "no query": (
        "POST",
        "/sparql",
        {"Content-Type": FORM},
        "x=1",
        400,
        "one parameter named query",
    ),
    "two queries": ("GET", "/sparql?query=ASK{}&query=ASK{}", {}, "", 400, "there are 2"),
    "no SPARQL": ("GET", "/sparql?query=SELECT%0A%3F", {}, "", 400, "query:2:2: is not SPARQL"),
    "not UTF-8": ("POST", "/sparql", {"Content-Type": QUERY}, "\udcff", 400, "not in UTF-8"),
    "media type": ("POST", "/sparql", {"Content-Type": "text/plain"}, "ASK {}", 415, QUERY),
    "no media type": ("POST", "/sparql", {}, "ASK {}", 415, "posted as"),
    "too long": ("POST", "/sparql", {"Content-Type": QUERY}, "#" * 1_100_000, 413, "1 MiB"),
    "update": ("POST", "/sparql", {"Content-Type": FORM}, "update=DROP+ALL", 403, "read-only"),
    "update alone": (
        "POST",
        "/sparql",
        {"Content-Type": "application/sparql-update"},
        "DROP ALL",
        403,
        "read-only",
    ),
    "update by GET": ("GET", "/sparql?update=DROP%20ALL", {}, "", 403, "read-only"),
    "update as query": ("GET", "/sparql?query=DROP%20ALL", {}, "", 400, "is not SPARQL"),
    "load": (
        "POST",
        "/sparql",
        {"Content-Type": QUERY},
        "LOAD <file:///etc/passwd>",
        400,
        "is not",
    ),
    "service": (
        "POST",
        "/sparql",
        {"Content-Type": QUERY},
        "SELECT * { SERVICE SILENT <http://127.0.0.1/> {} }",
        400,
        "by SERVICE",
    ),
    "remote FROM": (
        "POST",
        "/sparql",
        {"Content-Type": QUERY},
        "SELECT * FROM <http://127.0.0.1/> { ?s ?p ?o }",
        400,
        "no graph <http://127.0.0.1/>",
    ),
    "remote graph": (
        "GET",
        "/sparql?query=ASK{}&default-graph-uri=file:///etc/passwd",
        {},
        "",
        400,
        "no graph <file:///etc/passwd>",
    ),
    "no question": ("GET", "/api/drugs-of-clas", {}, "", 404, "did you mean drugs-of-class"),
    "suffix": ("GET", "/api/drugs-of-class.pdf", {}, "", 404, "comes as .json, .xml, .csv, .tsv"),
    "parameter": ("GET", "/api/drugs-of-class?x=1", {}, "", 400, "no parameter 'x'"),
    "value": ("GET", "/api/variants-without-rescue?drug=aspirin", {}, "", 400, "no drug 'aspirin'"),
    "no number": ("GET", "/api/substitutions?position=A", {}, "", 400, 'position: "A" is not'),
    "two values": ("GET", "/api/drugs-of-class?a=1&a=2", {}, "", 400, "twice"),
    "too slow": ("POST", "/sparql", {"Content-Type": QUERY}, BOMB, 503, "more than 2 s"),
}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "says"), REFUSED.values(), ids=REFUSED
)
def test_refusals(
    server: Server,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str,
    status: int,
    says: str,
) -> None:
    """A status, one sentence as plain text, and no part of an answer.

    Only what may go better later is told to come again.
    """
    sent = {name.replace("-", "_"): value for name, value in headers.items()}
    found = server.ask(
        path, sent.pop("Accept", ""), method, body.encode(errors="surrogateescape") or None, **sent
    )
    assert (found.status, found.media) == (status, "text/plain")
    assert ("retry-after" in found.headers) == (status == 503)
    assert says in found.text
    assert found.text.count("\n") <= 1
    assert "root:" not in found.text


TOO_LARGE = {
    "rows": ("SELECT ?a ?d { ?a a g12c:Claim . ?d a g12c:Claim }", f"more than {MAX_ROWS} rows"),
    "bytes": (f"SELECT ('{'b' * 2000}' AS ?b) {{ ?s ?p ?o }}", f"more than {MAX_ANSWER >> 20} MiB"),
    "bytes of triples": (
        f"CONSTRUCT {{ ?s ?p '{'b' * 2000}' }} {{ ?s ?p ?o }}",
        f"more than {MAX_ANSWER >> 20} MiB",
    ),
    "without end": ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "more than"),
}


def test_an_answer_beyond_its_bounds_is_refused_for_good() -> None:
    """By a server that has time, so that it is the size that counts; not to be asked again."""
    with running("--seconds", "60") as patient:
        for query, says in TOO_LARGE.values():
            found = patient.query(query)
            assert (found.status, found.media) == (413, "text/plain")
            assert "retry-after" not in found.headers
            assert says in found.text
            assert found.text.count("\n") == 1


def test_nothing_changes(server: Server) -> None:
    """After all that, the dataset is the one it was."""
    for text in ("DROP ALL", "INSERT DATA { <x:a> <x:b> <x:c> }", "CLEAR DEFAULT"):
        server.ask("/sparql", "", "POST", urlencode({"update": text}).encode(), Content_Type=FORM)
        server.query(text)
    count = server.query("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }", "text/csv")
    assert f"\n{sum(graph_sizes(store()).values())}\r" in count.text


# --- force ----------------------------------------------------------------------------------------


def test_under_load() -> None:
    """While some ask what has no end, others get whole and right answers, or a sentence."""
    seen: list[tuple[str, int]] = []
    wrong: list[bytes] = []
    with running("--seconds", "0.5") as server:
        expected = server.query(CLAIMS, "text/csv").body
        end = time.monotonic() + 5

        def attack() -> None:
            while time.monotonic() < end:
                seen.append(("attack", server.query(BOMB).status))

        def work() -> None:
            while time.monotonic() < end:
                found = server.query(CLAIMS, "text/csv")
                seen.append(("work", found.status))
                if found.status == 200 and found.body != expected:
                    wrong.append(found.body)
                seen.append(("page", server.ask("/id/drug/sotorasib", BROWSER).status))

        threads = [threading.Thread(target=one) for one in [attack] * 6 + [work] * 6]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.query(CLAIMS, "text/csv").body == expected
    assert wrong == []
    assert {status for kind, status in seen if kind == "attack"} == {503}
    assert {status for kind, status in seen if kind == "page"} == {200}
    assert {status for kind, status in seen if kind == "work"} <= {200, 503}
    assert ("work", 200) in seen


@pytest.mark.parametrize("attackers", [AT_ONCE, 2 * AT_ONCE])
def test_slow_queries_make_room(attackers: int) -> None:
    """A quick query is answered before those without end come to theirs, however many they are."""
    with running("--seconds", "30") as server:
        threads = [threading.Thread(target=ask_in_vain, args=[server]) for _ in range(attackers)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(at_work(server)) >= AT_ONCE)
        assert server.query(CLAIMS).status == 200
        assert at_work(server)  # so it was not they that ended
        server.process.terminate()
        for thread in threads:
            thread.join()


def test_too_many_at_once() -> None:
    """Who would wait too long is told to come again; pages come all the same."""
    found: list[Answer] = []
    with running("--seconds", "30") as server:

        def ask() -> None:
            with suppress(OSError, http.client.HTTPException):
                found.append(server.query(BOMB))

        threads = [threading.Thread(target=ask) for _ in range(16 * AT_ONCE + 10)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(found) >= 10)
        assert server.ask("/id/drug/sotorasib", BROWSER).status == 200
        server.process.terminate()
        for thread in threads:
            thread.join()
    refused = [answer for answer in found if "too many ask" in answer.text]
    assert refused
    assert {(answer.status, answer.headers["retry-after"]) for answer in refused} == {(503, "5")}


def test_who_goes_away_keeps_no_place() -> None:
    """Clients that ask what has no end and close the connection do not stop others."""
    request = f"GET /sparql?{urlencode({'query': BOMB})} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with running("--seconds", "30") as server:
        for _ in range(20 * AT_ONCE):
            with socket.create_connection(("127.0.0.1", server.port)) as connection:
                connection.sendall(request)
        wait_for(lambda: server.query(CLAIMS).status == 200)


def test_half_a_request_does_not_keep_it() -> None:
    """The server ends though a client is still sending, and tells no fault."""
    with running() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nContent-Length: 100"
        connection.sendall(f"{head}\r\n\r\nASK".encode())
        time.sleep(0.2)
        server.process.terminate()
        assert server.process.wait(20) == 0


def test_without_its_second_process_it_ends() -> None:
    """So that whoever watches it starts it anew; the reason is said."""
    with running() as server:
        (child,) = children(server.process.pid)
        os.kill(child, signal.SIGKILL)
        assert server.query(CLAIMS).status == 503
        assert server.process.wait(20) == 2


def test_a_lost_child_is_one_lost_answer() -> None:
    """Whoever kills a process that answers one query takes that answer away, and no other."""
    found: list[Answer] = []
    with running("--seconds", "30") as server:
        asking = threading.Thread(target=lambda: found.append(server.query(BOMB)))
        asking.start()
        wait_for(lambda: bool(at_work(server)))
        for child in at_work(server):
            os.kill(child, signal.SIGKILL)
        asking.join()
        assert server.query(CLAIMS).status == 200
    (lost,) = found
    assert (lost.status, lost.media, lost.text.count("\n")) == (503, "text/plain", 1)
    assert "retry-after" in lost.headers
    assert "ending" not in lost.text


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux sets another's limits")
def test_no_free_descriptor_is_one_lost_answer() -> None:
    """Who asks when the server can open nothing is told to come again; then it answers."""
    with running() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

        def ask(path: str = f"/sparql?{urlencode({'query': CLAIMS})}") -> tuple[int, str]:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()

        assert ask()[0] == 200
        pid, kind = server.process.pid, resource.RLIMIT_NOFILE
        used = {int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()}
        free = min({*range(len(used) + 1)} - used)
        soft, hard = resource.prlimit(pid, kind)
        resource.prlimit(pid, kind, (free, hard))
        refused = ask(), ask("/static/site.js")
        resource.prlimit(pid, kind, (soft, hard))
        assert ask()[0] == 200
        assert ask("/static/site.js")[0] == 200
        connection.close()
    for status, text in refused:
        assert (status, text.count("\n")) == (503, 1)
        assert "Too many open files" in text


def test_it_takes_the_descriptors_that_it_needs() -> None:
    """Where a process gets few of them, as on macOS, it asks for as many as it has clients."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 256), hard))
    try:
        with running() as server:
            limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    (found,) = re.findall(r"^Max open files +(\d+)", limits, re.MULTILINE)
    assert int(found) >= min(hard, 2 * CONNECTIONS)


def test_part_of_an_answer_is_none(tmp_path: Path) -> None:
    """What ends before its end is not taken for an answer."""
    said = b""

    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(said)
        writer.close()

    async def ask(process: int) -> int:
        address = str(tmp_path / "socket")
        async with await asyncio.start_unix_server(tell, address):
            return (await Answerer(address, process).ask(Asked(query="ASK {}"))).status

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        whole = b'[200, "text/csv", 3]\nyes'
        statuses = set()
        for end in range(len(whole) + 1):
            said = whole[:end]
            statuses.add((end == len(whole), asyncio.run(ask(process.pid))))
        process.kill()
    assert statuses == {(True, 200), (False, 503)}


def test_what_could_not_be_read_is_read_again() -> None:
    """A page that failed for want of a descriptor comes when there is one."""
    failing = [OSError(24, "Too many open files")]

    def read() -> bytes:
        if failing:
            raise failing.pop()
        return b"a page"

    async def ask() -> bytes:
        site = Site(Contents({"a.html": read}, dict, {}))
        with pytest.raises(HTTPException, match=r"503: .*Too many open files"):
            await site.content("a.html")
        return (await site.content("a.html"))[0]

    assert asyncio.run(ask()) == b"a page"


def test_an_answer_that_nobody_takes() -> None:
    """The memory of answers that are not read is bounded by the places there are."""
    text = "SELECT * WHERE { ?s ?p ?o }"
    request = f"GET /sparql?{urlencode({'query': text})} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with running() as server:
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
        for connection in idle:
            connection.sendall(request)
        wait_for(lambda: not at_work(server))
        assert server.query(CLAIMS).status == 200
        for connection in idle:
            connection.close()


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until it holds, and fail if it never does."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def at_work(server: Server) -> list[int]:
    """The processes that answer one query each."""
    (child,) = children(server.process.pid)
    return children(child)


def ask_in_vain(server: Server) -> None:
    """A query without end, to a server that ends before."""
    with suppress(OSError, http.client.HTTPException):
        server.query(BOMB)


def children(pid: int) -> list[int]:
    """The processes that a process has made."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """However it ends, its processes and its socket are gone, and Ctrl-C is no error."""
    os.environ["TMPDIR"] = str(tmp_path)
    try:
        with running("--seconds", "60") as server:
            (child,) = children(server.process.pid)
            assert len([*tmp_path.iterdir()]) == 1
            asking = threading.Thread(target=ask_in_vain, args=[server])
            asking.start()
            wait_for(lambda: bool(at_work(server)))
            work = at_work(server)
            if number == signal.SIGINT:  # a terminal sends it to all
                os.killpg(server.process.pid, number)
            else:
                server.process.send_signal(number)
            status = server.process.wait(10)
            asking.join()
    finally:
        del os.environ["TMPDIR"]
    assert status == (-9 if number == signal.SIGKILL else 0)
    end = time.monotonic() + 10
    left = [Path(f"/proc/{pid}") for pid in (child, *work)]
    while time.monotonic() < end and (any(p.exists() for p in left) or [*tmp_path.iterdir()]):
        time.sleep(0.05)
    assert [path for path in left if path.exists()] == []
    assert [*tmp_path.iterdir()] == []


def test_address_in_use() -> None:
    """One sentence with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            G12cError, match=rf"port {port}: Address already in use; choose.*g12c serve --port"
        ):
            serve(print, port=port)
    with pytest.raises(G12cError, match="port 70000: a port is a number"):
        serve(print, port=70000)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with what to install."""
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "uvicorn" else name)
    with pytest.raises(G12cError, match=r"needs uvicorn.*pip install '\.\[serve\]'"):
        serve(print)
