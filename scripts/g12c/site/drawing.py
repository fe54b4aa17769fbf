"""What pictures are made of: SVG that says the same as the table beside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from .layout import At
from .markup import Child, Markup, tag

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


WIDTH = 960


def svg(name: str, title: str, summary: str, width: int, height: int, *content: Child) -> Markup:
    """A picture with its title and description, for those who hear it."""
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


def text(x: float, y: float, *content: Child, kind: str = "", anchor: str = "") -> Markup:
    """Words at a point."""
    return tag(
        "text",
        *content,
        x=coordinate(x),
        y=coordinate(y),
        class_=kind or None,
        text_anchor=anchor or None,
    )


def key(y: float, states: Iterable[tuple[str, str, str]]) -> Markup:
    """What symbols mean, in a row: (symbol, its words, the class that colours it)."""
    parts: list[Child] = []
    x = 0.0
    for symbol, words, kind in states:
        parts.append(text(x, y, symbol, kind=kind))
        parts.append(text(x + 16, y, words, kind="soft"))
        x += 42 + 6.6 * len(words)
    return tag("g", parts)


def line(x1: float, y1: float, x2: float, y2: float) -> Markup:
    """A thin straight line."""
    return tag(
        "line",
        x1=coordinate(x1),
        y1=coordinate(y1),
        x2=coordinate(x2),
        y2=coordinate(y2),
        class_="line",
    )


def coordinate(number: float) -> str:
    """A coordinate: at most one digit after the point, so that every machine writes the same."""
    return f"{number:.1f}".removesuffix(".0")


def link(href: str, *content: Child, label: str = "") -> Markup:
    """A linked part of a picture."""
    return tag("a", *content, href=href, aria_label=label or None)


def page(at: At, iri: str, *content: Child, label: str = "") -> Markup:
    """A part of a picture that leads to the page of a resource."""
    return link(at.href(at.data.paths[iri]), *content, label=label)
