"""Beside a paper stand other papers between the same two people, the nearest days first, and similar ones."""

import re

import numpy as np
import pytest
from encoders import WordHashEncoder
from service_support import PAGED, finished_job, make_app, make_settings, serving, upload
from untitled_letters import untitled_letters
from web_support import document_of

from service.dossier import Dossier


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        for name, content in {**untitled_letters(), "harbours.txt": PAGED.encode()}.items():
            assert finished_job(client, upload(client, name, content))["status"] == "succeeded"
        yield client


def beside(site, name):
    """Return the lists beside the paper in a file: heading, then titles with dates and pages."""
    page = site.get(f"/read/{document_of(site, name)['id']}").text
    aside = re.search(r'<aside class="related".*?</aside>', page, re.DOTALL)
    sections = re.findall(r"<h2>(.*?)</h2>(.*?)</section>", aside[0] if aside else "", re.DOTALL)
    return {
        heading: re.findall(r'<a href="([^"]+)">([^<]+)</a> <span class="facts">([^<]*)<', items)
        for heading, items in sections
    }


def test_a_letter_has_what_passed_between_the_same_two_in_either_direction(site):
    (answer,) = beside(site, "IMG_2031.txt")["Between Anna and Karl Weber"]
    assert answer[1:] == ("Trieste, 19 March 1911, Dear Karl", "19 March 1911")
    (letter,) = beside(site, "scan0002.txt")["Between Karl and Anna Weber"]
    assert letter[1:] == ("Vienna, 3 March 1911, Dear Anna", "3 March 1911")
    assert site.get(letter[0]).status_code == 200


def test_the_nearest_days_come_first(site):
    mails = beside(site, "0002.eml")["Between Peter Grant and Ruth Hall"]
    assert [when for _, _, when in mails] == ["7 June 2019", "4 June 2019"]


def test_a_surname_alone_is_enough_where_the_other_is_sure(site):
    (answer,) = beside(site, "Document1.docx")["Between Weber and Eduard Pichler"]
    assert answer[1] == "Vienna, 20 April 1911, Dear Mr. Pichler"
    (letter,) = beside(site, "Document2.docx")["Between Pichler and Karl Weber"]
    assert letter[1] == "Graz, 11 April 1911, Dear Mr. Weber"


def test_who_writes_to_another_of_the_name_is_not_taken_for_the_same(site):
    for name in ("IMG_2031.txt", "scan0002.txt", "scan0004.txt"):
        titles = [title for papers in beside(site, name).values() for _, title, _ in papers[:1]]
        assert "Graz, 11 April 1911, Dear Mr. Weber" not in titles[:1], name


def test_similar_papers_are_those_whose_passages_are_nearest(tmp_path):
    texts = {
        "a.txt": "The brig Aurelia sailed from Cork with sixty barrels of butter for Lisbon.",
        "b.txt": "The brig Aurelia came to Lisbon with fifty barrels of butter from Cork.",
        "c.txt": "The vestry resolved that a new bell be cast at Gloucester.",
        "d.txt": "Slates and labour for the roof of the reading room are dear.",
        "e.txt": "The miller keeps the wheel and the dam in repair.",
        "f.txt": "Two guineas a year are paid to the sexton.",
        "g.txt": "It is nine miles to the turnpike.",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    encoder = WordHashEncoder()
    with Dossier.open(settings=make_settings(tmp_path / "data"), encoder=encoder) as dossier:
        dossier.add([tmp_path / name for name in texts])
        records, _ = dossier.documents()
        of = {record.source_name: record.document for record in records}
        found = dossier.related(dossier.read(of["a.txt"].id))
        by_force = sorted(
            set(texts) - {"a.txt"}, key=lambda name: -_cosine(encoder, texts["a.txt"], texts[name])
        )
        assert [one.title for one in found.similar] == [of[name].title for name in by_force[:2]]
        assert (found.correspondence, found.people) == ((), ())


def _cosine(encoder, one, other):
    return float(np.dot(*encoder.encode([one, other])))


def test_a_page_is_said_where_it_is_known(site):
    papers = [one for name in untitled_letters() for one in beside(site, name).get("Similar papers", [])]
    paged = {facts for _, title, facts in papers if title.startswith("On page 11")}
    assert paged
    assert paged <= {"pp. 12–14", "up to p. 12"}


def test_a_collection_of_one_paper_has_nothing_beside_it(tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "harbours.txt", PAGED))
        assert beside(client, "harbours.txt") == {}
