"""What becomes of real files that are damaged: each is read, or refused in one line that says what to do.

    python -m bench.formats.damage FOLDER [--mirror CLONES] [--only .epub,.fb2] [--files 3] [--variants 200]

Prints how many were read and refused, and below that each fault: an error that no reader means to raise, a
process that ended, a limit of time or memory that broke, more than one line.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from bench.formats.fetching import fetched
from chunker.errors import ReadingLimitError, UnreadableSourceError
from chunker.readers.isolated import IsolatedReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 400_000  # of a file, so that thousands are read in minutes
STRETCH = 512


def main() -> None:
    """Damage files of each format, read them, and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mirror", type=Path, help="a folder of clones, instead of GitHub")
    parser.add_argument("--only", default="", help="suffixes, parted by commas")
    parser.add_argument("--files", type=int, default=3, help="of each format")
    parser.add_argument("--variants", type=int, default=200, help="of each file")
    asked = parser.parse_args()
    by_suffix = defaultdict(list)
    for path in fetched(asked.folder, asked.mirror):
        if 0 < path.stat().st_size <= MAX_BYTES:
            by_suffix[path.suffix.lower()].append(path)
    faults = []
    with IsolatedReader() as reader, tempfile.TemporaryDirectory() as scratch:
        for suffix in asked.only.split(",") if asked.only else sorted(by_suffix):
            found = by_suffix[suffix]
            some = random.Random(suffix).sample(found, min(asked.files, len(found)))  # noqa: S311 - no secret
            faults += row(reader, Path(scratch) / f"damaged{suffix}", some, asked.variants)
    print("", f"{len(faults)} faults", *faults, sep="\n")


def row(reader: IsolatedReader, place: Path, paths: Sequence[Path], variants: int) -> list[str]:
    """Print a line of the table, and return the faults."""
    counted, slowest, faults = Counter[str](), 0.0, []
    for path in paths:
        for number, data in enumerate(damaged(path.read_bytes(), seed=path.name, variants=variants)):
            place.write_bytes(data)
            began = time.perf_counter()
            outcome, fault = outcome_of(reader, place)
            slowest = max(slowest, time.perf_counter() - began)
            counted[outcome] += 1
            if fault:
                faults.append(f"{path.name.replace('__', '/')}, variant {number}: {fault}")
    told = ", ".join(f"{count} {outcome}" for outcome, count in counted.most_common())
    print(
        f"{place.suffix:>7}  {counted.total():4} of {len(paths)}: {told}; slowest {slowest:.1f} s", flush=True
    )
    return faults


def outcome_of(reader: IsolatedReader, path: Path) -> tuple[str, str]:
    """Read a file; return what came of it, and what is wrong with that."""
    try:
        reader.read(path, name=path.name)
    except UnreadableSourceError as error:
        line = str(error)
        is_refusal = type(error) is not UnreadableSourceError and not isinstance(error, ReadingLimitError)
        is_good = is_refusal and line.startswith(path.name) and line.isprintable()
        return type(error).__name__, "" if is_good else line
    return "read", ""


def damaged(data: bytes, *, seed: str, variants: int) -> Iterator[bytes]:
    """Yield a file damaged in many ways; of a zipped one every other time in a part of it, packed again."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    is_zipped = zipfile.is_zipfile(io.BytesIO(data))
    for number in range(variants):
        yield repacked(data, chance) if is_zipped and number % 2 else hurt(data, chance)


def repacked(data: bytes, chance: random.Random) -> bytes:
    """Return a zip archive with damage in one of its parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = [part.filename for part in old.infolist() if part.file_size]
        chosen = chance.choice(names)
        for name in names:
            new.writestr(name, hurt(old.read(name), chance) if name == chosen else old.read(name))
    return made.getvalue()


def hurt(data: bytes, chance: random.Random) -> bytes:
    """Return bytes of which some are changed, lost, put in, made zero or said twice."""
    at = chance.randrange(len(data))
    after = at + chance.randrange(STRETCH)
    match chance.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[after:]
        case 2:
            return data[:at] + chance.randbytes(after - at) + data[at:]
        case 3:
            return data[:at] + bytes(len(data[at:after])) + data[after:]
        case 4:
            return data[:after] + data[at:]
        case _:
            changed = bytearray(data)
            for _ in range(chance.choice((1, 3, 10, 100, 1000))):
                changed[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(changed)


if __name__ == "__main__":
    main()
