"""``g12c site``: write the publication into a folder, whole or not at all."""

import argparse
from collections.abc import Callable
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("-o", "--output", default="dist-site", metavar="FOLDER")


def run(options: argparse.Namespace, report: Callable[[str], None]) -> str:
    """Write the pages and return a line to print.

    Raises `G12cError` if the data or the folder is not fit for it; then nothing is written.
    """
    from ..release import write_release
    from ..sources import find_sources
    from ..store import published
    from . import make

    sources = find_sources()
    target = Path(options.output)
    files = make(sources, published(sources, report))
    write_release(target, files)
    return f"{target}: {len(files)} files; open {target / 'index.html'}"
