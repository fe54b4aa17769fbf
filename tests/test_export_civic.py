"""Drafts for CIViC are marked as drafts, and say of whom and what is missing."""

import csv
from collections.abc import Mapping

import pytest
from altered import replaced
from roundtrip import G12C, Proposition, check, dataset, mutant, truth

from g12c.export import find_form

FORM = find_form("civic")
CLAIM = "https://w3id.org/g12c/claim/"
THING = "https://w3id.org/g12c/id/"


def rows(files: Mapping[str, bytes]) -> list[dict[str, str]]:
    """The lines of a TSV without quotes."""
    lines = files["civic-drafts.tsv"].decode().split("\n")[:-1]
    return [*csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)]


def read(files: Mapping[str, bytes]) -> dict[str, Proposition]:
    """What a reader finds who reads names as CIViC gives them."""
    found = {}
    for row in rows(files):
        profile = row["molecular_profile"].lower().replace(" and kras ", "-").replace(" ", "-")
        ends = f"{THING}alteration/{profile}", f"{THING}drug/{row['therapies'].lower()}"
        if row["significance"] == "SENSITIVITYRESPONSE":
            ends = ends[1], ends[0]
        found[CLAIM + row["claim"].partition(":")[2]] = (
            ends[0],
            G12C + row["relation"].partition(":")[2],
            ends[1],
            {"SUPPORTS": "Affirmed", "DOES_NOT_SUPPORT": "Denied"}[row["evidence_direction"]],
            "Stated",
        )
    return found


def test_round_trip() -> None:
    """What is not withheld comes back, claim by claim."""
    check(FORM, read, dataset())


def test_round_trip_finds() -> None:
    """An exporter that turns what is affirmed into what is denied fails the round trip."""
    with pytest.raises(AssertionError, match="claims read otherwise"):
        check(FORM, read, mutant("flips polarity"))


def test_hedged_is_no_draft() -> None:
    """A draft has no place for a hedge, so that none is made of a hedged claim."""
    name = f"{CLAIM}s066-kras-y96d-confers-resistance-to-sotorasib"
    assert name in read(FORM.export(dataset()).files)
    assert name not in read(FORM.export(replaced(name, "certainty", "Hedged")).files)


def test_what_is_found_or_hedged_is_no_draft() -> None:
    """Neither a mutation found in resistant patients nor what may be so is evidence to submit."""
    said = truth(dataset().store)
    drafts = read(FORM.export(dataset()).files)
    assert drafts
    for claim in drafts:
        assert said[claim][1] != f"{G12C}foundInResistanceTo"
        assert said[claim][4] == "Stated"


def test_marked() -> None:
    """Every draft says that nobody has read the paper for it."""
    for row in rows(FORM.export(dataset()).files):
        assert row["status"] == "not yet read against the primary paper"
        assert row["to_do"].startswith("read the primary paper")
        assert row["evidence_type"] == "PREDICTIVE"


def test_papers_only_where_verified() -> None:
    """A PubMed identifier is that of a cited work that was verified; else it is to be found."""
    verified = {r.pubmed for claim in dataset().claims for r in claim.cites if r.pubmed}
    count = 0
    for row in rows(FORM.export(dataset()).files):
        assert {*filter(None, row["citation_id"].split("|"))} <= verified
        assert bool(row["citation_id"]) or "find the primary paper" in row["to_do"]
        count += bool(row["citation_id"])
    assert count


def test_level_is_that_of_the_evidence() -> None:
    """What was seen in cells is preclinical."""
    assert {row["evidence_level"] for row in rows(FORM.export(dataset()).files)} == {"D"}
