"""The library, in a real browser: files that are added, asked and deleted."""

import pytest
from browser_support import ask, box_of, words_of
from encoders import PausingEncoder
from service_support import finished_job, make_app, serving, upload

pytestmark = pytest.mark.browser

LETTER = (
    b"# Letter from Ararat\n\nMay 5, 1922\n\n"
    b"The shepherd of Ararat found eleven silver coins under a stone.\n"
)


@pytest.fixture
def site(tmp_path):
    with serving(make_app(tmp_path)) as client:
        yield client


def add(page, name, content):
    page.get_by_label("Choose files").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content}
    )


def test_a_file_is_added_asked_and_deleted(browser, site):
    with browser(site) as page:
        page.goto("/")
        assert "Nothing is indexed yet." in words_of(page.locator("main"))
        page.get_by_role("link", name="library", exact=True).click()
        add(page, "ararat.md", LETTER)
        page.locator(".uploads .is-done").wait_for()
        assert words_of(page.locator(".uploads li")) == "ararat.md added: 1 document, 1 passage"
        assert "Letter from Ararat" in words_of(page.locator("#documents"))
        assert page.get_by_role("status").inner_text() == "ararat.md: added: 1 document, 1 passage"

        page.get_by_role("link", name="Ask", exact=True).click()
        page.wait_for_url("**/")
        turn = ask(page, "What did the shepherd of Ararat find?")
        assert "found eleven silver coins under a stone." in words_of(turn.locator(".answer-text"))
        assert "5 May 1922" in words_of(turn.locator(".cited"))

        page.get_by_role("link", name="Library", exact=True).click()
        page.get_by_role("button", name="Delete Letter from Ararat, 5 May 1922").click()
        dialog = page.get_by_role("dialog", name="Delete this source?")
        assert "Letter from Ararat, 5 May 1922 goes from the index with 1 document." in words_of(dialog)
        dialog.get_by_role("button", name="Keep it").click()
        assert site.get("/v1/sources").json()["total"] == 1
        page.get_by_role("button", name="Delete Letter from Ararat, 5 May 1922").click()
        dialog.get_by_role("button", name="Delete").click()
        page.get_by_text("Nothing is indexed yet.").wait_for()
        assert site.get("/v1/sources").json()["total"] == 0


def test_a_file_chosen_before_the_script_has_loaded_is_added(browser, site):
    with browser(site) as page:
        waiting = []
        page.route("**/library.js*", lambda route: waiting.append(route))  # noqa: PLW0108 - it must be a function
        page.goto("/library", wait_until="commit")
        add(page, "ararat.md", LETTER)
        page.wait_for_timeout(100)  # nothing listens yet
        (script,) = waiting
        script.continue_()
        page.locator(".uploads .is-done").wait_for()
        assert site.get("/v1/sources").json()["total"] == 1


def test_several_files_are_added_and_a_bad_one_does_not_stop_the_others(browser, site):
    with browser(site) as page:
        page.goto("/library")
        page.get_by_label("Choose files").set_input_files(
            [
                {"name": "empty.txt", "mimeType": "text/plain", "buffer": b""},
                {"name": "noise.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 noise"},
                {"name": "ararat.md", "mimeType": "text/markdown", "buffer": LETTER},
            ]
        )
        page.locator(".uploads .is-done").wait_for()
        rows = [words_of(row) for row in page.locator(".uploads li").all()]
        for row, name, content in zip(
            rows, ("empty.txt", "noise.pdf"), (b"", b"%PDF-1.4 noise"), strict=False
        ):
            assert row.replace(" ", ": ", 1) == upload(site, name, content).json()["detail"]
        assert page.locator(".uploads .is-problem").count() == 2


def test_a_folder_is_added_with_all_that_lies_in_it(browser, site, tmp_path):
    folder = tmp_path / "letters"
    for box in ("box1", "box2/old"):
        (folder / box).mkdir(parents=True)
        (folder / box / "ararat.md").write_bytes(LETTER + box.encode())
        (folder / box / ".hidden").write_bytes(b"no letter")
    with browser(site) as page:
        page.goto("/library")
        page.get_by_label("Choose a folder").set_input_files(folder)
        page.locator(".uploads .is-done").nth(1).wait_for()
        rows = sorted(words_of(row) for row in page.locator(".uploads li").all())
        assert rows == [
            "letters/box1/ararat.md added: 1 document, 1 passage",
            "letters/box2/old/ararat.md added: 1 document, 1 passage",
        ]
    names = {one["name"] for one in site.get("/v1/sources").json()["sources"]}
    assert names == {"box1/ararat.md", "old/ararat.md"}


def drop(page, *paths):
    """Drop files and folders of this machine, as a hand does."""
    box = box_of(page.locator("#drop"))
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 5, "y": box["y"] + 5}
        session.send("Input.dispatchDragEvent", {"type": kind, "data": data, **place})


def test_files_and_folders_are_dropped_and_a_second_of_a_name_is_kept_beside_the_first(
    browser, site, tmp_path
):
    folder = tmp_path / "letters"
    (folder / "box1" / "old").mkdir(parents=True)
    (folder / "box1" / "old" / "sinop.md").write_bytes(LETTER.replace(b"Ararat", b"Sinop"))
    (folder / "ararat.md").write_bytes(LETTER)
    with browser(site) as page:
        page.goto("/library")
        drop(page, folder)
        page.locator(".uploads .is-done").nth(1).wait_for()
        assert sorted(words_of(row) for row in page.locator(".uploads li").all()) == [
            "letters/ararat.md added: 1 document, 1 passage",
            "letters/box1/old/sinop.md added: 1 document, 1 passage",
        ]
        for content in (b"The first.", b"The second."):
            (tmp_path / "note.txt").write_bytes(LETTER + content)
            drop(page, tmp_path / "note.txt")
            page.locator(".uploads .is-done").nth(2 if content == b"The first." else 3).wait_for()
        assert words_of(page.locator(".uploads li").nth(3)).startswith("note.txt added as note (2).txt: 1")


def test_what_still_goes_on_is_shown_to_whoever_comes_and_can_be_cancelled(browser, tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder)) as client, browser(client) as page:
        sheep = (b"\n\nThe shepherd counted %d sheep at the river that day." % n for n in range(90))
        upload(client, "ararat.md", LETTER + b"".join(sheep))
        upload(client, "sinop.md", LETTER.replace(b"Ararat", b"Sinop"))
        assert encoder.began.wait(10)
        page.goto("/library")
        page.get_by_text("1 of").wait_for()
        assert words_of(page.locator(".uploads li").nth(1)) == "sinop.md waiting Cancel"
        page.get_by_role("button", name="Cancel sinop.md").click()
        page.get_by_role("button", name="Cancel ararat.md").click()
        page.locator(".uploads .is-done").nth(1).wait_for()
        rows = [words_of(row) for row in page.locator(".uploads li").all()]
        assert rows == ["ararat.md cancelled", "sinop.md cancelled"]
        assert client.get("/v1/sources").json()["total"] == 0
        page.reload()
        assert page.locator(".uploads li").count() == 0


def test_the_same_file_twice_is_refused_in_words(browser, site):
    with browser(site) as page:
        page.goto("/library")
        add(page, "ararat.md", LETTER)
        page.locator(".uploads .is-done").wait_for()
        add(page, "ararat.md", LETTER)
        page.locator(".uploads .is-problem").wait_for()
        assert "ararat.md is in the index already" in words_of(page.locator(".uploads .is-problem"))


def test_a_source_is_described_and_cited_so(browser, site):
    finished_job(site, upload(site, "ararat.md", LETTER))
    with browser(site) as page:
        page.goto("/library")
        page.get_by_role("button", name="Describe Letter from Ararat, 5 May 1922").click()
        dialog = page.get_by_role("dialog", name="What is this source?")
        dialog.get_by_label("Authors").fill("Anna Weber\nAnders Holm\n")
        dialog.get_by_label("Year").fill("1931")
        dialog.get_by_role("button", name="Save").click()
        page.get_by_text("Anna Weber, Anders Holm, 1931").wait_for()
        (source,) = site.get("/v1/sources").json()["sources"]
        assert (source["authors"], source["edited"]) == (["Anna Weber", "Anders Holm"], ["authors", "year"])
        page.get_by_role("link", name="Letter from Ararat").last.click()
        assert page.locator("meta[name=citation_author]").count() == 2
        facts = words_of(page.locator(".facts-list"))
        assert "Anna Weber, Anders Holm: Letter from Ararat (1931)" in facts
        page.get_by_role("link", name="Cite").click()
        page.get_by_text("Anna Weber and Anders Holm, Letter from Ararat, 5 May 1922. 1931.").first.wait_for()


def test_what_was_deleted_is_brought_back_with_its_name_and_what_was_said_of_it(browser, site):
    before = finished_job(site, upload(site, "box1/ararat.md", LETTER))["source_id"]
    finished_job(site, site.patch(f"/v1/sources/{before}", json={"publisher": "The shepherds"}))
    with browser(site) as page:
        page.goto("/library")
        page.get_by_role("button", name="Delete Letter from Ararat, 5 May 1922").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        undo = page.get_by_role("button", name="Undo")
        undo.wait_for()
        assert site.get(f"/v1/sources/{before}").status_code == 404
        undo.click()
        page.get_by_text("The shepherds").wait_for()
        assert undo.is_hidden()
    again = site.get(f"/v1/sources/{before}").json()
    assert (again["name"], again["publisher"]) == ("ararat.md", "The shepherds")


def test_a_deletion_that_fails_is_told_in_the_dialog(browser, site):
    finished_job(site, upload(site, "ararat.md", LETTER))
    with browser(site) as page:
        page.goto("/library")
        page.route("**/v1/sources/*", lambda route: route.abort())
        page.get_by_role("button", name="Delete Letter from Ararat, 5 May 1922").click()
        dialog = page.get_by_role("dialog", name="Delete this source?")
        dialog.get_by_role("button", name="Delete").click()
        dialog.get_by_text("The server cannot be reached: check the connection, then try again.").wait_for()


def test_a_source_is_worked_on_in_a_narrow_window_without_scrolling_aside(browser, site):
    finished_job(site, upload(site, "ararat.md", LETTER))
    with browser(site, viewport={"width": 360, "height": 700}) as page:
        page.goto("/library")
        assert "1 1 " in words_of(page.locator(".sources tbody tr"))
        for one in page.locator(".sources tbody tr").get_by_role("button").all():
            box = box_of(one)
            assert box["x"] + box["width"] <= 360


def test_a_bar_of_the_timeline_leads_to_its_year(browser, site):
    finished_job(site, upload(site, "ararat.md", LETTER))
    with browser(site) as page:
        page.goto("/library")
        page.get_by_role("link", name="1922: 1 document").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/library?from=1922&to=1922#documents")
        assert "1 document" in words_of(page.locator("#documents .total"))
