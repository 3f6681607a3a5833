"""Opens what is asked: a data folder as the service does, or a temporary index of somebody else's set."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.documents import Source, content_id
from eval.errors import ExternalSetError
from eval.gold.evidence import SourceTexts
from eval.measures.page_truth import PagedSource, PageOf, page_truth
from eval.runs.asking import Ask, ask_through
from eval.runs.run import IndexFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from embeddings.encoders.encoder import Encoder
    from embeddings.local_index import LocalIndex
    from eval.gold.external import ExternalSet, ExternalSource
    from service.assembly import Dossier

DOCUMENTS_A_READ = 1000


@dataclass(frozen=True, slots=True)
class Opened:
    """What questions are put to, and what the responses are measured against.

    ``ask_without_late`` is the same without late interaction, as where an index has no token vectors.
    """

    ask: Ask
    ask_without_late: Ask
    sources: SourceTexts
    page_of: PageOf
    facts: IndexFacts


@contextmanager
def open_data_folder(data: Path | None, *, encoder: Encoder | None = None) -> Iterator[Opened]:
    """Open a data folder for reading, exactly as the service would; ``None`` takes the configured one.

    ``encoder`` replaces the configured model.
    """
    with _assembled(data, encoder=encoder, read_only=True) as (dossier, used, folder):
        yield _opened(dossier, used, folder)


@contextmanager
def open_external(
    external: ExternalSet,
    *,
    data: Path | None = None,
    encoder: Encoder | None = None,
    on_progress: Callable[[], None] | None = None,
) -> Iterator[Opened]:
    """Index a set and open the index; it is kept only where ``data`` names a folder for it.

    ``on_progress`` is called after each source.

    Raises:
        ExternalSetError: the folder holds sources that are not of this set.
    """
    with (
        tempfile.TemporaryDirectory(prefix="dossier-eval-") as temporary,
        _assembled(data or Path(temporary), encoder=encoder, read_only=False) as (dossier, used, folder),
    ):
        refuse_strangers(dossier.index, [source.name for source in external.sources], name=external.name)
        for source in external.sources:
            dossier.index.add_source(as_source(source))
            if on_progress:
                on_progress()
        yield _opened(dossier, used, folder)


@contextmanager
def _assembled(
    data: Path | None, *, encoder: Encoder | None, read_only: bool
) -> Iterator[tuple[Dossier, Encoder, Path]]:
    from service.assembly import assemble, load_encoder
    from service.settings import load_settings

    settings = load_settings({"data": data}).settings
    encoder = encoder or load_encoder(settings)
    dossier = assemble(settings, encoder=encoder, read_only=read_only)
    try:
        yield dossier, encoder, settings.data
    finally:
        dossier.close()


def refuse_strangers(index: LocalIndex, names: Iterable[str], *, name: str) -> None:
    """Raise ExternalSetError where ``index`` holds a source that is none of the ``names`` of set ``name``."""
    known = set(names)
    strangers = [record.name for record in index.sources() if record.name not in known]
    if strangers:
        raise ExternalSetError(
            f"{index.folder}: holds {strangers[0]!r}, which is not of {name}; give an empty folder"
        )


def as_source(external: ExternalSource) -> Source:
    """Return a source of somebody else's set as the index takes it."""
    return Source(
        id=content_id(external.text),
        name=external.name,
        media_type="text/plain",
        text=external.text,
        size_bytes=len(external.text.encode("utf-8", "surrogatepass")),
        title=external.title,
    )


def _opened(dossier: Dossier, encoder: Encoder, folder: Path) -> Opened:
    from embeddings.ranking.retriever import RetrievalSettings, Retriever
    from service.answering.answerer import Answerer, AnswerSettings

    info = dossier.index.info()
    without_late = Retriever(dossier.index, encoder, RetrievalSettings(late_weight=0))
    return Opened(
        ask=ask_through(dossier.answerer),
        ask_without_late=ask_through(Answerer(without_late, AnswerSettings())),
        sources=SourceTexts(_texts(dossier.index)),
        page_of=page_truth(_paged_sources(dossier.index)),
        facts=IndexFacts(
            model=info.model,
            passages=info.passages,
            generation=info.generation,
            # subfolders hold models and the like, which do not grow with the documents
            size_bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        ),
    )


def _texts(index: LocalIndex) -> dict[str, str]:
    texts = {record.name: index.source_text(record.id) for record in index.sources()}
    return {name: text for name, text in texts.items() if text is not None}


def _paged_sources(index: LocalIndex) -> Mapping[str, PagedSource]:
    from embeddings.search import Filters

    paged = {}
    for record in index.sources():
        page_map = index.page_map(record.id)
        if page_map is None or not page_map.starts:
            continue
        documents, total = index.documents(filters=Filters(sources=(record.id,)), limit=DOCUMENTS_A_READ)
        while len(documents) < total:
            more, _ = index.documents(
                filters=Filters(sources=(record.id,)), offset=len(documents), limit=DOCUMENTS_A_READ
            )
            if not more:
                break
            documents += more
        paged[record.name] = PagedSource(page_map, tuple(one.document for one in documents))
    return paged
