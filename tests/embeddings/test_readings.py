"""What a reader found beside the text is kept: documents that the format tells, and notices."""

from encoders import WordHashEncoder
from index_support import CHUNKING, make_source, now

from chunker.documents import DocumentDate, DocumentMetadata, StatedDocument
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex

MONDAY = DocumentDate("2003-05-05", "2003-05-05", "day")
MAILS = make_source(
    "letters.mbox",
    "The harbour is full of ice.\n\nThe harbour is full of ships.",
    stated_documents=(
        StatedDocument(0, "Ice", DocumentMetadata(MONDAY, "email", ("Anna Weber", "Orest Bely"))),
        StatedDocument(29, "", DocumentMetadata(kind="email")),
    ),
    notices=("1 of 3 mails is damaged",),
)


def told(index):
    documents, _ = now(index).documents()
    return [(one.document.title, one.document.metadata) for one in documents]


def test_documents_that_the_format_tells_outlive_a_rebuild(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        assert [change.documents for change in index.add([MAILS])] == [2]
        assert sorted(title for title, _ in told(index)) == ["Ice", "The harbour is full of ships."]
        before = told(index)
    rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        assert told(index) == before
        assert now(index).sources()[0].notices == MAILS.notices
        assert MAILS.stated_documents[0].metadata in [metadata for _, metadata in before]
        assert [change.status for change in index.add([MAILS])] == ["unchanged"]
