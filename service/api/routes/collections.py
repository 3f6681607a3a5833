"""The collections of the service: which there are, one made, one deleted."""

import logging

from fastapi import APIRouter, Response

from embeddings.errors import IndexStoreError
from service.api.schemas import CollectionInfo, CollectionList, NewCollection
from service.collections import Collection, collection_in, counts_of, create_collection
from service.hosting.dependencies import CurrentService
from service.hosting.open_collections import OpenCollections
from service.hosting.problems import documented

router = APIRouter(prefix="/v1", tags=["collections"])
logger = logging.getLogger(__name__)


@router.get("/collections", operation_id="list_collections", responses=documented(401, 403, 429, 503))
def list_collections(service: CurrentService) -> CollectionList:
    """Return the collections that the caller may see, the default one first."""
    return CollectionList(collections=[_info(one, service) for one in service.seen()])


@router.get(
    "/collections/{collection}",
    operation_id="get_collection",
    responses=documented(401, 403, 404, 422, 429, 503),
)
def get_collection(collection: str, service: CurrentService) -> CollectionInfo:
    """Return one collection."""
    return _info(_seen(collection, service), service)


@router.post(
    "/collections",
    operation_id="create_collection",
    status_code=201,
    responses=documented(400, 401, 403, 409, 413, 415, 422, 429, 503),
)
def create(new: NewCollection, service: CurrentService, response: Response) -> CollectionInfo:
    """Make an empty collection. What is set for it alone stands in `collection.toml` in its folder."""
    made = create_collection(service.settings.data, new.name, title=new.title, description=new.description)
    response.headers["Location"] = f"/v1/collections/{made.name}"
    return _info(made, service)


@router.delete(
    "/collections/{collection}",
    operation_id="delete_collection",
    status_code=204,
    response_class=Response,
    responses=documented(401, 403, 404, 409, 422, 429, 503),
)
def delete(collection: str, service: CurrentService) -> None:
    """Delete a collection with its index and the files that are kept in it, but not the default one."""
    service.delete(_seen(collection, service).name)


def _seen(name: str, service: OpenCollections) -> Collection:
    return collection_in(service.settings.data, service.named(name))


def _info(collection: Collection, service: OpenCollections) -> CollectionInfo:
    counts: dict[str, int | None]
    try:
        counts = {**counts_of(collection)}
    except IndexStoreError as error:  # the others are to be listed all the same
        logger.warning("%s", error)
        counts = dict.fromkeys(("sources", "documents", "passages"))
    return CollectionInfo(
        name=collection.name,
        title=collection.title,
        description=collection.description,
        is_default=collection.name == service.usual,
        url=f"{service.root_of(collection.name)}/",
        **counts,
    )
