"""Finds the files to read below the paths a user gives, always in the same order."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.readers.sniffing import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read; ``name`` is its path below the folder that was given, with forward slashes."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class SkippedPath:
    """A file or folder that is not read, and why, in a few words."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What lies below the paths given: the files to read and the paths left out."""

    files: tuple[FoundFile, ...]
    skipped: tuple[SkippedPath, ...]


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Return the files to read, each once, in the order of ``paths`` and of names below a folder.

    A file given by name is always taken. In a folder, and below it through links, files are taken that
    have a readable kind of suffix or none; hidden ones and links that lead back are left out. Nothing
    is raised: what is missing or locked is among ``skipped``.
    """
    files: list[FoundFile] = []
    skipped: list[SkippedPath] = []
    seen: set[Path] = set()
    for path in paths:
        for found in walk(path, "", set()) if path.is_dir() else [named_file(path)]:
            if isinstance(found, SkippedPath):
                skipped.append(found)
            elif (target := found.path.resolve()) in seen:
                skipped.append(SkippedPath(found.path, "the same file was found before"))
            else:
                seen.add(target)
                files.append(found)
    return FoundFiles(tuple(files), tuple(skipped))


def named_file(path: Path) -> FoundFile | SkippedPath:
    """Return a file given by name; whether it can be read shows when it is."""
    if not path.exists():
        return SkippedPath(path, "does not exist")
    return FoundFile(path, storable_name(path.name))


def walk(folder: Path, prefix: str, parents: set[tuple[int, int]]) -> Iterator[FoundFile | SkippedPath]:
    """Yield what lies below a folder; ``parents`` are the folders (device, inode) on the way to it."""
    try:
        status = folder.stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield SkippedPath(folder, f"cannot be opened ({error.strerror or type(error).__name__})")
        return
    identity = (status.st_dev, status.st_ino)
    if identity in parents:
        yield SkippedPath(folder, "a link that leads back to a folder above it")
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            yield SkippedPath(path, "hidden")
        elif path.is_dir():
            yield from walk(path, f"{prefix}{entry.name}/", parents | {identity})
        elif not path.is_file():
            yield SkippedPath(path, "a broken link or not a plain file")
        elif path.suffix and path.suffix.lower() not in SUFFIXES:
            yield SkippedPath(path, f"no reader for {path.suffix} files")
        else:
            yield FoundFile(path, storable_name(prefix + entry.name))


def storable_name(name: str) -> str:
    """Return a file name as text that any database takes: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")
