"""The composition root: the only place that turns settings into an encoder, an index and an answerer."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.answer import IndexState
from service.errors import SettingsError

if TYPE_CHECKING:
    from chunker.chunking import ChunkingSettings
    from embeddings.encoders.encoder import Encoder
    from embeddings.encoders.token_vectors import TokenCodec
    from embeddings.local_index import LocalIndex
    from embeddings.ranking.reranking import Reranker
    from embeddings.ranking.retriever import Retriever
    from embeddings.store.records import SourceRecord
    from service.answering.answerer import Answerer, AnswerSettings
    from service.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dossier:
    """An open index and what answers from it. Safe to use from many threads."""

    index: LocalIndex
    answerer: Answerer

    def index_state(self) -> IndexState:
        """Return the index as it is now, in figures."""
        info = self.index.info()
        return IndexState(generation=info.generation, model=info.model, passages=info.passages)

    def close(self) -> None:
        """Close the index; nothing can be asked afterwards."""
        self.index.close()


def assemble(settings: Settings, *, encoder: Encoder | None = None, read_only: bool = False) -> Dossier:
    """Open the index in the data folder, and what answers from it; make an empty one where there is none.

    ``encoder`` replaces the one the settings name. With ``read_only`` nothing is made and no change
    is possible.

    Raises:
        EncoderError: the model, or the cross-encoder, cannot be loaded.
        IndexStoreError: the index cannot be opened, or was made with other settings.
    """
    encoder = encoder or load_encoder(settings)
    index = open_index(settings, encoder=encoder, read_only=read_only)
    try:
        return Dossier(index, make_answerer(settings, index=index, encoder=encoder))
    except BaseException:
        index.close()
        raise


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
                settings.model, graphs_folder=settings.data / "models", threads=settings.encoder_threads
            )
        except EncoderError as error:
            if settings.runtime == "onnx":
                raise
            logger.warning("%s Going on with torch, which starts slower.", error)
    return SentenceTransformerEncoder(settings.model, threads=settings.encoder_threads)


def load_reranker(settings: Settings) -> Reranker | None:
    """Load the cross-encoder, or return None where none is configured.

    Raises:
        EncoderError: it is missing, cannot be loaded, or is none.
    """
    if settings.reranker is None:
        return None
    from embeddings.ranking.reranking import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker, threads=settings.encoder_threads)


def open_index(settings: Settings, *, encoder: Encoder, read_only: bool = False) -> LocalIndex:
    """Open the index in the data folder."""
    from embeddings.local_index import LocalIndex

    return LocalIndex.open(
        settings.data,
        encoder=encoder,
        chunking=chunking_settings(settings),
        codec=token_codec(settings, encoder),
        read_only=read_only,
    )


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


def list_sources(settings: Settings) -> list[SourceRecord]:
    """Return the sources in the index, without loading a model.

    Raises:
        IndexMissingError: there is no index.
    """
    from embeddings.store.catalogue import Catalogue
    from embeddings.store.connections import Store
    from embeddings.store.data_folder import STORE_NAME

    with closing(Store(settings.data / STORE_NAME, read_only=True)) as store, store.reading() as connection:
        return Catalogue(connection).sources()


def make_answerer(settings: Settings, *, index: LocalIndex, encoder: Encoder) -> Answerer:
    """Return what answers from ``index``.

    Raises:
        EncoderError: a cross-encoder is configured and cannot be loaded.
    """
    from embeddings.ranking.retriever import RetrievalSettings, Retriever
    from service.answering.answerer import Answerer, AnswerSettings

    answering = AnswerSettings()
    if settings.answer_threshold is not None:
        answering = replace(answering, threshold=settings.answer_threshold)
    ranking = RetrievalSettings(reranked=settings.reranked, rerank_weight=settings.rerank_weight)
    retriever = Retriever(index, encoder, ranking, load_reranker(settings))
    if settings.chat_url is None:
        return Answerer(retriever, answering)
    return _make_generating_answerer(settings, retriever, answering)


def _make_generating_answerer(
    settings: Settings, retriever: Retriever, answering: AnswerSettings
) -> Answerer:
    from chunker.text.tokens import token_counter
    from service.language_model.chat_model import OpenAIChatModel
    from service.language_model.generating import GeneratingAnswerer, PromptLimit

    if settings.chat_url is None or settings.chat_model is None:
        raise SettingsError(["chat_model: name the model that the endpoint of chat_url is to use"])
    model = OpenAIChatModel(
        url=settings.chat_url,
        model=settings.chat_model,
        key=settings.chat_key.get_secret_value() if settings.chat_key else None,
        timeout_seconds=settings.chat_timeout_seconds,
    )
    limit = PromptLimit(token_counter(settings.encoding), settings.chat_context_tokens)
    return GeneratingAnswerer(retriever, answering, model=model, limit=limit)
