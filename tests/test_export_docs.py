"""What docs/integrate.md tells people to run does run, where the target can be had."""

import csv
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pyoxigraph as ox
import pytest
import rooms
from engines.servers import JARS
from roundtrip import dataset, value

from g12c import questions, tables
from g12c.export import FORMS, find_form, release_files
from g12c.remote import Server

TEXT = (Path(__file__).parents[1] / "docs" / "integrate.md").read_text(encoding="utf-8")
QUESTION = "resistance-by-drug"


def blocks(language: str) -> list[str]:
    """The blocks of code in a language."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    assert found
    return found


def block(language: str) -> str:
    """The one block of code in a language."""
    (found,) = blocks(language)
    return found


def command(start: str) -> list[str]:
    """The one command that begins so, in words."""
    (found,) = re.findall(rf"(?m)(?:^|`)({re.escape(start)}[^`\n]*)", TEXT)
    return shlex.split(str(found))


@cache
def release() -> dict[str, bytes]:
    """The files of all core forms."""
    return release_files(dataset())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with what the page takes from ``dist/``."""
    (tmp_path / "dist" / "answers").mkdir(parents=True)
    question = questions.find_question(dataset().sources, QUESTION)
    answer = questions.run(dataset().store, question.sparql)
    target = tmp_path / "dist" / "answers" / f"{QUESTION}.csv"
    target.write_bytes(tables.render(answer, "csv"))
    (tmp_path / "dist" / "g12c-inferred.nq").write_bytes(release()["g12c-inferred.nq"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- a SPARQL server --------------------------------------------------------------------------


def rows_of(answer: object) -> list[tuple[str, ...]]:
    """The rows of a SELECT, as text."""
    assert isinstance(answer, ox.QuerySolutions)
    return [tuple(value(term) if term else "" for term in row) for row in answer]


@cache
def expected() -> list[tuple[str, ...]]:
    """The answer to the first question on the file that the page names."""
    store = ox.Store()
    store.bulk_load(input=release()["g12c-inferred.nq"], format=ox.RdfFormat.N_QUADS)
    found = rows_of(store.query(block("sparql"), use_default_graph_as_union=True))
    assert len(found) > 20
    return found


@contextmanager
def oxigraph() -> Iterator[str]:
    """Oxigraph's own server, filled and started as the page says, at a free port; its address."""
    program = str(rooms.python("oxigraph").with_name("oxigraph"))
    for start in ("oxigraph load", "oxigraph serve"):
        assert command(start)[0] == "oxigraph"
    subprocess.run([program, *command("oxigraph load")[1:]], check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    serve = [program, *command("oxigraph serve")[1:], "--bind", place]
    with subprocess.Popen(serve, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end and process.poll() is None:
                try:
                    with urlopen(f"http://{place}", timeout=5):
                        break
                except URLError:
                    time.sleep(0.05)
            yield f"http://{place}/query"
        finally:
            process.terminate()


@pytest.mark.usefixtures("folder")
def test_oxigraph() -> None:
    """Loaded and served as on the page, it answers the first question."""
    with oxigraph() as address:
        assert rows_of(Server(address).answer(block("sparql"))) == expected()


@pytest.mark.engines
def test_jena(folder: Path) -> None:
    """Jena's own commands load the file and read the description of the dataset."""
    assert (JARS / "jena-cmds.jar").exists(), "apt-get install libapache-jena-java"
    # Debian has two bridges between logs there that call each other without end, and Jena's jar
    # lacks the file with Xerces' messages.
    jars = [str(jar) for jar in JARS.glob("*.jar") if "log4j-over-slf4j" not in jar.name]
    messages = folder / "xerces/impl/xpath/regex/message.properties"
    messages.parent.mkdir(parents=True)
    messages.touch()
    classpath = os.pathsep.join([str(folder), *sorted(jars)])
    (folder / "dataset.ttl").write_text(block("turtle"), encoding="utf-8")
    (folder / "question.rq").write_text(block("sparql"), encoding="utf-8")
    ask = ["tdb2.tdbquery", "--desc=dataset.ttl", "--query=question.rq", "--results=csv"]
    for words in (command("tdb2.tdbloader"), ask):
        java = ["java", "-cp", classpath, *words]
        done = subprocess.run(java, capture_output=True, encoding="utf-8", check=True)
    assert [tuple(row) for row in csv.reader(done.stdout.splitlines())][1:] == expected()


# --- Neo4j ------------------------------------------------------------------------------------

_SAID_OF_DRUGS = """
PREFIX g12c: <https://w3id.org/g12c/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?claim ?subject ?drug ?polarity ?certainty
WHERE {
  ?claim a g12c:Claim ;
    g12c:subject/rdfs:label ?subject ;
    g12c:object ?object ;
    g12c:polarity/rdfs:label ?polarity ;
    g12c:certainty/rdfs:label ?certainty .
  ?object a g12c:Drug ;
    rdfs:label ?drug .
}
"""


def test_cypher(tmp_path: Path) -> None:
    """The question in Cypher gives the rows of SPARQL, denied and hedged claims among them."""
    _, question = blocks("cypher")
    (tmp_path / "g12c.ttl").write_bytes(release()["g12c.ttl"])
    (tmp_path / "question.cypher").write_text(question, encoding="utf-8")
    found = json.loads(rooms.check("cypher", tmp_path / "g12c.ttl", tmp_path / "question.cypher"))
    store = ox.Store()
    store.load(release()["g12c.ttl"], format=ox.RdfFormat.TURTLE)
    rows = [(claim, *(text for (text,) in texts)) for claim, *texts in found]
    assert sorted(rows) == sorted(rows_of(store.query(_SAID_OF_DRUGS)))
    assert len({row[3:] for row in rows}) > 2


def test_local_names() -> None:
    """Without namespaces no two names of the file are one, but for those that the page names."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for quad in ox.parse(release()["g12c.ttl"], format=ox.RdfFormat.TURTLE):
        is_type = quad.predicate.value.endswith("#type")
        for term in (quad.predicate, *([quad.object] if is_type else [])):
            if isinstance(term, ox.NamedNode):
                names[re.split(r"[/#]", term.value)[-1]].add(term.value)
    assert [name for name, iris in names.items() if len(iris) > 1] == ["Dataset"]
    assert "`dcat:Dataset` and `void:Dataset`" in TEXT


# --- Monarch ----------------------------------------------------------------------------------

_MONARCH = {
    "nodes": (
        ("id", "category", "name"),
        ("HGNC:6407", "biolink:Gene", "KRAS"),
        ("MONDO:0005233", "biolink:Disease", "non-small cell lung carcinoma"),
    ),
    "edges": (
        ("id", "category", "subject", "predicate", "object", "primary_knowledge_source"),
        (
            "urn:uuid:1",
            "biolink:GeneToDiseaseAssociation",
            "HGNC:6407",
            "biolink:gene_associated_with_condition",
            "MONDO:0005233",
            "infores:monarchinitiative",
        ),
    ),
}


def tsv(data: str) -> list[dict[str, str]]:
    """The lines of a TSV without quotes."""
    return [*csv.DictReader(data.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)]


def test_kgx_merge(folder: Path) -> None:
    """A merge with kgx keeps each edge affirmed or denied, and joins ours with Monarch's."""
    (folder / "kgx").mkdir()
    edges = tsv(release()["g12c_edges.tsv"].decode())
    assert edges[0]["negated"] == ""
    edges[0]["negated"] = "true"
    lines = ["\t".join(row) for row in ([*edges[0]], *(edge.values() for edge in edges))]
    (folder / "kgx" / "g12c_edges.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "kgx" / "g12c_nodes.tsv").write_bytes(release()["g12c_nodes.tsv"])
    for name, rows in _MONARCH.items():
        text = "".join("\t".join(row) + "\n" for row in rows)
        (folder / f"monarch-kg_{name}.tsv").write_text(text, encoding="utf-8")
    (folder / "merge.yaml").write_text(block("yaml"), encoding="utf-8")
    assert command("kgx merge")[2:] == ["--merge-config", "merge.yaml"]
    rooms.check("kgx", "merge", folder / "merge.yaml")
    nodes, merged = (
        tsv((folder / "merged" / f"merged_{name}.tsv").read_text(encoding="utf-8"))
        for name in ("nodes", "edges")
    )
    (gene,) = (node for node in nodes if node["id"] == "HGNC:6407")
    assert "g12c.gene:kras" in gene["xref"]

    def said(edge: dict[str, str]) -> tuple[str, ...]:
        parts = (edge[name] for name in ("subject", "predicate", "object"))
        return (*parts, str(edge["negated"].lower() == "true"))

    theirs = ("HGNC:6407", "biolink:gene_associated_with_condition", "MONDO:0005233", "False")
    assert {said(edge) for edge in merged} == {said(edge) for edge in edges} | {theirs}


# --- pandas and R -----------------------------------------------------------------------------


def counts(folder: Path) -> dict[tuple[str, str], int]:
    """How many claims state an alteration's link to resistance to a drug, from the answers."""
    claims = defaultdict(set)
    with (folder / "dist" / "answers" / f"{QUESTION}.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["certainty"] == "stated":
                claims[row["alterationLabel"], row["drugLabel"]].add(row["claim"])
    assert max(map(len, claims.values())) > 1
    return {pair: len(some) for pair, some in claims.items()}


def cells(text: str) -> dict[tuple[str, str], int]:
    """The cells of a matrix in CSV that are not zero."""
    (_, *drugs), *lines = csv.reader(text.splitlines())
    return {
        (line[0], drug): int(cell)
        for line in lines
        for drug, cell in zip(drugs, line[1:], strict=True)
        if int(cell)
    }


def test_pandas(folder: Path) -> None:
    """The lines for pandas give the matrix of alterations and drugs."""
    pytest.importorskip("pandas")
    names: dict[str, object] = {}
    exec(compile(block("python"), "docs/integrate.md", "exec"), names)  # noqa: S102 our own page
    text = getattr(names["matrix"], "to_csv")()  # noqa: B009 pandas is not there for mypy
    assert cells(text) == counts(folder)


def rscript(folder: Path, code: str) -> None:
    """Run R; skip the test where it is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed; run: apt-get install r-base-core")
    (folder / "page.R").write_text(code, encoding="utf-8")
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    run = [program, "--vanilla", "page.R"]
    subprocess.run(run, check=True, env=environment)


def test_r(folder: Path) -> None:
    """The lines for R give the matrix of alterations and drugs."""
    code, _ = blocks("r")
    rscript(folder, f'{code}write.csv(as.data.frame.matrix(matrix), "matrix.csv")\n')
    assert cells((folder / "matrix.csv").read_text(encoding="utf-8")) == counts(folder)


def test_sparql_in_r(folder: Path) -> None:
    """R asks a server by its own means and gets the rows as a data frame."""
    _, code = blocks("r")
    own = "http://127.0.0.1:8000/sparql"
    assert own in code
    (folder / "question.rq").write_text(block("sparql"), encoding="utf-8")
    with oxigraph() as address:
        code = code.replace(own, address)
        rscript(folder, f'{code}write.csv(answers, "answers.csv", row.names = FALSE)\n')
    with (folder / "answers.csv").open(encoding="utf-8") as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == expected()


# --- all --------------------------------------------------------------------------------------


def test_names() -> None:
    """Every form and every file that the page names is there."""
    for name in re.findall(r"g12c export ([a-z][a-z-]+)", TEXT):
        find_form(name)
    names = re.findall(r"\bg12c(?:-\w+)?\.(?:ttl|nt|nq|trig)\b", TEXT)
    assert names
    assert [name for name in names if name not in release()] == []
    assert {form.name for form in FORMS if form.takes} >= {"nquads", "minimal"}
