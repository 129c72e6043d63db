"""What every pipeline is: a frozen spec of readable steps around a plan; and what every carried out one hands out."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from linkkit.errors import PlanError, SpecError, did_you_mean
from linkkit.plan import Plan

from ._parts import read_parts

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.dataset import Dataset
    from linkkit.explain import Explanation
    from linkkit.progress import Progress
    from linkkit.report._disclosure import Audience
    from linkkit.run import Run
    from linkkit.sections import Section

__all__ = ["Pipeline", "PipelineRun", "Step"]


@dataclass(frozen=True)
class Step:
    """A step of a pipeline, in words.

    Parameters
    ----------
    name
        What it is called.
    does
        What it does, as it is set.
    part
        The part of the pipeline that changes it: ``pipeline.change(part=...)``; empty where nothing does.
    """

    name: str
    does: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.does}" + (f"  [{self.part}]" if self.part else "")


@dataclass(frozen=True)
class Pipeline(ABC):
    """A best-practice way to link datasets of some kinds: a plan, and what comes before and after it.

    A pipeline is data: ``print`` shows its steps, ``change`` edits one, ``save`` writes it into a plan file, and
    ``run(*datasets)``, ``lk.link(*datasets, plan=pipeline)`` or ``linkkit run`` carry it out.

    Parameters
    ----------
    plan
        How records are linked; what it leaves open is recommended for the datasets.
    """

    plan: Plan = field(default=Plan(), kw_only=True)

    title: ClassVar[str] = ""
    # Which kinds of dataset it is for, in order.
    kinds: ClassVar[tuple[str, ...]] = ()
    # Parts that are paths of files, for plan files in which they are relative.
    paths: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        read_parts(self)

    @property
    def name(self) -> str:
        """What it is called, as a plan file and the command line name it."""
        return str(getattr(self, "kind"))  # noqa: B009

    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """Return its steps, in the order in which they are carried out."""
        ...

    @abstractmethod
    def run(self, *datasets: Dataset, progress: bool | Progress | None = None) -> PipelineRun:
        """Carry it out."""
        ...

    def plan_in_words(self) -> str:
        """Return how records are linked, in a few words: what its plan says itself."""
        said = [part.name for part in fields(self.plan) if getattr(self.plan, part.name) not in (None, (), 0.001)]
        return f"by its plan ({', '.join(said)}), the rest as recommended" if said else "as recommended"

    def change(self, **parts: Any) -> Self:
        """Return the pipeline with some parts replaced.

        Parameters
        ----------
        **parts
            Parts by name, each as in Python or as a plan file says it: a table (dict) for a spec, a day as text.

        Raises
        ------
        SpecError
            Where it has no such part, or a part is of another type.
        """
        known = [part.name for part in fields(self) if part.name != "kind"]
        unknown = sorted(set(parts) - set(known))
        if unknown:
            hint = did_you_mean(unknown[0], known) or f" It has: {', '.join(known)}."
            raise SpecError(f"{self.name} has no part {unknown[0]!r}.{hint}")
        return replace(self, **parts)

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.name})"]
        lines += [f"  {number}. {step}" for number, step in enumerate(self.steps(), 1)]
        return "\n".join(lines)

    def save(self, path: str | os.PathLike[str], datasets: Sequence[Dataset] = ()) -> Path:
        """Save as a plan file, which ``linkkit run`` carries out on the datasets that it names."""
        from ._file import save_pipeline_file

        return save_pipeline_file(path, self, datasets)

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Pipeline:
        """Load from a plan file that has one; all its mistakes come at once, as a PlanError."""
        from ._file import load_pipeline_file

        found = load_pipeline_file(path).pipeline
        if found is None:
            raise PlanError([f"{Path(path).name} names no pipeline; it is a plan alone."])
        return found


@dataclass(frozen=True, eq=False, repr=False)
class PipelineRun:
    """A pipeline carried out: the linkage that it wraps, and what it worked out besides.

    Parameters
    ----------
    pipeline
        The pipeline.
    linkage
        The linkage: a :class:`~linkkit.run.Run`, with every table of its own.
    given
        The datasets as they were given, with everybody in them, for the plan file; empty for those of the linkage.
    besides
        What else it was given, as tables of the session that a plan file cannot name.
    """

    pipeline: Pipeline
    linkage: Run
    given: tuple[Dataset, ...] = field(default=(), kw_only=True)
    besides: tuple[str, ...] = field(default=(), kw_only=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.pipeline.name}: {self.summary()}>"

    def summary(self) -> str:
        """Return what came out, in a line."""
        return self.linkage.summary()

    @property
    def sections(self) -> tuple[Section, ...]:
        """What it adds to the report."""
        return ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables that it adds to those of the linkage, by the names of their files."""
        return {}

    @property
    def links(self) -> pd.DataFrame:
        """The links; see :attr:`linkkit.run.Run.links`."""
        return self.linkage.links

    def explain(self, left: Any, right: Any, *, values: bool = True) -> Explanation:
        """Explain a pair; see :meth:`linkkit.run.Run.explain`."""
        return self.linkage.explain(left, right, values=values)

    def evaluate(self, truth: Any) -> Any:
        """Return how good the links are against the truth; see :meth:`linkkit.run.Run.evaluate`."""
        return self.linkage.evaluate(truth)

    def report(
        self, path: str | Path, *, truth: Any = None, audience: Audience = "linker", decoys: bool | None = None
    ) -> Path:
        """Write the report of the linkage with the sections of the pipeline; see :meth:`linkkit.run.Run.report`."""
        return self._with_sections().report(path, truth=truth, audience=audience, decoys=decoys)

    def save(self, directory: str | Path, *, truth: Any = None, command: Sequence[str] | None = None) -> Path:
        """Save the linkage, its report with the sections of the pipeline, and each of its tables as CSV and Parquet.

        ``plan.toml`` has the pipeline, the plan as it was carried out, and the datasets with their data cards:
        ``linkkit run`` carries all of it out again.
        """
        from linkkit.saving import save_run

        from ._file import wrapping_of

        return save_run(
            self._with_sections(), directory, truth=truth, command=command, more=self.tables(),
            wrapping=wrapping_of(self, Path(directory)),
        )  # fmt: skip

    def _with_sections(self) -> Run:
        return replace(self.linkage, sections=self.sections)
