"""Writing a file whole or not at all."""

import os
import tempfile
from pathlib import Path

from .errors import G12cError


def write_whole(path: Path, data: bytes) -> None:
    """Put a file of these bytes at ``path``; whatever happens, the old one or the new one is there.

    The file keeps the rights of the one it replaces. Raises `G12cError` if it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode if path.exists() else 0o644
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        stage = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            stage.chmod(mode)
            stage.replace(path)
        except BaseException:
            stage.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise G12cError(f"{path}: cannot be written: {error.strerror or error}") from None
