"""The main job: whole, checked, and the same every time."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from g12c.cli import main
from g12c.export import FORMS
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


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sources of this checkout."""
    folder = tmp_path_factory.mktemp("release")
    root = find_sources().root
    done = build(root, folder / "one", folder / "a", TZ="Pacific/Apia", PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    assert "confers resistance to" in done.stdout
    return folder / "one"


def test_two_builds_are_byte_for_byte_the_same(release: Path, tmp_path: Path) -> None:
    """Neither time zone nor hash seed nor cache nor target goes into the release."""
    root = find_sources().root
    two = build(root, tmp_path / "two", tmp_path / "b", TZ="America/Lima", PYTHONHASHSEED="2")
    assert two.returncode == 0, two.stderr
    assert verify_release(release) == []
    sums = [(folder / "SHA256SUMS").read_text() for folder in (release, tmp_path / "two")]
    assert sums[0] == sums[1]
    manifest = json.loads((release / "manifest.json").read_text())
    assert {"g12c.ttl", "g12c.nq", "g12c-direct.nq", "g12c-inferred.nq"} <= set(manifest["files"])
    assert all(len(graph["rdfc10Sha256"]) == 64 for graph in manifest["graphs"].values())


@pytest.mark.parametrize("form", [form.name for form in FORMS if form.last])
def test_description_is_that_of_the_release(form: str, release: Path, tmp_path: Path) -> None:
    """A description on demand is the one in the release, answers and shapes among its files."""
    assert main(["export", form, "-o", f"{tmp_path}/"]) == 0
    (name,) = (path.name for path in tmp_path.iterdir() if path.is_file())
    assert (tmp_path / name).read_bytes() == (release / name).read_bytes()
    for part in ("answers/resistance-by-drug.csv", "shapes.ttl"):
        assert part in (tmp_path / name).read_text()


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
