"""How the data-heavy steps run: the contract is here; each engine has a folder, and loads by name when asked for."""

from ._contract import Engine, GradedPairs, PairChunk, PairSource, Rarity, RuleCount, SampledBlocks, Sieve
from ._registry import ENGINES, load_engine

__all__ = [
    "ENGINES",
    "Engine",
    "GradedPairs",
    "PairChunk",
    "PairSource",
    "Rarity",
    "RuleCount",
    "SampledBlocks",
    "Sieve",
    "load_engine",
]
