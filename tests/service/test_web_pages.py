"""The pages as a browser without JavaScript gets them."""

import html
import re
import threading
from html.parser import HTMLParser

import pytest
from encoders import WordHashEncoder
from service_support import finished_job, make_app, make_settings, serving, upload, wait_until
from web_support import FILES, HOSTILE_TITLE, LONG, QUESTION, document_of, fill

from service.dossier import Dossier
from service.web import routes

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

NAMES = ("Odessa", "Batum", "Sinop")
PAPER = (
    "The envoy reports that the harbour of Trebizond was closed by ice in the second week of February and "
    "that eleven ships with grain for the southern army wait outside, among them two from Marseille.\n"
)


@pytest.fixture(scope="module")
def empty_site(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("data"))) as client:
        yield client


class Parsed(HTMLParser):
    """Elements with their attributes, and the text outside of scripts and templates."""

    def __init__(self, response):
        super().__init__()
        self.elements = []
        self.words = []
        self._templates = 0
        self.feed(response.text)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._templates += tag == "template"

    def handle_endtag(self, tag):
        self._templates -= tag == "template"

    def handle_data(self, data):
        if not self._templates:
            self.words.append(data)

    def all(self, tag, **wanted):
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and all(attributes.get(key.strip("_")) == value for key, value in wanted.items())
        ]


def pages_of(site):
    paged, hostile = document_of(site, "envoys.txt"), document_of(site, "pirates.md")
    return [
        "/",
        f"/?q={QUESTION}",
        "/?from=nonsense&q=x",
        "/library",
        f"/read/{paged['id']}",
        f"/read/{hostile['id']}?from=10&to=90",
        f"/cite/{hostile['id']}",
        "/read/unknown",
    ]


def test_every_page_has_a_strict_policy_and_nothing_inline(site):
    for address in pages_of(site):
        response = site.get(address)
        assert response.headers["content-type"] == "text/html; charset=utf-8", address
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
        parsed = Parsed(response)
        for tag, attributes in parsed.elements:
            assert "style" not in attributes, address
            assert tag != "style", address
            assert not any(name.startswith("on") for name in attributes), address
            for name in ("src", "href", "action"):
                assert not re.match(r"(?i)(https?:)?//|javascript:", attributes.get(name) or ""), address
        scripts = [one for one in parsed.all("script") if one.get("type") != "application/ld+json"]  # data
        assert all(one.get("src", "").startswith("/static/") for one in scripts), address


def test_every_script_and_style_the_pages_name_is_there(site):
    named = {
        attributes.get("src") or attributes["href"]
        for address in pages_of(site)
        for tag, attributes in Parsed(site.get(address)).elements
        if (tag == "script" and attributes.get("type") != "application/ld+json")
        or (tag == "link" and attributes["rel"] != "prev")
    }
    assert {"/static/dossier.css", "/static/ask.js", "/static/icon.svg"} <= named
    waiting, seen = set(named), set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = site.get(address)
        assert response.status_code == 200, address
        assert response.headers["x-content-type-options"] == "nosniff"
        if address.endswith(".js"):
            assert response.headers["content-type"].startswith("text/javascript")
            imported = re.findall(r'from "\./([\w.-]+)"', response.text)
            waiting |= {f"/static/{name}" for name in imported} - seen
    assert "/static/filters.js" in seen


def test_no_file_beyond_the_static_folder_is_given(site):
    for path in (
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/..%2ftemplates/base.html",
        "/static/",
    ):
        assert site.get(path).status_code == 404


def test_hostile_text_stays_text_everywhere(site):
    document = document_of(site, "pirates.md")
    assert document["title"] == HOSTILE_TITLE
    for address in (
        "/library",
        f"/read/{document['id']}",
        f"/read/{document['id']}?from=5&to=120",
        f"/cite/{document['id']}",
        f"/?document={document['id']}&q=treasure of Tortuga",
        "/?q=<script>alert('q')</script>&kind=\"><script>alert('k')</script>",
        "/?q=<img src=x onerror=alert('q')>&participant=<script>alert('p')</script>&from='><script>",
        "/library?title=<script>alert('t')</script>&participant=\"><script>alert('p')</script>",
        "/read/<script>alert('id')<script>",
    ):
        parsed = Parsed(site.get(address))
        scripts = [one for one in parsed.all("script") if one.get("type") != "application/ld+json"]  # data
        assert all(one.get("src", "").startswith("/static/") for one in scripts), address
        assert not parsed.all("img"), address
    shown = Parsed(site.get(f"/read/{document['id']}")).text
    assert "The pirate wrote: <img src=x onerror=alert('text')>" in shown


def test_without_a_question_the_page_says_what_there_is(site):
    parsed = Parsed(site.get("/"))
    documents = site.get("/v1/documents").json()["total"]
    assert f"{documents} documents in {len(FILES)} sources" in parsed.text
    assert parsed.all("textarea", name="q")
    assert parsed.all("input", name="from")
    assert parsed.all("svg", role="img")[0]["aria-label"].startswith("Documents by year. 1921: 1, 1937: ")


def test_a_question_in_the_address_is_answered_with_document_date_and_page(site):
    parsed = Parsed(site.get("/", params={"q": QUESTION}))
    answer = site.post("/v1/ask", json={"question": QUESTION}).json()
    citation = answer["passages"][0]["citation"]
    assert QUESTION in parsed.text
    assert "fishing rights that were agreed upon in Batum" in parsed.text
    assert "In the documents’ own words · confidence" in parsed.text
    (link,) = [one["href"] for one in parsed.all("a", class_="reference")][:1]
    assert link.startswith(f"/read/{citation['document_id']}?from=")
    assert parsed.all("a", class_="title")[0]["href"] == link
    assert citation["title"] in parsed.text
    assert "pp. 12–14" in parsed.text
    assert "as numbered in the file" in parsed.text


def test_a_follow_up_keeps_the_questions_before_it_in_the_form(site):
    parsed = Parsed(site.get("/", params={"q": [QUESTION, "And the customs?"]}))
    assert [one["value"] for one in parsed.all("input", name="q")] == [QUESTION, "And the customs?"]
    assert len(parsed.all("article")) >= 2
    assert "Ask a follow-up" in parsed.text


def test_filters_in_the_address_hold_and_show(site):
    query = {"q": "What did the ambassador say?", "from": "1937", "to": "1941-12", "kind": "telegram"}
    parsed = Parsed(site.get("/", params=query))
    assert parsed.all("input", name="from")[0]["value"] == "1937"
    assert parsed.all("input", name="to")[0]["value"] == "1941-12"
    assert "checked" in parsed.all("input", name="kind", value="telegram")[0]
    dates = [one["datetime"] for one in parsed.all("time") if one["datetime"]]
    assert dates
    assert set(dates) == {"1937-05-14"}


def test_a_date_that_is_none_gives_one_line_and_keeps_the_question(site):
    parsed = Parsed(site.get("/", params={"q": QUESTION, "from": "some day"}))
    assert "“some day” is no date: write a year, 1939, or a day, 1939-08-23." in parsed.text
    assert QUESTION in parsed.text


def test_nothing_under_the_filters_is_said_plainly(site):
    parsed = Parsed(site.get("/", params={"q": QUESTION, "from": "1066", "to": "1066"}))
    assert "The documents hold nothing on this question under the filters given." in parsed.text
    assert not parsed.all("li", id="t1-p1")


def test_more_passages_can_be_asked_for(site):
    more = Parsed(site.get("/", params={"q": QUESTION})).all("a", class_="button")[0]["href"]
    assert "k=15" in more
    few = site.get("/", params={"q": QUESTION}).text.count('class="passage"')
    many = site.get(more).text.count('class="passage"')
    assert (few, many) == (5, 15)


def test_a_refusal_comes_with_the_nearest_passages(tmp_path):
    with serving(make_app(tmp_path, answer_threshold=1.0)) as client:
        fill(client)
        parsed = Parsed(client.get("/", params={"q": QUESTION}))
    assert "The documents do not answer this question." in parsed.text
    assert "The nearest 5 passages" in parsed.text
    assert "confidence" not in parsed.text


def test_an_empty_index_says_how_to_add_documents(empty_site):
    parsed = Parsed(empty_site.get("/"))
    assert "Nothing is indexed yet." in parsed.text
    assert "dossier index PATH" in parsed.text
    assert "Nothing is indexed yet." in Parsed(empty_site.get("/library")).text


def test_the_reader_shows_pages_with_the_way_they_are_known(site):
    document = document_of(site, "envoys.txt")
    parsed = Parsed(site.get(f"/read/{document['id']}"))
    breaks = parsed.all("span", role="doc-pagebreak")
    assert [one["aria-label"] for one in breaks] == [
        f"p. {number}, as numbered in the file" for number in (11, 12, 13, 14)
    ]
    assert [one["id"] for one in breaks] == [f"page={number}" for number in (11, 12, 13, 14)]


def test_the_reader_marks_the_range_of_the_address(site):
    text = FILES["envoys.txt"]
    start = text.index("the envoy of Batum")
    end = text.index("fishing rights", start) + len("fishing rights")
    document = document_of(site, "envoys.txt")
    response = site.get(f"/read/{document['id']}", params={"from": start, "to": end})
    marked = re.findall(r"<mark[^>]*>(.*?)</mark>", response.text, re.DOTALL)
    assert [html.unescape(one) for one in marked] == [
        "the envoy of Batum wrote about the harbour, the customs and the fishing rights"
    ]
    assert response.text.count('id="quote"') == 1


@pytest.mark.parametrize("query", ["from=9&to=3", "from=99999999&to=999999999", "from=1", "to=4"])
def test_a_range_that_marks_nothing_is_passed_over(site, query):
    document = document_of(site, "envoys.txt")
    response = site.get(f"/read/{document['id']}?{query}")
    assert response.status_code == 200
    assert "<mark" not in response.text


@pytest.mark.parametrize("query", ["from=-1&to=4", "from=x&to=4", "part=0", "part=many"])
def test_an_address_that_is_wrong_gives_a_page_that_says_so(site, query):
    document = document_of(site, "envoys.txt")
    response = site.get(f"/read/{document['id']}?{query}")
    assert response.status_code == 422
    assert "The address is not valid: look at" in Parsed(response).text


def test_a_long_document_comes_in_parts_and_opens_at_the_mark(site):
    document = document_of(site, "chronicle.md")
    first = Parsed(site.get(f"/read/{document['id']}")).text
    assert "Part 1 of" in first
    assert "In year 1 of" in first
    start = LONG.index("In year 230 of")
    opened = site.get(f"/read/{document['id']}", params={"from": start, "to": start + 12})
    assert "<mark" in opened.text
    assert "In year 1 of" not in Parsed(opened).text


def test_the_reader_leads_to_the_documents_before_and_after(tmp_path):
    book = "".join(
        f"# Letter of envoy {name}\n\nMarch {day}, 1921\n\nThe harbour of {name} is full of ice.\n\n"
        for day, name in enumerate(NAMES, start=1)
    )
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "book.md", book))
        documents = client.get("/v1/documents").json()["documents"]
        assert [one["title"] for one in documents] == [f"Letter of envoy {name}" for name in NAMES]
        parsed = Parsed(client.get(f"/read/{documents[1]['id']}"))
        assert [one["href"] for one in parsed.all("a", rel="prev")] == [f"/read/{documents[0]['id']}"]
        assert [one["href"] for one in parsed.all("a", rel="next")] == [f"/read/{documents[2]['id']}"]
        assert not Parsed(client.get(f"/read/{documents[0]['id']}")).all("a", rel="prev")


def test_the_same_paper_elsewhere_is_linked(tmp_path):
    with serving(make_app(tmp_path)) as client:
        for name in ("one.md", "two.md"):
            text = f"# Letter in {name}\n\n{PAPER}"
            finished_job(client, upload(client, name, text))
        finished_job(client, upload(client, "other.md", "# Another\n\nThe harbour is full of ice."))
        one, two = document_of(client, "one.md"), document_of(client, "two.md")
        parsed = Parsed(client.get(f"/read/{one['id']}"))
        assert "The same elsewhere Letter in two.md" in parsed.text
        assert parsed.all("a", href=f"/read/{two['id']}")
        assert "The same elsewhere" not in Parsed(client.get(document_of(client, "other.md")["url"])).text


def test_an_unknown_document_is_a_page_with_a_way_on(site):
    response = site.get("/read/unknown")
    assert response.status_code == 404
    parsed = Parsed(response)
    assert "There is no document unknown in the index, or no longer" in parsed.text
    assert parsed.all("a", href="/library")


def test_a_citation_comes_in_every_form(site):
    document = document_of(site, "envoys.txt")
    start = FILES["envoys.txt"].index("On page 13")
    place = {"from": start, "to": start + 20}
    forms = site.get(f"/cite/{document['id']}", params={**place, "format": "all"}).json()
    assert set(forms) == {"plain", "chicago", "bibtex", "csl", "ris"}
    assert forms["plain"].endswith("p. 13.")
    parsed = Parsed(site.get(f"/cite/{document['id']}", params=place))
    assert forms["plain"] in parsed.text
    for form, media_type, suffix in (
        ("bibtex", "application/x-bibtex", "bib"),
        ("csl", "application/vnd.citationstyles.csl+json", "json"),
        ("ris", "application/x-research-info-systems", "ris"),
        ("plain", "text/plain", "txt"),
    ):
        response = site.get(f"/cite/{document['id']}", params={**place, "format": form})
        assert response.text == forms[form]
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert response.headers["content-disposition"] == f'attachment; filename="citation.{suffix}"'
    assert site.get(f"/cite/{document['id']}", params={"format": "word"}).status_code == 422


def test_the_library_lists_sources_and_documents_by_date(site):
    parsed = Parsed(site.get("/library"))
    for name in FILES:
        assert name in parsed.text
    text = parsed.text.partition("Documents Documents")[2] or parsed.text
    assert text.index("3 March 1921") < text.index("undated")
    years = [one["href"] for one in parsed.all("a") if one["href"].startswith("/library?from=")]
    assert "/library?from=1921&to=1921#documents" in years


def test_documents_are_found_by_title_kind_and_date(site):
    def found(**query):
        response = site.get("/library", params=query)
        return re.findall(r'<a href="/read/(\w+)">', response.text)

    pirates, chronicle = document_of(site, "pirates.md")["id"], document_of(site, "chronicle.md")["id"]
    assert found(title="of the ISLAND") == [chronicle]
    assert found(**{"from": "1921-03", "to": "1921"}) == [pirates]
    assert found(kind="letter", source="pirates.md") == [pirates]
    assert found(title="nowhere to be found") == []
    assert "No document fits." in Parsed(site.get("/library", params={"title": "nowhere"})).text
    assert site.get("/library", params={"from": "soon"}).status_code == 422


def test_many_sources_come_in_parts_and_what_is_chosen_is_offered(tmp_path, monkeypatch):
    monkeypatch.setattr(routes, "_SOURCES_AT_ONCE", 2)
    names = ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]
    with serving(make_app(tmp_path)) as client:
        for name in names:
            finished_job(client, upload(client, name, f"A note, {name}."))
        seen, address = [], "/library"
        while address:
            parsed = Parsed(client.get(address))
            seen += [one["href"] for one in parsed.all("a") if one["href"].startswith("/library?source=")]
            following = [one["href"] for one in parsed.all("a", rel="next")]
            address = following[0] if following else ""
        assert seen == [f"/library?source={name}#documents" for name in names]
        parsed = Parsed(client.get("/", params={"source": "d.txt"}))
        boxes = parsed.all("input", type="checkbox", name="source")
        offered = {one["value"]: "checked" in one for one in boxes}
        assert offered == {"a.txt": False, "b.txt": False, "d.txt": True}


def test_a_long_list_comes_in_parts(tmp_path):
    book = "".join(
        f"# Letter of envoy {NAMES[n % 3]}\n\nMarch {n % 28 + 1}, {1900 + n % 30}\n\n"
        f"The harbour has {n} ships, of which two are full of grain and wait for the ice to go.\n\n"
        for n in range(130)
    )
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "book.md", book))
        first = Parsed(client.get("/library"))
        assert "130 documents, 1 to 100 shown" in first.text
        (later,) = [one["href"] for one in first.all("a", rel="next")]
        second = Parsed(client.get(later))
        assert "130 documents, 101 to 130 shown" in second.text
        assert second.all("a", rel="prev")
        assert not second.all("a", rel="next")


def test_while_the_index_opens_the_page_says_so_and_looks_again(tmp_path):
    may_open = threading.Event()

    def opener(_settings):
        assert may_open.wait(30)
        return Dossier.open(settings=make_settings(tmp_path), encoder=WordHashEncoder())

    with serving(make_app(tmp_path, open_dossier=opener), is_ready=False) as client:
        response = client.get("/")
        assert response.status_code == 503
        assert response.headers["retry-after"] == "2"
        parsed = Parsed(response)
        assert "The index is being opened" in parsed.text
        assert '<meta http-equiv="refresh" content="3">' in response.text
        may_open.set()
        wait_until(lambda: client.get("/").status_code == 200)
