"""Names of people: titles, suffixes, particles, double-barrelled parts, and names that are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from linkkit.errors import SpecError

from ._column import Cleaned, Column, Mask, blanked, matches, step_fields
from ._placeholders import is_placeholder
from ._unicode import APOSTROPHES, plain, replaced, squeezed, without_punctuation

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Name"]

_PARTICLES = ("keep", "join", "drop")
_TITLES = "mr|mrs|ms|miss|mx|dr|prof|professor|rev|revd|reverend|sir|dame|lady|lord|master|mister"
_SUFFIXES = "jr|jnr|junior|sr|snr|senior|ii|iii|iv|2nd|3rd|esq|phd|mbe|obe|cbe"
_PARTICLE_WORDS = "van|von|vander|der|den|de|del|della|di|da|das|dos|du|la|le|las|los|ter|ten|zu|zum|bin|ibn|bint|y|e"
_ORDINAL = "i{1,3}|iv|[1-9]|[a-d]|one|two|three|first|second|third"
_INFANT = (
    "baby|babyboy|babygirl|babe|infant|newborn|new born|bb|bby|unnamed|un named|unborn|foetus|fetus|stillborn|"
    "stillbirth|triplet|twin|quad"
)
_SEX = "boy|girl|male|female"
# Only a given name can be one of these; a surname can be Child, Boy or Male.
_GIVEN_PLACEHOLDERS = (
    "mother", "father", "mum", "mom", "mummy", "mommy", "dad", "daddy", "daughter", "child", "parent", "guardian",
    "carer", "wife", "husband", "person", "patient", "pupil", "no first name", "no forename", "no given name", "fnu",
    "nfn", "first name unknown", "forename", "first name", "given name", "mr", "mrs", "ms", "miss", "mx", "dr", "rev",
    "male", "female", "boy", "girl",
)  # fmt: skip
_NAME_PLACEHOLDERS = (
    "no name", "no name given", "name unknown", "unknown name", "not named", "unnamed", "un named", "nameless",
    "noname", "no surname", "no last name", "lnu", "nln", "last name unknown", "surname unknown", "surname",
    "last name", "family name", "name", "not yet named", "awaiting name", "name not given", "name not known",
    "to be named", "john doe", "jane doe", "lady of the house", "man of the house", "head of household",
    "the occupier", "mickey mouse", "donald duck", "unknown unknown", "unknown male", "unknown female",
    "male unknown", "female unknown", "deceased",
)  # fmt: skip


@dataclass(frozen=True)
class Name:
    """Write names alike, and take names that are none ("baby of", "twin 1", "not known") as missing.

    - lower case, accents folded, apostrophes gone: ``O'Brien``, ``O Brien`` and ``OBRIEN`` are ``obrien``;
    - hyphens become blanks, so that the parts of a double-barrelled name are words: ``Smith-Jones`` is ``smith jones``;
    - prefixes join what they belong to: ``Mc Donald`` is ``mcdonald``, ``al-Hassan`` is ``alhassan``;
    - titles before and suffixes behind a name go (``Dr``, ``Mrs``, ``Jr``, ``III``), never the whole name;
    - ``Smith, John`` in a column of full names is ``john smith``, where most of the column is written so.

    Parameters
    ----------
    fields
        Fields of given names, surnames or full names; the kind of the field decides which.
    accents
        Whether accents on Latin and Greek letters are folded.
    titles
        Whether titles and suffixes are removed.
    particles
        What happens to words such as ``van der`` and ``de la`` in surnames: ``"keep"`` them as words, ``"join"`` them
        to the name (``vanderberg``) or ``"drop"`` them.
    placeholders
        Whether names that are none become missing.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> from linkkit.prepare import prepare
    >>> names = {"id": [1, 2], "forename": ["Mrs. Zoë", "Baby of Ann"], "surname": ["O'Neil", "Mc Fee"]}
    >>> people = Dataset(pd.DataFrame(names))
    >>> prepare(people, [Name(["given_name", "surname"])]).to_pandas().fillna("").values.tolist()
    [[1, 'zoe', 'oneil'], [2, '', 'mcfee']]
    """

    fields: Sequence[str]
    accents: bool = True
    titles: bool = True
    particles: Literal["keep", "join", "drop"] = "keep"
    placeholders: bool = True
    kind: Literal["name"] = field(default="name", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", step_fields("name", self.fields))
        if self.particles not in _PARTICLES:
            raise SpecError(f"name(particles=) must be one of {', '.join(_PARTICLES)}; got {self.particles!r}.")

    def clean(self, column: Column) -> Cleaned:
        """Return the names written alike."""
        lower = plain(column.values, accents=self.accents)
        missing = is_placeholder(lower, na=False) | _is_na(column)
        values = _surname_last(lower, column) if column.kind == "full_name" else lower
        values = without_punctuation(replaced(_joined_by_sign(values), f"[{APOSTROPHES}]+", ""))
        values = _joined_prefixes(values, column.kind)
        infant = _is_infant(values, lower, column.kind)
        missing |= _is_no_name(values, column.kind)
        if column.kind == "full_name":
            values = replaced(
                values, rf"^(?:(?:{_INFANT})(?: (?:{_SEX}))?|{_SEX})(?: (?:{_ORDINAL}))? (\pL{{2,}})", r"\1"
            )
        if self.titles:
            values = _without_titles(values)
        if self.particles != "keep" and column.kind != "given_name":
            values = _particles(values, self.particles)
        if not self.placeholders:
            infant, missing = np.zeros_like(infant), ~matches(values, r"[\pL\pN]")
        reasons = {"unnamed baby": infant, "placeholder": missing & ~infant}
        return Cleaned(blanked(values, infant | missing), reasons)


def _joined_by_sign(values: pa.StringArray) -> pa.StringArray:
    """``o' brien`` and ``al-hassan`` are one word, whatever the kind of name; other hyphens part words."""
    values = replaced(values, rf"\b(o|d)[{APOSTROPHES}]+ +(\pL)", r"\1\2")
    return replaced(values, r"\b(al|el|ul|ad|as|ar|an|ash|at|az)[-‐‑–](\pL{2,})", r"\1\2", only=r"[-‐‑–]")


def _joined_prefixes(values: pa.StringArray, kind: str) -> pa.StringArray:
    """O', Mc, Mac, al- and el- belong to the word behind them; a given name may also be an initial, or Mac or Al."""
    if kind == "surname":
        return replaced(values, r"^(o|mc|mac|al|el|d) (\pL{3,})", r"\1\2")
    return replaced(values, r" (mc|mac|al|el) (\pL{3,})", r" \1\2") if kind == "full_name" else values


def _without_titles(values: pa.StringArray) -> pa.StringArray:
    values = replaced(values, rf"^(?:(?:{_TITLES}) )+(\S)", r"\1")
    return replaced(values, rf"(\S)(?: (?:{_SUFFIXES}))+$", r"\1")


def _particles(values: pa.StringArray, how: str) -> pa.StringArray:
    if how == "drop":
        return replaced(values, rf"(^|.* )(?:(?:{_PARTICLE_WORDS}) )+(\S)", r"\1\2")
    for _ in range(3):
        values = replaced(values, rf"(^| )((?:{_PARTICLE_WORDS})(?:{_PARTICLE_WORDS})*) (\S)", r"\1\2\3")
    return values


def _surname_last(values: pa.StringArray, column: Column) -> pa.StringArray:
    """``smith, john`` as ``john smith``, where at least half of the column has one comma."""
    one_comma = matches(values, r"^[^,]+,[^,]+$")
    if column.records(one_comma) * 2 < column.counts.sum():
        return values
    return squeezed(replaced(values, r"^([^,]+),\s*([^,]+)$", r"\2 \1"))


def _is_infant(values: pa.StringArray, lower: pa.StringArray, kind: str) -> Mask:
    """Which names are those of babies not named yet."""
    dressing = rf"(?: (?:{_SEX}|{_INFANT}|{_ORDINAL}))*"
    found = matches(values, rf"^(?:{_INFANT})[1-9]?{dressing}(?: of\b.*)?$") | matches(lower, r"^b/o\b|^b\.o\.? ")
    found |= matches(
        values, rf"^(?:{_SEX}) (?:{_INFANT}|child){dressing}(?: of\b.*)?$|^(?:{_INFANT}|{_SEX})(?: \pL+)* of "
    )
    if kind == "given_name":
        found |= matches(values, rf"^(?:baby|infant|newborn|twin|triplet)\b|^(?:{_SEX}) (?:{_ORDINAL})$")
    return found


def _is_no_name(values: pa.StringArray, kind: str) -> Mask:
    import pyarrow as pa
    import pyarrow.compute as pc

    words = [*_NAME_PLACEHOLDERS, *(_GIVEN_PLACEHOLDERS if kind == "given_name" else ())]
    listed: Mask = pc.is_in(values, pa.array(words, pa.string())).to_numpy(zero_copy_only=False)
    return listed | is_placeholder(values, na=False) | (~matches(values, r"\pL"))


def _is_na(column: Column) -> Mask:
    """``NA`` is how R writes missing, unless the whole column is in capitals and has few of it: Na is a name."""
    na = matches(column.values, r"^\s*NA\s*$")
    if not na.any():
        return na
    capitals = ~matches(column.values, r"\p{Ll}")
    is_common = column.records(na) * 100 >= column.counts.sum()
    return na if is_common or not capitals.all() else np.zeros_like(na)
