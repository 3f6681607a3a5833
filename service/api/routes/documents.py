"""The documents in the index: lists, one with its pages, and the text of a page."""

from typing import Annotated

from fastapi import APIRouter, Query

from embeddings.store.records import DocumentRecord
from service.api import schemas
from service.api.problems import documented
from service.api.routes.dependencies import CurrentDossier
from service.assembly import Dossier
from service.errors import NotFoundError
from service.library.paging import DocumentPage, document_pages

router = APIRouter(prefix="/v1", tags=["documents"])


@router.get("/documents", operation_id="list_documents", responses=documented(401, 422, 429, 503))
def list_documents(
    query: Annotated[schemas.DocumentQuery, Query()], dossier: CurrentDossier
) -> schemas.DocumentList:
    """Return a part of the documents, in the order of their files."""
    records, total = dossier.index.documents(
        filters=query.as_filters(), title_contains=query.title, offset=query.offset, limit=query.limit
    )
    return schemas.DocumentList(
        documents=[_summary(record) for record in records],
        total=total,
        offset=query.offset,
        limit=query.limit,
    )


@router.get(
    "/documents/{document_id}", operation_id="get_document", responses=documented(401, 404, 422, 429, 503)
)
def get_document(
    document_id: str,
    dossier: CurrentDossier,
    text: Annotated[bool, Query(description="whether the whole text comes with it")] = False,
) -> schemas.DocumentDetail:
    """Return a document with its pages and its neighbours in the file."""
    record = _document(dossier, document_id)
    document = record.document
    before, after = dossier.index.document_neighbours(document_id)
    return schemas.DocumentDetail(
        **_summary(record).model_dump(),
        pages=[_page_info(page) for page in _pages(dossier, record)],
        previous=_neighbour(dossier, before),
        next=_neighbour(dossier, after),
        text=_text(dossier, record, document.start_char, document.end_char) if text else None,
    )


@router.get(
    "/documents/{document_id}/pages/{page:path}",
    operation_id="get_document_page",
    responses=documented(401, 404, 422, 429, 503),
)
def get_document_page(document_id: str, page: str, dossier: CurrentDossier) -> schemas.PageText:
    """Return what of a document stands on one page. `page` is a label, such as 404 or xii."""
    record = _document(dossier, document_id)
    pages = _pages(dossier, record)
    position = next((place for place, one in enumerate(pages) if one.page.label == page), None)
    if position is None:
        raise NotFoundError(_missing_page(record, pages, page))
    here = pages[position]
    return schemas.PageText(
        **_page_info(here).model_dump(),
        document_id=document_id,
        text=_text(dossier, record, here.start_char, here.end_char),
        previous=pages[position - 1].page.label if position else None,
        next=pages[position + 1].page.label if position + 1 < len(pages) else None,
    )


@router.get("/facets", operation_id="get_facets", responses=documented(401, 429, 503))
def get_facets(dossier: CurrentDossier) -> schemas.Facets:
    """Return what documents can be filtered by, each value with its number of documents."""
    facets = dossier.index.facets()
    return schemas.Facets(
        kinds=[schemas.ValueCount(value=value, documents=count) for value, count in facets.kinds],
        participants=[
            schemas.ValueCount(value=value, documents=count) for value, count in facets.participants
        ],
        years=[schemas.YearCount(year=year, documents=count) for year, count in facets.years],
        undated=facets.undated,
    )


def _document(dossier: Dossier, document_id: str) -> DocumentRecord:
    record = dossier.index.document(document_id)
    if record is None:
        raise NotFoundError(f"There is no document {document_id}; GET /v1/documents lists those there are.")
    return record


def _neighbour(dossier: Dossier, document_id: str | None) -> schemas.Neighbour | None:
    record = dossier.index.document(document_id) if document_id else None
    return schemas.Neighbour(id=record.document.id, title=record.document.title) if record else None


def _pages(dossier: Dossier, record: DocumentRecord) -> tuple[DocumentPage, ...]:
    page_map = dossier.index.page_map(record.document.source_id)
    return document_pages(page_map, record.document) if page_map else ()


def _text(dossier: Dossier, record: DocumentRecord, start_char: int, end_char: int) -> str:
    # None only where the source was deleted a moment ago
    return (dossier.index.source_text(record.document.source_id) or "")[start_char:end_char]


def _page_info(page: DocumentPage) -> schemas.PageInfo:
    return schemas.PageInfo(
        label=page.page.label,
        method=page.page.method,
        margin=page.page.margin,
        start_char=page.start_char,
        end_char=page.end_char,
    )


def _missing_page(record: DocumentRecord, pages: tuple[DocumentPage, ...], label: str) -> str:
    if not pages:
        return f"No pages are known of the document {record.document.id}; GET it with ?text=true."
    known = f"{pages[0].page.label} to {pages[-1].page.label}"
    return f"The document {record.document.id} has no page {label}; it has {known}."


def _summary(record: DocumentRecord) -> schemas.DocumentSummary:
    document, metadata = record.document, record.document.metadata
    return schemas.DocumentSummary(
        id=document.id,
        title=document.title,
        date=metadata.date.text if metadata.date else None,
        date_from=metadata.date.start if metadata.date else None,
        date_to=metadata.date.end if metadata.date else None,
        kind=metadata.kind,
        participants=list(metadata.participants),
        secrecy=metadata.secrecy,
        archive_reference=metadata.archive_reference,
        publication_reference=metadata.publication_reference,
        source=record.source_name,
        source_id=document.source_id,
        ordinal=document.ordinal,
        start_char=document.start_char,
        end_char=document.end_char,
        passages=record.passages,
        url=f"/read/{document.id}",
    )
