"""Every stored question gives its recorded rows, the same on the embedded store and on rdflib.

``answers/NAME.yaml`` is a list of cases of the question NAME: ``parameters`` as a user types them,
the ``columns`` that are checked and their ``rows``, or only a ``count`` of rows where an answer is
long. The rows are read in the article, not taken from an engine.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from rdflib.query import ResultRow

from g12c import questions
from g12c.sources import find_sources
from g12c.store import load

ANSWERS = Path(__file__).parent / "answers"
FILES = sorted(ANSWERS.glob("*.yaml"))

Rows = Counter[tuple[str, ...]]


def cases() -> Iterator[Any]:
    """Each recorded case, with the file's stem and its place in the file as id."""
    for path in FILES:
        for place, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield pytest.param(path.stem, case, id=f"{path.stem}-{place}")


@cache
def embedded() -> ox.Store:
    """The whole dataset in the embedded store."""
    return load(find_sources())


@cache
def in_rdflib() -> rdflib.Dataset:
    """The same dataset in rdflib, its default graph the union too, its literals as written."""
    dataset = rdflib.Dataset(default_union=True)
    quads = embedded().dump(format=ox.RdfFormat.N_QUADS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        dataset.parse(data=quads, format="nquads")
    return dataset


def ask_embedded(text: str) -> tuple[tuple[str, ...], Rows]:
    """Columns and rows on the embedded store; a blank cell is the empty string."""
    found = questions.select(embedded(), text)
    columns = tuple(variable.value for variable in found.variables)
    return columns, Counter(
        tuple("" if row[name] is None else row[name].value for name in columns) for row in found
    )


def ask_rdflib(text: str) -> tuple[tuple[str, ...], Rows]:
    """Columns and rows on rdflib; a blank cell is the empty string."""
    found = in_rdflib().query(text)
    columns = tuple(str(variable) for variable in found.vars or ())
    rows = (row.asdict() for row in found if isinstance(row, ResultRow))
    return columns, Counter(tuple(str(row.get(name, "")) for name in columns) for row in rows)


@pytest.mark.parametrize(("name", "case"), cases())
def test_same_rows_as_recorded_on_both_engines(name: str, case: dict[str, Any]) -> None:
    """All columns agree between the engines, the checked ones with what was read."""
    question = questions.find_question(find_sources(), name)
    text = question.bind(
        {
            parameter: questions.value_of(embedded(), question.parameter(parameter), str(value))
            for parameter, value in case["parameters"].items()
        }
    )
    columns, rows = ask_embedded(text)
    assert ask_rdflib(text) == (columns, rows)
    if "count" in case:
        assert rows.total() == case["count"]
        return
    places = [columns.index(column) for column in case["columns"]]
    found = Counter(tuple(row[place] for place in places) for row in rows.elements())
    assert found == Counter(tuple(map(str, row)) for row in case["rows"])


def test_each_question_has_answers_and_each_answer_a_question() -> None:
    """A new or renamed question takes its answers along."""
    assert FILES
    assert {path.stem for path in FILES} == {path.stem for path in find_sources().query_files()}
