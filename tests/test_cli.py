"""The command line as people use it: right words, wrong words, pipes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_gate import CLAIM, HEAD, LINE

ROOT = Path(__file__).resolve().parents[1]


def g12c(
    *words: str, data: str | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "g12c", *words],
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **variables},
        check=False,
    )


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """The first question after a change of the sources says that it takes some seconds."""
    assert g12c("query", "resistance-by-drug").returncode == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["qery"], "did you mean query?"),
        (["query", "resistence-by-drug"], "did you mean resistance-by-drug"),
        (["query", "resistance-by-drug", "--drog", "x"], "did you mean drug?"),
        (["query", "resistance-by-drug", "--drug"], "--drug needs a value"),
        (["query", "resistance-by-drug", "--drug", "a", "--drug=b"], "--drug is given twice"),
        (["query", "resistance-by-drug", "--drug", "adagrasip"], "did you mean adagrasib"),
        (["query", "resistance-by-drug", "--drug", "gene:kras"], "there is no drug 'gene:kras'"),
        (["query", "no-such-file.rq"], "no-such-file.rq: cannot be read"),
        (["show", "adagrasip"], "did you mean adagrasib"),
        (["trace", "s066-no-such-claim"], "there is no statement"),
        (["trace"], "name one claim, or --all"),
        (["trace", "--all"], "--all needs --article FILE"),
        (["validate", "no-such-file.ttl"], "no-such-file.ttl: cannot be read"),
        (["fmt", "no-such-file.ttl"], "no-such-file.ttl: cannot be read"),
        (["build", "--speed"], "takes no '--speed'"),
    ],
)
def test_a_wrong_call_is_one_clear_line_and_exit_2(words: list[str], says: str) -> None:
    """What was wrong and what is near it; never a traceback."""
    done = g12c(*words)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_a_broken_query_is_named_with_its_line(tmp_path: Path) -> None:
    """A file of one's own is answered, or refused at the place where it is wrong."""
    query = tmp_path / "own.rq"
    query.write_text("SELECT ?drug\nWHERE { ?drug a g12c:Drug }\nORDER BY ?drug\n")
    done = g12c("query", str(query))
    assert done.returncode == 0
    assert "id/drug/sotorasib" in done.stdout
    query.write_text("SELECT ?drug\nWHERE { ?drug a }\n")
    done = g12c("query", str(query))
    assert done.returncode == 2
    assert f"{query}:2:" in done.stderr


@pytest.mark.parametrize("name", ["AMG 510", "amg510", "sotorasib", "drug:sotorasib", "Lumakras"])
def test_a_drug_is_known_by_all_its_names(name: str) -> None:
    """Label, code name, trade name, CURIE: the same answer."""
    done = g12c("query", "resistance-by-drug", "--drug", name)
    assert "confers resistance to" in done.stdout
    assert "adagrasib," not in done.stdout.replace("to-adagrasib", "")


def test_an_empty_answer_says_what_there_is_an_answer_for() -> None:
    """Nothing is not taken for no: neither a wrong name nor a drug that works."""
    done = g12c("query", "drugs-of-class", "--drug", "sotorasib", "--drugClass", "SHP2 inhibitor")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "says nothing of this for --drug 'sotorasib' and --drugClass 'SHP2 inhib" in done.stderr
    assert "for --drug TNO155\n" in done.stderr
    assert "for --drugClass KRAS-G12C inhibitor, covalent KRAS-G12C inhibitor" in done.stderr
    assert g12c("query", "drugs-of-class", "--drug", "sotorasib").stderr == ""


def test_a_person_is_told_what_to_mind() -> None:
    """The trap of a question stands below its answer on a terminal, and is no part of the data."""
    seen, terminal = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "g12c", "query", "variants-without-rescue"],
        stdout=terminal,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    os.close(terminal)
    assert done.stderr.startswith("Mind: A rescue is stated for")
    assert "Mind" not in os.read(seen, 1 << 16).decode()
    os.close(seen)


def test_a_query_of_a_guest_is_asked_once_and_tells_nothing_else(tmp_path: Path) -> None:
    """Its parameters and its trap are its author's: no second asking, no escape to a terminal."""
    head = (
        '#+ summary: x\n#+ trap: "\\e[31mred"\n'
        "#+ parameters:\n#+   drug:\n#+     kind: Drug\n#+     example: adagrasib\n"
    )
    file = tmp_path / "q.rq"
    file.write_text(
        f"{head}CONSTRUCT {{ ?drug a g12c:Drug }}\nWHERE {{\n  ?drug a g12c:Drug .\n}}\n"
    )
    words = ["query", str(file), "--drug", "adagrasib"]
    done = g12c(*words)
    assert (done.returncode, done.stderr) == (0, "")
    assert "drug:adagrasib\n    a g12c:Drug ;" in done.stdout
    seen, terminal = os.openpty()
    shown = subprocess.run(
        [sys.executable, "-m", "g12c", *words], stdout=terminal, stderr=subprocess.PIPE, check=True
    )
    os.close(terminal)
    os.close(seen)
    assert shown.stderr == b""


def test_the_forms_hold_the_same_rows() -> None:
    """CSV by default in a pipe; TSV, JSON and Markdown on demand."""
    words = ["query", "resistance-by-drug", "--drug", "ARS-1620", "--alteration", "KRAS Y96D"]
    csv = g12c(*words).stdout.splitlines()
    table = json.loads(g12c(*words, "--format", "json").stdout)
    assert len(table["results"]["bindings"]) == len(csv) - 1 > 0
    assert len(g12c(*words, "--format", "tsv").stdout.splitlines()) == len(csv)
    assert len(g12c(*words, "--format", "markdown").stdout.splitlines()) == len(csv) + 1


def test_a_closed_pipe_ends_quietly() -> None:
    """``g12c query NAME | head -1`` is no error."""
    command = f"{sys.executable} -m g12c query resistance-by-drug | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("drug,")
    assert done.stderr == ""


@pytest.mark.parametrize("words", [["query"], ["query", "resistance-by-drug"], ["query", "--help"]])
def test_a_cold_question_imports_only_what_it_uses(words: list[str]) -> None:
    """No rdflib, pyshacl, owlready2 or rich on the way to an answer."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "g12c", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(re.findall(r"\| +([\w.]+)$", done.stderr, re.MULTILINE))
    assert "g12c.cli" in imported
    assert not imported & {"rdflib", "pyshacl", "owlready2", "rich", "g12c.build", "g12c.reason"}


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("KRAS Y96D", "NP_004976.2:p.Tyr96Asp"),
        ("p.Tyr96Asp", "alteration:kras-y96d"),
        ("AMG 510", "drug:sotorasib"),
        ("SHP2", "gene:ptpn11"),
        ("NCT03785249", "trial:nct03785249"),
        ("[41]", "reference:41"),
        ("S066", "sentence:S066"),
        ("MONDO:0005233", "disease:nsclc"),
        ("g12c:foundInResistanceTo", "Seen in patients progressing"),
    ],
)
def test_show_knows_everything_by_name(name: str, holds: str) -> None:
    """Labels, synonyms, HGVS, trial and reference numbers, identifiers, terms."""
    done = g12c("show", name)
    assert done.returncode == 0
    assert holds in done.stdout


def test_validate_judges_a_few_lines_beside_the_graph(tmp_path: Path) -> None:
    """A curator's own file needs no copies of our things; a fault is named with file and line."""
    file = tmp_path / "mine.ttl"
    file.write_text(HEAD + CLAIM)
    done = g12c("validate", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    for old, new, line in [
        ("g12c:Affirmed", "g12c:Afirmed", "claim"),
        ("g12c:Affirmed", "g12c:Stated", "claim"),
        ("drug:ars-853 ;", "drug:ars-854 ;", "claim"),
        ("reference:42", "reference:99", "claim"),
    ]:
        file.write_text(HEAD + CLAIM.replace(old, new))
        done = g12c("validate", str(file))
        assert done.returncode == 1, (old, new)
        assert f"{file}:{LINE}:1: error:" in done.stdout, line
    done = g12c("validate", "-", data=HEAD + CLAIM.replace("a g12c:Claim ;", "a g12c:Claim"))
    assert done.returncode == 2
    assert re.match(r"g12c: <stdin>:\d+:\d+: ", done.stderr)


def test_fmt_spells_anew_and_only_when_asked(tmp_path: Path) -> None:
    """--check changes nothing and exits 1; without it the file is spelt anew; twice is once."""
    file = tmp_path / "some.ttl"
    text = "@prefix g12c: <https://w3id.org/g12c/ontology#> . g12c:b a g12c:A. g12c:a a g12c:A ."
    file.write_text(text)
    assert g12c("fmt", "--check", str(file)).returncode == 1
    assert file.read_text() == text
    assert g12c("fmt", str(file)).returncode == 0
    spelt = file.read_text()
    assert spelt.index("g12c:a\n") < spelt.index("g12c:b\n")
    assert g12c("fmt", "--check", str(file)).returncode == 0
    assert g12c("fmt", "-", data=text).stdout == spelt
