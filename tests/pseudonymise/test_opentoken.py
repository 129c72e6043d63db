"""OpenToken: its published sample is reproduced token by token; its files are read and written; blanks link nobody."""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linkkit as lk
from linkkit.dataset import Dataset
from linkkit.errors import DataError, SecretError, SpecError
from linkkit.pseudonymise import _opentoken_rules as rules
from linkkit.pseudonymise import opentoken

VECTORS = Path(__file__).parent / "vectors" / "opentoken"
ENCRYPTION_KEY = b"Secret-Encryption-Key-Goes-Here."
STRONG = bytes.fromhex("d1f7a4530be98c62ff1039b7e4cd5a86720e9bc3a8f65d14e0b37a9c2d48f15b")
DAY = datetime.date(2026, 2, 1)  # of the sample


def sample():
    return Dataset(
        VECTORS / "sample.csv",
        id="RecordId",
        fields={
            "surname": "LastName",
            "given_name": "FirstName",
            "sex": "Sex",
            "date_of_birth": "BirthDate",
            "postcode": "PostalCode",
            "national_id": "SocialSecurityNumber",
        },
    )


def as_rows(dataset):
    """The tokens of a dataset as {(rule, id): token}."""
    frame = dataset.to_pandas().set_index(dataset.id)
    found = {(rule, record): token for rule in frame.columns for record, token in frame[rule].items()}
    return {key: token for key, token in found.items() if isinstance(token, str)}


def published():
    with open(VECTORS / "hashed.csv", encoding="utf-8", newline="") as file:
        rows = {(row["RuleId"], row["RecordId"]): row["Token"] for row in csv.DictReader(file)}
    assert len(rows) == 525
    return {key: token for key, token in rows.items() if token != opentoken.BLANK}


@pytest.fixture(scope="module")
def made():
    with pytest.warns(UserWarning, match=r"OpenToken can be guessed \(it has 10 bytes"):
        return opentoken.tokens(sample(), "HashingKey", not_after=DAY)


@pytest.mark.parametrize("rule", opentoken.RULES)
def test_every_token_of_the_published_sample_is_reproduced_and_no_other_made(made, rule):
    expected = {key: token for key, token in published().items() if key[0] == rule}
    assert {key: token for key, token in as_rows(made).items() if key[0] == rule} == expected
    assert len(expected) >= 97


def test_the_published_file_is_read_and_its_blanks_are_missing():
    held = opentoken.read(VECTORS / "hashed.csv")
    assert as_rows(held) == published()
    assert len(held) == 105
    assert opentoken.BLANK not in held.to_pandas().to_numpy()


def test_encrypted_tokens_are_read_as_those_that_link():
    held = as_rows(opentoken.read(VECTORS / "encrypted.csv", encryption_key=ENCRYPTION_KEY))
    with open(VECTORS / "encrypted.csv", encoding="utf-8", newline="") as file:
        asked = {(row["RuleId"], row["RecordId"]) for row in csv.DictReader(file)}
    assert held == {key: token for key, token in published().items() if key in asked}
    assert len(held) > 40


@pytest.mark.parametrize("key", [None, ENCRYPTION_KEY])
def test_what_is_written_is_read_again_and_holds_no_blank(made, tmp_path, key):
    count = opentoken.write(made, tmp_path / "tokens.csv", encryption_key=key)
    text = (tmp_path / "tokens.csv").read_text("utf-8")
    assert count == len(text.splitlines()) - 1 == len(published())
    assert opentoken.BLANK not in text
    assert as_rows(opentoken.read(tmp_path / "tokens.csv", encryption_key=key)) == published()


def test_a_strong_secret_is_taken_without_a_warning():
    assert as_rows(opentoken.tokens(sample(), STRONG, not_after=DAY)).keys() == published().keys()


def test_rules_whose_fields_are_lacking_give_no_tokens():
    table = {"id": [1, 2], "surname": ["Lee", "Ng"], "given_name": ["Ann", "Bo"], "gender_code": ["F", "m"]}
    made = opentoken.tokens(Dataset(pd.DataFrame(table)), STRONG, fields={"sex": "sex"})
    assert {rule for rule, _ in as_rows(made)} == {"T5"}
    lonely = Dataset(pd.DataFrame({"id": [1], "surname": ["Lee"]}), name="register")
    with pytest.raises(DataError, match=r"register: OpenToken needs surname, given_name and sex at least"):
        opentoken.tokens(lonely, STRONG)


def test_nothing_of_a_person_is_left(made):
    assert list(made.to_pandas().columns) == ["RecordId", "T1", "T2", "T3", "T4", "T5"]
    assert "Price" not in repr(vars(made))


def test_two_files_link_by_their_tokens(tmp_path, made):
    opentoken.write(made, tmp_path / "one.csv")
    one, other = opentoken.read(tmp_path / "one.csv"), opentoken.read(VECTORS / "hashed.csv", name="other")
    pairs = lk.block.candidate_pairs(one, other, [lk.block.on("T3")]).to_pandas()
    counts = Counter(token for (rule, _), token in published().items() if rule == "T3")
    assert len(pairs) == sum(count**2 for count in counts.values())  # and none of the blank ones with each other
    assert (pairs["left_id"] == pairs["right_id"]).sum() == counts.total()


@pytest.mark.parametrize("secret", ["", b"", None, 3])
def test_no_secret_is_refused(secret):
    with pytest.raises(SecretError, match="not empty"):
        opentoken.tokens(sample(), secret)


def _edited(tmp_path, change):
    lines = (VECTORS / "hashed.csv").read_text("utf-8").splitlines()[:12]
    (tmp_path / "edited.csv").write_text("\n".join(change(lines)) + "\n", "utf-8")
    return tmp_path / "edited.csv"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda lines: ["Rule,Token,RecordId", *lines[1:]], "lacks the column 'RuleId'"),
        (lambda lines: lines[1:], "lacks the column 'RuleId' and 'Token' and 'RecordId'"),
        (lambda lines: [*lines, "T3,Ann Lee,r1"], r"row 12 hold"),
        (lambda lines: [*lines, "T3,KBYKMGxX8EV3XKy"], r"row 12 hold"),
        (lambda lines: [*lines, lines[1]], r"row 12 give a record a second token"),
        (lambda lines: [*lines, f"T3,{'A' * 96},r1"], "encrypted and hashed"),
        (lambda lines: [lines[0], f"T3,{'A' * 96},r1"], "encryption_key="),
        (lambda lines: [*lines, "ot.V1.eyJhbGciOiJkaXIi,T3,r1"], r"row 12 hold"),
    ],
)
def test_an_edited_file_is_refused(tmp_path, change, why):
    with pytest.raises(DataError, match=why) as caught:
        opentoken.read(_edited(tmp_path, change))
    assert "Ann" not in str(caught.value)


@pytest.mark.parametrize(
    "held", [b"RuleId,Token,RecordId\nT1,\xff\xfe,r1\n", b'RuleId,Token,RecordId\n"' + b"A" * 200_000]
)
def test_what_is_no_csv_is_refused(tmp_path, held):
    (tmp_path / "other.csv").write_bytes(held)
    with pytest.raises(DataError, match=r"other: this is no CSV file in UTF-8"):
        opentoken.read(tmp_path / "other.csv")


def test_wrong_keys_are_refused():
    with pytest.raises(SecretError, match="another key"):
        opentoken.read(VECTORS / "encrypted.csv", encryption_key=STRONG)
    with pytest.raises(SecretError, match="32 bytes; got 10 bytes"):
        opentoken.read(VECTORS / "encrypted.csv", encryption_key=b"HashingKey")
    with pytest.raises(DataError, match="if, and only if"):
        opentoken.read(VECTORS / "hashed.csv", encryption_key=STRONG)


# --- its rules, as its documentation states them


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  John  ", "JOHN"), ("María", "MARIA"), ("Dr. Smith", "SMITH"), ("O'Brien", "OBRIEN"), ("García Jr.", "GARCIA"),
     ("Jennifer A", "JENNIFER"), ("Jennifer A.", "JENNIFER"), ("Mary-Anne", "MARYANNE"), ("Miss", "MISS"), ("A", "A"),
     ("Sister Joanna", "JOANNA"), ("Bobby 2nd", "BOBBY"), ("unknown", None), ("<masked>", None), ("N/A", None),
     ("王", None), ("123", None)],
)  # fmt: skip
def test_first_names(text, expected):
    assert rules.first_name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Knight IV", "KNIGHT"), ("MacDonald", "MACDONALD"), ("Ng", "NG"), ("Li", "LI"), ("Ao", "AO"), ("A", None),
     ("Xz", None), ("Jr", None), (" IV", "IV"), ("O'Reilly", "OREILLY"), ("de la Cruz Sr.", "DELACRUZ"),
     ("Patient", None), ("Automation Test", None)],
)  # fmt: skip
def test_last_names(text, expected):
    assert rules.last_name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("03/15/1985", "1985-03-15"), ("1985/03/15", "1985-03-15"), ("03-15-1985", "1985-03-15"),
     ("15.03.1985", "1985-03-15"), ("1985-03-15T10:00:00Z", "1985-03-15"), ("1910-01-01", "1910-01-01"),
     ("1909-12-31", None), ("2026-02-02", None), ("1985/03-15", None),
     ("2026-02-01", "2026-02-01"), ("2001-02-30", None), ("15/03/1985", None), ("1985-3-5", None)],
)  # fmt: skip
def test_dates_of_birth(text, expected):
    assert rules.birth_date(text, DAY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("98101", "981"), ("98101-1234", "981"), ("981011234", "981"), ("980", "980"), ("1563", "156"), ("00000", None),
     ("12345-6789", None), ("55512", None), ("9810112", None), ("K1A 0B1", None), ("j1x 2b3", "J1X"), ("J1X2B3", "J1X"),
     ("J1X", "J1X"), ("J1X 2", "J1X"), ("A1A 1A1", None), ("A1A", "A1A"), ("J1XB", None), ("LS1 4AP", None)],
)  # fmt: skip
def test_postal_codes(text, expected):
    assert rules.postal_area(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("078-05-1120", "078051120"), ("738389875", "738389875"), ("1234568", "001234568"), ("123 45 6788", "123456788"),
     ("738389875.0", "738389875"), ("123-45-6789", None), ("123456789", None), ("000-12-3456", None),
     ("666-12-3456", None), ("912-12-3456", None), ("123-00-3456", None), ("123-12-0000", None), ("12345", None),
     ("1234567890", None), ("abc", None)],
)  # fmt: skip
def test_social_security_numbers(text, expected):
    assert rules.social_security_number(text) == expected


@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_no_text_breaks_a_rule_and_what_comes_out_comes_out_again(text):
    for rule in (rules.first_name, rules.last_name, rules.sex, rules.postal_area, rules.social_security_number):
        found = rule(text)
        assert found is None or (found and found == found.upper() and found.isascii())
    assert rules.birth_date(text, DAY) is None or rules.birth_date(rules.birth_date(text, DAY), DAY)


def test_fields_that_are_named_must_be_there():
    people = Dataset(pd.DataFrame({"id": [1], "surname": ["Lee"], "given_name": ["Ann"], "sex": ["F"]}), name="trial")
    with pytest.raises(SpecError, match=r"'surnam', which no rule .* Did you mean 'surname'"):
        opentoken.tokens(people, STRONG, fields={"surnam": "surname"})
    with pytest.raises(DataError, match="trial: there is no field 'ssn'"):
        opentoken.tokens(people, STRONG, fields={"national_id": "ssn"})
