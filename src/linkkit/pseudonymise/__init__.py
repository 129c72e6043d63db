"""Pseudonymise: keys, tokens, Bloom filters and the files that hand them on, so that records link without a name."""

from . import handover, openpseudonymiser, opentoken
from .keys import Key, KeyProvider
from .pseudonyms import Pseudonyms
from .tokens import Token, tokens

__all__ = ["Key", "KeyProvider", "Pseudonyms", "Token", "handover", "openpseudonymiser", "opentoken", "tokens"]
