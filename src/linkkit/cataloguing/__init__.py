"""The data map: data cards side by side; which pairs share what, can be linked, may be, and how well it will work.

>>> import linkkit as lk
>>> from linkkit.cards import Card
>>> found = lk.catalogue(Card("trial", "trial", fields={"surname": "name"}), Card("pupils", fields={"upn": "upn"}))
>>> found.pair("trial", "pupils").grade
'not feasible'
"""

from ._checklist import Checklist, ChecklistItem
from ._draft import Draft
from ._map import DataMap, catalogue
from ._model import Evidence, Forecast, forecast
from ._overlap import Overlap
from ._pair import PairOutlook

__all__ = [
    "Checklist",
    "ChecklistItem",
    "DataMap",
    "Draft",
    "Evidence",
    "Forecast",
    "Overlap",
    "PairOutlook",
    "catalogue",
    "forecast",
]
