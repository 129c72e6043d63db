"""The encoding linter: what an encoding gives away, judged by where it is said to go.

:func:`lint` takes how something is encoded, or what was encoded, and returns a :class:`Lint` of findings. It knows the
trust boundary: field-level filters and single tokens stay inside a trusted linkage unit and are deleted afterwards,
record-level filters may meet a semi-trusted one, and nothing encoded goes to a researcher or the public.
"""

from ._boundary import DESTINATIONS, LEVELS
from ._catalogue import FINDINGS
from ._described import FieldFacts, SpecFacts
from ._finding import Finding
from ._lint import lint
from ._measured import BitFacts, ColumnFacts
from ._measures import bit_counts, gini, jensen_shannon_distance, normalised_entropy, popcounts
from ._result import NO_PROOF, Lint

__all__ = [
    "DESTINATIONS",
    "FINDINGS",
    "LEVELS",
    "NO_PROOF",
    "BitFacts",
    "ColumnFacts",
    "FieldFacts",
    "Finding",
    "Lint",
    "SpecFacts",
    "bit_counts",
    "gini",
    "jensen_shannon_distance",
    "lint",
    "normalised_entropy",
    "popcounts",
]
