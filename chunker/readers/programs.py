"""Runs programs that read what no library here reads: bounded in time, also where this process is ended."""

from __future__ import annotations

import math
import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 100
"""Converting a long book takes some ten; less than what reading a file may take in all."""


def output_of(command: Sequence[str], *, given: bytes = b"", seconds: float = SECONDS) -> bytes:
    """Return what a program prints that is ``given`` some bytes to read.

    Raises OSError where it cannot be started, and subprocess.SubprocessError where it fails or is too slow.
    """
    # Should this process be ended, the program's time runs out by itself.
    limit = f'ulimit -t {math.ceil(seconds)}; exec "$0" "$@"'
    bounded = ("sh", "-c", limit) if os.name == "posix" else ()
    return subprocess.run(  # noqa: S603 - a program that was found by its name, with names of our own
        [*bounded, *command], timeout=seconds, check=True, capture_output=True, input=given
    ).stdout
