"""``people``: draw a population of families; ``Population``: what was drawn, and the datasets it can be recorded in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from linkkit.errors import SpecError
from linkkit.synth import _datasets, _services
from linkkit.synth._errors import Errors
from linkkit.synth._families import Shape
from linkkit.synth._held import asked
from linkkit.synth._people import draw_people
from linkkit.synth._random import Stream
from linkkit.synth._recorded import Recorded

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """Made-up families, as they truly are; datasets are drawn from it by its methods.

    Parameters
    ----------
    people
        One row a person: ``person_id, family_id, role, birth_order, twin_set, given_name, middle_name, surname,
        date_of_birth, sex, nhs_number, upn, ethnic_group, deprivation, address, town, postcode, moved_on`` and what was
        true before the move or the change of name: ``previous_address, previous_town, previous_postcode,
        surname_changed_on, previous_surname``.
    as_of
        The day that the current values are of.
    seed
        The seed that drew it.

    Examples
    --------
    >>> population = people(2_000, seed=1)
    >>> population
    <Population: 2,000 people, 552 families, 1,014 children, seed 1>
    """

    people: pd.DataFrame
    as_of: datetime.date
    seed: int

    def __repr__(self) -> str:
        table = self.people
        children = int((table["role"] == "child").sum())
        families = int(table["family_id"].nunique())
        return f"<Population: {len(table):,} people, {families:,} families, {children:,} children, seed {self.seed}>"

    def siblings(self) -> pd.DataFrame:
        """Return every pair of children of one family: ``person_id, sibling_id, twins``, each pair once.

        Examples
        --------
        >>> people(500, seed=1).siblings().columns.tolist()
        ['person_id', 'sibling_id', 'twins']
        """
        children = self.people.loc[self.people["role"] == "child", ["person_id", "family_id", "twin_set"]]
        pairs = children.merge(children, on="family_id", suffixes=("", "_2"))
        pairs = pairs[pairs["person_id"] < pairs["person_id_2"]].reset_index(drop=True)
        pairs["twins"] = (pairs["twin_set"] > 0) & (pairs["twin_set"] == pairs["twin_set_2"])
        return pairs.rename(columns={"person_id_2": "sibling_id"})[["person_id", "sibling_id", "twins"]]

    def identifiers(self) -> pd.DataFrame:
        """Return what homes and health services call these people: what ``identifiers=`` of the datasets is drawn from.

        A **UPRN** belongs to a home (an address at a postcode): all who live there have it, and who moves gets another
        on that day. A **practice** is one of the two to five of the postcode's district, the same for a family but for
        some parents. Who moves to another district changes practice within four months, or stays. The usual
        **provider** is a hospital trust of the postcode area; of the records of a dataset one in twenty is of another.
        A **local patient id** is a provider's number for a person: the same in every dataset, and perhaps another
        person's at another provider.

        All are made up, in the right form: twelve digits from 999 000 000 000 up; a letter, by the postcode area, and
        five digits; R and two letters or digits; eight digits. linkkit knows of no range of UPRNs or of codes of
        organisations that is kept for tests: one of these may by chance be real.

        Returns
        -------
        pandas.DataFrame
            One row a person, in the order of ``people``: ``person_id, uprn, previous_uprn, gp_practice,
            gp_practice_changed_on, previous_gp_practice, provider, previous_provider, local_patient_id,
            previous_local_patient_id``. What is previous is missing where nothing changed. UPRN and provider change on
            ``moved_on``.

        Examples
        --------
        >>> population = people(2_000, seed=1)
        >>> true = population.people.merge(population.identifiers(), on="person_id")
        >>> bool((true.groupby(["address", "postcode"])["uprn"].nunique() == 1).all())
        True
        """
        return _services.truth(self.people, self.seed, self.as_of)

    def register(
        self,
        *,
        coverage: float = 0.95,
        errors: Errors | None = None,
        name: str = "register",
        who: Literal["children", "everyone"] = "children",
        duplicates: float = 0.0,
        on: datetime.date | None = None,
        identifiers: Sequence[str] = (),
    ) -> Recorded:
        """Record the population in an administrative register.

        Parameters
        ----------
        coverage
            Share of the people that the register holds.
        errors
            How values are miswritten; by default ``Errors()``.
        name
            Name of the dataset. It also seeds the draw: two registers of different names hold different people and
            errors.
        who
            ``"children"``: a register of pupils (``pupil_id, upn, forename, ...``); ``"everyone"``: of patients
            (``patient_id, nhs_no, ...``).
        duplicates
            Share of the people with a second record, written at another time.
        on
            The last day on which a record was written; by default ``as_of``. Records were written in the three years
            before.
        identifiers
            What the dataset holds besides, of ``"uprn", "gp_practice", "provider", "local_patient_id"``; see
            :meth:`identifiers`. Everything else stays the same.

        Returns
        -------
        Recorded
            The register and, apart from it, the truth.

        Examples
        --------
        >>> register = people(2_000, seed=1).register(coverage=0.5)
        >>> register.frame.columns.tolist()[:5]
        ['pupil_id', 'upn', 'forename', 'middle_names', 'surname']

        A register of patients that holds homes and local patient ids, too:

        >>> asked = ("uprn", "provider", "local_patient_id")
        >>> patients = people(2_000, seed=1).register(who="everyone", identifiers=asked)
        >>> [patients.columns[field] for field in asked]
        ['uprn', 'procode', 'local_patient_id']
        """
        held, day = asked(identifiers, self.seed, self.as_of), on or self.as_of
        return _datasets.register(
            self.people, self.seed, coverage, errors or Errors(), name, who, duplicates, day, held
        )

    def trial(
        self,
        *,
        families: int = 3000,
        arms: tuple[str, ...] = ("control", "intervention"),
        consent: float = 0.93,
        errors: Errors | None = None,
        name: str = "trial",
        on: datetime.date | None = None,
        identifiers: Sequence[str] = (),
    ) -> Recorded:
        """Randomise families and record their children as a trial does.

        Parameters
        ----------
        families
            How many families with children are randomised; all where there are fewer.
        arms
            Arms, of equal chance; a family is of one arm.
        consent
            Share of families that consent to linkage (column ``linkage_consent``).
        errors
            How values are miswritten; by default a careful study's: ``Errors().scaled(0.6)`` with a third of NHS
            numbers not known.
        name
            Name of the dataset; it also seeds the draw.
        on
            The last day of recruitment, by default two years before ``as_of``; it lasts a year.
        identifiers
            What the dataset holds besides, of ``"uprn", "gp_practice", "provider", "local_patient_id"``; see
            :meth:`identifiers`. Everything else stays the same.

        Returns
        -------
        Recorded
            ``participant_id, family_ref, arm, site, consent_date, linkage_consent`` and identifiers; one row a child.

        Examples
        --------
        >>> trial = people(2_000, seed=1).trial(families=100)
        >>> sorted(set(trial.frame["arm"]))
        ['control', 'intervention']
        """
        held, day = asked(identifiers, self.seed, self.as_of), on or self.as_of - datetime.timedelta(days=730)
        chosen = errors or Errors.study()
        return _datasets.trial(self.people, self.seed, families, arms, consent, chosen, name, day, held)

    def intervention(
        self,
        *,
        coverage: float = 0.05,
        trial: Recorded | None = None,
        uptake: float = 0.75,
        spells: float = 2.4,
        errors: Errors | None = None,
        name: str = "intervention",
        identifiers: Sequence[str] = (),
    ) -> Recorded:
        """Record the attendance spells of children in a programme: several rows a child, each written anew.

        Parameters
        ----------
        coverage
            Share of all children who attend.
        trial
            A trial whose last arm is offered the programme; ``uptake`` of its children attend, besides ``coverage`` of
            all.
        uptake
            Share of the offered children who attend.
        spells
            Mean number of spells of a child who attends.
        errors
            How values are miswritten; by default a busy front desk's: ``Errors().scaled(1.4)``, more missing.
        name
            Name of the dataset; it also seeds the draw.
        identifiers
            What the dataset holds besides, of ``"uprn", "gp_practice", "provider", "local_patient_id"``; see
            :meth:`identifiers`. Everything else stays the same.

        Returns
        -------
        Recorded
            ``attendance_id`` (the record), ``client_ref`` (the programme's own idea of the child), identifiers,
            ``centre, start_date, end_date, sessions``.

        Examples
        --------
        >>> programme = people(2_000, seed=1).intervention(coverage=0.3)
        >>> programme.frame["client_ref"].nunique() < len(programme.frame)
        True
        """
        chosen, held = errors or Errors.front_desk(), asked(identifiers, self.seed, self.as_of)
        return _datasets.intervention(
            self.people, self.seed, coverage, trial, uptake, spells, chosen, name, self.as_of, held
        )


def people(
    count: int,
    *,
    seed: int = 0,
    sibling_share: float = 0.56,
    twin_share: float = 0.015,
    movers: float = 0.25,
    renamed: float = 0.03,
    renamed_movers: float = 0.12,
    double_barrelled: float = 0.06,
    history_years: float = 6.0,
    ages: tuple[int, int] = (0, 17),
    seasonal: bool = True,
    as_of: datetime.date = datetime.date(2024, 9, 1),
) -> Population:
    """Make up families of parents, children, siblings and twins.

    Names follow UK-like frequencies by heritage group and decade of birth; families share an address; some move and
    some change their name. NHS numbers are of the range kept for tests, UPNs of an authority that does not exist.

    Parameters
    ----------
    count
        How many people; families are whole, so that the last may be cut to its first members.
    seed
        The same seed gives the same people, on every machine and version of numpy.
    sibling_share
        Share of families with more than one birth (about 56 % of UK families with dependent children have two or more).
    twin_share
        Share of births that bring twins (UK: about 1.5 %).
    movers
        Share of families that moved once in the last ``history_years``.
    renamed, renamed_movers
        Share of families whose mother and children changed surname (marriage, separation) among those that stayed and
        those that moved; the latter change it on the day of the move.
    double_barrelled
        Share of couples that give their children both surnames.
    history_years
        How far back moves and changes of name reach.
    ages
        Youngest and oldest age of children on ``as_of``, in years.
    seasonal
        Whether births have the usual seasons (most in September).
    as_of
        The day that the population is of.

    Returns
    -------
    Population
        The people and, in its methods, the datasets they can be recorded in.

    Examples
    --------
    >>> population = people(1_000, seed=7)
    >>> len(population.people)
    1000
    """
    shares = {
        "sibling_share": sibling_share,
        "twin_share": twin_share,
        "movers": movers,
        "renamed": renamed,
        "renamed_movers": renamed_movers,
        "double_barrelled": double_barrelled,
    }
    _check(count, shares, ages, history_years)
    today = (as_of - datetime.date(1970, 1, 1)).days
    shape = Shape(
        sibling_share, twin_share, today - int((ages[1] + 1) * 365.25) + 1, today - int(ages[0] * 365.25), seasonal
    )
    stream = Stream(seed, "people")
    columns = draw_people(stream, count, shape, shares, today, history_years)
    import pandas as pd

    return Population(pd.DataFrame(columns), as_of, seed)


def _check(count: int, shares: dict[str, float], ages: tuple[int, int], history_years: float) -> None:
    if count < 1:
        raise SpecError(f"count must be at least 1; got {count}.")
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise SpecError(f"{name} is a share and must lie between 0 and 1; got {share}.")
    if not 0 <= ages[0] <= ages[1] <= 40:
        raise SpecError(f"ages must be a youngest and an oldest age from 0 to 40; got {ages}.")
    if history_years <= 0:
        raise SpecError(f"history_years must be above 0; got {history_years}.")
