"""Apache Jena and Virtuoso as SPARQL servers, from Debian's packages, empty, for one test run."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from g12c.remote import GraphStore, Server

JARS = Path("/usr/share/java")
START = 120
"""Seconds that a server may take to start on a busy machine."""


@dataclass(frozen=True)
class Running:
    """A running server: where it is asked, where it is filled, and its process."""

    server: Server
    graph_store: GraphStore
    update: str
    process: int


class NotInstalledError(Exception):
    """The engine is not on this machine; the text says what to install."""


@contextmanager
def jena(folder: Path, timeout: float = 60) -> Iterator[Running]:
    """Jena's ARQ over an in-memory dataset; ``folder`` is for its files.

    Raises `NotInstalledError`.
    """
    if not (JARS / "jena-arq.jar").exists() or shutil.which("javac") is None:
        raise NotInstalledError("apt-get install libapache-jena-java default-jdk-headless")
    # Debian's jar lacks this file, and nothing in Jena starts without it.
    messages = folder / "xerces/impl/xpath/regex/message.properties"
    messages.parent.mkdir(parents=True)
    messages.touch()
    command = ["java", "-cp", f"{folder}:{JARS}/*", str(Path(__file__).with_name("Jena.java"))]
    with (
        (folder / "jena.log").open("wb") as log,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        try:
            port = (process.stdout.readline() if process.stdout else b"").strip().decode()
            if not port:
                raise RuntimeError((folder / "jena.log").read_text())
            base = f"http://127.0.0.1:{port}"
            yield Running(
                Server(f"{base}/sparql", timeout),
                GraphStore(f"{base}/store", timeout),
                f"{base}/update",
                process.pid,
            )
        finally:
            process.kill()


_SETTINGS = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{port}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 4
Charset = UTF-8
[SPARQL]
[Client]
[VDB]
[Replication]
ServerName = g12c
ServerEnable = 0
"""


@contextmanager
def virtuoso(folder: Path, timeout: float = 60, buffers: int = 20_000) -> Iterator[Running]:
    """Virtuoso with its database in ``folder`` and ``buffers`` pages of 8 KiB in memory.

    Sets ``NETRC``, so that the login of its administrator is at hand. Raises `NotInstalledError`.
    """
    program = shutil.which("virtuoso-t")
    if program is None:
        raise NotInstalledError("apt-get install virtuoso-opensource")
    port, http = _free_port(), _free_port()
    settings = _SETTINGS.format(port=port, http=http, buffers=buffers, dirty=buffers // 4 * 3)
    (folder / "virtuoso.ini").write_text(settings)
    logins = folder / "netrc"
    logins.write_text("machine 127.0.0.1 login dba password dba\n")
    logins.chmod(0o600)
    before = os.environ.get("NETRC")
    os.environ["NETRC"] = str(logins)
    base = f"http://127.0.0.1:{http}"
    with subprocess.Popen(
        [program, "+foreground", "+configfile", "virtuoso.ini"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(f"{base}/sparql", process, folder / "virtuoso.log")
            yield Running(
                Server(f"{base}/sparql", timeout),
                GraphStore(f"{base}/sparql-graph-crud-auth", timeout),
                f"{base}/sparql-auth",
                process.pid,
            )
        finally:
            process.kill()
            if before is None:
                del os.environ["NETRC"]
            else:
                os.environ["NETRC"] = before


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=5):  # noqa: S310 the loopback address
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text() if log.exists() else ''}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
