"""The pipeline of an intervention programme and a register, as data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from linkkit._days import require_days
from linkkit.errors import SpecError
from linkkit.pipelines._pipeline import Pipeline, Step
from linkkit.spells import Checks

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.progress import Progress

    from ._run import InterventionRun

__all__ = ["InterventionToAdmin", "intervention_to_admin"]


@dataclass(frozen=True)
class InterventionToAdmin(Pipeline):
    """Link a programme of many records a person to a register, and put its spells beside what the register says.

    Records of one person come first: those of one number of the programme (``person`` of its card), or what
    deduplication finds. Every record is linked by its own values, so that a name or an address that held for a while
    is compared by whichever record has it; then a person's records vote. Spells are merged, and what cannot be true of
    one person is counted, as signs of false links.

    Parameters
    ----------
    person
        The column of the programme that says which records are of one person; by default as its card says, else
        persons are found by deduplication.
    start, end, place
        The columns of a spell; by default as the programme's card says.
    day_first
        Whether 01/02/2024 is 1 February in the columns of spells; by default they decide it together by the dates that
        can be read in one order only.
    merge_days
        Spells of a person that overlap, or follow one another within so many days, become one.
    merge_places
        Whether spells at different places are merged, too.
    least_shared_days
        Two places at once are a contradiction from so many days on: the day of a move is of both.
    before_birth, after_death
        How many days before birth a spell may start, and after death.
    ages
        Youngest and oldest age at the start of a spell, in years; empty for no limit but that of human life.
    time_gaps
        Whether the day on which a spell starts is taken for the day on which its record was written, where the register
        says when its own were (a field ``observed_on``, or ``period.column`` of its card): agreement on what people
        change then fades with the time between two records. Switch it off where a later address overwrites the one
        of the start. Fields ``observed_on`` that both datasets have are weighed either way.
    on_missing
        What to do with spells without a start: ``"refuse"``, or ``"drop"`` and count them. A record without a number of
        a person is never left out: it is a person of its own, which is counted.
    on_unreadable
        What to do with spells of which a start or an end stands and is no date: ``"refuse"``, or ``"drop"`` and count
        them. Their records are linked all the same.
    on_reversed
        What to do with spells that end before they start: ``"refuse"``, ``"drop"`` or ``"swap"``, which are counted.
    plan
        How records are linked; what it leaves open is recommended for the datasets.

    Examples
    --------
    >>> print(InterventionToAdmin(merge_days=14))
    Link an intervention programme to a register (intervention_to_admin)
      1. permission: consent and opt-outs of the data cards are held to
      2. spells: read by the columns of the card; no start: refuse, no date: refuse, reversed: refuse  [on_reversed]
      3. persons: records of one number of the programme, else found by deduplication  [person]
      4. time: what people change fades with the days between spell and register record, if known  [time_gaps]
      5. link: every record to the register: as recommended  [plan]
      6. vote: a person is the register record that most of its records are linked to
      7. merge: spells of a person and place within 14 days of each other  [merge_days]
      8. contradictions: two places for 2 days, starts 0 days before birth or 0 after death  [least_shared_days]
    """

    person: str | None = None
    start: str | None = None
    end: str | None = None
    place: str | None = None
    day_first: bool | None = None
    merge_days: int = 0
    merge_places: bool = False
    least_shared_days: int = 2
    before_birth: int = 0
    after_death: int = 0
    ages: tuple[int, ...] = ()
    time_gaps: bool = True
    on_missing: Literal["refuse", "drop"] = "refuse"
    on_unreadable: Literal["refuse", "drop"] = "refuse"
    on_reversed: Literal["refuse", "drop", "swap"] = "refuse"
    kind: Literal["intervention_to_admin"] = field(default="intervention_to_admin", repr=False, kw_only=True)

    title: ClassVar[str] = "Link an intervention programme to a register"
    kinds: ClassVar[tuple[str, ...]] = ("intervention", "administrative")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "ages", tuple(self.ages))
        require_days("merge_days", self.merge_days, least=0)
        require_days("least_shared_days", self.least_shared_days, least=1)
        for name in ("before_birth", "after_death"):
            require_days(name, getattr(self, name), least=0)
        if len(self.ages) not in (0, 2):
            raise SpecError(f"ages are the youngest and the oldest, in years; got {list(self.ages)}.")
        two = ("refuse", "drop")
        for name, known in (("on_missing", two), ("on_unreadable", two), ("on_reversed", (*two, "swap"))):
            if getattr(self, name) not in known:
                raise SpecError(f"{name} must be one of {', '.join(known)}; got {getattr(self, name)!r}.")
        self.checks(None)

    def checks(self, place: str | None) -> Checks:
        """Return what is looked for in spells."""
        found = Checks(
            place=place, least_days=self.least_shared_days, before_birth=self.before_birth,
            after_death=self.after_death,
        )  # fmt: skip
        return replace(found, ages=(self.ages[0], self.ages[1])) if self.ages else found

    def steps(self) -> tuple[Step, ...]:
        """Return its steps, in the order in which they are carried out."""
        columns = "the columns of the card" if self.start is None else "the columns that are named"
        named = f"records of one {self.person!r}" if self.person else "records of one number of the programme"
        merged = "a person" if self.merge_places else "a person and place"
        return (
            Step("permission", "consent and opt-outs of the data cards are held to"),
            Step(
                "spells",
                f"read by {columns}; no start: {self.on_missing}, no date: {self.on_unreadable}, reversed: "
                f"{self.on_reversed}",
                "on_reversed",
            ),
            Step("persons", named if self.person else f"{named}, else found by deduplication", "person"),
            Step(
                "time",
                "what people change fades with the days between spell and register record, if known"
                if self.time_gaps
                else "starts of spells are not taken for the days of records",
                "time_gaps",
            ),
            Step("link", f"every record to the register: {self.plan_in_words()}", "plan"),
            Step("vote", "a person is the register record that most of its records are linked to"),
            Step("merge", f"spells of {merged} within {self.merge_days} days of each other", "merge_days"),
            Step(
                "contradictions",
                f"two places for {self.least_shared_days} days, starts {self.before_birth} days before birth or "
                f"{self.after_death} after death",
                "least_shared_days",
            ),
        )

    def run(self, *datasets: Dataset, progress: bool | Progress | None = None) -> InterventionRun:
        """Carry it out on the programme and the register, in this order.

        Raises
        ------
        SpecError
            Where there are not two datasets, or nothing says where spells start.
        CardError
            Where consent does not cover the linkage.
        DataError
            Where spells end before they start, dates cannot be read, or starts are missing, with counts and rows.
        """
        from ._run import carry_out

        return carry_out(self, datasets, progress)


def intervention_to_admin(**parts: Any) -> InterventionToAdmin:
    """Return the pipeline that links an intervention programme to a register.

    Parameters
    ----------
    **parts
        What shall not be as usual: the parts of :class:`~linkkit.pipelines.interventions.InterventionToAdmin`.

    Examples
    --------
    >>> intervention_to_admin(merge_days=14).merge_days
    14
    """
    return InterventionToAdmin(**parts)
