"""The sources are plain files below one root, and nothing else."""

import os
from pathlib import Path

import pytest

from g12c.errors import G12cError
from g12c.sources import Sources, find_sources


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """A small root with one file of each sort."""
    for name in (
        "ontology/g12c.ttl",
        "ontology/alignments.ttl",
        "graph/things/genes.ttl",
        "graph/claims/resistance.ttl",
        "shapes/claim.ttl",
        "queries/conflicts.rq",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return Sources(tmp_path)


def test_the_folder_is_the_named_graph(sources: Sources) -> None:
    """And each file of the ontology is a graph of its own."""
    assert sources.turtle_files() == [
        ("alignments", sources.ontology / "alignments.ttl"),
        ("claims", sources.graph / "claims" / "resistance.ttl"),
        ("ontology", sources.ontology / "g12c.ttl"),
        ("things", sources.graph / "things" / "genes.ttl"),
    ]
    assert sources.shape_files() == [sources.shapes / "claim.ttl"]
    assert sources.query_files() == [sources.queries / "conflicts.rq"]
    assert sources.query_names() == {"https://w3id.org/g12c/query/conflicts"}


@pytest.mark.parametrize("name", ["graph/stray.ttl", "graph/claims/more/deep.ttl"])
def test_a_file_in_no_named_graph_is_refused(sources: Sources, name: str) -> None:
    """It would be left out in silence."""
    path = sources.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    with pytest.raises(G12cError, match=f"{path.name}: is in no named graph"):
        sources.turtle_files()


@pytest.mark.parametrize("kind", ["folder", "link", "dangling link", "pipe"])
def test_what_is_no_plain_file_is_refused(sources: Sources, kind: str) -> None:
    """Without being opened: a pipe would never answer, a link may lead anywhere."""
    path = sources.graph / "things" / "odd.ttl"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("genes.ttl" if kind == "link" else "nowhere.ttl")
    with pytest.raises(G12cError, match=r"odd\.ttl: is not a plain file"):
        sources.digest()


@pytest.mark.parametrize("folder", ["ontology", "graph/things"])
def test_the_digest_sees_every_change(sources: Sources, folder: str) -> None:
    """Of bytes, of a name, and of which bytes belong to which name."""
    before = sources.digest()
    path = next(path for path in (sources.root / folder).iterdir() if path.is_file())
    path.write_bytes(path.read_bytes() + b"\n")
    changed = sources.digest()
    path.rename(path.with_stem("renamed"))
    renamed = sources.digest()
    assert len({before, changed, renamed}) == 3
    assert sources.digest() == renamed


def test_the_digest_does_not_depend_on_the_place(sources: Sources, tmp_path: Path) -> None:
    """The same sources elsewhere are the same sources."""
    before = sources.digest()
    elsewhere = tmp_path.with_name(f"{tmp_path.name}-elsewhere")
    tmp_path.rename(elsewhere)
    assert Sources(elsewhere).digest() == before


def test_the_sources_of_this_package_are_found() -> None:
    """A checkout has its vocabulary beside the package."""
    assert (find_sources().ontology / "g12c.ttl").is_file()


def test_missing_sources_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package torn from its data says so."""
    monkeypatch.setattr("g12c.sources.__file__", str(tmp_path / "lib" / "g12c" / "sources.py"))
    with pytest.raises(G12cError, match="data folders of g12c are missing"):
        find_sources()


def test_data_inside_the_package_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the wheel."""
    (tmp_path / "lib" / "g12c" / "data" / "ontology").mkdir(parents=True)
    (tmp_path / "ontology").mkdir()
    monkeypatch.setattr("g12c.sources.__file__", str(tmp_path / "lib" / "g12c" / "sources.py"))
    assert find_sources() == Sources(tmp_path.resolve() / "lib" / "g12c" / "data")
