"""What the linter takes: specifications, datasets, files; and what it refuses."""

from __future__ import annotations

import base64
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import linkkit as lk
from linkkit.errors import DataError, LinkkitError, SpecError
from linkkit.pseudonymise import Encoding, Token, clkhash, encode, handover, tokens, write_encoded
from linkkit.pseudonymise.bloom import BloomField, Clk
from linkkit.pseudonymise.bloom import encode as filters_of
from linkkit.pseudonymise.handover import KeyFacts
from linkkit.pseudonymise.lint import lint

VECTORS = Path(__file__).parents[1] / "vectors"


@pytest.fixture(scope="module")
def encoding(fields):
    return Encoding([Clk(fields)], [Token("block", ["soundex(surname)", "year(date_of_birth)"])])


@pytest.fixture(scope="module")
def encoded(people, key, encoding):
    return encode(people, key, encoding)


@pytest.fixture
def handed(encoded, tmp_path):
    write_encoded(encoded, tmp_path / "ours.parquet")
    return tmp_path / "ours.parquet"


def _figures(found):
    return [(one.name, one.severity, one.figure) for one in found if one.name != "readable_record_keys"]


def test_an_encoding_is_taken_in_any_form(encoding, tmp_path):
    path = encoding.save(tmp_path / "encoding.json")
    expected = _figures(lint(encoding))
    assert expected
    for one in (path, str(path), encoding.to_dict(), [encoding], json.loads(path.read_text())):
        assert _figures(lint(one)) == expected


def test_a_list_of_columns_is_one_encoding(fields):
    assert lint(list(fields)).findings == lint(Encoding(fields)).findings


def test_a_file_is_judged_as_the_dataset_that_it_holds(encoded, handed):
    for destination in ("trusted_unit", "semi_trusted_unit"):
        ours, theirs = lint(encoded, destination=destination), lint(handed, destination=destination)
        assert _figures(ours) == _figures(theirs)
        assert ours.specs == theirs.specs
        assert sorted(map(repr, ours.columns)) == sorted(map(repr, theirs.columns))
        assert ours.keys == theirs.keys == (encoded.encoded_with,)


def test_record_keys_that_are_the_ids_of_the_source_are_found(people, key, encoding, handed, tmp_path):
    assert lint(handed)["readable_record_keys"].where.endswith(people.id)
    random = [f"{at:032x}" for at in range(len(people))]
    write_encoded(encode(people, key, encoding, ids=random), tmp_path / "shuffled.parquet")
    assert "readable_record_keys" not in lint(tmp_path / "shuffled.parquet")


def test_datasets_of_filters_and_tokens_without_an_encoding_are_judged_by_their_look(people, key, fields):
    made = lint(filters_of(people, key, [*fields, Clk(fields)]))
    assert made.level == "filters"
    assert {one.role for one in made.columns} == {"filter", "clk", "presence"}
    assert lint(tokens(people, key, [Token("surname_token", "surname")])).level == "tokens"


def test_a_dataset_in_clear_text_is_found_out(people):
    found = lint(lk.Dataset(people.to_pandas(), id=people.id))
    assert {one.where.rpartition(", ")[2] for one in found if one.name == "clear_values"} >= {
        "surname",
        "date_of_birth",
    }


def test_tables_without_a_manifest_are_judged_by_their_look(encoded, tmp_path):
    filters = [base64.b64encode(one).decode() for one in encoded.table_column("clk").to_pylist()]
    frame = pd.DataFrame({"row": range(len(filters)), "clk": filters, "surname": ["x"] * len(filters)})
    frame.to_csv(tmp_path / "out.csv", index=False)
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "out.parquet")
    for name in ("out.csv", "out.parquet"):
        found = lint(tmp_path / name, destination="semi_trusted_unit")
        assert {"no_manifest", "clear_values", "graph_matching"} <= {one.name for one in found}
        assert found["clear_values"].where == "surname"
        assert found.level == "records"


def test_what_nothing_says_can_be_said(encoded):
    filters = encoded.table_column("clk").to_pylist()
    for level in ("filters", "records", "tokens"):
        assert lint(filters, level=level).level == level
    assert lint(filters).level == "filters"  # the graver of the two
    with pytest.raises(SpecError, match="level must be one of tokens, filters, records, or None; got 'clk'"):
        lint(filters, level="clk")


def test_several_files_are_told_apart_by_name(handed, tmp_path, encoding):
    path = encoding.save(tmp_path / "encoding.json")
    found = lint([handed, path])
    places = {one.where.split(",")[0] for one in found}
    assert {"ours.parquet", "encoding.json"} <= places


def test_a_manifest_without_a_key_is_serious():
    table = pa.table({"record_key": ["a", "b"], "clk": pa.array([b"\1" * 64, b"\2" * 64], pa.binary(64))})
    manifest = handover.Manifest("encoded", 2, (), made_by={"length": 512})
    assert lint(manifest)["no_key"].severity == "serious"
    keyed = handover.Manifest("encoded", 2, (), key=KeyFacts("p", "1", "0" * 16, "1" * 16))
    assert "no_key" not in lint(keyed)
    assert len(table) == 2


# --- what is refused --------------------------------------------------------------------------------------------


def _cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def _edited(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _other_length(path):
    table = pq.read_table(path)
    column = pa.array([b"\1" * 32] * len(table), pa.binary(32))
    table = table.set_column(table.column_names.index("clk"), "clk", column)
    manifest = json.loads(path.with_name(path.name + ".manifest.json").read_text())
    facts = KeyFacts(**manifest["key"])
    handover.write_file(
        table, path, "encoded", record_key=manifest["record_key"], made_by=manifest["made_by"], key=facts
    )


@pytest.mark.parametrize("harm", [_cut, _edited, _other_length])
def test_a_file_that_is_not_what_its_manifest_says_is_refused(handed, harm):
    harm(handed)
    with pytest.raises(LinkkitError, match=r"ours\.parquet"):
        lint(handed)


def test_an_edited_manifest_is_refused(handed):
    path = handed.with_name(handed.name + ".manifest.json")
    path.write_text(path.read_text().replace('"surname"', '"sirname"'))
    with pytest.raises(DataError, match="was edited"):
        lint(handed)


HOSTILE = {
    "cut.json": (b'{"clks": ["AAAA', "cut off"),
    "long.json": (b'{"clks": [' + b"1" * 5_000 + b"]}", "not a JSON file"),
    "deep.json": (b"[" * 100_000, "cut off"),
    "latin.json": ('{"clks": ["\xe9"]}'.encode("latin-1"), "not a JSON file"),
    "list.json": (b"[1, 2]", "expected an encoding or a manifest"),
    "other.json": (b'{"names": ["SECRETNAME"]}', "expected an encoding or a manifest"),
    "words.json": (b'{"clks": ["SECRETNAME!!", "AAAA"]}', "expected a CLK in base64"),
    "lengths.json": (b'{"clks": ["AAAA", "AAAA", "AAAAAAAA"]}', "one length"),
    "format.json": (b'{"linkkit_encoding": 99}', "format 99"),
    "schema.json": (b'{"version": 3, "clkConfig": {"l": 0}, "features": []}', "mistakes"),
    "empty.csv": (b"", "empty"),
    "header.csv": (b"id,clk\n", "no records"),
    "bare.csv": (b"QUJDREVGR0hJSktMTU5PUFFSU1RV\nQUJDREVGR0hJSktMTU5PUFFSU1RX\n", "no names of columns"),
    "bare64.csv": (b"QUJDREV+/0hJSktMTU5PUFFSU1RV\nQUJDREVGR0hJSktMTU5PUFFSU1RX\n", "no names of columns"),
    "pickle.csv": (pickle.dumps({"SECRETNAME": 1}), "binary|read"),
    "pickle.parquet": (pickle.dumps(["SECRETNAME"]), "not one"),
    "half.parquet": (b"PAR1SECRETNAME", "Parquet|read"),
    "what.xyz": (b"SECRETNAME", "must end in"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_name_and_none_of_its_values(name, tmp_path):
    data, told = HOSTILE[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LinkkitError, match=told) as caught:
        lint(tmp_path / name)
    assert name in str(caught.value)
    assert "SECRETNAME" not in str(caught.value)


@pytest.mark.parametrize("wrong", [3, None, [], object(), "no/such/file.json", b"bytes"])
def test_what_is_nothing_of_all_this_is_refused(wrong):
    with pytest.raises(LinkkitError):
        lint(wrong)


def test_a_list_of_something_else_is_refused():
    for wrong in ([1, 2, 3], ["AAAA", b"1234"], [["AAAA"]]):
        with pytest.raises(DataError, match="texts alone, or bytes alone"):
            lint(wrong)


def test_a_folder_without_manifests_and_other_kinds_of_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no manifest"):
        lint(tmp_path)
    payload = pa.table({"record_key": ["a", "b"], "score": [1, 2]})
    handover.write_file(payload, tmp_path / "payload.parquet", "payload")
    with pytest.raises(DataError, match="of kind payload"):
        lint(tmp_path / "payload.parquet")


def test_encodings_are_taken_as_matrix_list_series_and_arrow_with_missing_ones():
    rows = np.random.default_rng(1).integers(0, 256, (60, 32), dtype=np.uint8)
    plain = lint(rows).columns
    held = [row.tobytes() for row in rows]
    assert lint(held).columns == lint(pd.Series(held)).columns == plain
    for missing in (None, float("nan"), pd.NA):
        assert lint([*held, missing]).columns[0].missing == 1
    assert lint(pd.Series([one.hex() for one in held] + [None], dtype="string")).columns[0].missing == 1


def test_a_column_without_an_encoding_is_measured_as_empty():
    (facts,) = lint([None, None]).columns
    assert (facts.records, facts.missing, facts.distinct) == (0, 2, 0)


def test_the_blank_tokens_of_opentoken_are_found(tmp_path):
    table = pd.read_csv(VECTORS / "opentoken" / "hashed.csv")
    found = lint(VECTORS / "opentoken" / "hashed.csv")
    blank = (table["Token"] == "0" * 64).sum()
    assert blank > 0
    assert (found["blank_tokens"].figure, found["blank_tokens"].severity) == (blank, "serious")
    assert "mixed_lengths" not in found
    whole = table[table["Token"] != "0" * 64]
    whole.to_csv(tmp_path / "whole.csv", index=False)
    assert "blank_tokens" not in lint(tmp_path / "whole.csv")
    (facts,) = lint(tmp_path / "whole.csv").columns  # and not the column RecordId
    assert (facts.role, facts.records, facts.missing) == ("token", len(whole), 0)


def test_a_schema_file_of_clkhash_is_taken(tmp_path):
    config, ignored = {"l": 1024, "kdf": {"type": "HKDF"}}, {"identifier": "a", "ignored": True}
    schema = clkhash.read_schema({"version": 3, "clkConfig": config, "features": [ignored]})
    clkhash.write_schema(schema, tmp_path / "schema.json")
    assert lint(tmp_path / "schema.json").specs[0].fields == ()


def test_a_field_of_a_token_may_be_missing_everywhere(people, key):
    frame = people.to_pandas()
    frame["surname"] = None
    frame.loc[0, "surname"] = "one"
    encoded = encode(lk.Dataset(frame, id=people.id), key, Encoding([BloomField("surname")]), as_it_stands=True)
    assert lint(encoded).columns[0].records == 1
