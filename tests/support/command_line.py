"""The command line, run in this process in an empty folder with a quick encoder."""

import sys

import pytest
from encoders import WordHashEncoder
from service_support import LETTER, SHORT_NOTE

import service.assembly
import service.examining
from service.cli import main
from service.settings import Settings


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command in an empty folder; return its exit code, its output and its lines on stderr."""
    monkeypatch.chdir(tmp_path)
    for name in (*Settings.model_fields, "config"):
        monkeypatch.delenv(f"DOSSIER_{name.upper()}", raising=False)
    monkeypatch.setenv("DOSSIER_ANSWER_THRESHOLD", "0")
    monkeypatch.setenv("COLUMNS", "200")
    for module in (service.assembly, service.examining):
        monkeypatch.setattr(module, "load_encoder", lambda _: WordHashEncoder())

    def run_command(*arguments):
        monkeypatch.setattr(sys, "argv", ["dossier", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err.splitlines()

    return run_command


@pytest.fixture
def indexed(run):
    code, _, _ = run("index", LETTER, SHORT_NOTE)
    assert code == 0
    return run
