"""What the gate lets through, what it stops, and where it says the fault is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox
import pytest

from g12c.errors import G12cError, SourceError
from g12c.gate import Gate, Judgement, shapes_of
from g12c.limits import limited
from g12c.namespaces import PREFIXES
from g12c.sources import Sources, find_sources
from g12c.validate import Engine

ROOT = Path(__file__).resolve().parents[1]
HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items() if prefix)
LINE = HEAD.count("\n") + 2
CLAIM = """
claim:s066-kras-y96d-confers-resistance-to-ars-853
    a g12c:Claim ;
    g12c:subject alteration:kras-y96d ;
    g12c:predicate g12c:confersResistanceTo ;
    g12c:object drug:ars-853 ;
    dcterms:created "2026-11-23"^^xsd:date ;
    g12c:certainty g12c:Stated ;
    g12c:cites reference:42 ;
    g12c:evidenceType evidence:cell-based-assay ;
    g12c:inSentence sentence:S066 ;
    g12c:polarity g12c:Affirmed ;
    g12c:resistanceKind g12c:UnstatedKind ;
    prov:wasAttributedTo agent:g12c-curators ;
.
"""


def judge(*files: tuple[str, str], base: str = "", sources: Sources | None = None) -> Judgement:
    """The judgement on files of these names and texts."""
    gate = Gate.of(sources or find_sources())
    return gate.judge([(name, text.encode()) for name, text in files], base)


def found(judgement: Judgement) -> set[str]:
    """The local names of the shapes that were broken."""
    return {
        result.shape.value.rpartition("/")[2]
        for result in judgement.report.results
        if not str(result.shape).startswith("_:")
    }


def with_shapes(folder: Path, text: str) -> Sources:
    """Our sources with only these shapes."""
    for name in ("ontology", "graph", "queries"):
        (folder / name).symlink_to(find_sources().root / name)
    (folder / "shapes").mkdir()
    (folder / "shapes/some.ttl").write_text(f"# Some shapes.\n{HEAD}\n{text}")
    return Sources(folder)


def test_our_own_graph_conforms() -> None:
    """Nothing is broken, and every shape met something."""
    judgement = judge()
    assert judgement.exit_code() == 0
    assert judgement.report.idle == ()


def test_a_few_lines_are_enough() -> None:
    """Beside the graph they need no copy of it, and advice about the graph is no news to them."""
    judgement = judge(("f.ttl", HEAD + CLAIM))
    assert judgement.report.results == ()
    assert judgement.exit_code(strict=True) == 0


def test_the_reference_works_in_a_limited_process_too(tmp_path: Path) -> None:
    """The same is found by pySHACL there, where it can import and open nothing."""
    shape = """shape:A sh:targetClass g12c:Claim ; sh:path g12c:polarity ; sh:in ( g12c:Affirmed ) ;
      sh:sparql [ sh:select "SELECT $this { $this <https://x.org/p> ?value }" ] ."""
    sources = with_shapes(tmp_path, shape)
    wrong = [("f.ttl", (HEAD + CLAIM.replace("g12c:Affirmed", "g12c:Stated")).encode())]

    def results(engine: Engine) -> list[str]:
        gate = Gate.of(sources, engine)

        def work(out: BinaryIO) -> int:
            report = gate.judge(wrong).report
            out.write(
                json.dumps([f"{r.focus} {r.shape} {r.value}" for r in report.results]).encode()
            )
            return 0

        _, data = limited(work, "f.ttl", 120)
        found: list[str] = json.loads(data)
        return found

    assert results("fast") == results("pyshacl") != []


def test_the_place_of_the_focus_and_of_the_triple() -> None:
    """The focus node gives file, line and column; the triple at fault has a line too."""
    text = HEAD + CLAIM.replace("drug:ars-853 ;", "drug:ars-854 ;")
    judgement = judge(("other.ttl", HEAD + CLAIM.replace("ars-853", "ars-1620")), ("f.ttl", text))
    result = next(r for r in judgement.report.results if r.value and "ars-854" in str(r.value))
    assert judgement.places(result.focus) == ("f.ttl", LINE, 1)
    assert result.path is not None
    assert result.value is not None
    predicate = ox.NamedNode(result.path.sparql[1:-1])
    place = judgement.places(result.focus, predicate, result.value)
    assert place is not None
    assert text.splitlines()[place[1] - 1].strip() == "g12c:object drug:ars-854 ;"


def test_a_place_in_rdf_xml() -> None:
    """A thing is found where the file names it."""
    names = f'xmlns:rdf="{PREFIXES["rdf"]}" xmlns:g12c="{PREFIXES["g12c"]}"'
    text = f'<rdf:RDF {names}>\n<g12c:Drug rdf:about="https://x.org/?a&amp;b"/>\n</rdf:RDF>'
    judgement = judge(("f.rdf", text))
    assert judgement.exit_code() == 1
    assert judgement.places(judgement.report.results[0].focus) == ("f.rdf", 2, 23)


def test_files_are_judged_together() -> None:
    """What one file refers to may stand in the other."""
    claim = CLAIM.replace("drug:ars-853", "drug:new-1").replace("ars-853", "new-1")
    drug = 'drug:new-1 a g12c:Drug ; rdfs:label "new 1" .'
    alone = found(judge(("claim.ttl", HEAD + claim)))
    together = found(judge(("claim.ttl", HEAD + claim), ("drug.ttl", f"{HEAD}\n{drug}")))
    assert "closure-thing-is-described" in alone - together


def test_nothing_to_judge() -> None:
    """Data of classes that no shape knows do not conform: they were not judged."""
    judgement = judge(("f.ttl", f"{HEAD}<https://x.org/a> a <https://x.org/C> ."))
    assert not judgement.judged
    assert judgement.exit_code() == 2
    assert found(judgement) == {"closure-node-is-judged", "closure-vocabulary-is-known"}


def test_somebody_elses_graph_of_the_same_shape() -> None:
    """With a base its names are judged as ours would be, and reported as they are."""
    files = [
        (str(path), path.read_text())
        for path in sorted((ROOT / "tests/examples/own-claims").rglob("*.ttl"))
    ]
    assert len(files) > 1
    base = "https://kras.example.org/"
    assert judge(*files, base=base).exit_code(strict=True) == 0
    assert "Claim-slug" in found(judge(*files))
    name, text = files[0]
    wrong = judge((name, text.replace("g12c:Stated", "g12c:Sure", 1)), *files[1:], base=base)
    assert wrong.exit_code() == 1
    for result in wrong.report.results:
        assert str(result.focus).startswith(f"<{base}claim/s001")
        place = wrong.places(result.focus)
        assert place is not None
        assert place[0] == name


def test_with_a_base_our_claims_are_not_theirs() -> None:
    """A reference to our sentence leads nowhere there."""
    base = "https://kras.example.org/"
    text = HEAD + CLAIM.replace("\nclaim:", f"\n<{base}claim/>").replace(">s066", "s066")
    text = text.replace("ars-853\n    a ", "ars-853>\n    a ")
    assert "closure-thing-is-described" in found(judge(("f.ttl", text), base=base))


BAD_SHAPES = {
    "misspelt": ("sh:minCout 1", "is sh:minCount meant?"),
    "no-number": ('sh:minCount "one"', "a whole number"),
    "not-sparql": ('sh:sparql [ sh:select "SELECT $this { ?a ?b }" ]', "is not SPARQL"),
    "service": ('sh:sparql [ sh:select "SELECT $this { SERVICE <x:> {} }" ]', "SERVICE"),
    "script": ('sh:js [ sh:jsFunctionName "f" ]', "sh:js is misspelt or not supported"),
    "rule": ('sh:rule [ sh:construct "" ]', "sh:rule is misspelt or not supported"),
    "explodes": ('sh:pattern "^(a+)+$"', "repeats a repetition"),
    "recursive": ("sh:node shape:Bad", "refers to itself"),
}


@pytest.mark.parametrize(("part", "says"), BAD_SHAPES.values(), ids=BAD_SHAPES)
def test_a_bad_shape_is_named_with_its_place(tmp_path: Path, part: str, says: str) -> None:
    """It stops everything, since it would check nothing or something else."""
    target = "" if part.startswith("sh:sparql") else "sh:path rdfs:label ;"
    sources = with_shapes(tmp_path, f"shape:Bad sh:targetClass g12c:Drug ; {target} {part} .")
    with pytest.raises(SourceError) as raised:
        shapes_of(sources)
    assert says in str(raised.value)
    assert f"shapes/some.ttl:{LINE + 1}:1: shape shape:Bad: " in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ("<https://x.org/s> a owl:Ontology ; owl:imports <http://127.0.0.1:9/x> .", "no shape"),
        ("shape:S sh:path rdfs:label ; sh:minCount 1 .", "has no target"),
        ("shape:S sh:targetClass g12c:Nobody ; sh:nodeKind sh:IRI .", "no shape meets a node"),
    ],
)
def test_shapes_that_judge_nothing(tmp_path: Path, shape: str, says: str) -> None:
    """That nothing was found would say nothing."""
    with pytest.raises(G12cError, match=says) as raised:
        judge(sources=with_shapes(tmp_path, shape))
    assert raised.value.exit_code == 2


def test_an_idle_shape_is_noted(tmp_path: Path) -> None:
    """One of several without a focus node stops nobody, unless that is asked for."""
    kind = "sh:nodeKind sh:IRI ."
    text = f"shape:A sh:targetClass g12c:Drug ; {kind} shape:B sh:targetClass g12c:Nobody ; {kind}"
    judgement = judge(sources=with_shapes(tmp_path, text))
    assert [str(node) for node in judgement.report.idle] == [f"<{PREFIXES['shape']}B>"]
    assert (judgement.exit_code(), judgement.exit_code(strict=True)) == (0, 1)


# --- the command ------------------------------------------------------------------------------


def g12c(*words: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a folder."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )


def test_our_own_graph_is_judged_at_once(tmp_path: Path) -> None:
    """The verdict is one line, behind the advice; a person need not wait for it."""
    g12c("-m", "g12c", "validate", folder=tmp_path)  # the dataset is in the cache now
    done = g12c("-X", "importtime", "-m", "g12c", "validate", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("The data conform to ")
    assert "error" not in done.stdout
    for name in ("rdflib", "pyshacl", "owlready2", "rich"):
        assert f" {name}\n" not in done.stderr


def test_every_format_of_the_command(tmp_path: Path) -> None:
    """The same finding, for a person and for machines; GitHub's summary is added to."""
    (tmp_path / "f.ttl").write_text(HEAD + CLAIM.replace("g12c:Affirmed", "g12c:Stated"))
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    for form in ("text", "json", "ttl", "github", "sarif", "junit"):
        words = ["-m", "g12c", "validate", "f.ttl", "--format", form]
        done = g12c(*words, folder=tmp_path, GITHUB_STEP_SUMMARY=str(summary))
        assert (done.returncode, done.stderr) == (1, "")
        assert "polarity" in done.stdout
        if form in ("json", "sarif"):
            assert json.loads(done.stdout)
        assert summary.read_text().startswith("before\n")
        assert ("polarity" in summary.read_text()) is (form in ("github", "sarif", "junit"))


def test_a_folder_holds_what_can_be_read(tmp_path: Path) -> None:
    """All RDF below it is taken, other files are not, and the place names the file in it."""
    deep = tmp_path / "data/deep"
    deep.mkdir(parents=True)
    (deep / "f.TTL").write_text(HEAD + CLAIM.replace("g12c:Affirmed", "g12c:Stated"))
    (deep / "notes.txt").write_text("no RDF")
    done = g12c("-m", "g12c", "validate", "data", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(f"data/deep/f.TTL:{LINE}:1: error: ")


@pytest.mark.parametrize("base", ["kras", "file:///x/", "https://x.org", "https://x.org/a"])
def test_a_base_is_a_whole_iri(tmp_path: Path, base: str) -> None:
    """Anything else would rename by half a name."""
    done = g12c("-m", "g12c", "validate", "--base", base, folder=tmp_path)
    assert done.returncode == 2
    assert "--base" in done.stderr
