"""Work on other people's files in a process of its own, which can do nothing but compute.

The child may open no file and no socket, and has bounds on time, memory and the size of what it
returns; so whatever a document or a query makes a parser or an engine do ends in a sentence.
Where the system has no `fork` the work is done in place, behind the front door's checks alone.
"""

import io
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, NoReturn

from .errors import G12cError, printable

SECONDS: Final = 8.0
"""How long the work on the files of one command may take."""

MAX_MEMORY: Final = 1 << 30
"""What the child may take beside what its parent holds already, in bytes of address space."""

MAX_RESULT: Final = 64 << 20
"""The most bytes that the child may return."""


class LimitError(G12cError):
    """The work went beyond a bound."""


Work = Callable[[BinaryIO], int]
"""What is done: it writes its result and returns a status below `_FAILED`."""

_FAILED, _NO_MEMORY = 100, 101
_END: Final = b"\0"
"""What stands before the sentence of a failure, since part of a result may precede it."""


def here(work: Work) -> tuple[int, bytes]:
    """Status and result of ``work``, done in this process."""
    out = io.BytesIO()
    return work(out), out.getvalue()


def limited(
    work: Work,
    name: str,
    seconds: float = SECONDS,
    *,
    most: int = MAX_RESULT,
    other: int | None = None,
) -> tuple[int, bytes]:
    """Status and result of ``work``, done in a limited process on what the user calls ``name``.

    ``most`` is the size of the result in bytes. ``other`` is a socket at whose other end somebody
    waits, who sends nothing more: when that is closed the work is ended.

    Everything that the work needs must be open or imported before. Raises `G12cError` with the
    sentence of the one that the work raised, and `LimitError` if it went beyond a bound.
    """
    if not hasattr(os, "fork"):
        return here(work)
    sys.stdout.flush()
    sys.stderr.flush()
    result, pipe = os.pipe()
    child = os.fork()
    if not child:
        _become(work, pipe, name, seconds, other)
    os.close(pipe)
    try:
        data = _read(result, name, seconds, most, other)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(result)
        _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        raise LimitError(f"{name}: {_why_killed(os.WTERMSIG(ended), seconds)}")
    status = os.WEXITSTATUS(ended)
    if status == _NO_MEMORY:
        raise LimitError(f"{name}: {_TOO_LARGE}")
    if status == _FAILED:
        raise G12cError(data.rpartition(_END)[2].decode())
    return status, data


_TOO_LARGE: Final = f"needs more than {MAX_MEMORY >> 20} MiB of memory for itself; make it smaller"


def _too_slow(seconds: float) -> str:
    return f"takes more than {seconds:g} s; make it smaller"


def _why_killed(number: int, seconds: float) -> str:
    if number == signal.SIGXCPU:
        return _too_slow(seconds)
    if number == signal.SIGABRT:
        return _TOO_LARGE
    return f"is nested too deep or too large for the engine ({signal.strsignal(number)})"


def _read(pipe: int, name: str, seconds: float, most: int, other: int | None) -> bytes:
    """All that comes out of a pipe; raises `LimitError` if it is too much or too slow."""
    end = time.monotonic() + seconds
    data = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        if other is not None:
            selector.register(other, selectors.EVENT_READ)
        while ready := selector.select(max(end - time.monotonic(), 0)):
            if any(key.fd == other for key, _ in ready):
                raise LimitError(f"{name}: nobody waits for it")
            chunk = os.read(pipe, 1 << 20)
            if not chunk:
                return bytes(data)
            data += chunk
            if len(data) > most:
                raise LimitError(f"{name}: gives more than {most >> 20} MiB; ask for less")
    raise LimitError(f"{name}: {_too_slow(seconds)}")


def _become(work: Work, pipe: int, name: str, seconds: float, other: int | None) -> NoReturn:
    """Be the child: work, write the result into the pipe and exit with the status."""
    status = _FAILED
    try:
        if other is not None:
            os.close(other)  # or who waits there would not see our parent die
        _confine(seconds)
        with open(pipe, "wb") as out:
            try:
                status = work(out)
            except G12cError as error:
                out.write(_END + str(error).encode())
            except MemoryError:
                status = _NO_MEMORY
            except Exception as error:  # a fault of ours, which is no reason for a traceback
                fault = f"{name}: cannot be worked on, report this: {type(error).__name__}: {error}"
                out.write(_END + printable(fault).encode())
    except BaseException:  # whatever happens, the child never goes on as its parent would
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(status)


def _held() -> int:
    """The address space that this process has, in bytes; 0 where the system does not tell."""
    try:
        pages, *_ = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _confine(seconds: float) -> None:
    import resource

    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):  # an engine that aborts says so there
        os.dup2(nowhere, standard)
    for limit, value in (
        (resource.RLIMIT_AS, _held() + MAX_MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(limit, (least, least))
