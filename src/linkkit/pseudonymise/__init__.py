"""Pseudonymise: keys, tokens, Bloom filters and the files that hand them on, so that records link without a name."""

from . import bloom, clkhash, handover, openpseudonymiser, opentoken
from .encode import encode, read_encoded, write_encoded
from .encoding import Encoding
from .keys import Key, KeyProvider
from .lsh import LshPairs, LshPlan, lsh_pairs
from .present_fields import similar_by_present_fields
from .pseudonyms import Pseudonyms
from .similarity import SimilarPairs, Tversky, similar, similar_chunks
from .tokens import Token, tokens

__all__ = [
    "Encoding",
    "Key",
    "KeyProvider",
    "LshPairs",
    "LshPlan",
    "Pseudonyms",
    "SimilarPairs",
    "Token",
    "Tversky",
    "bloom",
    "clkhash",
    "encode",
    "handover",
    "lsh_pairs",
    "openpseudonymiser",
    "opentoken",
    "read_encoded",
    "similar",
    "similar_by_present_fields",
    "similar_chunks",
    "tokens",
    "write_encoded",
]
