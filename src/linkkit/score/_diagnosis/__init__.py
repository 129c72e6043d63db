"""What looks wrong with a model: named findings, each with its figure, its threshold, its reason and a remedy.

One idea a file: what is measured on levels (`_levels`), on the number of matches (`_overlap`), on the training
(`_training`), from several starts (`_modes`) and on fields in twos (`_dependence`). `_diagnose` calls them all.
"""

from ._catalogue import FINDINGS
from ._diagnosis import Dependence, Diagnosis, Mode
from ._finding import Finding, Severity

__all__ = ["FINDINGS", "Dependence", "Diagnosis", "Finding", "Mode", "Severity"]
