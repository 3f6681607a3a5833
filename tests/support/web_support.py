"""A small library for the tests of the pages: papers with pages, a hostile one, and one that is long."""

import pytest
from service_support import LETTER, PAGED, SHORT_NOTE, finished_job, make_app, serving, upload

HOSTILE_TITLE = "Letter of <script>alert('title')</script> & Co"
HOSTILE = (
    f"# {HOSTILE_TITLE}\n\nMarch 3, 1921\n\nThe pirate wrote: <img src=x onerror=alert('text')> "
    "and \"}' --> <script>alert('text')</script> about the treasure of Tortuga.\n"
)
LONG = "# Chronicle of the island\n\n" + "\n\n".join(
    f"In year {number} of the chronicle {'notwithstanding-extraordinary-circumstances-' * 9}."
    for number in range(1, 241)
)
"""More than the reader shows at once, and yet soon indexed: few words, but long ones."""

QUESTION = "What did the envoy of Batum write about the fishing rights?"
FILES = {
    "envoys.txt": PAGED,
    "pirates.md": HOSTILE,
    "chronicle.md": LONG,
    SHORT_NOTE.name: SHORT_NOTE.read_text("utf-8"),
    LETTER.name: LETTER.read_text("utf-8"),
}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A client of a site with the library in it, for tests that change nothing."""
    with serving(make_app(tmp_path_factory.mktemp("library"))) as client:
        fill(client)
        yield client


def fill(client, files=FILES):
    """Upload the library, or other files by their names, and wait until they are indexed."""
    for name, content in files.items():
        job = finished_job(client, upload(client, name, content))
        assert job["status"] == "succeeded", job


def document_of(client, source_name):
    """Return the first document of a source, as the API gives it."""
    return client.get("/v1/documents", params={"source": source_name}).json()["documents"][0]
