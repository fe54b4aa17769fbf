"""The ASGI application: what stands at which address, and in which form it comes.

A page is at the path of its IRI with its data beside it, and the client's Accept header decides
which of them comes; what has no page of its own leads to what tells of it. ``/sparql`` is the
SPARQL 1.1 Protocol for queries; ``/api/NAME`` answers a stored question. Nothing can be changed.
Each refusal is a sentence.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, partial
from threading import Lock
from typing import Final
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..export import release_files
from ..export.claims import Dataset
from ..export.metadata import load as metadata
from ..export.nanopub import NANOPUBS
from ..export.questions import openapi
from ..guests import MAX_QUERY
from ..namespaces import BASE, PREFIXES
from ..questions import Question, unknown
from ..site.folder import publication
from ..site.folder import rdf as beside
from ..site.layout import BESIDE
from ..sources import Sources
from ..store import published
from .answers import ROWS, TRIPLES, Answerer, Asked, Reply, no_room, rdf
from .negotiation import choose, match
from .service import describe

MEDIA: Final = {
    "css": "text/css",
    "csv": "text/csv",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "nq": "application/n-quads",
    "nt": "application/n-triples",
    "owl": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "svg": "image/svg+xml",
    "trig": "application/trig",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "txt": "text/plain",
    "wasm": "application/wasm",
}
"""The media types of files, by their suffix."""

_BESIDE: Final = {
    MEDIA[suffix]: suffix for suffix in ("ttl", "jsonld", "nt", "rdf", "trig", "html")
}
"""Media types in which to ask for what an IRI names → suffix. Who takes any form gets data: a
browser names HTML."""

_UNASKED: Final = MEDIA["rdf"]
"""What comes, of what has it, to who names no form: the one syntax that every OWL tool reads."""

_TELLS: Final = {
    "dataset": "dataset",
    "id": "dataset",
    "ontology": "ontology",
    "prefix": "questions",
    "shape": "shapes",
}
"""What has no page of its own, by how its path begins → the page with data that tell of it."""

_ANSWERS: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
"""Media types of answers, by the suffix of a stored question, for who cannot set a header."""

_QUICK: Final = 0.2
"""Seconds after which a query is no quick one."""

_PATIENCE: Final = 1.0
"""Seconds that it may go on in the way of others if there is no room beside them."""

_SENDING: Final = 60.0
"""Seconds for which an answer is sent; a client that is slower is left."""

_PART: Final = 1 << 16
_LATER: Final = {"Retry-After": "5"}
_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_READ_ONLY: Final = "this server is read-only: it takes queries, no updates"


@dataclass(frozen=True)
class Contents:
    """What there is to serve, each made when it is asked for.

    ``files`` are the publication and what describes it and /api; ``release`` makes the files of the
    release, all at once; ``moved`` are paths that lead to others. All by their paths.
    """

    files: Mapping[str, Callable[[], bytes]]
    release: Callable[[], Mapping[str, bytes]]
    moved: Mapping[str, str]


def contents(sources: Sources) -> Contents:
    """What the sources give; raises `G12cError` if the data cannot be published."""
    quads = tuple(published(sources))
    about = metadata()
    dataset = Dataset(quads, sources, about)
    folder = f"release/{about.version}"
    lock = Lock()

    @cache
    def make() -> Mapping[str, bytes]:
        return {f"{folder}/{name}": content for name, content in release_files(dataset).items()}

    def release() -> Mapping[str, bytes]:
        with lock:  # or who comes while it is made would make it again
            return make()

    def form(name: str, suffix: str) -> bytes:
        text = release()[f"{folder}/{name}.ttl"]
        if suffix == "ttl":
            return text
        quads = ox.parse(text, format=ox.RdfFormat.TURTLE)
        return beside(sorted((quad.triple for quad in quads), key=str), suffix)

    described = {
        f"{name}.{suffix}": partial(form, name, suffix)
        for name in ("dataset", "questions")
        for suffix in BESIDE
    }
    api = {"api/openapi.json": lambda: openapi(dataset, "/api").files["openapi.json"]}
    spaces = (NANOPUBS, f"{BASE}id/", *PREFIXES.values())
    moved = {
        **{iri.removeprefix(BASE): "" for iri in spaces if iri.startswith(BASE) and iri[-1] == "/"},
        "graph/dataset": "dataset",
        f"dataset/{about.version}/mappings": f"{folder}/g12c.sssom.tsv",
    }
    return Contents({**publication(sources, quads), **described, **api}, release, moved)


def application(
    content: Contents,
    answerer: Answerer,
    questions: Mapping[str, Question],
    graphs: Mapping[str, int],
    at_once: int,
) -> ASGIApp:
    """The application, with what `contents` gives.

    ``graphs`` are the named graphs with their numbers of triples. ``at_once`` queries may be at
    work, and as many slow ones beside them; with those that wait and those whose answer is being
    sent they are sixteen times as many at most.
    """
    site = Site(content)
    queries = _Queries(answerer, site, questions, graphs, at_once)
    inner = Starlette(
        routes=[
            Route("/sparql", queries.sparql, methods=["GET", "POST"]),
            Route("/api/{name}", queries.question),
            Route("/{path:path}", site.page),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST"],
                allow_headers=["*"],  # clients send headers of their own, and none does harm
                expose_headers=["Content-Location", "Retry-After"],
            )
        ],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _gone},
    )

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(asyncio.CancelledError):  # the server ends, and would tell it as a fault
            await inner(scope, receive, send)

    return outer


def _response(
    content: bytes, media: str, headers: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    return Response(content, status, headers, media)  # Starlette adds charset=utf-8 to text


async def _refused(request: Request, error: Exception) -> Response:
    """The sentence of a refusal, as plain text."""
    if not isinstance(error, HTTPException):
        raise error
    sentence = error.detail
    if error.status_code == 405 and error.headers:
        allowed = sorted(error.headers["Allow"].split(", "))
        sentence = f"{request.method} is no way to ask here, but {', '.join(allowed)}"
    return _response(f"{sentence}\n".encode(), "text/plain", error.headers, error.status_code)


async def _gone(_: Request, __: Exception) -> Response:
    """To a client that has gone while it was sending."""
    return _response(b"", "text/plain", status=400)


# --- files ------------------------------------------------------------------------------------


@dataclass
class Site:
    """The files, each kept when it has been made."""

    contents: Contents
    files: dict[str, Callable[[], bytes]] = field(init=False)
    made: dict[str, asyncio.Future[tuple[bytes, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.files = dict(self.contents.files)

    async def page(self, request: Request) -> Response:
        """The file at a path, or the one beside it that the client takes, or the way to it."""
        asked = request.path_params["path"]
        if asked.startswith("release/"):
            await self.content("dataset.ttl")  # with which all of them are made
            if content := self.contents.release().get(asked):
                self.files[asked] = partial(bytes, content)
        path = asked or "index"
        headers = {}
        if path not in self.files:
            found = {
                media: file
                for media, suffix in _BESIDE.items()
                if (file := f"{path if suffix == 'html' else asked or 'dataset'}.{suffix}")
                in self.files
            }
            if not found:
                return RedirectResponse(f"/{await self._place(path)}", 303)
            path = found[choose(request, list(found), _UNASKED if _UNASKED in found else "")]
            headers = {"Content-Location": f"/{path}"}
        return await self.file(request, path, headers)

    async def _place(self, path: str) -> str:
        """Where that stands which has no page of its own; raises the answer 404 if nowhere."""
        if path in self.contents.moved:
            return self.contents.moved[path]
        kind, _, name = path.partition("/")
        if (page := _TELLS.get(kind)) and ">" not in name:
            triples, _ = await self.content(f"{page}.nt")
            if f"<{BASE}{path}>".encode() in triples:
                return f"{page}#{name}" if page == "shapes" else page
        raise HTTPException(404, f"there is nothing at /{path}")

    async def file(self, request: Request, path: str, headers: Mapping[str, str]) -> Response:
        """A file; nothing if the client has it."""
        content, tag = await self.content(path)
        about = {"Vary": "Accept", "Cache-Control": "no-cache", "ETag": tag, **headers}
        asked = request.headers.get("if-none-match", "")
        if tag in asked or asked == "*":
            return Response(status_code=304, headers=about)
        return _response(content, MEDIA[path.rpartition(".")[2]], about)

    async def content(self, path: str) -> tuple[bytes, str]:
        """A file and its entity tag, made once, when it is first asked for."""
        if path not in self.made:
            self.made[path] = asyncio.ensure_future(run_in_threadpool(self._make, path))
        try:
            return await asyncio.shield(self.made[path])
        except OSError as error:
            self.made.pop(path, None)
            raise HTTPException(503, no_room(error), _LATER) from None

    def _make(self, path: str) -> tuple[bytes, str]:
        content = self.files[path]()
        return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


# --- queries ----------------------------------------------------------------------------------


@dataclass
class _Queries:
    answerer: Answerer
    site: Site
    questions: Mapping[str, Question]
    graphs: Mapping[str, int]
    at_once: int
    slow: int = 0
    places: int = field(init=False)
    turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.places = 16 * self.at_once
        self.turns = asyncio.Semaphore(self.at_once)

    async def sparql(self, request: Request) -> Response:
        """SPARQL 1.1 Protocol; asked nothing, it tells what it is, to people by the query page."""
        fields = _fields(request.scope["query_string"])
        if request.method == "POST":
            fields += await _posted(request)
        elif not {"query", "update"} & dict(fields).keys():
            return await self._description(request)
        asked: dict[str, list[str]] = {}
        for name, value in fields:
            asked.setdefault(name, []).append(value)
        if "update" in asked:
            raise HTTPException(403, _READ_ONLY)
        texts = asked.get("query", [])
        if len(texts) != 1:
            raise HTTPException(400, f"one parameter named query is needed; there are {len(texts)}")
        default, named = (
            tuple(asked.get(f"{kind}-graph-uri", ())) for kind in ("default", "named")
        )
        graphs = (default, named) if default or named else None
        return await self._answer(request, Asked(query=texts[0], graphs=graphs))

    async def question(self, request: Request) -> Response:
        """The answer to a stored question, with the parameters of the URL."""
        name, _, suffix = request.path_params["name"].partition(".")
        if name == "openapi" and suffix == "json":
            return await self.site.file(request, "api/openapi.json", {})
        if name not in self.questions:
            raise HTTPException(404, unknown("question", name, self.questions, "the library"))
        if suffix and suffix not in _ANSWERS:
            raise HTTPException(404, f"an answer comes as .{', .'.join(_ANSWERS)}, not .{suffix}")
        values = _fields(request.scope["query_string"])
        if len(dict(values)) < len(values):
            raise HTTPException(400, "a parameter is there twice; ask once for each value")
        asked = Asked(question=name, values=dict(values), rows=_ANSWERS.get(suffix, ""))
        return await self._answer(request, asked)

    async def _answer(self, request: Request, asked: Asked) -> Response:
        rows = asked.rows or match(request, ROWS)
        asked = replace(asked, rows=rows, triples=match(request, TRIPLES))
        if not self.places:
            raise HTTPException(503, "too many ask; ask again in some seconds", _LATER)
        self.places -= 1
        try:
            reply = await self._in_turn(request, asked)
        except BaseException:
            self.places += 1
            raise
        return _InParts(reply, self._make_place)

    def _make_place(self) -> None:
        self.places += 1

    async def _in_turn(self, request: Request, asked: Asked) -> Reply:
        """The answer; a query that is not quick goes on beside the others, if there is room."""
        async with self.turns:
            if await request.is_disconnected():
                raise ClientDisconnect
            answer = asyncio.ensure_future(self.answerer.ask(asked))
            await asyncio.wait({answer}, timeout=_QUICK)
            if self.slow == self.at_once:
                await asyncio.wait({answer}, timeout=_PATIENCE)
            if answer.done():
                return answer.result()
            if self.slow == self.at_once:
                answer.cancel()
                raise HTTPException(503, "too many slow queries; ask again in some seconds", _LATER)
            self.slow += 1
        try:
            return await answer
        finally:
            self.slow -= 1

    async def _description(self, request: Request) -> Response:
        media = choose(request, [*TRIPLES, MEDIA["html"]])
        if media == MEDIA["html"]:
            return await self.site.file(
                request, "sparql.html", {"Content-Location": "/sparql.html"}
            )
        try:
            triples = describe(f"{request.base_url}sparql", metadata(), self.graphs)
        except ValueError as error:
            raise HTTPException(400, f"the host is none: {error}") from None
        return _response(rdf(triples, media), media, {"Vary": "Accept"})


class _InParts(Response):
    """An answer that is sent as fast as the client takes it, and not for ever."""

    def __init__(self, reply: Reply, done: Callable[[], None]) -> None:
        headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
        headers |= _LATER if reply.status == 503 else {}
        super().__init__(reply.body, reply.status, headers, reply.media)
        self.done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it; what is not taken in time is broken off."""
        start = {"status": self.status_code, "headers": self.raw_headers}
        try:
            async with asyncio.timeout(_SENDING):
                await send({"type": "http.response.start", **start})
                for begin in range(0, len(self.body), _PART):
                    part = self.body[begin : begin + _PART]
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return
        finally:
            self.done()


async def _posted(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, or a bare query as one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-update":
        raise HTTPException(403, _READ_ONLY)
    if kind not in {_FORM, _QUERY}:
        sentence = f"a query is posted as {_QUERY} or {_FORM}, not as {kind or 'it is'}"
        raise HTTPException(415, sentence)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_QUERY:
            raise HTTPException(413, f"a query has at most {MAX_QUERY >> 20} MiB")
    if kind == _FORM:
        return _fields(bytes(body))
    try:
        return [("query", body.decode())]
    except UnicodeDecodeError:
        raise HTTPException(400, "the query is not in UTF-8") from None


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    """The fields of a form or of a URL."""
    try:
        return parse_qsl(
            encoded.decode(), keep_blank_values=True, errors="strict", max_num_fields=1000
        )
    except ValueError as error:
        what = "is not in UTF-8" if isinstance(error, UnicodeError) else "has too many fields"
        raise HTTPException(400, f"what is asked {what}") from None
