"""Where the sources stand: a checkout of the project, or the data folders inside the wheel."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .errors import G12cError
from .namespaces import PREFIXES


@dataclass(frozen=True)
class Sources:
    """The folders of the sources below one root, and the files in them.

    Only plain files are sources: for a link, a folder or a device that is named like one, the
    methods raise `G12cError`, so that nothing outside the root is ever read or waited for.
    """

    root: Path

    @property
    def ontology(self) -> Path:
        """The vocabulary and its alignments."""
        return self.root / "ontology"

    @property
    def graph(self) -> Path:
        """The facts; each folder in it is one named graph."""
        return self.root / "graph"

    @property
    def shapes(self) -> Path:
        """The SHACL rules."""
        return self.root / "shapes"

    @property
    def queries(self) -> Path:
        """The stored questions."""
        return self.root / "queries"

    def turtle_files(self) -> list[tuple[str, Path]]:
        """(named graph, file) of the ontology and of all facts, sorted.

        A file of the ontology is a graph of its own, named after the file; the vocabulary itself,
        ``g12c.ttl``, is the graph ``ontology``. Raises `G12cError` for a file in no graph.
        """
        files = [
            ("ontology" if path.stem == "g12c" else path.stem, path)
            for path in _files(self.ontology, "*.ttl")
        ]
        for path in _files(self.graph, "**/*.ttl"):
            if path.parent.parent != self.graph:
                raise G12cError(f"{path}: is in no named graph; move it to graph/NAME/{path.name}")
            files.append((path.parent.name, path))
        return sorted(files)

    def shape_files(self) -> list[Path]:
        """The files of shapes, sorted."""
        return _files(self.shapes, "*.ttl")

    def query_files(self) -> list[Path]:
        """The stored queries, sorted."""
        return _files(self.queries, "*.rq")

    def query_names(self) -> set[str]:
        """The IRIs of the stored queries."""
        return {PREFIXES["query"] + path.stem for path in self.query_files()}

    def digest(self) -> str:
        """SHA-256 over the names and bytes of ontology and graph: equal for the same facts only."""
        total = hashlib.sha256()
        for _, path in self.turtle_files():
            data = path.read_bytes()
            total.update(f"{path.relative_to(self.root).as_posix()}\0{len(data)}\0".encode())
            total.update(data)
        return total.hexdigest()


def find_sources() -> Sources:
    """The sources inside the wheel, else those of the checkout that this package runs from.

    Raises `G12cError` if neither is there.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "data", package.parents[1]):
        if (root / "ontology").is_dir():
            return Sources(root)
    raise G12cError(f"{package}: the data folders of g12c are missing; install it again")


def _files(folder: Path, pattern: str) -> list[Path]:
    paths = sorted(folder.glob(pattern))
    for path in paths:
        if path.is_symlink() or not path.is_file():
            raise G12cError(f"{path}: is not a plain file; put the file itself there")
    return paths
