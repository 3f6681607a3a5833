import pytest

from chunker.readers.stated_titles import stated_title


@pytest.mark.parametrize(
    "title",
    [
        *(
            None,
            "",
            "  ",
            "-",
            "(anonymous)",
            "Untitled",
            "untitled document",
            "Unknown",
            "No Title",
            "Untitled-1",
        ),
        *(
            "PowerPoint Presentation",
            "Microsoft Word - letter to Anna.doc",
            "Microsoft PowerPoint - talk",
            "Document1",
        ),
        *(
            "Slide 1",
            "Book1",
            "34524_ch05.indd   77",
            "34524_ch05",
            "scan0012",
            "report.pdf",
            "Word Document",
            "IMG_2031",
        ),
        "x" * 2_000,
    ],
)
def test_what_a_program_put_there_is_no_title(title):
    assert stated_title(title) is None


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Log of the ferry Aurelia",
            "1984",
            "Catch-22",
            "The Book of Kells",
            "Document of Surrender",
            "Test cases",
        ),
        *(
            "Letters 1902-1907",
            "Presentation of the accounts for 1931",
            "Word and Object",
            "Unknown soldiers of 1916",
        ),
        *(
            "Apollo 11",
            "Page v. United States",
            "Microsoft: a history",
            "Image of the city",
            "R. v. Smith, no. 12",
        ),
    ],
)
def test_a_title_is_a_title(title):
    assert stated_title(f" {title}\n") == title
