"""Which of several forms a client takes (RFC 9110, section 12)."""

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

_LONGEST: Final = 4096

_ALSO: Final = {
    "text/n3": "text/turtle",
    "application/json": "application/ld+json",
    "text/plain": "application/n-triples",
    "application/xhtml+xml": "text/html",
}
"""Names by which a form is asked for too. Scripts name the second before the third, which is what
rdflib names for N-Triples."""

_JAVA: Final = "text/html, image/gif"
"""How the header begins that Java sends when nobody has chosen anything."""


def match(request: Request, offers: Iterable[str], otherwise: str = "") -> str:
    """The media type that the client likes best, the first of equals; empty if it takes none.

    Who names nothing that can be read gets ``otherwise``, or the first.
    """
    offered = list(offers)
    accept = ", ".join(request.headers.getlist("accept"))
    if len(accept) > _LONGEST:
        raise HTTPException(400, f"Accept has {len(accept)} characters; {_LONGEST} are enough")
    # No offer of ours has parameters, such as the profile of JSON-LD.
    parsed = parse_accept_header(accept, MIMEAccept)
    plain = [(kind.partition(";")[0], q) for kind, q in parsed if "/" in kind]
    if not plain or accept.startswith(_JAVA):
        return otherwise or offered[0]
    names = {form: form for form in offered}
    names |= {name: form for name, form in _ALSO.items() if form in names and name not in names}
    return names.get(MIMEAccept(plain).best_match(names) or "", "")


def choose(request: Request, offers: Sequence[str], otherwise: str = "") -> str:
    """What `match` gives; raises the answer 406 if the client takes none of the offers."""
    if not (found := match(request, offers, otherwise)):
        raise HTTPException(406, f"this comes as {', '.join(offers)}; accept one of them")
    return found
