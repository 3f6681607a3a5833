"""Retrievers for the frameworks that others build with: a module each, imported only when it is asked for.

``langchain`` wants the extra ``dossier-qa[langchain]``, ``llama_index`` ``[llamaindex]`` and ``haystack``
``[haystack]``. Each finds passages in an open :class:`~service.dossier.Dossier`, or in a service by its
address, takes the framework's own filters, and cites in one form (``passages.metadata_of``).
"""
