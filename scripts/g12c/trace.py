"""From a claim back to its words: sentence, references, defects, and what other sources say.

No sentence of the article is stored. A reader's own copy, with whatever line breaks, hyphens,
ligatures and front matter, is reduced to its letters and digits (NFKC, casefolded), in which each
sentence is found by its opening words and known by the SHA-256 of its own letters and digits.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from .questions import resolve, select

_LONGEST = 1500
_SKIPPED_LINES = 12

_SENTENCES = """
SELECT ?sentence ?label ?sectionLabel ?order ?digest ?opening
WHERE {
  ?sentence a g12c:Sentence ; rdfs:label ?label ; g12c:inSection/rdfs:label ?sectionLabel ;
    g12c:order ?order ; g12c:digest ?digest ; g12c:openingWords ?opening .
}
ORDER BY ?order
"""

_CLAIM = """
SELECT DISTINCT ?topic ?text
WHERE {{
  VALUES ?claim {{ <{claim}> }}
  {{ ?claim rdfs:label ?text . BIND("0 says" AS ?topic) }}
  UNION {{
    ?claim ?property ?value . ?property rdfs:isDefinedBy ?ontology ; rdfs:label ?how .
    FILTER(?property NOT IN (g12c:subject, g12c:predicate, g12c:object, g12c:textValue, g12c:value,
      g12c:unit, g12c:inSentence, g12c:cites, g12c:affectedBy, g12c:contests))
    OPTIONAL {{ ?value rdfs:label ?name }}
    BIND(CONCAT(?how, ": ", COALESCE(?name, STR(?value))) AS ?text)
    BIND("1 how" AS ?topic)
  }}
  UNION {{
    ?claim g12c:cites ?reference . ?reference rdfs:label ?number .
    ?reference g12c:identityStatus ?status .
    OPTIONAL {{ ?reference dcterms:bibliographicCitation ?work }}
    OPTIONAL {{ ?reference skos:exactMatch|skos:closeMatch ?identifier }}
    BIND(CONCAT(?number, " ", COALESCE(?work, ""), " ", COALESCE(STR(?identifier), ""), " (",
      ?status, ")") AS ?text)
    BIND("3 reference" AS ?topic)
  }}
  UNION {{
    ?claim g12c:affectedBy ?defect . ?defect rdfs:label ?at ; skos:definition ?wrong ;
      g12c:howToTell ?how .
    OPTIONAL {{ ?defect g12c:proposedReading ?reading }}
    BIND(CONCAT(?at, ": ", ?wrong, " ", ?how, " Read as: ", COALESCE(?reading, "as printed"))
      AS ?text)
    BIND("4 defect" AS ?topic)
  }}
  UNION {{
    ?finding ?agreement ?claim ; skos:definition ?found .
    ?agreement rdfs:label ?verb .
    FILTER(?agreement IN (g12c:agreesWith, g12c:differsFrom, g12c:concerns))
    BIND(CONCAT(?verb, " this claim: ", ?found) AS ?text)
    BIND("5 elsewhere" AS ?topic)
  }}
  UNION {{
    ?claim g12c:contests ?other . ?other rdfs:label ?text .
    BIND("6 contested by" AS ?topic)
  }}
}}
ORDER BY ?topic ?text
"""


_CLAIMS = """
SELECT ?sentence (COUNT(DISTINCT ?claim) AS ?claims)
WHERE { ?claim a g12c:Claim ; g12c:inSentence ?sentence }
GROUP BY ?sentence
"""


@dataclass(frozen=True)
class Sentence:
    """Where a sentence stands and how it is known."""

    iri: str
    label: str
    section: str
    order: int
    digest: str
    opening: str


@dataclass(frozen=True)
class Copy:
    """A reader's copy of the article: its text, its letters, and where each letter stands."""

    text: str
    letters: str
    places: tuple[int, ...]

    def without(self, taken: set[int]) -> "Copy":
        """The same copy without the letters at these positions."""
        kept = [i for i in range(len(self.letters)) if i not in taken]
        letters = "".join(self.letters[i] for i in kept)
        return Copy(self.text, letters, tuple(self.places[i] for i in kept))


def letters(text: str) -> str:
    """The letters and digits of a text: NFKC, casefolded, everything else removed."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def read_copy(text: str) -> Copy:
    """A copy of the article, ready to be searched."""
    found: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in letters(character):
            found.append(letter)
            places.append(place)
    return Copy(text, "".join(found), tuple(places))


def sentences(store: ox.Store) -> list[Sentence]:
    """All sentences in reading order."""
    return [
        Sentence(
            row["sentence"].value,
            row["label"].value,
            row["sectionLabel"].value,
            int(row["order"].value),
            row["digest"].value,
            row["opening"].value,
        )
        for row in select(store, _SENTENCES)
    ]


def locate(copy: Copy, wanted: Sequence[Sentence]) -> dict[str, str]:
    """Sentence label → the words of the copy, for each sentence that is there letter for letter.

    A sentence may be interrupted: by a caption that is itself made of sentences, or by some lines
    of page furniture.
    """
    spans: dict[str, list[int]] = {}
    for sentence in wanted:
        if span := next(_matches(copy, sentence), None):
            spans[sentence.label] = list(span)
    taken = {copy.places[i] for span in spans.values() for i in span}
    rest = copy.without({i for i, place in enumerate(copy.places) if place in taken})
    found = {label: _words(copy, span) for label, span in spans.items()}
    for sentence in wanted:
        if sentence.label in found:
            continue
        if loose := next(_matches(rest, sentence), None) or next(_broken(rest, sentence), None):
            found[sentence.label] = _words(rest, loose)
    return found


def _words(copy: Copy, span: Sequence[int]) -> str:
    """The text between the letters of a span, without what interrupts it."""
    parts, previous = [], None
    for index in span:
        place = copy.places[index]
        if previous is not None:
            gap = copy.text[previous + 1 : place]
            parts.append(gap if len(gap) < 40 else " … ")
        if previous != place:
            parts.append(copy.text[place])
        previous = place
    return " ".join("".join(parts).split())


def _starts(copy: Copy, sentence: Sentence) -> Iterator[int]:
    opening = letters(sentence.opening)
    start = copy.letters.find(opening)
    while start >= 0:
        yield start
        start = copy.letters.find(opening, start + 1)


def _matches(copy: Copy, sentence: Sentence) -> Iterator[range]:
    for start in _starts(copy, sentence):
        if end := _end(copy.letters, start, hashlib.sha256(), sentence.digest):
            yield range(start, end)


def _end(text: str, start: int, digest: "hashlib._Hash", wanted: str) -> int | None:
    """Where the letters from ``start`` on, after what ``digest`` has seen, have the digest."""
    digest = digest.copy()
    for index in range(start, min(len(text), start + _LONGEST)):
        digest.update(text[index].encode())
        if digest.hexdigest() == wanted:
            return index + 1
    return None


def _broken(copy: Copy, sentence: Sentence) -> Iterator[list[int]]:
    """Matches with up to some lines left out at one place, at an end of a line."""
    for start in _starts(copy, sentence):
        digest = hashlib.sha256()
        for index in range(start, min(len(copy.letters) - 1, start + _LONGEST)):
            digest.update(copy.letters[index].encode())
            for resumed in _line_starts(copy, index):
                if end := _end(copy.letters, resumed, digest, sentence.digest):
                    yield [*range(start, index + 1), *range(resumed, end)]


def _line_starts(copy: Copy, index: int) -> list[int]:
    """The first letters of lines that follow, if the letter at ``index`` ends its line."""
    found: list[int] = []
    for following in range(index, len(copy.letters) - 1):
        gap = copy.text[copy.places[following] : copy.places[following + 1]]
        if "\n" not in gap:
            if following == index:
                return []
            continue
        if following > index:
            found.append(following + 1)
        if len(found) == _SKIPPED_LINES:
            break
    return found


def trace(store: ox.Store, name: str, article: str | None = None) -> str:
    """All about the source of one claim, to print.

    Raises `G12cError` if there is no such claim.
    """
    claim = resolve(store, name if ":" in name else f"claim:{name}", "Statement")[0]
    rows = select(store, _CLAIM.format(claim=claim))
    place = select(store, f"SELECT ?sentence WHERE {{ <{claim}> g12c:inSentence ?sentence }}")
    iri = next(row["sentence"].value for row in place)
    every = sentences(store)
    sentence = next(s for s in every if s.iri == iri)
    lines = [f"claim          {claim}"]
    where = f"{sentence.label}, section “{sentence.section}”, sentence {sentence.order} of "
    where += f"{len(every)}, begins “{sentence.opening} …”"
    facts = [("2 sentence", where)]
    if article is not None:
        words = locate(read_copy(article), every).get(sentence.label)
        facts.append(("2 your copy", words or "has no sentence with these letters: digest differs"))
    facts += [(row["topic"].value, row["text"].value) for row in rows]
    lines += [f"{topic[2:].ljust(13)}  {text}" for topic, text in sorted(facts)]
    return "\n".join(lines)


def check_all(store: ox.Store, article: str) -> tuple[str, bool]:
    """Look up every sentence in a copy: what to print, and whether all claims have their place."""
    every = sentences(store)
    found = locate(read_copy(article), every)
    missing = [sentence for sentence in every if sentence.label not in found]
    claims = {row["sentence"].value: int(row["claims"].value) for row in select(store, _CLAIMS)}
    lines = [
        f"{s.label} (“{s.opening} …”): not in this copy letter for letter; "
        f"{claims.get(s.iri, 0)} claims rest on it"
        for s in missing
    ]
    sound = sum(claims.get(s.iri, 0) for s in every if s.label in found)
    total = sum(claims.values())
    lines.append(
        f"{len(found)} of {len(every)} sentences found, {sound} of {total} claims have their place"
    )
    return "\n".join(lines), sound == total
