"""The retriever for Haystack, in a pipeline of Haystack's own."""

import pytest

pytest.importorskip("haystack", reason="the extra haystack is not installed")

from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.utils import Secret

from service.integrations.haystack import DossierRetriever
from service.integrations.passages import find_passages, id_of, metadata_of

QUESTION = "When did Anna leave Trieste?"
LETTERS = {"field": "meta.kind", "operator": "==", "value": "letter"}
LATER = {"field": "meta.date", "operator": ">=", "value": "1912-01-01"}


def both(*conditions):
    return {"operator": "AND", "conditions": list(conditions)}


def test_it_gives_haystacks_documents_with_scores_and_citations(dossier):
    documents = DossierRetriever(dossier, top_k=2).run(QUESTION)["documents"]
    assert documents == [
        Document(id=id_of(one), content=one.text, meta=metadata_of(one), score=one.score)
        for one in find_passages(dossier, QUESTION, top_k=2)
    ]


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (LETTERS, {"anna.txt", "karl.txt"}),
        (both(LETTERS, LATER), {"karl.txt"}),
        (both(LETTERS, both(LATER)), {"karl.txt"}),
        ({"field": "meta.source", "operator": "in", "value": ["harbours.txt"]}, {"harbours.txt"}),
    ],
)
def test_filters_are_those_of_the_search_and_a_run_s_own_replace_them(dossier, filters, sources):
    first = DossierRetriever(dossier, filters=filters, top_k=9)
    assert {one.meta["source"] for one in first.run(QUESTION)["documents"]} == sources
    other = DossierRetriever(dossier, filters=LETTERS, top_k=9)
    assert {one.meta["source"] for one in other.run(QUESTION, filters=filters)["documents"]} == sources
    with pytest.raises(ValueError, match="joined by AND"):
        first.run(QUESTION, filters={"operator": "OR", "conditions": [LETTERS, LATER]})


def test_a_pipeline_builds_a_prompt_of_what_it_finds(dossier):
    pipeline = Pipeline()
    pipeline.add_component("retriever", DossierRetriever(dossier, top_k=1))
    template = "{% for one in documents %}{{ one.content }} ({{ one.meta.title }}){% endfor %} {{ question }}"
    pipeline.add_component("prompt", PromptBuilder(template, required_variables=["documents", "question"]))
    pipeline.connect("retriever.documents", "prompt.documents")
    ran = pipeline.run({"retriever": {"query": QUESTION}, "prompt": {"question": QUESTION}})
    made = ran["prompt"]["prompt"]
    assert "I leave Trieste on Monday." in made
    assert made.endswith(f"(Letter of Anna Weber to Karl Brandt) {QUESTION}")


def test_a_pipeline_with_a_service_s_address_is_written_down_and_read_again(dossier, monkeypatch):
    monkeypatch.setenv("DOSSIER_KEY", "a-key-of-the-archive")
    key = Secret.from_env_var("DOSSIER_KEY")
    pipeline = Pipeline()
    pipeline.add_component("retriever", DossierRetriever("http://archive.example", filters=LETTERS, key=key))
    written = pipeline.dumps()
    assert "a-key-of-the-archive" not in written
    again = Pipeline.loads(written, allowed_modules=[DossierRetriever.__module__]).get_component("retriever")
    assert (again.source, again.filters, again.key.resolve_value()) == (
        "http://archive.example",
        LETTERS,
        "a-key-of-the-archive",
    )
    with pytest.raises(TypeError, match="name a service's address"):
        DossierRetriever(dossier).to_dict()
