"""What is installed is ours, whole, and locked."""

import importlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from service.version import DISTRIBUTION

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("chunker", "embeddings", "service", "eval")
BUILT_BESIDE = ("pyproject.toml", "README.md", "LICENSE", "tests", "bench")
# Measurements that teach how the product is built: run from a checkout, with what development installs.
NOT_INSTALLED = {"eval.studies"}
NOT_THE_PRODUCT = {"eval/ABLATION.md", *(name.replace(".", "/") for name in NOT_INSTALLED)}


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
    found = python("-c", f"import {package}; print({package}.__doc__)", cwd=tmp_path)
    assert found.strip() == (importlib.import_module(package).__doc__ or "").strip()
    assert Path(importlib.import_module(package).__file__).is_relative_to(ROOT)


def test_no_other_distribution_brings_modules_of_our_names():
    """Where two bring the same, one overwrites the other's files: such a dependency may not be taken."""
    brought = importlib.metadata.packages_distributions()
    assert {package: set(brought[package]) for package in PACKAGES} == {
        key: {DISTRIBUTION} for key in PACKAGES
    }


def test_the_version_is_asked_of_the_distribution_by_its_own_name():
    assert PROJECT["project"]["name"] == DISTRIBUTION
    assert importlib.metadata.version(DISTRIBUTION) == PROJECT["project"]["version"]


def python(*arguments, cwd, **environment):
    """Run our own interpreter, and return what it prints."""
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *map(str, arguments)],
        cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def product_files():
    """Every file of the four packages that belongs to the product, as paths from the root."""
    files = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    return {file for file in files if not {str(file), *map(str, file.parents)} & NOT_THE_PRODUCT}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which the wheel, built of a copy of the tree without the network, is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    source, target = folder / "source", folder / "installed"
    source.mkdir()
    for name in (*PACKAGES, *BUILT_BESIDE):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    pip = ("-m", "pip", "--disable-pip-version-check", "--no-input")
    python(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source, cwd=folder)
    [wheel] = folder.glob("*.whl")
    python(*pip, "install", "--no-deps", "--no-index", "--no-compile", "--target", target, wheel, cwd=folder)
    return target


def test_the_wheel_holds_the_product_whole_and_nothing_else(installed):
    files = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    brought = {file for file in files if not file.parts[0].endswith(".dist-info")}
    assert brought == product_files() | {Path("bin/dossier")}


def test_the_installed_command_answers_from_where_it_was_installed(installed, tmp_path):
    options = {"cwd": tmp_path, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    shown = python(installed / "bin" / "dossier", "--version", **options)
    assert shown == f"dossier {PROJECT['project']['version']}\n"
    place = python("-c", "import service.cli; print(service.cli.__file__)", **options)
    assert Path(place.strip()) == installed / "service" / "cli.py"


def test_nothing_installed_needs_what_is_not():
    imports = re.compile(
        rf"^\s*(?:from|import) (?:{'|'.join(map(re.escape, NOT_INSTALLED))})\b", re.MULTILINE
    )
    modules = [ROOT / file for file in product_files() if file.suffix == ".py"]
    assert [module for module in modules if imports.search(module.read_text("utf-8"))] == []


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
