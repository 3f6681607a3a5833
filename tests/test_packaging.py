"""What is installed is ours, whole, and locked."""

import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("chunker", "embeddings", "service", "eval")
# Measurements that teach how the product is built: run from a checkout. That nothing installed imports them
# is a contract in pyproject.toml.
NOT_INSTALLED = {"eval.studies"}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared_names():
    requirements = [
        *PROJECT["project"]["dependencies"],
        *(line for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra),
    ]
    return {canonical(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in requirements}


def locked():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_top_level_names_are_ours_from_wherever_python_starts(package, tmp_path):
    """The names are common words: another distribution's package of the same name must not win."""
    script = f"import {package}; print({package}.__doc__)"
    found = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == (importlib.import_module(package).__doc__ or "").strip()
    assert Path(importlib.import_module(package).__file__).is_relative_to(ROOT)


def test_every_package_folder_but_the_studies_is_listed_and_so_installed():
    folders = {
        str(path.parent.relative_to(ROOT)).replace("/", ".")
        for package in PACKAGES
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert folders >= NOT_INSTALLED
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == folders - NOT_INSTALLED


def test_the_distribution_brings_the_command_and_its_extensions():
    scripts = importlib.metadata.entry_points(group="console_scripts", name="dossier")
    assert [script.value for script in scripts] == ["service.cli:main"]
    extensions = importlib.metadata.entry_points(group="dossier.commands")
    assert {extension.name for extension in extensions} >= {"eval", "gold"}
    assert all(callable(extension.load()) for extension in extensions)


def test_every_declared_dependency_is_locked_to_one_version():
    names = {canonical(name) for name in locked()}
    assert declared_names() - names == set()
    assert all(re.fullmatch(r"[0-9][0-9a-z.]*", version) for version in locked().values())


def test_what_is_installed_is_what_is_locked():
    """Otherwise this run says nothing about what a user gets from `make setup`."""
    installed = {
        canonical(distribution.name): distribution.version.removesuffix("+cpu")
        for distribution in importlib.metadata.distributions()
    }
    different = {
        name: (version, installed[canonical(name)])
        for name, version in locked().items()
        if installed.get(canonical(name), version) != version
    }
    assert different == {}
