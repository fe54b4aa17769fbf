"""Tables hold every claim whole, refer to each other rightly, and run nothing in a spreadsheet."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
import rooms
from altered import altered
from roundtrip import G12C, Proposition, check, dataset, mutant, value
from test_export_loss import FAULTS

from g12c.export import find_form

FORM = find_form("tables")
OTHERS = {"ontology", "alignments", "direct", "derived", "inferred"}
"""The graphs that no table is made from, but for some names in ``derived``."""

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "'quoted", "\uff1d1", 'a"b,c\nd', "a b"]


def rows(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    """The rows of a table as meant: without the apostrophe that disarms a cell."""
    text = io.StringIO(files[f"tables/{name}.csv"].decode(), newline="")
    return [
        {column: cell.removeprefix("'") for column, cell in row.items()}
        for row in csv.DictReader(text, strict=True)
    ]


def read(files: Mapping[str, bytes]) -> dict[str, Proposition]:
    """What a reader with the csv module and the prefixes of the package finds."""
    prefixes = json.loads(files["tables/datapackage.json"])["prefixes"]

    def expand(curie: str) -> str:
        prefix, _, local = curie.partition(":")
        return f"{prefixes[prefix]}{local}" if curie else ""

    found = {}
    for row in rows(files, "claims"):
        number = row["value"] or f"{row['lower_value']} to {row['upper_value']}"
        found[expand(row["claim"])] = (
            expand(row["subject"]),
            expand(row["relation"]),
            expand(row["object"]) or row["text"] or f"{number} {row['unit']}",
            row["polarity"],
            row["certainty"],
        )
    return found


def test_round_trip() -> None:
    """Every claim comes back, and nothing of it is lost."""
    check(FORM, read, dataset())
    assert FORM.export(dataset()).loss.summary() == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_round_trip_finds(fault: str) -> None:
    """An exporter with a fault fails the round trip."""
    with pytest.raises(AssertionError, match="claims read otherwise"):
        check(FORM, read, mutant(fault))


def test_every_property() -> None:
    """Every value that a claim has in the store stands in its row."""
    files = FORM.export(dataset()).files
    by_iri = {row["claim"].partition(":")[2]: row for row in rows(files, "claims")}
    count = 0
    for claim in dataset().claims:
        row = by_iri[claim.name]
        for name, values in claim.values.items():
            column = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
            column = {"predicate": "relation", "text_value": "text"}.get(column, column)
            cells = [cell.rpartition(":")[2] or cell for cell in row[column].split("|")]
            short = [v if "//" not in v else v.replace("#", "/").rpartition("/")[2] for v in values]
            if name != "unit":
                assert sorted(cells) == sorted(v.rpartition(":")[2] or v for v in short), name
                count += 1
    assert count > 3000


COLUMNS = {
    "altLabel": "synonyms",
    "bibliographicCitation": "citation",
    "defectKind": "kind",
    "exactMatch": "works",
    "hiddenLabel": "other_names",
    "identityStatus": "status",
    "inSection": "section",
    "mappedThing": "thing",
    "mappingConfidence": "confidence",
    "mappingRelation": "relation",
    "mappingSource": "source",
    "mappingTarget": "iri",
    "predicate": "relation",
    "preferredIdentifier": "iri",
    "referenceNumber": "number",
    "targetLabel": "label",
    "textValue": "text",
    "type": "kind",
    "wasAttributedTo": "curator",
}
"""The columns that are not called after the property that they hold."""

KINDS = {
    "claims": "Claim",
    "defects": "Defect",
    "mappings": "Mapping",
    "printed_claims": "PrintedClaim",
    "references": "Reference",
    "sentences": "Sentence",
}
"""The tables that hold records of one class, which they need no column for."""


def test_nothing_is_lost() -> None:
    """Every triple that the curators assert stands in a table, whatever it is about."""
    files = FORM.export(dataset()).files
    package = json.loads(files["tables/datapackage.json"])
    tables = {resource["name"]: rows(files, resource["name"]) for resource in package["resources"]}

    def whole(cell: str) -> str:
        prefix, _, local = cell.partition(":")
        return f"{package['prefixes'][prefix]}{local}" if prefix in package["prefixes"] else cell

    facts = {
        (whole(row["subject"]), whole(row["property"]), whole(row["object"]) or row["text"])
        for row in tables.pop("facts")
    }
    cells: dict[str, dict[str, set[str]]] = {}
    for name, records in tables.items():
        for row in records:
            found = {c: {*cell.split("|"), *map(whole, cell.split("|"))} for c, cell in row.items()}
            found.setdefault("kind", set()).add(KINDS.get(name, ""))
            cells[whole(next(iter(row.values())))] = found
    names = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    codes = ox.NamedNode("http://www.w3.org/2004/02/skos/core#notation")
    lost, left = [], {*facts}
    for quad in dataset().quads:
        if value(quad.graph_name).rpartition("/")[2] in OTHERS:
            continue
        subject, target = value(quad.subject), value(quad.object)
        fact = subject, quad.predicate.value, target
        if fact in facts:
            left.discard(fact)
            continue
        local = re.split("[/#]", quad.predicate.value)[-1]
        column = COLUMNS.get(local, "".join(f"_{c.lower()}" if c.isupper() else c for c in local))
        if local == "label" and target.strip("[]") == subject.rpartition("/")[2]:
            continue  # of a sentence or reference: the key says it
        said = {target, target.removeprefix(G12C)}
        for link in (names, codes):
            if isinstance(quad.object, ox.NamedNode):
                about = dataset().store.quads_for_pattern(quad.object, link, None, None)
                said |= {value(other.object) for other in about}
        if not said & cells.get(subject, {}).get(column, set()):
            lost.append(fact)
    assert lost == []
    assert left == set()
    assert len(facts) > 300


def test_no_cell_has_the_separator() -> None:
    """A value with ``|`` in it could not be told from several."""
    for quad in dataset().store:
        if value(quad.graph_name).rpartition("/")[2] not in OTHERS:
            assert "|" not in value(quad.object)


def evil() -> Mapping[str, bytes]:
    """The tables of a dataset whose references are what a spreadsheet would run."""
    citation = ox.NamedNode("http://purl.org/dc/terms/bibliographicCitation")

    def change(quad: ox.Quad) -> Iterable[ox.Quad]:
        if quad.predicate.value == f"{G12C}referenceNumber":
            number = int(getattr(quad.object, "value", "0"))
            if number <= len(EVIL):
                text = ox.Literal(EVIL[number - 1])
                return [quad, ox.Quad(quad.subject, citation, text, quad.graph_name)]
        return [] if quad.predicate == citation else [quad]

    return FORM.export(altered(change)).files


def test_formulas_are_disarmed() -> None:
    """No cell begins with what a spreadsheet runs, and each is had again by its apostrophe."""
    files = evil()
    text = io.StringIO(files["tables/references.csv"].decode(), newline="")
    cells = [row["citation"] for row in csv.DictReader(text)]
    assert not [
        cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))
    ]
    assert [row["citation"] for row in rows(files, "references")][: len(EVIL)] == EVIL


def unpack(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write an export to a folder and return the package."""
    (folder / "tables").mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder / "tables" / "datapackage.json"


def test_frictionless(tmp_path: Path) -> None:
    """Frictionless finds the package valid: types, keys, references, sizes, hashes."""
    assert rooms.check("frictionless", unpack(FORM.export(dataset()).files, tmp_path)).startswith(
        "9 "
    )


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("claims", b"g12c.drug:sotorasib,sotorasib,", b"g12c.drug:no-such,sotorasib,"),
        ("sentences", b",66,", b",sixty,"),
        ("claims", b"2026-11-23", b"2026-13-23"),
    ],
    ids=["reference", "type", "date"],
)
def test_frictionless_refuses(table: str, old: bytes, new: bytes, tmp_path: Path) -> None:
    """It would notice a key without a row, and a value of another type."""
    files = dict(FORM.export(dataset()).files)
    name = f"tables/{table}.csv"
    package = json.loads(files["tables/datapackage.json"])
    for resource in package["resources"]:
        del resource["hash"], resource["bytes"]  # not by the checksum alone
    files[name] = files[name].replace(old, new, 1)
    files["tables/datapackage.json"] = json.dumps(package).encode()
    with pytest.raises(AssertionError, match=r"foreign-key|type-error"):
        rooms.check("frictionless", unpack(files, tmp_path))
