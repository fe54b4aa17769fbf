"""The front door lets in what is sound, and says file, line and column of what is not."""

import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from g12c import reading
from g12c.errors import SourceError
from g12c.reading import (
    MAX_DEPTH,
    prefixes_of,
    read_file,
    read_quads,
    read_turtle,
)

HEAD = """\
@prefix e: <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

# What follows HEAD, where it is wrong, and what the message must say.
REFUSED = {
    "unterminated-string": ('e:a e:p "abc .\n', "4:9", "never closed"),
    "unterminated-iri": ("e:a e:p <https://example.org/a\n", "4:9", "never closed"),
    "no-final-dot": ("e:a e:p e:b\n", "5:1", "not complete"),
    "undeclared-prefix": ("e:a zz:p e:b .\n", "4:5", "zz: has not been declared"),
    "literal-as-predicate": ('e:a "p" e:b .\n', "4:5", "not a valid predicate"),
    "named-graph": ("e:g { e:a e:p e:b }\n", "4:5", "not a valid predicate"),
    "variable": ("?x e:p e:b .\n", "4:1", "not a valid subject"),
    "json": ('{"@id": "https://example.org/a"}\n', "4:1", "not a valid subject"),
    "relative-iri": ("e:a e:p <b> .\n", "4:9", "relative"),
    "relative-datatype": ('e:a e:p "5"^^<integer> .\n', "4:14", "relative"),
    "braces-in-iri": ("e:a e:p <https://example.org/{id}> .\n", "4:9", "Invalid IRI"),
    "percent": ("e:a e:p <https://example.org/%zz> .\n", "4:9", "percent"),
    "file-iri": ("e:a e:p e:b .\ne:a e:p <file:///etc/passwd> .\n", "5:9", "file:///etc/passwd"),
    "javascript-iri": ("e:a e:p <javascript:alert(1)> .\n", "4:9", "http, https, urn or mailto"),
    "data-iri": ("e:a\n <data:,x>\n e:b .\n", "5:2", "data:,x"),
    "no-host": ("<http:///x>\n e:p e:b .\n", "4:1", "http:///x"),
    "prefixed-file-iri": ("@prefix f: <file:///> .\nf:a e:p e:b .\n", "5:1", "file:///a"),
    "integer": ('e:a e:p "abc"^^xsd:integer .\n', "4:9", '"abc" is not a legal integer'),
    "date": ('e:a e:p "2023-02-30"^^xsd:date .\n', "4:9", '"2023-02-30" is not a legal date'),
    "second-object": ('e:a e:p "1" ,\n  "yes"^^xsd:boolean .\n', "5:3", "not a legal boolean"),
    "in-blank-node": ('e:a e:p [ e:q\n "x"^^xsd:int ] .\n', "5:2", "not a legal int"),
    "in-list": ('e:a e:p ( 1\n "x"^^xsd:int ) .\n', "5:2", "not a legal int"),
    "double-too-large": ("e:a e:p 1e999999999 .\n", "4:9", "not a legal double"),
    "too-many-digits": (f"e:a e:p {'9' * 5000} .\n", "4:9", "5000 characters"),
    "unknown-datatype": ('e:a e:p "5"^^e:int .\n', "4:9", "not a datatype known here"),
    "language-digits": ('e:a e:p "x"@123 .\n', "4:13", "language"),
    "language-too-long": ('e:a e:p "x"@abcdefghij .\n', "4:13", "subtag"),
    "langstring-without-language": ('e:a e:p "x"^^rdf:langString .\n', "4:14", "language tag"),
    "text-direction": ('e:a e:p "x"@en--ltr .\n', "4:9", "RDF 1.2"),
    "quoted-triple": ("<< e:a e:p e:b >> e:q 1 .\n", "4:1", "RDF 1.2"),
    "triple-term": ("e:a e:p <<( e:a e:p e:b )>> .\n", "4:9", "RDF 1.2"),
    "annotation": ("e:a e:p e:b {| e:q 1 |} .\n", "4:13", "RDF 1.2"),
    "nul": ('e:a e:p "a\0b" .\n', "4:11", "U+0000"),
    "escape-sequence": ('e:a e:p "\x1b[2J" .\n', "4:10", "U+001B"),
    "bidi": ('# \u202e\ne:a e:p "x" .\n', "4:3", "U+202E (right-to-left override)"),
    "zero-width": ('e:a e:p "Cel\u200blulose" .\n', "4:13", "zero width space"),
    "soft-hyphen": ('e:a e:p "resis\u00adtance" .\n', "4:15", "soft hyphen"),
    "byte-order-mark-inside": ("\ufeffe:a e:p e:b .\n", "4:1", "zero width no-break space"),
    "noncharacter": ('e:a e:p "x\uffff" .\n', "4:11", "U+FFFF"),
    "no-break-space": ("e:a\u00a0e:p e:b .\n", "4:4", r"\xa0"),
    "escaped-nul": ('e:a e:p "a\\u0000" .\n', "4:9", "U+0000"),
    "escaped-bidi": ('e:a e:p e:b , "\\u202Ex" .\n', "4:15", "U+202E"),
    "escaped-nfd": ('e:a e:p "cafe\\u0301" .\n', "4:9", "normal form C"),
    "nfd": ('e:a e:p "cafe\u0301" .\n', "4", "normal form C"),
    "crlf": ("e:a e:p e:b .\r\n", "4:14", "LF line ends"),
    "conflict": ("e:a e:p e:b .\n<<<<<<< HEAD\n=======\n>>>>>>> x\n", "5:1", "merge conflict"),
    "half-conflict": ("e:a e:p e:b .\n=======\n", "5:1", "merge conflict"),
    "rebound-prefix": ("@prefix e: <https://x.org/> .\ne:a e:p e:b .\n", "4:1", "prefix e:"),
    "rebound-by-sparql": ("e:a e:p e:b . prefix e: <https://x.org/>\n", "4:15", "prefix e:"),
    "our-prefix": ("@prefix gene: <https://example.org/> .\n", "4:1", "https://w3id.org/g12c/id/gene/"),
    "commented-prefix": ("@prefix # x\n e: <https://x.org/> .\n", "4:1", "without a comment"),
    "no-nil": ("e:a e:p _:a .\n_:a rdf:first 1 .\n", "5:15", "gap"),
    "no-first": ("e:a e:p _:a .\n_:a rdf:rest () .\n", "5:5", "gap"),
    "open-list": ("_:a rdf:first 1 ;\n rdf:rest _:b .\n", "5:11", "gap"),
    "list-that-leaves": ("_:a rdf:first 1 ;\n rdf:rest e:x .\n", "5:11", "gap"),
    "list-to-a-literal": ('_:a rdf:first 1 ;\n rdf:rest "x" .\n', "5:11", "gap"),
    "circle": ("_:a rdf:first 1 ;\n rdf:rest _:a .\n", "5:11", "circle"),
    "two-items": ("e:l rdf:first 1 ,\n 2 ; rdf:rest () .\n", "5:2", "two items"),
    "nothing": ("", "", "holds no triple"),
}  # fmt: skip

ACCEPTED = {
    "semicolons": "e:a e:p e:b ;;; e:q e:c ; .\n",
    "hash-in-iri-and-string": '<https://example.org/x#y> e:p "a # b" . # comment\n',
    "labels-with-dots": "_:b.1 e:p _:b.\n",
    "urn-and-mailto": "<urn:isbn:0451450523> e:p <mailto:a@b.c> .\n",
    "base": "@base <https://example.org/x/> .\n<a> e:p <#b> .\n",
    "years": 'e:a e:p "99999-01-01"^^xsd:date , "-0044-03-15"^^xsd:date .\n',
    "special-doubles": 'e:a e:p "NaN"^^xsd:double , "INF"^^xsd:double .\n',
    "language": 'e:a e:p "x"@en , "y"@de-CH-1996 .\n',
    "same-prefix-again": "@prefix e: <https://example.org/> .\ne:a e:p e:b .\n",
    "prefix-in-a-string": 'e:a e:p "PREFIX e: <https://x.org/>" .\n',
    "prefix-in-a-comment": "# @prefix e: <https://x.org/> .\ne:a e:p e:b .\n",
    "brackets-in-strings": f'e:a e:p "{"[" * 500}" , <https://example.org/{"(" * 500}> .\n',
    "brackets-side-by-side": f"e:a e:p {', '.join(f'[ e:q ( {n} ) ]' for n in range(500))} .\n",
    "escaped-in-names": "e:a e:p e:a\\#b\\(c , e:d .\n",
    "tab-and-line-feed": 'e:a e:p "a\\tb\\nc" .\n',
    "accents": 'e:a e:p "caf\u00e9 10 \u00b5M \u2265 \U0001f9ec" .\n',
    "lists": "e:a e:p ( 1 ( 2 e:b ) [ e:q () ] ) .\n",
    "written-out-list": "_:a rdf:first 1 ; rdf:rest rdf:nil .\n",
}


@pytest.mark.parametrize(("body", "place", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(body: str, place: str, message: str) -> None:
    """With the file as the user named it, the place, and a sentence."""
    with pytest.raises(SourceError) as raised:
        read_turtle(f"{HEAD}{body}".encode(), "dir/f.ttl")
    where = f"dir/f.ttl:{place}: " if place else "dir/f.ttl: "
    assert str(raised.value).startswith(where)
    assert message in str(raised.value)


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(body: str) -> None:
    """Nothing is added, lost or changed: the triples are those of the parser alone."""
    data = f"{HEAD}{body}".encode()
    ours = ox.Dataset(read_quads(data, "f.ttl"))
    plain = ox.Dataset(ox.parse(data, format=ox.RdfFormat.TURTLE))
    for dataset in (ours, plain):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert ours == plain
    assert len(ours) > 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (HEAD.encode("utf-16"), "f.ttl:1: is UTF-16"),
        (HEAD.encode("utf-16-be"), "f.ttl:1: is UTF-16"),
        (b"\xef\xbb\xbf" + HEAD.encode(), "f.ttl:1:1: starts with a byte order mark"),
        (b"# \xc3\xa9\n# \xc3\xa9 \xff\n", "f.ttl:2:5: holds byte 0xFF, which is not UTF-8"),
        (b"# \xf0\x9f\x98", "f.ttl:1:3: holds byte 0xF0"),
        (b"\n# \xed\xa0\x80", "f.ttl:2:3: holds byte 0xED"),
    ],
)
def test_encodings(data: bytes, message: str) -> None:
    """A wrong encoding is called so, not a syntax error."""
    with pytest.raises(SourceError) as raised:
        read_turtle(data, "f.ttl")
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(("left", "right"), ["[]", "()"], ids=["blank nodes", "lists"])
def test_depth(left: str, right: str) -> None:
    """The limit itself is allowed; one more, and a hundred thousand more, is refused."""

    def nested(depth: int) -> bytes:
        inside = f"{left} e:p " if left == "[" else left
        return f"{HEAD}e:a e:p {inside * depth}1{right * depth} .\n".encode()

    assert read_turtle(nested(MAX_DEPTH), "f.ttl")
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(SourceError, match=f"f.ttl:4:.*{MAX_DEPTH} deep"):
            read_turtle(nested(depth), "f.ttl")


@pytest.mark.parametrize(
    ("limit", "value", "body", "message"),
    [
        ("MAX_TOKEN", 80, f'e:a e:p "{"x" * 80}" .', r":4:9: what starts here is longer"),
        ("MAX_ITEMS", 7, "e:a e:p ( 1 2 3 ) ,\n( 4 5 6 7 8 ) .", r":5:11: lists hold more than 7"),
    ],
)
def test_limits(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, body: str, message: str
) -> None:
    """What is longer than anything of use is refused before it costs time."""
    assert read_turtle(f"{HEAD}{body}".encode(), "f.ttl")
    monkeypatch.setattr(reading, limit, value)
    with pytest.raises(SourceError, match=message):
        read_turtle(f"{HEAD}{body}".encode(), "f.ttl")


def test_a_name_too_long_for_the_parser() -> None:
    """Its limit is reported like any other fault."""
    with pytest.raises(SourceError, match="a name too long"):
        read_turtle(f"{HEAD}e:a e:p e:{'x' * (17 << 20)} .".encode(), "f.ttl")


def test_blank_nodes_of_two_files_stay_apart() -> None:
    """The label ``_:x`` of one file is not the ``_:x`` of another."""
    data = f"{HEAD}_:x e:p 1 .\n".encode()
    assert read_turtle(data, "a.ttl")[0].subject != read_turtle(data, "b.ttl")[0].subject


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("f.ttl", "@prefix e: <https://example.org/> . e:a e:p e:b ."),
        ("-", "@prefix e: <https://example.org/> . e:a e:p e:b ."),
        ("F.TRIG", "@prefix e: <https://example.org/> . e:g { e:a e:p e:b }"),
        ("f.nt", "<https://example.org/a> <https://example.org/p> <https://example.org/b> ."),
        ("f.nq", "<https://example.org/a> <https://example.org/p> <https://example.org/b> ."),
    ],
)
def test_formats(name: str, data: str) -> None:
    """The end of the name decides; a format that is given decides against it."""
    assert len(list(read_quads(data.encode(), name))) == 1
    assert len(list(read_quads(data.encode(), "f.xyz", ox.RdfFormat.TRIG))) == 1


@pytest.mark.parametrize("name", ["f.xml", "f.jsonld", "f.ttl.gz", "f.n3"])
def test_other_formats_are_refused(name: str) -> None:
    """By name, with the ones that can be read."""
    with pytest.raises(
        SourceError, match=f"{name}:1: is in a format .* .nq, .nt, .owl, .rdf, .trig"
    ):
        list(read_quads(b"", name))


def test_nquads_are_strict() -> None:
    """Turtle in a file of N-Triples is a fault, and so is a graph whose name is no good IRI."""
    with pytest.raises(SourceError, match=r"f\.nt:1"):
        list(read_quads(f"{HEAD}e:a e:p e:b .".encode(), "f.nt"))
    with pytest.raises(SourceError, match=r"f\.nq:1:.*file:///g"):
        list(read_quads(b"<https://x/a> <https://x/p> <https://x/b> <file:///g> .", "f.nq"))


def test_prefixes_of() -> None:
    """In both spellings; also the empty one."""
    text = f"{HEAD}PREFIX : <https://example.org/#>\n"
    assert prefixes_of(text, "f.ttl") == {
        "": "https://example.org/#",
        "e": "https://example.org/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }


def test_read_file(tmp_path: Path) -> None:
    """A plain file, also by a link, comes as it is."""
    path = tmp_path / "f.ttl"
    path.write_bytes(b"\xff\r\n")
    (tmp_path / "link.ttl").symlink_to(path)
    assert read_file(path) == read_file(tmp_path / "link.ttl") == b"\xff\r\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.ttl", "cannot be read: No such file or directory"),
        ("folder.ttl", "is a folder"),
        ("pipe.ttl", "is a device or a pipe"),
        ("zero.ttl", "is a device or a pipe"),
        ("loop.ttl", "cannot be read: Too many levels of symbolic links"),
        ("nul\0.ttl", "cannot be read: embedded null"),
        ("large.ttl", "is larger than 128 MiB"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, name: str, message: str) -> None:
    """It is refused by name, nothing is waited for, and a sparse giant is not read."""
    (tmp_path / "folder.ttl").mkdir()
    os.mkfifo(tmp_path / "pipe.ttl")
    (tmp_path / "zero.ttl").symlink_to("/dev/zero")
    (tmp_path / "loop.ttl").symlink_to("loop.ttl")
    with (tmp_path / "large.ttl").open("wb") as file:
        file.truncate(10 << 30)
    with pytest.raises(SourceError, match=message) as raised:
        read_file(tmp_path / name)
    assert raised.value.path == str(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_right_to_read(tmp_path: Path) -> None:
    """The system's reason is passed on."""
    path = tmp_path / "f.ttl"
    path.touch(mode=0)
    with pytest.raises(SourceError, match="Permission denied"):
        read_file(path)


@pytest.mark.parametrize("iri", ["https://example.org/a", "http://[::1]/", "urn:x", "mailto:a@b.c"])
def test_iris_that_identify(iri: str) -> None:
    """Only these four kinds."""
    assert reading.iri_fault(iri) is None


@pytest.mark.parametrize(
    "iri", ["file:///etc/passwd", "javascript:x", "HTTP://x", "https://", "e:a"]
)
def test_iris_that_do_not(iri: str) -> None:
    """All others, also in other spellings of the allowed ones."""
    assert iri in str(reading.iri_fault(iri))
