"""Data cards: what a dataset is, beside its data: kind, coverage, consent, blinded columns, source, owner.

>>> from linkkit.cards import Card, Consent
>>> Card("parents", "trial", consent=Consent(("administrative",))).consent.level
'person'
"""

from ._card import Card, described_columns, kind_of_field
from ._check import CardFinding, CardFindings, columns_of, lacking_columns, missing_parts, refusals
from ._designs import SPINE, Design, design_of
from ._fields import fields_data, read_fields, rebased
from ._file import card_beside, card_text_of, load_card, save_card
from ._kinds import DATASET_KINDS, NEEDS, UNITS, Need, is_coarser
from ._parts import Consent, Expected, History, Period, Source, SpellColumns
from ._text import card_lines

__all__ = [
    "DATASET_KINDS",
    "NEEDS",
    "SPINE",
    "UNITS",
    "Card",
    "CardFinding",
    "CardFindings",
    "Consent",
    "Design",
    "Expected",
    "History",
    "Need",
    "Period",
    "Source",
    "SpellColumns",
    "card_beside",
    "card_lines",
    "card_text_of",
    "columns_of",
    "described_columns",
    "design_of",
    "fields_data",
    "is_coarser",
    "kind_of_field",
    "lacking_columns",
    "load_card",
    "missing_parts",
    "read_fields",
    "rebased",
    "refusals",
    "save_card",
]
