"""VA-Spec statements say that a variant predicts resistance only where the review says so."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import rooms
from altered import replaced
from roundtrip import G12C, Proposition, check, dataset, mutant

from g12c.export import find_form

FORM = find_form("va-spec")
CLAIM = "https://w3id.org/g12c/claim/"


def statements(files: Mapping[str, bytes]) -> list[Any]:
    """The statements of an export."""
    found: list[Any] = json.loads(files["va-spec.json"])
    return found


def own(concept: Any) -> str:
    """Our IRI of a concept."""
    codings = [concept["primaryCoding"], *(some["coding"] for some in concept.get("mappings", ()))]
    (iri,) = (iri for some in codings for iri in some["iris"] if "w3id.org/g12c" in iri)
    return str(iri)


def read(files: Mapping[str, bytes]) -> dict[str, Proposition]:
    """What a reader finds who knows VA-Spec and no extension."""
    relations = {"predictsResistanceTo": f"{G12C}confersResistanceTo"}
    polarities = {"supports": "Affirmed", "disputes": "Denied"}
    return {
        statement["id"]: (
            statement["proposition"]["subjectVariant"]["aliases"][0],
            relations[statement["proposition"]["predicate"]],
            own(statement["proposition"]["objectTherapeutic"]),
            polarities[statement["direction"]],
            "Stated",
        )
        for statement in statements(files)
    }


def test_round_trip() -> None:
    """What is not withheld comes back, claim by claim."""
    check(FORM, read, dataset())


def test_round_trip_finds() -> None:
    """An exporter that turns what is affirmed into what is denied fails the round trip."""
    with pytest.raises(AssertionError, match="claims read otherwise"):
        check(FORM, read, mutant("flips polarity"))


SOTORASIB = f"{CLAIM}s066-kras-y96d-confers-resistance-to-sotorasib"


def test_denied_is_disputed() -> None:
    """A denied claim is a statement that disputes the proposition."""
    export = FORM.export(replaced(SOTORASIB, "polarity", "Denied"))
    assert read(export.files)[SOTORASIB][3] == "Denied"


def test_hedged_are_withheld() -> None:
    """A statement has no place for a hedge, so that none is made of a hedged claim."""
    export = FORM.export(replaced(SOTORASIB, "certainty", "Hedged"))
    assert "certainty" in export.loss.withheld[SOTORASIB]
    assert SOTORASIB not in read(export.files)


def test_open_are_withheld() -> None:
    """A claim that leaves open which drug is meant is no statement about that drug."""
    export = FORM.export(replaced(SOTORASIB, "leavesOpen", "WhichDrug"))
    assert "leaves open" in export.loss.withheld[SOTORASIB]


def test_found_and_contributing_are_withheld() -> None:
    """Only a functional test is a prediction."""
    said = {relation for _, relation, *_ in read(FORM.export(dataset()).files).values()}
    assert said == {f"{G12C}confersResistanceTo"}
    withheld = FORM.export(dataset()).loss.withheld
    assert f"{CLAIM}s063-kras-y96c-found-in-resistance-to-adagrasib" in withheld
    assert f"{CLAIM}s068-kras-y96c-contributes-to-resistance-to-adagrasib" in withheld


def test_condition_that_is_not_stated() -> None:
    """Where the review names no disease, the condition joins with none."""
    for statement in statements(FORM.export(dataset()).files):
        claim = next(claim for claim in dataset().claims if claim.iri == statement["id"])
        coding = statement["proposition"]["conditionQualifier"]["primaryCoding"]
        absent = coding["system"].endswith("/data-absent-reason")
        assert absent == ("inDisease" not in claim.values)


def test_extensions_hold_the_rest() -> None:
    """What the standard has no place for is there all the same."""
    for statement in statements(FORM.export(dataset()).files):
        held = {some["name"] for some in statement["extensions"]}
        assert {"inModelSystem", "affectedBy", "leavesOpen", "inSentence", "cites"} <= held


def test_va_spec(tmp_path: Path) -> None:
    """The models of GA4GH take the statements, and compute the same identifiers of alleles."""
    (data,) = FORM.export(dataset()).files.values()
    path = tmp_path / "va-spec.json"
    path.write_bytes(data)
    assert rooms.check("va-spec", path) == f"{len(json.loads(data))} valid"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"predictsResistanceTo"', b'"foundInResistanceTo"'),
        (b'"supports"', b'"suspects"'),
        (b'"conditionQualifier"', b'"condition"'),
        (b'"start": 95', b'"start": 94'),
        (b'"sequence": "D"', b'"sequence": "C"'),
    ],
)
def test_va_spec_refuses(old: bytes, new: bytes, tmp_path: Path) -> None:
    """The check notices what is not in the standard, and an allele that is another one."""
    (data,) = FORM.export(dataset()).files.values()
    assert old in data
    path = tmp_path / "va-spec.json"
    path.write_bytes(data.replace(old, new, 1))
    with pytest.raises(AssertionError):
        rooms.check("va-spec", path)
