"""Encoded files of two made-up providers, and ways to harm them so that manifest and file still fit together."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from linkkit.files import sha256
from linkkit.providing import encode_file
from linkkit.pseudonymise import Encoding, Key, Token
from linkkit.pseudonymise.bloom import BloomField
from linkkit.pseudonymise.handover import fingerprint

SURNAME = "Featherstonehaugh"
ENCODING = Encoding(
    [BloomField("given_name"), BloomField("surname"), BloomField("date_of_birth", "date")],
    blocks=[Token("sound_and_year", ["soundex(surname)", "year(date_of_birth)"])],
)


def people(size=60, start=0):
    """People whom nobody else is called like; number n is the same in every file."""
    numbers = range(start, start + size)
    letters = [chr(97 + number % 26) + chr(97 + number // 26 % 26) for number in numbers]
    return pd.DataFrame({
        "own_id": [f"own-{number}" for number in numbers],
        "forename": [f"ann{two}" for two in letters],
        "surname": [f"{SURNAME}{two[::-1]}" for two in letters],
        "dob": [f"{1950 + number % 50}-{1 + number % 12:02}-{1 + number % 28:02}" for number in numbers],
    })  # fmt: skip


def encoded_file(folder, name, key, encoding=ENCODING, frame=None):
    """Return the path of an encoded file."""
    frame = people() if frame is None else frame
    return encode_file(frame, Path(folder), key=key, encoding=encoding, name=name, id="own_id").path


def manifest_of(path):
    return path.with_name(path.name + ".manifest.json")


def change_manifest(path, **changes):
    """Change what a manifest says, fingerprint included."""
    data = json.loads(manifest_of(path).read_text("utf-8")) | changes
    data["schema_hash"] = fingerprint({"made_by": data["made_by"], "normaliser": data["normaliser"]})
    manifest_of(path).write_text(json.dumps(data), "utf-8")


def forge(path, change):
    """Change the table of a file, and its manifest so that it fits."""
    table = change(pq.read_table(path))
    pq.write_table(table, path)
    columns = [{"name": name, "missing": table[name].null_count, "invalid": 0} for name in table.column_names]
    change_manifest(path, rows=len(table), columns=columns, sha256=sha256(path))


def new_key(project="cohort", epoch="1"):
    return Key.generate(project=project, epoch=epoch)
