"""Nanopublications say what the claims say, and no character of them can be changed unseen."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import rooms
from rdflib.namespace import RDF, SKOS
from rdflib.term import Node
from roundtrip import G12C, Proposition, check, dataset, mutant
from test_export_loss import FAULTS

from g12c.cli import main
from g12c.export import find_form
from g12c.export.nanopub import verify

FORM = find_form("nanopub")
CODE = re.compile(r"RA[A-Za-z0-9_-]{43}")
NP = rdflib.Namespace("http://www.nanopub.org/nschema#")
NPX = "http://purl.org/nanopub/x/"


@cache
def exported() -> bytes:
    """All nanopublications."""
    return FORM.export(dataset()).files["g12c-nanopubs.trig"]


def parse(data: bytes) -> rdflib.Dataset:
    """What rdflib reads, literals as they are written."""
    rdflib.NORMALIZE_LITERALS = False
    content = rdflib.Dataset()
    content.parse(data=data, format="trig")
    return content


def read(files: Mapping[str, bytes]) -> dict[str, Proposition]:
    """What a reader finds who follows each head to its assertion."""
    content = parse(files["g12c-nanopubs.trig"])
    found = {}
    for _, _, graph, _ in content.quads((None, NP.hasAssertion, None, None)):
        assertion = content.graph(rdflib.URIRef(str(graph)))
        (claim,) = assertion.subjects(RDF.type, rdflib.URIRef(f"{G12C}Claim"))

        def said(name: str, claim: Node = claim, graph: rdflib.Graph = assertion) -> str:
            return str(graph.value(claim, rdflib.URIRef(G12C + name)) or "")

        number = said("value") or f"{said('lowerValue')} to {said('upperValue')}"
        unit = assertion.value(rdflib.URIRef(said("unit")), SKOS.notation)
        found[str(claim)] = (
            said("subject"),
            said("predicate"),
            said("object") or said("textValue") or f"{number} {unit or ''}",
            said("polarity").removeprefix(G12C),
            said("certainty").removeprefix(G12C),
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


def test_every_triple_of_a_claim() -> None:
    """Assertion and provenance together hold all that the curators say of the claim."""
    found = {(q.subject, q.predicate, q.object) for q in ox.parse(exported(), format=TRIG)}
    claims = ox.NamedNode("https://w3id.org/g12c/graph/claims")
    said = {
        (quad.subject, quad.predicate, quad.object)
        for quad in dataset().quads
        if quad.graph_name == claims
    }
    assert said <= found


def test_no_bare_edge() -> None:
    """No relation of a claim is stated outside the record that says how surely."""
    relations = {claim.predicate for claim in dataset().claims}
    assert not [q for q in ox.parse(exported(), format=TRIG) if q.predicate.value in relations]


# --- names ------------------------------------------------------------------------------------

TRIG = ox.RdfFormat.TRIG


def normal(data: bytes, code: str) -> str:
    """What is hashed of one nanopublication, after the published specification, with rdflib."""
    lines = []
    for subject, predicate, value, graph in parse(data).quads((None, None, None, None)):
        if isinstance(value, rdflib.Literal):
            text = str(value).replace("\\", "\\\\").replace("\n", "\\n")
            kind = value.datatype or rdflib.XSD.string
            last = f"@{value.language.lower()} {text}" if value.language else f"^{kind} {text}"
            rank = (1, str(value), "" if value.language else str(kind), value.language or "")
        else:
            last = str(value).replace(code, " ")
            rank = (0, last, "", "")
        names = [str(node).replace(code, " ") for node in (graph, subject, predicate)]
        lines.append((*names, rank, last))
    return "".join(f"{g}\n{s}\n{p}\n{last}\n" for g, s, p, _, last in sorted(lines))


def split(data: bytes) -> dict[str, bytes]:
    """Each nanopublication as a file by itself, by its code."""
    top, *blocks = re.split(r"(?m)^(?=<https://w3id\.org/g12c/np/)(?=[^\n]*\{$)", data.decode())
    files: dict[str, str] = {}
    for block in blocks:
        match = CODE.search(block)
        assert match
        files[match[0]] = files.get(match[0], top) + block
    return {code: text.encode() for code, text in files.items()}


def test_names_are_hashes() -> None:
    """The code of each is what an implementation of its own computes."""
    files = split(exported())
    assert len(files) == len(dataset().claims)
    for code, data in files.items():
        digest = hashlib.sha256(normal(data, code).encode()).digest()
        assert code == "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def one() -> bytes:
    """A nanopublication with numbers, words and references."""
    claim = next(c for c in dataset().claims if c.unit and c.cites and c.defects)
    (data,) = (data for data in split(exported()).values() if f"{claim.name}\n".encode() in data)
    return data


def faults(data: bytes) -> list[str]:
    """What is wrong with the nanopublications in TriG."""
    return verify(data)[1]


def content(data: bytes) -> set[ox.Quad] | None:
    """The quads of a file, or None if it is none."""
    try:
        return {*ox.parse(data, format=TRIG)}
    except SyntaxError:
        return None


def test_verified() -> None:
    """What the build makes verifies, together and one by one."""
    assert verify(exported()) == (len(dataset().claims), [])
    assert verify(one()) == (1, [])


def test_no_character_changes_unseen() -> None:
    """Whichever character is another one: either it is refused, or it says the same still."""
    data = one()
    was = content(data)
    same = 0
    for at, byte in enumerate(data):
        changed = data[:at] + (b"x" if byte != ord("x") else b"y") + data[at + 1 :]
        if not faults(changed):
            assert content(changed) == was, changed[at - 20 : at + 20]
            same += 1
    assert same < len(data) / 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("g12c:polarity g12c:Affirmed", "g12c:polarity g12c:Denied"),
        ("    g12c:certainty g12c:Stated ;\n", ""),
        ("    a g12c:Claim ;\n", "    a g12c:Claim ;\n    g12c:certainty g12c:Hedged ;\n"),
        ("    np:hasProvenance ", "    np:hasPublicationInfo "),
        ("#provenance> {", "#assertion> {"),
        ("#provenance> {", "#rumour> {"),
        ("#pubinfo> {\n\n", "#pubinfo> {\n\n[] a g12c:Claim .\n\n"),
    ],
)
def test_changes_are_refused(old: str, new: str) -> None:
    """A change of what is said is named."""
    text = one().decode()
    assert old in text
    assert faults(text.replace(old, new, 1).encode())


def test_missing_graph_is_refused() -> None:
    """A nanopublication without its provenance is none."""
    text = one().decode()
    start = text.index("#provenance> {")
    start = text.rindex("<", 0, start)
    cut = text[:start] + text[text.index("\n}\n", start) + 3 :]
    assert any("lacks a graph" in problem for problem in faults(cut.encode()))


@pytest.mark.parametrize("data", [b"", b"<urn:a> <urn:b> <urn:c> .", b"no TriG"])
def test_nothing_is_not_verified(data: bytes) -> None:
    """A file without nanopublications does not pass."""
    assert faults(data)


def test_same_claim_same_name() -> None:
    """A name depends on its claim alone: one that changes changes no other."""
    hedged = FORM.export(mutant("drops hedges")).files["g12c-nanopubs.trig"]
    changed = {*split(exported())} - {*split(hedged)}
    touched = {c.iri for c in dataset().claims if c.certainty != "Stated"}
    assert len(changed) == len(touched)


# --- on the command line -----------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was published, the same with one word of one claim altered, and no TriG."""
    monkeypatch.chdir(tmp_path)
    Path("whole.trig").write_bytes(exported())
    Path("altered.trig").write_bytes(exported().replace(b"g12c:Stated", b"g12c:Hedged", 1))
    Path("broken.trig").write_bytes(exported()[:-3])


@pytest.mark.usefixtures("files")
def test_check_of_what_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and how many there are."""
    assert main(["export", "nanopub", "--check", "whole.trig"]) == 0
    count = len(dataset().claims)
    assert capsys.readouterr().out.endswith(f"as their names say: {count}\n")


@pytest.mark.usefixtures("files")
def test_check_of_what_was_altered(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and a line for the one altered, at its place; other files are read too."""
    assert main(["export", "nanopub", "--check", "altered.trig", "whole.trig", "broken.trig"]) == 1
    fault, whole, broken = capsys.readouterr().out.split("\n")[:-1]
    place, _, what = fault.partition(": ")
    name, _, number = place.partition(":")
    assert name == "altered.trig"
    assert what.endswith("is not what its name says; something was changed")
    was, now = (Path(f"{stem}.trig").read_text().split("\n") for stem in ("whole", "altered"))
    (changed,) = (at for at, lines in enumerate(zip(was, now, strict=True)) if len({*lines}) == 2)
    head = next(at for at in range(changed, 0, -1) if "#Head> {" in now[at])
    assert int(number) == head + 1
    assert whole.startswith("whole.trig: ")
    assert broken.startswith("broken.trig:")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nanopub", "--check", "nosuch.trig"], "nosuch.trig: cannot be read"),
        (["kgx", "--check", "whole.trig"], "only nanopublications"),
        (["--check", "whole.trig"], "only nanopublications"),
    ],
)
def test_check_of_what_cannot_be(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one sentence."""
    assert main(["export", *words]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


# --- signatures -------------------------------------------------------------------------------

# A key for this test only: RSA needs 2048 bits, and Python alone makes none.
P = int(
    "d1df518b4e24b8867214ced92735ce8737b824b6a252b655c90c1b68e23e22ae992627a882a22a337b3468e6"
    "946a6fcd0a07c905b78042df4cf93651d061c7cda8077ca483a62dd858080ef97b15ee379c6c46da08bb5901"
    "49fd1526b02cec04dbdf66ff2a1e3dc5bf18e6f2ee46b3e60ae014627a685bce48bba0d0a9b3e7d7",
    16,
)
Q = int(
    "e336708f5ed833db40d3e1d039a26af6aeeec4922a7711d8e7b7fc84d5a8261218ee7724a000d92f77a1ba7e"
    "18ae8bbb48907b7fb795a236ef3e687f4e34b7241ec44c9ae61817b725850061008c066854234a2b19dc64d9"
    "c672dc279a8654f86f32a2f413b059aa90fbba5a3e1119bd280896c4c7222e40b7602bdb269d2a4d",
    16,
)
E = 65537


def der(tag: int, content: bytes) -> bytes:
    """A field of DER."""
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + length + content


def public_key(modulus: int = P * Q) -> str:
    """An RSA key as nanopublications hold it."""
    number = modulus.to_bytes(modulus.bit_length() // 8 + 1)
    key = der(0x30, der(0x02, number) + der(0x02, E.to_bytes(3)))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return base64.b64encode(der(0x30, algorithm + der(0x03, b"\x00" + key))).decode()


def signed(data: bytes, *, forged: bool = False, key: str = "") -> bytes:
    """One nanopublication signed, under its new name; if forged, what it says changes after."""
    code = next(iter(split(data)))
    this = f"https://w3id.org/g12c/np/{code}"

    def line(name: str, value: str) -> str:
        return f"<{this}#sig> <{NPX}{name}> {value} .\n"

    def insert(text: str, lines: Iterable[str]) -> str:
        start = text.index("#pubinfo> {\n") + len("#pubinfo> {\n")
        return text[:start] + "".join(lines) + text[start:]

    about = [
        line("hasAlgorithm", '"RSA"'),
        line("hasPublicKey", f'"{key or public_key()}"'),
        line("hasSignatureTarget", f"<{this}>"),
    ]
    text = insert(data.decode(), about)
    digest = hashlib.sha256(normal(text.encode(), code).encode()).digest()
    block = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    block = b"\x00\x01" + b"\xff" * (256 - 3 - len(block)) + b"\x00" + block
    secret = pow(E, -1, (P - 1) * (Q - 1))
    number = pow(int.from_bytes(block), secret, P * Q).to_bytes(256)
    text = insert(text, [line("hasSignature", f'"{base64.b64encode(number).decode()}"')])
    if forged:
        text = text.replace("g12c:Affirmed", "g12c:Denied")
    digest = hashlib.sha256(normal(text.encode(), code).encode()).digest()
    new = "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return text.replace(code, new).encode()


def test_signature() -> None:
    """A signed nanopublication verifies."""
    assert verify(signed(one())) == (1, [])


def test_forgery_is_refused() -> None:
    """What is changed and named anew under an old signature does not verify."""
    assert any("signature does not fit" in fault for fault in faults(signed(one(), forged=True)))


@pytest.mark.parametrize("key", ["AAAA", "not base64", public_key(P), public_key(P * Q + 2)])
def test_other_keys_are_refused(key: str) -> None:
    """A key that is none, too short or another one does not verify."""
    assert any("signature does not fit" in fault for fault in faults(signed(one(), key=key)))


# --- in the room ------------------------------------------------------------------------------


def unpack(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write each nanopublication to a file of its own."""
    for code, data in files.items():
        (folder / f"{code}.trig").write_bytes(data)


def test_nanopub_py(tmp_path: Path) -> None:
    """nanopub-py finds each valid and its name right."""
    files = split(exported())
    unpack(tmp_path, files)
    assert rooms.check("nanopub", "check", tmp_path) == f"{len(files)} valid"


def test_nanopub_py_refuses(tmp_path: Path) -> None:
    """nanopub-py would notice another name."""
    unpack(tmp_path, {"changed": one().replace(b"g12c:Affirmed", b"g12c:Denied")})
    with pytest.raises(AssertionError, match="not valid"):
        rooms.check("nanopub", "check", tmp_path)


def test_signing_offline(tmp_path: Path) -> None:
    """What a maintainer signs with nanopub-py verifies here; a change of it does not."""
    key, source, target = (tmp_path / name for name in ("key", "one.trig", "signed.nq"))
    source.write_bytes(one())
    rooms.check("nanopub", "key", key)
    rooms.check("nanopub", "sign", key, source, target)
    data = target.read_bytes()
    assert b"hasSignature" in data
    assert verify(data, target.name) == (1, [])
    changed = data.replace(b"#Affirmed", b"#Denied")
    assert any("something was changed" in fault for fault in verify(changed, target.name)[1])
    rooms.check("nanopub", "check", tmp_path)
