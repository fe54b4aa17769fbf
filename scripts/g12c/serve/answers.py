"""The process that answers queries: it holds the store and forks for each of them.

It is made before the server has threads, since only a process of one thread forks safely. The child
for a query gives it to a limited process (`guests`), and so does nothing but wait and spell the
answer; nothing that a query does reaches the store, the server or another query.
"""

import asyncio
import json
import os
import shutil
import signal
import socketserver
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NoReturn

import pyoxigraph as ox

from ..errors import G12cError
from ..guests import Graphs, run_guest
from ..limits import LimitError
from ..questions import Question, values_of
from ..turtle import write

ROWS: Final = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
}
"""Media types for the rows of a SELECT and the answer of an ASK; the first is the usual one. Not
application/xml, which every browser likes better than what it can show."""

TRIPLES: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media types for the triples of a CONSTRUCT or DESCRIBE, and for RDF in general."""

MAX_ROWS: Final = 100_000
"""The most rows or triples of an answer."""


@dataclass(frozen=True)
class Asked:
    """A ``query``, or the name of a stored ``question`` with values as a user types them.

    ``graphs`` are the IRIs (default, named) of the protocol's dataset, if it is chosen; ``rows``
    and ``triples`` the media types that suit the client, empty if none of ours does.
    """

    query: str = ""
    question: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    graphs: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    rows: str = ""
    triples: str = ""


@dataclass(frozen=True)
class Reply:
    """An HTTP status, and a body of a media type; if it is not 200, a sentence."""

    status: int
    media: str
    body: bytes


def answer(
    store: ox.Store, questions: Mapping[str, Question], asked: Asked, seconds: float
) -> Reply:
    """The whole answer, or why there is none: 400, 406 or, beyond a bound, 503."""
    try:
        text, name = asked.query, "query"
        if asked.question:
            question = questions[asked.question]
            text, name = question.bind(values_of(store, question, asked.values)), question.name
        graphs = Graphs(*map(tuple, asked.graphs)) if asked.graphs else None
        result = run_guest(store, text, name, graphs, seconds=seconds, most=MAX_ROWS)
    except LimitError as error:
        return refusal(503, str(error))
    except G12cError as error:
        return refusal(400, str(error))
    if isinstance(result, list):
        if not asked.triples:
            return refusal(406, f"the answer is triples, which come as {', '.join(TRIPLES)}")
        return Reply(200, asked.triples, rdf(result, asked.triples))
    if not asked.rows:
        return refusal(406, f"the answer is no triples, and comes as {', '.join(ROWS)}")
    return Reply(200, asked.rows, result.serialize(format=ROWS[asked.rows]) or b"")


def rdf(triples: list[ox.Triple], media: str) -> bytes:
    """Triples in one of the media types of `TRIPLES`."""
    if media == "text/turtle":
        return write(triples).encode()
    return ox.serialize(triples, format=TRIPLES[media]) or b""


def refusal(status: int, sentence: str) -> Reply:
    """A reply that says why there is no other."""
    return Reply(status, "text/plain", f"{sentence}\n".encode())


# --- the process ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answerer:
    """The process that answers: where it is asked, and its number, which is its group's too."""

    socket: str
    group: int

    async def ask(self, asked: Asked) -> Reply:
        """What `answer` gives there; 503 if the process is gone."""
        try:
            reader, writer = await asyncio.open_unix_connection(self.socket)
            writer.write(json.dumps(asdict(asked)).encode())
            writer.write_eof()
            head, _, body = (await reader.read()).partition(b"\n")
            writer.close()
            status, media = json.loads(head)
        except (OSError, ValueError):
            return refusal(
                503, "the server is ending, or its process for queries did; start it anew"
            )
        return Reply(status, media, body)

    def end(self) -> None:
        """End it and what it is at; who waits is told that it is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)


@contextmanager
def answering(
    store: ox.Store, questions: Mapping[str, Question], seconds: float
) -> Iterator[Answerer]:
    """The process, for as long as the context is open; to be called before there is a thread."""
    with TemporaryDirectory(prefix="g12c-") as folder:
        address = str(Path(folder) / "socket")
        with _Process(address, _Handler) as process:
            child = os.fork()
            if not child:
                process.store, process.questions, process.seconds = store, questions, seconds
                _serve(process)
        os.setpgid(child, child)  # so that Ctrl-C does not reach it, nor what it is at
        answerer = Answerer(address, child)
        try:
            yield answerer
        finally:
            answerer.end()
            os.waitpid(child, 0)


class _Process(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 128
    store: ox.Store
    questions: Mapping[str, Question]
    seconds: float
    parent = 0

    def service_actions(self) -> None:
        """Now and then: end with the server, however that ended."""
        super().service_actions()
        if os.getppid() != self.parent:
            shutil.rmtree(Path(str(self.server_address)).parent, ignore_errors=True)
            os.killpg(0, signal.SIGKILL)


class _Handler(socketserver.StreamRequestHandler):
    server: _Process

    def handle(self) -> None:
        """Answer one query, in a child of the process."""
        asked = Asked(**json.loads(self.rfile.read()))
        server = self.server
        reply = answer(server.store, server.questions, asked, server.seconds)
        self.wfile.write(json.dumps([reply.status, reply.media]).encode() + b"\n" + reply.body)


def _serve(process: _Process) -> NoReturn:
    """Be the process."""
    try:
        process.parent = os.getppid()
        process.serve_forever()
    finally:
        os._exit(1)
