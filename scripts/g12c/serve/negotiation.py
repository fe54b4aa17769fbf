"""Which of several forms a client takes (RFC 9110, section 12)."""

from collections.abc import Iterable, Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

_LONGEST: Final = 4096


def match(request: Request, offers: Iterable[str]) -> str:
    """The media type that the client likes best, the first of equals; empty if it takes none."""
    offered = list(offers)
    accept = ", ".join(request.headers.getlist("accept"))
    if not accept:
        return offered[0]
    if len(accept) > _LONGEST:
        raise HTTPException(400, f"Accept has {len(accept)} characters; {_LONGEST} are enough")
    # No offer of ours has parameters, such as the profile of JSON-LD.
    plain = [(kind.partition(";")[0], q) for kind, q in parse_accept_header(accept, MIMEAccept)]
    return MIMEAccept(plain).best_match(offered) or ""


def choose(request: Request, offers: Sequence[str]) -> str:
    """What `match` gives; raises the answer 406 if the client takes none of the offers."""
    if not (found := match(request, offers)):
        raise HTTPException(406, f"this comes as {', '.join(offers)}; accept one of them")
    return found
