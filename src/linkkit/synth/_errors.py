"""``Errors``: how often a dataset gets its values wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from linkkit.errors import SpecError

_MISSING = {
    "given_name": 0.001,
    "surname": 0.001,
    "middle_name": 0.25,
    "date_of_birth": 0.002,
    "sex": 0.004,
    "postcode": 0.015,
    "address": 0.01,
    "town": 0.02,
    "nhs_number": 0.03,
    "upn": 0.02,
    "uprn": 0.04,
    "gp_practice": 0.02,
    "provider": 0.002,
    "local_patient_id": 0.01,
}
_OTHERS = ("missing", "by_group")


@dataclass(frozen=True)
class Errors:
    """How often values are miswritten: each rate is the chance that one value of one record is.

    The defaults describe an ordinary administrative register. In ALSPAC, 18 % of surnames and 12 % of forenames
    differed between two collections about the same person (Lam 2025, IJPDS 2389), all causes together: an upper
    figure. Two registers with these defaults differ in about 9 % of either, case and spacing and changes of name
    among them; ``Errors().scaled(1.5)`` reaches 13 % of either. The single rates are a choice, not measured.

    Parameters
    ----------
    typing
        A slip of the keyboard in a given, middle or surname.
    phonetic
        A name spelt as it sounds.
    misread
        A name as a scanner or a reader of handwriting takes it.
    nickname
        A short form or another spelling, where the name has one.
    middle_as_given
        The middle name in place of the given name, where there is one.
    swapped
        Given name and surname in each other's column.
    double_barrelled
        A double-barrelled surname (or a given name in two parts) without its hyphen, or with one half lost.
    style
        A name in other case, spacing or punctuation.
    unnamed
        A child without a forename yet: "Baby of ...", "Twin 1".
    day_month
        Day and month swapped, where that makes a date and another one.
    date_digit
        One digit of the date of birth wrong, or two swapped.
    default_date
        1 January 1900, or 1 January or the first of the month of the right year.
    sex
        The other sex.
    postcode
        A slip of the keyboard in the postcode; in the address, as often.
    identifier
        A slip of the keyboard in an NHS number or UPN; in a UPRN, local patient id or code of a practice or provider,
        as often.
    stale
        A record still with the address, and the surname, of before a move or change; with the UPRN and practice, too.
    missing
        Field -> share missing; a field left out is never missing. Without address or postcode there is no UPRN.
    by_group
        Column of the population -> its value -> factor on every rate, such as ``{"deprivation": {5: 1.5}}``. Factors of
        several columns multiply.
    neighbour
        The UPRN of the home beside, by postcode and address, as where an address was looked up.
    second_id
        A second local patient id: someone whom the provider knew was registered once more.

    Examples
    --------
    >>> Errors(typing=0.05).for_group("ethnic_group", "polish", times=2).by_group
    {'ethnic_group': {'polish': 2}}
    """

    typing: float = 0.012
    phonetic: float = 0.006
    misread: float = 0.003
    nickname: float = 0.012
    middle_as_given: float = 0.004
    swapped: float = 0.003
    double_barrelled: float = 0.15
    style: float = 0.01
    unnamed: float = 0.003
    day_month: float = 0.004
    date_digit: float = 0.006
    default_date: float = 0.002
    sex: float = 0.003
    postcode: float = 0.01
    identifier: float = 0.002
    stale: float = 0.10
    missing: Mapping[str, float] = field(default_factory=lambda: dict(_MISSING), hash=False)
    by_group: Mapping[str, Mapping[Any, float]] = field(default_factory=dict, hash=False)
    neighbour: float = 0.01
    second_id: float = 0.03

    def __post_init__(self) -> None:
        for name, rate in {**self._rates(), **{f"missing[{k!r}]": v for k, v in self.missing.items()}}.items():
            if not 0 <= rate <= 1:
                raise SpecError(f"Errors.{name} is a rate and must lie between 0 and 1; got {rate}.")
        unknown = sorted(set(self.missing) - set(_MISSING))
        if unknown:
            raise SpecError(f"Errors.missing knows the fields {', '.join(_MISSING)}; got {', '.join(unknown)}.")
        for column, factors in self.by_group.items():
            if any(factor < 0 for factor in factors.values()):
                raise SpecError(f"Errors.by_group[{column!r}] holds a factor below 0.")

    def _rates(self) -> dict[str, float]:
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name not in _OTHERS}

    def scaled(self, times: float) -> Errors:
        """Return the same errors, each this many times as often (at most always).

        Examples
        --------
        >>> Errors(sex=0.01).scaled(2).sex
        0.02
        """
        rates: dict[str, Any] = {name: min(1.0, rate * times) for name, rate in self._rates().items()}
        return replace(self, **rates, missing={name: min(1.0, rate * times) for name, rate in self.missing.items()})

    def for_group(self, column: str, value: object, *, times: float) -> Errors:
        """Return errors that are this many times as frequent in one group, such as ``("deprivation", 5, times=1.5)``.

        Examples
        --------
        >>> Errors().for_group("deprivation", 5, times=1.5).by_group["deprivation"][5]
        1.5
        """
        return replace(self, by_group={**self.by_group, column: {**self.by_group.get(column, {}), value: times}})

    @classmethod
    def none(cls) -> Errors:
        """Return no errors at all: every value as it was on the day.

        Examples
        --------
        >>> Errors.none().typing
        0.0
        """
        return cls().scaled(0.0)

    @classmethod
    def unequal(cls) -> Errors:
        """Return errors that fall on groups unequally.

        Missed links are commoner among ethnic minorities and the deprived (Hagger-Johnson 2017, JHI, on HES); these
        factors, of 1.4 to 2.2, are a choice that makes the difference visible.

        Examples
        --------
        >>> sorted(Errors.unequal().by_group)
        ['deprivation', 'ethnic_group']
        """
        often = ("pakistani", "bangladeshi", "african", "somali", "arab", "chinese")
        some = ("polish", "romanian", "portuguese", "turkish", "indian", "caribbean", "mixed")
        groups = {**dict.fromkeys(often, 2.2), **dict.fromkeys(some, 1.6)}
        return cls(by_group={"ethnic_group": groups, "deprivation": {4: 1.2, 5: 1.4}})

    @classmethod
    def study(cls) -> Errors:
        """Return the errors of a careful study: 0.6 times the usual ones, a third of NHS numbers not known.

        Examples
        --------
        >>> Errors.study().missing["nhs_number"]
        0.33
        """
        less = cls().scaled(0.6)
        return replace(less, missing={**less.missing, "nhs_number": 0.33, "upn": 0.5, "local_patient_id": 0.33})

    @classmethod
    def front_desk(cls) -> Errors:
        """Return the errors of a busy front desk: 1.4 times the usual ones, a fifth of postcodes missing.

        Examples
        --------
        >>> Errors.front_desk().missing["postcode"]
        0.2
        """
        more = cls().scaled(1.4)
        unknown = {"postcode": 0.2, "date_of_birth": 0.02, "nhs_number": 0.6, "upn": 0.8, "local_patient_id": 0.6}
        return replace(more, missing={**more.missing, **unknown})

    @classmethod
    def light(cls) -> Errors:
        """Return light errors of names and dates, nothing unnamed or out of date, a fiftieth of postcodes missing.

        Examples
        --------
        >>> Errors.light().missing
        {'postcode': 0.02}
        """
        return cls(
            typing=0.008,
            phonetic=0.004,
            misread=0.002,
            nickname=0.006,
            middle_as_given=0.0,
            swapped=0.001,
            double_barrelled=0.1,
            style=0.0,
            unnamed=0.0,
            day_month=0.002,
            date_digit=0.003,
            default_date=0.001,
            sex=0.002,
            postcode=0.005,
            stale=0.0,
            missing={"postcode": 0.02},
            neighbour=0.005,
            second_id=0.01,
        )
