"""Qdrant's engine in this process, behind those methods of its client that the program uses."""

import shutil
from types import SimpleNamespace

import qdrant_edge as edge
from qdrant_client import models

_KINDS = {
    models.PayloadSchemaType.INTEGER: edge.PayloadSchemaType.Integer,
    models.PayloadSchemaType.KEYWORD: edge.PayloadSchemaType.Keyword,
}


class EdgeClient:
    """Each collection is a shard in a folder of its own; what was there is loaded."""

    def __init__(self, folder):
        self._folder = folder
        self._shards = {path.name: edge.EdgeShard.load(str(path)) for path in sorted(folder.glob("*"))}

    def collection_exists(self, name):
        return name in self._shards

    def get_collections(self):
        return SimpleNamespace(collections=[SimpleNamespace(name=name) for name in self._shards])

    def create_collection(self, name, *, vectors_config, sparse_vectors_config):
        config = edge.EdgeConfig(
            vectors={
                vector: edge.EdgeVectorParams(
                    values.size, edge.Distance.Dot, datatype=edge.VectorStorageDatatype.Float16
                )
                for vector, values in vectors_config.items()
            },
            sparse_vectors={field: edge.EdgeSparseVectorParams() for field in sparse_vectors_config},
        )
        (self._folder / name).mkdir(parents=True)
        self._shards[name] = edge.EdgeShard.create(str(self._folder / name), config)

    def delete_collection(self, name):
        self._shards.pop(name).close()
        shutil.rmtree(self._folder / name)

    def create_payload_index(self, name, field, *, field_schema, **_):
        self._update(name, edge.UpdateOperation.create_field_index(field, _KINDS[field_schema]))

    def retrieve(self, name, ids, *, with_payload):
        return self._shards[name].retrieve(ids, with_payload, False)

    def upsert(self, name, points, **_):
        made = [edge.Point(point.id, _vectors(point.vector), point.payload) for point in points]
        self._update(name, edge.UpdateOperation.upsert_points(made))

    def set_payload(self, name, payload, *, points, **_):
        self._update(name, edge.UpdateOperation.set_payload_by_filter(_filter(points), payload))

    def delete(self, name, *, points_selector, **_):
        which = _filter(points_selector.filter)
        self._update(name, edge.UpdateOperation.delete_points_by_filter(which))

    def query_points(self, name, *, query, using, query_filter, limit, with_payload):
        request = edge.QueryRequest(
            limit,
            query=edge.Query.Nearest(_vector(query), using=using),
            filter=_filter(query_filter),
            with_payload=with_payload,
        )
        return SimpleNamespace(points=self._shards[name].query(request))

    def scroll(self, name, *, scroll_filter, limit, offset, with_payload, with_vectors):
        request = edge.ScrollRequest(offset, limit, _filter(scroll_filter), with_payload, with_vectors)
        return self._shards[name].scroll(request)

    def close(self):
        for shard in self._shards.values():
            shard.flush()
            shard.close()
        self._shards = {}

    def _update(self, name, operation):
        self._shards[name].update(operation)


def _vectors(vectors):
    return {name: _vector(vector) for name, vector in vectors.items()}


def _vector(vector):
    if isinstance(vector, models.SparseVector):
        return edge.SparseVector(vector.indices, vector.values)
    return vector


def _filter(which):
    return edge.Filter(
        must=[_condition(one) for one in which.must or []],
        should=[_condition(one) for one in which.should or []] or None,
        must_not=[_condition(one) for one in which.must_not or []],
    )


def _condition(condition):
    if condition.range is not None:
        values = edge.RangeFloat(gte=condition.range.gte, lte=condition.range.lte)
        return edge.FieldCondition(condition.key, range=values)
    return edge.FieldCondition(condition.key, match=edge.MatchAny(condition.match.any))
