"""Nothing is lost in silence: what a form cannot hold is listed, what it would bend withheld."""

import argparse
import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from roundtrip import G12C, check, dataset, mutant, truth, value

import g12c.export
from g12c.errors import G12cError
from g12c.export import (
    ASPECTS,
    ESSENTIAL,
    EVERYTHING,
    FORMS,
    Form,
    Loss,
    command,
    find_form,
    sift,
)

TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


# --- the view ---------------------------------------------------------------------------------


def test_view_is_the_dataset() -> None:
    """The claims that exporters read say what SPARQL finds in the store."""
    seen = {}
    for claim in dataset().claims:
        names = ("value",) if "value" in claim.values else ("lowerValue", "upperValue")
        number = " to ".join(value for name in names for value in claim.values.get(name, ()))
        number = f"{number} {claim.unit}"
        seen[claim.iri] = (
            claim.subject.iri if claim.subject else "",
            claim.predicate,
            claim.object.iri if claim.object else claim.text or number,
            claim.polarity,
            claim.certainty,
        )
    assert seen == truth(dataset().store)


def test_view_has_every_context() -> None:
    """Each thing that a claim's context names is there under the name of its property."""
    names = {*ASPECTS["context"]} - {"qualifier", "when"}
    count = 0
    for claim in dataset().claims:
        for name in names & claim.values.keys():
            assert tuple(thing.iri for thing in claim.context[name]) == claim.values[name]
            count += 1
    assert count > 100


def test_view_has_every_mapping() -> None:
    """Entries of other resources reach the things, preferred ones with their CURIE."""
    kind = ox.NamedNode(f"{G12C}Mapping")
    mappings = {value(q.subject) for q in dataset().store.quads_for_pattern(None, TYPE, kind, None)}
    assert {entry.mapping for thing in dataset().things for entry in thing.entries} == mappings
    preferred = [thing for thing in dataset().things if thing.preferred]
    assert preferred
    assert all(thing.curie for thing in preferred)


def test_every_property_of_a_claim_has_an_aspect() -> None:
    """A property that claims come to have must be accounted for before it can be exported."""
    proposition = {"subject", "predicate", "object", "textValue"}
    numbers = {"value", "lowerValue", "upperValue", "unit"}
    used = {name for claim in dataset().claims for name in claim.values}
    assert used - proposition - numbers <= EVERYTHING


# --- sifting ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ESSENTIAL))
def test_what_would_be_bent_is_withheld(name: str) -> None:
    """Without a place for an essential property, all claims that have it are withheld."""
    kept, loss = sift(dataset().claims, EVERYTHING - {name})
    bent = {
        claim.iri
        for claim in dataset().claims
        if name in claim.aspects and (name != "leavesOpen" or claim.is_open)
    }
    assert bent
    assert loss.withheld.keys() == bent
    assert {claim.iri for claim in kept} == {c.iri for c in dataset().claims} - bent
    assert all(name in reason for reason in loss.withheld.values())


def test_denied_and_hedged_are_what_is_withheld() -> None:
    """An affirmed fact needs no place for polarity and certainty; all others do."""
    kept, _ = sift(dataset().claims, EVERYTHING - {"polarity", "certainty"})
    assert {(claim.polarity, claim.certainty) for claim in kept} == {("Affirmed", "Stated")}


@pytest.mark.parametrize("name", sorted(EVERYTHING - ESSENTIAL))
def test_what_is_left_out_is_listed(name: str) -> None:
    """Without a place for another property, all claims that have it are listed with it."""
    kept, loss = sift(dataset().claims, EVERYTHING - {name})
    assert len(kept) == len(dataset().claims)
    having = {claim.iri for claim in dataset().claims if name in claim.values}
    assert loss.lost == dict.fromkeys(having, (name,))


def test_nothing_lost() -> None:
    """A form with a place for everything loses nothing."""
    kept, loss = sift(dataset().claims, EVERYTHING)
    assert (tuple(kept), loss) == (dataset().claims, Loss())
    assert loss.summary() == ""


def test_refused_claims_carry_the_reason() -> None:
    """A claim that a form does not take is listed with the reason."""
    _, loss = sift(dataset().claims, EVERYTHING, lambda claim: "is a name" if claim.text else "")
    assert loss.withheld == {c.iri: "is a name" for c in dataset().claims if c.text}


def test_report() -> None:
    """The report has one line a claim, sorted, with what was lost of it or why it is withheld."""
    base = "https://w3id.org/g12c/claim/"
    loss = Loss({f"{base}b": ("denominator", "inDisease")}, {f"{base}a": "is a name"})
    assert loss.table().decode().split("\n") == [
        "iri\tfate\taspects\tproperties\treason",
        f"{base}a\twithheld\t\t\tis a name",
        f"{base}b\treduced\tcontext|denominator\tdenominator|inDisease\t",
        "",
    ]
    assert loss.summary() == "1 withheld, context left out of 1, denominator left out of 1"


def test_round_trip_finds_what_is_not_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were hedged claims let through a form without a place for it, its round trip would fail."""
    from test_export_rdf import reader

    monkeypatch.setattr(g12c.export, "ESSENTIAL", frozenset())
    with pytest.raises(AssertionError, match="'Hedged'"):
        check(find_form("minimal"), lambda files: reader("minimal", files), dataset())


FAULTS = ("flips polarity", "drops negation", "drops hedges")


def test_mutants_differ() -> None:
    """The mutants that round trips are tried on have the fault that they are named after."""
    said = {fault: {p[3:] for p in truth(mutant(fault).store).values()} for fault in FAULTS}
    assert all(polarity == "Affirmed" for polarity, _ in said["drops negation"])
    assert all(certainty == "Stated" for _, certainty in said["drops hedges"])
    assert ("Denied", "Expected") in said["flips polarity"]


# --- forms ------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_form(form: Form) -> None:
    """Names and lines fit a list; files are relative and stay below the folder they go to."""
    assert len(form.line) <= 70
    export = form.export(dataset())
    assert form.claims or export.loss == Loss()
    for name, data in export.files.items():
        assert name == ".zenodo.json" or not name.startswith(("/", "."))
        assert ".." not in name.split("/")
        assert data.endswith(b"\n")
        data.decode()


def test_unknown_form() -> None:
    """A misspelt form gets the nearest right ones."""
    with pytest.raises(G12cError, match="did you mean turtle"):
        find_form("turtel")


# --- the command ------------------------------------------------------------------------------


def export(*words: str) -> list[str]:
    """Run ``g12c export`` and return what it reports."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    reported: list[str] = []
    assert command.run(parser.parse_args(words), reported.append) == 0
    return reported


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a form all are listed, one a line."""
    export()
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == [form.name for form in FORMS]


def test_list_is_cold() -> None:
    """The list comes at once: nothing that reads RDF is imported for it."""
    script = (
        "import argparse, sys\n"
        "from g12c.export import command\n"
        "parser = argparse.ArgumentParser()\n"
        "command.add_arguments(parser)\n"
        "command.run(parser.parse_args([]), print)\n"
        "sys.exit(bool({'pyoxigraph', 'rdflib', 'yaml'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 0


def test_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """One file goes to the standard output; what it does not hold is reported, not mixed in."""
    reported = export("minimal")
    out = capfdbinary.readouterr().out
    assert {"g12c-minimal.ttl": out} == find_form("minimal").export(dataset()).files
    assert reported[-1].startswith("minimal: ")
    assert "withheld" in reported[-1]


def test_to_file(tmp_path: Path) -> None:
    """A file is written whole, with the report of what it lacks beside it, and nothing else."""
    export("minimal", "-o", str(tmp_path / "my.ttl"))
    made = find_form("minimal").export(dataset())
    assert (tmp_path / "my.ttl").read_bytes() == made.files["g12c-minimal.ttl"]
    assert (tmp_path / "my.ttl.loss.tsv").read_bytes() == made.loss.table()
    export("ntriples", "-o", str(tmp_path / "my.nt"))
    assert {path.name for path in tmp_path.iterdir()} == {"my.ttl", "my.ttl.loss.tsv", "my.nt"}


def test_to_folder(tmp_path: Path) -> None:
    """A folder takes the files under their own names and the report, also if it is not there."""
    export("trig", "--slice", "direct", "--iris", "canonical", "-o", f"{tmp_path}/new/")
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {"new/g12c-direct-canonical.trig", "new/loss/trig.tsv"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["metadata"], "several files .* name a folder with -o FOLDER"),
        (["owl", "--slice", "direct"], "owl takes no --slice; those that do: turtle"),
        (["minimal", "--slice", "direct"], "minimal takes no --slice"),
        (["nonsense"], "there is no form 'nonsense'"),
    ],
)
def test_wrong_call(words: list[str], message: str) -> None:
    """A call that makes no sense is refused with what to do instead."""
    with pytest.raises(G12cError, match=message):
        export(*words)


@pytest.mark.parametrize("step", ["write", "replace"])
def test_never_half_a_file(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk refuses, what stood there stays and nothing is left beside it."""
    target = tmp_path / "my.nt"
    target.write_bytes(b"old")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "write":
        monkeypatch.setattr(os, "fdopen", refuse)
    else:
        monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(G12cError, match=rf"^{re.escape(str(target))}: cannot be written: No space"):
        export("context", "-o", str(target))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("my.nt", b"old")]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs the files of Linux's kernel")
def test_where_nothing_can_be_written() -> None:
    """What is told is the file that was asked for, not the one that would be renamed to it."""
    with pytest.raises(G12cError, match=r"^/proc/x: cannot be written: No such file"):
        export("context", "-o", "/proc/x")


def test_only_plain_files_are_replaced(tmp_path: Path) -> None:
    """A pipe or a device is not replaced by a file."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(G12cError, match="pipe: cannot be written: is no plain file"):
        export("context", "-o", str(tmp_path / "pipe"))
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("existing", [True, False])
def test_rights_of_files(tmp_path: Path, *, existing: bool) -> None:
    """A new file has the rights that new files have here; an old one keeps its own."""
    target, other = tmp_path / "context.jsonld", tmp_path / "other"
    other.touch()
    if existing:
        target.touch()
        target.chmod(0o640)
    export("context", "-o", str(target))
    assert target.stat().st_mode == (0o100640 if existing else other.stat().st_mode)


def test_two_forms_with_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release in which one form would overwrite the file of another is not made."""
    twin = dataclasses.replace(find_form("context"), name="twin")
    monkeypatch.setattr(g12c.export, "FORMS", (find_form("context"), twin))
    with pytest.raises(G12cError, match=r"two forms make context\.jsonld"):
        g12c.export.release_files(dataset())
