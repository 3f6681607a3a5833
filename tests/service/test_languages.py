import pytest

from service.understanding.languages import language_name, language_of, languages_of
from service.understanding.question_words import asks_anything


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What did Molotov want in return for a new Straits regime?"),
        ("en", "What did de la Torre say to von der Goltz?"),
        ("de", "Was schlug Ribbentrop Molotow über die Meerengen vor?"),
        ("de", "Wann verließ Anna Triest?"),
        ("fr", "Quand le traité de Kars a-t-il été signé ?"),
        ("es", "¿Cuándo se firmó el tratado de Kars?"),
        ("it", "Quando fu firmato il trattato di Kars?"),
        ("pt", "Quando foi assinado o tratado de Kars?"),
        ("nl", "Wanneer werd het verdrag van Kars getekend?"),
        ("da", "Hvad foreslog Ribbentrop til Molotov om Montreux-konventionen?"),
        ("sv", "När undertecknades fördraget i Kars och vad sade Molotov?"),
        ("pl", "Kiedy podpisano traktat w Karsie?"),
        ("cs", "Kdy byla podepsána smlouva v Karsu?"),
        ("tr", "Kars antlaşması ne zaman imzalandı?"),
        ("ru", "Что предложил Риббентроп Молотову о конвенции Монтрё?"),
        ("uk", "Коли був підписаний Карський договір?"),
        ("el", "Πότε υπογράφηκε η συνθήκη;"),
        ("ar", "متى وقعت معاهدة قارص؟"),
        ("ja", "カルス条約はいつ調印されましたか？"),
        ("zh", "卡尔斯条约是什么时候签订的？"),
        ("ko", "카르스 조약은 언제 체결되었나요?"),
        (None, "Molotov Straits"),
        (None, "van Mierlo de Gaulle"),
        (None, "Montreux 1936"),
        (None, "???"),
        (None, ""),
    ],
)
def test_a_language_is_told_by_its_script_and_the_words_that_join_others(language, text):
    assert language_of(text) == language


def test_the_languages_of_several_texts_come_by_how_many_are_in_them():
    english = "The council decided to repair the roof of the school."
    german = "Der Rat beschloss, das Dach der Schule zu reparieren."
    assert languages_of([german, english, english, "1921"]) == ("en", "de")
    assert language_name("de") == "German"


@pytest.mark.parametrize(
    "question", ["???", "and?", "who was he?", "And then?", "Tell me more", "What time?", ""]
)
def test_a_question_of_function_words_asks_nothing(question):
    assert not asks_anything(question)


@pytest.mark.parametrize(
    "question", ["1921?", "US", "Who is May?", "Anna", "使節", "strait*", "What else burned?"]
)
def test_a_question_with_one_word_to_search_for_asks_something(question):
    assert asks_anything(question)
