"""The ASGI application: what stands at which address, and in which form it comes.

A page is at the path of its IRI with its data beside it, and the client's Accept header decides
which of them comes. ``/sparql`` is the SPARQL 1.1 Protocol for queries; ``/api/NAME`` answers a
stored question. Nothing can be changed. Each refusal is a sentence.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..export import release_files
from ..export.claims import Dataset
from ..export.metadata import load as metadata
from ..guests import MAX_QUERY
from ..library import openapi
from ..questions import Question, unknown
from ..site.folder import publication
from ..sources import Sources
from ..store import published
from .answers import ROWS, TRIPLES, Answerer, Asked, Reply, rdf
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
    "rdf": "application/rdf+xml",
    "svg": "image/svg+xml",
    "trig": "application/trig",
    "ttl": "text/turtle",
    "txt": "text/plain",
    "wasm": "application/wasm",
}
"""The media types of files, by their suffix."""

_PAGE: Final = {"text/html": "html", "application/xhtml+xml": "html"}
_BESIDE: Final = {MEDIA[suffix]: suffix for suffix in ("ttl", "jsonld", "nt", "rdf", "trig")} | _PAGE
"""Media types in which to ask for what an IRI names → suffix. Who takes any form gets data: a
browser names HTML."""

_ANSWERS: Final = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
"""Media types of answers, by the suffix of a stored question, for who cannot set a header."""

_QUICK: Final = 0.2
"""Seconds after which a query is no quick one."""

_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_READ_ONLY: Final = "this server is read-only: it takes queries, no updates"


def contents(sources: Sources) -> dict[str, Callable[[], bytes]]:
    """What makes each file to serve, by its path: the publication, and what describes it and /api.

    Raises `G12cError` if the data cannot be published.
    """
    quads = tuple(published(sources))
    dataset = Dataset(quads, sources, metadata())
    return {
        **publication(sources, quads),
        "api/openapi.json": lambda: openapi(dataset).files["openapi.json"],
        "dataset.ttl": lambda: release_files(dataset)["dataset.ttl"],
    }


def application(
    files: Mapping[str, Callable[[], bytes]],
    answerer: Answerer,
    questions: Mapping[str, Question],
    graphs: Mapping[str, int],
    at_once: int,
) -> Starlette:
    """The application, with the files of `contents`.

    ``graphs`` are the named graphs with their numbers of triples; ``at_once`` is how many queries
    may be at work, and as many slow ones beside them, while sixteen times as many wait.
    """
    site = _Site(files)
    queries = _Queries(answerer, site, questions, graphs, at_once)
    return Starlette(
        routes=[
            Route("/sparql", queries.sparql, methods=["GET", "POST"]),
            Route("/api/{name}", queries.question),
            Route("/shape/{name}", _shape),
            Route("/{path:path}", site.page),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "POST"],
                allow_headers=["Content-Type"],
                expose_headers=["Content-Location"],
            )
        ],
        exception_handlers={HTTPException: _refused},
    )


async def _shape(request: Request) -> Response:
    """All shapes stand on one page, and in one file beside it."""
    return RedirectResponse(f"/shapes#{request.path_params['name']}", 303)


def _response(
    content: bytes, media: str, headers: Mapping[str, str] | None = None, status: int = 200
) -> Response:
    return Response(content, status, headers, media)  # Starlette adds charset=utf-8 to text


async def _refused(request: Request, error: Exception) -> Response:
    """The sentence of a refusal, as plain text."""
    if not isinstance(error, HTTPException):
        raise error
    sentence = error.detail
    if error.status_code == 405:
        sentence = f"{request.method} is no way to ask here; use GET"
    return _response(f"{sentence}\n".encode(), "text/plain", error.headers, error.status_code)


# --- files ------------------------------------------------------------------------------------


@dataclass
class _Site:
    files: Mapping[str, Callable[[], bytes]]
    made: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    async def page(self, request: Request) -> Response:
        """The file at a path, or the one beside it that the client takes."""
        path = request.path_params["path"] or "index"
        headers = {}
        if path not in self.files:
            beside = {
                media: f"{path}.{suffix}"
                for media, suffix in _BESIDE.items()
                if f"{path}.{suffix}" in self.files
            }
            if not beside:
                raise HTTPException(404, f"there is nothing at /{path}")
            path = beside[choose(request, list(beside))]
            headers = {"Content-Location": f"/{path}"}
        return await self.file(request, path, headers)

    async def file(self, request: Request, path: str, headers: Mapping[str, str]) -> Response:
        """A file, made when it is first asked for; nothing if the client has it."""
        if path not in self.made:
            content = await run_in_threadpool(self.files[path])
            self.made[path] = content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        content, tag = self.made[path]
        about = {"Vary": "Accept", "Cache-Control": "no-cache", "ETag": tag, **headers}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=about)
        return _response(content, MEDIA[path.rpartition(".")[2]], about)


# --- queries ----------------------------------------------------------------------------------


@dataclass
class _Queries:
    answerer: Answerer
    site: _Site
    questions: Mapping[str, Question]
    graphs: Mapping[str, int]
    at_once: int
    waiting: int = 0
    slow: int = 0
    turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.turns = asyncio.Semaphore(self.at_once)

    async def sparql(self, request: Request) -> Response:
        """SPARQL 1.1 Protocol; asked nothing, it tells what it is, to people by the query page."""
        fields = request.query_params.multi_items()
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
        values = request.query_params.multi_items()
        if len(dict(values)) < len(values):
            raise HTTPException(400, "a parameter is there twice; ask once for each value")
        asked = Asked(question=name, values=dict(values), rows=_ANSWERS.get(suffix, ""))
        return await self._answer(request, asked)

    async def _answer(self, request: Request, asked: Asked) -> Response:
        rows = asked.rows or match(request, ROWS)
        asked = replace(asked, rows=rows, triples=match(request, TRIPLES))
        if self.waiting > 16 * self.at_once:
            sentence = "too many queries are waiting; ask again in some seconds"
            raise HTTPException(503, sentence, {"Retry-After": "5"})
        self.waiting += 1
        try:
            reply = await self._in_turn(asked)
        finally:
            self.waiting -= 1
        headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
        return _response(reply.body, reply.media, headers, reply.status)

    async def _in_turn(self, asked: Asked) -> Reply:
        """The answer; a query that is not quick goes on beside the others, if there is room."""
        async with self.turns:
            answer = asyncio.ensure_future(self.answerer.ask(asked))
            await asyncio.wait({answer}, timeout=_QUICK)
            if answer.done() or self.slow == self.at_once:
                return await answer
            self.slow += 1
        try:
            return await answer
        finally:
            self.slow -= 1

    async def _description(self, request: Request) -> Response:
        media = choose(request, [*TRIPLES, *_PAGE])
        if media in _PAGE:
            return await self.site.file(
                request, "sparql.html", {"Content-Location": "/sparql.html"}
            )
        endpoint = str(request.url.replace(query=""))
        triples = describe(endpoint, metadata(), self.graphs)
        return _response(rdf(triples, media), media, {"Vary": "Accept"})


async def _posted(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, or a bare query as one."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-update":
        raise HTTPException(403, _READ_ONLY)
    if kind not in {_FORM, _QUERY}:
        raise HTTPException(
            415, f"a query is posted as {_QUERY} or {_FORM}, not as {kind or 'it is'}"
        )
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_QUERY:
            raise HTTPException(413, f"a query has at most {MAX_QUERY >> 20} MiB")
    try:
        text = body.decode()
        if kind == _QUERY:
            return [("query", text)]
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        raise HTTPException(400, "the query is not in UTF-8") from None
