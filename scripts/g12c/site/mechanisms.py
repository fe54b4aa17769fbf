"""The map of mechanisms: from receptors to effectors, what goes with resistance and acts there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import G12cError
from ..namespaces import expand
from .data import Data, natural
from .drawing import WIDTH, coordinate, key, page, svg, text
from .layout import At
from .markup import Child, Markup, join, tag
from .matrix import FLAGS, STATES, Matrix, State, flagged
from .matrix import key as states_key
from .parts import table


@dataclass(frozen=True)
class _Node:
    """A box of the map, in a row of it; ``members`` are what stands for it in the graph."""

    name: str
    title: str
    x: int
    row: int
    width: int
    members: tuple[str, ...]


_NODES: Final = (
    _Node("rtk", "Receptor tyrosine kinases", 300, 0, 360, (
        "family:rtk", "family:egfr-family", "family:multiple-rtks", "protein:egfr", "protein:alk",
        "protein:igf1r", "gene:met", "gene:alk", "gene:ret", "gene:fgfr3", "gene:egfr")),
    _Node("shp2", "SHP2", 130, 1, 270, ("protein:ptpn11",)),
    _Node("sos1", "SOS1", 560, 1, 270, ("protein:sos1", "family:gef")),
    _Node("ras", "KRAS: GDP-bound, off ⇄ GTP-bound, on", 200, 2, 560, (
        "gene:kras", "gene:nras", "gene:nf1", "family:gap", "protein:kras", "protein:kras-g12c",
        "process:synthesis-of-new-kras-g12c", "process:wild-type-ras-activation")),
    _Node("raf", "RAF → MEK → ERK", 60, 3, 380, (
        "pathway:raf-mek-erk", "pathway:mapk", "pathway:erk", "pathway:ras-mapk",
        "pathway:ras-raf-mek-erk", "family:erk", "gene:braf", "gene:raf1", "gene:map2k1")),
    _Node("pi3k", "PI3K → AKT → mTOR", 520, 3, 380, (
        "pathway:pi3k-akt-mtor", "pathway:pi3k", "family:pi3k", "protein:mtor", "gene:pten")),
)  # fmt: skip


_EDGES: Final = (
    ("rtk", "shp2"), ("rtk", "sos1"), ("shp2", "ras"), ("sos1", "ras"),
    ("ras", "raf"), ("ras", "pi3k"),
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """What is known at a box: (state, causes with their claims), and the partners acting there."""

    node: _Node
    causes: dict[str, dict[str, list[str]]]
    partners: list[str]


def steps(data: Data, content: Matrix) -> list[Step]:
    """The boxes of the map with what the claims put there; last what has no box.

    The state of an alteration and a drug is that of the matrix, which no box decides again.
    """
    linked = expand("g12c:linkedToResistanceTo")
    strengths: dict[str, dict[str, list[str]]] = {}
    for claim in data.of_kind("Claim"):
        if linked not in data.properties(data.value(claim, "g12c:predicate")):
            continue
        if data.value(claim, "g12c:polarity") != expand("g12c:Affirmed"):
            continue
        cause, resisted = data.value(claim, "g12c:subject"), data.value(claim, "g12c:object")
        cell = content.cells.get((cause, resisted))
        state = cell.state if cell else _state(data, claim)
        strengths.setdefault(cause, {}).setdefault(state, []).append(claim)
    steps = []
    placed: set[str] = set()
    for node in _NODES:
        members = {named(data, member) for member in node.members}
        causes = {
            cause: states
            for cause, states in strengths.items()
            if cause in members or data.value(cause, "g12c:alterationOf") in members
        }
        placed |= causes.keys()
        steps.append(Step(node, _by_state(data, causes), _partners(data, members)))
    rest = {cause: states for cause, states in strengths.items() if cause not in placed}
    beside = _Node("beside", "Beside this map", 60, 4, 840, ())
    return [*steps, Step(beside, _by_state(data, rest), [])]


def _state(data: Data, claim: str) -> str:
    """The word of the matrix for a link that has no cell there: of a mechanism, or to a class."""
    if data.value(claim, "g12c:certainty") != expand("g12c:Stated"):
        return "hedged link"
    weak = {expand("g12c:foundInResistanceTo"), expand("g12c:linkedToResistanceTo")}
    return "found in context" if data.value(claim, "g12c:predicate") in weak else "shown"


def _by_state(
    data: Data, causes: dict[str, dict[str, list[str]]]
) -> dict[str, dict[str, list[str]]]:
    """State → cause → claims, each cause under the strongest state that it has."""
    found: dict[str, dict[str, list[str]]] = {}
    for cause in sorted(causes, key=lambda one: natural(data.label(one))):
        state = next(state for state in STATES if state in causes[cause])
        found.setdefault(state, {})[cause] = sorted(
            claim for claims in causes[cause].values() for claim in claims
        )
    return {state: found[state] for state in STATES if state in found}


def _partners(data: Data, members: set[str]) -> list[str]:
    """The components of combinations, and drugs reversing resistance, that act on one of these."""
    reversing = {
        data.value(claim, "g12c:subject")
        for claim in data.subjects("g12c:predicate", expand("g12c:reversesResistanceFrom"), "Claim")
    }
    acting = {
        agent
        for prop in ("g12c:targets", "g12c:inhibits")
        for member in members
        for agent in data.subjects(prop, member)
        if data.subjects("g12c:hasComponent", agent) or agent in reversing
    }
    return sorted(acting, key=lambda agent: natural(data.label(agent)))


def named(data: Data, curie: str) -> str:
    """The IRI for a CURIE; raises `G12cError` if nothing is said of it."""
    iri = expand(curie)
    if iri not in data.said:
        raise G12cError(f"pictures.py: {curie} is not in the graph; name what stands there now")
    return iri


def draw(at: At, steps: Sequence[Step]) -> Markup:
    """The map as a drawing."""
    drawn = {step.node.name: (step.node, *_box(at, step)) for step in steps}
    tops: dict[int, float] = {}
    top = 10.0
    for row in sorted({node.row for node, _, _ in drawn.values()}):
        tops[row] = top
        top += 66 + max(height for node, _, height in drawn.values() if node.row == row)
    edges = []
    for one, other in _EDGES:
        (start, _, height), (end, _, _) = drawn[one], drawn[other]
        edges.append(_edge(at, start, end, tops[start.row] + height, tops[end.row]))
    boxes = [
        tag("g", content, transform=f"translate({node.x} {coordinate(tops[node.row])})")
        for node, content, _ in drawn.values()
    ]
    partner = ("+", "partner in a combination, or reverses resistance", "active")
    used = {state for step in steps for state in step.causes}
    for step in steps:
        for causes in step.causes.values():
            used.update(flag for claims in causes.values() for flag in flagged(at, claims))
    legend = key(top - 22, [*states_key(used), partner])
    return svg(
        "mechanisms",
        "Where resistance and combinations act",
        "Boxes from the receptors down to the effector pathways of KRAS, each with what goes with "
        "resistance there and the partners of combinations that act there. The table below says "
        "the same in words.",
        WIDTH,
        int(top - 10),
        *edges,
        *boxes,
        legend,
    )


def _box(at: At, step: Step) -> tuple[Markup, float]:
    """A box with its own corner as origin, and its height."""
    width = step.node.width
    y = 30.0
    parts: list[Child] = [text(width / 2, 22, step.node.title, kind="head", anchor="middle")]
    lists = [
        (
            STATES[state],
            [(_brief(at, cause) + _flags(at, claims), cause) for cause, claims in causes.items()],
        )
        for state, causes in step.causes.items()
    ]
    if step.partners:
        partner = State("+", "active", "")
        lists.append((partner, [(at.data.label(agent), agent) for agent in step.partners]))
    for state, items in lists:
        for number, line in enumerate(_wrapped(at, items, width - 46)):
            y += 17
            if not number:
                parts.append(text(14, y, state.symbol, kind=state.css))
            parts.append(text(32, y, *line, kind=state.css))
    frame = tag("rect", x=0, y=0, width=width, height=coordinate(y + 12), rx=8, class_="box")
    return join(frame, *parts), y + 12


def _brief(at: At, cause: str) -> str:
    """A substitution by its short name, which the box of its gene makes clear."""
    label = at.data.label(cause)
    return label.removeprefix("KRAS ") if at.data.is_a(cause, "Substitution") else label


def _flags(at: At, claims: Iterable[str]) -> str:
    return "".join(FLAGS[name][0] for name in flagged(at, claims))


def _wrapped(at: At, items: Sequence[tuple[str, str]], width: int) -> list[list[Child]]:
    """Linked names in lines of at most that width, reckoned with wide letters."""
    lines: list[list[Child]] = [[]]
    used = 0
    for number, (name, iri) in enumerate(items):
        shown = name + ("," if number < len(items) - 1 else "")
        if used and (used + len(shown)) * 7 > width:
            lines.append([])
            used = 0
        lines[-1] += [page(at, iri, tag("tspan", shown)), " "]
        used += len(shown) + 1
    return lines


def _edge(at: At, one: _Node, other: _Node, y1: float, y2: float) -> Markup:
    """An arrow down from one box to another, with the sentences that state the step."""
    x1, x2 = one.x + one.width / 2, other.x + other.width / 2
    side = 1 if x2 > x1 else -1
    x1 += side * min(one.width, 200) / 4
    x2 -= (x2 - x1) * 0.25
    path = tag(
        "path",
        d=f"M{coordinate(x1)} {coordinate(y1)}L{coordinate(x2)} {coordinate(y2 - 8)}",
        class_="edge",
    )
    tip = tag("path", d=f"M{coordinate(x2)} {coordinate(y2)}l-5 -9h10z", class_="tip")
    names: list[Child] = []
    for claim in _stated(at.data, one, other):
        name = at.data.label(at.data.value(claim, "g12c:inSentence"))
        label = f"{name}: {at.data.label(claim)}"
        names += [" " if names else None, page(at, claim, tag("tspan", name), label=label)]
    anchor = "start" if side > 0 else "end"
    shown = text((x1 + x2) / 2 + side * 10, (y1 + y2) / 2 - 6, *names, kind="soft", anchor=anchor)
    return tag("g", path, tip, shown)


def _stated(data: Data, one: _Node, other: _Node) -> list[str]:
    """One claim a sentence that says how the one box leads to the other."""
    members = [{named(data, member) for member in node.members} for node in (one, other)]
    if other.name == "ras":
        members[1] |= {expand("process:gdp-to-gtp-exchange")}
    found: dict[str, str] = {}
    for first, second in (members, members[::-1]):
        for subject in sorted(first):
            for claim in data.subjects("g12c:subject", subject, "Claim"):
                if data.value(claim, "g12c:object") in second:
                    found.setdefault(data.value(claim, "g12c:inSentence"), claim)
    return [found[sentence] for sentence in sorted(found)]


def map_table(at: At, steps: Sequence[Step]) -> Markup:
    """The map as a table."""
    rows: list[list[Child]] = []
    for step in steps:
        for state, causes in step.causes.items():
            for cause, claims in causes.items():
                about = f"{STATES[state].symbol} {STATES[state].word}{_flags(at, claims)}"
                rows.append([step.node.title, at.link(cause), about, at.links(claims)])
        rows += [
            [step.node.title, at.link(agent), "+ partner in a combination", ""]
            for agent in step.partners
        ]
    for one, other in _EDGES:
        nodes = {node.name: node for node in _NODES}
        claims = _stated(at.data, nodes[one], nodes[other])
        name = f"{nodes[one].title} to {nodes[other].title.partition(':')[0]}"
        rows.append([name, "", "a step of the signal", at.links(claims)])
    titles = ["where", "what", "what is known", "claims"]
    return table(titles, rows, "The map in words")
