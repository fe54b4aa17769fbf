"""What a resource is called, and what is told of it in one computed sentence."""

from collections.abc import Sequence
from typing import Final

from ..derive import sentence as spelt
from ..namespaces import G12C, expand
from .data import Data, natural

_CORE: Final = (
    "subject",
    "subjectAspect",
    "predicate",
    "object",
    "objectAspect",
    "resultingState",
    "textValue",
    "value",
    "lowerValue",
    "upperValue",
    "unit",
    "denominator",
    "denominatorText",
    "polarity",
    "certainty",
    "cue",
)


def proposition(data: Data, iri: str) -> str:
    """What a claim says, in one line, without context and place; Denied and Hedged stand first."""
    about = {}
    for name in _CORE:
        if values := data.values(iri, f"g12c:{name}"):
            about[name] = [data.value(one, "skos:notation") or _word(data, one) for one in values]
    return spelt(about).removesuffix(" ()")


def _word(data: Data, value: str) -> str:
    return data.label(value) if value in data.said else value


def name_of(data: Data, iri: str) -> str:
    """What the page of a resource is called."""
    if data.is_a(iri, "Sentence"):
        return f"Sentence {data.label(iri)}"
    if data.is_a(iri, "Reference"):
        return f"Reference {data.label(iri)}"
    if data.is_a(iri, "Mapping"):
        thing = data.label(data.value(iri, "g12c:mappedThing"))
        return f"{thing} as {data.value(iri, 'g12c:identifier')}"
    return data.label(iri)


def sentence(data: Data, iri: str) -> str:
    """One computed sentence on a resource."""
    kinds = listed([data.label(expand(f"g12c:{kind}")) for kind in data.kinds(iri)])
    if data.is_a(iri, "Claim") or data.is_a(iri, "PrintedClaim"):
        return _claim_sentence(data, iri)
    if data.is_thing(iri):
        about = [
            *data.subjects("g12c:subject", iri, "Claim"),
            *data.subjects("g12c:object", iri, "Claim"),
        ]
        of_gene = (
            " of " + data.label(gene) if (gene := data.value(iri, "g12c:alterationOf")) else ""
        )
        parts = [f"{data.label(iri)} is a {kinds}{of_gene}"]
        if data.kinds(iri)[:1] and kinds[:1] in "aeiou":
            parts = [f"{data.label(iri)} is an {kinds}{of_gene}"]
        number = len(set(about))
        if not number:
            return f"{parts[0]}."
        denied = sum(data.value(c, "g12c:polarity") == expand("g12c:Denied") for c in set(about))
        unsure = sum(data.value(c, "g12c:certainty") != expand("g12c:Stated") for c in set(about))
        contested = sum(bool(data.values(c, "g12c:contests")) for c in set(about))
        told = [
            f"{count} {word}"
            for count, word in (
                (denied, "denied"),
                (unsure, "not stated as a fact"),
                (contested, "contested"),
            )
            if count
        ]
        tail = f", {listed(told)}" if told else ""
        return f"{parts[0]}; the review makes {counted(number, 'claim')} about it{tail}."
    if data.is_a(iri, "Sentence"):
        claims = len(data.subjects("g12c:inSentence", iri, "Claim"))
        where = data.label(data.value(iri, "g12c:inSection"))
        return (
            f"Sentence {data.value(iri, 'g12c:order')} of the review, in “{where}”, "
            f"with {counted(claims, 'claim')}."
        )
    if data.is_a(iri, "Reference"):
        place = data.value(iri, "g12c:referenceNumber")
        citing = len(data.subjects("g12c:cites", iri, "Claim"))
        return f"Number {place} of the review's references, cited by {counted(citing, 'claim')}."
    return data.value(iri, "skos:definition") or f"{data.label(iri)}: {kinds}."


_HOW: Final = {
    "Stated": ("states this as a fact", "states as a fact that this does not hold"),
    "Hedged": ("puts this forward with reserve", "suggests that this does not hold"),
    "Expected": ("expects this", "expects that this does not hold"),
    "OpenQuestion": ("leaves this as an open question", "asks whether this does not hold"),
}
"""What the review does with a claim that it affirms, and with one that it denies."""


def _claim_sentence(data: Data, iri: str) -> str:
    if data.is_a(iri, "PrintedClaim"):
        place = data.label(data.value(iri, "g12c:inSentence"))
        return f"So the review has it in print in sentence {place}; another claim is read instead."
    denied = data.value(iri, "g12c:polarity") == expand("g12c:Denied")
    how = _HOW[data.value(iri, "g12c:certainty").removeprefix(G12C)][denied]
    where = data.value(iri, "g12c:inSentence")
    part = data.label(data.value(where, "g12c:inSection"))
    cited = sorted((data.label(one) for one in data.values(iri, "g12c:cites")), key=natural)
    by = f"citing {listed(cited)}" if cited else "without a reference"
    return f"In sentence {data.label(where)} (“{part}”) the review {how}, {by}."


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 claim``, ``2 claims``."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
