"""The best-practice comparison of a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from linkkit.fields import HISTORY, RECORD_FIELDS, FieldKind, kind_of
from linkkit.specs import Comparison

from ._dated import dated
from ._people import address, date, email, full_name, house_number, identifier, name, phone, postcode, surname
from ._simple import exact, filters, number, record_filter, sets, text

__all__ = ["recommended", "recommended_comparisons"]

# What a field was before, in a field of its own.
_PREVIOUS = {"surname": "previous_surname", "upn": "former_upn"}


def recommended(field: str, kind: FieldKind | None = None, *, other_fields: Sequence[str] = ()) -> Comparison:
    """Return the best-practice comparison of a field.

    Parameters
    ----------
    field
        The field.
    kind
        Its kind; by default what its name says.
    other_fields
        The other fields of the datasets: with a surname, a given name is compared crosswise too; with previous
        surnames, a surname is compared with them, with former UPNs a UPN.

    Examples
    --------
    >>> recommended("date_of_birth").name
    'date_of_birth'
    """
    kind = kind or kind_of(field)
    if kind == "given_name":
        crosswise = "surname" if field == "given_name" and "surname" in other_fields else None
        return name(field, swapped_with=crosswise)
    previous = _PREVIOUS.get(field)
    if previous in other_fields and kind == kind_of(field):
        return surname(field, previous=previous) if kind == "surname" else identifier(field, previous=previous)
    by_kind: dict[str, Callable[[str], Comparison]] = {
        "surname": surname, "full_name": full_name, "date": date, "postcode": postcode, "address": address,
        "house_number": house_number, "identifier": identifier, "email": email, "phone": phone, "number": number,
        "set": sets, "history": dated, "filter": filters, "clk": record_filter,
    }  # fmt: skip
    if kind in by_kind:
        return by_kind[kind](field)
    if kind in ("sex", "category", "token") or (field == "uprn" and kind == "place"):  # near numbers are no near homes
        return exact(field, term_frequency=kind != "sex")
    return text(field, (0.92, 0.8), term_frequency=True)


def recommended_comparisons(
    fields: Sequence[str], kinds: Sequence[FieldKind] | None = None, *, some_have: Sequence[str] = ()
) -> tuple[Comparison, ...]:
    """Return the recommended comparison of each field that says who somebody is.

    Parameters
    ----------
    fields
        The fields that all datasets have.
    kinds
        Their kinds; by default what their names say.
    some_have
        Fields that some of the datasets have: previous surnames are compared with the surnames of the others.

    A whole name is left out beside its parts, whose agreement would count twice; so is an age beside a date of birth.
    The day on which a record was written is no one's own.
    """
    named = dict(zip(fields, kinds or [kind_of(field) for field in fields], strict=True))
    kept = {field: kind for field, kind in named.items() if field not in RECORD_FIELDS}
    for field, kind in named.items():  # the versions hold the value of today
        if kind == "history":
            kept.pop(field.removesuffix(HISTORY), None)
    contained = {"full_name": ("given_name", "surname"), "age": ("date_of_birth",)}
    for field, parts in contained.items():
        if all(part in kept for part in parts):
            kept.pop(field, None)
    return tuple(recommended(field, kind, other_fields=(*kept, *some_have)) for field, kind in kept.items())
