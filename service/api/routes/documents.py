"""The documents in the index: lists, one with its pages, and the text of a page."""

from typing import Annotated

from fastapi import APIRouter, Query

from embeddings.store.records import DocumentRecord
from service.api import schemas
from service.api.presenting import document_summary, facets_of, name_list, page_info
from service.hosting.dependencies import CurrentDossier
from service.hosting.problems import documented

router = APIRouter(prefix="/v1", tags=["documents"])


@router.get("/documents", operation_id="list_documents", responses=documented(401, 403, 404, 422, 429, 503))
def list_documents(
    query: Annotated[schemas.DocumentQuery, Query()], dossier: CurrentDossier
) -> schemas.DocumentList:
    """Return a part of the documents, in the order of their files.

    A long list is read by `after`, with what `next` of the part before says: so the last part comes as
    quickly as the first.
    """
    records, total = dossier.documents(
        filters=query.as_filters(),
        title_contains=query.title,
        after=query.after,
        offset=query.offset,
        limit=query.limit + 1,
    )
    shown = records[: query.limit]
    return schemas.DocumentList(
        documents=[document_summary(record) for record in shown],
        total=total,
        offset=query.offset,
        limit=query.limit,
        next=shown[-1].document.id if len(records) > len(shown) else None,
    )


@router.get(
    "/documents/{document_id}",
    operation_id="get_document",
    responses=documented(401, 403, 404, 422, 429, 503),
)
def get_document(
    document_id: str,
    dossier: CurrentDossier,
    text: Annotated[bool, Query(description="whether the whole text comes with it")] = False,
) -> schemas.DocumentDetail:
    """Return a document with its pages and its neighbours in the file."""
    reading = dossier.read(document_id)
    return schemas.DocumentDetail(
        **document_summary(reading.record).model_dump(),
        pages=[page_info(page) for page in reading.pages],
        previous=_neighbour(reading.previous),
        next=_neighbour(reading.next),
        text=reading.text(reading.document) if text else None,
    )


@router.get(
    "/documents/{document_id}/pages/{page:path}",
    operation_id="get_document_page",
    responses=documented(401, 403, 404, 422, 429, 503),
)
def get_document_page(document_id: str, page: str, dossier: CurrentDossier) -> schemas.PageText:
    """Return what of a document stands on one page. `page` is a label, such as 404 or xii."""
    reading = dossier.read(document_id)
    position = reading.page_at(page)
    here = reading.pages[position]
    return schemas.PageText(
        **page_info(here).model_dump(),
        document_id=document_id,
        text=reading.text(here),
        previous=reading.pages[position - 1].page.label if position else None,
        next=reading.pages[position + 1].page.label if position + 1 < len(reading.pages) else None,
    )


@router.get("/names", operation_id="list_names", responses=documented(401, 403, 422, 429, 503))
def list_names(query: Annotated[schemas.NameQuery, Query()], dossier: CurrentDossier) -> schemas.NameList:
    """Return a part of the people or places that the texts name; what is not surely a name is left out."""
    with dossier.snapshot() as snapshot:
        found = snapshot.mentioned(query.kind, after=query.after, limit=query.limit + 1)
    return name_list(found, query.limit)


@router.get("/facets", operation_id="get_facets", responses=documented(401, 403, 422, 429, 503))
def get_facets(query: Annotated[schemas.DocumentFilters, Query()], dossier: CurrentDossier) -> schemas.Facets:
    """Return what documents can be filtered by, each value counted among those that pass."""
    return facets_of(dossier.facets(filters=query.as_filters()))


def _neighbour(record: DocumentRecord | None) -> schemas.Neighbour | None:
    return schemas.Neighbour(id=record.document.id, title=record.document.title) if record else None
