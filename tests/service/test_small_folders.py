"""Folders of one to four short files: what they say is answered, what they do not say is not."""

from dataclasses import dataclass

import pytest
from real_model import use_graphs

from service import Dossier, Quote

pytestmark = pytest.mark.model


@dataclass(frozen=True)
class Folder:
    """Files by name, questions with words of the right answer, and questions that nothing answers."""

    files: dict[str, str]
    questions: dict[str, str]
    foreign: tuple[str, ...]


FOLDERS = {
    "mill": Folder(
        {
            "mill.txt": "The mill at Borup was sold for 300 crowns in May 1911.",
            "ferry.txt": "The ferry at Hals was closed because the ice came early.",
        },
        {
            "For how much was the mill at Borup sold?": "300 crowns",
            "At what price was the mill sold?": "300 crowns",
            "In what year was the mill at Borup sold?": "1911",
            "Why was the ferry at Hals closed?": "ice",
            "How much did the mill at Borup fetch?": "300 crowns",
        },
        (
            "Who built the lighthouse at Skagen?",
            "How long is the bridge over the Elbe?",
            "In what year did the school burn down?",
        ),
    ),
    "voyage": Folder(
        {
            "log.md": (
                "# Log of the Aurelia\n\nThe brig Aurelia sailed from Cork on 4 June 1847 with "
                "sixty barrels of butter. The passage to Lisbon took eleven days."
            ),
            "letter.txt": (
                "Lisbon, 20 June 1847\n\nDear Uncle,\n\nthe butter fetched four shillings a "
                "barrel more than at home. The captain has taken on cork and lemons for the way "
                "back.\n\nYour nephew\nJohn Daly"
            ),
        },
        {
            "How long did the passage to Lisbon take?": "eleven days",
            "How many days was the brig under way to Lisbon?": "eleven days",
            "How many barrels of butter did the Aurelia carry?": "sixty",
            "What did the captain load for the return?": "lemons",
            "By how much more did the butter sell in Lisbon?": "four shillings",
        },
        (
            "What was the name of the captain's wife?",
            "How many soldiers were killed at Waterloo?",
            "How deep is the harbour of Trieste?",
        ),
    ),
    "parish": Folder(
        {
            "minutes.txt": (
                "Minutes of the vestry, 12 March 1803\n\nResolved, that the new bell be cast at "
                "Gloucester at a cost of 42 pounds. Resolved, that the sexton be paid two guineas "
                "a year."
            ),
            "bell.txt": "The new bell weighs eleven hundredweight and was hung on Michaelmas Day.",
            "road.txt": "It is nine miles from the church to the turnpike at Ross.",
        },
        {
            "How heavy is the new bell?": "eleven hundredweight",
            "How far is it from the church to the turnpike?": "nine miles",
            "What did the new bell cost?": "42 pounds",
            "How much does the sexton earn?": "two guineas",
            "When was the bell hung?": "Michaelmas",
        },
        ("How tall is the church tower?", "Who preached on Easter Sunday?"),
    ),
    "farm": Folder(
        {
            "lease.txt": (
                "The farm at Nether Hay was let to Thomas Pike for twenty-one years at a yearly "
                "rent of 85 pounds."
            ),
            "flood.txt": "The flood of January 1868 drowned forty sheep and carried off the footbridge.",
            "sale.txt": "At the sale the grey mare went to Mr Orton for 17 guineas.",
        },
        {
            "For how long was the farm let?": "twenty-one years",
            "What rent did Thomas Pike pay?": "85 pounds",
            "How many sheep were lost in the flood?": "forty",
            "Who bought the grey mare?": "Orton",
            "In which year did the flood come?": "1868",
        },
        (
            "What does a ton of coal cost?",
            "When was the railway opened?",
            "How many ships did the navy have?",
        ),
    ),
    "one": Folder(
        {
            "notice.txt": "The reading room will be open from nine to five, except on Sundays. "
            "A ticket costs two shillings for the year."
        },
        {
            "How much is a ticket?": "two shillings",
            "At what time does the reading room open?": "nine",
            "On which day is the reading room closed?": "Sundays",
            "On which days is the reading room open?": "except on Sundays",
            "What is the price of a ticket?": "two shillings",
        },
        ("Who is the president of the society?", "How many books does the library own?"),
    ),
    "war": Folder(
        {
            "a.txt": (
                "Telegram, 3 August 1914. The battalion left Lemberg at noon with 900 men and "
                "reached Przemysl after two days."
            ),
            "b.txt": "Hospital report. Of the 120 wounded who came in on Sunday, 14 died.",
            "c.txt": (
                "The bridge at Rawa is 80 metres long and was blown up on the night of 5 September 1914."
            ),
            "d.txt": "The loaf costs 40 heller now, twice as much as before the war.",
        },
        {
            "How long is the bridge at Rawa?": "80 metres",
            "How many of the wounded died?": "14",
            "How much does a loaf cost?": "40 heller",
            "How strong was the battalion when it left Lemberg?": "900",
            "When was the bridge at Rawa blown up?": "5 September",
        },
        ("How many aeroplanes did the army have?", "Who signed the peace treaty?"),
    ),
}


@pytest.fixture(scope="module")
def open_folder(graphs_folder, tmp_path_factory):
    def opened(name):
        folder = tmp_path_factory.mktemp(name)
        use_graphs(graphs_folder, folder / "data")
        paths = [folder / file for file in FOLDERS[name].files]
        for path, text in zip(paths, FOLDERS[name].files.values(), strict=True):
            path.write_text(text, encoding="utf-8")
        dossier = Dossier.open(str(folder / "data"))
        dossier.add(paths)
        return dossier

    return opened


@pytest.mark.parametrize("name", FOLDERS)
def test_what_a_small_folder_says_is_answered_and_nothing_else(open_folder, name):
    with open_folder(name) as dossier:
        for question, words in FOLDERS[name].questions.items():
            answer = dossier.ask(question)
            quoted = " ".join(piece.text for piece in answer.pieces if isinstance(piece, Quote))
            assert answer.kind != "none", question
            assert words in quoted, question
        for question in FOLDERS[name].foreign:
            assert dossier.ask(question).kind == "none", question
