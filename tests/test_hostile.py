"""Whatever is handed in ends in a sentence, in bounded time and memory.

No connection is made, nothing is written, and no traceback or control character comes out. The
inputs stand here, small, or are made when a test runs.
"""

import http.client
import http.server
import os
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from g12c.limits import MAX_MEMORY, SECONDS
from g12c.namespaces import OWL, RDF, XSD

ROOT = Path(__file__).resolve().parents[1]
SLACK = 30
"""Seconds that a busy machine may take for everything beside the limited work."""

HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
E = "@prefix e: <https://example.org/> .\n"
SHACL = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
OWLREADY = "http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#"


def xml(inside: str, about: str = ' rdf:about="https://example.org/a"', head: str = "") -> str:
    """RDF/XML about one thing, with ``inside`` on its second line."""
    names = f'xmlns:rdf="{RDF}" xmlns:e="https://example.org/"'
    return (
        f"{head}<rdf:RDF {names}><rdf:Description{about}>\n{inside}\n</rdf:Description></rdf:RDF>"
    )


class Canary(http.server.BaseHTTPRequestHandler):
    """Counts who comes by."""

    hits: list[str] = []  # noqa: RUF012 - one list for the whole class is the point

    def do_GET(self) -> None:
        """Note the visit and send it away."""
        self.hits.append(self.path)
        self.send_error(404)

    do_POST = do_HEAD = do_GET  # noqa: N815 - named by the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
        """Say nothing."""


@pytest.fixture(scope="module")
def canary() -> Iterator[str]:
    """Where a server on this machine counts the connections that nothing may make."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x"
    server.shutdown()
    server.server_close()


def test_the_canary_sees_who_comes(canary: str) -> None:
    """Else its silence below would prove nothing."""
    before = len(Canary.hits)
    host, port = canary.split("/")[2].split(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("GET", "/x")
    assert connection.getresponse().status == 404
    connection.close()
    assert len(Canary.hits) == before + 1


def run(folder: Path, *words: str, data: bytes | None = None) -> tuple[int, str]:
    """Exit code and all output of a command in ``folder``, which must leave no trace there."""
    before = {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
    visits = len(Canary.hits)
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "g12c", *words],
        cwd=folder,
        input=data,
        stdin=subprocess.DEVNULL if data is None else None,
        capture_output=True,
        timeout=SECONDS + SLACK,
        check=False,
    )
    output = (done.stdout + done.stderr).decode()
    assert time.monotonic() - start < SECONDS + SLACK
    assert "Traceback" not in output
    assert not HIDDEN.search(output.replace("\r\n", "\n"))  # CSV ends its lines so
    assert Canary.hits[visits:] == []
    assert {path: path.lstat().st_mtime_ns for path in folder.rglob("*")} == before
    return done.returncode, output


DOCUMENTS: dict[str, tuple[str, bytes | str, str]] = {
    # name: (file, content, place and what is said)
    "unterminated": ("f.ttl", f'{E}\ne:a e:p "x .\n', ":3:9: "),
    "trig-in-turtle": ("f.ttl", f"{E}e:g {{ e:a e:p e:b }}\n", ":2:5: "),
    "relative": ("f.ttl", "<a> <b> <c> .\n", ":1:1: the IRI is relative"),
    "conflict": ("f.ttl", f"{E}<<<<<<< HEAD\ne:a e:p e:b .\n", ":2:1: a merge conflict"),
    "json": ("f.ttl", '{"@id": "https://example.org/a"}', ":1:"),
    "rebound": ("f.ttl", f"{E}@prefix e: <https://x.org/> .\ne:a e:p 1 .\n", ":2:1: prefix e:"),
    "nothing": ("f.ttl", E, ": holds no triple"),
    "empty": ("f.ttl", "", ": holds no triple"),
    "utf-16": ("f.ttl", "e:a".encode("utf-16"), ":1: is UTF-16"),
    "bom": ("f.ttl", b"\xef\xbb\xbf" + E.encode(), ":1:1: starts with a byte order mark"),
    "latin-1": ("f.ttl", E.encode() + b'e:a e:p "\xe4" .\n', ":2:10: holds byte 0xE4"),
    "binary": ("f.ttl", bytes(range(256)), ":1: is UTF-16 or no text"),
    "escape-codes": ("f.ttl", E + 'e:a e:p "\x1b[2J" .\n', ":2:10: holds the hidden"),
    "bidi": ("f.ttl", E + 'e:a e:p "\u202e" .\n', ":2:10: holds the hidden"),
    "bidi-escaped": ("f.ttl", E + 'e:a e:p "\\u202e" .\n', ":2:9: an escape stands for"),
    "zero-width": ("f.ttl", E + 'e:a e:p "K\u200bRAS" .\n', ":2:11: holds the hidden"),
    "not-normal": ("f.ttl", E + 'e:a e:p "u\u0308" .\n', ":2: is not in Unicode normal form C"),
    "carriage-return": ("f.ttl", E + "e:a e:p 1 .\r\n", ":2:12: the line ends in CR"),
    "braces": ("f.ttl", "<https://x.org/{id}> a <https://x.org/C> .\n", ":1:"),
    "percent": ("f.ttl", f"{E}e:a e:p <https://x.org/%zz> .\n", ":2:9: Invalid IRI"),
    "file-iri": ("f.ttl", f"{E}e:a e:p <file:///etc/passwd> .\n", ":2:9: <file:///etc/passwd>"),
    "script-iri": ("f.ttl", f"{E}e:a e:p <javascript:alert(1)> .\n", ":2:9: <javascript:"),
    "no-date": ("f.ttl", f'{E}e:a e:p "2020-13-45"^^<{XSD}date> .', ":2:9: "),
    "digits": ("f.ttl", f"{E}e:a e:p {'9' * 5000} .\n", ":2:9: is not a legal integer"),
    "language": ("f.ttl", f'{E}e:a e:p "x"@123 .\n', ":2:"),
    "brackets": ("f.ttl", f"{E}e:a e:p {'[ e:p ' * 100_000}", ":2:777: brackets stand more than"),
    "long-line": ("f.ttl", f'{E}e:a e:p "{"x" * (17 << 20)}" .\n', ":2:9: what starts here"),
    "circle": ("f.ttl", f"{E}_:a <{RDF}first> 1 ; <{RDF}rest> _:a .", ":2:"),
    "json-ld": ("f.jsonld", '{"@context": "CANARY", "@id": "e:a"}', ":1: is in a format"),
    "archive": ("f.ttl.gz", b"\x1f\x8b\x08\x00", ":1: is in a format"),
    "xml-unclosed": ("f.rdf", xml("<e:p>x"), ":3: ill-formed"),
    "xml-prefix": ("f.rdf", xml("<zz:p>x</zz:p>"), ":2: Unknown prefix"),
    "xml-attribute": ("f.rdf", xml("", ' rdf:li="1"'), ":1: "),
    "xml-file-iri": ("f.rdf", xml('<e:p rdf:resource="file:///etc/passwd"/>'), ":2: <file:"),
    "xml-entity": (
        "f.rdf",
        xml("<e:p>&x;</e:p>", head='\n<!DOCTYPE r [<!ENTITY x SYSTEM "CANARY">]>'),
        ":2:1: a document type",
    ),
    "xml-laughs": (
        "f.owl",
        xml("<e:p>&b;</e:p>", head='<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'),
        ":1:1: a document type",
    ),
    "python-module": (
        "f.rdf",
        xml(f'<o:python_module xmlns:o="{OWLREADY}">this</o:python_module>'),
        ":1:",
    ),
    "shapes": (
        "f.ttl",
        f'{E}{SHACL}e:S sh:select "SELECT $this {{ SERVICE <CANARY> {{}} }}" .',
        ":3:1: error: Shapes do not stand",
    ),
    "hijack": ("f.ttl", f"@prefix owl: <{OWL}> .\nowl:Thing a owl:Class .\n", ":2:1: error: Every"),
    "commands": (
        "f.ttl",
        f'{E}e:a a <https://w3id.org/g12c/ontology#Drug> ; e:p "%0A::error::x <script>" .\n',
        ":2:1: error: ",
    ),
}


@pytest.mark.parametrize(("name", "content", "says"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_document(tmp_path: Path, canary: str, name: str, content: bytes | str, says: str) -> None:
    """`validate` names the file and the place, and never says that all is well."""
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / name).write_bytes(data.replace(b"CANARY", canary.encode()))
    status, output = run(tmp_path, "validate", name)
    assert status in (1, 2)
    assert f"{name}{says}" in output


def test_imports_are_not_followed(tmp_path: Path, canary: str) -> None:
    """An ontology may say so; it is noted, and nobody is asked."""
    text = f"{E}e:o a <{OWL}Ontology> ; <{OWL}imports> <{canary}> .\n"
    (tmp_path / "f.ttl").write_text(text)
    status, output = run(tmp_path, "validate", "f.ttl")
    assert status == 0
    assert "f.ttl:2:1: warning: " in output
    assert "owl:imports" in output


def test_data_that_no_shape_judges_is_no_success(tmp_path: Path, canary: str) -> None:
    """A report without errors would say too much."""
    assert canary
    (tmp_path / "f.ttl").write_text(f"{E}e:a e:p e:b .\n")
    status, output = run(tmp_path, "validate", "f.ttl")
    assert status == 2
    assert "nothing here has a class that a shape of ours judges" in output
    assert "f.ttl:2:1: warning: " in output


@pytest.mark.parametrize("form", ["json", "ttl", "github", "sarif", "junit"])
def test_every_form_of_report_is_as_careful(tmp_path: Path, canary: str, form: str) -> None:
    """What stands in the data stays in its place there."""
    _, content, _ = DOCUMENTS["commands"]
    assert isinstance(content, str)
    assert canary
    (tmp_path / "f.ttl").write_text(content)
    status, output = run(tmp_path, "validate", "f.ttl", "--format", form)
    assert status == 1
    assert "\n::error::x" not in output
    assert "Every" in output


@pytest.mark.parametrize("name", ["unterminated", "bidi", "brackets", "relative"])
def test_fmt_refuses_the_same(tmp_path: Path, canary: str, name: str) -> None:
    """Nothing is written where anything is wrong."""
    assert canary
    file, content, says = DOCUMENTS[name]
    assert isinstance(content, str)
    (tmp_path / file).write_text(content)
    for words in (["fmt", file], ["fmt", "--check", file]):
        status, output = run(tmp_path, *words)
        assert status == 2
        assert f"{file}{says}" in output


def test_fmt_is_bounded(tmp_path: Path, canary: str) -> None:
    """Blank nodes that all look alike take a canonical form for ever."""
    assert canary
    nodes = range(12)
    lines = (f"_:b{i} e:p _:b{j} .\n" for i in nodes for j in nodes if i != j)
    (tmp_path / "clique.ttl").write_text(E + "".join(lines))
    status, output = run(tmp_path, "fmt", "clique.ttl")
    assert status == 2
    assert "clique.ttl:" in output


VALUES = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(12))
DOUBLED = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
QUERIES = {
    # name: (query, exit code, place and what is said)
    "drop": ("DROP ALL", 2, ":1:9: is not SPARQL"),
    "load": ("LOAD <file:///etc/passwd>", 2, ":1:10: is not SPARQL"),
    "service": ("SELECT * {\n SERVICE <CANARY> { ?s ?p ?o } }", 2, ":2: asks beyond"),
    "service-silent": ("SELECT * { SERVICE SILENT <CANARY> { } }", 2, ":1: asks beyond"),
    "service-joined": ("SELECT * { SERVICESILENT<CANARY>{ } }", 2, ":1:"),
    "service-escaped": (r"SELECT * { \u0053ERVICE <CANARY> { } }", 2, ":1: asks beyond"),
    "service-long-s": ("SELECT * { \u017fERVICE <CANARY> { } }", 2, ":1: "),
    "service-behind-iri": ("SELECT * { <e:#> ?p ?o SERVICE <CANARY> {} }", 2, ":1:"),
    "service-prefixed": ("PREFIX : <CANARY>\nSELECT * { SERVICE: {} }", 2, ":"),
    "from": ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 2, ":1: asks beyond"),
    "prefix": ("SELECT *\n{ zz:a ?p ?o }", 2, ":2:"),
    "binary": ("\0\x01\x02", 2, ":1: is UTF-16 or no text"),
    "cross": ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", 2, ": takes more than"),
    "values": (f"SELECT * {{ {VALUES} }}", 2, ": gives more than"),
    "concat": (f'SELECT (STRLEN(?v40) AS ?n) {{ BIND("x" AS ?v0) {DOUBLED} }}', 2, ": "),
    "parentheses": (f"SELECT * {{ BIND({'(' * 10_000}1{')' * 10_000} AS ?x) }}", 2, ": is nested"),
    "long": (f"SELECT * {{}} #{'x' * (1 << 20)}", 2, ":1: is longer than"),
    "yaml": ("#+ summary: &a [x]\n#+ tags: [*a, *a]\nASK {}", 2, ":1: the header has an alias"),
    "regex": (f'SELECT * {{ FILTER(REGEX("{"a" * 40}!", "^(a+)+$")) }}', 0, ""),
    "variables": ("SELECT ?service ?from { ?service rdfs:label ?from } LIMIT 1", 0, "service,from"),
    "words-in-text": ('SELECT * { BIND("SERVICE FROM" AS ?x) } # SERVICE\n', 0, "SERVICE FROM"),
    "words-in-quotes": (r'SELECT * { BIND("\" SERVICE " AS ?x) }', 0, "SERVICE"),
    "words-in-iri": ("SELECT * { BIND(<https://x.org/SERVICE> AS ?x) }", 0, "x.org/SERVICE"),
    "bidi": ('SELECT * { ?s ?p "\u202e" } # \u2066 comment', 0, "p,s"),
}


@pytest.mark.parametrize(("query", "status", "says"), QUERIES.values(), ids=QUERIES)
def test_query(tmp_path: Path, canary: str, query: str, status: int, says: str) -> None:
    """`query FILE.rq` answers, or refuses with the reason; it asks nobody else."""
    (tmp_path / "q.rq").write_text(query.replace("CANARY", canary))
    found, output = run(tmp_path, "query", "q.rq")
    assert found == status
    assert (f"q.rq{says}" if status else says) in output


def test_a_query_of_any_form_comes_back_whole(tmp_path: Path, canary: str) -> None:
    """The limited process hands over rows, triples and yes or no."""
    assert canary
    (tmp_path / "q.rq").write_text("CONSTRUCT { ?s a g12c:Drug } WHERE { ?s a g12c:Drug }")
    assert "drug:sotorasib\n    a g12c:Drug ;" in run(tmp_path, "query", "q.rq")[1]
    (tmp_path / "q.rq").write_text("ASK { ?s a g12c:Drug }")
    assert run(tmp_path, "query", "q.rq") == (0, "true\n")


def test_memory_is_bounded(tmp_path: Path, canary: str) -> None:
    """No child, however badly it ends, gets more than it was allowed."""
    assert canary
    query, _, _ = QUERIES["concat"]
    (tmp_path / "q.rq").write_text(query)
    run(tmp_path, "query", "q.rq")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert most * (1 if sys.platform == "darwin" else 1 << 10) < MAX_MEMORY + (100 << 20)


@pytest.mark.parametrize("command", ["validate", "fmt"])
def test_what_is_no_file(tmp_path: Path, canary: str, command: str) -> None:
    """Missing, folder without data, device, pipe, link out of a folder: named, never waited for."""
    assert canary
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.ttl")
    (tmp_path / "links").mkdir()
    (tmp_path / "links/passwd.ttl").symlink_to("/etc/passwd")
    for name, says in (
        ("missing.ttl", "missing.ttl: cannot be read: No such file"),
        ("empty", "empty: there is no file"),
        ("/dev/zero", "/dev/zero: is a device"),
        ("pipe.ttl", "pipe.ttl: is a device or a pipe"),
        ("links", "links/passwd.ttl: is a link"),
        ("\x1b[31m\u202e.ttl", "\\x1b[31m\\u202e.ttl: cannot be read"),
    ):
        status, output = run(tmp_path, command, name)
        assert status == 2
        assert says in output
        assert "root:" not in output


def test_a_stream_without_end(tmp_path: Path, canary: str) -> None:
    """Standard input is cut at the same size as a file, and that is said."""
    assert canary
    status, output = run(tmp_path, "validate", "-", data=b"#" * ((128 << 20) + 1))
    assert status == 2
    assert "<stdin>: is larger than 128 MiB" in output
