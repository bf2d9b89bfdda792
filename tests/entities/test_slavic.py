import pytest

from mtqe.entities import find_entity_errors
from mtqe.entities.forms import plain
from mtqe.entities.slavic import applies, compare, keeps_case

SAME = """
Hlushkiv/Glushkov Bilyi/Belyi Holubivka/Golubovka Vyshnivske/Vishnevskoye Horodnia/Gorodnya Rohivtsi/Rogovtsy
Stepanivna/Stepanovna Andriiovych/Andreyevich Mykolaivna/Nikolaevna Volodymyrovych/Vladimirovich
Oleksandr/Alexander Olena/Elena Mykola/Mikalai Serhii/Sergey Andrii/Andrej Yevhen/Evgeny Danylo/Daniil
Krasna/Krasnaya Vulychne/Ulichnoe Hrushko/Grushko Shcherbiuk/Scherbyuk Syzhuk/Sizhuk
"""


@pytest.mark.parametrize("pair", SAME.split())
def test_forms_of_one_name(pair: str) -> None:
    for a, b in (pair.split("/"), reversed(pair.split("/"))):
        assert compare(plain(a), plain(b)) == "variant"


OTHER = """
Zubko/Zubchenko Moruk/Maruk Tyshko/Toshko Ryduk/Rydiuk Lyshchuk/Lyshuk Vilkove/Vilkov Kobzar/Kobzarenko
Ivanovych/Ivanivna Petrovych/Pavlovych Oleksandr/Aleksandra Hanna/Inna Rudnyk/Rudyk Zorivka/Zoriv
"""


@pytest.mark.parametrize("pair", OTHER.split())
def test_other_names(pair: str) -> None:
    assert compare(*map(plain, pair.split("/"))) is None


def test_one_irregular_vowel_beside_a_regular_one_is_open() -> None:
    assert compare("buhrynivka", "bogrinevka") == "undecided"


def test_only_for_sources_that_may_have_such_names() -> None:
    ref, hyp = "They saw Holubiv there.", "They saw Golubov there."
    for language, status in (("uk", "variant"), ("ru", "variant"), (None, "variant"), ("de", "misspelled")):
        (error,) = find_entity_errors([hyp], [ref], source_language=language)[0]
        assert error.status == status
    assert not applies("ja")


def test_places_elsewhere_have_no_such_forms() -> None:
    (error,) = find_entity_errors(["They flew to Gouston."], ["They flew to Houston."], source_language="ru")[0]
    assert error.is_error


@pytest.mark.parametrize(("wanted", "given"), [("snihurivka", "snihurivkoiu"), ("shevchenkove", "shevchenkovym")])
def test_endings_of_cases(wanted: str, given: str) -> None:
    assert keeps_case(wanted, given)
    assert not keeps_case(given, wanted)
    assert not keeps_case("zorivka", given)
