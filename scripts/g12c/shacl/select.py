"""``sh:sparql``: an author's own query, turned to ask about all focus nodes at once."""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from .shapes import Shape

_TOKEN: Final = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<string>\"{3}(?:"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
               |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<prefixed>[\w.-]*:[\w.:%-]*)
    |(?P<word>[^\W\d]\w*)
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
_FORBIDDEN: Final = re.compile(r"MINUS|VALUES|GRAPH|FROM|LIMIT|OFFSET", re.IGNORECASE)
_COUNTS_ROWS: Final = re.compile(r"(AVG|COUNT|GROUP_CONCAT|SUM)\s*\(\s*(?!DISTINCT)", re.IGNORECASE)


@dataclass
class _Group:
    """An open ``{`` of a query: where the focus could go in, and whether it does.

    Not where a SELECT must come first, nor inside EXISTS, which sees what is bound around it.
    """

    slot: int | None
    exists: bool
    wanted: bool


def for_each_focus(shape: Shape, select: str, focus: str) -> str:
    """The query ``select`` for all focus nodes at once instead of one after the other.

    SHACL binds ``$this`` beforehand (section 5.3.1). Joining ``focus`` into every group that speaks
    of ``$this`` gives the same rows; what would not is refused, with what SHACL itself refuses.
    """
    if "service" in normalize("NFKC", select).casefold() or "\\u" in select.casefold():
        raise shape.error(r"sh:select holds the word SERVICE or an escape \u; neither is allowed")
    tokens = [(str(token.lastgroup), token[0]) for token in _TOKEN.finditer(select)]
    code = "".join(text if kind in ("word", "space", "other") else "_" for kind, text in tokens)
    if found := _FORBIDDEN.search(code):
        raise shape.error(f"sh:select must not use {found[0].upper()}")
    if found := _COUNTS_ROWS.search(code):
        raise shape.error(f"{found[1]} in sh:select counts rows; write {found[1]}(DISTINCT …)")
    query: list[str] = []
    groups: list[_Group] = []
    projection: set[str] | None = None
    last = ""
    for kind, text in tokens:
        if kind == "comment":
            continue
        query.append(_path_for(shape, text) if kind == "variable" else text)
        if kind == "variable" and projection is not None:
            projection.add(text[1:])
        elif kind == "variable" and text[1:] == "this":
            for group in groups:
                group.wanted = True
        if kind == "word" and text.upper() == "SELECT":
            projection = set()
            if groups:
                groups[-1].slot = None
        elif text == "{":
            if projection is not None and "this" not in projection:
                raise shape.error("every SELECT in sh:select must select $this by name")
            exists = last == "EXISTS" or any(group.exists for group in groups)
            groups.append(_Group(len(query), exists, projection is not None or not groups))
            projection = None
            query.append("")
        elif text == "}" and groups:
            group = groups.pop()
            if group.slot is not None and group.wanted and not group.exists:
                query[group.slot] = f" {focus} "
        if kind != "space":
            last = text.upper()
    return "".join(query)


def _path_for(shape: Shape, variable: str) -> str:
    if variable[1:] in ("currentShape", "shapesGraph"):
        raise shape.error(f"sh:select must not use {variable}")
    if variable[1:] != "PATH":
        return variable
    if shape.path is None:
        raise shape.error("$PATH in sh:select needs a property shape, with sh:path")
    return shape.path.sparql
