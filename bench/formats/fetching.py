"""The public files of files.txt, from clones or from GitHub."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = Path(__file__).with_name("files.txt")


def fetched(folder: Path, mirror: Path | None) -> Iterator[Path]:
    """Yield the files of the list, after putting into ``folder`` what is not there."""
    repository = commit = ""
    for line in LIST.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            repository, commit = line.split()
            continue
        path = line.strip()
        place = folder / f"{repository}/{path}".replace("/", "__")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content_of(repository, commit, path, mirror))
        yield place


def content_of(repository: str, commit: str, path: str, mirror: Path | None) -> bytes:
    """Return a file of a repository at a commit."""
    if mirror is None:
        import httpx

        address = f"https://raw.githubusercontent.com/{repository}/{commit}/{path}"
        return httpx.get(address, follow_redirects=True, timeout=60).raise_for_status().content
    clone = mirror / repository.replace("/", "+") / "repo"
    command = ["git", "-C", str(clone), "show", f"{commit}:{path}"]
    return subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603
