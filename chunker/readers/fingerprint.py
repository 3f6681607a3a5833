"""What a reading of a file depends on, as one number: where that is the same, it need not be read again.

The file's bytes and its sidecar; the code of this package, the libraries it reads with, the limits; and where
pictures are read, the program that reads them and its languages.
"""

from __future__ import annotations

import hashlib
import re
import stat
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import chunker
from chunker.readers.sidecar import read_sidecar
from chunker.readers.tesseract import installed_languages, version

if TYPE_CHECKING:
    from chunker.readers.extraction import ReadingLimits
    from chunker.readers.sidecar import Description

DISTRIBUTION = "dossier-qa"
_NAME = re.compile(r"[\w.-]+")


def fingerprint(digest: str, description: Description, limits: ReadingLimits) -> str:
    """Return the number of a file whose bytes have this ``digest``, as hexadecimal digits."""
    reads_pictures = limits.recognition is not None
    return _hashed(digest, repr(sorted(description.items())), _readers(repr(limits), reads_pictures))


def fingerprint_of_file(path: Path, limits: ReadingLimits) -> str:
    """Return the number of the file at ``path`` as it is now, empty where it cannot or may not be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > limits.max_bytes:
            return ""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return fingerprint(digest, read_sidecar(path), limits)


@cache
def _readers(limits: str, reads_pictures: bool) -> str:
    # By how the limits are written: 60 and 60.0 are equal, and another process has but one of them.
    folder = Path(chunker.__file__).parent
    files = sorted(path for kind in ("*.py", "*.toml") for path in folder.rglob(kind))
    code = (hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    pictures = (version(), *installed_languages()) if reads_pictures else ()
    return _hashed(*code, *_libraries(), limits, *pictures)


def _libraries() -> list[str]:
    """Return what is installed of all that this program wants, with versions."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # the code alone was copied somewhere
        return []
    names = (match[0] for one in wanted if "extra ==" not in one and (match := _NAME.match(one)))
    return [f"{name} {metadata.version(name)}" for name in names]


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
