"""The whole publication in one HTML file that runs from a disk, without a network.

Every page is a section of it, but for what stands `ELSEWHERE`; a link shows another section, also
without JavaScript. Long answers are cut short, since the engine gives them whole. Data and query
engine stand in it compressed. Its policy names the digests of its scripts and style, so that
nothing else can run or load.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ..export.metadata import Metadata
from .data import Data
from .layout import ELSEWHERE, At, Page, address, header, imprint
from .markup import Markup, join, tag

_CSS: Final = """
main > .page { display: none }
main > .page:target, main > .page:has(:target), main:not(:has(:target)) > .page.current
{ display: block }
main > .page:target { scroll-margin-top: 100vh }
body:not(:has(main > .page:target, main > .page :target, main > .page.current)) #index
{ display: block }
"""
_PACKED: Final = {
    "data": "dataset.nq",
    "engine": "static/oxigraph.wasm",
    "worker": "static/worker.js",
}
_SCRIPTS: Final = ("static/search-index.js", "static/site.js", "static/sparql.js")
_STYLE: Final = "static/style.css"

EMBEDDED: Final = (_STYLE, *_SCRIPTS, *_PACKED.values())
"""The files of the folder that stand in the one file too."""


def single(
    data: Data, about: Metadata, made: Iterable[Page], files: Mapping[str, Callable[[], bytes]]
) -> bytes:
    """The file; ``files`` are what makes those that it embeds."""
    at = At(data, about, "index", single=True)
    style = files[_STYLE]().decode() + _CSS
    scripts = [files[name]().decode() for name in _SCRIPTS]
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; "
        f"script-src {' '.join(map(_digest, scripts))} 'wasm-unsafe-eval' blob:; "
        "worker-src blob:; img-src data:; base-uri 'none'; form-action 'none'"
    )
    sections = [
        tag(
            "div",
            page.content(place := At(data, about, page.path, single=True)),
            tag("div", address(page, place), class_="foot") if page.iri else None,
            class_="page",
            id=page.path,
        )
        for page in made
        if not page.iri.startswith(ELSEWHERE)
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", about.title),
        tag("meta", name="description", content=about.description),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        header(at),
        tag("main", join(*sections), id="main"),
        tag("footer", imprint(at)),
        [
            tag("script", Markup(_packed(files[name]())), type="text/plain", id=f"embedded-{key}")
            for key, name in _PACKED.items()
        ],
        [tag("script", Markup(script)) for script in scripts],
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n".encode()


def _packed(content: bytes) -> str:
    """Compressed (zlib, which browsers call ``deflate``) and in Base64."""
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
