"""The retriever for LlamaIndex, in a query engine of LlamaIndex's own."""

import asyncio

import pytest

pytest.importorskip("llama_index.core", reason="the extra llamaindex is not installed")

from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import MetadataMode, NodeRelationship
from llama_index.core.vector_stores import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from service.integrations.llama_index import DossierRetriever
from service.integrations.passages import find_passages, id_of, metadata_of

QUESTION = "When did Anna leave Trieste?"
LETTER = ("kind", FilterOperator.EQ, "letter")


def filters(*comparisons, condition=FilterCondition.AND):
    return MetadataFilters(
        filters=[
            MetadataFilter(key=key, operator=operator, value=value) for key, operator, value in comparisons
        ],
        condition=condition,
    )


def test_it_gives_nodes_with_scores_places_and_citations(dossier):
    nodes = DossierRetriever(dossier, top_k=2).retrieve(QUESTION)
    found = find_passages(dossier, QUESTION, top_k=2)
    assert [(one.node_id, one.text, one.score, one.metadata) for one in nodes] == [
        (id_of(one), one.text, one.score, metadata_of(one)) for one in found
    ]
    best, passage = nodes[0].node, found[0]
    assert (best.start_char_idx, best.end_char_idx) == (
        passage.citation.start_char,
        passage.citation.end_char,
    )
    assert best.relationships[NodeRelationship.SOURCE].node_id == passage.citation.document_id
    shown = best.get_content(MetadataMode.LLM)
    assert "title: Letter of Anna Weber to Karl Brandt" in shown
    assert "source_id" not in shown


@pytest.mark.parametrize(
    ("chosen", "sources"),
    [
        (filters(LETTER), {"anna.txt", "karl.txt"}),
        (filters(("source", FilterOperator.IN, ["karl.txt", "harbours.txt"])), {"karl.txt", "harbours.txt"}),
        (
            filters(LETTER, ("date", FilterOperator.GTE, "1912-01-01")),
            {"karl.txt"},
        ),
        (
            MetadataFilters(filters=[filters(("participants", FilterOperator.CONTAINS, "Brandt"))]),
            {"anna.txt", "karl.txt"},
        ),
    ],
)
def test_metadata_filters_are_those_of_the_search(dossier, chosen, sources):
    nodes = DossierRetriever(dossier, top_k=9, filters=chosen).retrieve(QUESTION)
    assert {one.metadata["source"] for one in nodes} == sources


def test_filters_that_a_search_does_not_know_are_refused(dossier):
    either = filters(
        LETTER,
        ("kind", FilterOperator.EQ, "treaty"),
        condition=FilterCondition.OR,
    )
    for unknown in (either, filters(("kind", FilterOperator.NE, "letter"))):
        with pytest.raises(ValueError, match=r"joined by and|cannot be searched for"):
            DossierRetriever(dossier, filters=unknown)


def test_a_query_engine_reads_what_it_finds(dossier):
    engine = RetrieverQueryEngine(
        retriever=DossierRetriever(dossier, top_k=1),
        response_synthesizer=get_response_synthesizer(llm=MockLLM()),
    )
    response = engine.query(QUESTION)
    assert "I leave Trieste on Monday." in str(response)
    assert [node.metadata["source"] for node in response.source_nodes] == ["anna.txt"]
    again = asyncio.run(DossierRetriever(dossier, top_k=1).aretrieve(QUESTION))
    assert [node.node_id for node in again] == [node.node_id for node in response.source_nodes]
