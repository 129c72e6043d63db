"""Checking: where a data card lacks something, and where it does not agree with its data; counts and rows, no values.

>>> from linkkit.cards import Card
>>> from linkkit.checking import check_card
>>> check_card(Card("trial", "trial", owner="a", contact="b"))["missing_consent"].severity
'warning'
"""

from ._check import check, check_card
from ._times import outside_card

__all__ = ["check", "check_card", "outside_card"]
