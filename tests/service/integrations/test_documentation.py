"""The Python examples of the how-to guides run as they stand; nothing of a framework is loaded unasked."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from encoders import WordHashEncoder
from service_support import finished_job, make_app, serving, upload

from service import Dossier

GUIDES = Path(__file__).parents[3] / "docs" / "howto"
EXAMPLES = [
    example
    for page in sorted(GUIDES.glob("*.md"))
    for example in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
]
FRAMEWORKS = {"langchain": "langchain_core", "llama_index": "llama_index", "haystack": "haystack"}


@pytest.fixture(scope="module")
def address(tmp_path_factory, letters):
    with serving(make_app(tmp_path_factory.mktemp("service"))) as client:
        for name, text in letters.items():
            finished_job(client, upload(client, name, text))
        yield str(client.base_url).rstrip("/")


@pytest.fixture
def _archive(tmp_path, monkeypatch, letters):
    """A collection under the name that the page gives it, in the folder that the example runs in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())
    (tmp_path / "anna.txt").write_text(letters["anna.txt"])
    with Dossier.open("archive") as dossier:
        dossier.add(["anna.txt"])


@pytest.mark.usefixtures("_archive")
@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_finds_the_letter(example, address, capsys):
    for module, package in FRAMEWORKS.items():
        if f"service.integrations.{module} " in example:
            pytest.importorskip(package, reason=f"{package} is not installed")
    exec(compile(example.replace("http://127.0.0.1:8000", address), "example", "exec"), {})  # noqa: S102
    assert "Letter of Anna Weber to Karl Brandt" in capsys.readouterr().out


def test_every_framework_has_its_example():
    named = {name for example in EXAMPLES for name in re.findall(r"service\.integrations\.(\w+)", example)}
    assert named == set(FRAMEWORKS)


def test_no_framework_is_loaded_with_the_service():
    script = (
        "import sys, service.app, service.cli, service.integrations\n"
        f"print([name for name in {sorted(FRAMEWORKS.values())} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    assert shown.stdout == "[]\n"
