"""The dataset to query: all named graphs in one embedded store, ready in milliseconds.

What the build derives and infers needs seconds, so the whole dataset is kept in the user's cache
folder under the digest of the sources and of the code that makes it: a changed source or a new
version never meets an old answer.
"""

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from .errors import G12cError
from .files import write_whole
from .namespaces import graph_iri
from .reading import read_file, read_turtle
from .sources import Sources

MADE = ("direct", "derived", "inferred")
"""The named graphs that the build makes; all others are asserted."""

_CACHED = re.compile(r"[0-9a-f]{32}\.nq")
_KEPT = 4
"""How many datasets stay in the cache: those of some checkouts and versions."""

_BATCH = 50_000
"""Quads; the bulk loader alone takes a gigabyte for the first million, in batches a tenth."""


def load(sources: Sources, report: Callable[[str], None] = lambda _: None) -> ox.Store:
    """The store with the asserted, direct, derived and inferred graphs of ``sources``.

    From the cache if it is there; else made, and put there if that folder can be written.
    ``report`` is called with a line when the work takes seconds.

    Raises `SourceError` for a source that cannot be read and `G12cError` if it contradicts itself.
    """
    cached = cache_file(sources)
    store = ox.Store()
    if cached.is_file():
        store.bulk_load(path=cached, format=ox.RdfFormat.N_QUADS, lenient=True)
    else:
        _make(sources, store, report)
    return store


def published(
    sources: Sources, report: Callable[[str], None] = lambda _: None
) -> Iterable[ox.Quad]:
    """The quads that `load` has in its store, with every number as it is written."""
    cached = cache_file(sources)
    if cached.is_file():
        return ox.parse(path=cached, format=ox.RdfFormat.N_QUADS, lenient=True)
    return _make(sources, ox.Store(), report)


def _make(sources: Sources, store: ox.Store, report: Callable[[str], None]) -> list[ox.Quad]:
    report("first use of these sources: deriving and reasoning takes some seconds")
    facts = list(asserted(sources))
    store.extend(facts)
    whole = [*facts, *complete(store)]
    keep(whole, cache_file(sources))
    return whole


def asserted(sources: Sources) -> Iterator[ox.Quad]:
    """All asserted quads, read strictly, file by file."""
    for name, path in sources.turtle_files():
        graph = ox.NamedNode(graph_iri(name))
        for triple in read_turtle(read_file(path), str(path)):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def complete(store: ox.Store) -> list[ox.Quad]:
    """Add the direct, derived and inferred graphs to a store of the asserted ones; return them.

    What is published is made of such lists: a store rewrites numbers (10.0 comes back as 10).
    Raises `G12cError` if the facts and the ontology cannot all be true.
    """
    from .derive import derive, infer

    made = list(derive(store))
    store.extend(made)
    inference = infer(store)
    if not inference.consistent:
        conflict = "\n".join(f"  {triple}" for triple in inference.conflict)
        raise G12cError(f"the facts and the ontology cannot all be true; in conflict:\n{conflict}")
    if inference.unsatisfiable:
        classes = ", ".join(inference.unsatisfiable)
        raise G12cError(f"no thing can belong to {classes}: mend the definition or a disjointness")
    graph = ox.NamedNode(graph_iri("inferred"))
    inferred = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in inference.triples]
    store.extend(inferred)
    return made + inferred


def graph_sizes(store: ox.Store) -> dict[str, int]:
    """The IRIs of the named graphs, sorted, with the numbers of their triples."""
    graphs = sorted(g.value for g in store.named_graphs() if isinstance(g, ox.NamedNode))
    pattern = store.quads_for_pattern
    return {iri: sum(1 for _ in pattern(None, None, None, ox.NamedNode(iri))) for iri in graphs}


def write_disk(quads: Iterable[ox.Quad], folder: Path) -> None:
    """Make ``folder`` a store on the disk of these quads: whole, or what stood there stays.

    For graphs that outgrow memory: the quads are taken in batches of `_BATCH`. Raises `G12cError`
    if the folder holds something else, or if the disk refuses.
    """
    if folder.exists() and not _is_store(folder):
        raise G12cError(f"{folder}: is there and is no store of g12c; name another folder")
    stage, old = (folder.with_name(f".{folder.name}.{part}") for part in ("stage", "old"))
    try:
        for path in (stage, old):
            shutil.rmtree(path, ignore_errors=True)
        store = ox.Store(stage)
        rest = iter(quads)
        while batch := list(islice(rest, _BATCH)):
            store.bulk_extend(batch)
        store.optimize()
        store.flush()
        del store  # which closes it
        if folder.exists():
            folder.rename(old)
        stage.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise G12cError(f"{folder}: the store cannot be written: {error}") from None


def open_disk(folder: Path) -> ox.Store:
    """The store in a folder, to read; raises `G12cError` if there is none."""
    if not _is_store(folder):
        raise G12cError(f"{folder}: is no store; make one: g12c build --store {folder}")
    try:
        return ox.Store.read_only(str(folder))
    except OSError as error:
        raise G12cError(f"{folder}: the store cannot be opened: {error}") from None


def _is_store(folder: Path) -> bool:
    return (folder / "CURRENT").is_file()


def cache_file(sources: Sources) -> Path:
    """Where the whole dataset of ``sources`` is kept, whether or not it is there yet."""
    if chosen := os.environ.get("G12C_CACHE"):
        folder = Path(chosen)
    elif sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA", Path.home())) / "g12c"
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "g12c"
    total = hashlib.sha256(sources.digest().encode())
    package = Path(__file__).parent
    for module in ("derive.py", "namespaces.py", "reason.py", "store.py", "vrs.py"):
        total.update((package / module).read_bytes())
    return folder / f"{total.hexdigest()[:32]}.nq"


def keep(quads: Iterable[ox.Quad], target: Path) -> None:
    """Put the dataset into the cache, and take out what is oldest; no cache is no fault."""
    with suppress(G12cError, OSError):
        write_whole(target, nquads(quads))
        ours = [path for path in target.parent.glob("*.nq") if _CACHED.fullmatch(path.name)]
        for old in sorted(ours, key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)


def nquads(quads: Iterable[ox.Quad]) -> bytes:
    """The dataset as sorted N-Quads, so that the same dataset gives the same bytes."""
    return b"".join(sorted(f"{quad} .\n".encode() for quad in quads))
