"""What can go wrong, as exceptions that print themselves: where, what, what to do."""

import re
from os import PathLike
from typing import Final

HIDDEN: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e0fff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(1 << 16, 17 << 16, 1 << 16)
    )
)
"""Control, bidirectional and invisible characters and non-characters, but tab and line feed, as
the inside of a regular expression's character class: they can forge lines or hide what is there."""

_UNPRINTABLE: Final = re.compile(f"[\t\n\xa0{HIDDEN}]")


def printable(text: str) -> str:
    r"""``text`` with everything that does not show replaced by its escape, such as ``\u202e``."""
    return _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], text)


class G12cError(Exception):
    """Base of all our errors; its text is the whole message for a person."""

    exit_code = 2
    """What the command line returns: it could not run."""

    def __str__(self) -> str:
        return "\n".join(printable(line) for line in str(self.args[0]).split("\n"))


class SourceError(G12cError):
    """A file cannot be used as it is: ``FILE:LINE:COLUMN: sentence``.

    ``path`` is the file as the user named it; ``line`` and ``column`` count from 1.
    """

    def __init__(
        self,
        message: str,
        path: str | PathLike[str],
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message, path, line, column)
        self.message = message
        self.path = str(path)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = [self.path, *(str(n) for n in (self.line, self.column) if n is not None)]
        return f"{printable(':'.join(place))}: {printable(self.message)}"
