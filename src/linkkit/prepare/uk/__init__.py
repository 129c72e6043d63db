"""Identifiers and conventions of the UK: each a module with what it says of one value and of columns, and a step.

``nhs_number``, ``chi``, ``upn``, ``postcode``, ``uprn``, ``urn``, ``ods``, ``sex``, ``ethnicity``, ``dates`` and
``names``. :func:`rules` lists what they hold to, each rule with its source and date. :func:`identify` tells which kind
of identifier values are, :func:`wrong_kind` which fields of a dataset hold another than their name says.
"""

from . import chi, dates, ethnicity, names, nhs_number, ods, postcode, sex, superseded, upn, uprn, urn
from ._tables import Rule, rules, table
from ._wrong_kind import identify, split_identifiers, wrong_kind

__all__ = [
    "Rule",
    "chi",
    "dates",
    "ethnicity",
    "identify",
    "names",
    "nhs_number",
    "ods",
    "postcode",
    "rules",
    "sex",
    "split_identifiers",
    "superseded",
    "table",
    "upn",
    "uprn",
    "urn",
    "wrong_kind",
]
