"""Publishing a release: whole or not at all.

The files are written into a stage beside the target, flushed to the disk, read back, and only then
put in the target's place in one step, under a lock. The target stays a plain directory, as people
expect of ``dist/``, so the step is Linux's exchange of two names (``renameat2`` with
``RENAME_EXCHANGE``); where system or file system lacks it, the old release is renamed away and the
new one in, and a build killed between the two is put right by the next one.
Beside ``dist/`` only ``.dist.lock`` remains, because removing a lock file makes two locks of it.
"""

import ctypes
import errno
import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

import pyoxigraph as ox

from .errors import G12cError

SUMS = "SHA256SUMS"

_SUMS_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_NO_EXCHANGE = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


def write_release(target: Path, files: Mapping[str, bytes]) -> None:
    """Make ``target`` a directory of exactly these files and their ``SHA256SUMS``.

    ``files`` maps relative paths with forward slashes to contents. Whatever happens, ``target`` is
    afterwards the old release whole or the new one whole.

    Raises G12cError if another build is at work, if ``target`` is no release but holds somebody's
    own files, if a name cannot be published, or if the disk refuses.
    """
    for name in files:
        _check_name(name)
    target = Path(os.path.realpath(target))
    stage, old = (target.with_name(f".{target.name}.{part}") for part in ("stage", "old"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target):
            _clean_up(target, stage, old)  # after a killed build
            _check_replaceable(target)
            try:
                _write_stage(stage, files)
                _put_in_place(stage, target, old)
            finally:
                with suppress(OSError):
                    _clean_up(target, stage, old)
    except OSError as error:
        raise G12cError(
            f"{target}: the release cannot be written ({error.strerror or error}); "
            "what stood there before is unchanged"
        ) from error


def verify_release(path: Path) -> list[str]:
    """Return what is wrong with the release at ``path``, sorted; an empty list if nothing is.

    A release is right if its ``SHA256SUMS`` names every file in it, each with its digest.
    """
    try:
        lines = (path / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [f"{SUMS} cannot be read ({error})"]
    listed: dict[str, str] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        match = _SUMS_LINE.fullmatch(line)
        if match:
            listed[match[2]] = match[1]
        else:
            problems.append(f"{SUMS}:{number}: not a line of a digest, two spaces and a file name")
    found = set(_file_names(path)) - {SUMS}
    problems += [f"{name} is missing" for name in listed.keys() - found]
    problems += [f"{name} is not listed in {SUMS}" for name in found - listed.keys()]
    for name in listed.keys() & found:
        file = path / name
        if file.is_symlink() or not file.is_file():
            problems.append(f"{name} is not a regular file")
            continue
        try:
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            problems.append(f"{name} cannot be read ({error.strerror})")
        else:
            if digest != listed[name]:
                problems.append(f"{name} differs from its digest in {SUMS}")
    return sorted(problems)


def rdfc_hash(statements: Iterable[ox.Quad | ox.Triple]) -> str:
    """Return the SHA-256 of the RDFC-1.0 canonical N-Quads of a dataset or graph, in hex.

    Equal for two datasets exactly if they differ in nothing but order and blank node labels.
    """
    dataset = ox.Dataset(
        statement
        if isinstance(statement, ox.Quad)
        else ox.Quad(statement.subject, statement.predicate, statement.object)
        for statement in statements
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad} .\n" for quad in dataset)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _check_name(name: str) -> None:
    """Refuse what leaves the target, or what ``sha256sum -c`` reads differently."""
    if name == SUMS or not re.fullmatch(r"[\w.+-]+(/[\w.+-]+)*", name, re.ASCII):
        raise G12cError(f"A release cannot hold a file named {name!r}")
    if {".", ".."} & set(name.split("/")):
        raise G12cError(f"A release cannot hold a file named {name!r}: it leaves the directory")


def _check_replaceable(target: Path) -> None:
    """Refuse to put a release where anything but a release stands."""
    if not target.exists():
        return
    if not target.is_dir():
        raise G12cError(f"{target} is a file; name a directory for the release")
    try:
        lines = (target / SUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    ours = {SUMS} | {match[2] for match in map(_SUMS_LINE.fullmatch, lines) if match}
    foreign = sorted(set(_file_names(target)) - ours)
    if foreign:
        raise G12cError(
            f"{target} holds files that no release put there, such as {foreign[0]}; "
            "move them away or name another directory"
        )


def _file_names(directory: Path) -> Iterator[str]:
    """Yield the relative paths of all that is in a directory, except directories."""
    for folder, folders, files in os.walk(directory):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in files + links:
            yield Path(folder, name).relative_to(directory).as_posix()


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    """Keep other builds of the same target out; the system frees the lock of a killed process."""
    descriptor = os.open(target.with_name(f".{target.name}.lock"), os.O_CREAT | os.O_RDWR, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise G12cError(f"Another build is running for {target}; wait until it ends") from None
        yield
    finally:
        os.close(descriptor)


def _clean_up(target: Path, stage: Path, old: Path) -> None:
    """Leave nothing but the release; if only the old one was moved away, bring it back."""
    if old.exists() and not target.exists():
        old.rename(target)
    for leftover in (stage, old):
        if leftover.exists():
            shutil.rmtree(leftover)


def _write_stage(stage: Path, files: Mapping[str, bytes]) -> None:
    """Write the files and ``SHA256SUMS`` to the disk and make sure that they are there."""
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    sums = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    stage.mkdir()
    folders = {stage}
    for name, content in {**files, SUMS: sums.encode("ascii")}.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(stage / parent for parent in PurePosixPath(name).parents)
        _write_file(path, content)
    for folder in sorted(folders):
        _flush(folder)
    problems = verify_release(stage)
    if problems:
        raise OSError(errno.EIO, f"what was written reads back differently: {problems[0]}")


def _write_file(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(stage: Path, target: Path, old: Path) -> None:
    """Give the stage the target's name, or, if a step fails, leave all names as they were."""
    with ExitStack() as undo:
        if not target.exists():
            stage.rename(target)
            undo.callback(target.rename, stage)
        elif _exchange(stage, target):
            undo.callback(_exchange, stage, target)
        else:
            target.rename(old)  # the clean-up brings it back if need be
            stage.rename(target)
            undo.callback(target.rename, stage)
        _flush(target.parent)
        undo.pop_all()


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; False where the system cannot."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(other))
