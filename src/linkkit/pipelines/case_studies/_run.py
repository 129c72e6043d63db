"""CaseStudyRun: cards, counts and reports of a case study; no row of a person leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from linkkit.errors import LinkkitError, SpecError, did_you_mean
from linkkit.files import atomic_write, json_text
from linkkit.pipelines._pipeline import PipelineRun
from linkkit.report._disclosure import AUDIENCES, Audience

from ._bridge import Bridge, Checked, checked
from ._coding import Coding, read_coding
from ._linked import STATES, UNSURE, LinkedCases
from ._own_tables import left_unused
from ._profiles import Profile, profiles_html, profiles_markdown
from ._tables import counts_table, frame_of, page, protected, section_data

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.sections import Section, SectionTable

    from ._files import BridgeRows
    from ._shown import ShownValues
    from ._spec import CaseStudy

__all__ = ["CaseStudyRun"]

_NO_ROWS = (
    "A case study hands out no rows of persons: with few cases, a row is a person. Its results are run.profiles(), "
    "run.uniqueness, run.report(path) and run.save(folder). Where people agreed to a linkage of persons and the rows "
    "may be held, link with lk.link(...), which checks the same consent; run.bridge.to_pandas() has the links in "
    "memory, for the study's own use."
)


@dataclass(frozen=True, eq=False, repr=False)
class CaseStudyRun(PipelineRun):
    """A case study carried out.

    Parameters
    ----------
    pipeline
        The pipeline.
    linkage
        None: there is no table of links to hand out.
    level
        The level that was linked.
    names
        The two datasets.
    left_out
        Records of each that may not be linked: reason and count.
    labels
        The pseudonyms of the cases.
    linked
        What became of each case.
    values
        What cards show.
    coding
        The codes of the cases; None where there are none.
    bridge
        Which case is linked to which record, in memory only.
    bridged
        The rows of the table that the study brought as a bridge; None where it brought none.
    """

    pipeline: CaseStudy
    linkage: None = None  # type: ignore[assignment]
    level: str = field(default="person", kw_only=True)
    names: tuple[str, str] = field(default=("", ""), kw_only=True)
    left_out: tuple[tuple[tuple[str, int], ...], ...] = field(default=((), ()), kw_only=True)
    labels: tuple[str, ...] = field(default=(), kw_only=True)
    linked: LinkedCases = field(kw_only=True)
    values: ShownValues = field(kw_only=True)
    coding: Coding | None = field(default=None, kw_only=True)
    bridge: Bridge = field(kw_only=True)
    bridged: BridgeRows | None = field(default=None, kw_only=True)

    def __repr__(self) -> str:
        return f"<CaseStudyRun: {self.summary()}>"

    def summary(self) -> str:
        """Return what came out, in a line."""
        counts = [f"{count:,} {STATES[state]}" for state, count in enumerate(self._state_counts()) if count]
        return f"{self.names[0]} and {self.names[1]}, level {self.level}: {', '.join(counts)}"

    def _state_counts(self) -> list[int]:
        return [int(count) for count in np.bincount(self.linked.state, minlength=len(STATES))]

    @property
    def links(self) -> pd.DataFrame:
        """Raises: a case study hands out no rows."""
        raise LinkkitError(_NO_ROWS)

    def explain(self, left: Any, right: Any, *, values: bool = True) -> NoReturn:
        """Raise: an explanation of a pair is a row of two persons."""
        raise LinkkitError(_NO_ROWS)

    @property
    def states(self) -> pd.DataFrame:
        """How many cases are linked, unsure, not found, or had nothing to link by: state, cases."""
        import pandas as pd

        return pd.DataFrame({"state": STATES, "cases": self._state_counts()})

    @property
    def uniqueness(self) -> pd.DataFrame:
        """How many people share the attributes of cases: attributes, change, bands, least_k, cases_below.

        First each attribute alone, all but one, and all of them as they came; then each step by which attributes are
        banded further, and what is withheld in the end.
        """
        import pandas as pd

        names = ("attributes", "change", "bands", "least_k", "cases_below")
        rows = [[getattr(row, name) for name in names] for row in self.values.rows]
        return pd.DataFrame(rows, columns=list(names))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know, in words; counts below ``least`` are not told."""
        rungs = zip(self.values.names, self.values.rungs, strict=True)
        wider = [name for name, rung in rungs if rung]
        rare = [name for place, name in enumerate(self.values.names) if self.values.withheld(place)]
        few = [name for name, count in zip(self.values.names, self.values.few, strict=True) if count]
        found = [f"Banded further, since few people resemble a case: {', '.join(wider)}."] if wider else []
        found += [f"Withheld of some cases, since few people resemble them: {', '.join(rare)}."] if rare else []
        found += [f"Withheld of some cases, since few people stand behind the figure: {', '.join(few)}."] if few else []
        slips = [name for name, count in zip(self.values.names, self.values.unread, strict=True) if count]
        found += [f"Counted as missing where the value is no number or date: {', '.join(slips)}."] if slips else []
        if UNSURE in self.linked.state:
            found.append("Some cases are unsure: more than one record could be meant, or it contradicts the case.")
        return (*found, *left_unused(self))

    def profiles(self) -> tuple[Profile, ...]:
        """Return the card of each case, in the order of their labels."""
        cards = [self._card(place) for place in range(len(self.labels))]
        return tuple(sorted(cards, key=lambda card: (len(card.label), card.label)))

    def profile(self, label: str) -> Profile:
        """Return the card of a case by its label.

        Raises
        ------
        SpecError
            Where no case has it.
        """
        if label not in self.labels:
            raise SpecError(f"There is no case {label!r}.{did_you_mean(label, self.labels)}")
        return self._card(self.labels.index(label))

    def _card(self, place: int) -> Profile:
        texts = self.values.texts[place]
        shown = () if texts is None else tuple(zip(self.values.names, texts, strict=True))
        codes = () if self.coding is None else self.coding.rows[place]
        return Profile(self.labels[place], self.level, STATES[int(self.linked.state[place])], shown, codes)

    def _repr_html_(self) -> str:
        return "".join(profile._repr_html_() for profile in self.profiles())

    def with_codes(self, table: Any) -> CaseStudyRun:
        """Return the run with the codes of qualitative coding; quotes never come with them.

        Parameters
        ----------
        table
            A path or a frame: case (its id in the case study), code; theme, count, intensity where there are any.

        Raises
        ------
        DataError
            Where there is no codebook, a column holds quotes, or a code is not in the codebook.
        """
        spec = self.pipeline
        return replace(self, coding=read_coding(table, self.bridge.cases, spec.codebook, spec.quotes))

    def evaluate(self, truth: Any) -> Checked:
        """Return how right the links of persons are.

        Parameters
        ----------
        truth
            A table of matches: left_id, right_id.
        """
        if self.level != "person":
            raise SpecError(f"Matches are of persons; this links at the level {self.level}.")
        return checked(self.bridge, truth)

    @property
    def sections(self) -> tuple[Section, ...]:
        """What a report says: counts below ``least`` are hidden."""
        return self._sections(self.pipeline.least)

    def _sections(self, least: int) -> tuple[Section, ...]:
        from ._report import sections_of

        made = sections_of(self)
        if not least:
            return made
        return tuple(replace(one, tables=tuple(protected(table, least) for table in one.tables)) for one in made)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the counts as tables, those below ``least`` hidden; none has a row for a person."""
        from ._report import TABLE_NAMES

        held: list[SectionTable] = [table for section in self.sections for table in section.tables]
        return {TABLE_NAMES[table.caption]: frame_of(table) for table in held}

    def report(
        self, path: str | Path, *, truth: Any = None, audience: Audience = "analyst", decoys: bool | None = None
    ) -> Path:
        """Write the counts as an HTML page, and as JSON beside it.

        Parameters
        ----------
        path
            Where to.
        truth
            A table of matches, where they are known.
        audience
            ``"linker"`` sees every count; for others those below ``least`` are hidden.
        decoys
            Not used: precision is not estimated from a dozen links.
        """
        if audience not in AUDIENCES:
            raise SpecError(f"audience must be one of {', '.join(AUDIENCES)}; got {audience!r}.")
        target = Path(path)
        least = 0 if audience == "linker" else self.pipeline.least
        sections = [*self._sections(least), *self._truth_section(truth, least)]
        data = {"pipeline": str(self.pipeline), "level": self.level, "audience": audience}
        _write(target, page(f"Case study: {self.names[0]} and {self.names[1]}", sections))
        _write(target.with_suffix(".json"), json_text({**data, "sections": section_data(sections)}))
        return target

    def _truth_section(self, truth: Any, least: int) -> list[Section]:
        from linkkit.sections import Section

        if truth is None:
            return []
        rows = [{"what": name.replace("_", " "), "cases": count} for name, count in vars(self.evaluate(truth)).items()]
        table = counts_table("Links against the truth", (("what", "", "text"), ("cases", "Cases", "count")), rows)
        return [Section("How right the links are", (), (protected(table, least) if least else table,))]

    def save(self, directory: str | Path, *, truth: Any = None, command: Sequence[str] | None = None) -> Path:
        """Save the report, the cards and the tables of counts; no links, no scores, no rows of persons.

        Parameters
        ----------
        directory
            Where to; made if need be. It receives ``quality.html`` and ``quality.json``, ``profiles.html`` and
            ``profiles.md``, and ``study_NAME.csv``.
        truth
            A table of matches, where they are known, for the report.
        command
            Not kept: a command line may hold paths that tell of people.

        Raises
        ------
        LinkkitError
            Where the directory has the links of another run: rows of persons would lie beside the cards.
        """
        target = Path(directory)
        others = [name for name in ("links.csv", "links.parquet", "scores.parquet") if (target / name).exists()]
        if others:
            raise LinkkitError(
                f"{target.name} holds {others[0]} of another run; rows of persons must not lie beside the cards of a "
                "case study. Choose another directory."
            )
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob("study_*.csv"):
            old.unlink()
        self.report(target / "quality.html", truth=truth)
        _write(target / "profiles.html", profiles_html(self.profiles()))
        _write(target / "profiles.md", profiles_markdown(self.profiles()))
        for name, frame in self.tables().items():
            _write(target / f"study_{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
        return target


def _write(target: Path, text: str) -> None:
    with atomic_write(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
