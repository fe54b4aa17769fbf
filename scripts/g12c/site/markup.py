"""HTML and SVG as values: what is text stays text, whatever stands in it.

`tag` is the only maker of `Markup`. A child that is not `Markup` is text and is escaped, an
attribute is always text and is escaped, and a link that is neither relative nor http(s) is refused,
so that no label and no IRI of the data can become an element, a script or a ``javascript:`` link.
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

from ..errors import HIDDEN, G12cError

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta"})
_LINKS: Final = frozenset({"href", "src", "action", "content-url"})
_SAFE: Final = re.compile(
    r"(?:https?://|(?![a-z][a-z0-9+.-]*:|//|\\))[^\x00-\x20\"<>]*", re.IGNORECASE
)
_HIDDEN: Final = re.compile(f"[{HIDDEN}]")


class Markup(str):
    """A piece of HTML or SVG that is well-formed and safe as it stands."""

    __slots__ = ()


Child = str | Iterable["Child"] | None
"""What can stand in an element: `Markup`, text, several of both, or nothing."""


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Markup:
    """One element; an attribute ``class_`` or ``aria_label`` is written ``class``, ``aria-label``.

    An attribute that is None or False is left out, one that is True has no value.
    Raises `G12cError` for a link to anything but a relative address or http(s).
    """
    parts = [f"<{name}"]
    for word, value in attributes.items():
        if value is None or value is False:
            continue
        key = word.rstrip("_").replace("_", "-")
        if key in _LINKS and not _SAFE.fullmatch(str(value)):
            raise G12cError(f"{value!r} cannot be a link: only http, https and relative ones are")
        parts.append(f" {key}" if value is True else f' {key}="{escape(_shown(str(value)))}"')
    if name in VOID:
        return Markup("".join((*parts, ">")))
    return Markup("".join((*parts, ">", join(*children), f"</{name}>")))


def join(*children: Child) -> Markup:
    """Several children as one piece."""
    return Markup("".join(_flat(children)))


def is_link(target: str) -> bool:
    """Whether a page may link to that address."""
    return target.startswith(("http://", "https://")) and bool(_SAFE.fullmatch(target))


def data_block(json_text: str) -> str:
    """JSON as it can stand inside a script element, whatever its strings hold."""
    for character in "<>&\u2028\u2029":
        json_text = json_text.replace(character, f"\\u{ord(character):04x}")
    return json_text


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield escape(_shown(child), quote=False)
        elif child is not None:
            yield from _flat(child)


def _shown(text: str) -> str:
    """Control, bidirectional and invisible characters as their escapes: they could forge text."""
    return _HIDDEN.sub(lambda match: ascii(match[0])[1:-1], text)
