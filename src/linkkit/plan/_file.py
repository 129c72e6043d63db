"""Plan files: a plan, and the datasets it is for, as TOML."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from linkkit._toml import form_of, parsed, toml_text
from linkkit.cards import fields_data, read_fields, rebased
from linkkit.errors import PlanError, did_you_mean

from ._datasets import DatasetFile
from ._plan import Plan
from ._read import plan_of, read_form
from ._write import data_of

__all__ = ["VERSION", "PlanFile", "load_plan_file", "plan_text_of", "save_plan_file"]

VERSION = 1
_KEYS = (
    "linkkit_plan", "algorithm", "link_type", "keep", "linking", "model", "judgements", "accept", "prepare", "block",
    "compare", "datasets", "score", "decide",
)  # fmt: skip
_HEAD = """\
# A linkkit plan. `linkkit run` carries it out; what it leaves out is recommended for the datasets.
# Every key is described by `linkkit schema`.
"""


@dataclass(frozen=True)
class PlanFile:
    """What a plan file holds.

    Parameters
    ----------
    plan
        The plan.
    datasets
        The datasets it is for; empty where it leaves them open.
    algorithm
        The name of a published algorithm that is to be carried out in place of a plan; the plan is empty then.
    """

    plan: Plan
    datasets: tuple[DatasetFile, ...] = ()
    algorithm: str | None = None


def load_plan_file(path: str | os.PathLike[str]) -> PlanFile:
    r"""Read a plan and its datasets from a TOML file. Paths in it are relative to it.

    Raises
    ------
    PlanError
        With every mistake of the file and its place.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "plan.toml"
    ...     _ = path.write_text('linkkit_plan = 1\nblock = [["surname", "date_of_birth"], "postcode"]', "utf-8")
    ...     load_plan_file(path).plan.block
    (on('surname', 'date_of_birth'), on('postcode'))
    """
    where = Path(path)
    return plan_file_of(parsed(where), where.parent)


def plan_file_of(data: dict[str, Any], folder: Path) -> PlanFile:
    """Return the plan and the datasets that plain data describe, of a file in a folder."""
    mistakes: list[str] = []
    _check_keys(data, mistakes)
    datasets = [_dataset(item, f"datasets[{n}]", mistakes) for n, item in enumerate(_tables(data, mistakes))]
    algorithm = _algorithm(data, mistakes)
    plan = plan_of(data, mistakes)
    if mistakes:
        raise PlanError(mistakes)
    plan = _moved(plan, folder, into=False)
    opened = tuple(found.moved(folder, into=False) for found in datasets if found is not None)
    return PlanFile(plan, opened, algorithm)


def save_plan_file(
    path: str | os.PathLike[str],
    plan: Plan,
    datasets: Sequence[DatasetFile] = (),
    *,
    folder: Path | None = None,
    algorithm: str | None = None,
) -> Path:
    """Write a plan and its datasets as TOML, beside its target and renamed.

    Parameters
    ----------
    path
        The file.
    plan
        The plan.
    datasets
        The datasets it is for.
    folder
        The folder that relative paths are written relative to; by default the file's.
    algorithm
        The name of a published algorithm, which is written in place of the plan.

    Raises
    ------
    PlanError
        Where the plan holds what a plan file must not: listed pairs, values of people.
    """
    from linkkit.files import atomic_write

    target = Path(path)
    text = plan_text_of(plan, datasets, folder or target.parent, algorithm)
    with atomic_write(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    return target


def plan_text_of(
    plan: Plan, datasets: Sequence[DatasetFile] = (), folder: Path | None = None, algorithm: str | None = None
) -> str:
    """Return the text of a plan file that is to stand in a folder."""
    base = folder or Path()
    plan = _moved(plan, base, into=True)
    data = {"linkkit_plan": VERSION, **({"algorithm": algorithm} if algorithm else data_of(plan))}
    if datasets:
        data["datasets"] = [_dataset_data(found.moved(base, into=True)) for found in datasets]
    return _HEAD + toml_text({key: data[key] for key in _KEYS if key in data})


def _moved(plan: Plan, base: Path, *, into: bool) -> Plan:
    """Return a plan whose paths are made relative to a folder (``into``), or taken as relative to it."""
    named = {name: path for name in ("model", "judgements") if (path := getattr(plan, name)) is not None}
    return plan.change(**{name: rebased(path, base, into=into) for name, path in named.items()})


def _check_keys(data: dict[str, Any], mistakes: list[str]) -> None:
    for name in data:
        if name == "pipeline":
            mistakes.append(
                "pipeline: the file is of a pipeline, which is more than its plan. `linkkit run` carries it out, and "
                "linkkit.pipelines.Pipeline.load reads it."
            )
        elif name not in _KEYS:
            hint = did_you_mean(name, _KEYS) or f" Known: {', '.join(_KEYS)}."
            mistakes.append(f"There is no part {name!r}.{hint}")
    version = data.get("linkkit_plan")
    if version is None:
        mistakes.insert(0, f"linkkit_plan is needed: the version of the format, linkkit_plan = {VERSION}.")
    elif version != VERSION or isinstance(version, bool):
        raise PlanError([f"linkkit_plan is {version!r}; this linkkit reads version {VERSION}. Use a newer linkkit."])


def _algorithm(data: dict[str, Any], mistakes: list[str]) -> str | None:
    """Return the algorithm that a file names; it has passes and a decision of its own, so no part of a plan fits it."""
    name = data.get("algorithm")
    if name is None:
        return None
    if not isinstance(name, str) or not name:
        mistakes.append("algorithm must be a name in quotes, such as 'hesid'; `linkkit algorithm` lists them.")
    parts = [key for key in _KEYS if key in data and key not in ("linkkit_plan", "algorithm", "datasets")]
    if parts:
        mistakes.append(
            f"algorithm: a published algorithm brings all its steps. Leave out {', '.join(parts)}, or the algorithm."
        )
    return str(name)


def _tables(data: dict[str, Any], mistakes: list[str]) -> list[Any]:
    found = data.get("datasets", [])
    if isinstance(found, list):
        return found
    mistakes.append("datasets must be a list of tables: write [[datasets]] above each.")
    return []


def _dataset(data: Any, place: str, mistakes: list[str]) -> DatasetFile | None:
    if not isinstance(data, dict):
        mistakes.append(f"{place} must be a table with a path.")
        return None
    plain = {key: value for key, value in data.items() if key != "fields"}
    found: DatasetFile | None = read_form(form_of(DatasetFile), plain, place, mistakes)
    fields = read_fields(data.get("fields", {}), f"{place}.fields", mistakes)
    return None if found is None else replace(found, fields=fields)


def _dataset_data(found: DatasetFile) -> dict[str, Any]:
    plain = {"path": found.path, "name": found.name, "kind": found.kind, "id": found.id}
    more = {
        "blinded": list(found.blinded), "encoding": found.encoding if found.encoding != "utf-8" else None,
        "card": found.card,
    }  # fmt: skip
    data = {key: value for key, value in {**plain, **more}.items() if value not in (None, [])}
    return {**data, "fields": fields_data(found.fields)} if found.fields else data
