"""An attack on the checks: change one triple of the curated graph, and see whether anybody notices.

    python tests/mutation.py --sample 300        a seeded sample, as in CI
    python tests/mutation.py --survivors FILE    every mutant, as in the nightly run

A mutant takes one triple away or puts another in its place: another subject or object of the same
class (drug for drug, variant for variant, citation for citation), another predicate that such
things have, another digit or two letters exchanged in a literal. The detectors are asked one after
the other, the cheap ones first, until one notices. What nobody notices must have its reason in
`REASONS`; otherwise the exit code is 1.
"""

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import pyoxigraph as ox
import readback
import yaml

from g12c import questions
from g12c.checks import closure
from g12c.derive import derive, infer
from g12c.errors import G12cError
from g12c.namespaces import RDF, graph_iri, shorten
from g12c.reading import read_file, read_turtle
from g12c.shacl import VIOLATION, load_shapes
from g12c.sources import Sources
from g12c.store import asserted, load
from g12c.turtle import write
from g12c.validate import judge

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Detector: TypeAlias = Callable[["Mutant"], str | None]
"""Asked while the mutant is in the graph; answers with what noticed it, or None."""

TYPE: Final = ox.NamedNode(f"{RDF}type")
ANSWERS: Final = Path(__file__).with_name("answers")

REASONS: Final[dict[str, str]] = {}
"""Predicate of a surviving mutant → why no rule can tell it from the truth."""


class Mutant(NamedTuple):
    """One change: ``old`` goes, ``new`` comes, or nothing does."""

    kind: str
    old: ox.Quad
    new: ox.Quad | None

    def __str__(self) -> str:
        before = [_short(part) for part in self.old.triple]
        if self.new is None:
            return f"{self.kind}: {' '.join(before)}"
        after = [_short(part) for part in self.new.triple]
        changed = " ".join(
            f"{one} → {two}" for one, two in zip(before, after, strict=True) if one != two
        )
        return f"{self.kind}: {' '.join(before)}: {changed}"


def _short(term: Term) -> str:
    return shorten(term.value) if isinstance(term, ox.NamedNode) else str(term)


# --- mutants ----------------------------------------------------------------------------------


def mutants(quads: Sequence[ox.Quad], seed: int) -> Iterator[Mutant]:
    """Every kind of change of every one of these quads, in order.

    Which value is put in depends on seed, quad and kind only, so that a mutant stays the same
    however the rest of the graph grows, as long as its candidates do.
    """
    classes: dict[Term, Term] = {q.subject: q.object for q in quads if q.predicate == TYPE}
    members = _sorted((class_, node) for node, class_ in classes.items())
    targets = _sorted((quad.predicate, quad.object) for quad in quads)
    predicates = _sorted(
        ((classes.get(quad.subject), isinstance(quad.object, ox.Literal)), quad.predicate)
        for quad in quads
    )
    there = {quad.triple for quad in quads}
    for quad in sorted(quads, key=str):
        kind_of, object_ = classes.get(quad.subject), quad.object
        yield Mutant("delete", quad, None)
        candidates: dict[str, Sequence[Term]] = {
            "subject": members.get(kind_of, ()),
            "predicate": predicates[kind_of, isinstance(object_, ox.Literal)],
        }
        if isinstance(object_, ox.Literal):
            candidates["digit"] = list(_digits(object_))
            candidates["letters"] = list(_letters(object_))
        else:
            candidates["object"] = members.get(classes.get(object_), targets[quad.predicate])
        for kind, terms in candidates.items():
            draw = random.Random(f"{seed} {kind} {quad}")  # noqa: S311 - reproducible, not secret
            for term in draw.sample(terms, min(len(terms), 9)):
                new = _replaced(quad, kind, term)
                if new.triple not in there:
                    yield Mutant(kind, quad, new)
                    break


def _sorted(pairs: Iterable[tuple[Any, Term]]) -> dict[Any, list[Term]]:
    found: defaultdict[Any, set[Term]] = defaultdict(set)
    for key, term in pairs:
        found[key].add(term)
    return {key: sorted(terms, key=str) for key, terms in found.items()}


def _replaced(quad: ox.Quad, kind: str, term: Any) -> ox.Quad:
    subject, predicate, object_ = quad.triple
    if kind == "subject":
        subject = term
    elif kind == "predicate":
        predicate = term
    else:
        object_ = term
    return ox.Quad(subject, predicate, object_, quad.graph_name)


def _digits(literal: ox.Literal) -> Iterator[ox.Literal]:
    """The literal with one digit changed, in every place and to every other digit."""
    text = literal.value
    for match in re.finditer("[0-9]", text):
        for digit in "0123456789".replace(match[0], ""):
            yield _like(literal, text[: match.start()] + digit + text[match.end() :])


def _letters(literal: ox.Literal) -> Iterator[ox.Literal]:
    """The literal with two neighbouring letters exchanged, in every place."""
    text = literal.value
    for match in re.finditer(r"([^\W\d])(?!\1)(?=([^\W\d]))", text):
        place = match.start()
        yield _like(literal, text[:place] + match[2] + match[1] + text[place + 2 :])


def _like(literal: ox.Literal, text: str) -> ox.Literal:
    if literal.language:
        return ox.Literal(text, language=literal.language)
    return ox.Literal(text, datatype=literal.datatype)


# --- who notices ------------------------------------------------------------------------------


class Laboratory:
    """The asserted graph, the mutant that is in it for the moment, and the detectors."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.store = ox.Store()
        self.store.extend(asserted(sources))
        self._ledger = readback.digests(self.store)
        self._shapes = load_shapes(
            triple
            for path in sources.shape_files()
            for triple in read_turtle(read_file(path), str(path))
        )
        whole = load(sources)
        self._inferred = list(_graph(whole, "inferred"))
        self._questions = list(_questions(sources, whole))
        self._answers = {ask: ask(whole) for ask in self._questions}

    def curated(self) -> list[ox.Quad]:
        """The quads of the facts, without those of the ontology."""
        made_of = {path.parent.name for path in self.sources.graph.glob("*/*.ttl")}
        return [quad for name in sorted(made_of) for quad in _graph(self.store, name)]

    @contextmanager
    def holding(self, mutant: Mutant) -> Iterator[None]:
        """Within it the mutant is in the graph; afterwards the graph is as before."""
        self.store.remove(mutant.old)
        if mutant.new:
            self.store.add(mutant.new)
        try:
            yield
        finally:
            if mutant.new:
                self.store.remove(mutant.new)
            self.store.add(mutant.old)

    def by_reader(self, mutant: Mutant) -> str | None:
        """The front door refuses the file that would hold it."""
        if mutant.new is None:
            return None
        try:
            read_turtle(write([mutant.new.triple]).encode(), "mutant")
        except G12cError as error:
            return f"reader: {error}"
        return None

    def by_closure(self, mutant: Mutant) -> str | None:
        """A name is used that is not declared, or one that is used is no longer described."""
        judged = [mutant.new] if mutant.new else []
        if mutant.old.predicate == TYPE:
            judged += self.store.quads_for_pattern(None, None, mutant.old.subject, None)
        problem = next(closure(judged, self.store, self.sources.query_names()), None)
        return f"closure: {problem.rule}" if problem else None

    def by_shapes(self, mutant: Mutant) -> str | None:
        """A shape is violated near the change, or else anywhere."""
        changed = [quad for quad in mutant[1:] if quad]
        ends = [term for quad in changed for term in (quad.subject, quad.object)]
        ends += [quad.subject for quad in self.store.quads_for_pattern(None, None, ends[0], None)]
        near = {str(term) for term in ends if isinstance(term, ox.NamedNode)}
        values = f"WHERE {{ VALUES ?this {{ {' '.join(sorted(near))} }} "

        def select(query: str) -> Any:
            return self.store.query(query, use_default_graph_as_union=True)

        def select_near(query: str) -> Any:
            return select(re.sub(r"\bWHERE\s*\{", lambda _: values, query, count=1))

        for ask in (select_near, select):
            for result in judge(ask, self._shapes):
                if result.severity == VIOLATION:
                    return f"shape: {_short(result.shape)}"
        return None

    def by_answers(self, mutant: Mutant) -> str | None:
        """What the build derives is impossible, or a stored question has another answer."""
        del mutant
        whole = ox.Store()
        whole.extend(self.store)
        try:
            whole.extend(derive(whole))
        except G12cError:
            return "derivation"
        whole.extend(self._inferred)
        for ask in self._questions:
            if ask(whole) != self._answers[ask]:
                return f"answer: {ask.name}"
        return None

    def by_ledger(self, mutant: Mutant) -> str | None:
        """A block is not as it was read back."""
        for quad in mutant[1:]:
            if quad and isinstance(quad.subject, ox.NamedNode):
                about = self.store.quads_for_pattern(quad.subject, None, None, None)
                lines = [f"{other.predicate} {other.object}" for other in about]
                subject = shorten(quad.subject.value)
                if self._ledger.get(subject) != readback.digest_of(lines):
                    return "read-back"
        return None

    def by_reasoner(self, mutant: Mutant) -> str | None:
        """The facts contradict the ontology, or something else follows from them."""
        del mutant
        whole = ox.Store()
        whole.extend(self.store)
        whole.extend(derive(whole))
        inference = infer(whole)
        if not inference.consistent:
            return "reasoner: inconsistent"
        same = {quad.triple for quad in self._inferred} == set(inference.triples)
        return None if same else "reasoner: entailment"


def _graph(store: ox.Store, name: str) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, ox.NamedNode(graph_iri(name)))


@dataclass(frozen=True)
class Question:
    """A recorded case of a stored question; asked, it gives what the record holds of the answer."""

    name: str
    text: str
    columns: tuple[str, ...]

    def __call__(self, store: ox.Store) -> object:
        """The recorded columns of all rows, or their number where only that is recorded."""
        rows = list(questions.select(store, self.text))
        if not self.columns:
            return len(rows)
        return Counter(tuple(str(row[column]) for column in self.columns) for row in rows)


def _questions(sources: Sources, store: ox.Store) -> Iterator[Question]:
    for path in sorted(ANSWERS.glob("*.yaml")):
        question = questions.find_question(sources, path.stem)
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            values = {
                name: questions.value_of(store, question.parameter(name), str(value))
                for name, value in case["parameters"].items()
            }
            columns = tuple(case["columns"]) if "rows" in case else ()
            yield Question(path.stem, question.bind(values), columns)


def attack(
    laboratory: Laboratory, chosen: Sequence[Mutant], detectors: Sequence[Detector]
) -> Iterator[tuple[Mutant, str | None]]:
    """Each mutant with what noticed it first, or None."""
    for mutant in chosen:
        with laboratory.holding(mutant):
            yield mutant, next(filter(None, (notices(mutant) for notices in detectors)), None)


# --- the report -------------------------------------------------------------------------------


def report(found: Sequence[tuple[Mutant, str | None]]) -> tuple[list[str], int]:
    """Lines for a person, and how many mutants nobody notices for no reason."""
    columns = ["reader", "closure", "shape", "derivation", "answer", "reasoner"]
    columns += ["read-back", "nobody"]
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    survivors: defaultdict[str, list[Mutant]] = defaultdict(list)
    for mutant, notice in found:
        who = notice.partition(":")[0] if notice else "nobody"
        table[mutant.kind][who] += 1
        if not notice:
            survivors[_short(mutant.old.predicate)].append(mutant)
    lines = ["".join(f"{word:>11}" for word in ["", "mutants", *columns])]
    for kind, counts in sorted(table.items()):
        numbers = [counts.total(), *(counts[column] for column in columns)]
        lines.append(f"{kind:>11}" + "".join(f"{number:>11}" for number in numbers))
    unexplained = 0
    for predicate, those in sorted(survivors.items()):
        reason = REASONS.get(predicate)
        unexplained += 0 if reason else len(those)
        lines += ["", f"{predicate}: {len(those)} unnoticed: {reason or 'no reason known'}"]
        lines += [f"  {mutant}" for mutant in those]
    noticed = len(found) - sum(map(len, survivors.values()))
    lines += ["", f"{noticed} of {len(found)} noticed, {unexplained} neither noticed nor explained"]
    return lines, unexplained


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the attack; 0 if every mutant is noticed or explained."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="which values are put in")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, drawn by the seed")
    parser.add_argument(
        "--reasoner", action="store_true", help="ask the reasoner too: seconds each"
    )
    parser.add_argument("--survivors", type=Path, metavar="FILE", help="write the report there too")
    options = parser.parse_args(arguments)
    laboratory = Laboratory(Sources(Path(__file__).parents[1]))
    chosen = list(mutants(laboratory.curated(), options.seed))
    if options.sample is not None:
        draw = random.Random(options.seed)  # noqa: S311 - reproducible, not secret
        chosen = draw.sample(chosen, min(options.sample, len(chosen)))
    detectors: list[Detector] = [
        laboratory.by_reader,
        laboratory.by_closure,
        laboratory.by_shapes,
        laboratory.by_answers,
    ]
    if options.reasoner:
        detectors.append(laboratory.by_reasoner)
    detectors.append(laboratory.by_ledger)
    lines, unexplained = report(list(attack(laboratory, chosen, detectors)))
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if options.survivors:
        options.survivors.write_text(text, encoding="utf-8")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
