"""A release is whole or not there, whatever fails, and says of itself whether it is right."""

import errno
import fcntl
import hashlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Container
from pathlib import Path

import pyoxigraph as ox
import pytest

from g12c import release
from g12c.errors import G12cError
from g12c.release import rdfc_hash, verify_release, write_release

OLD = {"g12c.ttl": b"old\n", "tables/matrix.csv": b"a,b\n", "gone.txt": b""}
NEW = {"g12c.ttl": b"new\n", "tables/matrix.csv": b"a,c\n", "tables/deep/er.json": b"{}\n"}


def contents(target: Path) -> dict[str, bytes]:
    """All files of a release but its sums."""
    return {
        path.relative_to(target).as_posix(): path.read_bytes()
        for path in target.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }


def beside(target: Path) -> set[str]:
    """What stands in the target's folder."""
    return {path.name for path in target.parent.iterdir()}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A place for a release that has one already."""
    place = tmp_path / "here" / "dist"
    write_release(place, OLD)
    return place


@pytest.fixture(params=["exchange", "two renames"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the exchange of names and, as on systems without it, with two renames."""
    if request.param == "two renames":
        monkeypatch.setattr(release, "_exchange", lambda _one, _other: False)


@pytest.mark.usefixtures("either_way")
def test_replacement(target: Path) -> None:
    """A release replaces the one before it whole, and leaves only the lock beside it."""
    assert contents(target) == OLD
    write_release(target, NEW)
    assert contents(target) == NEW
    assert verify_release(target) == []
    assert beside(target) == {"dist", ".dist.lock"}


def test_sums(target: Path) -> None:
    """``SHA256SUMS`` is sorted, and ``sha256sum -c`` reads it."""
    write_release(target, dict(reversed(NEW.items())))
    names = [line[66:] for line in (target / "SHA256SUMS").read_text("ascii").splitlines()]
    assert names == sorted(NEW)
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("this system has no sha256sum")
    subprocess.run([program, "--check", "--strict", "SHA256SUMS"], cwd=target, check=True)


def test_permissions(target: Path) -> None:
    """Others can read a release as far as the umask lets them."""
    mask = os.umask(0)
    os.umask(mask)
    assert target.stat().st_mode & 0o777 == 0o777 & ~mask
    assert (target / "g12c.ttl").stat().st_mode & 0o777 == 0o666 & ~mask


def test_link(target: Path) -> None:
    """A link to a release stays a link."""
    link = target.parent.parent / "link"
    link.symlink_to(target)
    write_release(link, NEW)
    assert link.is_symlink()
    assert contents(target) == NEW


class FailingSystem:
    """Counts the calls to the system that change the disk, and refuses some of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand between the release and the system."""
        self.number = 0
        self.refused: Container[int] = ()
        for name in ("open", "write", "fsync", "mkdir", "rename"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))
        monkeypatch.setattr(release, "_exchange", self._counted(release._exchange))  # noqa: SLF001

    def _counted(self, call: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            self.number += 1
            if self.number in self.refused:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return call(*arguments, **options)

        return counted

    def write(self, target: Path, refused: Container[int] = ()) -> G12cError | None:
        """Try to put NEW in place while these calls are refused; return the error, if any."""
        self.number, self.refused = 0, refused
        try:
            write_release(target, NEW)
        except G12cError as error:
            return error
        finally:
            self.refused = ()
        return None


@pytest.mark.usefixtures("either_way")
def test_one_failure(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever one call fails, the old release stays, unless the new one was in place already."""
    system = FailingSystem(monkeypatch)
    assert system.write(target) is None
    write_release(target, OLD)
    errors = 0
    for failing in range(1, system.number + 1):
        error = system.write(target, {failing})
        assert contents(target) == (OLD if error else NEW)
        assert verify_release(target) == []
        assert error is None or "No space left on device" in str(error)
        errors += error is not None
        write_release(target, OLD)
        assert contents(target) == OLD
        assert beside(target) == {"dist", ".dist.lock"}
    assert errors > 20


@pytest.mark.usefixtures("either_way")
def test_lasting_failure(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If every call fails from some point on, no release is lost or half written."""
    system = FailingSystem(monkeypatch)
    assert system.write(target) is None
    write_release(target, OLD)
    for first in range(1, system.number + 1):
        system.write(target, range(first, 10_000))
        with pytest.raises(G12cError, match="cannot be written"):
            write_release(target, {"name": b"", "name/below": b""})  # fails, but cleans up first
        assert contents(target) in (OLD, NEW)
        assert verify_release(target) == []
        assert beside(target) == {"dist", ".dist.lock"}
        write_release(target, OLD)


def test_first_release_failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there was no release, a failing one leaves none."""
    system = FailingSystem(monkeypatch)
    assert system.write(tmp_path / "counted") is None
    outcomes = set()
    for failing in range(1, system.number + 1):
        target = tmp_path / str(failing)
        error = system.write(target, {failing})
        assert target.exists() == (error is None)
        outcomes.add(error is None)
    assert outcomes == {True, False}  # to make a folder that is there may fail without harm


def test_bytes_that_read_back_differently(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that keeps something else than what was written is found out in time."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data).upper()))
    with pytest.raises(G12cError, match=r"reads back differently: .*SHA256SUMS"):
        write_release(target, NEW)
    assert contents(target) == OLD


@pytest.mark.usefixtures("either_way")
def test_power_cut(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file, its folder, and the folder of the release are flushed to the disk."""
    flushed = set()
    fsync = os.fsync

    def recording(descriptor: int) -> None:
        flushed.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recording)
    write_release(target, NEW)
    assert flushed == {path.stat().st_ino for path in (target.parent, target, *target.rglob("*"))}


def test_short_writes(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may take fewer bytes than offered."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:1]))
    write_release(target, NEW)
    assert contents(target) == NEW


WRITER = """
import sys
from pathlib import Path
from g12c import release
if sys.argv[2] == "two renames":
    release._exchange = lambda one, other: False
files = [{f"{n:02}.txt": version * 2000 for n in range(20)} for version in (b"a", b"b")]
print("ready", flush=True)
while True:
    for version in files:
        release.write_release(Path(sys.argv[1]), version)
"""


@pytest.mark.parametrize("way", ["exchange", "two renames"])
def test_killed(tmp_path: Path, way: str) -> None:
    """Killed at any moment, a build leaves a whole release, and the next one leaves no trace."""
    moments = random.Random(2022)  # noqa: S311 - any moments will do
    target = tmp_path / "dist"
    write_release(target, OLD)
    for _ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, target, way], stdout=subprocess.PIPE
        )
        with writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0, 0.05))
            writer.kill()
        if target.exists() or way == "exchange":
            assert verify_release(target) == []
            assert contents(target) == OLD or len(set(contents(target).values())) == 1
        with pytest.raises(G12cError, match="cannot be written"):
            write_release(target, {"name": b"", "name/below": b""})  # fails, but cleans up first
        assert verify_release(target) == []
        assert beside(target) == {"dist", ".dist.lock"}


def test_two_builds(target: Path) -> None:
    """While one build is at work, another one of the same target is told so."""
    with (target.parent / ".dist.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(G12cError, match="Another build is running"):
            write_release(target, NEW)
        write_release(target.with_name("other"), NEW)
    assert contents(target) == OLD
    write_release(target, NEW)


def test_read_only(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be written to gets a message, and the release stays."""

    def refuse(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)  # a real one does not stop the superuser
    with pytest.raises(G12cError, match="Permission denied"):
        write_release(target, NEW)
    monkeypatch.undo()
    assert contents(target) == OLD


def test_disk_full(target: Path) -> None:
    """A file that the system refuses to let grow, here by a limit, leaves the old release."""
    program = (
        "import resource, sys; from pathlib import Path; from g12c.release import write_release\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_release(Path(sys.argv[1]), {'big.nt': b'x' * 5000})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, target],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "G12cError" in done.stderr
    assert "File too large" in done.stderr
    assert contents(target) == OLD
    assert beside(target) == {"dist", ".dist.lock"}


@pytest.mark.parametrize(
    "path", ["notes.txt", "tables/mine.csv"], ids=["at the top", "in a folder of the release"]
)
def test_other_peoples_files(target: Path, path: str) -> None:
    """A directory with files that no release put there is left alone."""
    (target / path).write_text("mine", encoding="utf-8")
    with pytest.raises(G12cError, match=f"no release put there, such as {path}"):
        write_release(target, NEW)
    assert (target / path).read_text("utf-8") == "mine"
    assert contents(target).items() > OLD.items()


def test_directory_that_is_no_release(tmp_path: Path) -> None:
    """Neither a file nor somebody's directory is replaced; an empty directory is."""
    (tmp_path / "file").touch()
    with pytest.raises(G12cError, match="is a file"):
        write_release(tmp_path / "file", NEW)
    (tmp_path / "somebody").mkdir()
    (tmp_path / "somebody/thesis.odt").touch()
    with pytest.raises(G12cError, match=r"such as thesis\.odt"):
        write_release(tmp_path / "somebody", NEW)
    (tmp_path / "empty").mkdir()
    write_release(tmp_path / "empty", NEW)
    assert contents(tmp_path / "empty") == NEW


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../b", "./x", "a//b", "a/", "", "SHA256SUMS", "a\\b", "a\nb", "é"]
)
def test_name(target: Path, name: str) -> None:
    """A name that leaves the release, or that ``sha256sum`` reads differently, is refused."""
    with pytest.raises(G12cError, match="cannot hold a file named"):
        write_release(target, {name: b""})
    assert contents(target) == OLD


def test_verification(target: Path) -> None:
    """Every file changed, added, removed or made a link is named, and so is a broken line."""
    write_release(target, NEW)
    (target / "g12c.ttl").write_bytes(b"newer\n")
    (target / "added").touch()
    (target / "tables/deep/er.json").unlink()
    (target / "tables/matrix.csv").unlink()
    (target / "tables/matrix.csv").symlink_to(target / "g12c.ttl")
    with (target / "SHA256SUMS").open("a", encoding="ascii") as sums:
        sums.write("nonsense\n")
    assert verify_release(target) == [
        "SHA256SUMS:4: not a line of a digest, two spaces and a file name",
        "added is not listed in SHA256SUMS",
        "g12c.ttl differs from its digest in SHA256SUMS",
        "tables/deep/er.json is missing",
        "tables/matrix.csv is not a regular file",
    ]
    (target / "SHA256SUMS").unlink()
    assert "SHA256SUMS cannot be read" in verify_release(target)[0]


def parsed(turtle: str) -> list[ox.Triple]:
    """The triples of a Turtle text."""
    return [quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]


def test_hash_is_that_of_the_canonical_text() -> None:
    """The hash is SHA-256 over the sorted canonical N-Quads of RDFC-1.0."""
    statements = parsed("<x:b> <x:p> 'é' . <x:a> <x:p> [ <x:q> <x:b> ] .")
    canonical = '<x:a> <x:p> _:c14n0 .\n<x:b> <x:p> "é" .\n_:c14n0 <x:q> <x:b> .\n'
    assert rdfc_hash(statements) == hashlib.sha256(canonical.encode()).hexdigest()


def test_hash_depends_on_meaning_only() -> None:
    """Order, repetition and blank node labels do not change the hash; a statement or graph does."""
    one = parsed("<x:a> <x:p> _:n , _:m . _:n <x:q> 1 . _:m <x:q> 2 .")
    other = parsed("_:b <x:q> 1 . _:a <x:q> 2 . <x:a> <x:p> _:a , _:b .")
    assert rdfc_hash(one) == rdfc_hash(other) == rdfc_hash([*reversed(other), *other])
    assert rdfc_hash(one) != rdfc_hash(one[1:])
    named = [ox.Quad(t.subject, t.predicate, t.object, ox.NamedNode("x:g")) for t in one]
    assert rdfc_hash(one) != rdfc_hash(named)
