import datetime

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Postfix, Prefix

from linkkit.synth import mistakes

unit = st.floats(0, 1, exclude_max=True, allow_nan=False)
latin = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), min_size=1, max_size=20)
anything = st.text(min_size=1, max_size=20)
dates = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)).map(datetime.date.isoformat)


@given(anything | latin, unit, unit, unit)
def test_a_slip_of_the_keyboard_is_one_step_away(text, kind, place, key):
    assert OSA.distance(text, mistakes.mistype(text, kind, place, key)) == 1


def test_a_slip_of_the_keyboard_on_nothing_is_nothing():
    assert mistakes.mistype("", 0.5, 0.5, 0.5) == ""


@given(st.sampled_from("qwertyuiopasdfghjklzxcvbnm0123456789"), unit)
def test_a_key_struck_beside_is_a_neighbour(character, key):
    struck = mistakes.mistype(character, 0.4, 0.0, key)
    assert len(struck) == 1
    assert struck != character
    rows = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
    place = {c: (r, i) for r, row in enumerate(rows) for i, c in enumerate(row)}
    (row, column), (other_row, other_column) = place[character], place[struck]
    assert abs(row - other_row) <= 1
    assert abs(column - other_column) <= 1


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'- ", min_size=1, max_size=20), unit, unit)
def test_mishearing_and_misreading_change_one_place(text, which, place):
    for function in (mistakes.mishear, mistakes.misread):
        written = function(text, which, place)
        same = Prefix.similarity(text, written) + Postfix.similarity(text, written)
        assert same >= len(text) - len("leigh")
        assert OSA.distance(text, written) <= len("leigh")
    assert mistakes.misread(text, which, place)[:1] == text[:1]


@given(dates, unit)
def test_a_wrong_digit_makes_another_real_date(text, which):
    written = mistakes.misdate(text, which)
    assert datetime.date.fromisoformat(written).year >= 1900
    assert OSA.distance(text, written) == 1


@given(st.text("abcO'- éł", max_size=12), unit)
def test_another_style_keeps_the_letters(text, which):
    def plain(value):
        table = str.maketrans({"é": "e", "ł": "l", "É": "e", "Ł": "l", "e": "e"})
        return [c for c in value.translate(table).lower() if c.isalpha()]

    assert plain(mistakes.restyle(text, which)) == plain(text)


@given(st.from_regex(r"\A[A-Z][a-z]{1,8}-[A-Z][a-z]{1,8}\Z"), unit)
def test_a_double_barrelled_name_keeps_at_least_one_half(name, which):
    first, second = name.split("-")
    assert mistakes.half(name, which) in {f"{first} {second}", first + second, first, second}


def test_single_names_have_no_half_to_lose():
    assert [mistakes.half(name, 0.6) for name in ("Smith", "-Smith", "")] == ["Smith", "-Smith", ""]


@given(unit)
def test_nicknames_are_of_the_list(which):
    assert mistakes.nickname("William", which) in {"Bill", "Billy", "Will", "Liam"}
    assert mistakes.nickname("Mohammed", which) in {"Mohamed", "Mohammad", "Md", "Mo"}


@given(
    unit, st.sampled_from("MF"), st.sampled_from([None, "Khan"]), st.sampled_from([None, "Saima"]), st.integers(0, 2)
)
def test_what_stands_for_a_name_is_never_empty(which, sex, surname, mother, twin):
    assert mistakes.unnamed(which, sex, surname, mother, twin)
