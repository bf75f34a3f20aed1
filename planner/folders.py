"""Results are written whole or not at all: into a sibling, then renamed into place."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import InputError, Problem

MARK = "plan.json"
"""The file by which an earlier result is known."""

FILES = ("*.csv", "*.json", "*.yaml", "*.gpkg", "*.html", "*.mps")
"""What a result may hold: a folder that holds anything else is never replaced."""

OPTION = "--out"


def check_folder(folder: str | Path, mark: str = MARK, files: tuple[str, ...] = FILES) -> Path:
    """The folder, if results can be written there: writable, and new, empty or an earlier result.

    Raises
    ------
    InputError
        It is a file, lies inside one, holds something that is not ours, or cannot be written.
    """
    folder = Path(folder)
    allowed = f"a folder that is new, empty or holds an earlier result ({mark})"
    try:
        if folder.exists() and not folder.is_dir():
            _refuse(folder, "is a file", allowed)
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        if inside and not (folder / mark).is_file():
            _refuse(folder, "holds files that are not an earlier result", allowed)
        for path in inside:
            if path.is_dir() or not any(path.match(pattern) for pattern in files):
                _refuse(folder, f"holds {path.name}, which is no result and would be lost", allowed)
        _check_writable(folder)
    except OSError as error:
        _refuse(folder, f"cannot be written: {error.strerror or error}", "a folder you may write")
    return folder


def check_file(path: str | Path) -> Path:
    """The path, if a file can be written there; an earlier file is replaced.

    Raises
    ------
    InputError
        It is a folder, lies inside a file, or cannot be written.
    """
    path = Path(path)
    try:
        if path.is_dir():
            _refuse(path, "is a folder", "the name of a file")
        _check_writable(path)
    except OSError as error:
        _refuse(path, f"cannot be written: {error.strerror or error}", "a file you may write")
    return path


@contextmanager
def whole_folder(
    folder: str | Path, mark: str = MARK, files: tuple[str, ...] = FILES
) -> Iterator[Path]:
    """A new folder to write into, which takes the place of `folder` once all is written."""
    folder = check_folder(folder, mark, files)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield fresh
        fresh.chmod(0o777 & ~_umask())  # mkdtemp gives its owner's eyes only
        if folder.exists():
            earlier = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
            folder.replace(earlier)
            fresh.replace(folder)
            shutil.rmtree(earlier)
        else:
            fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A new file to write, which takes the place of `path` once all is written."""
    path = check_file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as beside:
        fresh = Path(beside) / path.name
        yield fresh
        fresh.replace(path)


def _check_writable(path: Path) -> None:
    """Try it in the nearest folder that exists: rights alone do not tell (read-only disks)."""
    if "\0" in str(path):
        _refuse(path, "holds a null character", "the name of a file or folder")
    above = path.absolute().parent
    while not above.exists():
        above = above.parent
    if not above.is_dir():
        _refuse(path, f"lies inside the file {above}", "a path below folders only")
    with tempfile.TemporaryDirectory(prefix=".try.", dir=above):
        pass


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _refuse(path: Path, message: str, allowed: str) -> None:
    raise InputError(Problem(OPTION, str(path), message, allowed=allowed))
