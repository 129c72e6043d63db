"""``linkkit clkhash``: the bits of clkhash from files, and a secret that is never shown."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "pseudonymise/clkhash/vectors"
SECRET = "linkkit-test-secret"


def vector(name):
    return json.loads(next(VECTORS.glob(f"{name}_*.json")).read_text("utf-8"))


@pytest.fixture
def project(tmp_path):
    """Write a vector as the files of a project; give their paths and the CLKs of clkhash."""

    def write(name="34", *, header=True, blanks="", secret=None):
        case = vector(name)
        identifiers = [feature["identifier"] for feature in case["schema"]["features"]]
        lines = [
            [f'{blanks}"{cell}"' if not blanks else f"{blanks}{cell}{blanks}" for cell in row] for row in case["rows"]
        ]
        text = "\n".join(",".join(line) for line in ([identifiers] if header else []) + lines) + "\n"
        (tmp_path / "pii.csv").write_text(text, "utf-8")
        (tmp_path / "schema.json").write_text(json.dumps(case["schema"]), "utf-8")
        path = tmp_path / "secret.txt"
        path.write_bytes(case["secret"].encode() if secret is None else secret)
        path.chmod(0o600)
        return case

    return write


def run(linkkit, folder, *more, secret=("--secret-file", "secret.txt")):
    given = [secret[0], folder / secret[1] if secret[0] == "--secret-file" else secret[1]] if secret else []
    return linkkit("clkhash", folder / "pii.csv", folder / "schema.json", *given, "--out", folder / "clks.json", *more)


def clks(folder):
    return json.loads((folder / "clks.json").read_text("ascii"))["clks"]


@pytest.mark.parametrize("name", ["01", "22", "25", "33", "34"])
def test_files_give_the_bits_of_clkhash(linkkit, project, tmp_path, name):
    case = project(name)
    result = run(linkkit, tmp_path)
    assert result.code == 0, result.output
    assert clks(tmp_path) == case["clks"]
    assert f"{len(case['clks']):,} CLKs of {case['schema']['clkConfig']['l']:,} bits" in result.output
    assert case["secret"] not in result.output


def test_a_file_of_people_who_did_not_all_agree_is_refused(linkkit, project, tmp_path):
    from linkkit.cards import Card, Consent

    project()
    Card("pii", "trial", consent=Consent(("any",), column="agreed")).save(tmp_path / "pii.card.toml")
    result = run(linkkit, tmp_path)
    assert result.code == 2
    assert "the card beside it says who may be linked" in " ".join(result.output.split())
    assert not (tmp_path / "clks.json").exists()
    Card("pii", "trial", consent=Consent(("any",))).save(tmp_path / "pii.card.toml")
    assert run(linkkit, tmp_path).code == 0


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"], ids=repr)
def test_a_line_end_after_the_secret_counts_for_nothing(linkkit, project, tmp_path, ending):
    case = project(secret=SECRET.encode() + ending)
    assert run(linkkit, tmp_path).code == 0
    assert clks(tmp_path) == case["clks"]


def test_blanks_around_values_are_taken_away_where_an_old_project_did(linkkit, project, tmp_path):
    case = project("33", blanks="  ")
    assert run(linkkit, tmp_path, "--strip").code == 0
    assert clks(tmp_path) == case["clks"]
    result = run(linkkit, tmp_path)
    assert result.code == 2  # '  1989-11-09' is not the date that the schema describes
    assert all(cell not in result.output for row in case["rows"] for cell in row if cell)


@pytest.mark.filterwarnings("ignore::linkkit.pseudonymise.clkhash.InsecureEncodingWarning")
def test_a_secret_of_bytes_is_taken_byte_for_byte(linkkit, project, tmp_path):
    from linkkit.pseudonymise.clkhash import encode

    secret = b"\xfb\x00 sixteen bytes and a line end\n"
    case = project(secret=secret)
    assert run(linkkit, tmp_path).code == 0
    assert clks(tmp_path) == encode(case["rows"], case["schema"], secret)
    assert clks(tmp_path) != encode(case["rows"], case["schema"], secret[:-1])


def test_the_secret_may_stand_in_the_environment(linkkit, project, tmp_path, monkeypatch):
    case = project()
    monkeypatch.setenv("PROJECT_SECRET", SECRET)
    assert run(linkkit, tmp_path, secret=("--secret-env", "PROJECT_SECRET")).code == 0
    assert clks(tmp_path) == case["clks"]


def test_without_a_header_the_first_row_is_a_record(linkkit, project, tmp_path):
    case = project(header=False)
    assert run(linkkit, tmp_path, "--no-header").code == 0
    assert clks(tmp_path) == case["clks"]
    result = run(linkkit, tmp_path)
    assert result.code == 2
    assert "column 1 should be" in result.output
    assert all(cell not in result.output for cell in case["rows"][0] if len(cell) > 1)  # it is a person's
    assert run(linkkit, tmp_path, "--no-check-header").code == 0
    assert clks(tmp_path) == case["clks"][1:]


def test_another_header_is_refused_unless_it_is_not_checked(linkkit, project, tmp_path):
    case = project()
    text = (tmp_path / "pii.csv").read_text("utf-8")
    (tmp_path / "pii.csv").write_text(text.replace("fn,", "forename,", 1), "utf-8")
    result = run(linkkit, tmp_path)
    assert result.code == 2
    assert "column 1 should be 'fn'" in result.output
    assert not (tmp_path / "clks.json").exists()
    assert run(linkkit, tmp_path, "--no-check-header").code == 0
    assert clks(tmp_path) == case["clks"]


def test_weak_options_and_a_short_secret_are_warned_of_on_standard_error(process, project, tmp_path):
    project(secret=b"mackerel")
    result = process("clkhash", tmp_path / "pii.csv", tmp_path / "schema.json", "--secret-file",
                     tmp_path / "secret.txt", "-o", tmp_path / "clks.json")  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "doubleHash is broken" in result.stderr
    assert "the secret has fewer than 16 bytes" in result.stderr
    assert all(line.startswith("linkkit: warning: ") for line in result.stderr.splitlines())
    assert "warning" not in result.stdout
    assert "mackerel" not in result.stdout + result.stderr


@pytest.mark.skipif(os.name != "posix", reason="mode bits are POSIX")
def test_a_secret_that_others_can_read_is_refused(linkkit, project, tmp_path):
    project()
    (tmp_path / "secret.txt").chmod(0o640)
    result = run(linkkit, tmp_path)
    assert result.code == 2
    assert "chmod 600" in result.output
    assert not (tmp_path / "clks.json").exists()


@pytest.mark.parametrize("option", ["--secret-file", "--secret-env"])
def test_a_secret_in_the_place_of_its_file_or_variable_is_not_repeated(linkkit, project, tmp_path, option):
    project()
    result = linkkit("clkhash", tmp_path / "pii.csv", tmp_path / "schema.json", option, "horse staple", "-o",
                     tmp_path / "clks.json")  # fmt: skip
    assert result.code == 2
    assert "not the secret itself" in " ".join(result.output.split())
    assert "horse" not in result.output


@pytest.mark.parametrize(
    ("secret", "said"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"x" * 5000, "more than 4,096 bytes"),
     ("﻿staple\r\n".encode("utf-16-le"), "UTF-16"), ("﻿staple".encode("utf-16-be"), "UTF-16")],
    ids=["empty", "line end", "long", "little-endian", "big-endian"],
)  # fmt: skip
def test_what_is_no_secret_is_refused(linkkit, project, tmp_path, secret, said):
    project(secret=secret)
    result = run(linkkit, tmp_path)
    assert result.code == 2
    assert said in result.output


def test_one_place_of_the_secret_must_be_named(linkkit, project, tmp_path, monkeypatch):
    project()
    monkeypatch.setenv("PROJECT_SECRET", "")
    for secret, said in (
        (None, "either --secret-file FILE or --secret-env NAME"),
        (("--secret-env", "PROJECT_SECRET"), "should hold the secret is empty"),
    ):
        result = run(linkkit, tmp_path, secret=secret)
        assert result.code == 2
        assert said in result.output
    assert run(linkkit, tmp_path, "--secret-env", "PROJECT_SECRET").code == 2


def test_nothing_that_is_read_is_overwritten(linkkit, project, tmp_path):
    project()
    for name in ("pii.csv", "schema.json", "secret.txt"):
        held = (tmp_path / name).read_bytes()
        result = run(linkkit, tmp_path, "--out", tmp_path / name)
        assert result.code == 2
        assert "would be overwritten" in result.output
        assert (tmp_path / name).read_bytes() == held


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (b"", (), "expected a header"),
        (b"fn,ln\n", (), "the header has 2 columns"),
        (b"\xff\xfe\x00", (), "not CSV in utf-8"),
        (b"fn\n", ("--encoding", "utf-ate"), "no character encoding"),
        (b"\xef\xbb\xbfAnn\n", ("--no-header",), "begins with a byte order mark"),
        (b"Ann,Lee\n\n", ("--no-header",), "found 0, 2"),
        (b'"' + b"a" * 200_000 + b'"\n', ("--no-header",), "not CSV: field larger"),
    ],
)
def test_what_is_no_such_file_is_refused(linkkit, project, tmp_path, content, more, said):
    project()
    (tmp_path / "pii.csv").write_bytes(content)
    result = run(linkkit, tmp_path, *more)
    assert result.code == 2
    assert said in result.output


@pytest.mark.filterwarnings("ignore::linkkit.pseudonymise.clkhash.InsecureEncodingWarning")
def test_a_file_in_another_encoding_is_read_by_its_name(linkkit, project, tmp_path):
    from linkkit.pseudonymise.clkhash import encode

    case = project()
    row = ["Zoë", *case["rows"][0][1:]]
    (tmp_path / "pii.csv").write_bytes(",".join(row).encode("cp1252") + b"\n")
    assert run(linkkit, tmp_path, "--no-header", "--encoding", "cp1252").code == 0
    assert clks(tmp_path) == encode([row], case["schema"], case["secret"])


_REAL = """
import json, sys
from clkhash import clk, schema
from clkhash.serialization import serialize_bitarray
header = {"yes": True, "no": False, "ignore": "ignore"}[sys.argv[3]]
with open(sys.argv[2]) as file:
    read = schema.from_json_file(file)
with open(sys.argv[1], "r", encoding="utf-8") as file:
    found = clk.generate_clk_from_csv(file, sys.argv[4], read, header=header, progress_bar=False, max_workers=1)
print(json.dumps([serialize_bitarray(one) for one in found]))
"""


@pytest.mark.parametrize(
    ("how", "options"), [("yes", ()), ("ignore", ("--no-check-header",)), ("no", ("--no-header",))]
)
def test_a_hard_file_is_read_as_the_real_clkhash_reads_it(linkkit, tmp_path, how, options):
    """Quotes, line ends within values, blanks of all kinds, lone carriage returns."""
    import importlib.util
    import subprocess

    interpreter = os.environ.get("LINKKIT_CLKHASH_PYTHON")
    if not interpreter and importlib.util.find_spec("clkhash") is None:
        pytest.skip("clkhash is not installed here; LINKKIT_CLKHASH_PYTHON names an interpreter that has it.")
    hashing = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 60}}
    features = [
        {"identifier": name, "format": {"type": "string"}, "hashing": hashing} for name in ("forename", "surname")
    ]
    schema = {"version": 3, "clkConfig": {"l": 512, "kdf": {"type": "HKDF"}}, "features": features}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    rows = '"Ann ""Nan""","O\'Hara, the\r\nyounger"\r\n\u00a0Zo\u00eb\t , van  Dyk \r"",\x0bLee\n"a\rb","c\n"\n'
    head = "forename,surname\n" if how == "yes" else "a,b\n" if how == "ignore" else ""
    (tmp_path / "pii.csv").write_bytes((head + rows).encode())
    (tmp_path / "secret.txt").write_bytes(b"horse staple\n")
    (tmp_path / "secret.txt").chmod(0o600)
    done = subprocess.run(
        [interpreter or sys.executable, "-c", _REAL, *(tmp_path / name for name in ("pii.csv", "schema.json")), how,
         "horse staple"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run(linkkit, tmp_path, *options).code == 0
    assert clks(tmp_path) == json.loads(done.stdout)
    assert len(clks(tmp_path)) == 4
