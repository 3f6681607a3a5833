"""A paper is not dated by the acts that it names, nor by what began, changed or was printed then."""

import pytest

from chunker.metadata.own_dates import read_own_date, read_own_year
from chunker.metadata.reading import read_metadata


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Report pursuant to the Ferries Act of 1934",
            "REPORT UNDER SECTION 13 OF THE EXCHANGE ACT OF 1934",
        ),
        *("Notes on the 1936 Convention", "Telegram of the envoy on the treaty of 24 July 1923"),
        *("Kommentar zum Aktiengesetz vom 6. September 1965", "Rapport sur la loi du 29 juillet 1881"),
        *("Доклад о законе от 5 мая 1920 г.", "Informe sobre la ley de 3 de mayo de 1920"),
        *("Rules of the club as amended in 1928", "The Ferry Gazette. Since 1890", "Form 10-K (rev. 1934)"),
        *("The harbour company, founded 1871", "© 1998 Harbour Trust", "Mühle Borup, gegründet 1871"),
        *("Events 2000 & 3001 Appear While the Mill Stands", "Mill Server 2000 Setup Fails"),
        *("Projections of the harvest to 2020", "Europe before 1914", "Deutschland nach 1945"),
    ],
)
def test_the_date_of_something_else_is_not_the_papers(title):
    assert read_metadata(title, "The ferry left at dawn.").date is None


@pytest.mark.parametrize(
    ("title", "date"),
    [
        ("Treaty of Lausanne, 24 July 1923", "1923-07-24"),
        ("Convention regarding the Regime of the Straits, 20 July 1936", "1936-07-20"),
        ("Letter on the Companies Act 1862, 3 May 1901", "1901-05-03"),
        ("Report under the Ferries Act of 1934 for March 1951", "1951-03"),
        ("Letter from Anna to Karl of 3 May 1901", "1901-05-03"),
    ],
)
def test_an_act_is_dated_by_its_name_and_a_paper_by_its_own_date(title, date):
    assert read_own_date(title).text == date


@pytest.mark.parametrize(
    "title",
    [
        *("Ferry Board 1931 Meeting Minutes", "Census 1931 of Vestoe", "Annual Report 1931 Ferry Board"),
        *("1931 Yearbook", "The Mill, 1931, Revised", "Budget 1931", "Letters from 1931 On"),
    ],
)
def test_a_year_stands_at_an_end_or_beside_what_tells_it(title):
    assert read_own_year(title).text == "1931"


def test_a_year_is_a_papers_own_where_nothing_says_otherwise():
    assert read_own_year("Ferries Act of 1934").text == "1934"
    assert read_own_year("Letters from 1902 to 1907").start == "1902-01-01"
    assert read_own_year("Report for the year 1931").text == "1931"
    assert read_own_year("Report for 1931 under the Ferries Act of 1934").text == "1931"


def test_a_line_below_the_title_that_names_an_act_is_no_date_line():
    body = "Pursuant to the Ferries Act of 3 May 1934\n\nCopenhagen, 4 June 1951\n\nThe ferry left at dawn."
    assert read_metadata("Report of the board", body).date.text == "1951-06-04"
