"""Finds the files to read below the paths a user gives, always in the same order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from chunker.errors import UnreadableSourceError, UnsupportedFormatError
from chunker.readers import sidecar, sniffing
from chunker.readers.file_names import distinct_names, storable_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read; ``name`` is its path below the folder that was given, with forward slashes.

    ``origin`` is its whole path as text, which ends with the name; ``is_named`` tells whether the file itself
    was given, not a folder above it.
    """

    path: Path
    name: str
    origin: str
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class SkippedPath:
    """A file or folder that is not read, and why, in a few words; ``kind`` is the same in one or two."""

    path: Path
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies below the paths given: the files to read and the paths left out."""

    files: tuple[FoundFile, ...]
    skipped: tuple[SkippedPath, ...]


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Return the files to read, each once, in the order of ``paths`` and of names below a folder.

    A file given by name is always taken. In a folder, and below it through links, those are taken that a
    reader is for (:func:`~chunker.readers.sniffing.refuse_by_head`), as far as their first bytes tell;
    hidden ones and links that lead back are left out, and so are sidecars, which are read with what they
    describe. Nothing is raised: what is missing or locked is among ``skipped``.
    """
    files: list[FoundFile] = []
    skipped: list[SkippedPath] = []
    seen: set[Path] = set()
    names: dict[Path, dict[str, str]] = {}
    for path in paths:
        for found in _below(path, names):
            if isinstance(found, SkippedPath):
                skipped.append(found)
            elif (target := found.path.resolve()) in seen:
                skipped.append(SkippedPath(found.path, "the same file was found before", "found twice"))
            else:
                seen.add(target)
                files.append(found)
    return FoundFiles(tuple(files), tuple(skipped))


def _below(path: Path, names: dict[Path, dict[str, str]]) -> Iterator[FoundFile | SkippedPath]:
    """Yield a file given by name, whether or not it can be read, or what lies below a folder."""
    if not path.exists():
        yield SkippedPath(path, "does not exist", "missing")
        return
    origin = given_path(path, names)
    if path.is_dir():
        yield from walk(path, origin, "", set())
    else:
        yield FoundFile(path, PurePosixPath(origin).name, origin, is_named=True)


def given_path(path: Path, names: dict[Path, dict[str, str]]) -> str:
    """Return the whole path of what was given, as text; of names that are one, each has its own.

    ``names`` holds what the files of folders are called, as far as it was needed (:func:`distinct_names`).
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - links are not followed: the path is what the user sees
    folder, name = whole.parent, whole.name
    if not name.isascii() and folder not in names:
        try:
            names[folder] = distinct_names({name, *os.listdir(folder)})  # noqa: PTH208 - the names alone
        except OSError:
            names[folder] = {}
    text = names.get(folder, {}).get(name) or storable_name(name)
    return f"{storable_name(folder.as_posix()).rstrip('/')}/{text}".rstrip("/")


def walk(
    folder: Path, origin: str, prefix: str, parents: set[tuple[int, int]]
) -> Iterator[FoundFile | SkippedPath]:
    """Yield what lies below a folder whose whole path is ``origin``, named after ``prefix``.

    ``parents`` are the folders (device, inode) on the way to it.
    """
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield SkippedPath(folder, f"cannot be opened ({error.strerror or type(error).__name__})", "locked")
        return
    identity = (status.st_dev, status.st_ino)
    if identity in parents:
        yield SkippedPath(folder, "a link that leads back to a folder above it", "links back")
        return
    names = distinct_names(entry.name for entry in entries)
    for entry in entries:
        path, name = Path(entry.path), names[entry.name]
        if is_hidden(entry.name):
            yield SkippedPath(path, "hidden", "hidden")
        elif path.is_dir():
            yield from walk(path, f"{origin}/{name}", f"{prefix}{name}/", parents | {identity})
        elif not path.is_file():
            yield SkippedPath(path, "a broken link or not a plain file", "broken links")
        elif path.suffix == sidecar.SUFFIX and path.stem in names:
            continue
        elif is_unreadable(path):
            yield SkippedPath(path, f"no reader for {kind_of(name)} files", kind_of(name))
        else:
            yield FoundFile(path, f"{prefix}{name}", f"{origin}/{name}")


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is left out for its name, unless it was given itself."""
    return name.startswith((".", "~$"))  # the latter holds the name of who has a Word file open


def is_unreadable(path: Path) -> bool:
    """Return whether the first bytes of a file tell that no reader is for it; not of one that is locked."""
    if path.suffix.lower() in sniffing.SUFFIXES:
        return False
    try:
        with path.open("rb") as file:
            sniffing.refuse_by_head(file.read(sniffing.HEAD_BYTES), name=path.name)
    except UnsupportedFormatError:
        return True
    except (OSError, UnreadableSourceError):
        return False
    return False


def kind_of(name: str) -> str:
    """Return what a file that is not read is counted as: its suffix, where that tells a format."""
    return sniffing.format_suffix(name) or "other"
