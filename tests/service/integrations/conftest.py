"""A small open collection for the retrievers."""

import os

import pytest
from encoders import WordHashEncoder
from service_support import PAGED, make_settings

from service import Dossier

# The frameworks ask nothing of the network.
os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
os.environ.setdefault("LANGSMITH_TRACING", "false")

LETTERS = {
    "anna.txt": "Letter of Anna Weber to Karl Brandt\n\nTrieste, 3 May 1911\n\nI leave Trieste on Monday.\n",
    "karl.txt": "Letter of Karl Brandt to Anna Weber\n\nGraz, 9 May 1912\n\nThe garden is in bloom.\n",
    "harbours.txt": PAGED,
}


@pytest.fixture(scope="session")
def letters():
    return LETTERS


@pytest.fixture(scope="session")
def dossier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("letters")
    for name, text in LETTERS.items():
        (folder / name).write_text(text)
    with Dossier.open(
        settings=make_settings(folder / "index", passage_tokens=50), encoder=WordHashEncoder()
    ) as opened:
        opened.add([folder / name for name in LETTERS])
        yield opened
