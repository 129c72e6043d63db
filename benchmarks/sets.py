"""The sets of people data with known truth, read the same way for linkkit and for the tools beside it.

The data are looked for in $LINKKIT_DATA, else in ../shared/data. Nothing is said per set but which files to read, which
column is the id, and which columns carry the truth and are left out. Needs pandas and numpy alone.
"""

import os
import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

DATA = pathlib.Path(os.environ.get("LINKKIT_DATA") or pathlib.Path(__file__).parents[1].parent / "shared" / "data")


@dataclass(frozen=True)
class Side:
    """A file, its id (None: the row number), the column that tells who is who, and what carries it too."""

    file: str
    id: str | None
    person: str
    left_out: tuple[str, ...] = ()
    only: dict[str, str] = field(default_factory=dict)


CENSUS = Side("pseudopeople/decennial_census_2020.parquet", None, "simulant_id", ("household_id",))
WIC = Side("pseudopeople/wic_all_years.parquet", None, "simulant_id", ("household_id",))
SSA = Side("pseudopeople/social_security_2029.parquet", None, "simulant_id", ("ssn",), {"event_type": "creation"})
UK_CENSUS = Side("census_cis/census.parquet", "census_id", "person_id")
CIS = Side("census_cis/cis.parquet", "cis_id", "person_id")
NO_NUMBER = ("soc_sec_id",)


def overlapping(share, seed):
    """Keep this share of the people of both files in both; of the others, one in the first file, the next in the
    second."""

    def thin(frames, person):
        both = np.array(sorted(set(frames[0][person]) & set(frames[1][person])), object)
        drawn = np.random.default_rng(seed).permutation(both)
        others = drawn[round(share * len(drawn)) :]
        gone = set(others[1::2]), set(others[::2])
        return [
            frame[~frame[person].isin(left_out)].reset_index(drop=True)
            for frame, left_out in zip(frames, gone, strict=True)
        ]

    return thin


def pooled(frames, person):
    """Put files under each other, on the columns that they share; the first column is the id."""
    shared = [column for column in frames[0].columns if all(column in frame for frame in frames)]
    ids = pd.concat([frame.iloc[:, frame.columns.str.endswith("_id") & (frame.columns != person)] for frame in frames])
    pool = pd.concat([frame[shared] for frame in frames], ignore_index=True)
    pool.insert(0, "record_id", ids.bfill(axis=1).iloc[:, 0].to_numpy())
    return [pool]


@dataclass(frozen=True)
class Set:
    """Files, what is done to them, and the results (F1) to reach: pairs at 0.5, and links or clusters."""

    sides: tuple[Side, ...]
    pairs_goal: float | None
    final_goal: float
    change: Callable[..., list[pd.DataFrame]] | None = None


SETS = {
    "historical_50k": Set((Side("historical/historical_50k.parquet", "unique_id", "cluster"),), 0.85, 0.93),
    "fake_1000": Set((Side("fake_1000/fake_1000.csv", "unique_id", "cluster"),), 0.76, 0.92),
    "RLdata10000": Set((Side("rldata/RLdata10000.csv", "rec_id", "ent_id"),), None, 0.970),
    "FEBRL C": Set((Side("febrl/dataset_C_10000.csv", "rec_id", "ent_id", NO_NUMBER),), None, 0.99),
    "febrl3": Set((Side("febrl/febrl3.parquet", "rec_id", "cluster", NO_NUMBER),), None, 0.998),
    "febrl4": Set(
        tuple(Side(f"febrl/febrl4{half}.parquet", "rec_id", "cluster", NO_NUMBER) for half in "ab"), None, 0.999
    ),
    "census-CIS": Set((UK_CENSUS, CIS), None, 0.997),
    "census-CIS 5 %": Set((UK_CENSUS, CIS), None, 0.90, overlapping(0.05, seed=1)),
    "census-CIS pooled": Set((UK_CENSUS, CIS), None, 0.985, pooled),
    "census-SSA": Set((CENSUS, SSA), None, 0.995),
    "census-WIC": Set((CENSUS, WIC), None, 0.985),
    "WIC alone": Set((WIC,), None, 0.98),
}


@dataclass(frozen=True)
class File:
    """What a tool may see of a file, the name of its id column, and the person behind each record by id."""

    seen: pd.DataFrame
    id: str
    person: pd.Series


def load(name):
    """Return the files of a set; two for a linkage, one for a deduplication."""
    wanted = SETS[name]
    frames = [read(side) for side in wanted.sides]
    person = wanted.sides[0].person
    if wanted.change is not None:
        frames = wanted.change(frames, person)
    files = []
    for frame, side in zip(frames, wanted.sides, strict=False):
        id_column = frame.columns[0] if len(frames) < len(wanted.sides) else side.id or "record"
        seen = frame.drop(columns=[column for column in (side.person, *side.left_out) if column in frame])
        files.append(File(seen, id_column, frame.set_index(id_column)[side.person]))
    return files


def read(side):
    path = DATA / side.file
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, skipinitialspace=True)
    for column, value in side.only.items():
        frame = frame[frame[column] == value]
    frame = frame.reset_index(drop=True)
    return frame.reset_index(names="record") if side.id is None else frame
