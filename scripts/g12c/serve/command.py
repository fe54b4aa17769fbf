"""``g12c serve``: the publication and its queries on this machine, until Ctrl-C."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ..arguments import seconds
from ..errors import G12cError

if TYPE_CHECKING:
    from socket import socket
    from types import FrameType

AT_ONCE: Final = 4
"""Half of how many queries are at work at most; each may take `limits.MAX_MEMORY`."""

CONNECTIONS: Final = 256
"""The most that are served at once; who asks on one more is told to come again."""

HOST, PORT = "127.0.0.1", 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--host", default=HOST, help=f"default: {HOST}, for this machine only")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}; 0: any free one")
    parser.add_argument("--seconds", type=seconds, help="the most one query may take (default: 8)")


def run(options: argparse.Namespace, report: Callable[[str], None]) -> None:
    """Serve as the options say; see `serve`."""
    serve(report, options.host, options.port, options.seconds)


def serve(
    report: Callable[[str], None],
    host: str = HOST,
    port: int = PORT,
    limit: float | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; ``report`` gets a line when there is something to know.

    Raises `G12cError` if the extra is not installed, the address cannot be had or the data is not
    fit to publish.
    """
    import os
    import signal
    from contextlib import suppress
    from importlib.util import find_spec

    for module in ("starlette", "uvicorn", "werkzeug"):
        if find_spec(module) is None:
            raise G12cError(
                f"g12c serve needs {module}, which is not installed; "
                "in a checkout run: pip install '.[serve]'"
            )
    if not hasattr(os, "fork"):
        raise G12cError(
            "g12c serve needs Linux, macOS or WSL, since each query runs in a forked process; "
            "g12c site writes the pages into a folder"
        )

    from ..limits import SECONDS
    from ..questions import all_questions
    from ..sources import find_sources
    from ..store import graph_sizes, load
    from .answers import answering

    _allow_descriptors()
    sources = find_sources()
    with _listen(host, port) as listener, suppress(KeyboardInterrupt):
        store = load(sources, report)
        questions = {question.name: question for question in all_questions(sources)}
        with answering(store, questions, limit or SECONDS) as answerer:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            import uvicorn

            from .app import application, contents

            class Server(uvicorn.Server):
                def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
                    answerer.end()  # or the server would wait for the queries at work
                    super().handle_exit(sig, frame)

            graphs = graph_sizes(store)
            app = application(contents(sources), answerer, questions, graphs, AT_ONCE)
            config = uvicorn.Config(
                app,
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                headers=[("X-Content-Type-Options", "nosniff")],
                http="h11",  # what we are tested with, whatever else is installed
                loop="asyncio",
                ws="none",
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=2,
            )
            address = f"http://{_shown(listener)}/"
            report(f"pages and data  {address}")
            report(f"SPARQL 1.1      {address}sparql")
            report(f"questions       {address}api/openapi.json")
            report("Ctrl-C ends it")
            Server(config).run(sockets=[listener])
    if answerer.lost:
        raise G12cError("the process that answers queries was killed; start the server anew")


def _allow_descriptors() -> None:
    """As many as `CONNECTIONS` and their queries need, if they may be had; macOS gives 256."""
    import resource
    from contextlib import suppress

    enough = 2 * CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < enough:
        with suppress(ValueError, OSError):
            least = enough if hard == resource.RLIM_INFINITY else min(enough, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (least, hard))


def _listen(host: str, port: int) -> "socket":
    import socket

    if not host:
        raise G12cError("no host; 0.0.0.0 opens the server to other machines")
    if not 0 <= port < 1 << 16:
        raise G12cError(f"port {port}: a port is a number up to 65535")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]
        way = "choose another: g12c serve --port PORT, or --host HOST"
        raise G12cError(f"{host} port {port}: {reason}; {way}") from None
    # For its connections, which inherit it: without it their second request takes 40 ms. asyncio
    # does not set it where a socket's protocol is not named.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _shown(listener: "socket") -> str:
    host, port, *_ = listener.getsockname()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
