"""Texts encoded by many processes of a Ray cluster, on this machine or on others."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from embeddings.encoders.encoder import EncoderError
from embeddings.indexing.preparing import StoredEncoding, encode
from embeddings.store.vector_block import from_stored, stored_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from embeddings.indexing.encoding_ahead import BulkEncoder
    from embeddings.indexing.preparing import Recipe

_BATCH = 64  # texts: what a killed run loses of each worker, some seconds' work. Chosen by hand


class _Worker:
    """Encodes batches of a data set: a model of its own, loaded once in the worker's process."""

    def __init__(self, make_recipe: Callable[[], Recipe], wanted: tuple[str, ...]) -> None:
        self._recipe = make_recipe()
        if (found := _identity(self._recipe)) != wanted:
            raise EncoderError(f"A worker has the model {' '.join(found)}, not {' '.join(wanted)}.")

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[bytes]]:
        encoded = list(encode(self._recipe, list(batch["text"])))
        return {
            "hash": list(batch["hash"]),
            "vector": [stored_form(one.vector) for one in encoded],
            "codes": [one.token_codes or b"" for one in encoded],
            "second": [b"" if one.second is None else stored_form(one.second) for one in encoded],
        }


def encode_on_ray(recipe: Recipe, make_recipe: Callable[[], Recipe]) -> BulkEncoder:
    """Return what encodes by ``recipe`` on the cluster that ``RAY_ADDRESS`` names, else on a local one.

    ``make_recipe`` makes the same recipe in a worker, which may be on another machine: this program, the
    model and whatever else it needs must be there, too. Each worker takes one core.

    Raises:
        EncoderError: Ray is not installed; or, while it encodes, a worker failed.
    """
    try:
        import ray
    except ImportError as error:
        raise EncoderError("`--engine ray` needs Ray: install dossier-qa[ray].") from error

    def encoded(texts: Mapping[bytes, str]) -> Iterator[tuple[bytes, StoredEncoding]]:
        if not ray.is_initialized():
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else it tells its makers that it runs
            ray.init(log_to_driver=False, logging_level=logging.WARNING)
        logging.getLogger("ray.data").setLevel(logging.WARNING)
        ray.data.DataContext.get_current().enable_progress_bars = False
        workers = max(1, min(int(ray.cluster_resources().get("CPU", 1)), -(-len(texts) // _BATCH)))
        rows = [{"hash": text_hash, "text": text} for text_hash, text in texts.items()]
        batches = (
            ray.data.from_items(rows, override_num_blocks=-(-len(rows) // _BATCH))
            .map_batches(
                _Worker,
                fn_constructor_args=(make_recipe, _identity(recipe)),
                batch_size=_BATCH,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(size=workers),
                num_cpus=1,
            )
            .iter_batches(batch_size=None, batch_format="numpy", prefetch_batches=0)
        )
        try:
            for batch in batches:
                for text_hash, vector, codes, second in zip(
                    *(batch[name] for name in ("hash", "vector", "codes", "second")), strict=True
                ):
                    other = from_stored(second) if second else None
                    yield bytes(text_hash), StoredEncoding(from_stored(vector), codes or None, other)
        except ray.exceptions.RayError as error:
            raise EncoderError(f"A worker of the Ray cluster failed: {_last_line(error)}") from error

    return encoded


def _identity(recipe: Recipe) -> tuple[str, ...]:
    encoder = recipe.encoder
    codec = recipe.codec.name if recipe.codec else "no codec"
    second = f"{recipe.second.name} {recipe.second.revision}" if recipe.second else "no second model"
    return encoder.name, encoder.revision, encoder.precision, codec, second


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
