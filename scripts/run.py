"""Set the project up once, then run it: ``python3 scripts/run.py [COMMAND [ARGUMENT…]]``.

Without a command it does the main job, ``g12c build``; ``test`` runs all tests, ``test ARGUMENT…``
pytest with these arguments; ``site`` alone is ``g12c serve``, which makes each page when it is
asked for; everything else goes to the command line of g12c as it stands.

Needs Python 3.11 or newer with venv, and nothing else. The locked packages go to ``.venv`` in the
project, which is made afresh when a lock file or the version of Python has changed, or when making
it was cut short. Only that needs the network.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = [
    ROOT / "requirements-build.lock",  # what builds those of the next that come as source only
    ROOT / "requirements.lock",
]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "g12c.stamp"
BUSY = VENV / "g12c.lock"
WHOLE = ["--numprocesses=auto", "--dist=loadfile"]
"""How all tests run: on all processors, each file on one."""


class SetUpError(Exception):
    """The project cannot be set up; the text says why and what to do."""


def main(arguments: list[str]) -> int:
    """Set up if need be and run the command; return its exit code, or 2 if there is no way to."""
    try:
        if sys.version_info < (3, 11):
            raise SetUpError(f"needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        if not is_ready():
            set_up()
    except SetUpError as error:
        say(str(error))
        return 2
    except OSError as error:
        say(f"cannot set up {VENV}: {error}")
        return 2
    except KeyboardInterrupt:
        say("interrupted; the next run sets up afresh")
        return 130
    if arguments[:1] == ["test"]:
        os.chdir(ROOT)
        command = ["pytest", *(arguments[1:] or WHOLE)]
    else:
        whole = {(): ["build"], ("site",): ["serve"]}
        command = ["g12c", *whole.get(tuple(arguments), arguments)]
    return run([str(PYTHON), "-P", "-m", *command])


def is_ready() -> bool:
    """Whether ``.venv`` was made to the end, from these lock files, for this Python."""
    try:
        return STAMP.read_bytes() == stamp() and os.access(PYTHON, os.X_OK)
    except FileNotFoundError:
        return False


def stamp() -> bytes:
    """What ``.venv`` is made from: the version of Python and the digest of the lock files."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in LOCKS)).hexdigest()
    return f"{sys.implementation.cache_tag} {digest}\n".encode()


def set_up() -> None:
    """Make ``.venv``; raise `SetUpError` if that cannot be done."""
    import time
    from importlib.util import find_spec

    if find_spec("ensurepip") is None:
        raise SetUpError(
            "this Python cannot make virtual environments: its modules venv and ensurepip are "
            "missing.\nOn Debian and Ubuntu install them with\n"
            f"    apt install python3-venv    (or python3.{sys.version_info[1]}-venv)\n"
            "and run the same command again."
        )
    VENV.mkdir(exist_ok=True)
    with BUSY.open("a", encoding="utf-8") as busy:
        wait_for(busy.fileno())
        if is_ready():
            return
        start = time.monotonic()
        say("setting up .venv, once; this downloads about 80 MB")
        clear()
        # The interpreter below us may be the one in .venv, which is gone by now.
        base = getattr(sys, "_base_executable", sys.executable)
        work([base, "-P", "-m", "venv", str(VENV)], busy.fileno())
        pip = [str(PYTHON), "-P", "-m", "pip", "install", "--disable-pip-version-check"]
        # Without isolation: an isolated build would fetch its tools unlocked.
        pip += ["--no-input", "--progress-bar=off", "--require-hashes", "--no-build-isolation"]
        for lock in LOCKS:
            work([*pip, "-r", str(lock)], busy.fileno())
        STAMP.write_bytes(stamp())
        say(f"set up in {time.monotonic() - start:.0f} s")


def wait_for(busy: int) -> None:
    """Hold the lock on the open file ``busy``, so that two runs never set up at once."""
    if sys.platform == "win32":  # there is no flock there
        return
    import fcntl

    try:
        fcntl.flock(busy, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting for another run that is setting up .venv")
        fcntl.flock(busy, fcntl.LOCK_EX)


def clear() -> None:
    """Empty ``.venv``, the stamp first; the lock stays, since others may be waiting for it."""
    import shutil

    STAMP.unlink(missing_ok=True)
    for path in VENV.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != BUSY:
            path.unlink()


def work(command: list[str], busy: int) -> None:
    """Run one step of setting up, showing on a terminal what it is at.

    The step inherits the lock: if we are killed and it lives on, the next run waits for its end.
    """
    import subprocess

    log = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment(),
        pass_fds=() if os.name == "nt" else (busy,),
    ) as process:
        for line in process.stdout or ():
            log.append(line.rstrip())
            if sys.stderr.isatty() and line.startswith(("Collecting", "Building", "Installing")):
                print(
                    f"\r\033[K  {' '.join(line.split()[:2])}", end="", file=sys.stderr, flush=True
                )
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    if process.returncode:
        raise SetUpError(why("\n".join(log)))


def why(log: str) -> str:
    """What to tell of a step that failed with this ``log``."""
    lines = log.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("ERROR")), -10)
    reason = "\n".join(f"    {line}" for line in lines[start:])
    signs = ("from versions: none", "connection broken", "Max retries", "timed out")
    if any(sign in log for sign in signs):
        return (
            "cannot get the locked packages: no network, or pip's package index does not answer. "
            f"Setting up needs it, once.\n{reason}\n"
            "Connect, or point pip at an index you can reach, and run the same command again."
        )
    return f"setting up .venv failed; the next run sets up afresh.\n{reason}"


def environment() -> dict[str, str]:
    """Our environment variables, but modules come from ``.venv`` and the project, nowhere else."""
    own = {"PYTHONPATH": str(ROOT / "scripts"), "PIP_USER": "0"}
    return {name: os.environ[name] for name in os.environ if name != "PYTHONHOME"} | own


def run(command: list[str]) -> int:
    """Become ``command``; where a process cannot do that, wait for it and return its exit code."""
    if os.name != "nt":
        os.execve(command[0], command, environment())
    import subprocess

    return subprocess.call(command, env=environment())


def say(text: str) -> None:
    """Tell the person in front of the terminal."""
    print(f"g12c: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
