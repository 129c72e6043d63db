"""The result: its order, its forms, its last line, and no value of a person in any of them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import linkkit as lk
from linkkit.prepare import prepare
from linkkit.pseudonymise import Encoding, Token, encode, write_encoded
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.lint import FINDINGS, NO_PROOF, Finding, Lint, lint
from linkkit.pseudonymise.lint._catalogue import CATALOGUE

MARKERS = ("zqxwvaldez", "brzkkoptik", "1987-06-05", "SW99 9ZZ", "idmark77", "solitaria")


@pytest.fixture(scope="module")
def found(people, key, fields):
    encoding = Encoding([*fields, Clk([*fields])], [Token("block", "soundex(surname)")])
    return lint(encode(people, key, encoding), destination="semi_trusted_unit")


def test_the_gravest_come_first(found):
    order = ["serious", "warning", "note"]
    ranks = [order.index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}
    assert found.serious == tuple(found)[: ranks.count(0)]
    assert len(found) == len(ranks)


def test_the_last_line_says_that_no_figure_proves_safety(found):
    assert repr(found).splitlines()[-1] == NO_PROOF
    assert found._repr_html_().endswith(f"<p>{NO_PROOF}</p>")
    assert found.to_dict()["no_proof"] == NO_PROOF
    assert repr(Lint("public", None)).endswith(NO_PROOF)


def test_plain_data_are_json_without_infinities(found):
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert json.loads(text) == found.to_dict()
    assert [one["name"] for one in found.to_dict()["findings"]] == [one.name for one in found]


def test_a_frame_has_a_row_for_each_finding(found):
    frame = found.to_pandas()
    assert frame["name"].tolist() == [one.name for one in found]
    assert frame[["why", "remedy"]].notna().all(axis=None)


def test_what_is_said_of_several_columns_is_printed_once(found):
    lines = [line for line in repr(found).splitlines() if line.startswith("serious  not_for_destination")]
    assert len(lines) == 1
    assert "given_name, surname, date_of_birth:" in lines[0]
    assert len([one for one in found if one.name == "not_for_destination"]) == 3


def test_html_is_escaped():
    one = Finding("clear_values", "serious", "<b>&", "it holds values that can be read.")
    assert "&lt;b&gt;&amp;" in Lint("public", None, (one,))._repr_html_()


def test_a_finding_is_found_by_name(found):
    assert found["uneven_bits"].name == "uneven_bits"
    assert "blank_tokens" not in found
    with pytest.raises(KeyError):
        found["blank_tokens"]


def test_every_finding_of_the_catalogue_says_what_why_and_how():
    assert list(CATALOGUE) == sorted(CATALOGUE)
    for name, told in CATALOGUE.items():
        assert FINDINGS[name] == told.meaning
        assert told.why.endswith(".")
        assert told.remedy.endswith(".")
        assert told.meaning[0].islower()


def test_the_same_data_in_another_order_give_the_same_words(people, key, fields):
    frame = people.to_pandas()
    results = [
        repr(
            lint(encode(prepare(lk.Dataset(rows, id=people.id, name="people")), key, Encoding([*fields, Clk(fields)])))
        )
        for rows in (frame, frame.iloc[::-1], frame.sample(frac=1, random_state=3))
    ]
    assert results[0] == results[1] == results[2]


def test_no_value_of_a_person_is_anywhere(key, tmp_path):
    size = 60
    frame = pd.DataFrame(
        {
            "id": [f"{MARKERS[4]}{at}" for at in range(size)],
            "given_name": [MARKERS[0]] * (size - 1) + [MARKERS[5]],
            "surname": [MARKERS[1]] * size,
            "date_of_birth": [MARKERS[2]] * size,
            "postcode": [MARKERS[3]] * size,
        }
    )
    data = prepare(lk.Dataset(frame, id="id"))
    names = ("given_name", "surname", "date_of_birth", "postcode")
    encoding = Encoding(
        [*(BloomField(name) for name in names), Clk([BloomField(name) for name in names])],
        [Token("block", "surname")],
    )
    encoded = encode(data, key, encoding)
    write_encoded(encoded, tmp_path / "out.parquet")
    frame.to_csv(tmp_path / "clear.csv", index=False)
    told = [
        lint(one, destination="public") for one in (encoded, tmp_path / "out.parquet", tmp_path / "clear.csv", data)
    ]
    encodings = [text for name in ("surname", "block") for text in encoded.encoded(name).values.to_pylist() if text]
    for one in told:
        text = " ".join([repr(one), one._repr_html_(), json.dumps(one.to_dict()), one.to_pandas().to_csv()]).lower()
        assert not [marker for marker in (*MARKERS, *encodings) if str(marker).lower() in text]
        assert len(one) > 0
