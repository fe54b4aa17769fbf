"""The mapping set holds every mapping, with IRIs that are the ones of the graph."""

import csv
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rooms
from roundtrip import G12C, dataset

from g12c.export import Loss, find_form

(DATA,) = find_form("sssom").export(dataset()).files.values()


def read(data: bytes) -> dict[str, tuple[str, str, str]]:
    """Mapping → (thing, relation, entry), as a reader with the csv module finds them."""
    lines = data.decode().splitlines()
    header = [line[1:] for line in lines if line.startswith("#")]
    (line,) = (line for line in header if line.startswith("curie_map:"))
    prefixes = json.loads(line.removeprefix("curie_map:"))

    def expand(curie: str) -> str:
        prefix, _, local = curie.partition(":")
        return f"{prefixes[prefix]}{local}"

    return {
        expand(row["record_id"]): (
            expand(row["subject_id"]),
            expand(row["predicate_id"]),
            expand(row["object_id"]),
        )
        for row in csv.DictReader(lines[len(header) :], delimiter="\t", quoting=csv.QUOTE_NONE)
    }


def truth() -> dict[str, tuple[str, str, str]]:
    """The same from the store."""
    query = f"""
    PREFIX g12c: <{G12C}>
    SELECT ?mapping ?thing ?relation ?entry WHERE {{
      ?mapping a g12c:Mapping ;
        g12c:mappedThing ?thing ;
        g12c:mappingRelation ?relation ;
        g12c:mappingTarget ?entry .
    }}"""
    found = dataset().store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    rows = [[term.value for term in row] for row in found]
    return {mapping: (thing, relation, entry) for mapping, thing, relation, entry in rows}


def test_round_trip() -> None:
    """Every mapping comes back with its thing, its relation and the IRI of its entry."""
    expected = truth()
    assert len(expected) > 250
    assert read(DATA) == expected


def test_round_trip_finds_another_relation() -> None:
    """A mapping that claims to be closer than it is would be seen."""
    assert read(DATA.replace(b"skos:broadMatch", b"skos:exactMatch", 1)) != truth()


def test_only_what_was_read_is_curated() -> None:
    """An identifier that was not read in another source is not passed off as such."""
    confidence = {
        entry.mapping: entry.confidence for thing in dataset().things for entry in thing.entries
    }
    lines = [line for line in DATA.decode().splitlines() if not line.startswith("#")]
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        name = row["record_id"].partition(":")[2]
        read_there = confidence[f"https://w3id.org/g12c/mapping/{name}"] == "verified"
        assert (row["mapping_justification"] == "semapv:ManualMappingCuration") == read_there


def test_holds_no_claim() -> None:
    """There is nothing of claims to be lost."""
    assert find_form("sssom").export(dataset()).loss == Loss()


def test_sssom(tmp_path: Path) -> None:
    """sssom-py finds the set valid."""
    path = tmp_path / "g12c.sssom.tsv"
    path.write_bytes(DATA)
    assert rooms.check("sssom", path) == f"{len(truth())} valid"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"semapv:ManualMappingCuration", b"semapv:LookedAtIt"),
        (b"\tcomment\t", b"\tremark\t"),
        (b"#mapping_set_title", b"#title_of_set"),
        (b"\tskos:exactMatch\t", b"\tvery close\t"),
        (b"#license", b"#licence"),
    ],
)
def test_sssom_refuses(old: bytes, new: bytes, tmp_path: Path) -> None:
    """The check would notice a term that is not in SSSOM."""
    assert old in DATA
    path = tmp_path / "g12c.sssom.tsv"
    path.write_bytes(DATA.replace(old, new, 1))
    with pytest.raises(AssertionError):
        rooms.check("sssom", path)
