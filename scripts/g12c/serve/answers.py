"""The process that answers queries: it holds the store and forks for each of them.

It is made before the server has threads, since only a process of one thread forks safely. The child
for a query has it answered and spelt in a limited process, to which it only listens; nothing that a
query does reaches the store, the server or another query.
"""

import asyncio
import io
import json
import os
import shutil
import signal
import socketserver
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final, NoReturn
from xml.parsers import expat

import pyoxigraph as ox

from .. import datatypes  # noqa: F401 - a limited process imports nothing
from ..errors import G12cError
from ..guests import Graphs, evaluate, prepare
from ..limits import LimitError, limited
from ..namespaces import PREFIXES
from ..questions import Question, values_of
from ..turtle import write

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

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

MAX_ANSWER: Final = 16 << 20
"""The most bytes of an answer."""

_ON_THE_WAY: Final = 8 * MAX_ANSWER
"""The most bytes of rows in JSON, which is long-winded and in which they are counted."""


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


_DYING: Final = 0.1
"""Seconds within which a process that has closed its sockets has ended."""

_IN_ROWS, _IN_TRIPLES, _NOT_ACCEPTABLE, _TOO_LARGE = range(4)
"""What the limited process says of the answer that it gives."""


def answer(
    store: ox.Store,
    questions: Mapping[str, Question],
    asked: Asked,
    seconds: float,
    other: int | None = None,
) -> Reply:
    """The whole answer, or why there is none.

    That is 400 or 406; 413 for an answer beyond its bounds, which it will be next time too; and 503
    for a query beyond its own, of time and memory, and where the system has no room for it.
    ``other`` is a socket whose end means that nobody waits.
    """
    name = asked.question or "query"

    def work(out: BinaryIO) -> int:
        text = asked.query
        if asked.question:
            question = questions[asked.question]
            text = question.bind(values_of(store, question, asked.values))
        graphs = Graphs(*map(tuple, asked.graphs)) if asked.graphs else None
        result = evaluate(store, text, name, graphs)
        if isinstance(result, ox.QueryTriples):
            return _spell_triples(result, asked.triples, out)
        return _spell_rows(result, asked.rows, out)

    try:
        said, body = limited(work, name, seconds, most=MAX_ANSWER, other=other)
    except LimitError as error:
        return refusal(503, str(error))
    except G12cError as error:
        return refusal(400, str(error))
    except OSError as error:
        return refusal(503, no_room(error))
    status = {_NOT_ACCEPTABLE: 406, _TOO_LARGE: 413}.get(said)
    if status:
        return Reply(status, "text/plain", body)
    return Reply(200, asked.triples if said == _IN_TRIPLES else asked.rows, body)


def _spell_rows(result: ox.QuerySolutions | ox.QueryBoolean, media: str, out: BinaryIO) -> int:
    if not media:
        return _no_form("the answer is no triples", ROWS, out)
    room = _Room()
    try:
        result.serialize(room, ox.QueryResultsFormat.JSON)
    except _NoRoomError:
        return _too_large(f"{_ON_THE_WAY >> 20} MiB in JSON", out)
    data = room.getvalue()
    if isinstance(result, ox.QuerySolutions):
        rows = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
        if sum(1 for _ in rows) > MAX_ROWS:  # type: ignore[union-attr, misc]
            return _too_large(f"{MAX_ROWS} rows", out)
    if ROWS[media] != ox.QueryResultsFormat.JSON:
        again = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
        data = again.serialize(format=ROWS[media]) or b""
    if media.endswith("xml") and (fault := _xml_fault(data)):
        return _no_form(f"the answer cannot be said in XML ({fault})", ROWS, out)
    return _give(data, _IN_ROWS, out)


class _NoRoomError(Exception):
    """There was more to write than there is room for."""


class _Room(io.BytesIO):
    """Where rows are written, as long as there is room."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write it, or raise `_NoRoomError`."""
        if self.tell() > _ON_THE_WAY:
            raise _NoRoomError
        return super().write(data)


def _spell_triples(result: ox.QueryTriples, media: str, out: BinaryIO) -> int:
    if not media:
        return _no_form("the answer is triples", TRIPLES, out)
    triples = list(islice(result, MAX_ROWS + 1))
    if len(triples) > MAX_ROWS:
        return _too_large(f"{MAX_ROWS} triples", out)
    try:
        data = rdf(triples, media)
    except ValueError as error:
        return _no_form(f"the answer cannot be said in {media} ({error})", TRIPLES, out)
    return _give(data, _IN_TRIPLES, out)


def _give(data: bytes, said: int, out: BinaryIO) -> int:
    if len(data) > MAX_ANSWER:
        return _too_large(f"{MAX_ANSWER >> 20} MiB", out)
    out.write(data)
    return said


def rdf(triples: list[ox.Triple], media: str) -> bytes:
    """Triples in one of the media types of `TRIPLES`; raises `ValueError` if that has no way."""
    if media == "text/turtle":
        try:
            return write(triples).encode()
        except G12cError:  # blank nodes in a ring, say, for which there is no house spelling
            return ox.serialize(triples, format=TRIPLES[media], prefixes=dict(PREFIXES)) or b""
    data = ox.serialize(triples, format=TRIPLES[media]) or b""
    if media.endswith("xml") and (fault := _xml_fault(data)):
        raise ValueError(fault)
    return data


def _xml_fault(data: bytes) -> str:
    """Why it is no well-formed XML, which has no place for every character and every predicate."""
    try:
        expat.ParserCreate().Parse(data, True)
    except expat.ExpatError as error:
        return str(error)
    return ""


def _no_form(why: str, forms: Mapping[str, object], out: BinaryIO) -> int:
    out.write(f"{why}; it comes as {', '.join(forms)}\n".encode())
    return _NOT_ACCEPTABLE


def _too_large(most: str, out: BinaryIO) -> int:
    sentence = f"the answer is more than {most}; ask for less, or in parts by LIMIT and OFFSET\n"
    out.write(sentence.encode())
    return _TOO_LARGE


def refusal(status: int, sentence: str) -> Reply:
    """A reply that says why there is no other."""
    return Reply(status, "text/plain", f"{sentence}\n".encode())


def no_room(error: OSError) -> str:
    """The sentence for what the system refuses for now: a file, a socket, a process."""
    why = error.strerror or type(error).__name__
    return f"the server has no room for this now ({why}); ask again in some seconds"


# --- the process ------------------------------------------------------------------------------


@dataclass
class Answerer:
    """The process that answers: its socket, and its number, which is its group's too."""

    socket: str
    group: int
    ended: bool = False
    lost: bool = False

    async def ask(self, asked: Asked) -> Reply:
        """What `answer` gives there, unless this is cancelled, which ends the work there.

        503 if that is lost on the way; if the process itself is gone, this one is told to end.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(self.socket)
            try:
                writer.write(json.dumps(asdict(asked)).encode() + b"\n")
                head, _, body = (await reader.read()).partition(b"\n")
            finally:
                writer.close()
        except OSError as error:
            return refusal(503, await self._why_lost() or no_room(error))
        with suppress(ValueError):
            status, media, size = json.loads(head)
            if len(body) == size:
                return Reply(status, media, body)
        why = await self._why_lost() or "the answer was lost; ask again in some seconds"
        return refusal(503, why)

    async def _why_lost(self) -> str:
        """That the server is ending, if it is: if the process is gone, it is made to."""
        await asyncio.sleep(_DYING)
        if not self.ended and os.waitpid(self.group, os.WNOHANG)[0]:
            self.lost = True
            self.end()  # it may have left children
            os.kill(os.getpid(), signal.SIGTERM)
        return "the server is ending" if self.ended else ""

    def end(self) -> None:
        """End it and what it is at."""
        if not self.ended:
            self.ended = True
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)

    def wait(self) -> None:
        """Return when it has ended."""
        if not self.lost:
            os.waitpid(self.group, 0)


@contextmanager
def answering(
    store: ox.Store, questions: Mapping[str, Question], seconds: float
) -> Iterator[Answerer]:
    """The process, for as long as the context is open; to be called before there is a thread.

    Raises `G12cError` if it cannot be made.
    """
    with TemporaryDirectory(prefix="g12c-") as folder:
        address = str(Path(folder) / "socket")
        try:
            process = _Process(address, _Handler)
        except OSError as error:
            raise G12cError(f"{address}: cannot be a socket: {error}; set TMPDIR") from None
        with process:
            process.store, process.questions, process.seconds = store, questions, seconds
            process.parent = os.getpid()
            child = os.fork()
            if not child:
                _serve(process)
        _be_group(child)
        answerer = Answerer(address, child)
        try:
            yield answerer
        finally:
            answerer.end()
            answerer.wait()


class _Process(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    request_queue_size = 128
    store: ox.Store
    questions: Mapping[str, Question]
    seconds: float
    parent: int

    def service_actions(self) -> None:
        """Now and then: end with the server, however that ended."""
        super().service_actions()
        if os.getppid() != self.parent:
            shutil.rmtree(Path(str(self.server_address)).parent, ignore_errors=True)
            os.killpg(0, signal.SIGKILL)

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell a fault of ours; what the system refuses is told to who asks."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(socketserver.StreamRequestHandler):
    server: _Process

    def handle(self) -> None:
        """Answer one query, in a child of the process."""
        asked = Asked(**json.loads(self.rfile.readline()))
        server, other = self.server, self.connection.fileno()
        reply = answer(server.store, server.questions, asked, server.seconds, other)
        head = json.dumps([reply.status, reply.media, len(reply.body)]).encode()
        with suppress(OSError):  # nobody waits any more
            self.wfile.write(head + b"\n" + reply.body)


def _be_group(process: int) -> None:
    """Let a process lead a group, so that it ends with its children and not by Ctrl-C."""
    with suppress(OSError):  # it does so itself, and may have been first
        os.setpgid(process, process)


def _serve(process: _Process) -> NoReturn:
    """Be the process."""
    try:
        _be_group(os.getpid())
        prepare()
        process.serve_forever()
    finally:
        os._exit(1)
