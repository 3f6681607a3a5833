"""What the pages about evaluation tell to type can be typed."""

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from eval import commands
from eval.reports.report import MEANINGS

ROOT = Path(__file__).parents[2]
PAGES = ("docs/howto/gold.md", "docs/reference/evaluation.md", "eval/data/README.md")


def options_of(command):
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}


def known_options(words):
    """The options of ``dossier eval`` or of ``dossier gold WHAT``; KeyError where there is none."""
    if words[1] == "gold":
        return options_of(get_command(commands.gold).commands[words[2]])
    app = typer.Typer()
    app.command()(commands.evaluate)
    return {"eval": options_of(get_command(app))}[words[1]]


@pytest.mark.parametrize("page", PAGES)
def test_every_option_of_a_documented_command_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = re.findall(r"(?:^ *|`)(dossier (?:eval|gold) [^`\n]*)", text, re.MULTILINE)
    assert len(lines) > 5
    for line in lines:
        words = shlex.split(line.partition("  #")[0])
        assert {word for word in words if word.startswith("--")} <= known_options(words), line


def test_every_measure_of_the_page_is_one_of_the_report():
    text = (ROOT / "docs/reference/evaluation.md").read_text(encoding="utf-8")
    table = text.partition("| measure | in ir-measures |")[2].partition("\n\n")[0]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    known = {re.sub(r"@\d+$", "@k", name) for name in MEANINGS} | set(MEANINGS)
    assert {name for name in named if not name.startswith("_")} <= known
