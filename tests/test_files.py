"""A file is there whole, the old one or the new one."""

from pathlib import Path

import pytest

from g12c.errors import G12cError
from g12c.files import write_whole


def test_a_file_is_replaced_with_its_rights(tmp_path: Path) -> None:
    """New bytes, old mode, no stage left."""
    path = tmp_path / "folder" / "file.ttl"
    write_whole(path, b"one")
    path.chmod(0o600)
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that refuses costs nothing but a clear line."""
    path = tmp_path / "file.ttl"
    write_whole(path, b"old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(G12cError, match=r"file\.ttl: cannot be written: No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    """The message names the path that was asked for."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(G12cError, match="file/inside: cannot be written"):
        write_whole(tmp_path / "file" / "inside", b"")
