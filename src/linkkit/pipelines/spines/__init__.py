"""Spines: several registers to one index of persons, with ids that stay as new extracts come.

>>> from linkkit import pipelines
>>> pipelines.spine(unique="school register").unique
('school register',)
"""

from ._link import SpineLinks
from ._load import load_spine
from ._run import SpineRun
from ._spine import Spine, spine

__all__ = ["Spine", "SpineLinks", "SpineRun", "load_spine", "spine"]
