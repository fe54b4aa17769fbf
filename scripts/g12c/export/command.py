"""``g12c export``: list the forms, or write one to a file, a folder or the standard output.

``g12c export nanopub --check FILE…`` reads such files instead, and says whether they are whole.
"""

import argparse
import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..errors import G12cError, printable
from . import FORMS, Export, Form, find_form, release_files

if TYPE_CHECKING:
    from .claims import Dataset

_DEFAULTS = {"slice": "asserted", "iris": "own"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``g12c export``."""
    parser.add_argument("form", nargs="?", metavar="FORM", help="without: list the forms")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("-o", "--output", metavar="FILE|FOLDER", help="default: standard output")
    target.add_argument(
        "--check",
        nargs="+",
        metavar="FILE",
        help="nanopub: write nothing, but see that nobody has altered those in these files",
    )
    parser.add_argument(
        "--slice",
        choices=("asserted", "direct", "inferred"),
        default=_DEFAULTS["slice"],
        help="RDF: what is asserted (default), with direct edges, with inferences too",
    )
    parser.add_argument(
        "--iris",
        choices=("own", "canonical"),
        default=_DEFAULTS["iris"],
        help="RDF: our own (default), or those of preferred entries in public resources",
    )


def run(options: argparse.Namespace, report: Callable[[str], None]) -> int:
    """Do what the arguments say and return the exit code; ``report`` takes lines for a person.

    It is 0, or 1 if a file that is checked was altered. Raises `G12cError` if it cannot be done;
    then nothing is written.
    """
    if options.check:
        return _check(options.form, options.check)
    if options.form is None:
        width = max(len(form.name) for form in FORMS)
        text = "".join(f"{form.name.ljust(width)}  {form.line}\n" for form in FORMS)
        sys.stdout.write(text)
        return 0
    form = find_form(options.form)
    for name, default in _DEFAULTS.items():
        if getattr(options, name) != default and name not in form.takes:
            able = ", ".join(other.name for other in FORMS if name in other.takes)
            raise G12cError(f"{form.name} takes no --{name}; those that do: {able}")
    export = make(form, _dataset(options, report))
    if options.output:
        write_files(export, form, options.output)
    elif len(export.files) > 1:
        files = ", ".join(sorted(export.files))
        raise G12cError(f"{form.name} has several files ({files}); name a folder with -o FOLDER")
    else:
        sys.stdout.buffer.write(next(iter(export.files.values())))
    if summary := export.loss.summary():
        report(f"{form.name}: {summary}")
    return 0


def _check(form: str | None, names: Iterable[str]) -> int:
    from ..limits import limited
    from ..reading import read_file
    from .nanopub import verify

    if form != "nanopub":
        raise G12cError("only nanopublications hold a proof; run: g12c export nanopub --check FILE")
    altered = 0
    for name in names:
        data = read_file(name)

        def work(out: BinaryIO, name: str = name, data: bytes = data) -> int:
            count, problems = verify(data, name)
            lines = problems or [f"{name}: nanopublications that are as their names say: {count}"]
            out.write("".join(f"{printable(line)}\n" for line in lines).encode())
            return int(bool(problems))

        status, text = limited(work, name)  # it may be a stranger's
        sys.stdout.buffer.write(text)
        altered |= status
    return altered


def make(form: Form, dataset: "Dataset") -> Export:
    """The files of one form; if it describes those of others, these are made first."""
    if form.last:
        dataset = replace(dataset, files=release_files(dataset, before=form))
    return form.export(dataset)


def _dataset(options: argparse.Namespace, report: Callable[[str], None]) -> "Dataset":
    from .. import store
    from ..sources import find_sources
    from .claims import Dataset
    from .metadata import load

    sources = find_sources()
    data = tuple(store.published(sources, report))
    return Dataset(data, sources, load(), options.slice, options.iris == "canonical")


def write_files(export: Export, form: Form, output: str) -> None:
    """Put an export at ``output``, each file whole or not at all.

    A folder, which exists or ends in ``/`` or is needed for several files, takes all files and the
    report ``loss/FORM.tsv``; a file takes the one file, and if something was lost the report stands
    beside it under the name with ``.loss.tsv`` behind.
    Raises `G12cError` if that cannot be.
    """
    target = Path(output)
    report = export.loss.table()
    if target.is_dir() or output.endswith(("/", os.sep)) or len(export.files) > 1:
        files = {target / name: data for name, data in export.files.items()}
        if form.claims:
            files[target / "loss" / f"{form.name}.tsv"] = report
    else:
        files = {target: next(iter(export.files.values()))}
        if export.loss.summary():
            files[target.with_name(f"{target.name}.loss.tsv")] = report
    _replace_all(files)


def _replace_all(files: Mapping[Path, bytes]) -> None:
    """Write all files beside their places first, then rename them into place."""
    with ExitStack() as undo:
        ready = []
        for path, data in files.items():
            with _named(path):
                if path.exists() and not path.is_file():
                    raise FileExistsError(errno.EEXIST, "is no plain file")
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
                undo.callback(_remove, name)
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
                Path(name).chmod(mode)
                ready.append((Path(name), path))
        for stage, path in ready:
            with _named(path):
                stage.replace(path)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors name the file that was asked for, and not the one beside it."""
    try:
        yield
    except OSError as error:
        raise G12cError(f"{path}: cannot be written: {error.strerror or error}") from None


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
