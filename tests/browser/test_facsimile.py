"""Pages as they look, in a real browser: beside the text or behind a switch, the quote on them, no shift."""

import pytest
from browser_support import box_of, violations, words_of
from pdf_files import RED, pages_pdf
from service_support import finished_job, make_app, serving, upload
from web_support import document_of

pytestmark = pytest.mark.browser

WIDE = {"viewport": {"width": 1440, "height": 900}}
NARROW = {"viewport": {"width": 360, "height": 740}}
SHIFTS = """() => new Promise((resolve) => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((one) => { sum += one.value; });
  new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(sum), 300);
})"""


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("letters"))) as client:
        finished_job(client, upload(client, "letters.pdf", pages_pdf()))
        yield client


def address_of_quote(client, page=2):
    document = document_of(client, "letters.pdf")
    text = client.get(f"/v1/documents/{document['id']}", params={"text": True}).json()["text"]
    start = document["start_char"] + text.index(RED, text.index(f"On page {page} "))
    return f"/read/{document['id']}?from={start}&to={start + len(RED)}"


def wait_for_picture(page):
    page.wait_for_function("() => document.querySelector('.sheet img').naturalWidth > 0")


def red_and_marks(page):
    """Where the red ink of the picture lies, and the marks over it, both as fractions of the picture."""
    return page.evaluate(
        """() => {
          const picture = document.querySelector(".sheet img"), canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
          const context = canvas.getContext("2d");
          context.drawImage(picture, 0, 0);
          const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
          const ink = [1, 1, 0, 0];
          for (let at = 0; at < data.length; at += 4) {
            if (data[at] < 200 || data[at + 1] > 100) continue;
            const x = (at / 4) % canvas.width / canvas.width;
            const y = Math.floor(at / 4 / canvas.width) / canvas.height;
            [ink[0], ink[1]] = [Math.min(ink[0], x), Math.min(ink[1], y)];
            [ink[2], ink[3]] = [Math.max(ink[2], x), Math.max(ink[3], y)];
          }
          const around = picture.getBoundingClientRect();
          const marks = [...document.querySelectorAll(".sheet rect")].map((one) => {
            const { left, top, right, bottom } = one.getBoundingClientRect();
            return [left - around.left, top - around.top, right - around.left, bottom - around.top].map(
              (side, index) => side / (index % 2 ? around.height : around.width));
          });
          return { ink, marks };
        }"""
    )


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_quote_is_marked_on_the_picture_of_its_page_beside_the_text(browser, letters, has_scripts):
    with browser(letters, java_script_enabled=has_scripts, **WIDE) as page:
        page.goto(address_of_quote(letters))
        picture = page.locator(".sheet img")
        assert picture.get_attribute("alt") == "p. 12 as it looks, with the quote marked"
        assert words_of(page.locator(".sheet figcaption")).startswith("p. 12")
        assert "page 2 of 3 of the file" in words_of(page.locator(".sheet figcaption"))
        box, text = box_of(picture), box_of(page.locator(".text"))
        assert box["x"] > text["x"] + text["width"]
        assert box["height"] / box["width"] == pytest.approx(600 / 400, abs=0.01)
        assert page.locator(".sheet rect").count() == 1
        assert not page.get_by_role("radio", name="Text").is_visible()


def test_the_mark_lies_on_the_ink_of_the_words_and_nothing_moves(browser, letters):
    with browser(letters, **WIDE) as page:
        page.goto(address_of_quote(letters))
        page.wait_for_function("() => document.activeElement.id === 'quote'")
        wait_for_picture(page)
        found = red_and_marks(page)
        (mark,) = found["marks"]
        assert mark[0] <= found["ink"][0] + 0.01
        assert mark[1] <= found["ink"][1] + 0.01
        assert mark == pytest.approx(found["ink"], abs=0.02)
        assert page.evaluate(SHIFTS) == 0
        for words in ("#quote", ".sheet rect"):
            box = box_of(page.locator(words))
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 900


def test_on_a_narrow_screen_a_switch_shows_text_or_page(browser, letters):
    with browser(letters, **NARROW) as page:
        page.goto(address_of_quote(letters))
        assert page.locator(".text").is_visible()
        assert not page.locator(".sheet img").is_visible()
        page.get_by_role("radio", name="Text").focus()
        page.keyboard.press("ArrowRight")
        assert not page.locator(".text").is_visible()
        page.locator(".sheet img").scroll_into_view_if_needed()
        wait_for_picture(page)
        found = red_and_marks(page)
        assert found["marks"][0] == pytest.approx(found["ink"], abs=0.02)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("has_scripts", [True, False])
def test_one_can_leaf_through_the_file_and_come_back_to_the_quote(browser, letters, has_scripts):
    with browser(letters, java_script_enabled=has_scripts, **NARROW) as page:
        page.goto(address_of_quote(letters, page=1))
        page.get_by_role("radio", name="Page as it looks").check()
        for step, words, marks in (
            ("Next page", "p. 12", 0),
            ("Next page", "p. 13", 0),
            ("The quote", "p. 11", 1),
        ):
            page.get_by_role("link", name=step, exact=True).click()
            page.locator(".sheet-words", has_text=words).wait_for(state="attached")
            assert page.locator(".sheet rect").count() == marks
            assert page.get_by_role("link", name="Page before").count() == (0 if words == "p. 11" else 1)
            if step == "Next page":
                assert page.locator(".sheet img").is_visible()
        assert page.get_by_role("link", name="Next page").count() == 1


def test_a_file_that_is_gone_or_spoilt_gives_a_line_and_no_broken_picture(browser, tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "letters.pdf", pages_pdf()))
        (original,) = (path for path in (tmp_path / "originals").rglob("*") if path.is_file())
        with browser(client, **NARROW) as page:
            page.goto(address_of_quote(client))
            original.write_bytes(b"no PDF at all")
            page.get_by_role("radio", name="Page as it looks").check()
            line = page.locator(".sheet .problem-line")
            line.wait_for()
            assert "letters.pdf" in words_of(line)
            assert page.locator(".sheet img").count() == 0
            original.unlink()
            page.goto(address_of_quote(client, page=3))
            page.get_by_role("radio", name="Page as it looks").check()
            assert words_of(page.locator(".facsimile")).startswith("The pages of letters.pdf cannot be shown")
            assert page.locator(".sheet").count() == 0


def test_the_switch_stays_in_reach_at_the_quote(browser, letters):
    with browser(letters, **NARROW) as page:
        page.goto(address_of_quote(letters))
        page.wait_for_function("() => document.activeElement.id === 'quote'")
        assert page.evaluate("scrollY") > 0
        switch, quote = (box_of(page.locator(words)) for words in (".views", "#quote"))
        assert 0 <= switch["y"] < switch["y"] + switch["height"] <= quote["y"]


def test_a_text_has_no_pictures(browser, site):
    with browser(site, **WIDE) as page:
        page.goto(f"/read/{document_of(site, 'envoys.txt')['id']}")
        assert page.locator(".facsimile, .views").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("look", [WIDE, NARROW])
def test_the_page_beside_the_text_breaks_no_rule(browser, letters, look, scheme):
    with browser(letters, color_scheme=scheme, **look) as page:
        for address in (address_of_quote(letters), f"{address_of_quote(letters)}&sheet=3"):
            page.goto(address)
            wait_for_picture(page) if look is WIDE or "sheet" in address else None
            assert violations(page) == []
