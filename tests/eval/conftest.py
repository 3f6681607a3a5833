"""A small collection of made-up letters, and one run over it that the tests of runs and reports read."""

import json

import pytest
from encoders import WordHashEncoder

from chunker.readers.finding import find_files
from chunker.readers.reading import read_source
from eval.runs.evaluating import Request, evaluate

LETTERS = {
    "ida-1881.txt": "Letter from Ida Lund to her uncle\n\nBergen, 3 March 1881\n\nDear uncle,\n\n"
    "The herring came late this year and the salters stood idle until February. I keep the books of "
    "the cooper Monsen and have two rooms above his yard.\n\nYour niece Ida\n",
    "ida-1884.txt": "Letter from Ida Lund to her uncle\n\nBergen, 9 May 1884\n\nDear uncle,\n\n"
    "The cooper Monsen has sold his yard to the salters, for the herring stays away and nobody asks for "
    "barrels. I shall go to Stavanger at midsummer.\n\nYour niece Ida\n",
    "harbour.md": "# Minutes of the harbour board\n\n12 April 1886\n\nPresent: Mr Brun, Captain Wiese.\n\n"
    "Captain Wiese reported that the crane on the north quay had lost a wheel. It was resolved to mend it "
    "at the cost of the town.\n",
}
FOREIGN = {
    f"{word}.txt": f"The {word} grows in the south and is dried in the sun." for word in "abcdefghijkl"
}


def questions():
    def asked(identity, question, file=None, quote=None):
        evidence = [{"quote": quote, "file": file}] if quote else []
        return {"id": identity, "question": question, "answerable": bool(quote), "evidence": evidence}

    return [
        asked("q1", "Whose books does Ida keep?", "ida-1881.txt", "I keep the books of the cooper Monsen"),
        asked("q2", "What had the crane lost?", "harbour.md", "the crane on the north quay had lost a wheel"),
        asked("q3", "How many whales were shot?"),
    ]


def survey():
    papers = [
        {
            "title": "Letter from Ida Lund to her uncle",
            "date": "1881-03-03",
            "grade": 2,
            "quotes": [{"text": "The herring came late this year"}],
        },
        {
            "title": "Letter from Ida Lund to her uncle",
            "date": "1884-05-09",
            "grade": 2,
            "quotes": [{"text": "the herring stays away and nobody asks for barrels"}],
        },
        {"title": "Minutes of the harbour board", "date": "1886-04-12", "grade": 1, "quotes": []},
    ]
    question = "How did the herring and the barrels of the cooper Monsen fare?"
    return [{"id": "s1", "kind": "change", "question": question, "papers": papers}]


@pytest.fixture(scope="session")
def small_collection(tmp_path_factory):
    """A folder with ``files/``, ``foreign/``, ``questions.jsonl`` and ``survey.jsonl``."""
    folder = tmp_path_factory.mktemp("letters")
    for name, texts in (("files", LETTERS), ("foreign", FOREIGN)):
        (folder / name).mkdir()
        for file, text in texts.items():
            (folder / name / file).write_text(text, encoding="utf-8")
    for name, entries in (("questions", questions()), ("survey", survey())):
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def sources_in(folder):
    return tuple(read_source(file.path, name=file.name) for file in find_files([folder]).files)


@pytest.fixture(scope="session")
def small_run(small_collection):
    """Questions and survey asked of the letters, alone and among the foreign files."""
    request = Request(
        gold_files=(small_collection / "questions.jsonl", small_collection / "survey.jsonl"),
        name="letters",
        made_at="2020-01-02",
        sources=sources_in(small_collection / "files"),
        distractors=sources_in(small_collection / "foreign"),
    )
    return evaluate(request, encoder=WordHashEncoder())
