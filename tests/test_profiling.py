"""Profile: counts, shares and shapes; never a value."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkkit.dataset import Dataset
from linkkit.fields import Field
from linkkit.prepare import prepare
from linkkit.profiling import profile

MARKER = "Zaphodmarker"


def described(values, field="surname", kind=None):
    fields = {field: Field("column", kind) if kind else "column"}
    return profile(Dataset(pd.DataFrame({"id": range(len(values)), "column": values}), fields=fields))[field]


def test_completeness_and_distinct_values():
    found = described(["Lee", "Lee", None, " ", "Wu"])
    assert (found.records, found.present, found.distinct) == (5, 3, 2)
    assert found.completeness == pytest.approx(0.6)


def test_entropy_and_chance_agreement():
    even = described([f"name{number % 8}" for number in range(80)])
    assert even.entropy_bits == pytest.approx(3)
    assert even.agreement_probability == pytest.approx(9 / 79)
    assert (described(["Lee"] * 9).entropy_bits, described(["Lee"] * 9).agreement_probability) == (0, 1)
    assert described(["Lee"]).agreement_probability == 0


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=30))
def test_chance_agreement_is_that_of_all_pairs(values):
    found = described(values)
    pairs = [(left, right) for i, left in enumerate(values) for right in values[:i]]
    assert found.agreement_probability == pytest.approx(sum(left == right for left, right in pairs) / len(pairs))
    shares = [values.count(value) / len(values) for value in set(values)]
    assert found.entropy_bits == pytest.approx(-sum(share * math.log2(share) for share in shares), abs=1e-9)


def test_shapes_stand_for_values():
    values = [*["Mary-Jane"] * 9, *["Ann"] * 6, *["李小龍"] * 5, "X Æ A-12"]
    assert described(values).shapes == (("Aaaa-Aaaa", 9), ("Aaa", 6), ("xxx", 5), ("other", 1))
    assert described(["LS1 4AP"] * 5 + ["M13 9PL"] * 6, "postcode").shapes == (("A99 9AA", 6), ("AA9 9AA", 5))
    assert described(["1960-06-XX"] * 5, "date_of_birth").shapes == (("9999-99-XX", 5),)


def test_rare_shapes_are_told_together():
    assert described(["a", "a-a", "a a", "a1"]).shapes == (("other", 4),)


@pytest.mark.parametrize(
    ("field", "values", "valid"),
    [
        ("date_of_birth", ["2001-02-03", "31/02/2001", "1960", "n/a", "25/12/1999"], 2),
        ("sex", ["M", "female", "1", "9", "?"], 3),
        ("postcode", ["LS1 4AP", "ls29jt", "LS1", "ZZ99 3VZ", "M139PL"], 3),
        ("postcode", ["00501", "10001-1234", "00000"], 2),
        ("email", ["a@b.org", "a.b.org", "none@none.com"], 1),
        ("nhs_number", ["943 476 5919", "9434765918", "1111111111", "401 023 2137", "12345"], 2),
        ("upn", ["B801200005001", "A801200005001", "p207 0000 16049"], 2),
        ("chi_number", ["0211165794", "0101010000", "402070763", "n/a"], 2),
        ("uprn", ["100062410143", "LS1 4AP"], 1),
        ("surname", ["Lee", "unknown", "n/a", "Wu"], 2),
        ("age", ["7", "8.0", "seven"], 2),
    ],
)
def test_validity_by_kind(field, values, valid):
    found = described(values, field)
    assert found.valid == valid
    assert found.valid_share == pytest.approx(valid / len(values))


def test_placeholders_and_reasons_are_counted():
    found = described(["Baby of Ann", "n/a", "Test", "Lee"], "given_name")
    assert found.placeholders == 3
    assert found.reasons == {"unnamed baby": 1, "placeholder": 2}
    assert described(["31/02/2001", "2001-02-03"], "date_of_birth").reasons == {"impossible date": 1}


def test_lengths():
    found = described(["O'Neil", "Wu", None])
    assert (found.shortest, found.longest) == (2, 6)


def test_heaping_of_dates():
    found = described([*["1980-01-01"] * 5, *["1985-06-01"] * 3, *["1991-07-17"] * 2], "date_of_birth")
    assert found.dates == {"earliest_year": 1980, "latest_year": 1991, "first_of_january": 0.5, "first_of_month": 0.8}


def test_a_column_of_dates_that_holds_none_is_told_not_raised():
    found = described([MARKER, MARKER], "date_of_birth")
    assert (found.valid, found.reasons, found.dates) == (0, {"not a date": 2}, {})


def test_an_empty_column():
    found = described([None, None])
    assert (found.present, found.distinct, found.completeness, found.valid_share, found.shapes) == (0, 0, 0, 0, ())
    assert (found.shortest, found.longest) == (0, 0)


def test_lists_are_described_by_their_members():
    found = described([["a", "b"], ["a"], None], "aliases", "set")
    assert (found.present, found.distinct) == (2, 2)


def people() -> Dataset:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "id": range(200),
            "forename": rng.choice(["Ann", "Bo", f"{MARKER}", None], 200),
            "surname": [f"{MARKER}{number}" for number in range(200)],
            "dob": [f"{1990 + number % 20}-01-0{number % 9 + 1}" for number in range(200)],
            "email": [f"{MARKER}{number}@x.org" for number in range(200)],
            "postcode": ["LS1 4AP"] * 200,
            "address": [f"{number} {MARKER} Road" for number in range(200)],
        }
    )
    return Dataset(frame, name="trial", kind="trial")


def test_it_prints_as_a_table():
    lines = str(profile(people())).splitlines()
    assert lines[0] == "trial (trial): 200 records"
    assert lines[1].split() == [
        "field", "kind", "complete", "distinct", "bits", "agree", "valid", "placeholder", "length", "shapes",
    ]  # fmt: skip
    assert lines[3].split()[:4] == ["surname", "surname", "100.0%", "200"]
    assert any(line.startswith("date_of_birth: years 1990 to 2009; 1 January") for line in lines)


def test_html_escapes_and_holds_every_field():
    frame = pd.DataFrame({"id": range(6), "surname": ["<b>"] * 6})
    page = profile(Dataset(frame, name="a<b"))._repr_html_()
    assert "&lt;a&gt;" in page
    assert "<b>" not in page
    assert page.count("<tr>") == 2


def test_plain_data_and_table_agree():
    found = profile(people())
    plain = json.loads(json.dumps(found.to_dict()))
    table = found.to_pandas()
    assert plain == found.to_dict()
    assert table["field"].tolist() == [field["field"] for field in plain["fields"]]
    assert table["completeness"].tolist() == pytest.approx([field["completeness"] for field in plain["fields"]])


def test_a_field_that_is_not_there():
    with pytest.raises(KeyError):
        profile(people())["shoe_size"]


def test_no_value_of_a_person_is_in_a_profile():
    dataset = people()
    for found in (profile(dataset), profile(prepare(dataset))):
        held = (
            str(found)
            + repr(found.fields)
            + found._repr_html_()
            + json.dumps(found.to_dict())
            + found.to_pandas().to_csv()
        )
        assert MARKER.lower() not in held.lower()
        assert "LS1" not in held


def test_row_order_changes_nothing():
    frame = pd.DataFrame({"id": range(9), "surname": list("aabbcabcd"), "dob": ["2001-02-03"] * 9})
    assert profile(Dataset(frame)) == profile(Dataset(frame.iloc[::-1]))


def test_identifiers_of_another_kind_are_told_where_they_stand():
    numbers = ["4010232137", "4505577104", "0211165794"]
    frame = pd.DataFrame({"id": range(3), "nhs_no": numbers, "dob": ["2001-01-01", "2002-01-01", "2016-11-02"]})
    found = profile(Dataset(frame, name="register"))
    (warning,) = found["nhs_number"].warnings
    assert "1 of 3 records that hold the field 'nhs_number' (column 'nhs_no') hold a CHI number" in warning
    assert "(row 3)" in warning
    assert "1 of them have the date of birth that it says" in warning
    assert warning in str(found)
    assert "hold a CHI number" in found._repr_html_()
    assert not any(number in json.dumps(found.to_dict()) for number in numbers)
    assert found["date_of_birth"].warnings == ()
    assert found.to_pandas().set_index("field").loc["nhs_number", "warnings"] == warning


def test_chi_numbers_that_their_record_contradicts_are_counted():
    frame = pd.DataFrame(
        {
            "id": range(4),
            "chi": ["0211165794"] * 3 + ["n/a"],
            "dob": ["02/11/2016", "03/11/2016", None, None],
            "sex": ["1", "2", None, "1"],
        }
    )
    (warning,) = profile(Dataset(frame))["chi_number"].warnings
    assert warning.endswith("of 2 records with a CHI number that can be checked against their date of birth and sex: "
                            "contradicts both 1.")  # fmt: skip
    assert profile(Dataset(frame.iloc[:1]))["chi_number"].warnings == ()
    assert profile(Dataset(frame[["id", "chi"]]))["chi_number"].warnings == ()
