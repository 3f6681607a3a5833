"""A retriever for LlamaIndex: ``pip install dossier-qa[llamaindex]``.

::

    retriever = DossierRetriever("http://127.0.0.1:8000", top_k=5)
    nodes = retriever.retrieve("When did Anna leave Trieste?")
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import FilterCondition, MetadataFilters

from service.integrations.comparisons import filters_from
from service.integrations.passages import find_passages, id_of, metadata_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.api.schemas import RankedPassage
    from service.dossier import Dossier

_FOR_READERS = frozenset({"title", "section", "date", "page", "source"})
"""What of the metadata a language model is shown; the rest is for programs."""


class DossierRetriever(BaseRetriever):
    """Finds passages in an open collection, or in a ``collection`` of a service, by its address and ``key``.

    ``filters`` compare ``source``, ``document_id``, ``kind``, ``participants`` and ``date``; all must hold.

    Raises:
        ValueError: a filter that a search does not know.
    """

    def __init__(
        self,
        source: Dossier | str,
        *,
        top_k: int | None = None,
        filters: MetadataFilters | None = None,
        key: str | None = None,
        collection: str | None = None,
    ) -> None:
        super().__init__()
        self._source = source
        self._top_k = top_k
        self._filters = filters_from(_comparisons(filters) if filters else ())
        self._key = key
        self._collection = collection

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = find_passages(
            self._source,
            query_bundle.query_str,
            top_k=self._top_k,
            filters=self._filters,
            key=self._key,
            collection=self._collection,
        )
        return [NodeWithScore(node=_node(one), score=one.score) for one in found]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _comparisons(filters: MetadataFilters) -> Iterator[tuple[str, str, object]]:
    if filters.condition not in (None, FilterCondition.AND):
        raise ValueError("filters can only be joined by and; give one comparison a list of values")
    for one in filters.filters:
        if isinstance(one, MetadataFilters):
            yield from _comparisons(one)
        else:
            yield one.key, one.operator.value, one.value


def _node(passage: RankedPassage) -> TextNode:
    metadata = metadata_of(passage)
    technical = [name for name in metadata if name not in _FOR_READERS]
    return TextNode(
        id_=id_of(passage),
        text=passage.text,
        metadata=metadata,
        excluded_llm_metadata_keys=technical,
        excluded_embed_metadata_keys=technical,
        start_char_idx=passage.citation.start_char,
        end_char_idx=passage.citation.end_char,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.citation.document_id)},
    )
