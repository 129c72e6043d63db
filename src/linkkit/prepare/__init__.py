"""Prepare: write the fields of datasets alike, so that they can be compared.

Steps are specs that work on distinct values; what each of them changed is counted.
"""

from ._addresses import Address, HouseNumber
from ._contacts import Email, Phone
from ._dates import Date
from ._identifiers import Identifier, Number
from ._names import Name
from ._postcodes import Postcode
from ._prepare import Change, Step, changes, clean_values, prepare, recommended
from ._replace import Replace, Using
from ._sex import Sex
from ._text import Text

__all__ = [
    "Address",
    "Change",
    "Date",
    "Email",
    "HouseNumber",
    "Identifier",
    "Name",
    "Number",
    "Phone",
    "Postcode",
    "Replace",
    "Sex",
    "Step",
    "Text",
    "Using",
    "changes",
    "clean_values",
    "prepare",
    "recommended",
]
