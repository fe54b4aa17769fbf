"""Exits: the dataset in the forms that other people's tools take in, and what each cannot hold.

The contract of a form
----------------------
A form is an entry of `FORMS` and a function ``(Dataset) -> Export`` in a module of this package.
The list is read without importing any of them. None needs a package beyond those of g12c: what the
checkers of others need stands in rooms of its own (``tests/rooms/``).

- `Dataset` (in `claims`) is what is exported: the store, its claims and things read once, the
  metadata, for RDF the slice and the kind of IRIs, and the files that other forms have made.
- `Export` is what comes out: files (path in the release → bytes, UTF-8, LF) and a `Loss`.
  The same dataset gives the same bytes: no clock, no path, no locale, no order of a set.
- A form that holds claims calls `sift`, with the properties that it has a place for and, if it does
  not take every kind of claim, a function that says why not. It exports the claims that come back,
  in their order, and hands on the `Loss`. `sift` withholds what would be bent: a denied claim where
  there is no place for polarity, a hedged one where there is none for certainty, and a proposition
  that would say something else (see `ESSENTIAL`). Nobody else decides that.
- A form keeps the IRI of each claim, so that a reader finds the way back, and so that its test can
  compare claim by claim (``tests/roundtrip.py``) what a reader who shares no code with it gets:
  (subject, relation, object, polarity, certainty).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ..errors import G12cError
from ..namespaces import PREFIXES

if TYPE_CHECKING:
    from .claims import Claim, Dataset

ASPECTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "polarity": ("polarity",),
        "certainty": ("certainty",),
        "cue": ("cue",),
        "context": (
            "actingOn",
            "afterTreatment",
            "atRegion",
            "comparedWith",
            "inDisease",
            "inGenotype",
            "inModelSystem",
            "inPopulation",
            "inSetting",
            "objectAspect",
            "qualifier",
            "resultingState",
            "subjectAspect",
            "underTreatment",
            "viaPathway",
            "when",
        ),
        "resistance kind": ("resistanceKind", "resistanceKindInField"),
        "defect": ("affectedBy",),
        "denominator": ("denominator", "denominatorText", "numerator"),
        "openness": ("alternativeTo", "leavesOpen"),
        "conflict": ("contests",),
        "evidence": ("cites", "evidenceType", "illustratedIn"),
        "place": ("inSentence",),
    }
)
"""What can get lost of a claim, and the properties of the ontology that say it."""

EVERYTHING: Final = frozenset(name for names in ASPECTS.values() for name in names)
"""All properties of `ASPECTS`, for forms that lose nothing."""

ESSENTIAL: Final = frozenset(
    {"polarity", "certainty", "subjectAspect", "objectAspect", "resultingState", "leavesOpen"}
)
"""Without these a claim would say something else, so that a form without a place for one withholds
the claims that have it. Of ``leavesOpen`` only what leaves subject or object open counts."""


@dataclass(frozen=True)
class Loss:
    """What a form could not hold, by the IRIs of claims and, if it tells of them, of things.

    ``lost``: properties left out, of what is exported; ``withheld``: why a claim or thing is not.
    """

    lost: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)

    def table(self) -> bytes:
        """The report: TSV, one line an IRI, sorted, with the aspects and properties concerned."""
        lines = ["iri\tfate\taspects\tproperties\treason"]
        for iri in sorted({*self.lost, *self.withheld}):
            if reason := self.withheld.get(iri):
                lines.append(f"{iri}\twithheld\t\t\t{reason}")
            else:
                names = self.lost[iri]
                aspects = [key for key, some in ASPECTS.items() if {*some} & {*names}]
                lines.append(f"{iri}\treduced\t{'|'.join(aspects)}\t{'|'.join(names)}\t")
        return ("\n".join(lines) + "\n").encode()

    def summary(self) -> str:
        """One line for a person, on claims; empty if nothing of them was lost."""
        counts: dict[str, int] = {}
        for names in self.lost.values():
            for aspect, some in ASPECTS.items():
                counts[aspect] = counts.get(aspect, 0) + bool({*some} & {*names})
        withheld = sum(iri.startswith(PREFIXES["claim"]) for iri in self.withheld)
        parts = [f"{withheld} withheld"] if withheld else []
        parts += [f"{aspect} left out of {n}" for aspect, n in counts.items() if n]
        return ", ".join(parts)


@dataclass(frozen=True)
class Export:
    """The files of one form, by their paths in the release, and what they do not hold."""

    files: Mapping[str, bytes]
    loss: Loss = field(default_factory=Loss)


@dataclass(frozen=True)
class Form:
    """One form: its name, a line that says what it is for, and where its function stands.

    ``function`` is ``MODULE:FUNCTION`` in this package. ``claims``: it holds claims, so that a
    report says what is lost of them. ``last`` forms describe the files of all others. ``takes``
    says which of ``slice`` and ``iris`` a user may choose.
    """

    name: str
    line: str
    function: str
    claims: bool = True
    last: bool = False
    takes: tuple[str, ...] = ()

    def export(self, dataset: "Dataset") -> Export:
        """The files of the form for a dataset."""
        from importlib import import_module

        module, _, name = self.function.partition(":")
        function: Callable[[Dataset], Export] = getattr(import_module(f".{module}", __name__), name)
        return function(dataset)


_RDF: Final = ("slice", "iris")

FORMS: Final = (
    Form("turtle", "RDF in Turtle, spelt for people and diffs", "rdf:turtle", takes=_RDF),
    Form("ntriples", "RDF as sorted N-Triples", "rdf:ntriples", takes=_RDF),
    Form("nquads", "RDF as sorted N-Quads, with named graphs", "rdf:nquads", takes=_RDF),
    Form("trig", "RDF in TriG: Turtle with named graphs", "rdf:trig", takes=_RDF),
    Form("jsonld", "RDF as JSON-LD 1.1, context inline", "jsonld:jsonld", takes=_RDF),
    Form("context", "the JSON-LD context by itself", "jsonld:context", claims=False),
    Form("owl", "the ontology in OWL RDF/XML, for Protégé", "rdf:owl", claims=False),
    Form(
        "minimal",
        "alteration, drug and the claims of resistance, in ten predicates",
        "rdf:minimal",
        takes=("iris",),
    ),
    Form("nanopub", "one nanopublication a claim, with Trusty URIs", "nanopub:nanopubs"),
    Form("kgx", "nodes and edges in KGX TSV, under the Biolink Model", "kgx:kgx"),
    Form("va-spec", "therapeutic-response statements in GA4GH VA-Spec", "vaspec:va_spec"),
    Form("sssom", "mappings to other resources in SSSOM", "sssom:sssom", claims=False),
    Form("tables", "CSV tables with a Frictionless Data Package", "tables:tables"),
    Form("civic", "drafts of CIViC evidence, to be checked by a curator", "civic:civic"),
    Form("shapes", "the SHACL shapes in one file", "rdf:shapes", claims=False),
    Form(
        "answers", "the answers to the stored questions, as CSV", "questions:answers", claims=False
    ),
    Form(
        "questions",
        "the stored questions as SHACL executables",
        "questions:questions",
        claims=False,
    ),
    Form("openapi", "the stored questions as OpenAPI", "questions:openapi", claims=False),
    Form(
        "dataset",
        "description in VoID, DCAT 3 and HCLS",
        "dataset:describe",
        claims=False,
        last=True,
    ),
    Form("ro-crate", "description as RO-Crate 1.1", "crate:crate", claims=False, last=True),
    Form("metadata", "CITATION.cff and its like, for a checkout", "checkout:files", claims=False),
)
"""All forms, in the order in which they are listed."""


def find_form(name: str) -> Form:
    """The form of that name; raises `G12cError` with the nearest names if there is none."""
    from difflib import get_close_matches

    known = {form.name: form for form in FORMS}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 3, 0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else f" (forms: {', '.join(known)})"
    raise G12cError(f"there is no form {name!r}{hint}")


def sift(
    claims: Iterable["Claim"],
    carries: Collection[str],
    refuse: Callable[["Claim"], str] = lambda _: "",
) -> tuple[list["Claim"], Loss]:
    """The claims that a form can hold without bending them, and what it loses of all claims.

    ``carries`` are the properties of `ASPECTS` that the form has a place for; ``refuse`` gives the
    reason why it has none for a claim, or nothing. Affirmed and stated claims need no place for
    polarity and certainty.
    """
    kept, lost, withheld = [], {}, {}
    for claim in claims:
        missing = claim.aspects - frozenset(carries)
        bent = sorted(missing & ESSENTIAL - (frozenset() if claim.is_open else {"leavesOpen"}))
        if reason := refuse(claim):
            withheld[claim.iri] = reason
        elif bent:
            withheld[claim.iri] = f"no place for {', '.join(bent)}, without which it says otherwise"
        else:
            kept.append(claim)
            if missing:
                lost[claim.iri] = tuple(sorted(missing))
    return kept, Loss(lost, withheld)


def release_files(dataset: "Dataset", before: Form | None = None) -> dict[str, bytes]:
    """The files of all forms but ``metadata``, and their loss reports, by their paths.

    N-Quads come in every slice, the rest as asserted only. ``before``: only those of the forms
    whose files that form describes.
    """
    from .claims import SLICES

    made: dict[str, bytes] = {}
    for form in sorted(FORMS, key=lambda form: form.last):
        if form == before:
            break
        if form.name == "metadata":
            continue
        for part in SLICES if form.name == "nquads" else SLICES[:1]:
            export = form.export(replace(dataset, slice=part, files=dict(made)))
            if twice := made.keys() & export.files.keys():
                raise G12cError(f"two forms make {min(twice)}; name the file of {form.name} anew")
            made.update(export.files)
            if form.claims:
                made[f"loss/{form.name}.tsv"] = export.loss.table()
    return made
