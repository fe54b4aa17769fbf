"""The pictures: the matrix, KRAS along its sequence, the map of mechanisms, the coverage."""

from collections.abc import Iterable

from . import mechanisms
from .data import Data
from .drawing import WIDTH, Picture, coordinate, key, line, link, page, svg, text
from .layout import At
from .markup import Child, Markup, tag
from .matrix import FLAGS, STATES, Cell, Matrix, marked
from .matrix import key as states_key
from .mechanisms import named
from .parts import table
from .wording import counted


def pictures(data: Data, content: Matrix) -> list[Picture]:
    """All pictures, in the order in which they are shown."""
    steps = mechanisms.steps(data, content)
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
            lambda at: mechanisms.draw(at, steps),
            lambda at: mechanisms.map_table(at, steps),
        ),
        Picture(
            "coverage",
            "The article, section by section",
            "How many claims and faults each section of the review has.",
            _coverage,
            coverage_table,
        ),
    ]


_LEFT, _TOP, _ROW, _COLUMN = 270, 110, 20, 74


def _matrix(at: At, content: Matrix) -> Markup:
    parts: list[Child] = []
    for column, drug in enumerate(content.drugs):
        x = _LEFT + column * _COLUMN + _COLUMN / 2
        label = text(0, 0, at.data.label(drug))
        place = f"translate({coordinate(x - 4)} {_TOP - 12}) rotate(-35)"
        parts.append(tag("g", page(at, drug, label), transform=place))
    y = _TOP
    for group, rows in content.groups:
        parts.append(text(0, y + 14, group, kind="soft head"))
        y += _ROW + 4
        for alteration in rows:
            parts.append(line(0, y + _ROW - 5, _LEFT + len(content.drugs) * _COLUMN, y + _ROW - 5))
            name = text(_LEFT - 12, y + 10, at.data.label(alteration), anchor="end")
            parts.append(page(at, alteration, name))
            for column, drug in enumerate(content.drugs):
                cell = content.cells[alteration, drug]
                if cell.claims:
                    x = _LEFT + column * _COLUMN + _COLUMN / 2
                    parts.append(_mark(at, cell, x, y + 11))
            y += _ROW
        y += 8
    y += 30
    parts.append(key(y - 8, states_key(_used(at, content.cells.values()))))
    return svg(
        "matrix",
        "Resistance-linked alterations and KRAS-G12C inhibitors",
        "A grid of alterations and drugs; a place without a mark is one of which the review says "
        "nothing. The table below says the same in words.",
        _LEFT + len(content.drugs) * _COLUMN + 50,
        int(y),
        *parts,
    )


def _used(at: At, cells: Iterable[Cell]) -> set[str]:
    """The states and flags of the cells of which something is said."""
    said = [cell for cell in cells if cell.claims]
    return {cell.state for cell in said} | {flag for cell in said for flag in marked(at, cell)}


def _mark(at: At, cell: Cell, x: float, y: float) -> Markup:
    state = STATES[cell.state]
    flags = "".join(FLAGS[name][0] for name in marked(at, cell))
    words = f"{at.data.label(cell.alteration)}, {at.data.label(cell.drug)}: {state.word}"
    told = ", ".join((words, counted(len(cell.claims), "claim"), *marked(at, cell)))
    symbol = text(
        x, y, state.symbol, tag("tspan", flags) if flags else None, kind=state.css, anchor="middle"
    )
    return link(at.href(f"matrix#{cell.name}"), symbol, label=told)


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


def _sequence(at: At, content: Matrix) -> Markup:
    data = at.data
    protein = named(data, "protein:kras")
    sequence = data.value(protein, "g12c:sequence")
    end = len(sequence)

    def place(position: int) -> float:
        return 30 + (position - 1) / (end - 1) * (WIDTH - 60)

    parts: list[Child] = [
        tag("rect", x=30, y=40, width=WIDTH - 60, height=14, rx=7, class_="box"),
        text(30, 28, "1", kind="soft"),
        text(WIDTH - 30, 28, str(end), kind="soft", anchor="end"),
        text(
            WIDTH / 2,
            28,
            f"{data.label(protein)}, {data.value(protein, 'g12c:sequenceAccession')}",
            kind="soft",
            anchor="middle",
        ),
    ]
    codons = _codons(data)
    step = (WIDTH - 20) / len(codons)
    lowest = 0.0
    for number, (position, residue, alterations) in enumerate(codons):
        left = 16 + number * step
        x = place(position)
        route = f"M{coordinate(x)} 40V72L{coordinate(left + 26)} 96V104"
        parts.append(tag("path", d=route, class_="line"))
        parts.append(tag("circle", cx=coordinate(x), cy=47, r=4, class_="tip"))
        name = data.values(residue, "skos:altLabel")[0]
        parts.append(page(at, residue, text(left, 124, name, kind="head"), label=f"residue {name}"))
        window = [
            sequence[max(0, position - 6) : position - 1],
            sequence[position - 1],
            sequence[position : position + 5],
        ]
        parts.append(
            text(
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
            parts.append(page(at, alteration, text(left, y, short, kind="head")))
            y += 17
            for cell in _known(content, alteration):
                parts.append(_drug_line(at, cell, left + 8, y))
                y += 17
            if not _known(content, alteration):
                parts.append(text(left + 8, y, "no link to resistance", kind="soft"))
                y += 17
            y += 5
        lowest = max(lowest, y)
    known = [cell for _, _, all_ in codons for one in all_ for cell in _known(content, one)]
    parts.append(key(lowest + 30, states_key(_used(at, known))))
    return svg(
        "kras",
        "KRAS along its sequence",
        "The KRAS protein as a line with marks at codons "
        f"{', '.join(str(position) for position, _, _ in codons)}; under each the substitutions "
        "there, and for each drug what is known. The table below says the same in words.",
        WIDTH,
        int(lowest + 40),
        *parts,
    )


def _drug_line(at: At, cell: Cell, x: float, y: float) -> Markup:
    state = STATES[cell.state]
    flags = "".join(FLAGS[name][0] for name in marked(at, cell))
    drug = at.data.label(cell.drug)
    shown = f"{state.symbol} {drug}{flags}"
    label = f"{at.data.label(cell.alteration)}, {shown}: {state.word}"
    return link(
        at.href(f"matrix#{cell.name}"),
        text(x, y, shown, kind=state.css),
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
        name = text(270, y + 18, at.data.label(part), anchor="end")
        parts += [
            page(at, part, name),
            text(270, y + 33, counted(sentences, "sentence"), kind="soft", anchor="end"),
            tag("rect", x=290, y=y + 6, width=coordinate(size), height=13, class_="bar"),
            text(298 + size, y + 17, counted(claims, "claim"), kind="soft"),
            tag(
                "rect",
                x=290,
                y=y + 22,
                width=coordinate(faults / most * 480),
                height=7,
                class_="bar faults",
            ),
            text(298 + faults / most * 480, y + 31, counted(faults, "fault"), kind="soft"),
        ]
    return svg(
        "coverage",
        "Claims and faults by section",
        "Two bars for each section of the review, one for its claims and one for the faults of its "
        "text. The table below says the same in words.",
        WIDTH,
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
