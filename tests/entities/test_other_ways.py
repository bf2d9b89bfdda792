"""Names that are said another way, and persons who are called by another name. Every sentence is invented."""

import pytest

from mtqe.entities import find_entity_errors


def verdicts(hyp: str, ref: str, source: str | None = None, language: str | None = None) -> list[str]:
    errors = find_entity_errors([hyp], [ref], [source], source_language=language)[0]
    return [error.status for error in errors if error.is_error]


RIGHT = [
    ("The Farmers Party is angry.", "The Farmers Party (ZQK) is angry.", None, None),
    ("They asked the Ministry of Trade.", "They asked the MPO.", "Zeptali se MPO.", "cs"),
    ("We saw the Josef Kajetan Tyl Theatre.", "We saw the J.K. Tyl Theatre.", None, None),
    ("Kharkiv residents sang.", "Kharkivites sang.", "Харків'яни співали.", "uk"),
    ("Kadyrov's men came.", "Kadyrovites came.", "Прийшли кадирівці.", "uk"),
    ("It was the pyramid that he saw.", "It was the Pyramida that he saw.", "Viděl Pyramidu.", "cs"),
    ("She runs for BRC Thuringia.", "She runs for BRC Thüringen.", "Sie läuft für den BRC Thüringen.", "de"),
]


@pytest.mark.parametrize(("hyp", "ref", "source", "language"), RIGHT)
def test_another_way_is_no_error(hyp: str, ref: str, source: str | None, language: str | None) -> None:
    assert verdicts(hyp, ref, source, language) == []


WRONG = [
    ("Kadyrov came.", "Kadyrovites came.", "mistranslated"),
    ("We met Arndt of Seelow.", "We met Arndt von Seelow.", "mistranslated"),
    ("Later we met Henrike from Reinsfeld.", "Later we met Henrike von Reinsfeld.", "mistranslated"),
]


@pytest.mark.parametrize(("hyp", "ref", "status"), WRONG)
def test_another_name_is_an_error(hyp: str, ref: str, status: str) -> None:
    assert verdicts(hyp, ref) == [status]


def test_a_surname_that_is_translated_once() -> None:
    ref = "They met Olha Rybak then. It is late, said Rybak."
    assert verdicts("They met Olha Fisher then. It is late, said Rybak.", ref)[0] == "replaced"
    assert verdicts("They met Olha Rybak then. It is late, said Rybak.", ref) == []
    assert verdicts("They met Olha Rybak then. It is late, she said.", ref) == []


def test_a_particle_that_stays() -> None:
    assert verdicts("We met Arndt von Seelow.", "We met Arndt von Seelow.") == []
