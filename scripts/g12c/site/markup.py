"""HTML and SVG as values: what is text stays text, whatever stands in it.

`tag` is the only maker of `Markup`. A child that is not `Markup` is text and is escaped, an
attribute is always text and is escaped, and a link that is neither relative nor http(s) is refused,
so that no label and no IRI of the data can become an element, a script or a ``javascript:`` link.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
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
        if value is not None and value is not False:
            parts.append(_attribute(word, value))
    parts.append(">")
    if name not in VOID:
        _add(parts, children)
        parts.append(f"</{name}>")
    return Markup("".join(parts))


def join(*children: Child) -> Markup:
    """Several children as one piece."""
    parts: list[str] = []
    _add(parts, children)
    return Markup("".join(parts))


def is_link(target: str) -> bool:
    """Whether a page may link to that address."""
    return target.startswith(("http://", "https://")) and bool(_SAFE.fullmatch(target))


def data_block(json_text: str) -> str:
    """JSON as it can stand inside a script element, whatever its strings hold."""
    for character in "<>&\u2028\u2029":
        json_text = json_text.replace(character, f"\\u{ord(character):04x}")
    return json_text


def _add(parts: list[str], children: Iterable[Child]) -> None:
    for child in children:
        if isinstance(child, Markup):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(_text(child))
        elif child is not None:
            _add(parts, child)


# The same labels and links stand on many pages.
@lru_cache(maxsize=1 << 14)
def _text(text: str) -> str:
    return escape(_shown(text), quote=False)


@lru_cache(maxsize=1 << 14, typed=True)  # 1 is not True
def _attribute(word: str, value: str | float | bool) -> str:
    key = word.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    if key in _LINKS and not _SAFE.fullmatch(str(value)):
        raise G12cError(f"{value!r} cannot be a link: only http, https and relative ones are")
    return f' {key}="{escape(_shown(str(value)))}"'


def _shown(text: str) -> str:
    """Control, bidirectional and invisible characters as their escapes: they could forge text."""
    return _HIDDEN.sub(lambda match: ascii(match[0])[1:-1], text)
