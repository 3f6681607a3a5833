"""Runs programs that read what no library here reads: bounded in time, also where this process is ended."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 100
"""Converting a long book takes some ten; less than what reading a file may take in all."""


def output_of(command: Sequence[str]) -> bytes:
    """Return what a program prints.

    Raises OSError where it cannot be started, and subprocess.SubprocessError where it fails or is too slow.
    """
    # Should this process be ended, the program's time runs out by itself.
    bounded = ("sh", "-c", f'ulimit -t {SECONDS}; exec "$0" "$@"') if os.name == "posix" else ()
    return subprocess.run(  # noqa: S603 - a program that was found by its name, with names of our own
        [*bounded, *command], timeout=SECONDS, check=True, capture_output=True, stdin=subprocess.DEVNULL
    ).stdout
