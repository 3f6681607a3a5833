"""Books set page by page for tests: their contents name pages, and where each page begins is known."""

import random
import textwrap
from dataclasses import dataclass, field

from chunker.documents import Source

_SYLLABLES = "ba ko ri len tas mu dor vi sel nan pe gor ul fa mir tek zo hal".split()
_MONTHS = "January February March April May June July August September October November December".split()
_KINDS = ("Telegram", "Letter", "Note", "Report")


@dataclass
class Book:
    """A book's text; ``page_starts`` are (offset, page), ``paper_starts`` the offsets of titles."""

    text: str
    page_starts: list
    paper_starts: list
    pages_of_papers: list
    titles: list
    misprints: dict = field(default_factory=dict)

    @property
    def source(self):
        return Source("id", "book.txt", "text/plain", self.text, len(self.text.encode()))

    def page_at(self, offset):
        return [page for start, page in self.page_starts if start <= offset][-1]


@dataclass(frozen=True)
class Setting:
    """How a book is set: the size of its pages, the form of its contents, what page breaks leave."""

    line_width: int = 68
    page_lines: int = 38
    first_page: int = 7
    entry: str = "{title} - **P{page}**"
    title: str = "**{title}**"
    cuts_paragraphs: bool = True
    shares_pages: bool = False  # a paper may begin on the page on which the one before it ends


def _name(rng):
    return "".join(rng.choices(_SYLLABLES, k=3)).capitalize()


def _sentence(rng):
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 3))) for _ in range(rng.randint(6, 22))]
    return " ".join(words).capitalize() + "."


def write_book(*, papers, seed=1, setting=None, misprints=(), max_sentences=60):
    """Return a book of ``papers`` papers; the pages of those numbered in ``misprints`` are wrong."""
    setting = setting or Setting()
    rng = random.Random(seed)  # noqa: S311 - a repeatable book, no secret
    heads = []
    for number in range(papers):
        title = f"{rng.choice(_KINDS)} of the minister {_name(rng)} to the ambassador {_name(rng)}"
        heads.append((title, f"{_MONTHS[number % 12]} {number % 28 + 1}, {1900 + number // 12}"))
    body, state = [], {"line": 0, "page": setting.first_page, "length": 0}
    page_starts, paper_starts, pages = [(0, setting.first_page)], [], []
    for number, (title, date) in enumerate(heads):
        if number and not setting.shares_pages:
            _turn_page(state, page_starts)
        if state["line"] + 6 > setting.page_lines:
            _turn_page(state, page_starts)
        paper_starts.append(state["length"])
        pages.append(state["page"])
        for line in (setting.title.format(title=title), date):
            _put(body, state, line, lines=-(-len(line) // setting.line_width) + 1)
        sentences = [_sentence(rng) for _ in range(rng.randint(2, max_sentences))]
        while sentences:
            count = rng.randint(2, 7)
            _set_paragraph(body, state, page_starts, " ".join(sentences[:count]), setting)
            sentences = sentences[count:]
    wrong = {number: pages[number] + rng.choice((-60, 70, 90)) for number in misprints}
    entries = [
        setting.entry.format(
            title=f"{date}, {title[0].lower()}{title[1:]}", page=wrong.get(number, pages[number])
        )
        for number, (title, date) in enumerate(heads)
    ]
    front = "A Book of Papers\n\n## CONTENTS\n\n" + "\n\n".join(entries) + "\n\n"
    shift = len(front)
    return Book(
        text=front + "".join(body),
        page_starts=[(start + shift, page) for start, page in page_starts],
        paper_starts=[start + shift for start in paper_starts],
        pages_of_papers=pages,
        titles=[title for title, _ in heads],
        misprints=wrong,
    )


def _turn_page(state, page_starts):
    state["line"], state["page"] = 0, state["page"] + 1
    if page_starts[-1][0] == state["length"]:
        page_starts.pop()
    page_starts.append((state["length"], state["page"]))


def _put(body, state, text, *, lines):
    body.append(text + "\n\n")
    state["length"] += len(text) + 2
    state["line"] += lines


def _set_paragraph(body, state, page_starts, text, setting):
    lines = textwrap.wrap(text, setting.line_width)
    while lines:
        room = setting.page_lines - state["line"]
        if room < 1:
            _turn_page(state, page_starts)
            continue
        now, lines = lines[:room], lines[room:]
        if not lines or setting.cuts_paragraphs:
            _put(body, state, " ".join(now), lines=len(now) + (0 if lines else 1))
        else:  # the page ends inside the paragraph and leaves no trace
            body.append(" ".join(now) + " ")
            state["length"] += len(" ".join(now)) + 1
            state["line"] += len(now)
