import pytest

from mtqe.entities.forms import plain
from mtqe.entities.knowledge import places


@pytest.mark.parametrize(
    ("a", "b"), [("Kyiv", "Kiev"), ("Boromlia", "Boromlya"), ("Cologne", "Köln"), ("UK", "Britain")]
)
def test_names_of_one_place_have_an_identity_in_common(a: str, b: str) -> None:
    assert places.identities(plain(a), 0) & places.identities(plain(b), 0)


def test_a_word_is_taken_for_a_large_place_only() -> None:
    assert places.identities("boromlia") == set()
    assert places.identities("kharkiv") == {"UA706483"}
    assert places.identities("nuuk")
    assert places.population("kharkiv") > 1_000_000 > 10_000 > places.population("boromlia") > 0


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("哈尔科夫", "UA706483"),
        ("哈爾科夫", "UA706483"),
        ("Харьков", "UA706483"),
        ("Харків", "UA706483"),
        ("ハリコフ", "UA706483"),
        ("서울", "KR1835848"),
        ("東京", "JP1850147"),
        ("Αθήνα", "GR264371"),
        ("Боромля", "UA711629"),
        ("Україна", "UA"),
        ("אוקראינה", "UA"),
        ("Deutschland", "DE"),
        ("ألمانيا", "DE"),
        ("韩国", "KR"),
    ],
)
def test_a_name_as_the_source_writes_it_leads_to_the_place(text: str, identity: str) -> None:
    assert identity in places.identities_native(text)


def test_a_misspelt_place_has_suggestions() -> None:
    assert places.suggest("irbin", frozenset({"UA"}))[0].name == "Irpin"
    assert places.suggest("boromelia")[0].name == "Boromlia"


def test_an_identity_has_names() -> None:
    assert [places.main_name(i) for i in ("UA703448", "UA", "UA1", "")] == ["Kyiv", "Ukraine", "", ""]
    assert {"Kyiv", "Kiev"} <= set(places.forms_of("UA703448"))


def test_countries_and_their_people() -> None:
    assert places.country_codes("ukrainian") == places.country_codes("ukraine") == {"UA"}
    assert places.is_demonym("ukrainian")
    assert not places.is_demonym("ukraine")
    assert not places.is_country_word("kharkiv")
    assert places.is_place_elsewhere("liverpool")
    assert not places.is_place_elsewhere("kharkiv")
