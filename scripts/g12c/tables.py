"""Answers in the forms people take them away in: a table to look at, data to work with."""

import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from .errors import G12cError, printable
from .namespaces import shorten

FORMATS = ("table", "csv", "tsv", "json", "markdown", "ttl")
"""The forms; ``ttl`` for CONSTRUCT and DESCRIBE only."""

Result = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | list[ox.Triple]
"""What a query gives, here or from a server."""

Row = tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]


@dataclass(frozen=True)
class Answer:
    """The rows of a SELECT: the variables' names, and a term or None for each."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def answer(solutions: ox.QuerySolutions) -> Answer:
    """All rows of a SELECT, in their order."""
    columns = tuple(variable.value for variable in solutions.variables)
    return Answer(columns, tuple(tuple(row[name] for name in columns) for row in solutions))


def default_format(result: Result, *, looked_at: bool) -> str:
    """A table for a person, CSV for a pipe, Turtle for triples."""
    if isinstance(result, ox.QueryTriples | list):
        return "ttl"
    return "table" if looked_at else "csv"


def render(result: Result, form: str, width: int = 0) -> bytes:
    """The result of a query in one of `FORMATS`.

    CSV, TSV and JSON are the W3C forms (SPARQL 1.1 Query Results), with whole IRIs; table and
    Markdown are for people: IRIs are shortened, and left out where their label stands beside them.
    ``width`` is the width of the table in characters, 0 for no limit.

    Raises `G12cError` if that form cannot hold the result.
    """
    if isinstance(result, ox.QueryTriples | list):
        if form not in {"ttl", "table"}:
            raise G12cError(f"a CONSTRUCT gives triples, which have no {form} form; take ttl")
        from .turtle import write

        return write(list(result)).encode()
    if form == "ttl":
        raise G12cError("only CONSTRUCT gives triples; take table, csv, tsv, json or markdown")
    if isinstance(result, ox.QueryBoolean):
        if form == "json":
            return (json.dumps({"head": {}, "boolean": bool(result)}) + "\n").encode()
        return (b"true\n") if result else (b"false\n")
    if form in {"csv", "tsv", "json"}:
        formats = {
            "csv": ox.QueryResultsFormat.CSV,
            "tsv": ox.QueryResultsFormat.TSV,
            "json": ox.QueryResultsFormat.JSON,
        }
        data = result.serialize(format=formats[form]) or b""
        return data if data.endswith(b"\n") else data + b"\n"
    columns, rows = for_people(answer(result))
    if form == "markdown":
        return markdown(columns, rows).encode()
    return table(columns, rows, width).encode()


def for_people(found: Answer) -> tuple[list[str], list[list[str]]]:
    """Column titles and cells to look at.

    A column ``drug`` is left out if there is a column ``drugLabel``.
    """
    keep = [i for i, name in enumerate(found.columns) if f"{name}Label" not in found.columns]
    titles = [_title(found.columns[i].removesuffix("Label")) for i in keep]
    return titles, [[_cell(row[i]) for i in keep] for row in found.rows]


def _title(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name)


def _cell(term: object) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return printable(shorten(term.value))
    return printable(term.value if isinstance(term, ox.Literal) else str(term))


def merge(rows: Sequence[Sequence[str]], keys: int) -> list[list[str]]:
    """One row for all rows that share their first ``keys`` cells; other cells list what differs."""
    merged: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows:
        lists = merged.setdefault(tuple(row[:keys]), [[] for _ in row[keys:]])
        for cell, values in zip(row[keys:], lists, strict=True):
            if cell and cell not in values:
                values.append(cell)
    return [
        [*key, *("; ".join(sorted(values)) for values in lists)] for key, lists in merged.items()
    ]


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; what Markdown or HTML would read as markup is escaped."""

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(_escape(cell) for cell in cells)} |\n"

    return line(columns) + line(["---"] * len(columns)) + "".join(line(row) for row in rows)


def _escape(text: str) -> str:
    for character in "\\`*_[]|":
        text = text.replace(character, f"\\{character}")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int = 0) -> str:
    """A table for a terminal, in colour unless NO_COLOR is set or nobody looks at it."""
    if not width:
        return _plain(columns, rows)
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(Text(column), overflow="fold")
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    out = io.StringIO()
    colour = not os.environ.get("NO_COLOR")
    Console(file=out, width=width, force_terminal=colour, no_color=not colour).print(grid)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _plain(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(size) for cell, size in zip(cells, widths, strict=True))
        return "  ".join(padded).rstrip() + "\n"

    return line(columns) + line(["-" * size for size in widths]) + "".join(map(line, rows))
