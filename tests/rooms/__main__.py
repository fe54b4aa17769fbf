"""``python3 tests/rooms [NAME…]``: make the rooms named, or all."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rooms import NAMES, make

for name in sys.argv[1:] or NAMES:
    if name not in NAMES:
        sys.exit(f"there is no room {name!r}; rooms: {', '.join(NAMES)}")
    make(name)
