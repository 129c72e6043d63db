"""What is done to filters so that their bits say less: specs that compose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from linkkit.errors import SpecError

__all__ = ["Balance", "Blip", "Diffuse", "Hardening", "Rule90", "XorFold", "length_after"]

_LEAST_INPUTS = 5  # with fewer, graph matching finds people again
_FLIP_STEPS = 1 << 16  # a bit is flipped by comparing 16 random bits


@dataclass(frozen=True)
class Balance:
    """Append the complement of the filter, and permute the bits by key (Schnell and Borgs 2016, *Randomized response
    and balanced Bloom filters*).

    Every filter has as many ones as zeros, so that the number of ones no longer tells the length of the value or
    how many fields are present. It protects from nothing else: which bits are often set, and which filters are alike,
    stay as they were. Doubles the length.

    Examples
    --------
    >>> Balance().length_after(512)
    1024
    """

    kind: Literal["balance"] = field(default="balance", repr=False, kw_only=True)

    def length_after(self, length: int) -> int:
        """Bits of a filter afterwards."""
        return 2 * length


@dataclass(frozen=True)
class XorFold:
    """XOR the two halves of the filter (Schnell and Borgs 2016, *XOR-folding for hardening Bloom filter-based
    encryptions*).

    A bit that is set may come from either half, and two ones cancel, which blurs the patterns that frequency attacks
    and pattern mining look for. It does not protect from graph matching, which needs only similarities. Halves the
    length.

    Parameters
    ----------
    times
        How often it is folded.

    Examples
    --------
    >>> XorFold(2).length_after(1024)
    256
    """

    times: int = 1
    kind: Literal["xor_fold"] = field(default="xor_fold", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.times, int) or isinstance(self.times, bool) or not 1 <= self.times <= 8:
            raise SpecError(f"XorFold.times must be a whole number from 1 to 8; got {self.times!r}.")

    def length_after(self, length: int) -> int:
        """Bits of a filter afterwards."""
        if length % (8 << self.times):
            raise SpecError(
                f"XorFold({self.times}) needs a length that is a multiple of {8 << self.times}; got {length}."
            )
        return length >> self.times


@dataclass(frozen=True)
class Rule90:
    """Replace each bit by the XOR of its two neighbours, the ends being neighbours (Wolfram's rule 90; Schnell and
    Borgs 2018, *Hardening encrypted patient names against cryptographic attacks using cellular automata*).

    Evens out how often bits are set, against frequency attacks and pattern mining. It has no key: who knows that it
    was done can set up equations for the bits before. It does not protect from graph matching.

    Examples
    --------
    >>> Rule90().length_after(1024)
    1024
    """

    kind: Literal["rule_90"] = field(default="rule_90", repr=False, kw_only=True)

    def length_after(self, length: int) -> int:
        """Bits of a filter afterwards."""
        return length


@dataclass(frozen=True)
class Blip:
    """Flip each bit of each record with some probability, independently (Alaggan, Gambs and Kermarrec 2012, *BLIP:
    non-interactive differentially-private similarity computation on Bloom filters*).

    What a filter says of any one token becomes deniable, by :meth:`epsilon`. Records with the same values get
    different filters, which stops counting them. It gives little against graph matching at rates that still link,
    and every further release of the same record adds its epsilon: noise of several releases averages out.

    Noise comes from the generator of the operating system, so that nobody, the key's owner included, can take it off
    again.

    Parameters
    ----------
    flip
        The probability that a bit is inverted, above 0 and below 0.5; held in steps of 1/65,536. (Papers that speak of
        a randomised response with ``f`` mean ``flip = f / 2``.)
    seed
        Makes the noise repeatable, and so no protection at all: for tests and teaching on made-up data.

    Examples
    --------
    >>> round(Blip(0.05).epsilon(1), 3)
    2.944
    """

    flip: float
    seed: int | None = None
    kind: Literal["blip"] = field(default="blip", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if not (isinstance(self.flip, float) and 1 / _FLIP_STEPS <= self.flip < 0.5):
            raise SpecError(f"Blip.flip must be a probability above 0 and below 0.5; got {self.flip!r}.")

    @property
    def flip_steps(self) -> int:
        """The probability in steps of 1/65,536, as it is carried out."""
        return min(round(self.flip * _FLIP_STEPS), _FLIP_STEPS // 2 - 1)

    def length_after(self, length: int) -> int:
        """Bits of a filter afterwards."""
        return length

    def epsilon(self, bits: int) -> float:
        """Return the epsilon of local differential privacy for inputs whose filters differ in at most so many bits.

        One bit: ``ln((1 - flip) / flip)``, Warner's randomised response; independent bits add up. A token of k hashes
        changes at most k bits; a whole value of B bits replaced by another changes at most 2 B. This holds where
        noise is the last step or is followed only by steps without data (Balance, XorFold, Rule90, Diffuse). Where
        such a step comes *before*, count the bits that differ after it: a bit reaches two by Balance or Rule90, t by
        Diffuse.
        """
        rate = self.flip_steps / _FLIP_STEPS
        return bits * math.log((1 - rate) / rate)

    @classmethod
    def for_epsilon(cls, epsilon: float, bits: int, seed: int | None = None) -> Blip:
        """Return the least noise that reaches an epsilon for inputs whose filters differ in at most so many bits.

        Examples
        --------
        >>> Blip.for_epsilon(20.0, bits=10).epsilon(10) <= 20
        True
        """
        if not epsilon > 0 or bits < 1:
            raise SpecError(f"Blip.for_epsilon needs an epsilon above 0 and at least 1 bit; got {epsilon!r}, {bits!r}.")
        # One step more is always enough for the rounding; below 1/65,536 there is no smaller noise.
        steps = math.ceil(_FLIP_STEPS / (1 + math.exp(min(epsilon / bits, 700.0))))
        return cls(max(steps, 1) / _FLIP_STEPS, seed)


@dataclass(frozen=True)
class Diffuse:
    """Make each bit the XOR of several bits, chosen by key (Armknecht, Heng and Schnell 2023, *Strengthening
    privacy-preserving record linkage using diffusion*).

    Bits of one token are spread over the whole filter and mixed with those of others, and only near-identical filters
    stay alike. With five inputs or more it is the only published hardening that stopped graph matching in the
    experiments of Schäfer, Armknecht and Heng (2024). It needs *sparse* filters: XOR of five bits of a filter of fill
    0.4 is nearly a coin, so take half or a third of the usual bits, and no fewer: below a fill of about 0.15 the XOR
    is mostly one bit, and graph matching finds people again. Who holds the key undoes it.

    Parameters
    ----------
    inputs
        How many bits make one; at least 5.

    Examples
    --------
    >>> Diffuse().length_after(1024)
    1024
    """

    inputs: int = _LEAST_INPUTS
    kind: Literal["diffuse"] = field(default="diffuse", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        is_whole = isinstance(self.inputs, int) and not isinstance(self.inputs, bool)
        if not is_whole or not _LEAST_INPUTS <= self.inputs <= 64:
            raise SpecError(
                f"Diffuse.inputs must be a whole number from {_LEAST_INPUTS} to 64; got {self.inputs!r}. With fewer, "
                "graph matching finds most records again."
            )

    def length_after(self, length: int) -> int:
        """Bits of a filter afterwards."""
        if length < 4 * self.inputs:
            raise SpecError(f"Diffuse({self.inputs}) needs filters of at least {4 * self.inputs} bits; got {length}.")
        return length


Hardening = Balance | XorFold | Rule90 | Blip | Diffuse


def length_after(length: int, steps: Sequence[Hardening]) -> int:
    """Return the bits of a filter after some steps.

    Raises
    ------
    SpecError
        Where a step is none of the five, or cannot be done with filters of that length.

    Examples
    --------
    >>> length_after(1024, [Balance(), XorFold(2)])
    512
    """
    for place, step in enumerate(steps):
        if not isinstance(step, Hardening):
            raise SpecError(
                f"hardening[{place}] must be Balance, XorFold, Rule90, Blip or Diffuse; got {type(step).__name__}."
            )
        length = step.length_after(length)
    return length
