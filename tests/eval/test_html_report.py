import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
from eval.gold.questions import Evidence, GoldQuestion
from eval.measures.response import Response, RetrievedPassage
from eval.reports.html_report import curves_svg, report_html, worst_questions
from eval.runs.run import HIDDEN, QUESTIONS, EvaluatedQuestion, IndexFacts, Run, evaluated

EVIL = "<script>alert('x')</script> & \"co\""


def outcome(identity, *, rank, answerable=True):
    gold = GoldQuestion(identity, f"{EVIL} {identity}?", EVIL, EVIL, answerable, (Evidence(EVIL, EVIL),))
    place = TextSpan("book.txt", 0, 9)
    passage = RetrievedPassage(place, EVIL, title=EVIL, page="404")
    response = Response(EVIL, True, 0.7, (passage,), text=EVIL, timings_ms={EVIL: 3.0, "total": 5.0})
    values = {"hit@5": 1.0, "hit@1": 0.0, "mrr@10": 1 / rank, "answered": 1.0, "confidence": 0.7}
    question = LocatedQuestion(gold, (LocatedEvidence((place,)),) if answerable else ())
    asked = evaluated(question, response, values if answerable else {"answered": 1.0, "confidence": 0.7})
    return replace(asked, first_hit_rank=rank)


@pytest.fixture
def page():
    asked = (outcome("q1", rank=2), outcome("q2", rank=1), outcome("q3", rank=1, answerable=False))
    hidden = (outcome("q1", rank=1, answerable=False),)
    return report_html(Run(EVIL, "2020-01-02", IndexFacts(EVIL, 3), {QUESTIONS: asked, HIDDEN: hidden}))


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
        "Reliability of the confidence, with each question&#39;s evidence there and hidden",
        "Risk by coverage",
        "Latency by stage",
    ]


def test_false_answers_are_shown_with_the_missed_questions(page):
    assert "Where the evidence did not come first" in page
    assert "Answered, though nothing there answers it" in page
    assert page.count('<details class="question">') == 3


def test_a_report_without_questions_still_makes_a_page():
    page = report_html(Run("Empty", "2020", IndexFacts(), {}))
    assert "<h1>Evaluation: Empty</h1>" in page


def record(identity, mrr, rank, *, answerable=True):
    return EvaluatedQuestion(identity, "k", answerable, "mark", {"mrr@10": mrr}, rank)


def test_the_worst_questions_come_first_and_the_best_ones_not_at_all():
    records = [
        record("late", 0.2, 5),
        record("first", 1.0, 1),
        record("never", 0.0, None),
        record("no answer", 0.0, None, answerable=False),
    ]
    assert [one.id for one in worst_questions(records)] == ["never", "late"]


def drawings(page):
    """The plots by their name."""
    found = (ET.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL))  # noqa: S314 - our own
    return {svg.get("aria-label"): svg for svg in found}


def sizes(svg, kind, side):
    return [float(shape.get(side)) for shape in svg.iter("rect") if shape.get("class") == kind]


def words(svg):
    return [text.text for text in svg.iter("text")]


def test_bars_are_as_long_as_their_values(page):
    times = drawings(page)["Latency by stage"]
    assert sizes(times, "bar", "width") == [132.0, 220.0]
    assert words(times) == [EVIL, "3.0 / 3.0", "total", "5.0 / 5.0"]
    hits = drawings(page)["Hits by kind of question"]
    assert (sizes(hits, "bar", "width"), sizes(hits, "bar second", "width")) == ([220.0], [0.0])
    assert words(hits)[1] == "1.00 / 0.00"


def test_columns_are_as_high_as_their_counts(page):
    ranks = drawings(page)["Rank of the first passage with evidence"]
    assert sizes(ranks, "bar", "height") == [160.0, 160.0] + [0.0] * 10
    assert words(ranks)[:4] == ["1", "1", "1", "2"]
    assert words(ranks)[-3:] == ["0", "none", "rank"]


def test_points_stand_where_their_values_are(page):
    (name,) = [name for name in drawings(page) if name.endswith("documents as they are")]
    (dot,) = drawings(page)[name].iter("circle")
    assert [float(dot.get(side)) for side in ("cx", "cy", "r")] == [325.4, 84.0, 10.0]
    assert dot.find("title").text == "3 questions: confidence 0.70, right 0.67"


def test_curves_are_a_file_of_their_own_with_their_own_colours_and_names():
    curves = {"a < b": [(0.0, 0.0), (1.0, 0.5)], "letters": [(0.5, 1.0)]}
    drawn = ET.fromstring(curves_svg(curves, x_label="promised", y_label="held", diagonal=True))  # noqa: S314 - our own
    svg = "{http://www.w3.org/2000/svg}"
    assert drawn.tag == f"{svg}svg"
    assert ".thin" in drawn.find(f"{svg}style").text
    points = [line.get("points").split() for line in drawn.iter(f"{svg}polyline")]
    assert points == [["44.0,200.0", "446.0,113.0"], ["245.0,26.0"]]
    assert [text.text for text in drawn.iter(f"{svg}text")][-4:] == ["promised", "held", "a < b", "letters"]
    assert len({line.get("stroke") for line in drawn.iter(f"{svg}polyline")}) == 2
