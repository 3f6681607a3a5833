"""The one front door: everything that can be done with a collection. It is the public Python interface, too.

::

    from service import Dossier

    with Dossier.open("archive") as dossier:
        dossier.add(["letters/"])
        answer = dossier.ask("When did Anna leave Trieste?")
        for piece in answer.pieces:
            print(piece.text, piece.citation)

HTTP, chat, the Model Context Protocol, the web page, the command line and the evaluation go through it.
What holds for a question is said and counted here once; a door only translates.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.documents import PageMap
from chunker.readers.isolated import IsolatedReader
from chunker.readers.sidecar import checked_description
from service.answer import Answer, IndexState
from service.audit import AuditLog
from service.errors import ConflictError, NotFoundError, QuestionError
from service.library.elsewhere import same_elsewhere
from service.library.facsimiles import BOUNDS, USUAL_WIDTH, Facsimiles
from service.library.fetching import Fetcher
from service.library.ingesting import FileOutcome, ingest_files
from service.library.pages import ingest_page, ingest_pages
from service.library.paging import document_pages
from service.library.pictures import Pictures
from service.library.reading import Reading, SourceText
from service.library.related import RelatedPapers, related_papers
from service.questions import QuestionRules, checked_question
from service.wording.citations import CitedPlace
from service.wording.phrases import source_words

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

    from chunker.documents import Source, Span
    from chunker.readers.finding import FoundFile
    from chunker.readers.page_progress import PagesRead
    from embeddings.encoders.encoder import Encoder
    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.encoding_ahead import BulkEncoder
    from embeddings.indexing.naming import Placing
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.local_index import LocalIndex
    from embeddings.search import Filters, HiddenSpan, SearchOrder
    from embeddings.store.records import DocumentRecord, Facets, IndexInfo, SourceRecord
    from embeddings.store.snapshot import Snapshot
    from service.answer import Found, Piece, SearchResult, Turn
    from service.answering.answerer import Answerer
    from service.audit import Action
    from service.library.facsimiles import PageBoxes, Picture
    from service.questions import Question
    from service.settings import Settings
    from service.understanding.forms import AskedForm
    from service.understanding.search_queries import Mode


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question: ``kind`` is that of its answer, ``search`` or ``refused``."""

    kind: str
    timings_ms: dict[str, float] = field(default_factory=dict)
    failed_quotes: int = 0


class Dossier:
    """A collection of documents that can be asked. Safe to use from many threads.

    ``reader`` reads the files that are added; ``None``: within the usual bounds of memory and time.
    ``facsimiles`` show their pages; ``None``: pictures are drawn anew each time.
    ``fetcher`` fetches pages of the web; ``None``: within the usual bounds, and public ones alone.
    ``observe`` is called with what became of each question. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        index: LocalIndex,
        answerer: Answerer,
        *,
        rules: QuestionRules,
        reader: IsolatedReader | None = None,
        facsimiles: Facsimiles | None = None,
        fetcher: Fetcher | None = None,
        observe: Callable[[Asked], None] | None = None,
    ) -> None:
        self.index = index
        self.answerer = answerer
        self.rules = rules
        self.reader = reader or IsolatedReader()
        self.facsimiles = facsimiles or Facsimiles(index, IsolatedReader(BOUNDS), Pictures(index.folder))
        self.fetcher = fetcher or Fetcher()
        self.observe = observe
        self.audit = AuditLog(index.folder)

    @classmethod
    def open(
        cls,
        data: str | os.PathLike[str] | None = None,
        *,
        collection: str | None = None,
        settings: Settings | None = None,
        encoder: Encoder | None = None,
        read_only: bool = False,
    ) -> Self:
        """Open the collection in the folder ``data``; make an empty one where there is none.

        Several collections stand in one folder, each under its name but for one that needs none.
        Settings are those that ``DOSSIER_*`` variables and ``dossier.toml`` give, and the collection's own,
        unless ``settings`` are given; ``encoder`` replaces the one they name. With ``read_only`` nothing is
        made or changed.

        Raises:
            SettingsError: a setting has a bad value.
            NotFoundError: there is no such collection, and with ``read_only`` or ``settings`` none is made.
            EncoderError: the model, the second one, or the cross-encoder cannot be loaded.
            IndexStoreError: the index cannot be opened, or was made with other settings.
        """
        from service.assembly import (
            load_encoder,
            load_second_encoder,
            make_answerer,
            make_facsimiles,
            make_fetcher,
            make_reader,
            open_index,
            shared,
        )
        from service.collections import create_collection, in_collection, settings_in
        from service.settings import load_settings

        if settings is None:
            loaded = load_settings({"data": data and Path(data), "collection": collection})
            if not read_only:
                with suppress(ConflictError):  # it is there
                    create_collection(loaded.settings.data, loaded.settings.collection)
            settings = in_collection(loaded).settings
        elif collection is not None:
            settings = settings_in(settings, collection)
        encoder = encoder or shared(load_encoder, settings)
        second = shared(load_second_encoder, settings)
        index = open_index(settings, encoder=encoder, second=second, read_only=read_only)
        try:
            answerer = make_answerer(settings, index=index, encoder=encoder)
        except BaseException:
            index.close()
            raise
        return cls(
            index,
            answerer,
            rules=QuestionRules.of(settings),
            reader=make_reader(settings),
            facsimiles=make_facsimiles(settings, index, read_only=read_only),
            fetcher=make_fetcher(settings),
        )

    def close(self) -> None:
        """Close the index; nothing can be asked afterwards."""
        self.reader.close()
        self.facsimiles.close()
        self.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self,
        question: str,
        *,
        top_k: int | None = None,
        mode: Mode | None = None,
        form: AskedForm | None = None,
        order: SearchOrder = "relevance",
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        hidden_spans: Sequence[HiddenSpan] = (),
    ) -> Answer:
        """Answer ``question`` from the ``top_k`` best passages, or say that they do not answer it.

        In the ``mode`` ``search`` its words are looked for as they are written, as in a catalogue, counted
        and quoted, best or, by ``order``, earliest first; in ``ask`` it is a question; ``None``: as its form
        says. ``form`` is ``extract``, ``overview``, ``list`` or ``facts``; ``None``: as the question asks for
        it. ``history`` are the earlier turns of the conversation, oldest first. What overlaps
        ``hidden_spans`` is treated as if the documents did not hold it.

        Raises:
            QuestionError: the question cannot be asked.
        """
        return whole_answer(
            self.stream(
                question,
                top_k=top_k,
                mode=mode,
                form=form,
                order=order,
                filters=filters,
                history=history,
                hidden_spans=hidden_spans,
            )
        )

    def stream(
        self,
        question: str,
        *,
        top_k: int | None = None,
        mode: Mode | None = None,
        form: AskedForm | None = None,
        order: SearchOrder = "relevance",
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        hidden_spans: Sequence[HiddenSpan] = (),
    ) -> Iterator[Found | Piece | Answer]:
        """Yield what :meth:`ask` does as it comes: what is found, each piece of the answer, the whole.

        Raises:
            QuestionError: the question cannot be asked; raised before anything is yielded.
        """
        asked = self._checked(question, top_k=top_k, filters=filters, history=history)
        for event in self.answerer.stream(
            asked.text,
            top_k=asked.top_k,
            mode=mode,
            form=form,
            order=order,
            filters=asked.filters,
            history=asked.history,
            hidden_spans=hidden_spans,
        ):
            if isinstance(event, Answer):
                self._tell(Asked(event.kind, event.timings_ms, event.failed_quotes))
            yield event

    def search(
        self,
        question: str,
        *,
        top_k: int | None = None,
        mode: Mode | None = None,
        order: SearchOrder = "relevance",
        filters: Filters | None = None,
    ) -> SearchResult:
        """Return the ``top_k`` first passages for ``question``; ``mode`` and ``order`` as for :meth:`ask`.

        Raises:
            QuestionError: the question cannot be asked.
        """
        asked = self._checked(question, top_k=top_k, filters=filters)
        result = self.answerer.search(
            asked.text, top_k=asked.top_k, mode=mode, order=order, filters=asked.filters
        )
        self._tell(Asked("search", result.timings_ms))
        return result

    def add(
        self,
        paths: Iterable[str | os.PathLike[str]],
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
    ) -> list[FileOutcome]:
        """Read files, and folders with all below them, into the collection; return what became of each.

        A file that cannot be read is ``failed`` or ``skipped``, and stops no other.

        Raises:
            IndexStoreError: the index cannot be written; what was added before stands.
        """
        from chunker.readers.finding import find_files

        found = find_files(map(Path, paths))
        skipped = [
            FileOutcome(str(one.path), "skipped", error=one.reason, kind=one.kind) for one in found.skipped
        ]
        return [*skipped, *self.add_files(found.files, on_progress=on_progress)]

    def add_files(
        self,
        files: Iterable[FoundFile],
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
        on_pages: Callable[[PagesRead], None] | None = None,
        encode: BulkEncoder | None = None,
    ) -> Iterator[FileOutcome]:
        """Read files that were found into the collection, and yield what became of each as it is done.

        With ``encode`` many are read before what they hold is encoded by it.
        """
        for outcome in ingest_files(
            self.index, files, reader=self.reader, on_progress=on_progress, on_pages=on_pages, encode=encode
        ):
            self._note_added(outcome)
            yield outcome

    def add_page(
        self,
        url: str,
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
        on_pages: Callable[[PagesRead], None] | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> SourceChange:
        """Fetch a page of the web into the collection, unless its server says that it has not changed.

        ``on_wait`` is called while it is fetched, and while another run is at work on the index, and may
        raise; without it another run ends this one.

        Raises:
            FetchError: the page is not to be had, or not within the bounds.
            UnreadableSourceError: it cannot become text.
        """
        change = ingest_page(
            self.index,
            url,
            fetcher=self.fetcher,
            reader=self.reader,
            on_progress=on_progress,
            on_pages=on_pages,
            on_wait=on_wait,
        )
        self._note_added(change)
        return change

    def add_pages(
        self,
        urls: Iterable[str],
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
        on_pages: Callable[[PagesRead], None] | None = None,
    ) -> Iterator[FileOutcome]:
        """Fetch pages of the web into the collection, and yield what became of each as it is done."""
        for outcome in ingest_pages(
            self.index,
            urls,
            fetcher=self.fetcher,
            reader=self.reader,
            on_progress=on_progress,
            on_pages=on_pages,
        ):
            self._note_added(outcome)
            yield outcome

    def kept_files(self) -> list[FoundFile]:
        """Return the files that are kept of the sources, to be read again."""
        return self.index.kept_files()

    def add_source(
        self,
        source: Source,
        *,
        original: Path | None = None,
        placing: Placing = "path",
        on_progress: Callable[[IndexingProgress], None] | None = None,
    ) -> SourceChange:
        """Add a source that was read from the file ``original``, in the place of the one at its path.

        Where ``placing`` is ``name`` also of one that is shown under its name; where it is ``beside``, one at
        its path that has other bytes stays, and the new one gets a number: ``notes (2).txt``.
        """
        change = self.index.add_source(source, original=original, placing=placing, on_progress=on_progress)
        self._note_added(change)
        return change

    def original(self, id_or_name: str) -> tuple[SourceRecord, Path]:
        """Return a source and where its file is kept as it came.

        Raises:
            NotFoundError: there is no such source, or its file is not kept.
        """
        record = self.source(id_or_name)
        path = self.index.original(record.id, is_checked=True)
        if path is None:
            raise NotFoundError(
                f"The file {record.name} is not kept, or damaged: "
                "set DOSSIER_KEEP_ORIGINALS=yes and add it again."
            )
        return record, path

    def describe(
        self,
        id_or_name: str,
        description: Mapping[str, object],
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
    ) -> SourceChange:
        """Say what a source is as a publication, before what it states of itself; ``None`` takes that back.

        ``description`` has some of ``title``, ``authors``, ``publisher``, ``place``, ``year`` and ``rights``.

        Raises:
            NotFoundError: there is none of that id or name.
            DescriptionError: a name or a value cannot be taken.
        """
        record = self.source(id_or_name)
        checked = checked_description(description)
        change = self.index.describe(record.id, checked, on_progress=on_progress)
        if change is None:
            raise _no_source(id_or_name)
        self.audit.append("described", record.name, record.id)
        return change

    def delete(self, id_or_name: str) -> SourceRecord:
        """Delete a source under all its names; the file itself stays where it is.

        Raises:
            NotFoundError: there is none of that id or name.
        """
        record = self.source(id_or_name)
        if not self.index.delete(record.id):
            raise _no_source(id_or_name)
        self.audit.append("deleted", record.name, record.id)
        return record

    def delete_file(self, path: str) -> SourceRecord:
        """Delete what was read from the file at ``path``; of a source that others have, too, only that name.

        Raises:
            NotFoundError: nothing was read from there.
        """
        with self.snapshot() as snapshot:
            record = snapshot.source_at(path)
        if record is None or not self.index.delete(record.id, path=path):
            raise NotFoundError(f"Nothing in the index was read from {path}, or no longer.")
        self.audit.append("deleted", path if record.copies else record.name, record.id)
        return record

    def picture(self, id_or_name: str, position: int, *, width_pixels: int = USUAL_WIDTH) -> Picture:
        """Return the page at ``position``, from 1, of a source as it looks, at least so wide if may be.

        Raises:
            NotFoundError: there is no such source or page, or it cannot be shown.
        """
        return self.facsimiles.picture(self.source(id_or_name), position, width_pixels=width_pixels)

    def boxes(self, id_or_name: str, span: Span) -> list[PageBoxes]:
        """Return the pages on which the words at ``span`` of a source stand, and where on them.

        Raises:
            NotFoundError: there is no such source, or its pages cannot be shown.
        """
        with self.snapshot() as snapshot:
            record = snapshot.source(id_or_name)
            if record is None:
                raise _no_source(id_or_name)
            return self.facsimiles.boxes(snapshot, record, span)

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Give the collection as it is now, for several reads of one moment."""
        return self.index.snapshot()

    def info(self) -> IndexInfo:
        """Return the collection in figures."""
        with self.snapshot() as snapshot:
            return snapshot.info()

    def index_state(self) -> IndexState:
        """Return which index is asked."""
        return IndexState.of(self.info())

    def sources(self, *, offset: int = 0, limit: int | None = None) -> list[SourceRecord]:
        """Return a part of the sources in the order of their names, by default all."""
        with self.snapshot() as snapshot:
            return snapshot.sources(offset=offset, limit=limit)

    def source(self, id_or_name: str) -> SourceRecord:
        """Return the source with that id, or else the one known under that name.

        Raises:
            NotFoundError: there is none.
        """
        with self.snapshot() as snapshot:
            record = snapshot.source(id_or_name)
        if record is None:
            raise _no_source(id_or_name)
        return record

    def documents(
        self,
        *,
        filters: Filters | None = None,
        title_contains: str | None = None,
        after: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[list[DocumentRecord], int]:
        """Return a part of the documents that pass, by source and place in it, and how many pass in all.

        ``after`` is the id of the one that the part follows on.

        Raises:
            NotFoundError: there is none of that id.
        """
        from embeddings.search import Filters

        with self.snapshot() as snapshot:
            return snapshot.documents(
                filters=filters or Filters(),
                title_contains=title_contains,
                after=_document(snapshot, after)[0] if after else None,
                offset=offset,
                limit=limit,
            )

    def facets(self, *, filters: Filters | None = None) -> Facets:
        """Return what the documents that pass can be filtered by, with counts."""
        with self.snapshot() as snapshot:
            return snapshot.facets(filters) if filters else snapshot.facets()

    def read(self, document_id: str) -> Reading:
        """Return a document to read: its text and pages, its neighbours, and where the same paper stands.

        Raises:
            NotFoundError: there is no such document.
        """
        with self.snapshot() as snapshot:
            record, source = _document(snapshot, document_id)
            previous, following = snapshot.neighbours(document_id)
            page_map = snapshot.page_map(source.id, record.document.span) or PageMap()
            return Reading(
                record=record,
                source=source,
                source_text=SourceText(partial(self._text, source.id)),
                page_map=page_map,
                pages=document_pages(page_map, record.document),
                previous=previous,
                next=following,
                elsewhere=tuple(same_elsewhere(snapshot, document_id)),
                ocr_confidence=snapshot.ocr_confidence(document_id),
            )

    def related(self, reading: Reading) -> RelatedPapers:
        """Return the papers beside one that is read: between the same two people, and about the like."""
        same = [place.document.id for place in reading.elsewhere]
        with self.snapshot() as snapshot:
            return related_papers(snapshot, reading.document, without=same)

    def _text(self, source_id: str, start_char: int, end_char: int) -> str:
        with self.snapshot() as snapshot:
            return snapshot.text(source_id, start_char, end_char) or ""

    def cite(self, document_id: str, span: Span | None = None) -> CitedPlace:
        """Return what is cited: a document, or the pages of the part of it that ``span`` of its source takes.

        Raises:
            NotFoundError: there is no such document.
        """
        with self.snapshot() as snapshot:
            record, source = _document(snapshot, document_id)
            page_map = snapshot.page_map(source.id, record.document.span) or PageMap()
        document = record.document
        start, end = document.start_char, document.end_char
        if span is not None and max(span.start_char, start) < min(span.end_char, end):
            start, end = max(span.start_char, start), min(span.end_char, end)
        return CitedPlace(
            document,
            record.source_name,
            container=source_words(source.label, source.name) if source.documents > 1 else None,
            bibliography=source.bibliography,
            page=page_map.at(start),
            page_end=page_map.at(end - 1),
        )

    def _checked(
        self,
        text: str,
        *,
        top_k: int | None,
        filters: Filters | None,
        history: Sequence[Turn] = (),
    ) -> Question:
        try:
            return checked_question(text, self.rules, top_k=top_k, filters=filters, history=history)
        except QuestionError:
            self._tell(Asked("refused"))
            raise

    def _note_added(self, change: SourceChange | FileOutcome) -> None:
        """Note who added a source, gave one a further name, or put one in the place of another."""
        if change.has_changed and change.status != "unchanged":
            action: Action = "replaced" if change.status == "replaced" else "added"
            self.audit.append(action, change.name, change.source_id or "")

    def _tell(self, asked: Asked) -> None:
        if self.observe is not None:
            self.observe(asked)


def whole_answer(events: Iterable[Found | Piece | Answer]) -> Answer:
    """Return what a stream of an answer ends with."""
    *_, answer = events
    if not isinstance(answer, Answer):
        raise TypeError("a stream of an answer ends with the answer")
    return answer


def _document(snapshot: Snapshot, document_id: str) -> tuple[DocumentRecord, SourceRecord]:
    record = snapshot.document(document_id)
    source = snapshot.source(record.document.source_id) if record else None
    if record is None or source is None:
        raise NotFoundError(f"There is no document {document_id} in the index, or no longer.")
    return record, source


def _no_source(id_or_name: str) -> NotFoundError:
    return NotFoundError(f"There is no source {id_or_name} in the index, or no longer.")
