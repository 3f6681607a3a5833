"""The documentation: it is as the code is, its links lead somewhere, and what it says to type works.

A block of shell after ``<!-- runs -->`` is run, in the order of the page, in a folder with the letters of
the tutorial. If a block of text follows it, each of its lines must come in what is printed (``…``: anything).
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.main import get_command

from service.cli import add_plugins, app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "eval").rglob("*.md"), ROOT / "corpus/README.md"]
)
LETTERS = "tutorial/first_steps.md"
_FENCED = re.compile(r"^( *)```.*?^\1```", re.DOTALL | re.MULTILINE)
_RUN = re.compile(
    r"^<!-- runs(?: exit (\d))? -->\n```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE
)
RUNNING = sorted(
    str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if _RUN.search(page.read_text("utf-8"))
)


def named(page):
    return str(page.relative_to(ROOT))


def anchors(page):
    """Return the anchors that a page's headings have on GitHub, and in what Sphinx makes of it."""
    text = _FENCED.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#{1,6} (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_reference_is_as_the_code_is():
    script = str(DOCS / "tools" / "generate.py")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    checked = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, script, "--check"], check=False, capture_output=True, text=True, env=environment
    )
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_within_the_project_leads_somewhere(page):
    text = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page.read_text("utf-8")))
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = unquote(target).partition("#")
        if re.match(r"\w+:", target):
            continue
        leads_to = (page.parent / path).resolve() if path else page
        if not leads_to.exists() or (anchor and anchor not in anchors(leads_to)):
            broken.append(target)
    assert broken == []


def test_every_page_of_the_documentation_is_led_to():
    listed = re.findall(r"^(\w+/\w+)$", (DOCS / "index.md").read_text("utf-8"), re.MULTILINE)
    pages = [str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.rglob("*.md")]
    assert sorted([*listed, "index"]) == sorted(pages)


def test_pictures_are_small():
    sizes = {picture.name: picture.stat().st_size for picture in (DOCS / "pictures").iterdir()}
    assert len(sizes) >= 3
    assert [name for name, size in sizes.items() if size > 150_000] == []


def commands_typed():
    """Yield the page and each ``dossier …`` line of its blocks of shell, without comments."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in re.sub(r"\\\n", " ", block).splitlines():
                if found := re.match(r"\s*(?:[A-Z_]+=\S+ )*(?:\S*/)?dossier (.*)", line):
                    yield named(page), found[1].partition("  #")[0].partition(" > ")[0]


def test_every_option_that_is_typed_in_the_documentation_exists():
    add_plugins(app)
    root = get_command(app)
    typed = list(commands_typed())
    assert len({page for page, _ in typed}) > 8
    for page, line in typed:
        command, known, unknown = root, set(), []
        for word in shlex.split(line, comments=True):
            known |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
            command = getattr(command, "commands", {}).get(word, command)
            known |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
            if word.startswith("--") and word not in known:
                unknown.append(word)
        assert (unknown, command is root) == ([], False), (page, line)


def run_blocks(name, folder, environment):
    """Run the blocks of a page; return what went otherwise than it says."""
    wrong = []
    for code, script, expected in _RUN.findall((DOCS / name).read_text("utf-8")):
        command = ["/bin/sh", "-ec", script]
        done = subprocess.run(  # noqa: S603 - our own documentation
            command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=300
        )
        if done.returncode != int(code or 0):
            wrong.append((script, done.returncode, done.stderr))
        printed = " ".join(done.stdout.split())
        for line in filter(None, map(str.strip, expected.splitlines())):
            pattern = ".*?".join(re.escape(" ".join(part.split())) for part in line.split("…"))
            if not re.search(pattern.replace(r"\ ", r"\s*"), printed):
                wrong.append((line, printed))
    return wrong


@pytest.mark.model
@pytest.mark.parametrize("name", RUNNING)
def test_what_a_page_says_to_type_does_what_it_says(name, tmp_path):
    program = tmp_path / "bin" / "dossier"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m service.cli "$@"\n')
    program.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")}
    environment |= {"PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    folder = tmp_path / "archive"
    folder.mkdir()
    if name != LETTERS:
        first, second = [script for _, script, _ in _RUN.findall((DOCS / LETTERS).read_text("utf-8"))][:2]
        for script in (first, second):
            subprocess.run(["/bin/sh", "-ec", script], cwd=folder, env=environment, check=True, timeout=300)  # noqa: S603 - our own documentation
    assert run_blocks(name, folder, environment) == []
