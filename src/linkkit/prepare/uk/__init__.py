"""Identifiers and conventions of the UK: each a module with what it says of one value, and a step for columns.

``nhs_number``, ``chi``, ``upn``, ``postcode``, ``uprn``, ``urn``, ``ods``, ``sex``, ``ethnicity``, ``dates`` and
``names``. :func:`rules` lists what they hold to, each rule with its source and date.
"""

from . import chi, dates, ethnicity, names, nhs_number, ods, postcode, sex, upn, uprn, urn
from ._tables import Rule, rules, table

__all__ = [
    "Rule",
    "chi",
    "dates",
    "ethnicity",
    "names",
    "nhs_number",
    "ods",
    "postcode",
    "rules",
    "sex",
    "table",
    "upn",
    "uprn",
    "urn",
]
