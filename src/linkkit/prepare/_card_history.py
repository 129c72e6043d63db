"""The earlier values that a data card names, put beside the records: what ``history`` in a card is for."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from linkkit._reading import open_table
from linkkit.cards import History
from linkkit.errors import CardError, DataError, did_you_mean
from linkkit.fields import HISTORY, PREPARED_KINDS, RECORD_FIELDS, recognise

from ._history import with_history, with_versions

if TYPE_CHECKING:
    import pyarrow as pa

    from linkkit.dataset import Dataset

__all__ = ["history_columns", "history_table", "with_card_histories", "with_card_history"]


def with_card_histories(datasets: Sequence[Dataset], wanted: Collection[str] | None = None) -> tuple[Dataset, ...]:
    """Return datasets with the earlier values of fields that a card of one of them names.

    A field that one card has the history of becomes a field of dated versions in every dataset that has the field, such
    as ``postcode_history``: of a dataset without a history its own value, of the day of the record where that is known.
    Fields that a dataset lacks, or that are encoded, stay as they are.

    Parameters
    ----------
    datasets
        The datasets, prepared.
    wanted
        The fields of dated versions that are compared; by default all that the cards name.

    Raises
    ------
    CardError
        Where a card's history cannot be read: no such file, no such column.
    DataError
        Where the rows of a history are wrong.
    """
    for dataset in datasets:
        require_histories(dataset)
    named = {name for dataset in datasets for one in dataset.card.history for name in one.fields}
    chosen = sorted(name for name in named if wanted is None or name + HISTORY in wanted)
    chosen = [name for name in chosen if all(_has_values(dataset, name) for dataset in datasets)]
    if not chosen:
        return tuple(datasets)
    return tuple(_with_versions(with_card_history(dataset, chosen), chosen) for dataset in datasets)


def with_card_history(dataset: Dataset, wanted: Collection[str] | None = None) -> Dataset:
    """Return a dataset with the earlier values that its own card names.

    Parameters
    ----------
    dataset
        The dataset.
    wanted
        Fields; by default all whose earlier values the card names.

    Raises
    ------
    CardError
        Where the history cannot be read: no such file, no such column.
    DataError
        Where its rows are wrong: an unknown id in all of them, a version that ends before it starts.

    Examples
    --------
    >>> import pathlib, tempfile, pandas as pd
    >>> from linkkit.cards import Card
    >>> from linkkit.dataset import Dataset
    >>> moves = pd.DataFrame({"id": [1, 1], "postcode": ["LS6 2AB", "LS1 4AP"], "since": ["2015-01-01", "2019-05-01"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "moves.csv"
    ...     moves.to_csv(path, index=False)
    ...     card = Card("pupils", history=(History(("postcode",), "since", path=str(path)),))
    ...     pupils = Dataset(pd.DataFrame({"id": [1], "postcode": ["LS1 4AP"]}), card=card)
    ...     with_card_history(pupils).to_pandas()["postcode_history"].tolist()
    [['LS1 4AP @ 2019-05-01/..', 'LS6 2AB @ 2015-01-01/2019-04-30']]
    """
    for number, one in enumerate(dataset.card.history):
        fields = [name for name in one.fields if _is_lacking(dataset, name) and (wanted is None or name in wanted)]
        if fields:
            columns = history_columns(dataset, number)
            rows = history_table(dataset, one, columns.values())
            held = {name: columns[name] for name in fields}
            dataset = with_history(
                dataset, rows, id=columns["id"], fields=held, start=one.start, end=one.end, on=_day_of(dataset)
            )
    return dataset


def require_histories(dataset: Dataset) -> None:
    """Raise a CardError where a history that a card names cannot be used, whether or not this linkage compares it."""
    for number, one in enumerate(dataset.card.history):
        if dataset.encoded_by is None and not any(name + HISTORY in dataset.fields for name in one.fields):
            history_columns(dataset, number)


def history_columns(dataset: Dataset, number: int) -> dict[str, str]:
    """Return the columns of a history that a card names: of ``id`` and of each field.

    A field's column is the one that has the name of the dataset's own column, or of the field, or whose name says so.

    Raises
    ------
    CardError
        With every column that is not there, and every field that has none.
    """
    one, place = dataset.card.history[number], f"history[{number}]"
    columns = _columns_of(dataset, one, place)
    where = "the data" if one.path is None else repr(os.path.basename(one.path))
    own = dataset.id if one.id is None else one.id
    asked = {"id": own, "start": one.start} | ({} if one.end is None else {"end": one.end})
    listed = f" It has: {', '.join(map(str, columns))}."
    mistakes = [
        f"{place}.{part}: {where} {'have' if one.path is None else 'has'} no column {column!r}."
        f"{did_you_mean(column, columns) or listed}"
        for part, column in asked.items()
        if column not in columns
    ]
    found, guessed = {"id": own}, recognise([column for column in columns if column not in asked.values()])
    for name in one.fields:
        if name not in dataset.fields:
            mistakes.append(f"{place}.fields: the data have no field {name!r}.{did_you_mean(name, dataset.fields)}")
            continue
        usual = guessed[name].columns if name in guessed else ()
        near = [column for column in (*dataset.fields[name].columns, name, *usual) if column in columns]
        if not near:
            mistakes.append(f"{place}.fields: {where} has no column of {name}; call it as the data do.{listed}")
            continue
        found[name] = near[0]
    earlier = [name for before in dataset.card.history[:number] for name in before.fields]
    mistakes += [
        f"{place}.fields: {name!r} has a history before; put both into one file."
        for name in one.fields
        if name in earlier
    ]
    if mistakes:
        raise CardError(mistakes, f"{dataset.name}: its card and the history of it disagree:")
    return found


def history_table(dataset: Dataset, one: History, columns: Collection[str]) -> pa.Table:
    """Return the rows of a history that a card names, in the order in which they stand in their file or the data.

    Parameters
    ----------
    dataset
        The dataset.
    one
        What the card says of the history.
    columns
        The columns to read besides those of days.
    """
    import pyarrow as pa

    asked = list(dict.fromkeys([*columns, one.start, *([] if one.end is None else [one.end])]))
    if one.path is None:
        count = int(dataset.order.max(initial=-1)) + 1
        place = np.full(count, -1, np.int64)
        place[dataset.order] = np.arange(len(dataset))
        rows = pa.array(place, mask=place < 0)  # rows that were left out stay empty
        return pa.table({column: dataset.table_column(column).take(rows) for column in asked})
    return open_table(one.path, f"{dataset.name} history", dataset.encoding).read(asked)


def _columns(dataset: Dataset) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for column in dataset.columns if column not in dataset.blinded))


def _columns_of(dataset: Dataset, one: History, place: str) -> tuple[str, ...]:
    """The columns of a history; a CardError where it cannot be read."""
    if one.path is None:
        return _columns(dataset)
    if not os.path.isfile(one.path):
        raise CardError(
            [f"{place}.path: there is no file {one.path!r}; it stands beside the card, or path says where it is."],
            f"{dataset.name}: the history that its card names is not there:",
        )
    try:
        return tuple(open_table(one.path, f"{dataset.name} history", dataset.encoding).columns)
    except DataError as error:
        raise CardError([f"{place}.path: {error}"], f"{dataset.name}: its history cannot be read:") from None


def _with_versions(dataset: Dataset, fields: Sequence[str]) -> Dataset:
    lacking = [name for name in fields if _is_lacking(dataset, name)]
    return with_versions(dataset, lacking, on=_day_of(dataset)) if lacking else dataset


def _day_of(dataset: Dataset) -> str | None:
    (day,) = RECORD_FIELDS
    return day if day in dataset.fields else None


def _has_values(dataset: Dataset, name: str) -> bool:
    return (
        name in dataset.fields and dataset.kind_of(name) not in PREPARED_KINDS and not dataset.holds_sets(name)
    )  # fmt: skip


def _is_lacking(dataset: Dataset, name: str) -> bool:
    """Whether a dataset has no versions of a field yet; a field that is missing in every record has none."""
    versions = name + HISTORY
    return versions not in dataset.fields or not dataset.holds_sets(versions)
