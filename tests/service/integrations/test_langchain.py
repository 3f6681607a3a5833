"""The retriever for LangChain, in a chain of LangChain's own."""

import pytest

pytest.importorskip("langchain_core", reason="the extra langchain is not installed")

from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from service.integrations.langchain import DossierRetriever
from service.integrations.passages import find_passages, id_of, metadata_of

QUESTION = "When did Anna leave Trieste?"


def test_it_gives_langchains_documents_with_their_citation(dossier):
    documents = DossierRetriever(source=dossier, k=2).invoke(QUESTION)
    found = find_passages(dossier, QUESTION, top_k=2)
    assert documents == [
        Document(id=id_of(one), page_content=one.text, metadata=metadata_of(one)) for one in found
    ]
    assert documents[0].metadata["date"] == "1911-05-03"


def test_filters_and_number_may_be_given_with_a_call(dossier):
    retriever = DossierRetriever(source=dossier, filter={"kinds": ["letter"]})
    assert {one.metadata["source"] for one in retriever.invoke(QUESTION)} == {"anna.txt", "karl.txt"}
    [one] = retriever.invoke(QUESTION, filter={"date_from": "1912-01-01"}, k=1)
    assert one.metadata["source"] == "karl.txt"
    with pytest.raises(ValueError, match="colour"):
        retriever.invoke(QUESTION, filter={"colour": ["red"]})


def test_a_chain_reads_what_it_finds_and_cites_it(dossier):
    seen = []

    def cited(documents):
        return "\n".join(f"{one.page_content} ({one.metadata['title']})" for one in documents)

    chain = (
        {"context": DossierRetriever(source=dossier, k=1) | cited, "question": RunnablePassthrough()}
        | ChatPromptTemplate.from_template("{context}\n\n{question}")
        | RunnableLambda(lambda prompt: seen.append(prompt.to_string()) or prompt)
        | FakeListChatModel(responses=["On Monday."])
        | StrOutputParser()
    )
    assert chain.invoke(QUESTION) == "On Monday."
    assert "I leave Trieste on Monday." in seen[0]
    assert "(Letter of Anna Weber to Karl Brandt)" in seen[0]
    batches = DossierRetriever(source=dossier, k=1).batch([QUESTION, "the garden"])
    assert [one.metadata["source"] for [one] in batches] == ["anna.txt", "karl.txt"]
