"""What a column can mean: the fields linkkit knows, and how it recognises them from column names and value shapes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ENCODED_KINDS",
    "HISTORY",
    "KINDS",
    "KNOWN_FIELDS",
    "Field",
    "FieldKind",
    "kind_of",
    "PREPARED_KINDS",
    "RECORD_FIELDS",
    "meaning_of",
    "recognise",
    "recognise_shape",
    "words_of",
]

FieldKind = Literal[
    "given_name", "surname", "full_name", "date", "sex", "postcode", "house_number", "address", "place",
    "identifier", "email", "phone", "number", "category", "set", "history", "text", "token", "filter", "clk",
]  # fmt: skip
KINDS: tuple[str, ...] = FieldKind.__args__  # type: ignore[attr-defined]
# Kinds of what was encoded: nobody reads their values.
ENCODED_KINDS = ("token", "filter", "clk")
# The field of all dated versions of another is named so after it.
HISTORY = "_history"
# Kinds whose values were prepared when they were made.
PREPARED_KINDS = (*ENCODED_KINDS, "history")

# field: (kind, the names columns of it go by, in words)
KNOWN_FIELDS: dict[str, tuple[FieldKind, tuple[str, ...]]] = {
    "given_name": ("given_name", ("given name", "first name", "forename", "fname", "firstname", "givenname",
                                  "christian name", "given names", "forenames", "first names", "first forename")),
    "middle_name": ("given_name", ("middle name", "middle names", "middle initial", "mname", "second name",
                                   "second forename", "middlename", "other given name", "other given names",
                                   "fname c2")),
    "surname": ("surname", ("surname", "last name", "family name", "lname", "lastname", "familyname", "sname")),
    "previous_surname": ("surname", ("previous surname", "maiden name", "birth surname", "former surname",
                                     "alternative surname")),
    "full_name": ("full_name", ("full name", "name", "fullname", "person name", "first and surname", "patient name",
                                "pupil name", "child name")),
    "date_of_birth": ("date", ("dob", "date of birth", "birth date", "birthdate", "birthday", "born", "date birth",
                               "dateofbirth", "birth dt", "dt birth")),
    "date_of_death": ("date", ("dod", "date of death", "death date", "dateofdeath")),
    "sex": ("sex", ("sex", "gender", "sex code", "gender code")),
    "postcode": ("postcode", ("postcode", "post code", "zip", "zipcode", "zip code", "postal code", "pcode",
                              "postcode fake")),
    "house_number": ("house_number", ("house number", "street number", "hse num", "house no", "house num", "street no",
                                      "house name", "house", "building number", "housenumber")),
    "unit_number": ("house_number", ("unit number", "flat number", "apartment number", "flat", "unit")),
    "street": ("address", ("street", "street name", "str nam", "road", "street address", "thoroughfare")),
    "address": ("address", ("address", "address 1", "address line 1", "addr", "address line", "full address",
                            "cap add", "home address", "addr 1", "address1")),
    "address_2": ("address", ("address 2", "address line 2", "addr 2", "address2")),
    "town": ("place", ("town", "city", "suburb", "locality", "post town", "village", "municipality")),
    "county": ("place", ("county", "state", "province", "region")),
    "place_of_birth": ("place", ("place of birth", "birth place", "birthplace", "town of birth", "city of birth")),
    "nhs_number": ("identifier", ("nhs number", "nhs no", "nhsnumber", "nhs", "nhs num", "newnhsno")),
    "chi_number": ("identifier", ("chi number", "chi", "chi no", "chinumber", "community health index",
                                  "community health index number")),
    "upn": ("identifier", ("upn", "unique pupil number", "pupil number")),
    "former_upn": ("identifier", ("former upn", "formerupn", "previous upn", "upn former")),
    "national_id": ("identifier", ("ssn", "social security number", "soc sec id", "national insurance number", "nino",
                                   "national id", "national id number")),
    "local_patient_id": ("identifier", ("local patient id", "local patient identifier", "lopatid", "hospital number",
                                        "mrn", "medical record number")),
    "email": ("email", ("email", "e mail", "email address", "mail")),
    "phone": ("phone", ("phone", "phone number", "telephone", "mobile", "tel", "telephone number", "mobile number")),
    "occupation": ("text", ("occupation", "job", "job title", "profession")),
    "age": ("number", ("age", "age years", "age in years")),
    "latitude": ("number", ("latitude", "lat")),
    "longitude": ("number", ("longitude", "lon", "lng", "long")),
    # A UPRN is a home, and what relatives share; the others are what very many people share.
    "uprn": ("place", ("uprn", "unique property reference number")),
    "urn": ("category", ("urn", "school urn", "establishment urn", "urn of school")),
    "laestab": ("category", ("laestab", "la estab", "school laestab")),
    "ods_code": ("category", ("ods code", "organisation code")),
    "gp_practice": ("category", ("gp practice", "gp practice code", "gppractice", "practice code", "gpprac")),
    "provider": ("category", ("provider code", "procode", "procode3", "procode5", "procodet")),
    "ethnic_group": ("category", ("ethnic group", "ethnicity", "race", "race ethnicity", "ethnic")),
    "observed_on": ("date", ("observed on", "date observed", "observation date", "date of observation", "recorded on",
                             "date recorded", "record date", "date of record", "updated on", "date updated",
                             "last updated", "last updated on")),
}  # fmt: skip
# Fields that tell of a record, not of its person: no plan compares them or blocks on them by itself.
RECORD_FIELDS = ("observed_on",)

_SYNONYMS = {name: field for field, (_, names) in KNOWN_FIELDS.items() for name in (*names, field.replace("_", " "))}
_PARTS = {
    "day": ("day", "dd", "d"),
    "month": ("month", "mon", "mm", "m", "mth"),
    "year": ("year", "yr", "yyyy", "y"),
}
_BIRTH = ("dob", "birth", "birth date", "date of birth", "date birth", "b", "born")
# Words that dress a name without changing what it is.
_DRESSING = {"patient", "pupil", "child", "person", "participant", "client", "member", "current", "the", "raw",
             "recorded", "reg", "pat", "student", "subject", "home", "usual", "legal", "c1", "1"}  # fmt: skip
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("postcode", re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}", re.IGNORECASE)),
    (
        "address",
        re.compile(
            r"\d+[a-z]?,? .*\b(road|street|lane|avenue|close|drive|place|court|rd|st|ave|terrace|way)\b.*",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True)
class Field:
    """A field of a dataset: which columns hold it, and what kind of value they hold.

    Parameters
    ----------
    columns
        The column, or the columns whose values together are the field (a date in parts: day, month, year).
    kind
        One of :data:`KINDS`; decides how it is prepared and compared. Of encoded columns: ``"token"``, the keyed hash
        of a value; ``"filter"``, the Bloom filter of a field; ``"clk"``, that of a whole record.

    Examples
    --------
    >>> Field("dob", kind="date")
    Field(columns=('dob',), kind='date')
    """

    columns: tuple[str, ...]
    kind: FieldKind = "text"

    def __init__(self, columns: str | Sequence[str], kind: FieldKind = "text") -> None:
        object.__setattr__(self, "columns", (columns,) if isinstance(columns, str) else tuple(columns))
        object.__setattr__(self, "kind", kind)
        if kind not in KINDS:
            from linkkit.errors import SpecError, did_you_mean

            raise SpecError(f"Field.kind must be one of {', '.join(KINDS)}; got {kind!r}.{did_you_mean(kind, KINDS)}")


def kind_of(field: str) -> FieldKind:
    """Return the kind of a field by its name; ``text`` for a name that linkkit does not know.

    Examples
    --------
    >>> kind_of("date_of_birth"), kind_of("shoe_size")
    ('date', 'text')
    """
    if field in KNOWN_FIELDS:
        return KNOWN_FIELDS[field][0]
    recognised = recognise([field])
    return next(iter(recognised.values())).kind if recognised else "text"


def meaning_of(field: str, kind: str) -> str:
    """Return what kind of field one is of: its own kind, or where it was encoded or holds versions, that of its name.

    Examples
    --------
    >>> meaning_of("surname", "filter"), meaning_of("label", "surname")
    ('surname', 'surname')
    """
    if kind == "history":
        return kind_of(field.removesuffix(HISTORY))
    return kind_of(field) if kind in ENCODED_KINDS else kind


def recognise(columns: Sequence[str]) -> dict[str, Field]:
    """Recognise fields from column names.

    Parameters
    ----------
    columns
        Column names, in any spelling: ``DOB``, ``firstName``, ``pupil_surname``, ``dob_day`` ...

    Returns
    -------
    dict of str to Field
        Field name to its columns. Where two columns could hold a field, the first does.

    Examples
    --------
    >>> recognise(["FirstName", "dob_day", "dob_mon", "dob_year", "arm"])["date_of_birth"].columns
    ('dob_day', 'dob_mon', 'dob_year')
    """
    words = {column: words_of(column) for column in columns}
    found: dict[str, Field] = {}
    _recognise_date_parts(words, found)
    taken = {column for field in found.values() for column in field.columns}
    exact = [(column, _SYNONYMS.get(text)) for column, text in words.items()]
    dressed = [(column, _SYNONYMS.get(_undressed(text))) for column, text in words.items()]
    for column, field in exact + dressed:
        if field is not None and field not in found and column not in taken:
            found[field] = Field(column, KNOWN_FIELDS[field][0])
            taken.add(column)
    _recognise_numbered_names(words, found, taken)
    order = list(KNOWN_FIELDS)
    return {field: found[field] for field in sorted(found, key=order.index)}


def recognise_shape(values: Sequence[str]) -> str | None:
    """Recognise a field from the shape of nine in ten of its values: ``email``, ``postcode`` or ``address``.

    Examples
    --------
    >>> recognise_shape(["LS1 4AP", "M13 9PL", "YO105DD"])
    'postcode'
    """
    if not values:
        return None
    for field, shape in _SHAPES:
        if sum(bool(shape.fullmatch(value.strip())) for value in values) >= 0.9 * len(values):
            return field
    return None


def words_of(column: str) -> str:
    """Return the name of a column as words in small letters.

    Examples
    --------
    >>> words_of("FirstName"), words_of("school_name")
    ('first name', 'school name')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(column))
    return " ".join(re.split(r"[^a-z0-9]+", spaced.lower())).strip()


def _undressed(text: str) -> str:
    return " ".join(word for word in text.split() if word not in _DRESSING)


def _recognise_date_parts(words: Mapping[str, str], found: dict[str, Field]) -> None:
    parts: dict[str, str] = {}
    for column, text in words.items():
        for part, names in _PARTS.items():
            if any(_is_birth_part(text, birth, name) for birth in _BIRTH for name in names):
                parts.setdefault(part, column)
    if len(parts) == 3 and "date_of_birth" not in found:
        found["date_of_birth"] = Field((parts["day"], parts["month"], parts["year"]), "date")


def _is_birth_part(text: str, birth: str, part: str) -> bool:
    if birth == "b":  # by, bm, bd
        return len(part) == 1 and text == f"b{part}"
    forms = [f"{birth} {part}", f"{part} {birth}", f"{part} of {birth}", *([f"{birth}{part}"] if len(part) > 1 else [])]
    return _undressed(text) in forms


def _recognise_numbered_names(words: Mapping[str, str], found: dict[str, Field], taken: set[str]) -> None:
    """``pername1``, ``pername2``: of numbered names the first is the given name and the second the surname."""
    if "given_name" in found or "surname" in found:
        return
    numbered = {
        number: column
        for column, text in words.items()
        for number in "12"
        if column not in taken and re.fullmatch(rf"[a-z]*name {{0,1}}{number}", text)
    }
    if len(numbered) == 2:
        found["given_name"] = Field(numbered["1"], "given_name")
        found["surname"] = Field(numbered["2"], "surname")
