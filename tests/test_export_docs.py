"""What docs/integrate.md tells people to run does run, where the target can be had."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from roundtrip import dataset

from g12c import questions, tables
from g12c.export import FORMS, find_form, release_files

TEXT = (Path(__file__).parents[1] / "docs" / "integrate.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of code in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return str(found)


def test_sparql() -> None:
    """The first question has answers on the file that is named, in the union of its graphs."""
    store = ox.Store()
    data = release_files(dataset())["g12c-inferred.nq"]
    store.bulk_load(input=data, format=ox.RdfFormat.N_QUADS)
    assert re.search(r"--file dist/g12c-inferred\.nq", TEXT)
    rows = store.query(block("sparql"), use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    assert len([*rows]) > 20


def test_pandas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines for pandas give a matrix of alterations and drugs."""
    pytest.importorskip("pandas")
    (tmp_path / "dist" / "answers").mkdir(parents=True)
    question = questions.find_question(dataset().sources, "resistance-by-drug")
    answer = questions.run(dataset().store, question.sparql)
    table = tmp_path / "dist" / "answers" / "resistance-by-drug.csv"
    table.write_bytes(tables.render(answer, "csv"))
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "docs/integrate.md", "exec"), {})  # noqa: S102 - our own page
    assert re.search(r"(?m)^KRAS amplification|^ALK fusion", capsys.readouterr().out)


def test_names() -> None:
    """Every form and every file that the page names is there."""
    for name in re.findall(r"g12c export ([a-z][a-z-]+)", TEXT):
        find_form(name)
    made = release_files(dataset())
    names = re.findall(r"\bg12c(?:-\w+)?\.(?:ttl|nt|nq|trig)\b", TEXT)
    assert names
    assert [name for name in names if name not in made] == []
    assert {form.name for form in FORMS if form.takes} >= {"nquads", "minimal"}
