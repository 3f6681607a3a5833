"""Answers as notebooks show them, and the worked notebook of the documentation."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from encoders import WordHashEncoder
from notebooks import run_notebook
from service_support import PAGED, make_settings

from service import Dossier, Filters

NOTEBOOKS = Path(__file__).parents[2] / "docs" / "tutorial"
HOSTILE = (
    'Letter of <script>alert("a")</script> to "><img src=x onerror=alert(1)>\n\nTrieste, 3 May 1911\n\n'
    "The lighthouse was built </mark></p><iframe src=//evil.example> by the &lt;b&gt; harbour board in 1871 "
    "{{ 7 * 7 }} <style>*{display:none}</style>.\n"
)
NAME = "<b>lighthouse<b>.txt"
TAGS = {"div", "p", "mark", "strong", "em", "sup", "small", "ol", "li", "details", "summary", "blockquote"}


class Shown(HTMLParser):
    """The elements of HTML with their attributes, its words, and the words that are marked."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.words, self.marked = [], [], "", []
        self.feed(html)
        self.close()
        assert self.open == []  # everything that is opened is closed, in order

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)
        if tag == "mark":
            self.marked.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data
        if "mark" in self.open:
            self.marked[-1] += data


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / NAME).write_text(HOSTILE)
    (folder / "harbours.txt").write_text(PAGED)
    with Dossier.open(settings=make_settings(folder / "index"), encoder=WordHashEncoder()) as opened:
        opened.add([folder / NAME, folder / "harbours.txt"])
        yield opened


def test_the_quotes_of_an_answer_are_marked_and_its_citations_stand_below(dossier):
    answer = dossier.ask(
        "What did the envoy of Batum write about the harbour?", filters=Filters(sources=("harbours.txt",))
    )
    shown = Shown(answer._repr_html_())
    assert shown.marked[: len(answer.quotes)] == [quote.shown for quote in answer.quotes] != []
    listed = [attributes["value"] for tag, attributes in shown.elements if tag == "li"]
    assert listed[: len(answer.cited)] == [str(one.number) for one in answer.cited]
    for citation in answer.cited:
        assert str(citation) in shown.words
        assert "harbours.txt" not in shown.words
        assert f"[{citation.number}]" in shown.words
    assert "p. 12" in shown.words


@pytest.mark.parametrize(
    "ask",
    [
        lambda dossier: dossier.ask("When was the lighthouse built?"),
        lambda dossier: dossier.ask("lighthouse <script>alert(2)</script>"),
        lambda dossier: dossier.ask("Which letters mention the lighthouse?"),
        lambda dossier: dossier.ask("What was written about the lighthouse?", form="overview"),
        lambda dossier: dossier.search("When was the lighthouse built?"),
        lambda dossier: dossier.search('"harbour board"'),
    ],
    ids=["extract", "question", "list", "overview", "passages", "search"],
)
def test_what_a_document_or_a_question_holds_is_text_and_nothing_else(dossier, ask):
    result = ask(dossier)
    shown = Shown(result._repr_html_())
    assert {tag for tag, _ in shown.elements} <= TAGS
    assert {name for _, attributes in shown.elements for name in attributes} <= {
        "class",
        "title",
        "value",
        "style",
    }
    assert {a["style"] for _, a in shown.elements if "style" in a} <= {"white-space: pre-line"}
    words = [one.text for one in result.passages if "lighthouse" in one.text]
    assert words != []
    assert all(" ".join(text.split()) in " ".join(shown.words.split()) for text in words)


def test_a_refusal_is_words_with_nothing_marked_but_the_nearest_passages_words(tmp_path):
    settings = make_settings(tmp_path / "index", answer_threshold=1.0)
    (tmp_path / "harbours.txt").write_text(PAGED)
    with Dossier.open(settings=settings, encoder=WordHashEncoder()) as dossier:
        dossier.add([tmp_path / "harbours.txt"])
        answer = dossier.ask("Who discovered penicillin in the fishing harbour?")
    html = answer._repr_html_()
    assert not answer.answerable
    before, _, nearest = html.partition("<details>")
    assert answer.text in Shown(before.removeprefix('<div class="dossier-answer">')).words
    assert "<mark>" not in before
    assert "The nearest passages" in nearest
    assert "Confidence" not in html


def test_a_search_that_finds_nothing_says_so(dossier):
    assert "No passage holds “aardvark”" in Shown(dossier.search('"aardvark"')._repr_html_()).words
    nothing = dossier.search("harbour", mode="ask", filters=Filters(kinds=("treaty",)))
    assert "No passage fits." in Shown(nothing._repr_html_()).words


@pytest.mark.model
@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_of_the_documentation_gives_what_was_kept_of_its_run(path, onnx_encoder, monkeypatch):
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: onnx_encoder)
    runs = list(run_notebook(path))
    assert [_without_figures(kept) for kept, _ in runs] == [_without_figures(now) for _, now in runs]
    assert sum(bool(shown) for _, (_, shown) in runs) >= 5


def _without_figures(run):
    """Return what was printed and shown without the confidence, which a processor may round otherwise."""
    printed, shown = run
    return printed, re.sub(r"Confidence \d+%", "", shown)
