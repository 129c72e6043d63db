"""Codes and themes attach to a case; quotes never do."""

import pandas as pd
import pytest

from linkkit import pipelines
from linkkit.errors import DataError

BOOK = ("hope", "fear of school", "school", "home")


@pytest.fixture(scope="module")
def coded(study):
    made = study()
    return made, made.run(codebook=BOOK, quotes=("words", "said"))


def test_codes_stand_on_the_card_and_are_counted(coded, tmp_path):
    made, run = coded
    ids = made.frame["participant_id"].tolist()
    table = pd.DataFrame({"case": [ids[0], ids[0], ids[1], "elsewhere"], "code": ["hope", "fear of school", "hope",
                                                                                 "hope"],
                          "theme": ["home", "school", "home", "home"], "count": [2, 1, 4, 1]})  # fmt: skip
    found = run.with_codes(table)
    assert found.coding.unknown == 1
    assert found.coding.counts() == [("hope", "home", 2), ("fear of school", "school", 1)]
    card = found.profile(found.labels[sorted(ids).index(ids[0])])
    assert card.codes == (("hope", "home", 2.0, None), ("fear of school", "school", 1.0, None))
    assert "| school | fear of school | 1 |" in str(card)
    assert run.coding is None
    path = tmp_path / "codes.csv"
    table.to_csv(path, index=False)
    again = made.run(codebook=BOOK, codes=str(path))
    assert again.coding.rows == found.coding.rows
    assert "codes" in again.tables()


def test_codes_of_unknown_cases_are_counted_in_notes_and_report(coded, tmp_path):
    made, run = coded
    case = made.frame["participant_id"].tolist()[0]
    cases = [case, *(f"MARKERQUOTE{number}" for number in range(11))]
    found = run.with_codes(pd.DataFrame({"case": cases, "code": ["hope"] * 12}))
    assert "Rows of the coding of no case in this study, and left out: 11." in str(found.notes)
    assert found.tables()["own_rows"]["rows"].tolist() == ["<10", "[c]"]
    page = found.report(tmp_path / "page.html", audience="linker").read_text("utf-8")
    assert "<td>11</td>" in page
    assert "MARKERQUOTE" not in page + str(found.notes)
    fewer = run.with_codes(pd.DataFrame({"case": cases[:3], "code": ["hope"] * 3}))
    assert "and left out: fewer than 10." in str(fewer.notes)
    assert "coding" not in str(run.notes)


QUOTE = "MARKERQUOTE and then we all had to leave the house that very night"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"code": [QUOTE, "hope"]}, r"the column 'code' holds free text in 1 of 2 rows"),
        ({"code": ["hope"] * 2, "note": [QUOTE] * 2}, r"the column 'note' holds free text in 2 of 2 rows"),
        ({"code": ["hope"] * 2, "note": ["MARKERQUOTE", None]}, r"the column 'note' \(2 rows\) is none of"),
        ({"code": ["hope"] * 2, "said": ["MARKERQUOTE", None]}, "the column 'said' holds quotes, as quotes= says"),
        ({"code": ["hope", "MARKERQUOTE"]}, r"1 of 2 rows have a code that is not in the codebook of 4: row 2"),
        ({"code": ["hope"] * 2, "theme": ["MARKERQUOTE", "home"]}, "have a theme that is not in the codebook"),
        ({"code": ["hope", None]}, r"1 rows have no code: row 2"),
        ({"code": ["hope"] * 2, "count": ["MARKERQUOTE", "1"]}, "'count' must hold numbers"),
        ({"label": ["hope"] * 2}, "no column 'code'"),
    ],
)
def test_what_is_no_code_is_refused_by_column_and_count_without_its_words(coded, columns, words):
    _, run = coded
    with pytest.raises(DataError, match=words) as error:
        run.with_codes(pd.DataFrame({"case": ["T0001", "T0002"], **columns}))
    assert "MARKERQUOTE" not in str(error.value)


def test_codes_need_a_codebook(study):
    with pytest.raises(DataError, match="say the codes and themes that may be attached"):
        study().run().with_codes(pd.DataFrame({"case": ["T0001"], "code": ["hope"]}))


def test_fields_and_labels_never_read_quotes(study):
    made = study()
    spec = pipelines.case_study(quotes="words")
    with pytest.raises(DataError, match="holds quotes"):
        spec.run(made.cases(fields={"occupation": "words"}), made.children())
    with pytest.raises(DataError, match="holds quotes"):
        spec.change(label="words").run(made.cases(), made.children())
    with pytest.raises(DataError, match="'wrods', which is not there"):
        spec.change(quotes="wrods").run(made.cases(), made.children())
