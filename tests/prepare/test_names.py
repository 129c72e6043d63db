"""Names: written alike, in any script; names that are none are missing."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.errors import SpecError
from linkkit.prepare import Name, prepare


def twice(step: Name, values: list[str]) -> tuple[list[str], list[str]]:
    dataset = Dataset(pd.DataFrame({"id": range(len(values)), step.fields[0]: values}))
    once = prepare(dataset, [step])
    again = prepare(once, [step])
    return tuple(found.to_pandas()[step.fields[0]].fillna("").tolist() for found in (once, again))


GIVEN, SURNAME, FULL = Name("given_name"), Name("surname"), Name("full_name")


@pytest.mark.parametrize(
    "alike",
    [
        ["O'Brien", "O Brien", "OBRIEN", "o’brien", "O`Brien", " O'  Brien ", "Oʼbrien"],
        ["Smith-Jones", "Smith Jones", "SMITH‐JONES", "Smith - Jones", "smith–jones", "Smith/Jones"],
        ["McDonald", "Mc Donald", "MC DONALD", "Mcdonald"],
        ["MacDonald", "Mac Donald", "Macdonald"],
        ["al-Hassan", "Al Hassan", "AL-HASSAN", "Alhassan"],
        ["van der Berg", "Van Der Berg", "VAN-DER-BERG", "van  der berg"],
        ["Müller", "MULLER", "Mu\u0308ller", "Ｍüller"],
        ["Łukaszewicz", "Lukaszewicz"],
        ["Sørensen", "SORENSEN", "Sorensen"],
        ["Nuñez", "NUNEZ"],
        ["D'Souza", "D Souza", "DSouza"],
        ["St. John", "St John", "ST JOHN"],
        ["Jones Jr.", "Jones", "JONES III", "Jones, Jr", "Jones Snr"],
        ["Weiß", "WEISS", "Weiss"],
    ],
)
def test_spellings_of_one_surname_are_alike(prepared, alike):
    values, _ = prepared(SURNAME, alike)
    assert len(set(values)) == 1
    assert values[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dr. Ann", "ann"), ("MRS Zoë", "zoe"), ("Miss Mary-Jane", "mary jane"), ("Rev Dr Tom", "tom"), ("Mr", ""),
        ("Prof", "prof"), ("J.R.", "j r"), ("Jean–Luc", "jean luc"), ("Drew", "drew"), ("Missy", "missy"),
        ("Sirius", "sirius"), ("Jr", "jr"), ("N'Golo", "ngolo"), ("Abd al-Rahman", "abd alrahman"), ("Nat", "nat"),
        ("A", "a"), ("Anon", ""), ("Ivy", "ivy"), ("X", "x"),
    ],
)  # fmt: skip
def test_titles_go_and_names_stay(prepared, name, expected):
    assert prepared(GIVEN, [name])[0] == [expected]


@pytest.mark.parametrize(
    "name",
    [
        "राम",
        "प्रिया",
        "محمد",
        "李小龍",
        "さくら",
        "ガブリエル",
        "김민준",
        "Алексей",
        "Йосиф",
        "Ελένη",
        "שָׂרָה",
        "ศรีสุดา",
        "தமிழ்",
        "ስላሴ",
        "Նարեկ",
    ],
)
def test_names_of_every_script_stay(prepared, name):
    values, change = prepared(GIVEN, [name])
    assert values[0]
    assert change.made_missing == 0
    letters = [character for character in name.casefold() if character.isalpha()]
    assert len([character for character in values[0] if character.isalpha()]) == len(letters)


def test_marks_that_spell_a_word_are_not_accents(prepared):
    assert prepared(GIVEN, ["हिन्दी", "Йосиф", "が", "한"])[0] == ["हिन्दी", "йосиф", "が", "한"]


def test_accents_can_be_kept(prepared):
    assert prepared(Name("given_name", accents=False), ["ZOË", "Zoe\u0308"])[0] == ["zoë", "zoë"]


@pytest.mark.parametrize(
    "name",
    [
        "Baby", "baby of Susan", "Baby Of Smith", "B/O Jane", "b/o jane smith", "Infant of Mary", "Infant", "Newborn",
        "Baby Boy", "BABY GIRL", "Baby Girl 2", "Twin 1", "Twin I", "twin a", "TWIN II", "Twin One", "Triplet 3",
        "Baby Twin 2", "Male Infant", "Female infant", "Baby Smith", "Unnamed", "Boy of Susan", "Male Child",
        "Baby 1", "baby-boy", "Baby (male)", "Babyboy of X",
    ],
)  # fmt: skip
def test_babies_without_a_name_are_missing_and_counted(prepared, name):
    values, change = prepared(GIVEN, [name, "Ann"])
    assert values == ["", "ann"]
    assert change.reasons == {"unnamed baby": 1}


@pytest.mark.parametrize(
    "name",
    [
        "unknown", "UNKNOWN", "Not Known", "not-known", "NK", "n/k", "N/A", "n.a.", "Test", "none", "NULL", "nan",
        "???", "-", ".", "xxx", "XXXX", "Male", "female", "Boy", "No Name", "not stated", "Mother", "12345", "Unk",
        "<NA>", "refused", "First Name",
    ],
)  # fmt: skip
def test_placeholders_are_missing_and_counted(prepared, name):
    values, change = prepared(GIVEN, [name, "Ann"])
    assert values == ["", "ann"]
    assert change.reasons == {"placeholder": 1}


@pytest.mark.parametrize("name", ["Child", "Boy", "Male", "Na", "Baby", "Son", "King", "Nulla", "Testa", "Knight"])
def test_surnames_that_look_like_placeholders_stay(prepared, name):
    values, _ = prepared(SURNAME, [name, "Lee"])
    assert values == ["" if name == "Baby" else name.lower(), "lee"]


def test_na_in_capitals_is_a_name_only_in_capitals(prepared):
    assert prepared(SURNAME, ["NA", "Lee", "Kim"])[0] == ["", "lee", "kim"]
    many = ["NA", *(f"LEE{letter}" for letter in "abcdefghijklmnopqrstuvwxyz".upper() * 8)]
    assert prepared(SURNAME, many)[0][0] == "na"
    assert prepared(SURNAME, ["NA", "LEE", "KIM"])[0][0] == ""


def test_a_baby_in_a_full_name_leaves_the_surname(prepared):
    assert prepared(FULL, ["Baby Johnson", "Baby of Jane Smith", "Twin 1 Okafor", "Babette Lee"])[0] == [
        "johnson", "", "okafor", "babette lee",
    ]  # fmt: skip


def test_surname_first_is_turned_where_most_are_so(prepared):
    assert prepared(FULL, ["SMITH, John", "O'NEIL, Ann Mary", "Lee, Bo"])[0] == [
        "john smith",
        "ann mary oneil",
        "bo lee",
    ]
    assert prepared(FULL, ["Tom Lee, 1st Earl", "Ann Wu", "Bo Li"])[0][0] == "tom lee 1st earl"


@pytest.mark.parametrize(
    ("particles", "expected"),
    [
        ("keep", ["van der berg", "de la cruz", "lee"]),
        ("join", ["vanderberg", "delacruz", "lee"]),
        ("drop", ["berg", "cruz", "lee"]),
    ],
)
def test_particles(prepared, particles, expected):
    assert prepared(Name("surname", particles=particles), ["van der Berg", "De La Cruz", "Lee"])[0] == expected


def test_a_record_with_one_name_only_stays(prepared):
    assert prepared(GIVEN, [None, "Sukarno"])[0] == ["", "sukarno"]


def test_placeholders_can_stay(prepared):
    assert prepared(Name("given_name", placeholders=False), ["Test", "Baby", "??"])[0] == ["test", "baby", ""]


def test_titles_can_stay(prepared):
    assert prepared(Name("given_name", titles=False), ["Dr Ann"])[0] == ["dr ann"]


def test_a_wrong_choice_is_told():
    with pytest.raises(SpecError, match=r"name\(particles=\) must be one of keep, join, drop; got 'glue'"):
        Name("surname", particles="glue")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match=r"name\(fields=\) needs"):
        Name(())


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_preparing_names_twice_changes_nothing_more(values):
    for step in (SURNAME, GIVEN):
        once, again = twice(step, values)
        assert once == again


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=2, max_size=8), min_size=1, max_size=5))
def test_letters_are_never_lost_but_for_placeholders(values):
    dataset = prepare(Dataset(pd.DataFrame({"id": range(len(values)), "surname": values})), [SURNAME])
    (change,) = dataset.preparation
    assert set(change.reasons) <= {"placeholder", "unnamed baby"}
