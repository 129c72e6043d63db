"""Save a run: links, clusters, model, report and an audit record, as one set of files that is complete or not there."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ._plan_files import CARD_SUFFIX, Wrapping, dataset_files, from_here, write_plan
from ._taking_part import PART_FILE, write_part
from ._withdrawn import FILE as WITHDRAWN_FILE
from ._withdrawn import write_withdrawn
from .audit import audit_record
from .decide import Clusters
from .decide._rivals import sorted_scores
from .errors import LinkkitError, PlanError
from .files import sha256, write_json
from .judging import judgement_table
from .plan import Plan
from .plan._write import data_of
from .records import Records
from .score import MixtureModel, Model
from .specs import Comparison
from .tables import Scores

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from .run import Run

__all__ = ["ALGORITHM_FILES", "FILES", "all_scores", "dataset_files", "save_run", "save_table", "scores_of", "staged"]

# Every file that a saved run may have; the audit record is the last to be written and says that the set is complete.
FILES = (
    "links.parquet", "links.csv", "clusters.parquet", "clusters.csv", "cluster_log.parquet", "cluster_log.csv",
    "siblings.parquet", "siblings.csv",
    "scores.parquet", "judgements.parquet", WITHDRAWN_FILE, PART_FILE, "model.json", "quality.html", "quality.json",
    "plan.toml", "run.json",
)  # fmt: skip
# Tables of a pipeline begin with it.
STUDY = "study_"
# What the links of a published algorithm have besides, its record last.
ALGORITHM_FILES = (
    "review.parquet", "review.csv", "outcomes.parquet", "outcomes.csv", "passes.csv", "algorithm.json",
)  # fmt: skip
_FIRST_COLUMNS = ("left_id", "right_id", "match_weight", "match_probability")
_STALE_SECONDS = 3600


def save_run(
    run: Run,
    directory: str | os.PathLike[str],
    *,
    truth: Any = None,
    command: Sequence[str] | None = None,
    more: Mapping[str, pd.DataFrame] | None = None,
    wrapping: Wrapping | None = None,
) -> Path:
    """Save a run into a directory.

    All files are written into a hidden folder of the directory first and renamed at the end, ``run.json`` last: a
    directory with a ``run.json`` holds a complete set. The set of an earlier run is replaced; other files stay.

    Parameters
    ----------
    run
        The run.
    directory
        Where to; made if need be. It receives ``links.parquet`` and ``links.csv``, for clusters ``clusters.parquet``
        and ``clusters.csv``, where relatives are a class of their own ``siblings.parquet`` and ``siblings.csv``,
        ``model.json``, ``quality.html``, ``quality.json``, ``plan.toml`` and ``run.json``; for
        updates ``scores.parquet``, with judgements ``judgements.parquet``, after an update ``cluster_log.parquet`` and
        ``cluster_log.csv``; where records were left out ``taking_part.parquet``, the rows of those who were not, and
        ``plan.1.card.toml`` ... of datasets whose card does not stand beside their file.
    truth
        What is known to be true, for the report: whatever :func:`linkkit.evaluate.truth_from_ids` takes.
    command
        The command line to be kept in ``run.json``.
    more
        Further tables by name, each saved as ``study_NAME.parquet`` and ``study_NAME.csv``.
    wrapping
        The pipeline that the run was part of.

    Returns
    -------
    Path
        The directory.

    Examples
    --------
    >>> import tempfile, linkkit as lk
    >>> trial, register = lk.synth.sample()
    >>> run = lk.link(trial.dataset(), register.dataset(), progress=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (save_run(run, folder) / "links.csv").exists()
    True
    """
    target = Path(directory)
    started = time.perf_counter()
    with staged(target) as stage:
        _save_links(run, stage)
        _save_model(run, stage / "model.json")
        _save_scores(run, stage / "scores.parquet")
        write_part(run.datasets, stage)
        if run.judged is not None:
            pq_table(judgement_table(run.judged), stage / "judgements.parquet")
        for name, frame in (more or {}).items():
            save_table(frame, stage / f"{STUDY}{name}")
        run.report(stage / "quality.html", truth=truth)
        plan_note = _save_plan(run, stage / "plan.toml", target, wrapping)
        record = audit_record(run, target, command=command, plan_note=plan_note)
        if wrapping is not None:
            record["pipeline"] = wrapping.told()
        if run.update is not None:
            assert isinstance(run.decision, Clusters)
            said = {"number": run.update.number, "refused": run.decision.refused, "notes": list(run.decision.notes)}
            record["update"] = said
        record["seconds"]["save"] = round(time.perf_counter() - started, 3)
        record["files"] = {path.name: sha256(path) for path in sorted(stage.iterdir())}
        write_json(stage / "run.json", record)
    return target


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Give a hidden folder to write to; at the end move its files into the directory that holds it."""
    is_new = not target.exists()
    if target.exists() and not target.is_dir():
        raise LinkkitError(f"{target} is a file; results need a directory.")
    target.mkdir(parents=True, exist_ok=True)
    _remove_stale(target)
    stage = target / f".linkkit-{secrets.token_hex(4)}.part"
    stage.mkdir()
    try:
        yield stage
        _move_in(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if is_new and not any(target.iterdir()):
            target.rmdir()


def _move_in(stage: Path, target: Path) -> None:
    names = {path.name for path in stage.iterdir()}
    named = {path.name for folder in (stage, target) for path in folder.glob(f"{STUDY}*") if _is_table(path)}
    named |= {path.name for folder in (stage, target) for path in folder.glob(f"plan.*{CARD_SUFFIX}")}
    try:
        for record in ("run.json", "algorithm.json"):
            (target / record).unlink(missing_ok=True)
        for name in (*sorted(named), *FILES, *ALGORITHM_FILES):
            if name in names:
                os.replace(stage / name, target / name)
            else:
                (target / name).unlink(missing_ok=True)
    except PermissionError as error:
        name = Path(error.filename or "").name
        raise LinkkitError(
            f"{name} cannot be replaced: another program holds it open, or the directory is read-only. "
            "Close it and run again."
        ) from None


def _is_table(path: Path) -> bool:
    return path.suffix in (".csv", ".parquet")


def _remove_stale(target: Path) -> None:
    """Remove what a run that was killed (not stopped by Ctrl-C) left behind, once it is surely not running any more."""
    for left in target.glob(".linkkit-*.part"):
        if time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _save_links(run: Run, stage: Path) -> None:
    links = run.links
    rest = [column for column in links.columns if column not in _FIRST_COLUMNS]
    save_table(links[[*_FIRST_COLUMNS, *rest]], stage / "links")
    if isinstance(run.decision, Clusters):
        clusters = run.clusters
        first = ["id", "cluster_id"]
        save_table(clusters[[*first, *(c for c in clusters.columns if c not in first)]], stage / "clusters")
    if run.has_relatives:
        save_table(run.siblings, stage / "siblings")
    if run.update is not None:
        save_table(run.cluster_log, stage / "cluster_log")
        write_withdrawn(run.update.withdrawn, stage)


def all_scores(run: Run) -> Scores:
    """Return all pairs that were scored and kept, before judgements took some out."""
    every = run.decision.all_scores
    if isinstance(run.decision, Clusters) or run.judged is None:
        return every if isinstance(run.decision, Clusters) else run.scores
    lost = run.scores.take(run.judged.is_negative(run.scores.left, run.scores.right))
    return every.joined(lost)


def _save_scores(run: Run, path: Path) -> None:
    """Write the scored pairs by row numbers, for updates; rows stand in the order of ids."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    scores = sorted_scores(all_scores(run))
    names = ("left", "right", "weight", "probability", "rule")
    columns = {name: pa.array(getattr(scores, name)) for name in names}
    for place in range(len(scores.comparisons)):
        columns[f"level {place}"] = pa.array(np.ascontiguousarray(scores.levels[:, place]))
    columns |= {f"extra {name}": pa.array(values) for name, values in scores.extra.items()}
    pq.write_table(pa.table(columns), path, compression="zstd", store_schema=False)


def scores_of(records: Records, comparisons: tuple[Comparison, ...], table: pa.Table) -> Scores:
    """Return scored pairs that were saved."""
    columns = {name: np.asarray(table[name]) for name in table.column_names}
    size = len(table)
    levels = np.empty((size, len(comparisons)), np.uint8)
    for place in range(len(comparisons)):
        levels[:, place] = columns[f"level {place}"]
    extra = {name.removeprefix("extra "): held for name, held in columns.items() if name.startswith("extra ")}
    return Scores(
        records, columns["left"].astype(np.uint32), columns["right"].astype(np.uint32), columns["weight"],
        columns["probability"], levels, comparisons, columns["rule"].astype(np.uint8), extra,
    )  # fmt: skip


def save_table(frame: pd.DataFrame, stem: Path) -> None:
    """Write a table as Parquet and CSV whose bytes depend on its content alone, whichever pandas made it."""
    from pyarrow import csv

    table = pq_table(frame, stem.with_suffix(".parquet"))
    with stem.with_suffix(".csv").open("wb") as file:
        file.write(",".join(map(_quoted, table.column_names)).encode() + b"\n")
        csv.write_csv(table, file, csv.WriteOptions(include_header=False, quoting_style=_quoting(table)))


def pq_table(frame: pd.DataFrame, path: Path) -> pa.Table:
    """Write a table as Parquet and return what was written."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({str(name): _plain(frame[name]) for name in frame.columns})
    pq.write_table(table, path, compression="zstd", store_schema=False)
    return table


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') else name


def _quoting(table: pa.Table) -> str:
    """Texts are quoted where some text needs it; pyarrow would quote all of them always."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [column for column in table.columns if pa.types.is_string(column.type)]
    is_needed = any(pc.any(pc.match_substring_regex(column, '[,"\r\n]|^$')).as_py() for column in texts)
    return "needed" if is_needed else "none"


def _plain(series: Any) -> pa.Array:
    """A column without dictionaries or pandas' own types; ids of several types as text."""
    import pyarrow as pa

    try:
        column = pa.Array.from_pandas(series)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        column = pa.array([None if value is None else str(value) for value in series], pa.string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string()) if pa.types.is_large_string(column.type) else column


def _save_model(run: Run, path: Path) -> None:
    if isinstance(run.model, Model | MixtureModel):
        run.model.save(path)
        return
    # Rules, or a classifier: how it is made, not the trained object, which could only be pickled.
    data = data_of(Plan(compare=run.plan.compare, score=run.plan.score))
    described = {"linkkit_model": 1, "kind": data["score"]["kind"], "compare": data["compare"], "score": data["score"]}
    for name in ("labelled_pairs", "labelled_matches"):
        if hasattr(run.model, name):
            described[name] = getattr(run.model, name)
    write_json(path, described)


def _save_plan(run: Run, path: Path, target: Path, wrapping: Wrapping | None) -> str | None:
    """Write the plan as it was carried out, with the datasets' files; return why not, where it cannot be written."""
    plan = run.plan
    if run.judged is not None:
        plan = plan.change(judgements=from_here(str(target / "judgements.parquet")))
    if plan.model is not None:
        plan = plan.change(model=from_here(str(target / "model.json")))
    datasets = run.datasets if wrapping is None or not wrapping.datasets else wrapping.datasets
    is_filed = all(dataset.path for dataset in datasets)
    try:
        files = dataset_files(datasets, target / path.name, path.parent) if is_filed else []
        write_plan(path, plan, files, target, wrapping)
    except PlanError as error:
        return " ".join(error.mistakes)
    return None
