"""A retriever for Haystack: ``pip install dossier-qa[haystack]``.

::

    pipeline = Pipeline()
    pipeline.add_component("retriever", DossierRetriever("http://127.0.0.1:8000", top_k=5))
    found = pipeline.run({"retriever": {"query": "When did Anna leave Trieste?"}})["retriever"]["documents"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.utils import Secret, deserialize_secrets_inplace

from service.integrations.comparisons import filters_from
from service.integrations.passages import find_passages, id_of, metadata_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.dossier import Dossier

Filter = dict[str, Any]
"""A comparison, or several, as Haystack writes them: ``{"field": …, "operator": "==", "value": …}``."""


@component
class DossierRetriever:
    """Finds passages in an open collection, or in a ``collection`` of a service, by its address and ``key``.

    ``filters`` compare ``meta.source``, ``meta.document_id``, ``meta.kind``, ``meta.participants`` and
    ``meta.date``; all must hold. Those and the ``top_k`` of a run replace those given here.
    """

    def __init__(
        self,
        source: Dossier | str,
        *,
        top_k: int | None = None,
        filters: Filter | None = None,
        key: Secret | None = None,
        collection: str | None = None,
    ) -> None:
        self.source = source
        self.top_k = top_k
        self.filters = filters
        self.key = key
        self.collection = collection

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, filters: Filter | None = None, top_k: int | None = None
    ) -> dict[str, list[Document]]:
        """Return ``documents``, best first.

        Raises:
            ValueError: a filter that a search does not know.
        """
        wanted = self.filters if filters is None else filters
        found = find_passages(
            self.source,
            query,
            top_k=self.top_k if top_k is None else top_k,
            filters=filters_from(_comparisons(wanted) if wanted else ()),
            key=self.key.resolve_value() if self.key else None,
            collection=self.collection,
        )
        documents = [
            Document(id=id_of(one), content=one.text, meta=metadata_of(one), score=one.score) for one in found
        ]
        return {"documents": documents}

    def to_dict(self) -> dict[str, Any]:
        """Return the component as a pipeline writes it down.

        Raises:
            TypeError: it finds in an open collection, which no file can hold.
        """
        if not isinstance(self.source, str):
            raise TypeError(
                "a retriever of an open collection cannot be written down: name a service's address"
            )
        written: dict[str, Any] = default_to_dict(
            self,
            source=self.source,
            top_k=self.top_k,
            filters=self.filters,
            key=self.key.to_dict() if self.key else None,
            collection=self.collection,
        )
        return written

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DossierRetriever:
        """Return the component that :meth:`to_dict` wrote down."""
        deserialize_secrets_inplace(data["init_parameters"], keys=["key"])
        read: DossierRetriever = default_from_dict(cls, data)
        return read


def _comparisons(filters: Filter) -> Iterator[tuple[str, str, object]]:
    if "conditions" not in filters:
        yield filters["field"].removeprefix("meta."), filters["operator"], filters["value"]
        return
    if filters["operator"] != "AND":
        raise ValueError("filters can only be joined by AND; give one comparison a list of values")
    for one in filters["conditions"]:
        yield from _comparisons(one)
