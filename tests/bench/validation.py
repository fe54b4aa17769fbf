"""How long a validation takes: the engines side by side on generated claims.

``pyshacl`` is pySHACL as people use it, ``reference`` what ``--engine pyshacl`` makes of it here,
where each query is parsed once and not again for every focus node.

``python tests/bench/validation.py`` prints a table. Each figure is a whole process: start, reading
N-Triples, reading shapes, judging. Engines are compared by processor time, which other work on the
machine changes less than the time on the clock. An engine that would need longer than the limit, if
its time grew only linearly, is not asked; its figures are then that estimate, marked ``~``.
"""

import argparse
import json
import math
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import pyoxigraph as ox

from g12c import validate as module
from g12c.namespaces import DCTERMS, G12C, OWL, RDF, RDFS, XSD, expand
from g12c.shacl import load_shapes
from g12c.validate import validate

ENGINES = ("fast", "reference", "pyshacl")

SHAPES = f"""
@prefix dcterms: <{DCTERMS}> .
@prefix g12c: <{G12C}> .
@prefix owl: <{OWL}> .
@prefix rdf: <{RDF}> .
@prefix rdfs: <{RDFS}> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/g12c/shape/> .
@prefix xsd: <{XSD}> .

shape:Prefixes sh:declare [ sh:prefix "g12c" ; sh:namespace "{G12C}" ] .
shape:Claim a sh:NodeShape ; sh:targetClass g12c:Claim ;
  sh:pattern "^https://w3id.org/g12c/claim/[a-z0-9-]+$" ;
  sh:property shape:Claim-label , shape:Claim-subject , shape:Claim-predicate ,
    shape:Claim-object , shape:Claim-polarity , shape:Claim-certainty , shape:Claim-sentence ,
    shape:Claim-cites , shape:Claim-evidence , shape:Claim-value , shape:Claim-created ,
    shape:Claim-numerator ;
  sh:xone ( [ sh:property [ sh:path g12c:object ; sh:minCount 1 ] ]
            [ sh:property [ sh:path g12c:textValue ; sh:minCount 1 ] ] ) ;
  sh:closed true ; sh:ignoredProperties ( rdf:type g12c:textValue g12c:cue g12c:inDisease
    g12c:inModelSystem g12c:underTreatment g12c:resistanceKind g12c:denominator g12c:unit
    g12c:contests ) ;
  sh:sparql shape:Claim-cue , shape:Claim-contests .
shape:Claim-label a sh:PropertyShape ; sh:path rdfs:label ;
  sh:minCount 1 ; sh:uniqueLang true ; sh:datatype rdf:langString ; sh:languageIn ( "en" ) .
shape:Claim-subject a sh:PropertyShape ; sh:path g12c:subject ;
  sh:minCount 1 ; sh:maxCount 1 ; sh:class g12c:Alteration .
shape:Claim-predicate a sh:PropertyShape ; sh:path g12c:predicate ;
  sh:minCount 1 ; sh:maxCount 1 ; sh:class owl:ObjectProperty .
shape:Claim-object a sh:PropertyShape ; sh:path g12c:object ; sh:maxCount 1 ; sh:class g12c:Drug .
shape:Claim-polarity a sh:PropertyShape ; sh:path g12c:polarity ;
  sh:minCount 1 ; sh:maxCount 1 ; sh:in ( g12c:Affirmed g12c:Denied ) .
shape:Claim-certainty a sh:PropertyShape ; sh:path g12c:certainty ;
  sh:minCount 1 ; sh:maxCount 1 ; sh:in ( g12c:Stated g12c:Hedged g12c:Expected ) .
shape:Claim-sentence a sh:PropertyShape ; sh:path g12c:inSentence ;
  sh:minCount 1 ; sh:class g12c:Sentence .
shape:Claim-cites a sh:PropertyShape ; sh:path g12c:cites ;
  sh:class g12c:Reference ; sh:node shape:Reference .
shape:Reference a sh:NodeShape ; sh:property shape:Reference-number .
shape:Reference-number a sh:PropertyShape ; sh:path g12c:number ;
  sh:minCount 1 ; sh:maxCount 1 ; sh:minInclusive 1 ; sh:maxInclusive 150 .
shape:Claim-evidence a sh:PropertyShape ; sh:path g12c:evidenceType ; sh:class g12c:EvidenceType .
shape:Claim-value a sh:PropertyShape ; sh:path g12c:value ;
  sh:datatype xsd:decimal ; sh:minInclusive 0 ; sh:maxInclusive 100 .
shape:Claim-created a sh:PropertyShape ; sh:path dcterms:created ;
  sh:datatype xsd:date ; sh:maxCount 1 .
shape:Claim-numerator a sh:PropertyShape ; sh:path g12c:numerator ;
  sh:datatype xsd:integer ; sh:lessThanOrEquals g12c:denominator .
shape:Claim-cue sh:prefixes shape:Prefixes ; sh:message "A hedged claim quotes its cue." ;
  sh:select '''SELECT $this ?value WHERE {{ $this g12c:certainty ?value .
    FILTER(?value = g12c:Hedged) FILTER NOT EXISTS {{ $this g12c:cue ?cue }} }}''' .
shape:Claim-contests sh:prefixes shape:Prefixes ; sh:message "A claim contests another one." ;
  sh:select "SELECT $this ?value WHERE {{ $this g12c:contests ?value . FILTER(?value = $this) }}" .
shape:Sentence a sh:NodeShape ; sh:targetClass g12c:Sentence ;
  sh:property shape:Sentence-order , shape:Sentence-digest .
shape:Sentence-order a sh:PropertyShape ; sh:path g12c:order ;
  sh:minCount 1 ; sh:datatype xsd:integer ; sh:minExclusive 0 .
shape:Sentence-digest a sh:PropertyShape ; sh:path g12c:digest ;
  sh:minCount 1 ; sh:pattern "^[0-9a-f]{{64}}$" .
"""

FAULTS = 12
"""How many kinds of fault the generator plants; each of them breaks a rule."""


def claims(count: int, seed: int = 0, faulty: float = 0.01) -> bytes:
    """N-Triples with ``count`` claims of some twenty triples, of which a share has one fault."""
    draw = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return "".join(f"{line} .\n" for line in _lines(draw, count, faulty)).encode()


def _iri(curie: str) -> str:
    return f"<{expand(curie)}>"


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{XSD}{datatype}>'


def _lines(draw: random.Random, count: int, faulty: float) -> Iterator[str]:
    type_, label = f"<{RDF}type>", f"<{RDFS}label>"
    for kind in ("Substitution", "Amplification", "Fusion"):
        yield f"{_iri(f'g12c:{kind}')} <{RDFS}subClassOf> {_iri('g12c:Alteration')}"
    kinds = {
        "alteration": (60, ("Substitution", "Amplification", "Fusion", "Alteration")),
        "drug": (30, ("Drug",)),
        "disease": (10, ("Disease",)),
        "model": (20, ("ModelSystem",)),
    }
    things: dict[str, list[str]] = {}
    for prefix, (number, classes) in kinds.items():
        things[prefix] = [_iri(f"{prefix}:{prefix}-{index}") for index in range(number)]
        for index, thing in enumerate(things[prefix]):
            yield f"{thing} {type_} {_iri(f'g12c:{classes[index % len(classes)]}')}"
            yield f'{thing} {label} "{prefix} {index}"@en'
    sentences = [_iri(f"sentence:S{index}") for index in range(1, max(81, count // 5))]
    for order, sentence in enumerate(sentences, 1):
        yield f"{sentence} {type_} {_iri('g12c:Sentence')}"
        yield f"{sentence} {_iri('g12c:order')} {_typed(order, 'integer')}"
        yield f'{sentence} {_iri("g12c:digest")} "{draw.getrandbits(256):064x}"'
    references = [_iri(f"reference:r{number}") for number in range(1, 151)]
    for number, reference in enumerate(references, 1):
        yield f"{reference} {type_} {_iri('g12c:Reference')}"
        yield f"{reference} {_iri('g12c:number')} {_typed(number, 'integer')}"
    predicates = [
        _iri(f"g12c:{name}") for name in ("confersResistanceTo", "retainsActivityAgainst")
    ]
    for predicate in predicates:
        yield f"{predicate} {type_} <{OWL}ObjectProperty>"
    evidence = [_iri(f"g12c:{name}") for name in ("InVitro", "Xenograft", "ClinicalTrial")]
    for kind in evidence:
        yield f"{kind} {type_} {_iri('g12c:EvidenceType')}"
    for index in range(count):
        fault = draw.randrange(FAULTS) if draw.random() < faulty else None
        claim = _iri(f"claim:c{index}")
        hedged = draw.random() < 0.3 or fault == 5
        whole = draw.randint(10, 90)
        part = whole + 1 if fault == 7 else draw.randint(0, whole)
        percent = 300 if fault == 8 else min(100 * part / whole, 100)
        day = "2024-13-45" if fault == 9 else f"2024-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
        statements = [
            ("label", f'"claim {index}"@en' if fault != 0 else '"claim"'),
            ("subject", draw.choice(things["drug" if fault == 1 else "alteration"])),
            ("predicate", _iri("g12c:noSuchTerm") if fault == 2 else draw.choice(predicates)),
            ("object", draw.choice(things["drug"])),
            ("polarity", _iri(f"g12c:{draw.choice(('Affirmed', 'Denied'))}")),
            ("certainty", _iri(f"g12c:{'Hedged' if hedged else 'Stated'}")),
            ("inDisease", draw.choice(things["disease"])),
            ("inModelSystem", draw.choice(things["model"])),
            ("underTreatment", draw.choice(things["drug"])),
            ("resistanceKind", '"acquired"@en'),
            ("evidenceType", draw.choice(evidence)),
            ("inSentence", _iri("sentence:none") if fault == 6 else draw.choice(sentences)),
            *(("cites", reference) for reference in draw.sample(references, 2)),
            ("numerator", _typed(part, "integer")),
            ("denominator", _typed(whole, "integer")),
            ("value", _typed(f"{percent:.1f}", "decimal")),
            ("unit", _iri("unit:percent")),
        ]
        if hedged and fault != 5:
            statements.append(("cue", '"may"@en'))
        extra = {
            3: ("textValue", '"both"@en'),
            4: ("polarity", _iri("g12c:Maybe")),
            10: ("undeclared", '"word"'),
            11: ("contests", claim),
        }
        if fault in extra:
            statements.append(extra[fault])
        yield f"{claim} {type_} {_iri('g12c:Claim')}"
        yield f"{claim} <{DCTERMS}created> {_typed(day, 'date')}"
        for name, value in statements:
            yield f"{claim} {label if name == 'label' else _iri(f'g12c:{name}')} {value}"


class Run(NamedTuple):
    """One whole process."""

    claims: int
    clock: float
    seconds: float
    megabytes: float
    results: int


def judge(engine: str, path: Path) -> int:
    """The number of results for the claims in an N-Triples file."""
    shapes = load_shapes(quad.triple for quad in ox.parse(SHAPES, format=ox.RdfFormat.TURTLE))
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES)
    if engine == "pyshacl":
        module.__dict__["_queries_parsed_once"] = nullcontext
    return len(validate(store, shapes, "fast" if engine == "fast" else "pyshacl").results)


def measure(engine: str, count: int, path: Path, limit: float) -> Run | None:
    """The run of ``engine`` in a process of its own, or None if it takes longer than ``limit``."""
    command = [sys.executable, __file__, "--child", engine, str(path)]
    start = perf_counter()
    try:
        done = subprocess.run(command, check=True, timeout=limit, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return None
    clock = perf_counter() - start
    results, seconds, kilobytes = json.loads(done.stdout)
    return Run(count, clock, seconds, kilobytes / 1024, results)


def estimate(run: Run, count: int) -> float:
    """The seconds for ``count`` claims if time grows linearly from ``run``."""
    return run.seconds * count / run.claims


def table(runs: dict[str, list[Run]], sizes: list[int]) -> Iterator[str]:
    """The lines of the comparison."""
    head = f"{'clock':>8} {'seconds':>9} {'MB':>6} {'results':>7} {'x fast':>8}"
    yield f"{'claims':>8} {'engine':9} {head}"
    fast = {run.claims: run.seconds for run in runs["fast"]}
    for size in sizes:
        for engine, done in runs.items():
            run = next((run for run in done if run.claims == size), None)
            if run:
                figures = (
                    f"{run.clock:8.2f} {run.seconds:9.2f} {run.megabytes:6.0f} {run.results:7}"
                )
                yield f"{size:8} {engine:9} {figures} {run.seconds / fast[size]:8.1f}"
            elif done and size in fast:
                seconds = estimate(done[-1], size)
                figures = f"{'-':>8} {seconds:8.0f}~ {'-':>6} {'-':>7}"
                yield f"{size:8} {engine:9} {figures} {seconds / fast[size]:7.1f}~"
    for engine, done in runs.items():
        for less, more in pairwise(done):
            growth = math.log(more.seconds / less.seconds, more.claims / less.claims)
            yield f"{engine}: {less.claims} to {more.claims} claims: seconds ~ claims^{growth:.2f}"


def main() -> None:
    """Run the comparison, or, as its own child, one engine on one file."""
    parser = argparse.ArgumentParser(description="Compare the engines of 'g12c validate'.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000, 100000])
    parser.add_argument("--limit", type=float, default=300, help="most seconds for one run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", nargs=2, metavar=("ENGINE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        results = judge(options.child[0], Path(options.child[1]))
        used = resource.getrusage(resource.RUSAGE_SELF)
        sys.stdout.write(json.dumps([results, used.ru_utime + used.ru_stime, used.ru_maxrss]))
        return
    runs: dict[str, list[Run]] = {engine: [] for engine in ENGINES}
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            path = Path(folder) / f"{size}.nt"
            path.write_bytes(claims(size, options.seed))
            for engine, done in runs.items():
                if not done or estimate(done[-1], size) <= options.limit:
                    run = measure(engine, size, path, options.limit)
                    done.extend([run] if run else [])
    sys.stdout.writelines(f"{line}\n" for line in table(runs, options.sizes))


if __name__ == "__main__":
    main()
