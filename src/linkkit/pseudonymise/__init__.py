"""Pseudonymise: keys, tokens, Bloom filters and the files that hand them on, so that records link without a name."""

from . import attacks, bloom, clkhash, handover, openpseudonymiser, opentoken
from .encode import encode, read_encoded, write_encoded
from .encoding import Encoding
from .escrow import reveal
from .keys import Key, KeyProvider
from .lint import Lint, lint
from .lsh import LshPairs, LshPlan, lsh_pairs
from .present_fields import similar_by_present_fields
from .pseudonyms import Pseudonyms
from .similarity import SimilarPairs, Tversky, similar, similar_chunks
from .tokens import Token, tokens
from .transcoding import Rotation, rehash, transcode

__all__ = [
    "Encoding",
    "Key",
    "KeyProvider",
    "Lint",
    "LshPairs",
    "LshPlan",
    "Pseudonyms",
    "Rotation",
    "SimilarPairs",
    "Token",
    "Tversky",
    "attacks",
    "bloom",
    "clkhash",
    "encode",
    "handover",
    "lint",
    "lsh_pairs",
    "openpseudonymiser",
    "opentoken",
    "read_encoded",
    "rehash",
    "reveal",
    "similar",
    "similar_by_present_fields",
    "similar_chunks",
    "tokens",
    "transcode",
    "write_encoded",
]
