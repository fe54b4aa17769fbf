"""The publication as a folder of static files: pages, pictures, data and a query engine.

`make` gives every file by its path; it depends on the sources alone. The folder works from any file
server, from GitHub Pages (each page is a file ``….html`` at the path of its IRI, its data beside
it) and, but for the query page, from a disk; ``g12c.html`` is all of it in one file that runs from
a disk too. The scripts in ``static/`` are built from ``scripts/web/`` and need no npm to be used.
"""

from collections.abc import Iterable

import pyoxigraph as ox

from ..sources import Sources


def make(
    sources: Sources, quads: Iterable[ox.Quad] | None = None, description: bytes = b""
) -> dict[str, bytes]:
    """All files of the publication, path → bytes, the same for the same sources.

    ``quads`` is the whole dataset if it is at hand, with literals as they are spelt in the sources,
    and ``description`` is the file ``dataset.ttl`` of the release.
    Raises `G12cError` if the data cannot be published as pages.
    """
    from .folder import publication

    made = publication(sources, quads, description)
    return {path: content() for path, content in made.items()}
