"""One collection of a Qdrant engine: made, filled, searched; with one line where it does not answer.

A collection belongs to one history of a store, from its first generation on: an index that is made anew gets
another one beside the old (:func:`Engine.of_history`).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from embeddings.distributed.points import ENGINE_FIELDS
from embeddings.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qdrant_client import QdrantClient
    from qdrant_client.models import Filter, Record, SparseVector

    from embeddings.distributed.points import PassagePoint, Weights
    from embeddings.encoders.encoder import FloatArray

DEFAULT_PORT = 6333
_TIMEOUT_SECONDS = 60  # of one request; a batch of points on a busy engine takes some seconds
_CHECKPOINT_ID = 0  # no passage has it: keys begin with 1
_IDS_AT_ONCE = 10_000
_INTEGERS = ("added", "removed", "key", "document", "source", "first_day", "last_day")
_KEYWORDS = ("kind", "participants")


class NotOursError(EngineError):
    """A collection has the passages of another index, or of another time of this one."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(
            f"The collection {engine.collection} at {engine.address} was filled from another index: set "
            "DOSSIER_INDEX to another collection, or fill it anew with `dossier doctor --repair`."
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a collection has come: the generation it has whole, and the last key that was sent.

    ``sending`` is the generation that was last begun to be sent, and is the same once it is whole.
    ``history`` is the token of the first generation of the store, ``vectors`` tells what vectors there are.
    """

    history: str
    vectors: str
    number: int = 0
    token: str = ""
    last_key: int = 0
    sending: int = 0


class Engine:
    """A collection that ``client``, a ``QdrantClient``, reaches; errors name ``address``."""

    def __init__(self, client: QdrantClient, collection: str, *, address: str) -> None:
        self._client = client
        self._prefix = collection
        self.collection = collection
        self.address = address

    def of_history(self, first_generation: int) -> Engine:
        """Return the collection of the store's history that began with this generation."""
        engine = Engine(self._client, self._prefix, address=self.address)
        engine.collection = f"{self._prefix}-{first_generation}"
        return engine

    def make(self, dimensions: dict[str, int]) -> None:
        """Make the collection, empty, for vectors of these names and dimensions."""
        from qdrant_client import models

        with self._answering():
            self._client.create_collection(
                self.collection,
                vectors_config={
                    name: models.VectorParams(
                        size=size,
                        distance=models.Distance.DOT,
                        datatype=models.Datatype.FLOAT16,
                        on_disk=True,
                    )
                    for name, size in dimensions.items()
                },
                sparse_vectors_config={field: models.SparseVectorParams() for field in ENGINE_FIELDS},
            )
            kinds = [(name, models.PayloadSchemaType.INTEGER) for name in _INTEGERS]
            kinds += [(name, models.PayloadSchemaType.KEYWORD) for name in _KEYWORDS]
            for name, kind in kinds:
                self._client.create_payload_index(self.collection, name, field_schema=kind, wait=True)

    def drop(self) -> None:
        """Delete the collection; nothing happens where there is none."""
        with self._answering():
            if self._client.collection_exists(self.collection):
                self._client.delete_collection(self.collection)

    def earlier(self, first_generation: int) -> list[Engine]:
        """Return the collections of histories that began before this generation."""
        with self._answering():
            names = [one.name for one in self._client.get_collections().collections]
        numbers = [name.rpartition("-")[2] for name in names if name.rpartition("-")[0] == self._prefix]
        return [self.of_history(int(n)) for n in numbers if n.isdecimal() and int(n) < first_generation]

    def checkpoint(self) -> Checkpoint | None:
        """Return how far the collection has come; ``None``: there is none, or it was never filled."""
        with self._answering():
            if not self._client.collection_exists(self.collection):
                return None
            records = self._client.retrieve(self.collection, [_CHECKPOINT_ID], with_payload=True)
        return Checkpoint(**(records[0].payload or {})) if records else None

    def set_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Write down how far the collection has come; all that was sent before is there by then."""
        from qdrant_client import models

        with self._answering():
            point = models.PointStruct(id=_CHECKPOINT_ID, vector={}, payload=asdict(checkpoint))
            self._client.upsert(self.collection, [point], wait=True)

    def put(self, points: Sequence[PassagePoint], *, added: int) -> None:
        """Put passages in, or in the place of those with their keys, as added with a generation."""
        from qdrant_client import models

        made = [
            models.PointStruct(
                id=point.key,
                vector={
                    **{name: vector.tolist() for name, vector in point.vectors.items()},
                    **{field: _sparse(weights) for field, weights in point.weights.items()},
                },
                payload={**point.payload, "added": added},
            )
            for point in points
        ]
        if made:
            with self._answering():
                self._client.upsert(self.collection, made, wait=True)

    def set_removed(self, which: Filter, *, removed: int) -> None:
        """Mark passages as removed with a generation."""
        with self._answering():
            self._client.set_payload(self.collection, {"removed": removed}, points=which, wait=True)

    def delete(self, which: Filter) -> None:
        """Delete passages for good."""
        from qdrant_client import models

        with self._answering():
            selector = models.FilterSelector(filter=which)
            self._client.delete(self.collection, points_selector=selector, wait=True)

    def nearest(self, vector: FloatArray, *, name: str, which: Filter, limit: int) -> list[tuple[int, float]]:
        """Return the keys of passages whose vector of that name is nearest, with the engine's scores."""
        return self._query(vector.tolist(), name, which, limit)

    def matching(self, weights: Weights, *, field: str, which: Filter, limit: int) -> list[tuple[int, float]]:
        """Return the keys of passages that have one of the terms, with sums of weights, greatest first."""
        return self._query(_sparse(weights), field, which, limit)

    def keys(self, which: Filter) -> list[int]:
        """Return the keys of passages, ascending."""
        found: list[int] = []
        offset: Any = None
        with self._answering():
            while True:
                records: list[Record]
                records, offset = self._client.scroll(
                    self.collection,
                    scroll_filter=which,
                    limit=_IDS_AT_ONCE,
                    offset=offset,
                    with_payload=False,
                    with_vectors=False,
                )
                found += [int(record.id) for record in records]
                if offset is None:
                    return sorted(found)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _query(
        self, query: list[float] | SparseVector, using: str, which: Filter, limit: int
    ) -> list[tuple[int, float]]:
        with self._answering():
            answer = self._client.query_points(
                self.collection,
                query=query,
                using=using,
                query_filter=which,
                limit=limit,
                with_payload=False,
            )
        return [(int(point.id), float(point.score)) for point in answer.points]

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn what goes wrong between us and the engine into one line."""
        from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

        try:
            yield
        except UnexpectedResponse as error:
            if error.status_code in {401, 403}:
                message = f"The engine at {self.address} refuses the key: correct DOSSIER_INDEX_KEY."
            else:
                message = (
                    f"The engine at {self.address} answers with an error ({error.status_code} "
                    f"{error.reason_phrase}): see its log, then run `dossier doctor`."
                )
            raise EngineError(message) from error
        except (ResponseHandlingException, ApiException, OSError) as error:
            raise EngineError(
                f"The engine at {self.address} does not answer: start it, or correct DOSSIER_INDEX."
            ) from error


def connect(address: str, key: str | None = None) -> Engine:
    """Return the collection at ``qdrant://host:port/collection`` (``qdrant+https://…`` over TLS).

    Nothing is asked of the engine yet.

    Raises:
        EngineError: the extra ``dossier-qa[qdrant]`` is not installed.
    """
    from urllib.parse import urlsplit

    try:
        from qdrant_client import QdrantClient
    except ImportError as error:
        raise EngineError("DOSSIER_INDEX needs Qdrant's client: install dossier-qa[qdrant].") from error
    parts = urlsplit(address)
    client = QdrantClient(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORT,
        https=parts.scheme.endswith("+https"),
        api_key=key,
        timeout=_TIMEOUT_SECONDS,
        check_compatibility=False,  # would ask now, and warn on stderr
    )
    return Engine(client, parts.path.strip("/"), address=address)


def _sparse(weights: Weights) -> SparseVector:
    from qdrant_client import models

    return models.SparseVector(indices=list(weights), values=list(weights.values()))
