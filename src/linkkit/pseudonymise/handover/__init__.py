"""Files that one party hands to another: split by what each may see, and told apart by a manifest beside each."""

from linkkit.pseudonymise._terms import Terms

from ._agreement import disagreements, require_agreement
from ._attach import Attached, attach
from ._files import HandoverError, read_file, write_file
from ._linked import Linked
from ._manifest import KINDS, NORMALISER, ColumnCount, KeyFacts, Manifest, fingerprint
from ._release import Released, release_linked
from ._split import Split, split
from ._tiers import TIERS

__all__ = [
    "KINDS",
    "NORMALISER",
    "TIERS",
    "Attached",
    "ColumnCount",
    "HandoverError",
    "KeyFacts",
    "Linked",
    "Manifest",
    "Released",
    "Split",
    "Terms",
    "attach",
    "disagreements",
    "fingerprint",
    "read_file",
    "release_linked",
    "require_agreement",
    "split",
    "write_file",
]
