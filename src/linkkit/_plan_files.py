"""The plan file of a run: its plan, its datasets with their data cards, and the pipeline that it was part of."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._toml import toml_text
from .dataset import Dataset
from .files import atomic_write
from .plan import DatasetFile, Plan
from .plan._card_files import CARD_SUFFIX, from_here, is_beside, write_card
from .plan._file import plan_text_of

__all__ = ["CARD_SUFFIX", "Wrapping", "dataset_files", "from_here", "write_plan"]


@dataclass(frozen=True)
class Wrapping:
    """The pipeline that a run was part of, for its plan file and its record.

    Parameters
    ----------
    table
        The table ``[pipeline]`` of a plan file: its name, as ``kind``, and its parts.
    datasets
        The datasets as they were given to it, with everybody in them; empty for those of the run.
    unit
        What was linked: ``"person"``, ``"school"`` ...
    besides
        What it was given as tables of the session, which a plan file cannot name.
    plan
        The plan to write, where that is not the one that was carried out.
    """

    table: dict[str, Any]
    datasets: tuple[Dataset, ...] = ()
    unit: str = "person"
    besides: tuple[str, ...] = ()
    plan: Plan | None = None

    def told(self) -> dict[str, Any]:
        """Return what the record of a run says of it."""
        said = {"kind": self.table["kind"], "unit": self.unit}
        return {**said, "given_as_tables": list(self.besides)} if self.besides else said


def dataset_files(
    datasets: Sequence[Dataset], plan_path: Path | None = None, stage: Path | None = None
) -> list[DatasetFile]:
    """Return how datasets were read from their files, for a plan file; paths relative to the working directory.

    Parameters
    ----------
    datasets
        The datasets.
    plan_path
        The plan file, beside which the cards are written that do not stand beside their data: made in Python, read from
        elsewhere, or added to. None to leave cards out.
    stage
        The folder that they are written into first, where they shall be moved beside the plan file later.
    """
    found = []
    for number, dataset in enumerate(datasets, 1):
        described = DatasetFile.of(dataset)
        described = dataclasses.replace(described, path=from_here(described.path))
        if plan_path is not None and _needs_card(dataset):
            described = dataclasses.replace(described, card=write_card(dataset.card, plan_path, number, stage))
        found.append(described)
    return found


def _needs_card(dataset: Dataset) -> bool:
    """Whether a dataset that is read again without its card would have another: consent would be lost with it."""
    if dataset.encoded_by is not None:  # its manifest says what it is
        return False
    assert dataset.path is not None
    return not is_beside(dataset.card, dataset.path, dataset.name)


def write_plan(
    path: Path, plan: Plan, files: Sequence[DatasetFile], folder: Path, wrapping: Wrapping | None = None
) -> None:
    """Write a plan file that is to stand in a folder, with the pipeline that the plan is part of."""
    own = None if wrapping is None else wrapping.plan
    text = plan_text_of(own or plan, files, folder)
    if wrapping is not None:
        lacking = "".join(
            f"# {name} was a table of the session: write it into a file, and name it here.\n"
            for name in wrapping.besides
        )
        text = f"{text.rstrip()}\n\n{lacking}{toml_text({'pipeline': wrapping.table})}"
    with atomic_write(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
