from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from mtqe.entities.knowledge.build import columns, fold, letters, read_places
from mtqe.entities.knowledge.gazetteer import Gazetteer
from mtqe.tables import Table, pack


def city(id_: int, country: str, name: str, population: int, *others: str) -> dict[str, Any]:
    return {
        "geonameid": id_,
        "countrycode": country,
        "name": name,
        "population": population,
        "alternatenames": list(others),
    }


CITIES = [
    city(20, "UA", "Kyiv", 2_952_301, "IEV", "Kiev", "Kyïv", "ji fu", "Київ", "Киев", "基輔", "كييف", "Ko"),
    city(21, "UA", "Irpin", 65_167, "Irpen", "Ірпінь", "Irpin (city)"),
    city(22, "UA", "Boromlia", 4_070, "Boromlya", "bo luo mu li ya", "Боромля", "بورومليا، سومسكا"),
    city(10, "RU", "Orel", 324_200, "Orël", "Орёл"),
    city(30, "US", "Springfield", 114_394, "Capital City, Illinois"),
    city(31, "US", "Springfield", 170_188),
    city(32, "US", "Them", 800, "Is"),
    city(33, "US", "Rockville", 70_000, "Park"),
    city(34, "CH", "Biel/Bienne", 50_000),
    city(35, "FR", "Nice", 342_669, "Nizza  Niça"),
    city(36, "GL", "Nuuk", 14_798),
    city(37, "CN", "Beijing", 18_960_744, "北京"),
    city(38, "IQ", "Y", 900),
    city(39, "ES", "Cádiz", 126_766, "Cadix"),
]


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    territories = [("Україна", "UA"), ("ウクライナ", "UA"), ("Allemagne", "DE")]
    return Gazetteer(Table(pack(*columns(read_places(CITIES, {("GL", "nuuk")}), territories))))


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("kyiv", {"UA20"}),
        ("kiev", {"UA20"}),
        ("iev", set()),  # a code
        ("jifu", set()),  # syllables
        ("ko", set()),
        ("springfield", {"US30", "US31"}),
        ("capitalcity", {"US30"}),
        ("illinois", set()),
        ("irpincity", set()),
        ("park", set()),  # a common word, and not its own name
        ("them", set()),  # a common word, and small
        ("nice", {"FR35"}),
        ("nica", {"FR35"}),
        ("bienne", set()),
        ("bielbienne", {"CH34"}),
        ("cadiz", {"ES39"}),
        ("", set()),
        ("unknown", set()),
    ],
)
def test_a_form_leads_to_the_places_that_are_called_so(places: Gazetteer, form: str, found: set[str]) -> None:
    assert places.identities(form) == found


def test_small_places_are_left_out_where_a_least_number_of_inhabitants_is_asked_for(places: Gazetteer) -> None:
    assert places.identities("boromlya") == {"UA22"}
    assert places.identities("boromlya", 15_000) == set()
    assert places.identities("springfield", 150_000) == {"US31"}
    assert places.identities("nuuk", 15_000) == {"GL36"}  # a capital


def test_population_is_that_of_the_largest_place(places: Gazetteer) -> None:
    assert (places.population("springfield"), places.population("nowhere")) == (170_188, 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Київ", {"UA20"}),
        ("киев", {"UA20"}),
        ("Ки́ев", {"UA20"}),
        ("基輔", {"UA20"}),
        ("基辅", {"UA20"}),  # GeoNames has the traditional form alone
        ("北京", {"CN37"}),
        ("كييف", {"UA20"}),
        ("Орел", {"RU10"}),
        ("بورومليا", {"UA22"}),
        ("سومسكا", set()),
        ("Україна", {"UA"}),
        ("ウクライナ", {"UA"}),
        ("Allemagne", {"DE"}),
        ("Москва", set()),
    ],
)
def test_names_in_their_own_script_lead_to_places_and_territories(
    places: Gazetteer, text: str, found: set[str]
) -> None:
    assert places.identities_native(text) == found


def test_the_names_of_a_place_begin_with_its_own(places: Gazetteer) -> None:
    assert places.names("UA20") == ("Kyiv", "Kiev")
    assert places.names("US32") == ("Them",)
    assert [places.names(unknown) for unknown in ("UA99", "XX20", "UA", "", "US20")] == [()] * 5


def test_suggestions_are_the_nearest_names_in_the_given_countries(places: Gazetteer) -> None:
    assert [s[:3] for s in places.suggest("irbin", {"UA"})] == [("Irpin", "UA", 65_167)]
    assert [s.name for s in places.suggest("boromelia")] == ["Boromlia"]
    assert places.suggest("irbin", {"US", "ZZ"}) == places.suggest("irbin", {"ZZ"}) == []
    (springfield,) = places.suggest("springfeild")
    assert (springfield.name, springfield.population) == ("Springfield", 170_188)
    assert 0.8 < springfield.similarity < 1
    assert places.suggest("quetzalcoatl") == []


def test_no_more_suggestions_than_asked_for() -> None:
    cities = [city(i, "UA", f"Irp{c}n", 1_000 * i) for i, c in enumerate("aeiou", 1)]
    gazetteer = Gazetteer(Table(pack(*columns(read_places(cities), [("Україна", "UA")]))))
    assert [s.name for s in gazetteer.suggest("irpxn", n=2)] == ["Irpun", "Irpon"]


@given(st.text("abcxyz", max_size=8), st.text("abcxyz", max_size=8))
def test_an_edit_changes_two_letters_at_most(a: str, b: str) -> None:
    bits = letters([a, b])
    assert np.bitwise_count(bits[0] ^ bits[1]) <= 2 * OSA.distance(a, b)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
