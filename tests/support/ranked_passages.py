"""Ranked passages made by hand, each a document of its own."""

from chunker.documents import Document, DocumentDate, DocumentMetadata, Passage, Span
from embeddings.search import Hit, Place, Scores
from service.answer import Citation, RankedPassage

DATE = DocumentDate("1937-06-01", "1937-06-01", "day")


def ranked(rank, text):
    document = Document("d", "s", 0, "Talk of Litvinov with Aras", 0, 500, DocumentMetadata(date=DATE))
    passage = Passage("p", "d", 0, 0, len(text), text, 20)
    place = Place(passage, document, "talks.md")
    return RankedPassage(
        Hit(place, 1.0, Scores()), text, Citation(rank, place, Span(0, len(text)), None, None)
    )
