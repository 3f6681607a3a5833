"""A retriever for LangChain: ``pip install dossier-qa[langchain]``.

::

    retriever = DossierRetriever(source="http://127.0.0.1:8000", k=5, filter={"kinds": ["letter"]})
    documents = retriever.invoke("When did Anna leave Trieste?")
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun  # noqa: TC002
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import SecretStr  # noqa: TC002

from service.api.schemas import SearchFilters
from service.dossier import Dossier  # noqa: TC001
from service.integrations.passages import find_passages, id_of, metadata_of


class DossierRetriever(BaseRetriever):
    """Finds passages in an open collection, or in a ``collection`` of a service, by its address and ``key``.

    ``k`` and ``filter``, in the form of ``filters`` of ``POST /v1/search``, may be given here or with each
    ``invoke(query, k=…, filter=…)``, where they replace those given here.
    """

    source: Dossier | str
    key: SecretStr | None = None
    collection: str | None = None
    k: int | None = None
    filter: Mapping[str, object] | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: Mapping[str, object] | None = None,  # noqa: A002 - as LangChain calls it
    ) -> list[Document]:
        del run_manager
        wanted = self.filter if filter is None else filter
        found = find_passages(
            self.source,
            query,
            top_k=self.k if k is None else k,
            filters=SearchFilters.model_validate(wanted or {}),
            key=self.key.get_secret_value() if self.key else None,
            collection=self.collection,
        )
        return [Document(id=id_of(one), page_content=one.text, metadata=metadata_of(one)) for one in found]
