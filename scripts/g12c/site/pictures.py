"""The pictures: SVG that says the same as the table beside it, with the same bytes every time.

A picture is a function of `At`, so that its marks lead to the pages of what they show. Colours come
from classes, which the style sheet of a page or the one inside a file of its own fills in, light or
dark; symbols say the same without them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import G12cError
from ..namespaces import expand
from .data import Data, natural
from .layout import At
from .markup import Child, Markup, join, tag
from .matrix import FLAGS, STATES, Cell, Matrix, State, flagged, marked
from .parts import counted, table

STYLE: Final = Markup(
    ":root{--ink:#1d1d1b;--paper:#fbfaf7;--soft:#5c5a55;--line:#d9d5cc;--shown:#9c2b1e;"
    "--found:#8a5200;--hedged:#62507f;--active:#226238;--link:#14506e}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e9e6df;--paper:#151719;--soft:#a5a29a;"
    "--line:#3a3d40;--shown:#f19a8b;--found:#e3b264;--hedged:#c2b0e2;--active:#8fd0a3;"
    "--link:#8cc4e0}}"
    "svg{background:var(--paper);font-family:system-ui,sans-serif;font-size:13px}"
    "text{fill:var(--ink)}.soft{fill:var(--soft)}.line{stroke:var(--line);fill:none}"
    ".edge{stroke:var(--soft);fill:none;stroke-width:1.5}.tip{fill:var(--soft)}"
    ".box{fill:none;stroke:var(--soft)}.bar{fill:var(--link)}.bar.faults{fill:var(--shown)}"
    ".shown{fill:var(--shown)}.found{fill:var(--found)}.hedged{fill:var(--hedged)}"
    ".active{fill:var(--active)}.class,.contradictory{fill:var(--soft)}"
    ".head{font-weight:600}.mono{font-family:ui-monospace,monospace}"
    "a:hover text,a:hover tspan{text-decoration:underline}"
)
"""The style of a picture that stands in a file of its own."""


@dataclass(frozen=True)
class Picture:
    """A drawing, and the table that says the same."""

    name: str
    title: str
    summary: str
    draw: Callable[[At], Markup]
    table: Callable[[At], Markup]


def alone(picture: Picture, at: At) -> bytes:
    """The picture as a file of its own."""
    svg = picture.draw(at)
    head, tail = svg.split(">", 1)
    style = tag("style", STYLE)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{style}{tail}\n'.encode()


def pictures(data: Data, content: Matrix) -> list[Picture]:
    """All pictures, in the order in which they are shown."""
    steps = _steps(data)
    return [
        Picture(
            "matrix",
            "Which alteration, which inhibitor",
            "One mark for each alteration and inhibitor of which the review says something.",
            lambda at: _matrix(at, content),
            lambda at: _matrix_table(at, content),
        ),
        Picture(
            "kras",
            "KRAS along its sequence",
            "The codons that the review speaks of, and what is known of each substitution there.",
            lambda at: _sequence(at, content),
            lambda at: _sequence_table(at, content),
        ),
        Picture(
            "mechanisms",
            "Where resistance and combinations act",
            "From the receptors to the effectors of KRAS: what goes with resistance at each point, "
            "and which partners of a combination act there.",
            lambda at: _map(at, steps),
            lambda at: _map_table(at, steps),
        ),
        Picture(
            "coverage",
            "The article, section by section",
            "How many claims and faults each section of the review has.",
            _coverage,
            coverage_table,
        ),
    ]


def _svg(name: str, title: str, summary: str, width: int, height: int, *content: Child) -> Markup:
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", summary, id=f"{name}-desc"),
        *content,
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="group",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="picture",
    )


def _text(x: float, y: float, *content: Child, kind: str = "", anchor: str = "") -> Markup:
    return tag("text", *content, x=_n(x), y=_n(y), class_=kind or None, text_anchor=anchor or None)


def _line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    return tag("line", x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), class_="line")


def _n(number: float) -> str:
    """A coordinate: at most one digit after the point, so that every machine writes the same."""
    return f"{number:.1f}".removesuffix(".0")


def _link(href: str, *content: Child, label: str = "") -> Markup:
    return tag("a", *content, href=href, aria_label=label or None)


def _page(at: At, iri: str, *content: Child, label: str = "") -> Markup:
    return _link(at.href(at.data.paths[iri]), *content, label=label)


# --- the matrix -------------------------------------------------------------------------------

_LEFT, _TOP, _ROW, _COLUMN = 270, 110, 20, 74


def _matrix(at: At, content: Matrix) -> Markup:
    parts: list[Child] = []
    for column, drug in enumerate(content.drugs):
        x = _LEFT + column * _COLUMN + _COLUMN / 2
        label = _text(0, 0, at.data.label(drug))
        place = f"translate({_n(x - 4)} {_TOP - 12}) rotate(-35)"
        parts.append(tag("g", _page(at, drug, label), transform=place))
    y = _TOP
    for group, rows in content.groups:
        parts.append(_text(0, y + 14, group, kind="soft head"))
        y += _ROW + 4
        for alteration in rows:
            parts.append(_line(0, y + _ROW - 5, _LEFT + len(content.drugs) * _COLUMN, y + _ROW - 5))
            name = _text(_LEFT - 12, y + 10, at.data.label(alteration), anchor="end")
            parts.append(_page(at, alteration, name))
            for column, drug in enumerate(content.drugs):
                cell = content.cells[alteration, drug]
                if cell.claims:
                    x = _LEFT + column * _COLUMN + _COLUMN / 2
                    parts.append(_mark(at, cell, x, y + 11))
            y += _ROW
        y += 8
    return _svg(
        "matrix",
        "Resistance-linked alterations and KRAS-G12C inhibitors",
        "A grid of alterations and drugs; a place without a mark is one of which the review says "
        "nothing. The table below says the same in words.",
        _LEFT + len(content.drugs) * _COLUMN + 50,
        int(y),
        *parts,
    )


def _mark(at: At, cell: Cell, x: float, y: float) -> Markup:
    state = STATES[cell.state]
    flags = "".join(FLAGS[name][0] for name in marked(at, cell))
    words = f"{at.data.label(cell.alteration)}, {at.data.label(cell.drug)}: {state.word}"
    told = ", ".join((words, counted(len(cell.claims), "claim"), *marked(at, cell)))
    symbol = _text(
        x, y, state.symbol, tag("tspan", flags) if flags else None, kind=state.css, anchor="middle"
    )
    return _link(at.href(f"matrix#{cell.name}"), symbol, label=told)


def _matrix_table(at: At, content: Matrix) -> Markup:
    rows: list[list[Child]] = []
    for _, alterations in content.groups:
        for alteration in alterations:
            for drug in content.drugs:
                cell = content.cells[alteration, drug]
                if cell.claims:
                    rows.append(_cell_row(at, cell))
    return table(
        ["alteration", "drug", "what is known", "claims"], rows, "The marks of the picture"
    )


def _cell_row(at: At, cell: Cell) -> list[Child]:
    state = STATES[cell.state]
    flags = "".join(f", {name.lower()}" for name in marked(at, cell))
    claims = tag("a", str(len(cell.claims)), href=at.href(f"matrix#{cell.name}"))
    return [
        at.link(cell.alteration),
        at.link(cell.drug),
        f"{state.symbol} {state.word}{flags}",
        claims,
    ]


# --- the sequence -----------------------------------------------------------------------------

_WIDTH = 960


def _sequence(at: At, content: Matrix) -> Markup:
    data = at.data
    protein = _named(data, "protein:kras")
    sequence = data.value(protein, "g12c:sequence")
    end = len(sequence)

    def place(position: int) -> float:
        return 30 + (position - 1) / (end - 1) * (_WIDTH - 60)

    parts: list[Child] = [
        tag("rect", x=30, y=40, width=_WIDTH - 60, height=14, rx=7, class_="box"),
        _text(30, 28, "1", kind="soft"),
        _text(_WIDTH - 30, 28, str(end), kind="soft", anchor="end"),
        _text(
            _WIDTH / 2,
            28,
            f"{data.label(protein)}, {data.value(protein, 'g12c:sequenceAccession')}",
            kind="soft",
            anchor="middle",
        ),
    ]
    codons = _codons(data)
    step = (_WIDTH - 20) / len(codons)
    lowest = 0.0
    for number, (position, residue, alterations) in enumerate(codons):
        left = 16 + number * step
        x = place(position)
        route = f"M{_n(x)} 40V72L{_n(left + 26)} 96V104"
        parts.append(tag("path", d=route, class_="line"))
        parts.append(tag("circle", cx=_n(x), cy=47, r=4, class_="tip"))
        name = data.values(residue, "skos:altLabel")[0]
        parts.append(
            _page(at, residue, _text(left, 124, name, kind="head"), label=f"residue {name}")
        )
        window = [
            sequence[max(0, position - 6) : position - 1],
            sequence[position - 1],
            sequence[position : position + 5],
        ]
        parts.append(
            _text(
                left,
                144,
                window[0],
                tag("tspan", window[1], class_="head shown"),
                window[2],
                kind="mono soft",
            )
        )
        y = 170.0
        for alteration in alterations:
            short = data.label(alteration).removeprefix("KRAS ")
            parts.append(_page(at, alteration, _text(left, y, short, kind="head")))
            y += 17
            for cell in _known(content, alteration):
                parts.append(_drug_line(at, cell, left + 8, y))
                y += 17
            if not _known(content, alteration):
                parts.append(_text(left + 8, y, "no link to resistance", kind="soft"))
                y += 17
            y += 5
        lowest = max(lowest, y)
    return _svg(
        "kras",
        "KRAS along its sequence",
        "The KRAS protein as a line with marks at codons "
        f"{', '.join(str(position) for position, _, _ in codons)}; under each the substitutions "
        "there, and for each drug what is known. The table below says the same in words.",
        _WIDTH,
        int(lowest),
        *parts,
    )


def _drug_line(at: At, cell: Cell, x: float, y: float) -> Markup:
    state = STATES[cell.state]
    flags = "".join(FLAGS[name][0] for name in marked(at, cell))
    drug = at.data.label(cell.drug)
    shown = f"{state.symbol} {drug}{flags}"
    label = f"{at.data.label(cell.alteration)}, {shown}: {state.word}"
    return _link(
        at.href(f"matrix#{cell.name}"),
        _text(x, y, shown, kind=state.css),
        label=label,
    )


def _codons(data: Data) -> list[tuple[int, str, list[str]]]:
    """Position, residue and substitutions of each codon at which there is one."""
    found = []
    for residue in data.of_kind("Residue"):
        alterations = sorted(data.subjects("g12c:atResidue", residue), key=data.label)
        if alterations:
            found.append((int(data.value(residue, "g12c:position")), residue, alterations))
    return sorted(found)


def _known(content: Matrix, alteration: str) -> list[Cell]:
    pairs = [content.cells.get((alteration, drug)) for drug in content.drugs]
    return [cell for cell in pairs if cell and cell.claims]


def _sequence_table(at: At, content: Matrix) -> Markup:
    rows: list[list[Child]] = []
    for _, residue, alterations in _codons(at.data):
        for alteration in alterations:
            known = _known(content, alteration)
            rows += [[at.link(residue), *_cell_row(at, cell)] for cell in known]
            if not known:
                rows.append(
                    [at.link(residue), at.link(alteration), "", "no link to resistance", ""]
                )
    titles = ["residue", "alteration", "drug", "what is known", "claims"]
    return table(titles, rows, "Codons, substitutions and drugs")


# --- the map ----------------------------------------------------------------------------------


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
class _Step:
    """What is known at a box: (state, causes with their claims), and the partners acting there."""

    node: _Node
    causes: dict[str, dict[str, list[str]]]
    partners: list[str]


def _steps(data: Data) -> list[_Step]:
    """The boxes of the map with what the claims put there; last what has no box."""
    linked = expand("g12c:linkedToResistanceTo")
    strengths: dict[str, dict[str, list[str]]] = {}
    for claim in data.of_kind("Claim"):
        predicate = data.value(claim, "g12c:predicate")
        if linked not in data.properties(predicate):
            continue
        if data.value(claim, "g12c:polarity") != expand("g12c:Affirmed"):
            continue
        state = "shown"
        if data.value(claim, "g12c:certainty") != expand("g12c:Stated"):
            state = "hedged link"
        elif predicate == expand("g12c:foundInResistanceTo"):
            state = "found in context"
        cause = data.value(claim, "g12c:subject")
        strengths.setdefault(cause, {}).setdefault(state, []).append(claim)
    steps = []
    placed: set[str] = set()
    for node in _NODES:
        members = {_named(data, member) for member in node.members}
        causes = {
            cause: states
            for cause, states in strengths.items()
            if cause in members or data.value(cause, "g12c:alterationOf") in members
        }
        placed |= causes.keys()
        steps.append(_Step(node, _by_state(data, causes), _partners(data, members)))
    rest = {cause: states for cause, states in strengths.items() if cause not in placed}
    beside = _Node("beside", "Beside this map", 60, 4, 840, ())
    return [*steps, _Step(beside, _by_state(data, rest), [])]


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
    acting = {
        agent
        for prop in ("g12c:targets", "g12c:inhibits")
        for member in members
        for agent in data.subjects(prop, member)
        if data.subjects("g12c:hasComponent", agent)
        or data.values(agent, "g12c:reversesResistanceFrom")
    }
    return sorted(acting, key=lambda agent: natural(data.label(agent)))


def _named(data: Data, curie: str) -> str:
    iri = expand(curie)
    if iri not in data.said:
        raise G12cError(f"pictures.py: {curie} is not in the graph; name what stands there now")
    return iri


def _map(at: At, steps: Sequence[_Step]) -> Markup:
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
        tag("g", content, transform=f"translate({node.x} {_n(tops[node.row])})")
        for node, content, _ in drawn.values()
    ]
    return _svg(
        "mechanisms",
        "Where resistance and combinations act",
        "Boxes from the receptors down to the effector pathways of KRAS, each with what goes with "
        "resistance there and the partners of combinations that act there. The table below says "
        "the same in words.",
        _WIDTH,
        int(top - 50),
        *edges,
        *boxes,
    )


def _box(at: At, step: _Step) -> tuple[Markup, float]:
    """A box with its own corner as origin, and its height."""
    width = step.node.width
    y = 30.0
    parts: list[Child] = [_text(width / 2, 22, step.node.title, kind="head", anchor="middle")]
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
                parts.append(_text(14, y, state.symbol, kind=state.css))
            parts.append(_text(32, y, *line, kind=state.css))
    frame = tag("rect", x=0, y=0, width=width, height=_n(y + 12), rx=8, class_="box")
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
        lines[-1] += [_page(at, iri, tag("tspan", shown)), " "]
        used += len(shown) + 1
    return lines


def _edge(at: At, one: _Node, other: _Node, y1: float, y2: float) -> Markup:
    """An arrow down from one box to another, with the sentences that state the step."""
    x1, x2 = one.x + one.width / 2, other.x + other.width / 2
    side = 1 if x2 > x1 else -1
    x1 += side * min(one.width, 200) / 4
    x2 -= (x2 - x1) * 0.25
    path = tag("path", d=f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2 - 8)}", class_="edge")
    tip = tag("path", d=f"M{_n(x2)} {_n(y2)}l-5 -9h10z", class_="tip")
    names: list[Child] = []
    for claim in _stated(at.data, one, other):
        name = at.data.label(at.data.value(claim, "g12c:inSentence"))
        label = f"{name}: {at.data.label(claim)}"
        names += [" " if names else None, _page(at, claim, tag("tspan", name), label=label)]
    anchor = "start" if side > 0 else "end"
    text = _text((x1 + x2) / 2 + side * 10, (y1 + y2) / 2 - 6, *names, kind="soft", anchor=anchor)
    return tag("g", path, tip, text)


def _stated(data: Data, one: _Node, other: _Node) -> list[str]:
    """One claim a sentence that says how the one box leads to the other."""
    members = [{_named(data, member) for member in node.members} for node in (one, other)]
    if other.name == "ras":
        members[1] |= {expand("process:gdp-to-gtp-exchange")}
    found: dict[str, str] = {}
    for first, second in (members, members[::-1]):
        for subject in sorted(first):
            for claim in data.subjects("g12c:subject", subject, "Claim"):
                if data.value(claim, "g12c:object") in second:
                    found.setdefault(data.value(claim, "g12c:inSentence"), claim)
    return [found[sentence] for sentence in sorted(found)]


def _map_table(at: At, steps: Sequence[_Step]) -> Markup:
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


# --- coverage ---------------------------------------------------------------------------------


def coverage(data: Data) -> list[tuple[str, int, int, int, int]]:
    """Section, its sentences, those with claims, its claims and its faults, in reading order."""
    rows = []
    for part in sorted(data.of_kind("Section"), key=lambda one: int(data.value(one, "g12c:order"))):
        sentences = data.subjects("g12c:inSection", part)
        claims = [data.subjects("g12c:inSentence", one, "Claim") for one in sentences]
        faults = [data.subjects("g12c:inSentence", one, "Defect") for one in sentences]
        rows.append(
            (
                part,
                len(sentences),
                sum(bool(found) for found in claims),
                len({claim for found in claims for claim in found}),
                len({fault for found in faults for fault in found}),
            )
        )
    return rows


def _coverage(at: At) -> Markup:
    rows = coverage(at.data)
    most = max(claims for *_, claims, _ in rows)
    parts: list[Child] = []
    for number, (part, sentences, _, claims, faults) in enumerate(rows):
        y = 10 + number * 44
        size = claims / most * 480
        name = _text(270, y + 18, at.data.label(part), anchor="end")
        parts += [
            _page(at, part, name),
            _text(270, y + 33, counted(sentences, "sentence"), kind="soft", anchor="end"),
            tag("rect", x=290, y=y + 6, width=_n(size), height=13, class_="bar"),
            _text(298 + size, y + 17, counted(claims, "claim"), kind="soft"),
            tag(
                "rect",
                x=290,
                y=y + 22,
                width=_n(faults / most * 480),
                height=7,
                class_="bar faults",
            ),
            _text(298 + faults / most * 480, y + 31, counted(faults, "fault"), kind="soft"),
        ]
    return _svg(
        "coverage",
        "Claims and faults by section",
        "Two bars for each section of the review, one for its claims and one for the faults of its "
        "text. The table below says the same in words.",
        _WIDTH,
        20 + len(rows) * 44,
        *parts,
    )


def coverage_table(at: At) -> Markup:
    """The coverage as a table."""
    rows = [
        [at.link(part), str(sentences), str(covered), str(claims), str(faults)]
        for part, sentences, covered, claims, faults in coverage(at.data)
    ]
    titles = ["section", "sentences", "with claims", "claims", "faults"]
    return table(titles, rows, "Coverage of the article")


def key() -> Markup:
    """What the flags and symbols in the pictures mean."""
    return join(
        tag(
            "p",
            "! contested by another claim. * the text prints something else than is read. "
            "+ acts there as partner in a combination, or reverses resistance.",
        ),
    )
