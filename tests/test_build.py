"""The main job: whole, checked, and the same every time."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from g12c.release import verify_release
from g12c.sources import find_sources

ROOT = Path(__file__).resolve().parents[1]


def build(
    root: Path, target: Path, cache: Path, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Build the sources below ``root`` in a process of its own."""
    code = (
        "import sys; from pathlib import Path; from g12c import cli, sources; "
        f"sources.find_sources = lambda: sources.Sources(Path({str(root)!r})); "
        "sys.exit(cli.main(['build', '-o', sys.argv[1]]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(target)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "G12C_CACHE": str(cache), **variables},
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources to spoil."""
    root = tmp_path / "copy"
    for name in ("ontology", "graph", "shapes", "queries"):
        shutil.copytree(find_sources().root / name, root / name)
    return root


def test_two_builds_are_byte_for_byte_the_same(tmp_path: Path) -> None:
    """Neither time zone nor hash seed nor cache nor target goes into the release."""
    root = find_sources().root
    one = build(root, tmp_path / "one", tmp_path / "a", TZ="Pacific/Apia", PYTHONHASHSEED="1")
    two = build(root, tmp_path / "two", tmp_path / "b", TZ="America/Lima", PYTHONHASHSEED="2")
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert verify_release(tmp_path / "one") == []
    sums = [(tmp_path / name / "SHA256SUMS").read_text() for name in ("one", "two")]
    assert sums[0] == sums[1]
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert {"g12c.ttl", "g12c.nq", "g12c-direct.nq", "g12c-inferred.nq"} <= set(manifest["files"])
    assert all(len(graph["rdfc10Sha256"]) == 64 for graph in manifest["graphs"].values())
    assert "confers resistance to" in one.stdout


SPOILT = {
    "syntax": ("graph/claims/title.ttl", "a g12c:Claim ;", "a g12c:Claim", "title.ttl:"),
    "spelling": ("graph/claims/title.ttl", "a g12c:Claim ;", "a  g12c:Claim ;", "house spelling"),
    "term": ("graph/claims/title.ttl", "g12c:Affirmed", "g12c:Affirmd", "g12c:Affirmd"),
    "thing": ("graph/claims/title.ttl", "concept:review", "concept:reviw", "concept:reviw"),
    "shape": ("graph/claims/title.ttl", "g12c:Affirmed", "g12c:Stated", "polarity"),
    "residue": ("graph/things/alterations.ttl", "g12c:position 96", "g12c:position 92", "92"),
    "unused": ("ontology/g12c.ttl", "g12c:wouldBe", "", "nothing uses"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_not_fit_is_not_published(name: str, copy: Path, tmp_path: Path) -> None:
    """Each kind of fault stops the build with its reason, and the old release stays."""
    file, old, new, says = SPOILT[name]
    path = copy / file
    text = path.read_text()
    if name == "unused":
        term = 'a owl:Class ;\n    rdfs:label "x"@en ;\n    skos:definition "X."@en ;\n'
        defined = "    rdfs:isDefinedBy <https://w3id.org/g12c/ontology> ;\n.\n"
        path.write_text(f"{text}\n{old}\n    {term}{defined}")
    else:
        assert old in text
        path.write_text(text.replace(old, new))
    done = build(copy, tmp_path / "dist", tmp_path / "cache")
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "dist").exists()
