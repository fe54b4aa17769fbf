"""``python -m g12c`` is the command ``g12c``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
