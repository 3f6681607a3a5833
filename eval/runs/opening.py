"""Opens what is asked: a data folder as the service does, or a temporary index of given sources."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.errors import ExternalSetError
from eval.gold.evidence import SourceTexts, TextSpan
from eval.gold.survey import Documents, IndexedDocument
from eval.measures.pages import PagedSource, PageOf, page_truth
from eval.runs.asking import Ask, ask_through
from eval.runs.run import IndexFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from chunker.documents import Source
    from embeddings.encoders.encoder import Encoder
    from embeddings.store.records import DocumentRecord, SourceRecord
    from embeddings.store.snapshot import Snapshot
    from eval.gold.external import QuestionSet
    from service.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Opened:
    """What questions are put to, and what the responses are measured against."""

    dossier: Dossier
    encoder: Encoder
    folder: Path
    ask: Ask
    sources: SourceTexts
    page_of: PageOf
    documents: Documents
    facts: IndexFacts


@contextmanager
def open_data_folder(data: Path | None, *, encoder: Encoder | None = None) -> Iterator[Opened]:
    """Open a data folder for reading, exactly as the service would; ``None`` takes the configured one.

    ``encoder`` replaces the configured model.
    """
    with _dossier(data, encoder=encoder, read_only=True) as (dossier, used, folder):
        yield _opened(dossier, used, folder)


@contextmanager
def open_external(
    external: QuestionSet,
    *,
    data: Path | None = None,
    encoder: Encoder | None = None,
    on_progress: Callable[[], None] | None = None,
) -> Iterator[Opened]:
    """Index another's set and open the index; raises like :func:`open_sources`."""
    with open_sources(
        external.sources, name=external.name, data=data, encoder=encoder, on_progress=on_progress
    ) as opened:
        yield opened


@contextmanager
def open_sources(
    sources: Sequence[Source],
    *,
    name: str,
    data: Path | None = None,
    encoder: Encoder | None = None,
    on_progress: Callable[[], None] | None = None,
) -> Iterator[Opened]:
    """Index sources and open the index; it is kept only where ``data`` names a folder for it.

    ``on_progress`` is called after each source.

    Raises:
        ExternalSetError: the folder holds sources that are not of these.
    """
    with (
        tempfile.TemporaryDirectory(prefix="dossier-eval-") as temporary,
        _dossier(data or Path(temporary), encoder=encoder, read_only=False) as (dossier, used, folder),
    ):
        names = [source.name for source in sources]
        refuse_strangers(dossier.sources(), names, folder=folder, name=name)
        _add(dossier, sources, on_progress)
        yield _opened(dossier, used, folder)


def grown(
    opened: Opened, sources: Iterable[Source], *, on_progress: Callable[[], None] | None = None
) -> Opened:
    """Return what was opened with more sources in its index."""
    _add(opened.dossier, sources, on_progress)
    return _opened(opened.dossier, opened.encoder, opened.folder)


def _add(dossier: Dossier, sources: Iterable[Source], on_progress: Callable[[], None] | None) -> None:
    for source in sources:
        dossier.add_source(source)
        if on_progress:
            on_progress()


@contextmanager
def _dossier(
    data: Path | None, *, encoder: Encoder | None, read_only: bool
) -> Iterator[tuple[Dossier, Encoder, Path]]:
    from service.assembly import load_encoder
    from service.dossier import Dossier
    from service.settings import load_settings

    settings = load_settings({"data": data}).settings
    encoder = encoder or load_encoder(settings)
    with Dossier.open(settings=settings, encoder=encoder, read_only=read_only) as dossier:
        yield dossier, encoder, settings.data


def refuse_strangers(held: Iterable[SourceRecord], names: Iterable[str], *, folder: Path, name: str) -> None:
    """Raise ExternalSetError where the index in ``folder`` holds a source that is not of the set ``name``."""
    known = set(names)
    stranger = next((record.name for record in held if record.name not in known), None)
    if stranger is not None:
        raise ExternalSetError(f"{folder}: holds {stranger!r}, which is not of {name}; give an empty folder")


def _opened(dossier: Dossier, encoder: Encoder, folder: Path) -> Opened:
    with dossier.snapshot() as snapshot:
        info = snapshot.info()
        texts = {record.name: snapshot.source_text(record.id) or "" for record in snapshot.sources()}
        paged = dict(_paged_sources(snapshot))
        records, _ = snapshot.documents(limit=info.documents)
    return Opened(
        dossier=dossier,
        encoder=encoder,
        folder=folder,
        ask=ask_through(dossier),
        sources=SourceTexts(texts),
        page_of=page_truth(paged),
        documents=Documents(map(_indexed_document, records)),
        facts=IndexFacts(
            model=info.model,
            passages=info.passages,
            generation=info.generation,
            # subfolders hold models and the like, which do not grow with the documents
            size_bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        ),
    )


def _indexed_document(record: DocumentRecord) -> IndexedDocument:
    document, when = record.document, record.document.metadata.date
    span = TextSpan(record.source_name, document.start_char, document.end_char)
    return IndexedDocument(span, document.title, when.text if when else None)


def _paged_sources(snapshot: Snapshot) -> Iterator[tuple[str, PagedSource]]:
    """Yield the sources whose pages are known, by name."""
    from embeddings.search import Filters

    for record in snapshot.sources():
        page_map = snapshot.page_map(record.id)
        if page_map is not None and page_map.starts:
            of_source = Filters(sources=(record.id,))
            documents, _ = snapshot.documents(filters=of_source, limit=record.documents)
            yield record.name, PagedSource(page_map, tuple(one.document for one in documents))
