"""Files that one party hands to another: split by what each may see, and told apart by a manifest beside each."""

from ._agreement import disagreements, require_agreement
from ._files import HandoverError, read_file, write_file
from ._manifest import KINDS, NORMALISER, ColumnCount, KeyFacts, Manifest, fingerprint
from ._split import Split, split

__all__ = [
    "KINDS",
    "NORMALISER",
    "ColumnCount",
    "HandoverError",
    "KeyFacts",
    "Manifest",
    "Split",
    "disagreements",
    "fingerprint",
    "read_file",
    "require_agreement",
    "split",
    "write_file",
]
