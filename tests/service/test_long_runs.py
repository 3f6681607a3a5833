"""What is read of files, and what callers send, takes a time that grows with its length alone.

Each way is given runs of what regular expressions stumble over: at 8,000 characters a time that grows with
the square is a hundred times what one pass takes, and is then measured at twice and four times the length.
"""

import json
import re
import time
from contextlib import suppress

import pytest

from chunker.chunking import ChunkingSettings, chunk
from chunker.documents import Source
from chunker.errors import UnreadableSourceError
from chunker.metadata.asked_times import read_asked_times
from chunker.metadata.kinds import opens_like_a_paper, read_kind
from chunker.metadata.mentions import find_mentions
from chunker.metadata.placed_dates import place_dates
from chunker.readers.reading import read_bytes
from chunker.segmenting.title_lines import may_be_title
from chunker.text.blocks import plain
from chunker.text.forms import read_form
from chunker.text.normalising import fold, tidy
from chunker.text.scripts import in_one_script
from chunker.text.sentences import sentence_spans
from chunker.text.tokens import TokenLimit
from embeddings.ranking.wording import read_words
from service.language_model.citing import with_plain_citations
from service.openai_api.conversations import follow_up_of, questions_of
from service.openai_api.orders import Order, read_order
from service.openai_api.schemas import ChatMessage
from service.understanding.search_queries import mode_of, read_search
from service.understanding.wrapping import core_question

CHARS = 8_000
NOTICED_SECONDS = 0.25
"""What takes longer is looked at closely: one pass over so little text takes some hundredths of a second."""
RUNS = [
    *" \n\t0Aa(.-\"'<>[]{}*_#|,;:/\\@&%é",
    *(
        "a ",
        "A ",
        "Ab ",
        "0 ",
        "1. ",
        "a. ",
        "A. ",
        "a, ",
        "a-\n",
        "\n\n",
        " \n",
        "[0]",
        "(a",
        "<a ",
        "</a>",
        "a\n",
    ),
    *("<user>", "```\n", "<chat_history>", "###", "follow-up question: ", "emoji "),
    *(
        "A.B",
        "12 May ",
        "1940-",
        "p. 1\n",
        "№ ",
        "vol. ",
        "- a\n",
        "| a ",
        "I.",
        "User: ",
        "Q: ",
        '"a" ',
        "a" * 70 + "\n",
    ),
]


def read_as(name, before="", after=""):
    def read(text):
        with suppress(UnreadableSourceError):  # a run of marks may be no such file
            read_bytes((before + text + after).encode(), name=name)

    return read


def chunked(text):
    source = Source("0" * 16, "run.txt", "text/plain", f"# Letter\n\n{text}", len(text.encode()))
    window = TokenLimit(lambda words: len(re.findall(r"\w+", words)), 256)
    chunk(source, settings=ChunkingSettings(), window=window)


def ordered(text):
    for message in (text, f"Write a title for this: {text}", f"{text}\nThe question that stands alone:"):
        messages = [ChatMessage(role="system", content=text), ChatMessage(role="user", content=message)]
        read_order(messages)
        order = Order("title", message, is_of_system=False, is_in_last=True)
        questions_of(messages, order)
        follow_up_of(messages, order)


WAYS = {
    "text": read_as("a.txt"),
    "markdown": read_as("a.md"),
    "html": read_as("a.html", "<html><body><h1>A</h1><p>", "</p></body></html>"),
    "latex": read_as("a.tex", "\\begin{document}", "\\end{document}"),
    "rtf": read_as("a.rtf", "{\\rtf1 ", "}"),
    "mail": read_as("a.eml", "From: a@b.c\nSubject: A\nContent-Type: text/plain\n\n"),
    "mail's head": read_as("a.eml", "Subject: ", "\n\nWords."),
    "table": read_as("a.csv", "a,b\n1,2\n"),
    "subtitles": read_as("a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\n"),
    "json": lambda text: read_as("a.json")(json.dumps({"text": text})),
    "passages": chunked,
    "tidied": tidy,
    "folded": fold,
    "sentences": lambda text: list(sentence_spans(text)),
    "titles": lambda text: (read_kind(text), opens_like_a_paper(text), may_be_title(text), plain(text)),
    "forms": read_form,
    "letters": in_one_script,
    "citations": lambda text: with_plain_citations(text, {1}),
    "words": read_words,
    "names": find_mentions,
    "times": read_asked_times,
    "dates": place_dates,
    "question": core_question,
    "search": lambda text: (mode_of(text), read_search(text)),
    "chat": ordered,
}


def seconds(way, run, chars):
    text = (run * (chars // len(run) + 1))[:chars] + "."
    best = 1e9
    for _ in range(2):
        began = time.perf_counter()
        way(text)
        best = min(best, time.perf_counter() - began)
        if best < NOTICED_SECONDS:
            break
    return best


@pytest.mark.parametrize("name", WAYS)
def test_no_run_takes_a_time_that_grows_with_its_square(name):
    way = WAYS[name]
    way("Words. ")  # what is read once for all
    slow = {}
    for run in RUNS:
        if seconds(way, run, CHARS) > NOTICED_SECONDS:
            once, fourfold = seconds(way, run, CHARS), seconds(way, run, 4 * CHARS)
            if fourfold > 8 * once:
                slow[run] = (round(once, 2), round(fourfold, 2))
    assert slow == {}
