"""Kills an index at random moments, and damages its files: what is lost, half in, or answered wrongly?

The exit code is 1 where anything is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.chaos.corruption import damage
from bench.chaos.kills import kills


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder to work in; what is there is deleted")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    is_right = damage(options.folder / "damage")
    print()
    is_whole = kills(options.folder / "kills", options.kills, seed=options.seed)
    sys.exit(0 if is_right and is_whole else 1)


if __name__ == "__main__":
    main()
