"""Prepare: write the fields of datasets alike, so that they can be compared.

Steps are specs that work on distinct values; what each of them changed is counted.
"""

from . import uk
from ._addresses import Address, HouseNumber
from ._card_history import with_card_histories, with_card_history
from ._contacts import Email, Phone
from ._dates import Date
from ._history import with_history, with_versions
from ._identifiers import Identifier, Number
from ._names import Name
from ._postcodes import Postcode
from ._prepare import Change, Step, changes, clean_values, prepare, recommended, recommended_for
from ._replace import Replace, Using
from ._sex import Sex
from ._text import Text
from ._wrong_kind import WrongKind
from .uk.chi import Chi
from .uk.dates import DefaultDate
from .uk.ethnicity import Ethnicity
from .uk.names import UkName
from .uk.nhs_number import NhsNumber
from .uk.ods import OdsCode
from .uk.postcode import Crowded, UkPostcode
from .uk.sex import SexCode
from .uk.superseded import Superseded
from .uk.upn import Upn
from .uk.uprn import Uprn
from .uk.urn import Urn

__all__ = [
    "Address",
    "Change",
    "Chi",
    "Crowded",
    "Date",
    "DefaultDate",
    "Email",
    "Ethnicity",
    "HouseNumber",
    "Identifier",
    "Name",
    "NhsNumber",
    "Number",
    "OdsCode",
    "Phone",
    "Postcode",
    "Replace",
    "Sex",
    "SexCode",
    "Step",
    "Superseded",
    "Text",
    "UkName",
    "UkPostcode",
    "Upn",
    "Uprn",
    "Urn",
    "Using",
    "WrongKind",
    "changes",
    "clean_values",
    "prepare",
    "recommended",
    "recommended_for",
    "uk",
    "with_card_histories",
    "with_card_history",
    "with_history",
    "with_versions",
]
