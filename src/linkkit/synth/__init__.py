"""Made-up children and families with known truth, and the datasets that record them, errors and all.

>>> from linkkit import synth
>>> population = synth.people(3_000, seed=1)
>>> trial, register = population.trial(families=100), population.register(coverage=0.9)
>>> len(trial.matches(register)) > 0
True
"""

from __future__ import annotations

from linkkit.synth import mistakes
from linkkit.synth._benchmark import families
from linkkit.synth._births import births
from linkkit.synth._errors import Errors
from linkkit.synth._population import Population, people
from linkkit.synth._recorded import Recorded
from linkkit.synth._sample import SampleFiles, sample, sample_files

__all__ = [
    "Errors",
    "Population",
    "Recorded",
    "SampleFiles",
    "births",
    "families",
    "mistakes",
    "people",
    "sample",
    "sample_files",
]
