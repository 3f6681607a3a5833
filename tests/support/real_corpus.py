"""The real documents in corpus/, for tests."""

from functools import cache
from pathlib import Path

from chunker.documents import Source, content_id
from chunker.segmenting.cuts import segment

CORPUS = Path(__file__).parents[2] / "corpus"
BOOK = "001_2b0cd471ec2c66ee.txt"


@cache
def corpus_source(name):
    text = (CORPUS / name).read_text("utf-8")
    return Source(content_id(text), name, "text/plain", text, len(text.encode()))


@cache
def corpus_segmentation(name):
    return segment(corpus_source(name))


def book_text():
    return corpus_source(BOOK).text
