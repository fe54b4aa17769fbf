"""The same questions and the same claims on g12c and on what people would use instead.

``python tests/bench/compare.py`` prints one table a number of claims: seconds to load, to answer
eight stored questions (the median) and to validate, and the most memory in use, each as a ratio to
g12c, and how each grows with the number of claims (time ~ claims^x). Every engine gets the same
generated claims, the same shapes and the same SPARQL, in a process of its own. What is not
installed is left out and said so. What takes longer than the limit is cut off, marked ``>``; what
would take longer, if it grew as the claims do, is not asked, marked ``-``.
"""

import argparse
import json
import math
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib import import_module
from itertools import pairwise, zip_longest
from pathlib import Path
from statistics import median
from time import perf_counter
from types import FrameType
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import pyoxigraph as ox
from engines.servers import NotInstalledError, Running, jena, virtuoso
from generate import claims

from g12c import questions
from g12c.reading import read_file, read_turtle
from g12c.shacl import load_shapes
from g12c.sources import find_sources
from g12c.store import open_disk, published, write_disk
from g12c.validate import Engine as Validator
from g12c.validate import validate

QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("resistance-by-drug", {"drug": "adagrasib"}),
    ("resistance-by-drug", {}),
    ("sensitivity-by-drug", {}),
    ("contested-claims", {}),
    ("denied-claims", {}),
    ("claims-by-certainty", {}),
    ("variants-without-rescue", {}),
    ("reference-usage", {}),
)
"""Look-up, joins over paths, conflict, polarity, aggregates and a negation."""

LOAD, MEMORY, VALIDATE = "load", "memory", "validate"


class Loaded(NamedTuple):
    """An engine that holds the claims: how it answers, how it validates, and whose memory counts.

    ``load`` is in seconds, without the start of a server. ``ask`` gives the number of rows.
    ``validates`` is missing where an engine has no SHACL.
    """

    load: float
    ask: Callable[[str], int]
    validates: Callable[[], int] | None = None
    process: int | None = None


# --- the engines ------------------------------------------------------------------------------


@contextmanager
def _in_memory(data: Path, _: Path) -> Iterator[Loaded]:
    start = perf_counter()
    store = ox.Store()
    store.bulk_load(path=data, format=ox.RdfFormat.N_QUADS, lenient=True)
    yield Loaded(
        perf_counter() - start, partial(_ask_oxigraph, store), partial(_validate, store, "fast")
    )


@contextmanager
def _on_disk(data: Path, folder: Path) -> Iterator[Loaded]:
    start = perf_counter()
    write_disk(ox.parse(path=data, format=ox.RdfFormat.N_QUADS, lenient=True), folder / "store")
    store = open_disk(folder / "store")
    yield Loaded(
        perf_counter() - start, partial(_ask_oxigraph, store), partial(_validate, store, "fast")
    )


@contextmanager
def _rdflib(data: Path, _: Path) -> Iterator[Loaded]:
    import rdflib

    start = perf_counter()
    graph = rdflib.Dataset(default_union=True)
    graph.parse(data, format="nquads")
    load = perf_counter() - start

    def validates() -> int:
        store = ox.Store()
        store.bulk_load(path=data, format=ox.RdfFormat.N_QUADS, lenient=True)
        return _validate(store, "pyshacl")

    yield Loaded(load, lambda text: len(list(graph.query(text))), validates)


@contextmanager
def _jena(data: Path, folder: Path) -> Iterator[Loaded]:
    with jena(folder, timeout=3600) as running:
        load = _fill(running, data)

        def validates() -> int:
            from urllib.request import Request, urlopen

            address = running.server.endpoint.replace("/sparql", "/validate")
            with urlopen(Request(address, _shapes_text(), method="POST")) as reply:  # noqa: S310
                return int(reply.read())

        union = ["urn:x-arq:UnionGraph"]
        yield Loaded(load, partial(_ask_server, running, union), validates, running.process)


@contextmanager
def _virtuoso(data: Path, folder: Path) -> Iterator[Loaded]:
    with virtuoso(folder, timeout=3600, buffers=200_000) as running:
        load = _fill(running, data)
        yield Loaded(load, partial(_ask_server, running, []), None, running.process)


@contextmanager
def _maplib(data: Path, _: Path) -> Iterator[Loaded]:
    try:
        maplib: Any = import_module("maplib")
    except ModuleNotFoundError:
        raise NotInstalledError("pip install maplib") from None
    quads = ox.parse(path=data, format=ox.RdfFormat.N_QUADS, lenient=True)
    triples = dict.fromkeys(quad.triple for quad in quads)
    text = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    del triples
    start = perf_counter()
    model = maplib.Model()
    model.reads(text, format="ntriples")
    yield Loaded(perf_counter() - start, lambda text: model.query(text).height)


ENGINES: dict[str, Callable[[Path, Path], AbstractContextManager[Loaded]]] = {
    "g12c": _in_memory,
    "g12c on disk": _on_disk,
    "rdflib": _rdflib,
    "Jena": _jena,
    "Virtuoso": _virtuoso,
    "maplib": _maplib,
}


def _ask_oxigraph(store: ox.Store, text: str) -> int:
    return sum(1 for _ in questions.select(store, text))


def _ask_server(running: Running, graphs: Sequence[str], text: str) -> int:
    return sum(1 for _ in running.server.select(text, graphs))


def _fill(running: Running, data: Path) -> float:
    """Put the claims on a server, graph by graph; the seconds that took."""
    by_graph: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(path=data, format=ox.RdfFormat.N_QUADS, lenient=True):
        if isinstance(quad.graph_name, ox.NamedNode):
            by_graph.setdefault(quad.graph_name.value, []).append(quad.triple)
    start = perf_counter()
    for graph, triples in by_graph.items():
        running.graph_store.put(graph, triples)
    return perf_counter() - start


def _shapes() -> list[ox.Triple]:
    files = find_sources().shape_files()
    return [triple for path in files for triple in read_turtle(read_file(path), str(path))]


def _shapes_text() -> bytes:
    return ox.serialize(_shapes(), format=ox.RdfFormat.TURTLE) or b""


def _validate(store: ox.Store, engine: Validator) -> int:
    return len(validate(store, load_shapes(_shapes()), engine).results)


# --- one engine in a process of its own -------------------------------------------------------


class _TooLong(BaseException):
    """No `Exception`, so that no library catches it."""


def _work(engine: str, data: Path, limit: float, skip: Sequence[str]) -> dict[str, Any]:
    """Seconds for each thing that is done, megabytes of memory, and how many rows came."""

    def stop(_: int, __: FrameType | None) -> None:
        raise _TooLong

    signal.signal(signal.SIGALRM, stop)
    found: dict[str, Any] = {"rows": {}}
    with tempfile.TemporaryDirectory() as folder, ENGINES[engine](data, Path(folder)) as loaded:
        found[LOAD] = loaded.load
        for name, text in _texts().items():
            if name not in skip:
                found[name], found["rows"][name] = _timed(partial(loaded.ask, text), limit)
        found[MEMORY] = _memory(loaded.process)
        if loaded.validates and VALIDATE not in skip:
            found[VALIDATE], found["rows"][VALIDATE] = _timed(loaded.validates, limit, 1)
    return found


def _timed(work: Callable[[], int], limit: float, times: int = 5) -> tuple[float, int | None]:
    """The median of the seconds it took, infinite if over the limit, and what it gave."""
    seconds: list[float] = []
    rows = None
    try:
        signal.setitimer(signal.ITIMER_REAL, limit)
        while len(seconds) < times and sum(seconds) < limit / 4:
            start = perf_counter()
            rows = work()
            seconds.append(perf_counter() - start)
    except _TooLong:
        return math.inf, None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return median(seconds), rows


def _memory(process: int | None) -> float:
    """The most memory that this process, or that server, had in use, in MB."""
    if process is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _texts() -> dict[str, str]:
    """Name → SPARQL of the questions."""
    store = ox.Store()
    store.extend(published(find_sources()))
    texts = {}
    for name, given in QUESTIONS:
        question = questions.find_question(find_sources(), name)
        values = {
            key: questions.value_of(store, question.parameter(key), text)
            for key, text in given.items()
        }
        texts[" ".join([name, *given.values()])] = question.bind(values)
    return texts


# --- all of them ------------------------------------------------------------------------------


def _measure(engine: str, data: Path, limit: float, skip: Sequence[str]) -> dict[str, Any] | str:
    """What `_work` found, or why there is nothing."""
    command = [sys.executable, __file__, "--work", engine, str(data), str(limit), *skip]
    longest = limit * (len(QUESTIONS) + 4)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest, check=False)
    except subprocess.TimeoutExpired:
        return f"stopped after {longest:.0f} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["stopped"])[-1][:120]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _print(count: int, size: int, found: dict[str, dict[str, Any]]) -> None:
    rows = [LOAD, MEMORY, *_texts(), VALIDATE]
    _say(f"\n{count} claims, {size} quads\n")
    _say("| | g12c |" + "".join(f" {name} |" for name in found if name != "g12c"))
    _say("|---|" + "---:|" * len(found))
    for row in rows:
        base = found["g12c"].get(row)
        if base is None:
            continue
        cells = [f"{base:.0f} MB" if row == MEMORY else _seconds(base)]
        for name, values in found.items():
            if name != "g12c":
                value = values.get(row)
                cells.append("-" if value is None else _ratio(value, base))
        _say(f"| {row} | {' | '.join(cells)} |")


def _seconds(value: float) -> str:
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def _ratio(value: float, base: float) -> str:
    return "> limit" if math.isinf(value) else f"x {value / base:.2g}"


def _print_growth(counts: Sequence[int], found: dict[int, dict[str, dict[str, Any]]]) -> None:
    """The exponent between each two numbers of claims."""
    names = list(dict.fromkeys(name for of in found.values() for name in of))
    for less, more in pairwise(counts):
        _say(f"\nGrowth from {less} to {more} claims: time ~ claims^x\n")
        _say("| |" + "".join(f" {name} |" for name in names))
        _say("|---|" + "---:|" * len(names))
        for row in [LOAD, MEMORY, *_texts(), VALIDATE]:
            cells = []
            for name in names:
                pair = [found[count].get(name, {}).get(row, math.inf) for count in (less, more)]
                known = all(map(math.isfinite, pair))
                cells.append(f"{_exponent(pair, more / less):.1f}" if known else "-")
            _say(f"| {row} | {' | '.join(cells)} |")


def _exponent(seconds: Sequence[float], times: float) -> float:
    return math.log(seconds[1] / seconds[0]) / math.log(times)


def _differences(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Questions to which an engine gives another number of rows than g12c."""
    for name, values in found.items():
        for row, count in values["rows"].items():
            expected = found["g12c"]["rows"].get(row)
            if count is not None and row != VALIDATE and count != expected:
                yield f"{name}: {count} rows for {row}, g12c {expected}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("claims", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--limit", type=float, default=60, help="seconds for one thing")
    parser.add_argument("--engines", nargs="*", choices=ENGINES, default=list(ENGINES))
    options = parser.parse_args()
    found: dict[int, dict[str, dict[str, Any]]] = {}
    skip: dict[str, set[str]] = {name: set() for name in ENGINES}
    counts = sorted(options.claims)
    for count, following in zip_longest(counts, counts[1:], fillvalue=0):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "claims.nq"
            with data.open("w") as file:
                file.writelines(f"{quad} .\n" for quad in claims(published(find_sources()), count))
            found[count] = {}
            for name in options.engines:
                if LOAD in skip[name]:
                    continue
                measured = _measure(name, data, options.limit, sorted(skip[name]))
                if isinstance(measured, str):
                    _say(f"{name}, {count} claims: {measured}")
                    continue
                found[count][name] = measured
                rows = {LOAD, VALIDATE, *_texts()} & measured.keys()
                grown = {row for row in rows if measured[row] * following / count > options.limit}
                skip[name] |= grown
            with data.open("rb") as file_:
                size = sum(1 for _ in file_)
        _print(count, size, found[count])
        for difference in _differences(found[count]):
            _say(difference)
    _print_growth(counts, found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        _, _, engine_, data_, limit_, *skip_ = sys.argv
        try:
            _say(json.dumps(_work(engine_, Path(data_), float(limit_), skip_)))
        except NotInstalledError as error_:
            sys.exit(f"not installed: {error_}")
    else:
        main()
