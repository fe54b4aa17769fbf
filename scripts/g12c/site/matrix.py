"""The answer in one table: which alteration, which inhibitor, and what is known of the two.

The state of a cell is the word of the stored question ``variant-drug-matrix``; nothing is decided
here a second time. Here are the claims behind each cell, and how a cell looks without colour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import G12cError
from ..namespaces import expand
from ..questions import find_question, select
from .data import Data, natural
from .layout import At
from .markup import Child, Markup, join, tag
from .parts import is_corrected, mark, scroll, section, statements
from .wording import counted

QUESTION: Final = "variant-drug-matrix"


@dataclass(frozen=True)
class State:
    """What is known of an alteration and a drug: how it looks, and what it means."""

    symbol: str
    word: str
    meaning: str

    @property
    def css(self) -> str:
        """The class that gives it its colour."""
        return self.word.split()[0]


STATES: Final = {
    "shown": State("●", "shown", "Cells with the alteration were resistant to the drug."),
    "found in context": State(
        "◐", "found", "Seen in patients resistant to the drug, not tested: no proof of a cause."
    ),
    "hedged link": State("◔", "hedged", "The review links the two with a word such as “may”."),
    "keeps activity": State("○", "active", "The drug keeps its activity, or a link is denied."),
    "contradictory": State("◪", "contradictory", "Shown by one claim and denied by another."),
    "class-level only": State(
        "◇", "class only", "Said of the class of drugs and not of this drug."
    ),
    "not stated": State(
        "·", "not stated", "The review does not say. That is not the same as sensitive."
    ),
}


FLAGS: Final = {
    "Contested": ("!", "Another claim opposes one of its claims."),
    "Corrected": ("*", "The text prints something else than is read."),
}
"""What can be the matter with a cell: how it is marked, and what that means."""


def key(used: Iterable[str]) -> list[tuple[str, str, str]]:
    """Symbol, word and class of those `STATES` and `FLAGS` that a picture uses, for its key."""
    known = set(used)
    states = [(one.symbol, one.word, one.css) for name, one in STATES.items() if name in known]
    flags = [(sign, name.lower(), "hedged") for name, (sign, _) in FLAGS.items() if name in known]
    return states + flags


@dataclass(frozen=True)
class Cell:
    """An alteration and a drug, what is known of them, and the claims that say it."""

    alteration: str
    drug: str
    state: str
    claims: tuple[str, ...]

    @property
    def name(self) -> str:
        """The id of its place on the page of the matrix."""
        return "--".join(iri.rpartition("/")[2] for iri in (self.alteration, self.drug))


@dataclass(frozen=True)
class Matrix:
    """Rows (in groups, each with a title), columns, and the cell of each pair."""

    groups: Sequence[tuple[str, Sequence[str]]]
    drugs: Sequence[str]
    cells: dict[tuple[str, str], Cell]


def matrix(data: Data) -> Matrix:
    """The matrix as the stored question answers it.

    Raises `G12cError` if the question has a state that nobody has given a look.
    """
    question = find_question(data.sources, QUESTION)
    cells: dict[tuple[str, str], Cell] = {}
    for row in select(data.store, question.sparql):
        pair = row["alteration"].value, row["drug"].value
        state = row["state"].value
        if state not in STATES:
            raise G12cError(f"{question.path}: the state {state!r} has no symbol in matrix.py")
        claims = () if state == "not stated" else claims_of(data, *pair)
        cells[pair] = Cell(*pair, state, claims)
    drugs = sorted({drug for _, drug in cells}, key=lambda drug: (_empty(cells, drug), drug))
    groups: dict[str, list[str]] = {}
    for alteration in sorted({one for one, _ in cells}, key=lambda one: _order(data, one)):
        groups.setdefault(_GROUPS[_group(data, alteration)], []).append(alteration)
    return Matrix(tuple(groups.items()), drugs, cells)


def claims_of(data: Data, alteration: str, drug: str) -> tuple[str, ...]:
    """The claims that relate an alteration and a drug, whatever they say."""
    linked, retains = expand("g12c:linkedToResistanceTo"), expand("g12c:retainsActivityAgainst")
    affirmed = expand("g12c:Affirmed")
    classes = {said.text for said in data.said[drug] if said.prop == expand("g12c:inDrugClass")}
    genotypes = data.subjects("g12c:hasAlteration", alteration)
    found = set()
    for claim in data.subjects("g12c:subject", alteration, "Claim"):
        if linked not in data.properties(data.value(claim, "g12c:predicate")):
            continue
        target = data.value(claim, "g12c:object")
        of_class = target in classes and data.value(claim, "g12c:polarity") == affirmed
        if target == drug or of_class:
            found.add(claim)
    for claim in data.subjects("g12c:subject", drug, "Claim"):
        if (
            data.value(claim, "g12c:predicate") == retains
            and data.value(claim, "g12c:polarity") == affirmed
            and data.value(claim, "g12c:object") in {alteration, *genotypes}
        ):
            found.add(claim)
    return tuple(sorted(found))


_GROUPS: Final = ("KRAS substitutions", "Other changes of KRAS", "Other genes", "Groups, unnamed")


def _group(data: Data, alteration: str) -> int:
    if data.is_a(alteration, "Substitution"):
        return 0
    gene = data.value(alteration, "g12c:alterationOf")
    if not gene:
        return 3
    return 1 if data.label(gene) == "KRAS" else 2


def _order(data: Data, alteration: str) -> tuple[int, int, list[tuple[int, str]]]:
    position = data.value(alteration, "g12c:position")
    return _group(data, alteration), int(position or 0), natural(data.label(alteration))


def _empty(cells: dict[tuple[str, str], Cell], drug: str) -> int:
    own = {"not stated", "class-level only"}
    return -sum(cell.state not in own for (_, one), cell in cells.items() if one == drug)


# --- as HTML ----------------------------------------------------------------------------------


def html(at: At, content: Matrix) -> Markup:
    """The matrix as a table in which each cell leads to its claims."""
    head = tag(
        "tr",
        tag("th", "alteration", scope="col"),
        [tag("th", at.link(drug), scope="col") for drug in content.drugs],
    )
    bodies = []
    for title, rows in content.groups:
        width = len(content.drugs) + 1
        lines = [tag("tr", tag("th", title, colspan=width, scope="rowgroup"), class_="group")]
        for alteration in rows:
            cells = [_cell(at, content.cells[alteration, drug]) for drug in content.drugs]
            lines.append(tag("tr", tag("th", at.link(alteration), scope="row"), cells))
        bodies.append(tag("tbody", lines))
    caption = "Resistance-linked alterations and KRAS-G12C inhibitors"
    grid = tag(
        "table",
        tag("caption", caption, class_="hidden"),
        tag("thead", head),
        bodies,
        class_="matrix",
    )
    return scroll(grid, caption)


def _cell(at: At, cell: Cell) -> Markup:
    state = STATES[cell.state]
    marks = marked(at, cell)
    symbol = tag("span", state.symbol, class_="symbol", aria_hidden="true")
    if not cell.claims:
        return tag("td", symbol, tag("span", state.word, class_="hidden"), class_=state.css)
    words: list[Child] = [tag("span", state.word, class_="word")]
    words += [tag("span", FLAGS[name][0], class_="flag") for name in marks]
    about = ", ".join(
        (
            f"{at.data.label(cell.alteration)} and {at.data.label(cell.drug)}: {state.word}",
            counted(len(cell.claims), "claim"),
            *(name.lower() for name in marks),
        )
    )
    href = at.href(f"matrix#{cell.name}")
    link = tag("a", symbol, " ", *words, href=href, aria_label=about)
    return tag("td", link, class_=state.css)


def marked(at: At, cell: Cell) -> list[str]:
    """Which of the `FLAGS` a cell has."""
    return flagged(at, cell.claims)


def flagged(at: At, claims: Iterable[str]) -> list[str]:
    """Which of the `FLAGS` any of these claims has."""
    known = list(claims)
    flags = {
        "Contested": any(at.data.values(claim, "g12c:contests") for claim in known),
        "Corrected": any(is_corrected(at, claim) for claim in known),
    }
    return [name for name in FLAGS if flags[name]]


def legend(at: At, content: Matrix, flags: Iterable[str] = ()) -> Markup:
    """What the symbols mean, of those that there are, and these flags if they are not there."""
    cells = content.cells.values()
    used = {cell.state for cell in cells}
    flagged = {*flags, *(name for cell in cells for name in marked(at, cell))}
    shown = [
        (one.symbol, one.word, one.meaning, one.css) for key, one in STATES.items() if key in used
    ]
    shown += [
        (symbol, name.lower(), meaning, "flagged")
        for name, (symbol, meaning) in FLAGS.items()
        if name in flagged
    ]
    return tag("ul", [_meaning(*one) for one in shown], class_="legend")


def _meaning(symbol: str, word: str, meaning: str, kind: str) -> Markup:
    mark = tag("span", symbol, class_="symbol", aria_hidden="true")
    return tag("li", mark, tag("b", word), " ", meaning, class_=kind)


def cells(at: At, content: Matrix) -> Markup:
    """Each cell that says something, with its claims."""
    parts = []
    for _, rows in content.groups:
        for alteration in rows:
            for drug in content.drugs:
                cell = content.cells[alteration, drug]
                if cell.claims:
                    parts.append(_claims(at, cell))
    return join(*parts)


def _claims(at: At, cell: Cell) -> Markup | None:
    state = STATES[cell.state]
    name = f"{at.data.label(cell.alteration)} and {at.data.label(cell.drug)}"
    return section(
        at,
        cell.name,
        name,
        tag(
            "p",
            tag("span", state.symbol, class_="symbol", aria_hidden="true"),
            " ",
            tag("b", state.word),
            " ",
            state.meaning,
            " ",
            [[mark(word), " "] for word in marked(at, cell)],
            class_=state.css,
        ),
        statements(at, cell.claims),
    )
