"""The licences of what is installed by default, from its bill of materials; copyleft is told, or refused.

    python deploy/licences.py dist/sbom.cdx.json

The exit code is 1 where a licence is copyleft that was not looked at, or where a package names none.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

COPYLEFT = re.compile(
    r"\b(?:A?L?GPL|MPL|EPL|EUPL|CDDL|SSPL|OSL|CPAL|CECILL|CC-BY-SA|CC-BY-NC|Mozilla|GNU|Affero|NVIDIA)",
    re.IGNORECASE,
)
LOOKED_AT = {
    # Copyleft of single files: changes to these have to be open, the program around them does not.
    "certifi": "MPL-2.0: its own file of certificates, unchanged",
    "tld": "MPL-1.1, of which it leaves the choice: its own files, unchanged",
    "tqdm": "MPL-2.0 and MIT: its own files, unchanged",
    # Named in words alone, which the bill of materials leaves out.
    "protobuf": "BSD-3-Clause",
    "pypdfium2": "BSD-3-Clause and Apache-2.0, and of the libraries in PDFium only such as ask to be named",
    "tiktoken": "MIT",
    "transformers": "Apache-2.0",
}
"""What a person has seen to ask no more than to be named, and why."""


def licences(component: dict[str, Any]) -> list[str]:
    """Return the licences that a component of a CycloneDX document names, each once."""
    found = []
    for one in component.get("licenses", ()):
        licence = one.get("license", {})
        told = one.get("expression") or licence.get("id") or licence.get("name") or ""
        found.append(told.split("\n")[0].rpartition(":: ")[2].strip())
    return list(dict.fromkeys(filter(None, found)))


def problems(components: list[dict[str, Any]]) -> list[str]:
    """Return a line for each component whose licence nobody has looked at."""
    lines = []
    for component in components:
        name, named = component["name"], licences(component)
        hard = [one for one in named if COPYLEFT.search(one)]
        if name not in LOOKED_AT and (hard or not named):
            lines.append(f"{name}: {'; '.join(hard) or 'it names no licence'}")
    return lines


def main(path: Path) -> int:
    """Print the packages by licence; return the exit code."""
    components = json.loads(path.read_text("utf-8"))["components"]
    packages = defaultdict(list)
    for component in components:
        packages["; ".join(licences(component)) or "none named"].append(component["name"])
    for licence, names in sorted(packages.items(), key=lambda one: (-len(one[1]), one[0])):
        print(f"{len(names):4}  {licence}: {', '.join(sorted(names))}")
    for name, why in sorted(LOOKED_AT.items()):
        print(f"looked at: {name}, {why}")
    found = problems(components)
    for line in found:
        print(f"not looked at: {line}", file=sys.stderr)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
