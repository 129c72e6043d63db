"""Many texts at once are written as each alone would be."""

from __future__ import annotations

import unicodedata

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.prepare import Text, prepare

ANY = st.lists(st.text(max_size=10), min_size=1, max_size=8)


def cleaned(values: list[str], **choices: object) -> list[str]:
    dataset = Dataset(pd.DataFrame({"id": range(len(values)), "town": values}))
    step = Text("town", placeholders=False, **choices)  # type: ignore[arg-type]
    return prepare(dataset, [step]).to_pandas()["town"].fillna("").tolist()


@given(ANY)
def test_a_value_does_not_depend_on_its_neighbours(values):
    assert cleaned(values) == [cleaned([value])[0] for value in values]


@given(ANY)
def test_forms_that_unicode_calls_the_same_are_alike(values):
    assert cleaned([unicodedata.normalize("NFD", value) for value in values]) == cleaned(
        [unicodedata.normalize("NFC", value) for value in values]
    )


@given(st.lists(st.text(st.characters(categories=["Lo", "Nd"]), min_size=1, max_size=6), min_size=1, max_size=6))
def test_letters_without_case_stay_as_unicode_normalises_them(values):
    expected = [unicodedata.normalize("NFKC", value).casefold() for value in values]
    expected = [unicodedata.normalize("NFC", value) for value in expected]
    for value, text in zip(expected, cleaned(values, accents=False), strict=True):
        assert "".join(character for character in value if character.isalnum()) == "".join(
            character for character in text if character.isalnum()
        )


@given(ANY)
def test_blanks_are_single_and_inside(values):
    for text in cleaned(values):
        assert text == " ".join(text.split())
        assert not any(
            unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp") and character != " " for character in text
        )
