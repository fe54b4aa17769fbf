"""The dataset to query, and the cache that makes it quick."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from g12c import store
from g12c.cli import main
from g12c.errors import G12cError
from g12c.namespaces import graph_iri
from g12c.release import rdfc_hash
from g12c.sources import Sources, find_sources


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """A copy of the facts, with a cache of its own."""
    monkeypatch.setenv("G12C_CACHE", str(tmp_path / "cache"))
    for name in ("ontology", "graph"):
        shutil.copytree(find_sources().root / name, tmp_path / name)
    return Sources(tmp_path)


def test_the_second_time_the_dataset_comes_from_the_cache(sources: Sources) -> None:
    """The same quads, without deriving and reasoning again; one file in the cache."""
    said: list[str] = []
    first, second = (
        {quad for quad in store.load(sources, said.append) if "_:" not in str(quad)}
        for _ in range(2)
    )
    assert first == second
    assert len(said) == 1
    assert [path.suffix for path in store.cache_file(sources).parent.iterdir()] == [".nq"]


def test_a_changed_fact_never_meets_an_old_answer(sources: Sources) -> None:
    """The cache goes by what the sources say."""
    before = store.cache_file(sources)
    path = sources.graph / "things" / "drugs.ttl"
    path.write_text(path.read_text().replace("Lumakras", "Lumakrass"))
    assert store.cache_file(sources) != before


def test_every_graph_is_there_and_made_ones_are_apart(sources: Sources) -> None:
    """Nothing asserted stands in a made graph, nothing made in an asserted one."""
    data = store.load(sources)
    asserted = {quad.triple for quad in store.asserted(sources)}
    for name in ("direct", "derived", "inferred"):
        graph = ox.NamedNode(graph_iri(name))
        made = {quad.triple for quad in data.quads_for_pattern(None, None, None, graph)}
        assert made
        assert not made & asserted, name


def test_a_cache_that_cannot_be_written_is_none(
    sources: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A read-only home costs time, not an answer."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("G12C_CACHE", str(tmp_path / "file" / "cache"))
    assert len(store.load(sources)) > 10_000


def test_printed_numbers_stay_as_they_are(sources: Sources) -> None:
    """10.0 months are not published as 10."""
    quads = list(store.asserted(sources))
    assert b'"10.0"^^<http://www.w3.org/2001/XMLSchema#decimal>' in store.nquads(quads)


def test_a_store_on_the_disk_answers_the_same(sources: Sources, tmp_path: Path) -> None:
    """It is replaced whole, opened to read only, and nothing is left beside it."""
    folder = tmp_path / "disk" / "store"
    folder.parent.mkdir()
    for _ in range(2):
        store.write_disk(store.published(sources), folder)
    opened = store.open_disk(folder)
    assert rdfc_hash(opened) == rdfc_hash(store.load(sources))
    assert list(folder.parent.iterdir()) == [folder]
    with pytest.raises(RuntimeError, match="read-write"):
        opened.add(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.NamedNode("x:o")))


def test_a_folder_of_something_else_is_never_made_a_store(tmp_path: Path) -> None:
    """Neither written over nor opened."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(G12cError, match="is no store of g12c; name another folder"):
        store.write_disk([], tmp_path)
    with pytest.raises(G12cError, match="is no store; make one: g12c build --store"):
        store.open_disk(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_disk_that_refuses_is_a_line(tmp_path: Path) -> None:
    """Where no folder can be made."""
    (tmp_path / "file").touch()
    with pytest.raises(G12cError, match="the store cannot be written"):
        store.write_disk([], tmp_path / "file" / "store")


def test_the_command_line_asks_a_store_on_the_disk(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The same bytes as from memory, and a line for a folder that is none."""
    store.write_disk(store.published(find_sources()), tmp_path / "disk")
    question = ["query", "resistance-by-drug", "--drug", "MRTX849", "--format", "csv"]
    assert main(question) == 0
    here = capfdbinary.readouterr().out
    assert main([*question, "--store", str(tmp_path / "disk")]) == 0
    assert capfdbinary.readouterr().out == here
    assert main([*question, "--store", str(tmp_path)]) == 2
