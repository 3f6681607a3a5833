"""The whole way of a source through this package: segmented, paged and split into passages."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import (
    ChunkedSource,
    Document,
    PageMap,
    Passage,
    SectionStart,
    Source,
    Span,
    content_id,
)
from chunker.pages.inference import infer_pages
from chunker.recognised import confidence_of
from chunker.segmenting.cuts import segment
from chunker.text.normalising import tidy
from chunker.text.splitting import PassageLimits, split
from chunker.text.tokens import PACKAGED_ENCODING, TokenLimit, token_counter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNKER_VERSION = "13"
"""Changes whenever the same source would give other documents, pages or passages."""

_LAST_WORD = re.compile(r"\s*\S+\s*$")


@dataclass(frozen=True, slots=True)
class ChunkingSettings:
    """How passages are made; part of an index's manifest.

    ``max_tokens`` is the most tokens a passage may have, counted with the tiktoken ``encoding``.
    ``header`` tells whether a passage is indexed with its document's title and date before it.
    """

    max_tokens: int = 200
    encoding: str = PACKAGED_ENCODING
    header: bool = True


def chunk(
    source: Source, *, settings: ChunkingSettings, window: TokenLimit, repeated: Sequence[Span] = ()
) -> ChunkedSource:
    """Return the documents, pages and passages of ``source``.

    ``window`` is what the encoder sees of one text; header and passage together never exceed it.
    ``repeated`` are spans that belong to no document, such as a web site's header.
    """
    segmentation = segment(source, ignored=repeated)
    page_map = infer_pages(source, segmentation.contents, segmentation.documents)
    passages: list[Passage] = []
    for document in segmentation.documents:
        sections = _sections_of(document, segmentation.sections)
        passages += _passages(source, document, sections, page_map, (settings, window))
    return ChunkedSource(source, page_map, segmentation.documents, tuple(passages), segmentation.sections)


def _sections_of(document: Document, sections: Sequence[SectionStart]) -> Sequence[SectionStart]:
    first, end = (
        bisect_left(sections, offset, key=lambda section: section.start_char)
        for offset in (document.start_char, document.end_char)
    )
    return sections[first:end]


def _passages(
    source: Source,
    document: Document,
    sections: Sequence[SectionStart],
    page_map: PageMap,
    limits: tuple[ChunkingSettings, TokenLimit],
) -> Iterator[Passage]:
    settings, window = limits
    text = source.text
    count = token_counter(settings.encoding)
    header_tokens = window.count(indexed_header(document, settings=settings, window=window))
    sizes = PassageLimits(
        size=TokenLimit(count, settings.max_tokens),
        window=TokenLimit(window.count, window.max_tokens - header_tokens),
    )
    starts = [section.start_char for section in sections]
    whole = Span(document.start_char, document.end_char)
    for ordinal, span in enumerate(split(text, whole, sizes, sections=frozenset(starts))):
        passage_text = text[span.start_char : span.end_char]
        above = bisect_right(starts, span.start_char)
        yield Passage(
            id=content_id(document.id, str(span.start_char - document.start_char), passage_text),
            document_id=document.id,
            ordinal=ordinal,
            start_char=span.start_char,
            end_char=span.end_char,
            text=passage_text,
            token_count=count(passage_text),
            page=page_map.at(span.start_char),
            page_end=page_map.at(span.end_char - 1),
            section=sections[above - 1].title if above else None,
            ocr_confidence=confidence_of(source.recognised, span.start_char, span.end_char),
        )


def indexed_header(document: Document, *, settings: ChunkingSettings, window: TokenLimit) -> str:
    """Return what stands before each passage of ``document`` where it is indexed; empty without headers.

    It is the document's header, cut at a word so that it leaves two thirds of the window free.
    """
    header = document.header if settings.header else ""
    while header and window.count(header) > window.max_tokens // 3:
        header = _LAST_WORD.sub("", header) or header[: len(header) // 2]
    return header


def indexed_text(header: str, passage: Passage) -> str:
    """Return what is encoded for ``passage``: ``header`` (:func:`indexed_header`), the tidied passage."""
    return f"{header}\n{tidy(passage.text).text}" if header else tidy(passage.text).text
