"""Read tables that a command is given beside its datasets: truth, labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linkkit.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_labels", "read_truth", "read_withdrawn_ids"]


def read_truth(path: Path | None) -> pd.DataFrame | None:
    """Read a truth: pairs of ids; dataset, id and person; or id and person. Further columns are not used."""
    if path is None:
        return None
    frame = _read(path, "--truth")
    columns = list(frame.columns)
    if {"left_id", "right_id"} <= set(columns):
        return frame
    if "dataset" in columns and len(columns) >= 3:
        others = [column for column in columns if column != "dataset"]
        return frame[["dataset", *others[:2]]]
    if len(columns) >= 2:
        return frame[columns[:2]]
    raise DataError(f"--truth: {path.name} needs the columns left_id and right_id, or dataset, id and person.")


def read_labels(path: Path | None) -> pd.DataFrame | None:
    """Read labelled pairs: left_id, right_id and is_match (true/false, yes/no, 1/0)."""
    if path is None:
        return None
    frame = _read(path, "--labels")
    missing = [column for column in ("left_id", "right_id", "is_match") if column not in frame.columns]
    if missing:
        raise DataError(f"--labels: {path.name} needs the column{'s' * (len(missing) > 1)} {', '.join(missing)}.")
    words = frame["is_match"].astype(str).str.strip().str.lower()
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    wrong = ~words.isin(list(known))
    if wrong.any():
        raise DataError(
            f"--labels: is_match must be true or false, 1 or 0, yes or no; it is not in {int(wrong.sum()):,} rows."
        )
    return frame.assign(is_match=words.map(known).astype(bool))


def read_withdrawn_ids(path: Path | None) -> dict[str, list[str]] | None:
    """Read records to withdraw: dataset and id; the ids of each dataset."""
    if path is None:
        return None
    frame = _read(path, "--withdrawn")
    missing = [column for column in ("dataset", "id") if column not in frame.columns]
    if missing:
        raise DataError(f"--withdrawn: {path.name} needs the column{'s' * (len(missing) > 1)} {', '.join(missing)}.")
    empty = frame[["dataset", "id"]].isna().any(axis=1)
    if empty.any():
        raise DataError(f"--withdrawn: {path.name} has no dataset or no id in {int(empty.sum()):,} rows.")
    return {str(name): part.astype(str).tolist() for name, part in frame.groupby("dataset")["id"]}


def _read(path: Path, option: str) -> pd.DataFrame:
    from linkkit._reading import open_table

    source = open_table(path, option)
    frame: pd.DataFrame = source.read(list(source.columns)).to_pandas()
    return frame
