"""The attack on the checks does what it says, always the same way, and leaves the graph whole."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from g12c.namespaces import expand
from g12c.sources import find_sources


def _script() -> Any:
    path = Path(__file__).with_name("mutation.py")
    spec = importlib.util.spec_from_file_location("mutation", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutation"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


mutation = _script()


@cache
def laboratory() -> Any:
    """The graph and the detectors, made once."""
    return mutation.Laboratory(find_sources())


def quad(subject: str, predicate: str, object_: str) -> ox.Quad:
    """The quad of the curated graph with these CURIEs."""
    nodes = (ox.NamedNode(expand(name)) for name in (subject, predicate, object_))
    (found,) = laboratory().store.quads_for_pattern(*nodes, None)
    assert isinstance(found, ox.Quad)
    return found


def test_mutants_are_many_of_each_kind_and_always_the_same() -> None:
    """The same seed gives the same mutants, another one puts other values in."""
    curated = laboratory().curated()
    once = list(mutation.mutants(curated, 1))
    assert once == list(mutation.mutants(curated[::-1], 1))
    assert once != list(mutation.mutants(curated, 2))
    kinds = {kind: sum(mutant.kind == kind for mutant in once) for kind in {m.kind for m in once}}
    assert sorted(kinds) == ["delete", "digit", "letters", "object", "predicate", "subject"]
    assert min(kinds.values()) > 1000
    assert kinds["delete"] == len(curated)


def test_mutants_keep_to_their_kind() -> None:
    """A drug is changed for a drug, a citation for a citation; nothing is changed into itself."""
    curated = laboratory().curated()
    classes = {q.subject: q.object for q in curated if q.predicate == mutation.TYPE}
    for mutant in mutation.mutants(curated, 0):
        if mutant.new is None:
            continue
        assert mutant.new != mutant.old
        if mutant.kind == "object" and mutant.old.object in classes:
            assert classes[mutant.new.object] == classes[mutant.old.object]


CLAIM = "claim:s066-kras-y96d-confers-resistance-to-sotorasib"


@pytest.mark.parametrize(
    ("predicate", "old", "new", "detector"),
    [
        ("g12c:cites", "reference:42", "reference:142", "by_closure"),
        ("g12c:object", "drug:sotorasib", "drug:adagrasib", "by_shapes"),
        ("g12c:subject", "alteration:kras-y96d", "alteration:kras-y96c", "by_shapes"),
        ("g12c:polarity", "g12c:Affirmed", "g12c:Denied", "by_answers"),
        ("g12c:cites", "reference:42", "reference:41", "by_answers"),
    ],
)
def test_detectors_notice(predicate: str, old: str, new: str, detector: str) -> None:
    """Each detector sees what it is for, and nothing once the mutant is gone."""
    before = quad(CLAIM, predicate, old)
    after = ox.Quad(before.subject, before.predicate, ox.NamedNode(expand(new)), before.graph_name)
    mutant = mutation.Mutant("object", before, after)
    notices, whole = getattr(laboratory(), detector), set(laboratory().store)
    with laboratory().holding(mutant):
        assert notices(mutant)
    assert set(laboratory().store) == whole
    assert notices(mutation.Mutant("object", after, before)) is None


def test_report_counts_and_explains() -> None:
    """What nobody notices is listed under its predicate and counted unless there is a reason."""
    noticed = quad(CLAIM, "g12c:cites", "reference:42")
    found = [
        (mutation.Mutant("delete", noticed, None), "shape: shape:Claim-withReference"),
        (mutation.Mutant("delete", noticed, None), None),
    ]
    lines, unexplained = mutation.report(found)
    assert unexplained == 1
    assert "g12c:cites: 1 unnoticed: no reason known" in lines
    assert lines[-1] == "1 of 2 noticed, 1 neither noticed nor explained"
