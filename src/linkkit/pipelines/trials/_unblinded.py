"""Unblinded: linkage by arm, and how different it had to be to explain an effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkkit.errors import DataError, SpecError
from linkkit.proportions import require_confidence, wilson

from ._contrasts import Contrast, adjusted, chi_squared, clustered, plain
from ._covariates import covariate_columns
from ._measures import Measure, events_of, measures, numbered, reached, trial_column
from ._sections import arm_section
from ._tipping import require_probabilities, tipping_frame, tipping_rows

if TYPE_CHECKING:
    import pandas as pd

    from linkkit.dataset import Dataset
    from linkkit.report._disclosure import Audience
    from linkkit.sections import Section

    from ._run import TrialRun
    from ._saved import SavedTrial

__all__ = ["Unblinded"]

# What an arm that others are held against is called.
_CONTROL = (
    "control",
    "controls",
    "usual care",
    "usual",
    "standard",
    "standard care",
    "placebo",
    "comparison",
    "waiting list",
)
_SENSITIVITIES = (1.0, 0.95, 0.9, 0.8)
_FALSE_RATES = (0.0, 0.01)


@dataclass(frozen=True, eq=False, repr=False)
class Unblinded:
    """A trial whose links were frozen and whose arms were read.

    Parameters
    ----------
    participants
        The table of participants, without arms.
    stages
        The stages of the flow.
    arms
        Shape (participants,): the arm of each; None where there is none.
    trial
        The dataset that the arm was read from, for covariates and clusters.
    column
        The column with the arm.
    act
        The entry of the log.
    run, saved
        What was unblinded: a run of this session, or a saved one.
    respelled
        Of how many participants the arm was written with blanks around it, which were taken off.
    """

    participants: pd.DataFrame
    stages: tuple[str, ...]
    arms: NDArray[np.object_]
    trial: Dataset
    column: str
    act: dict[str, Any]
    run: TrialRun | None = None
    saved: SavedTrial | None = None
    respelled: int = 0

    def __repr__(self) -> str:
        return f"<Unblinded: {len(self.arms):,} participants in {len(self.arm_names)} arms, on {self.act['at']}>"

    @cached_property
    def arm_names(self) -> tuple[str, ...]:
        """The arms: the one that others are held against first, the others in the order of the alphabet."""
        names = sorted({arm for arm in self.arms if arm is not None})
        control = next((name for name in names if name.strip().lower() in _CONTROL), names[0])
        return (control, *(name for name in names if name != control))

    @property
    def without_arm(self) -> int:
        """How many participants have no arm: they are in no comparison."""
        return int(sum(arm is None for arm in self.arms))

    @property
    def by_arm(self) -> pd.DataFrame:
        """Shares by arm: what, among, arm, count, of, share, and the limits of Wilson's interval, low and high.

        What is the share linked (of those randomised, and of those sent), each state, and the share covered.
        """
        import pandas as pd

        rows = []
        for what, among, outcome, chosen in self._measures():
            for arm in self.arm_names:
                here = chosen & (self.arms == arm)
                count, size = int((outcome & here).sum()), int(here.sum())
                low, high = wilson(count, size)
                rows.append((what, among, arm, count, size, count / size if size else float("nan"), low, high))
        return pd.DataFrame(rows, columns=["what", "among", "arm", "count", "of", "share", "low", "high"])

    @property
    def flow(self) -> pd.DataFrame:
        """The flow of each arm: stage, arm, participants, left_out."""
        import pandas as pd

        reached = self._reached
        rows = []
        for arm in self.arm_names:
            here = reached[self.arms == arm]
            at = [int((here >= place).sum()) for place in range(len(self.stages))]
            rows += [
                (stage, arm, at[place], at[place - 1] - at[place] if place else 0)
                for place, stage in enumerate(self.stages)
            ]
        return pd.DataFrame(rows, columns=["stage", "arm", "participants", "left_out"])

    def contrasts(
        self,
        *,
        against: str | None = None,
        cluster: str | None = None,
        covariates: str | Sequence[str] = (),
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Return each share of each arm against that of another: differences, ratios, their intervals, and a test.

        Parameters
        ----------
        against
            The arm that the others are held against; by default one that is called control, or the first.
        cluster
            A column of the trial: participants of one family, school or practice are not independent.
        covariates
            Columns of the trial to adjust for: the difference is then a marginal one of a logistic regression.
        confidence
            Of the intervals.

        Returns
        -------
        DataFrame
            what, among, arm, against, difference, difference_low, difference_high, ratio, ratio_low, ratio_high,
            p_value, test. Of more than two arms a last row of each share tests them all.

        Raises
        ------
        DataError
            Where a column is not there, or is another blinded one: outcomes stay blinded.
        """
        import pandas as pd

        require_confidence(confidence)
        against = self._against(against)
        covariates = (covariates,) if isinstance(covariates, str) else covariates
        groups = None if cluster is None else trial_column(self.trial, cluster, self.participants, "cluster")
        columns = [(trial_column(self.trial, one, self.participants, "covariates"), one) for one in covariates]
        rows = []
        for what, among, outcome, chosen in self._measures():
            for arm in self.arm_names:
                if arm == against:
                    continue
                found = self._contrast(outcome, chosen, arm, against, groups, columns, confidence)
                rows.append({"what": what, "among": among, "arm": arm, "against": against, **asdict(found)})
            if len(self.arm_names) > 2:
                rows.append(self._overall(what, among, outcome, chosen))
        return pd.DataFrame(rows)

    def tipping_point(
        self,
        outcome: Any = None,
        *,
        arm: str | None = None,
        against: str | None = None,
        sensitivities: Sequence[float] = _SENSITIVITIES,
        false_rates: Sequence[float] = _FALSE_RATES,
        confidence: float = 0.95,
    ) -> pd.DataFrame:
        """Return how different the sensitivity of linkage had to be between two arms to explain an effect.

        The share observed in an arm is ``p Se + (1 - p) f``, with p the true share, Se the sensitivity of linkage and f
        the false events. The effect vanishes where ``Se1 = f + (Se0 - f) (observed1 - f) / (observed0 - f)``. This is
        derived (see :func:`tipping_sensitivity`) and taken from no publication.

        Parameters
        ----------
        outcome
            Who has the event, read from linked data: a Series of booleans, or of 0 and 1, by participant id. Whoever
            is not in it, or missing there, is in no share. By default whoever has a record in the window.
        arm, against
            The two arms; by default the second and the first of ``arm_names``.
        sensitivities
            What is supposed of the sensitivity in the other arm.
        false_rates
            What is supposed of false events in both arms.
        confidence
            Of the interval of the ratio.

        Returns
        -------
        DataFrame
            arm, against, sensitivity_against, false_rate, sensitivity_for_null (the tipping point),
            difference_for_null, ratio_for_null, is_possible, sensitivity_for_limit; and what it was made of: count
            (participants with the event), of (whose outcome is known), the same of the other arm, count_against and
            of_against, and without_answer (of both arms, whose outcome is not known).
        """
        require_confidence(confidence)
        require_probabilities(sensitivities, false_rates)
        against = self._against(against)
        arm = self._known(arm, "arm") if arm else next(name for name in self.arm_names if name != against)
        event, chosen = events_of(self.participants, outcome)
        hits, trials = [], []
        for name in (arm, against):
            here = chosen & (self.arms == name)
            hits.append(int((event & here).sum()))
            trials.append(int(here.sum()))
        if not all(hits):
            raise DataError("A tipping point needs events in both arms; an arm of these has none.")
        found = plain((hits[0], hits[1]), (trials[0], trials[1]), confidence)
        shares = hits[0] / trials[0], hits[1] / trials[1]
        rows = tipping_rows(*shares, (found.ratio_low, found.ratio_high), sensitivities, false_rates)
        known = {"count": hits[0], "of": trials[0], "count_against": hits[1], "of_against": trials[1]}
        silent = ~chosen & ((self.arms == arm) | (self.arms == against))
        return tipping_frame(rows, arm, against).assign(**known, without_answer=int(silent.sum()))

    @property
    def sections(self) -> tuple[Section, ...]:
        """What unblinding adds to the report: the arms, participants taken to be independent."""
        return self._sections(None, ())

    def report(
        self,
        path: str | Path,
        *,
        cluster: str | None = None,
        covariates: str | Sequence[str] = (),
        audience: Audience = "linker",
        truth: Any = None,
    ) -> Path:
        """Write the report of the linkage with the flow, the states, and the arms.

        Of a saved run the part on the linkage itself is the one that was saved with it.

        Parameters
        ----------
        path
            Where the HTML goes; the JSON has the same name, ending ``.json``.
        cluster, covariates
            As in :meth:`contrasts`.
        audience, truth
            As in :meth:`linkkit.run.Run.report`.
        """
        arms = self._sections(cluster, covariates)
        if self.run is not None:
            whole = replace(self.run.linkage, sections=(*self.run.sections, *arms))
            return whole.report(path, truth=truth, audience=audience)
        assert self.saved is not None
        return self.saved.report(path, (*self.saved.sections, *arms), audience=audience)

    def _sections(self, cluster: str | None, covariates: str | Sequence[str]) -> tuple[Section, ...]:
        contrasts = self.contrasts(cluster=cluster, covariates=covariates)
        return (arm_section(self.by_arm, contrasts, self._tipping_or_none(), self.flow),)

    def _tipping_or_none(self) -> pd.DataFrame:
        against, arm = self.arm_names[:2]
        try:
            return self.tipping_point().drop(columns="without_answer")  # nobody is without: it is of records
        except DataError:
            return tipping_frame([], arm, against)

    @cached_property
    def _reached(self) -> NDArray[np.int64]:
        return reached(self.participants, self.stages)

    def _measures(self) -> list[Measure]:
        return measures(self.participants, self.stages)

    def _contrast(
        self, outcome: NDArray[np.bool_], chosen: NDArray[np.bool_], arm: str, against: str, groups: Any,
        columns: list[tuple[Any, str]], confidence: float,
    ) -> Contrast:  # fmt: skip
        here = chosen & ((self.arms == arm) | (self.arms == against))
        is_first, event = (self.arms == arm)[here], outcome[here]
        if groups is None and not columns:
            trials = int(is_first.sum()), int((~is_first).sum())
            hits = int(event[is_first].sum()), int(event[~is_first].sum())
            return plain(hits, trials, confidence)
        label = None if groups is None else numbered(groups, here)
        if not columns:
            assert label is not None
            return clustered(event.astype(float), is_first, label, confidence)
        table = covariate_columns([(column, name) for column, name in columns], here)
        return adjusted(event.astype(float), is_first, table, label, confidence)

    def _overall(self, what: str, among: str, outcome: Any, chosen: Any) -> dict[str, Any]:
        groups = [chosen & (self.arms == name) for name in self.arm_names]
        p_value = chi_squared([(outcome & here).sum() for here in groups], [here.sum() for here in groups])
        nothing = dict.fromkeys(asdict(Contrast.none("")), float("nan"))
        return {"what": what, "among": among, "arm": "all arms", "against": "each other", **nothing,
                "p_value": p_value, "test": "chi-squared"}  # fmt: skip

    def _against(self, against: str | None) -> str:
        return self.arm_names[0] if against is None else self._known(against, "against")

    def _known(self, arm: str, part: str) -> str:
        if arm not in self.arm_names:
            raise SpecError(f"{part} is no arm of this trial. There are {len(self.arm_names)}: see arm_names.")
        return arm
