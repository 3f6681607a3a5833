"""What is installed by default may be handed on: no licence in it asks more than to be named."""

import importlib.metadata
import importlib.util
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from service.version import DISTRIBUTION

SCRIPT = Path(__file__).parent.parent / "deploy" / "licences.py"
_spec = importlib.util.spec_from_file_location("licences", SCRIPT)
licences = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(licences)


def default_tree():
    """Return the distributions that installing ours brings, without its extras."""
    seen, waiting = set(), [(DISTRIBUTION, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) not in seen:
            seen.add((name, extra))
            for line in importlib.metadata.requires(name) or ():
                wanted = Requirement(line)
                if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                    waiting += [(canonicalize_name(wanted.name), one) for one in ("", *wanted.extras)]
    return [importlib.metadata.distribution(name) for name in {name for name, _ in seen}]


def component(distribution):
    """Return a distribution as a bill of materials has it."""
    metadata = distribution.metadata
    named = [{"expression": metadata["License-Expression"]}] if metadata["License-Expression"] else []
    classifiers = [one for one in metadata.get_all("Classifier", []) if one.startswith("License ::")]
    named += [{"license": {"name": one.rpartition(":: ")[2]}} for one in classifiers]
    if not named and metadata["License"]:
        named = [{"license": {"name": metadata["License"]}}]
    return {"name": canonicalize_name(metadata["Name"]), "licenses": named}


def test_no_licence_asks_more_than_to_be_named():
    components = [component(one) for one in default_tree()]
    names = {one["name"] for one in components}
    assert {"torch", "fastapi", "uvloop", DISTRIBUTION} <= names
    assert licences.problems(components) == []
    assert licences.LOOKED_AT.keys() <= names


@pytest.mark.parametrize(
    ("licence", "is_told"),
    [
        ({"expression": "GPL-3.0-or-later"}, True),
        ({"license": {"id": "LGPL-2.1-only"}}, True),
        ({"license": {"name": "Mozilla Public License 2.0 (MPL 2.0)"}}, True),
        ({"license": {"name": "GNU Affero General Public License v3"}}, True),
        ({"license": {"name": "LicenseRef-NVIDIA-Proprietary"}}, True),
        ({"expression": "MIT AND AGPL-3.0-only"}, True),
        ({"expression": "Apache-2.0 OR BSD-3-Clause"}, False),
        ({"license": {"name": "BSD License"}}, False),
    ],
)
def test_copyleft_is_told_however_it_is_written(licence, is_told):
    assert bool(licences.problems([{"name": "x", "licenses": [licence]}])) == is_told


def test_a_package_without_a_licence_is_told():
    assert licences.problems([{"name": "x"}]) == ["x: it names no licence"]
