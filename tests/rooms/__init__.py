"""Rooms: virtual environments of their own for the checkers that other people publish.

Those bring hundreds of megabytes and old pins, and are never dependencies of g12c. A room is a
``NAME.lock``, compiled from ``NAME.in``, and a checker ``check_NAME.py`` that runs in it, without
network, or a command that the room brings. ``python3 tests/rooms [NAME…]`` makes rooms, which needs
the network, in the user's cache. A test skips with that advice if its room is not there, unless
``G12C_ROOMS=make`` has it made, so that nothing is skipped where that is set.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.lock"))

# The checker runs under the ban on network that holds for every test.
_OFFLINE = """
import runpy, sys
runpy.run_path(sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def folder(name: str) -> Path:
    """Where the room for this lock file and this Python stands, or will stand."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256((HERE / f"{name}.lock").read_bytes()).hexdigest()
    return cache / "g12c" / "rooms" / f"{name}-{sys.implementation.cache_tag}-{digest[:16]}"


def make(name: str) -> Path:
    """Make a room if it is not there, whole or not at all, and return its Python."""
    room = folder(name)
    python = room / "bin" / "python"
    done = room / "done"
    if not done.exists():
        shutil.rmtree(room, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(room)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Without isolation: an isolated build would fetch its tools unlocked.
        pip += ["--require-hashes", "--no-build-isolation"]
        for lock in (HERE.parents[1] / "requirements-build.lock", HERE / f"{name}.lock"):
            subprocess.run([*pip, "-r", str(lock)], check=True)
        done.touch()
    return python


def python(name: str) -> Path:
    """The Python of a room; skip the test if there is no room."""
    import pytest

    if os.environ.get("G12C_ROOMS") != "make" and not (folder(name) / "done").exists():
        pytest.skip(f"room {name} is not made; run: python3 tests/rooms {name}")
    return make(name)


def check(name: str, *arguments: str | Path) -> str:
    """Run the checker of a room and return what it prints; skip the test if there is no room.

    Raises `AssertionError` with what it says if the checker finds fault.
    """
    script = str(HERE / f"check_{name.replace('-', '_')}.py")
    command = [str(python(name)), "-I", "-c", _OFFLINE, str(HERE.parent / "offline.py"), script]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout
