"""The main job: check everything, derive, reason, check again, answer, and write the release.

Each stage takes what the one before made and stops the build with the reason if it fails, so that
nothing is written unless everything holds. The release depends on the sources alone: no clock, no
path, no locale and no order of a set goes into it.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from . import questions, tables
from .checks import closure
from .errors import G12cError, SourceError
from .export import release_files
from .export.claims import Dataset
from .export.metadata import load as metadata
from .gate import shapes_of, with_problems
from .namespaces import BASE, G12C, graph_iri, shorten
from .questions import select
from .reading import read_file
from .release import rdfc_hash, write_release
from .reports import render
from .sources import Sources
from .store import asserted, cache_file, complete, keep
from .turtle import format_file
from .validate import exit_code, validate

_HEADLINE = "resistance-by-drug"


def build(
    sources: Sources,
    target: Path,
    report: Callable[[str], None],
    *,
    every: bool = False,
    width: int = 0,
) -> str:
    """Make the release at ``target`` and return the headline table and figures, to print.

    ``every`` puts the publication as pages into it too, in ``site/``. ``report`` is called with a
    line for each stage. Raises `G12cError` with all that is wrong if the sources are not fit to
    publish; then nothing is written.
    """
    stages = _Stages(report)
    store = ox.Store()
    with stages("load"):
        quads = list(asserted(sources))
        store.extend(quads)
    with stages("spelling and closure"):
        _check_spelling(sources)
        _check_closure(sources, quads, store)
        _check_use(store)
    with stages("SHACL on what is asserted"):
        _check_shapes(sources, store, before_deriving=True)
    with stages("derive and reason"):
        quads += complete(store)
        keep(quads, cache_file(sources))
    with stages("SHACL on everything"):
        _check_shapes(sources, store, before_deriving=False)
    with stages("answer, export and write"):
        files = release_files(Dataset(tuple(quads), sources, metadata()))
        _read_back(files)
        if every:
            from .site import make

            pages = make(sources, quads, files["dataset.ttl"])
            files |= {f"site/{name}": content for name, content in pages.items()}
        files["manifest.json"] = _manifest(_by_name(quads), files)
        write_release(target, files)
    report(f"{target}: {len(files) + 1} files, {stages.summary()}")
    return f"{headline(sources, store, width)}\n\n{figures(store)}"


class _Stages:
    """Shows what is going on, and keeps the times."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._seconds: list[float] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._seconds.append(time.perf_counter() - start)
        self._report(f"{name.ljust(30)} {self._seconds[-1]:6.2f} s")

    def summary(self) -> str:
        """Seconds in all, and the most memory that was in use."""
        text = f"{sum(self._seconds):.1f} s"
        if sys.platform == "linux":
            import resource

            text += f", {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
        return text


# --- checks -----------------------------------------------------------------------------------


def _check_spelling(sources: Sources) -> None:
    paths = [path for _, path in sources.turtle_files()] + sources.shape_files()
    wrong = []
    for path in paths:
        text = read_file(path).decode()
        try:
            if format_file(text, str(path)) != text:
                wrong.append(f"{path}: is not in house spelling; run: g12c fmt")
        except SourceError as error:
            wrong.append(str(error))
    if wrong:
        raise G12cError("\n".join(wrong))


def _check_closure(sources: Sources, facts: Sequence[ox.Quad], store: ox.Store) -> None:
    problems = [
        f"{shorten(problem.focus.value)}: {problem.message}"
        for problem in closure(facts, store, sources.query_names())
    ]
    if problems:
        raise G12cError("\n".join(problems))


_UNUSED = """
SELECT ?term
WHERE {
  ?term rdfs:isDefinedBy <https://w3id.org/g12c/ontology> .
  MINUS { ?thing a ?term }
  MINUS { ?part rdfs:subClassOf|rdfs:subPropertyOf ?term }
  MINUS { ?thing ?term ?value }
  MINUS { ?statement ?property ?term . FILTER(?property NOT IN (rdfs:domain, rdfs:range)) }
  MINUS { ?term owl:equivalentClass ?definition }
}
ORDER BY ?term
"""
_COMPUTED = {f"{G12C}hgvs", f"{G12C}vrsIdentifier"}
"""Terms that only the build uses."""


def _check_use(store: ox.Store) -> None:
    """A term exists because something uses it."""
    unused = {row["term"].value for row in select(store, _UNUSED)} - _COMPUTED
    if unused:
        terms = ", ".join(sorted(shorten(term) for term in unused))
        raise G12cError(f"ontology/g12c.ttl: nothing uses {terms}; delete what is not needed")


def _check_shapes(sources: Sources, store: ox.Store, *, before_deriving: bool) -> None:
    shapes = shapes_of(sources, without="derived.ttl" if before_deriving else "")
    found = with_problems(validate(store, shapes), ())
    if exit_code(found):
        raise G12cError(render(found, "text", lambda *_: None))


# --- contents ---------------------------------------------------------------------------------


def _by_name(quads: Iterable[ox.Quad]) -> dict[str, list[ox.Triple]]:
    """The triples of each named graph, in the order of the graphs' names."""
    prefix = graph_iri("")
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs.setdefault(quad.graph_name.value.removeprefix(prefix), []).append(quad.triple)
    return dict(sorted(graphs.items()))


def _read_back(files: Mapping[str, bytes]) -> None:
    """Each Turtle file must be the same graph to a second parser that shares no code with ours."""
    import rdflib

    rdflib.NORMALIZE_LITERALS = False
    for name, data in files.items():
        if not name.endswith(".ttl"):
            continue
        ours = rdfc_hash(ox.parse(input=data, format=ox.RdfFormat.TURTLE))
        text = rdflib.Graph().parse(data=data, format="turtle").serialize(format="ntriples")
        theirs = rdfc_hash(ox.parse(input=text, format=ox.RdfFormat.N_TRIPLES))
        if ours != theirs:
            raise G12cError(f"{name}: pyoxigraph and rdflib do not read the same graph in it")


def _manifest(graphs: Mapping[str, list[ox.Triple]], files: Mapping[str, bytes]) -> bytes:
    content = {
        "dataset": f"{BASE}dataset",
        "graphs": {
            graph_iri(name): {"triples": len(triples), "rdfc10Sha256": rdfc_hash(triples)}
            for name, triples in graphs.items()
        },
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(files.items())
        },
    }
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


# --- what a person sees -----------------------------------------------------------------------


def headline(sources: Sources, store: ox.Store, width: int = 0) -> str:
    """Which alterations go with resistance to which drugs: one row for each pair and relation."""
    question = questions.find_question(sources, _HEADLINE)
    found = tables.answer(select(store, question.sparql))
    columns, cells = tables.for_people(found)
    wanted = ["drug", "alteration", "relation", "setting", "certainty", "reference"]
    rows = [[row[columns.index(name)] for name in wanted] for row in cells]
    merged = tables.merge(rows, keys=3)
    return f"{question.summary}\n\n{tables.table(wanted, merged, width).rstrip()}"


_FIGURES = """
SELECT (COUNT(DISTINCT ?claim) AS ?claims) (COUNT(DISTINCT ?sentence) AS ?sentences)
WHERE { ?claim a g12c:Claim ; g12c:inSentence ?sentence }
"""
_COVERAGE = """
SELECT ?section (COUNT(DISTINCT ?sentence) AS ?sentences) (COUNT(DISTINCT ?covered) AS ?withClaims)
  (COUNT(DISTINCT ?claim) AS ?claims)
WHERE {
  ?sentence a g12c:Sentence ; g12c:inSection ?part .
  ?part rdfs:label ?section ; g12c:order ?order .
  OPTIONAL { ?claim a g12c:Claim ; g12c:inSentence ?sentence . BIND(?sentence AS ?covered) }
}
GROUP BY ?section ?order
ORDER BY ?order
"""


def figures(store: ox.Store) -> str:
    """How much there is, and how much of the article is covered, section by section."""
    columns, rows = tables.for_people(tables.answer(select(store, _COVERAGE)))
    whole = next(iter(select(store, _FIGURES)))
    total = f"{len(store)} triples, {whole['claims'].value} claims from {whole['sentences'].value}"
    return f"{tables.table(columns, rows)}\n{total} sentences"
