import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from eval.gold.questions import Evidence, GoldQuestion
from eval.measures.matching import LocatedEvidence, LocatedQuestion
from eval.measures.response import Response, RetrievedPassage, TextSpan
from eval.reports.html_report import report_html, worst_questions
from eval.reports.plots import Bar, Point, bar_plot, column_plot, square_plot
from eval.reports.report import (
    HIDDEN,
    QUESTIONS,
    IndexFacts,
    QuestionRecord,
    Report,
    Shown,
    Wanted,
    build_section,
)
from eval.runs.runner import Outcome

EVIL = "<script>alert('x')</script> & \"co\""


def outcome(identity, *, rank, answerable=True):
    gold = GoldQuestion(identity, f"{EVIL} {identity}?", EVIL, EVIL, answerable, (Evidence(EVIL, EVIL),))
    place = TextSpan("book.txt", 0, 9)
    passage = RetrievedPassage(place, EVIL, title=EVIL, page="404")
    response = Response(EVIL, True, 0.7, (passage,), text=EVIL, timings_ms={EVIL: 3.0, "total": 5.0})
    values = {"hit@5": 1.0, "hit@1": 0.0, "mrr@10": 1 / rank, "answered": 1.0, "confidence": 0.7}
    question = LocatedQuestion(gold, (LocatedEvidence((place,)),) if answerable else ())
    return Outcome(question, response, values if answerable else {"answered": 1.0}, rank)


@pytest.fixture
def page():
    outcomes = (outcome("q1", rank=2), outcome("q2", rank=1), outcome("q3", rank=1, answerable=False))
    hidden = (outcome("q1", rank=1, answerable=False),)
    sections = {
        QUESTIONS: build_section(outcomes),
        HIDDEN: build_section(hidden, answered_otherwise=outcomes),
    }
    return report_html(Report(EVIL, "2020-01-02", IndexFacts(EVIL, 3, 1, None), sections))


class Checker(HTMLParser):
    """Gathers the tags and checks that each is closed in order."""

    VOID = frozenset({"meta", "br", "link"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.addresses = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(page):
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.addresses == []
    assert not {"script", "link", "img", "iframe"} & set(checker.tags)
    assert "http" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_text_from_documents_is_escaped_wherever_it_stands(page):
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 10


def test_the_page_follows_the_readers_choice_of_light_or_dark(page):
    assert "@media (prefers-color-scheme: dark)" in page
    assert '<meta name="viewport"' in page


def test_every_plot_is_drawn_and_named(page):
    assert re.findall(r'aria-label="([^"]*)"', page) == [
        "Hits by kind of question",
        "Rank of the first passage with evidence",
        "Reliability of the confidence, with the documents as they are",
        "Risk by coverage",
        "Reliability of the confidence, with each question&#x27;s evidence there and hidden",
        "Latency by stage",
    ]


def test_false_answers_are_shown_with_the_missed_questions(page):
    assert "Where the evidence did not come first" in page
    assert "Answered, though nothing there answers it" in page
    assert page.count('<details class="question">') == 3


def test_a_report_without_questions_still_makes_a_page():
    page = report_html(Report("Empty", "2020", IndexFacts(), {}))
    assert "<h1>Evaluation: Empty</h1>" in page


def record(identity, mrr, rank, *, answerable=True):
    return QuestionRecord(
        identity,
        "?",
        "k",
        answerable,
        {"mrr@10": mrr},
        rank,
        wanted=(Wanted("w", "", False),),
        retrieved=(Shown("t", "s", None, "x", False),),
    )


def test_the_worst_questions_come_first_and_the_best_ones_not_at_all():
    records = [
        record("late", 0.2, 5),
        record("first", 1.0, 1),
        record("never", 0.0, None),
        record("no answer", 0.0, None, answerable=False),
    ]
    assert [one.id for one in worst_questions(records)] == ["never", "late"]


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def test_bars_are_as_long_as_their_values():
    drawing = parsed(bar_plot([Bar("<half>", 0.5, 0.25), Bar("whole", 1.0)], title="T", maximum=1.0))
    widths = [float(bar.get("width")) for bar in drawing.iter("rect")]
    assert widths == [pytest.approx(widths[2] / 2, abs=0.1), pytest.approx(widths[2] / 4, abs=0.1), widths[2]]
    assert [text.text for text in drawing.iter("text")] == ["<half>", "0.50 / 0.25", "whole", "1.00"]


def test_columns_are_as_high_as_their_counts():
    drawing = parsed(column_plot([Bar("1", 10), Bar("2", 5), Bar("none", 0)], title="T", x_label="rank"))
    heights = [float(bar.get("height")) for bar in drawing.iter("rect")]
    assert heights == [heights[0], pytest.approx(heights[0] / 2, abs=0.1), 0.0]


def test_points_stand_where_their_values_are():
    svg = square_plot(
        [Point(0.0, 0.0, 0.5, "a < b"), Point(1.0, 1.0, 0.5)], title="T", x_label="x", y_label="y", dots=True
    )
    first, last = parsed(svg).iter("circle")
    assert float(first.get("cx")) < float(last.get("cx"))
    assert float(first.get("cy")) > float(last.get("cy"))
    assert first.find("title").text == "a < b"


@pytest.mark.parametrize("draw", [bar_plot, lambda bars, title: column_plot(bars, title=title, x_label="")])
def test_nothing_to_draw_is_an_empty_drawing(draw):
    assert parsed(draw([], title="T")).get("role") == "img"
