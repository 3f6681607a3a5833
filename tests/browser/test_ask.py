"""Asking, in a real browser: answers that arrive, follow-ups, filters, citations, refusals and errors."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browser_support import ask, box_of, open_passages, words_of
from service_support import make_app, serving
from web_support import HOSTILE_TITLE, QUESTION, fill

pytestmark = pytest.mark.browser

TURN = re.compile(r"/turn\?")


def query_of(request):
    return parse_qs(urlsplit(request.url).query)


@pytest.fixture(scope="module")
def silent_site(tmp_path_factory):
    """A site that answers nothing, since no confidence is enough for it."""
    with serving(make_app(tmp_path_factory.mktemp("data"), answer_threshold=1.0)) as client:
        fill(client)
        yield client


def test_a_question_is_answered_in_place(browser, site):
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, QUESTION)
        assert "fishing rights that were agreed upon in Batum" in words_of(turn.locator(".answer-text"))
        assert "In the documents’ own words · confidence" in words_of(turn.locator(".answer"))
        assert turn.locator(".passage").count() == 5
        open_passages(turn)
        assert words_of(turn.locator(".passage mark").first)
        assert parse_qs(urlsplit(page.url).query) == {"q": [QUESTION]}
        assert page.title() == f"{QUESTION} – Dossier"
        assert page.get_by_role("status").first.inner_text().endswith("5 passages.")


def test_the_page_says_the_same_with_and_without_scripts(browser, site):
    query = {"q": "What is told of the harbour and of the treasure of Tortuga?"}
    address = str(site.build_request("GET", "/", params=query).url.raw_path, "ascii")
    with browser(site, java_script_enabled=False) as page:
        page.goto(address)
        without = words_of(page.locator("#t1"))
        links_without = hrefs(page)
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, query["q"])
        assert words_of(turn).replace(" Take along", "") == without  # what a browser keeps needs scripts
        assert hrefs(page) == links_without


def hrefs(page):
    return [link.get_attribute("href") for link in page.locator("#t1 a:visible").all()]


def test_without_scripts_the_form_asks_by_itself(browser, site):
    with browser(site, java_script_enabled=False) as page:
        page.goto("/")
        page.get_by_role("textbox", name="Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        assert "agreed upon in Batum" in words_of(page.locator("#t1 .answer-text"))
        page.get_by_role("textbox", name="follow-up").fill("And the customs of Sinop?")
        page.get_by_role("button", name="Ask").click()
        assert words_of(page.locator("#t2 .question")) == "And the customs of Sinop?"
        assert page.locator("#t1").is_visible()


def test_a_follow_up_sends_the_conversation_and_is_shown_below_it(browser, site):
    with browser(site) as page:
        page.goto("/")
        first = words_of(ask(page, QUESTION).locator(".answer-text"))
        with page.expect_request(TURN) as sent:
            second = ask(page, "And what about Sinop?")
        assert query_of(sent.value)["q"] == [QUESTION, "And what about Sinop?"]
        [earlier] = json.loads(sent.value.post_data)["answers"]
        assert earlier.endswith("]")
        assert page.locator("article.turn").count() == 2
        assert words_of(page.locator("#t1 .answer-text")) == first
        assert not page.locator("#t1 .passage").first.is_visible()
        assert not second.locator(".passage").first.is_visible()
        page.reload()
        assert [words_of(one) for one in page.locator(".question").all()] == [
            QUESTION,
            "And what about Sinop?",
        ]
        with page.expect_request(TURN) as sent:
            ask(page, "And Odessa?")
        assert len(json.loads(sent.value.post_data)["answers"]) == 2


def test_what_is_found_stands_there_before_the_answer_does(browser, site):
    with browser(site) as page:
        page.goto("/")
        ask(page, QUESTION)
        # a server that stops half way: what came by then stands on the page
        with site.stream("POST", "/turn", params={"q": [QUESTION, "And then?"]}, json={}) as response:
            first, _, _ = "".join(response.iter_text()).partition("\n\n")
        page.route(TURN, lambda route: route.fulfill(content_type="text/event-stream", body=f"{first}\n\n"))
        turn = ask(page, "And then?")
        assert "broke off before the answer was there" in words_of(turn.locator(".problem-line"))
        assert turn.locator(".passage").count() == 5


def test_hostile_text_stays_text_when_the_script_shows_it(browser, site):
    with browser(site) as page:
        dialogs = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
        page.goto("/")
        turn = ask(page, "treasure of Tortuga <script>alert('q')</script>")
        assert HOSTILE_TITLE in words_of(turn)
        assert "<img src=x onerror=alert('text')>" in words_of(turn)
        assert turn.locator("img, script").count() == 0
        assert dialogs == []


def test_filters_hold_for_the_question_that_stands_there(browser, site):
    with browser(site) as page:
        page.goto("/")
        ask(page, "What did the ambassador say of the harbour?")
        with page.expect_response(TURN):
            page.locator("input[name=kind][value=letter]").check()
        page.locator("article.turn:not(.is-waiting)").wait_for()
        open_passages(page.locator("article.turn"))
        assert {words_of(kind) for kind in page.locator(".passage .kind").all()} == {"letter"}
        assert parse_qs(urlsplit(page.url).query)["kind"] == ["letter"]
        with page.expect_response(TURN):
            page.get_by_role("link", name="Clear").click()
        page.locator("article.turn:not(.is-waiting)").wait_for()
        assert page.locator("article.turn").count() == 1
        assert "kind" not in page.url


def test_years_are_chosen_by_drawing_over_the_picture_or_by_typing(browser, site):
    with browser(site, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"/?q={QUESTION}")
        box = box_of(page.locator(".histogram svg"))
        years = 1941 - 1921 + 1
        middle = box["y"] + box["height"] / 2
        with page.expect_request(TURN) as sent:
            page.mouse.move(box["x"] + box["width"] * 16.5 / years, middle)
            page.mouse.down()
            page.mouse.move(box["x"] + box["width"] * 18.5 / years, middle)
            page.mouse.up()
        query = query_of(sent.value)
        assert (query["from"], query["to"]) == (["1937"], ["1939"])
        page.get_by_role("textbox", name="From").fill("1941-02")
        page.get_by_role("textbox", name="to", exact=True).fill("1941")
        with page.expect_request(TURN) as sent:
            page.keyboard.press("Enter")
        query = query_of(sent.value)
        assert (query["from"], query["to"]) == (["1941-02"], ["1941"])


def test_a_name_that_was_typed_becomes_a_choice(browser, site):
    with browser(site) as page:
        page.goto(f"/?q={QUESTION}")
        page.get_by_role("combobox", name="Name").fill("Litvinov")
        with page.expect_request(TURN) as sent:
            page.get_by_role("button", name="Apply").click()
        assert query_of(sent.value)["participant"] == ["Litvinov"]
        assert page.get_by_role("checkbox", name="Litvinov").is_checked()
        assert parse_qs(urlsplit(page.url).query)["participant"] == ["Litvinov"]


def test_a_date_that_is_none_is_told(browser, site):
    with browser(site) as page:
        page.goto("/")
        ask(page, QUESTION)
        page.get_by_role("textbox", name="From").fill("soon")
        page.get_by_role("button", name="Apply").click()
        problem = page.locator(".problem-line")
        problem.wait_for()
        assert words_of(problem) == "“soon” is no date: write a year, 1939, or a day, 1939-08-23."


def test_more_passages_come_when_asked_for(browser, site):
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, QUESTION)
        open_passages(turn)
        turn.get_by_role("link", name="Show more passages").click()
        page.locator("#t1-p15").wait_for()
        assert page.locator("article.turn").count() == 1
        assert parse_qs(urlsplit(page.url).query)["k"] == ["15"]


def test_a_citation_is_copied_in_each_form(browser, site):
    with browser(site, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto("/")
        turn = ask(page, QUESTION)
        open_passages(turn)
        turn.get_by_role("link", name="Cite passage 1").click()
        dialog = page.get_by_role("dialog", name="Cite this")
        link = turn.locator(".passage a.cite").first.get_attribute("href")
        forms = (
            site.get(link, params={"format": "all"}).json()
            if "?" not in link
            else site.get(f"{link}&format=all").json()
        )
        for name, form in (
            ("Plain text", "plain"),
            ("Chicago note", "chicago"),
            ("BibTeX", "bibtex"),
            ("CSL-JSON", "csl"),
        ):
            dialog.get_by_text(forms[form].strip().splitlines()[0]).first.wait_for()
            dialog.get_by_role("button", name=f"Copy as {name}").click()
            dialog.get_by_text("Copied.").wait_for()
            assert page.evaluate("navigator.clipboard.readText()") == forms[form].strip()
        with page.expect_download() as download:
            dialog.get_by_role("link", name="Download as BibTeX").click()
        assert download.value.suggested_filename == "citation.bib"
        page.keyboard.press("Escape")
        assert not dialog.is_visible()


def test_a_refusal_is_an_answer_with_the_nearest_passages(browser, silent_site):
    with browser(silent_site) as page:
        page.goto("/")
        turn = ask(page, "Who invented the telephone?")
        assert "The documents do not answer this question." in words_of(turn.locator(".answer"))
        assert not turn.locator(".confidence").is_visible()
        assert words_of(turn.locator("summary").first) == "The nearest 5 passages"
        assert turn.locator(".passage").first.is_visible()


@pytest.mark.parametrize("way_out", ["Clear", "Ask without the filters"])
def test_nothing_under_the_filters_is_said_and_can_be_cleared(browser, site, way_out):
    with browser(site) as page:
        page.goto("/?from=1066&to=1067")
        turn = ask(page, QUESTION)
        assert "hold nothing on this question under the filters" in words_of(turn.locator(".answer"))
        assert turn.locator(".passage").count() == 0
        page.get_by_role("link", name=way_out).click()
        page.locator(".passages").wait_for()


def test_an_error_of_the_server_is_one_line_and_the_question_can_be_asked_again(browser, site):
    problem = {"title": "Too Many Requests", "status": 429, "detail": "Too many requests: ask again in 7 s."}
    with browser(site) as page:
        page.goto("/")
        page.route(
            TURN,
            lambda route: route.fulfill(
                status=429, content_type="application/problem+json", body=json.dumps(problem)
            ),
        )
        turn = ask(page, QUESTION)
        assert words_of(turn.locator(".problem-line")) == "Too many requests: ask again in 7 s."
        assert page.get_by_role("status").first.inner_text() == "Too many requests: ask again in 7 s."
        page.unroute(TURN)
        page.get_by_role("button", name="Ask again").click()
        page.locator(".answer-text .reference").first.wait_for()
        assert page.locator(".problem-line:visible").count() == 0


def test_a_server_that_cannot_be_reached_is_told(browser, site):
    unreachable = "The server cannot be reached: check the connection, then try again."
    with browser(site) as page:
        page.goto("/")
        turn = ask(page, QUESTION)
        page.context.set_offline(True)
        turn.locator("a.cite").first.click()
        page.get_by_role("dialog").get_by_text(unreachable).wait_for()
        assert not page.locator("[data-form=plain]").is_visible()
        page.keyboard.press("Escape")
        turn = ask(page, "And Sinop?")
        assert words_of(turn.locator(".problem-line")) == unreachable


@pytest.mark.parametrize("width", [360, 1440])
def test_the_question_stays_in_sight_while_it_is_answered(browser, site, width):
    with browser(site, viewport={"width": width, "height": 700}) as page:
        page.route(TURN, lambda _: None)  # it is never answered
        for question in (QUESTION, "why " * 500):
            page.goto("/")
            page.locator("#question").fill(question)
            page.keyboard.press("Enter")
            for name in (".is-waiting .question", ".is-waiting .answer"):
                box = box_of(page.locator(name))
                assert box["y"] >= 0
                assert box["y"] + box["height"] <= 700


def test_what_makes_an_answer_unsure_is_read_before_it(browser, tmp_path):
    with serving(make_app(tmp_path, answer_threshold=None)) as client, browser(client) as page:
        fill(client)
        page.goto("/")
        turn = ask(page, "Did the pirates eat fish?")
        doubt, words = box_of(turn.locator(".notice")), box_of(turn.locator(".answer-text").first)
        assert doubt["y"] < words["y"]


def test_back_leads_to_the_question_before(browser, site):
    with browser(site) as page:
        page.goto("/")
        ask(page, QUESTION)
        ask(page, "And Sinop?")
        page.go_back()
        page.wait_for_function("document.querySelectorAll('article.turn').length === 1")
        assert words_of(page.locator(".question")) == QUESTION


def test_going_to_the_filters_leaves_the_answer_in_place(browser, site):
    with browser(site, viewport={"width": 360, "height": 700}) as page:
        page.goto("/")
        ask(page, QUESTION)
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.locator("#to-filters").click()
        page.get_by_role("group", name="Kind").wait_for()
        page.go_back()
        page.locator("#t1 .answer-text").wait_for()
        assert [address for address in requests if "/static/" not in address] == []


def test_who_signs_in_with_a_key_has_the_whole_page_until_signing_out(browser, tmp_path):
    with serving(make_app(tmp_path, api_keys=("a-secret-key",)), auth=("x", "a-secret-key")) as client:
        fill(client)
        with browser(client) as page:
            page.goto("/library?title=note")
            page.get_by_label("Key").fill("a-wrong-key")
            page.keyboard.press("Enter")
            page.get_by_role("alert").wait_for()
            page.get_by_label("Key").fill("a-secret-key")
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="Library").wait_for()
            assert page.url.endswith("/library?title=note")
            page.goto("/")
            assert "agreed upon in Batum" in words_of(ask(page, QUESTION).locator(".answer-text"))
            page.get_by_role("link", name="DOSSIER_API_KEYS").click()
            page.get_by_role("button", name="Sign out").click()
            page.get_by_label("Key").wait_for()
            page.goto("/")
            page.get_by_label("Key").wait_for()


def test_everything_is_reached_by_keyboard(browser, site):
    with browser(site) as page:
        page.goto("/")
        page.keyboard.type(QUESTION)  # the question has the focus from the start
        page.keyboard.press("Enter")
        page.locator(".answer-text .reference").first.wait_for()
        open_passages(page.locator("#t1"))
        seen = []
        page.locator("#t1 .question").focus()
        for _ in range(16):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.textContent.trim()"))
        assert {"5 passages", "Read in the document", "Cite", "Why this passage"} <= set(seen)
