"""Writes files of the administrator's: whole or not at all, and as the same file that it was."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Iterator


class CannotWriteError(PoolpowerError):
    """A file could not be written; it is as it was."""


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replace what a file holds in one step, keeping its mode, owner and extended attributes.

    A symbolic link is followed: it goes on pointing at the file, which is the one that is replaced.

    Args:
        path: the file, or a link to it.
        before: what was read; where something else stands there by now, nothing is written.
        after: what it is to hold.

    Raises:
        CannotWriteError: this user may not, or not with the same owner; the file changed meanwhile; the disk is full.
    """
    try:
        target = path.resolve(strict=True)
        with _beside(target) as temporary:
            _write(temporary, after)
            _make_alike(target, temporary)
            if target.read_bytes() != before:
                raise CannotWriteError(f"{path} was changed by somebody else meanwhile", "run it again")
            temporary.replace(target)
            _sync_folder(target.parent)
    except OSError as error:
        raise _cannot(path, error) from error


def create_file(path: Path, content: bytes) -> None:
    """Write a new file, with the mode that new files of this user have.

    Raises:
        CannotWriteError: it exists, this user may not, there is no such folder, the disk is full.
    """
    try:
        stream = path.open("xb")
    except OSError as error:
        raise _cannot(path, error) from error
    try:
        with stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _cannot(path, error) from error


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """The name of an empty file in the same folder, with a dot in front; removed unless it was moved away."""
    if not os.access(target, os.W_OK):
        raise CannotWriteError(f"{target} may not be changed by this user", f"run it as {_owner(target)}, or as root")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _write(temporary: Path, content: bytes) -> None:
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _make_alike(target: Path, temporary: Path) -> None:
    """Give the new file the owner, the extended attributes (access lists among them) and the mode of the old one."""
    old, new = target.stat(), temporary.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.chown(temporary, old.st_uid, old.st_gid)
        except PermissionError:
            message = f"{target} belongs to {_owner(target)}, and would not any more"
            raise CannotWriteError(message, f"run it as {_owner(target)}, or as root") from None
    for name in os.listxattr(target):
        with contextlib.suppress(OSError):  # labels that only the system sets are set by it on new files too
            os.setxattr(temporary, name, os.getxattr(target, name))
    temporary.chmod(old.st_mode & 0o7777)


def _sync_folder(folder: Path) -> None:
    """So that the name is on disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _owner(target: Path) -> str:
    """User and group by name, by number where they have none."""
    try:
        return f"{target.owner()}:{target.group()}"
    except KeyError:
        return f"{target.stat().st_uid}:{target.stat().st_gid}"


def _cannot(path: Path, error: OSError) -> CannotWriteError:
    message = f"{path} cannot be written: {error.strerror or error}"
    match error:
        case FileExistsError():
            return CannotWriteError(f"{path} exists", "name another file, or replace it with --force")
        case FileNotFoundError():
            hint = f"make the folder first: mkdir -p {path.parent}"
        case PermissionError():
            hint = f"run it as a user who may write into {path.parent}"
        case _:
            hint = "the file is as it was; is it on a disk with room, and no mount of its own?"
    return CannotWriteError(message, hint)
