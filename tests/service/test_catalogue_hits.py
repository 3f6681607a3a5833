"""What a search found as a catalogue shows it: papers with counts, in order, narrowed, or in other words."""

import re

import pytest
from service_support import finished_job, make_app, serving, upload

LETTERS = {
    f"{year}.md": f"# {kind} from {who} to the board\n\n{day} {year}\n\n" + "\n\n".join(paragraphs)
    for year, day, kind, who, paragraphs in (
        (
            1925,
            "3 May",
            "Letter",
            "Anna Weber",
            ["The lighthouse needs oil.", "x " * 600, "The lighthouse is dark."],
        ),
        (
            1921,
            "4 June",
            "Telegram",
            "Jakob Stein",
            ["The lighthouse stands on the cape.", "The keeper waits."],
        ),
        (1923, "5 July", "Letter", "Anna Weber", ["Nothing but fog.", "A lighthouse keeper writes."]),
        (1930, "6 August", "Telegram", "Jakob Stein", ["The harbour is frozen."]),
    )
}


@pytest.fixture(scope="module")
def coast(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("coast"))) as client:
        for name, text in LETTERS.items():
            assert finished_job(client, upload(client, name, text))["status"] == "succeeded"
        yield client


def search(client, question, **more):
    answer = client.post("/v1/search", json={"question": question, "mode": "search", **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def years(found):
    return list(dict.fromkeys(one["citation"]["date"][:4] for one in found["passages"]))


def test_papers_are_counted_each_by_itself_and_facets_follow_the_search(coast):
    counted = search(coast, "lighthouse")["counted"]
    assert counted["documents"] == 3
    assert sorted(one["passages"] for one in counted["per_document"]) == [1, 1, 2]
    assert counted["passages"] == 4
    kinds = {one["value"]: one["documents"] for one in counted["facets"]["kinds"]}
    assert kinds == {"letter": 2, "telegram": 1}
    assert [one["year"] for one in counted["facets"]["years"]] == [1921, 1923, 1925]
    narrowed = search(coast, "lighthouse", filters={"kinds": ["telegram"]})["counted"]
    assert [one["value"] for one in narrowed["facets"]["kinds"]] == ["telegram"]
    assert narrowed["documents"] == 1


def test_a_search_is_in_the_order_of_the_date_where_that_is_asked_for(coast):
    assert years(search(coast, "lighthouse", order="date")) == ["1921", "1923", "1925"]
    assert years(search(coast, "lighthouse", order="date", top_k=1)) == ["1921"]
    assert years(search(coast, "lighthouse")) == years(search(coast, "lighthouse", order="relevance"))
    assert search(coast, "lighthouse")["counted"]["order"] == "relevance"
    assert coast.post("/v1/search", json={"question": "x", "order": "size"}).status_code == 422


def test_a_word_that_stands_nowhere_is_met_with_the_one_that_does(coast):
    assert search(coast, "lighthuose")["counted"]["did_you_mean"] == "lighthouse"
    assert search(coast, "Lighthuose AND keeper")["counted"]["did_you_mean"] == "Lighthouse AND keeper"
    assert search(coast, "lighthuose OR harbour")["counted"]["did_you_mean"] == "lighthouse OR harbour"
    assert search(coast, "lighthouse")["counted"]["did_you_mean"] is None
    assert search(coast, "xylophone")["counted"]["did_you_mean"] is None
    # the other word is there, but not beside this one
    assert search(coast, "lighthuose AND frozen")["counted"]["did_you_mean"] is None


def test_a_question_is_answered_as_ever(coast):
    plain = coast.post("/v1/ask", json={"question": "Who waits?"}).json()
    ordered = coast.post("/v1/ask", json={"question": "Who waits?", "order": "date"}).json()
    assert plain["counted"] is None
    assert plain["answer"] == ordered["answer"]


def test_the_page_puts_the_words_of_a_paper_together_and_leads_on(coast):
    html = coast.get("/", params={"q": "lighthouse", "mode": "search"}).text
    titles = re.findall(r'<h3 class="entry-title">.*?<a class="title" [^>]*>(.*?)</a>', html, re.DOTALL)
    assert len(titles) == 3
    assert "2 passages</span>" in html
    links = [
        link.replace("&amp;", "&") for link in re.findall(r'<a href="([^"]*)">(?:by date|letter)</a>', html)
    ]
    by_date, letters = links
    html = coast.get(by_date).text
    assert re.findall(r'entry-year">(\d+)<', html) == ["1921", "1923", "1925"]
    assert re.findall(r'entry-year">(\d+)<', coast.get(f"{letters}&order=date").text) == ["1923", "1925"]
    meant = coast.get("/", params={"q": "lighthuose", "mode": "search"}).text
    [link] = re.findall(r'Did you mean <a href="([^"]*)">lighthouse</a>', meant)
    assert "in 3 documents" in coast.get(link.replace("&amp;", "&")).text
