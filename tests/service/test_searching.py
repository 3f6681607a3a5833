"""Catalogue searches told as answers: everything counted, the best quoted, nothing denied that is there."""

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source
from service_support import dossier_over

from embeddings.local_index import LocalIndex
from embeddings.search import Filters, HiddenSpan

SHORES = ("Skagen", "Mandø", "Łeba", "Ærø")
PAPERS = {
    f"keeper {number}.txt": (
        f"Letter of the keeper of {shore}\n\n{number} May 19{number:02}\n\nThe old lamp\nof {shore} was lit. "
        f"{'The lens was ground in Paris. ' if number > 1 else ''}We lack oil for the lamps of the harbour.\n"
    )
    for number, shore in enumerate(SHORES, start=1)
}
MINUTES = (
    "Minutes of the council\n\n"
    + "The members voted on the road, the school and the mole. " * 40
    + (
        "a list of "
        + "nets, ropes, tar, " * 40
        + "one storm lantern, "
        + "hooks, lines, buoys, " * 40
        + "and salt.\n"
    )
)


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    with LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source(name, text) for name, text in {**PAPERS, "minutes.txt": MINUTES}.items()])
        yield dossier_over(index, threshold=1.0)


def test_all_are_counted_and_the_best_are_quoted_with_their_words_marked(dossier):
    answer = dossier.ask('"old lamp" -Mandø', top_k=2)

    assert answer.text.startswith(
        "3 passages in 3 documents hold “old lamp” and not “Mandø”.\n\nLetter of the"
    )
    assert (answer.form, answer.kind, answer.total) == ("list", "extractive", 3)
    assert (answer.counted.passages, answer.counted.documents, answer.counted.is_whole) == (3, 3, True)
    assert answer.rule.endswith("shown are the 2 in which they weigh most.")
    assert answer.interpretation.mode == "search"
    assert [quote.text.partition(" of ")[0] for quote in answer.quotes] == ["The old lamp"] * 2
    assert [[part for part, is_marked in quote.parts if is_marked] for quote in answer.quotes] == [
        ["old lamp"]
    ] * 2
    for passage in answer.passages:
        assert [passage.text[span.start_char : span.end_char] for span in passage.highlights] == ["old lamp"]


def test_a_word_is_no_other_of_its_stem_unless_it_is_cut_off(dossier):
    assert dossier.ask("lamps").counted.words == "4 passages in 4 documents hold “lamps”."
    of_stem = dossier.ask("vote*").counted.passages
    assert dossier.ask("vote").text == f"No passage holds “vote”. “vote*” stands in {of_stem} passages."


@pytest.mark.parametrize("asked", ["Mandø", "mando", "MANDØ", '"Mandø"', "Mandoe", "Leba", '"Mandoe"'])
def test_letters_may_be_written_plainly(dossier, asked):
    answer = dossier.ask(asked)
    assert answer.total == 1
    marked = {
        passage.text[mark.start_char : mark.end_char]
        for passage in answer.passages
        for mark in passage.highlights
    }
    assert marked <= {"Mandø", "Łeba"}
    assert marked


def test_filters_hold_and_are_told(dossier):
    answer = dossier.ask("lens", filters=Filters(sources=("keeper 2.txt",)))
    assert answer.text.startswith("One passage in one document holds “lens” under the filters given.")
    assert {passage.citation.place.source_name for passage in answer.passages} == {"keeper 2.txt"}
    assert dossier.ask("lens", filters=Filters(sources=("minutes.txt",))).text == (
        "No passage holds “lens” under the filters given."
    )


def test_what_is_hidden_is_not_there(dossier):
    name = "keeper 2.txt"
    hidden = dossier.ask("Mandø", hidden_spans=[HiddenSpan(name, 0, len(PAPERS[name]))])
    assert hidden.text == "No passage holds “Mandø”."


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("lens AND quay", "No passage holds “lens” and “quay”. “lens” stands in 3 passages, “quay” in none."),
        ('"lamp oil"', "No passage holds “lamp oil”. “lamp” stands in 4 passages, “oil” in 4 passages."),
        ("Skaggen", "No passage holds “Skaggen”. For “Skaggen” perhaps “Skagen” is meant."),
        ("lens -Paris", "No passage holds “lens” and not “Paris”. “lens” stands in 3 passages."),
        ("qu* -lens", "No passage holds “qu*” and not “lens”."),
        (
            "-lamp",
            "There is nothing in this to search for: it has no words, or only such as must not be there.",
        ),
    ],
)
def test_nothing_found_is_said_with_what_comes_near(dossier, query, told):
    answer = dossier.ask(query)
    assert (answer.text, answer.kind, answer.form, answer.answerable) == (told, "none", "none", False)


def test_what_cannot_be_read_as_it_stands_is_searched_as_words_and_says_so(dossier):
    answer = dossier.ask('lens AND ("ground', mode="search")
    assert answer.text.startswith("3 passages in 3 documents hold “lens” and “ground”.")
    assert "its words were looked for" in answer.notice


def test_a_long_sentence_is_quoted_around_the_words(dossier):
    answer = dossier.ask('"storm lantern"')
    [quote] = answer.quotes
    assert "storm lantern" in quote.text
    assert len(quote.text.split()) <= 60


def test_a_mode_goes_before_the_form(dossier):
    assert dossier.ask("lens", mode="ask").interpretation.mode == "ask"
    assert dossier.ask("Who ground the lens?", mode="search").text.startswith("No passage holds “Who” and")
    assert dossier.ask("lens", form="overview").interpretation.mode == "ask"
    assert dossier.search("lens").counted.documents == 3
    assert dossier.search("lens", mode="ask").counted is None


def test_an_empty_index_is_told(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        for query in ("lens", "-lens"):
            assert dossier_over(index).ask(query).text.startswith("Nothing is indexed yet")
