"""What the tools beside linkkit are told of each set: which column holds what, which pairs to look at, who is unique.

Used by peers_accuracy.py, which says why. Needs pandas and numpy alone.
"""

import numpy as np
import pandas as pd
from sets import load

AUSTRALIA = dict(
    given_name="given_name",
    surname="surname",
    date_of_birth="date_of_birth",
    address="street_number address_1",
    place="suburb",
    number_postcode="postcode",
    state="state",
)
CENSUS = dict(
    given_name="first_name",
    initial="middle_initial",
    surname="last_name",
    date_of_birth="date_of_birth:month_first",
    sex="sex",
    address="street_number street_name",
    race="race_ethnicity",
)
SSA = dict(
    given_name="first_name", initial="middle_name", surname="last_name", date_of_birth="date_of_birth", sex="sex"
)
UK = dict(
    given_name="pername1",
    surname="pername2",
    date_of_birth="dob_year dob_mon dob_day",
    sex="sex",
    postcode="enumpc",
    address="enumcap",
)
FIELDS = {
    "historical_50k": [
        dict(
            given_name="first_name",
            surname="surname",
            date_of_birth="dob",
            place="birth_place",
            postcode="postcode_fake",
            sex="gender",
            occupation="occupation",
        )
    ],
    "fake_1000": [
        dict(given_name="first_name", surname="surname", date_of_birth="dob", place="city", email="email"),
    ],
    "RLdata10000": [dict(given_name="fname_c1", surname="lname_c1", date_of_birth="by bm bd")],
    "FEBRL C": [{**AUSTRALIA, "phone": "phone_number"}],
    "febrl3": [AUSTRALIA],
    "febrl4": [AUSTRALIA, AUSTRALIA],
    "census-CIS": [UK, UK],
    "census-CIS 5 %": [UK, UK],
    "census-CIS pooled": [UK],
    "census-SSA": [CENSUS, SSA],
    "census-WIC": [CENSUS, CENSUS],
    "WIC alone": [CENSUS],
}
UNIQUE = {
    "febrl4": ("left", "right"),
    "census-CIS": ("left", "right"),
    "census-CIS 5 %": ("left", "right"),
    "census-SSA": ("left", "right"),
    "census-WIC": ("left",),
}
SMALL = 5_000
BLOCKS_OF_SMALL = [
    ("given_name",),
    ("surname",),
    ("date_of_birth",),
    ("postcode",),
    ("number_postcode",),
    ("place",),
    ("email",),
    ("phone",),
]
BLOCKS = [
    ("given_start", "surname_start"),
    ("given_two", "surname_two", "birth_year"),
    ("given_name", "birth_year"),
    ("surname", "birth_year"),
    ("date_of_birth",),
    ("postcode_start", "given_name"),
    ("postcode_start", "surname"),
    ("number_postcode", "given_name"),
    ("number_postcode", "surname"),
    ("place", "given_name"),
    ("place", "surname"),
    ("address", "given_name"),
    ("phone",),
]
STRICT = [
    ("given_name", "surname", "date_of_birth"),
    ("given_name", "surname_start", "date_of_birth"),
    ("given_start", "surname", "date_of_birth"),
    ("given_name", "date_of_birth", "postcode"),
]
TRAINING = [("given_name", "surname"), ("date_of_birth",), ("postcode", "surname")]
PARTS = ("year", "month", "day")
DERIVED = ("birth_year", "given_start", "given_two", "surname_start", "surname_two", "postcode_start")


def clean(column):
    text = column.astype("string").str.strip().str.lower()
    return text.mask(text == "")


def dates(frame, source):
    """Return dates as year-month-day, and years, from three columns, or from one in ISO, packed or month-first form."""
    if " " in source:
        parts = [clean(frame[name]).str.zfill(2) for name in source.split()]
        return parts[0] + "-" + parts[1] + "-" + parts[2], parts[0]
    column, _, month_first = source.partition(":")
    digits = clean(frame[column]).str.replace("[-/]", "", regex=True)
    digits = digits.where(digits.str.len() == 8)
    if month_first:
        digits = digits.str[4:] + digits.str[:4]
    return digits.str[:4] + "-" + digits.str[4:6] + "-" + digits.str[6:], digits.str[:4]


def columns(file, fields):
    """Return the fields of a file by kind, with the columns that only blocking uses, on the row number."""
    kinds = {}
    for kind, source in fields.items():
        if kind == "date_of_birth":
            kinds[kind], kinds["birth_year"] = dates(file.seen, source)
            if " " in source:
                kinds |= {part: clean(file.seen[name]) for part, name in zip(PARTS, source.split(), strict=True)}
        else:
            first, *more = (clean(file.seen[name]) for name in source.split())
            kinds[kind] = first.str.cat(more, sep=" ") if more else first
    kinds["given_start"], kinds["given_two"] = kinds["given_name"].str[:3], kinds["given_name"].str[:2]
    kinds["surname_start"], kinds["surname_two"] = kinds["surname"].str[:4], kinds["surname"].str[:2]
    if "initial" in kinds:
        kinds["initial"] = kinds["initial"].str[:1]
    if "postcode" in kinds:
        packed = kinds["postcode"].str.replace(" ", "")
        kinds["postcode"] = packed.str[:-3] + " " + packed.str[-3:]
        kinds["postcode_start"] = packed.str[:3]
    frame = pd.DataFrame(kinds)
    return frame.astype(object).where(frame.notna(), None)


def prepared(name):
    """Return the files in a drawn order (so that no tie is broken by the order of the file), and the persons."""
    frames, persons = [], []
    for file, fields in zip(load(name), FIELDS[name], strict=True):
        drawn = np.random.default_rng(1).permutation(len(file.seen))
        frames.append(columns(file, fields).iloc[drawn].reset_index(drop=True))
        persons.append(file.person.to_numpy(object)[drawn])
    shared = [kind for kind in frames[0] if all(kind in frame for frame in frames)]
    return [frame[shared] for frame in frames], persons


def blocks(frames):
    """Return the blocks whose columns the files have: single fields in small files, as Splink's examples have them."""
    small = max(map(len, frames)) <= SMALL
    return with_columns(BLOCKS_OF_SMALL if small else BLOCKS, frames[0])


def with_columns(rules, frame):
    return [rule for rule in rules if all(kind in frame for kind in rule)]
