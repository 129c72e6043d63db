"""The bundled sample: a small trial and a register, as objects and as files."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from linkkit.synth._population import people
from linkkit.synth._recorded import Recorded

_SEED, _PEOPLE, _FAMILIES = 2024, 6240, 360


class SampleFiles(NamedTuple):
    """Where the files of the sample are."""

    trial: Path
    register: Path
    truth: Path


def sample() -> tuple[Recorded, Recorded]:
    """Return the bundled sample: a trial of about 600 children and a register of about 3,000 pupils, with the truth.

    Examples
    --------
    >>> trial, register = sample()
    >>> trial
    <Recorded 'trial': trial, 600 records of 600 people, id 'participant_id'>
    >>> register
    <Recorded 'register': administrative, 2,997 records of 2,997 people, id 'pupil_id'>
    """
    population = people(_PEOPLE, seed=_SEED)
    return population.trial(families=_FAMILIES), population.register(coverage=0.95)


def sample_files(into: str | os.PathLike[str] | None = None) -> SampleFiles:
    """Return the paths of the sample as CSV files, ``trial.csv``, ``register.csv`` and ``truth.csv``.

    Parameters
    ----------
    into
        A folder to copy them to (made if need be); without it, the paths inside the installed package.

    Examples
    --------
    >>> sample_files().trial.name
    'trial.csv'
    """
    source = Path(str(files("linkkit.synth").joinpath("data", "sample")))
    paths = SampleFiles(*(source / f"{name}.csv" for name in SampleFiles._fields))
    if into is None:
        return paths
    folder = Path(into)
    folder.mkdir(parents=True, exist_ok=True)
    return SampleFiles(*(Path(shutil.copyfile(path, folder / path.name)) for path in paths))


def write_sample(folder: str | os.PathLike[str]) -> SampleFiles:
    """Write the sample anew, as it was written for the package."""
    import pandas as pd

    target = Path(folder)
    trial, register = sample()
    trial.write(target / "trial.csv")
    register.write(target / "register.csv")
    parts = [made.truth.assign(dataset=made.name) for made in (trial, register)]
    truth = pd.concat(parts, ignore_index=True)[["dataset", "record_id", "person_id", "family_id"]]
    truth.to_csv(target / "truth.csv", index=False, lineterminator="\n", encoding="utf-8")
    return SampleFiles(*(target / f"{name}.csv" for name in SampleFiles._fields))
