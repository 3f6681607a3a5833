import pytest

from chunker.readers.stated_titles import believed_title, stated_title


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
            *("SDNY CM/ECF Version 6.2.1", "Harbour live database", "Name…………………", "Name: ________"),
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
        *("Untitled spreadsheet", "10811.exe", "Présentation PowerPoint", "PowerPoint-Präsentation"),
        *("CamScanner 05-12-2020 10.15", "Scan 12 Mar 2020", "新規文書2", "Neues Dokument"),
        *("Insert title here", "Document title", "doi:10.1016/j.tcs.2003.05.002", "ActiveReports Document"),
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


@pytest.mark.parametrize(
    "title",
    [
        *("fake-memo", "WochenprogrammDruck", "88300 162..177", "grasshopper"),
        "Proceedings Template - WORD",
    ],
)
def test_what_may_be_a_files_name_is_believed_only_where_its_words_stand_on_the_first_pages(title):
    assert believed_title(title, "The ferry Aurelia left at dawn.") is None
    words = title.replace("-", " ").replace("WochenprogrammDruck", "Wochenprogramm, Druck")
    assert believed_title(title, f"{words}\n\nThe ferry left.") == title


def test_a_title_of_several_words_needs_no_such_proof():
    assert believed_title("Log of the ferry Aurelia", "It left at dawn.") == "Log of the ferry Aurelia"
    assert believed_title(None, "It left at dawn.") is None


def test_two_words_need_proof_where_something_else_is_printed():
    assert believed_title("System Model", "Of ferries\n\nIt left at dawn.", few_words=2) is None
    assert believed_title("System Model", "Of ferries\n\nIt left at dawn.") == "System Model"
