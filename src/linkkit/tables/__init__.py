"""What the stages hand on: pairs, levels, patterns, scores. Pairs and levels are lazy: they know how to be made."""

from ._field_evidence import FieldEvidence
from ._frames import id_frame
from ._levels import Levels, Patterns
from ._pair_rows import pair_rows
from ._pairs import Pairs
from ._scores import Scores, scores_together

__all__ = ["FieldEvidence", "Levels", "Pairs", "Patterns", "Scores", "id_frame", "pair_rows", "scores_together"]
