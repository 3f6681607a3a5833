"""Small collections (letters, a register, minutes, forms, mails), each asked six questions it answers."""

import json
from pathlib import Path

import pytest
from real_model import use_graphs

from chunker.readers.reading import read_bytes
from service import Dossier

FOLDER = Path(__file__).parent / "collections"
NAMES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def questions_of(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_the_evidence_stands_in_what_is_read_of_the_files(name):
    for question in questions_of(name):
        for evidence in question["evidence"]:
            file = FOLDER / name / evidence["file"]
            assert evidence["quote"] in read_bytes(file.read_bytes(), name=file.name).text


@pytest.mark.model
@pytest.mark.parametrize("name", NAMES)
def test_each_question_is_answered_with_its_evidence(name, tmp_path, graphs_folder):
    use_graphs(graphs_folder, tmp_path / "data")
    with Dossier.open(tmp_path / "data") as dossier:
        dossier.add([FOLDER / name])
        for question in questions_of(name):
            if question["answerable"]:
                answer = dossier.ask(question["question"])
                [evidence] = question["evidence"]
                quoted = " ".join(" ".join(quote.text.split()) for quote in answer.quotes)
                assert answer.answerable, question
                assert " ".join(evidence["quote"].split()) in quoted, question
