"""What passages can be searched in, for tests that drive each alike: see :class:`Filling`."""

import pytest
from edge_client import EdgeClient
from encoders import WordHashEncoder
from index_support import CHUNKING
from qdrant_client import QdrantClient

from embeddings.distributed.engine import Engine
from embeddings.distributed.engine_passages import engine_passages
from embeddings.local_index import LocalIndex, local_passages

ENGINES = ["client", "engine"]
FILLINGS = ["local", *ENGINES]
SILENCE = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant:UserWarning")


class Filling:
    """Opens indexes below ``folder``: ``local``, in the ``client``'s local mode, or in the ``engine``'s code.

    What is in an engine stays there while indexes are closed and opened.
    """

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self._client = None

    def client(self):
        if self._client is None:
            folder = self.folder / "collections"
            self._client = QdrantClient(path=str(folder)) if self.name == "client" else EdgeClient(folder)
            self._leave, self._client.close = self._client.close, lambda: None
        return self._client

    def leave(self):
        """Close what indexes leave open: it serves others."""
        if self._client is not None:
            self._leave()
            self._client = None

    def engine(self, collection="papers"):
        return Engine(self.client(), collection, address="qdrant://here/papers")

    def passages(self, **options):
        return local_passages if self.name == "local" else engine_passages(self.engine(), **options)

    def open(self, folder="data", *, encoder=None, refill=False, **options):
        return LocalIndex.open(
            self.folder / folder,
            encoder=encoder or WordHashEncoder(),
            chunking=CHUNKING,
            passages=self.passages(refill=refill) if refill else self.passages(),
            **options,
        )
