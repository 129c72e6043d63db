"""What is true of the homes and health services of a population: UPRNs, practices, providers and their patient ids.

All of it is made up beside the population, from streams of its own: who people are does not depend on it. The codes
have the right form and are of no register; one may by chance be that of a real home, practice or trust.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from linkkit.errors import SpecError
from linkkit.synth._lists import Objects, places
from linkkit.synth._random import Integers, Stream

if TYPE_CHECKING:
    import pandas as pd

_PURPOSE = "identifiers"
_UPRNS, _FIRST_UPRN, _LOCAL = 10**9, 999 * 10**9, 10**8
_PRACTICE_LETTERS = np.array(list("ABCDEFGHJKLMNP"), dtype=object)
_PROVIDER_SIGNS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# A district has two to five practices, an area (such as LS) a provider for each 50 of the weight of its towns.
_MOST_PRACTICES, _WEIGHT_OF_A_PROVIDER = 5, 50
# Choices, not measured: parents with another practice than their family, and who stays with a practice after a move
# to another district of the same area, and to another area. Who changes does so within four months.
_OWN_PRACTICE, _STAY_IN_AREA, _STAY_AFAR, _MONTHS = 0.08, 0.4, 0.05, 4


def truth(people: pd.DataFrame, seed: int, as_of: datetime.date) -> pd.DataFrame:
    """See :meth:`linkkit.synth.Population.identifiers`."""
    import pandas as pd

    family, person = people["family_id"].to_numpy(), people["person_id"].to_numpy()
    moved = people["moved_on"].notna().to_numpy()
    district = _districts_of(people["postcode"])
    before = np.where(moved, _districts_of(people["previous_postcode"]), district)
    uprn, uprn_before = _uprns(people, seed)
    practice = _practices(people, seed, district, before, moved, as_of)
    now, old = _usual_providers(seed, family, district), _usual_providers(seed, family, before)
    other = now != old
    return pd.DataFrame({
        "person_id": person,
        "uprn": uprn, "previous_uprn": uprn_before,
        **practice,
        "provider": providers(seed)[now], "previous_provider": _where(other, providers(seed)[old]),
        "local_patient_id": local_patient_ids(seed, now, person),
        "previous_local_patient_id": _where(other, local_patient_ids(seed, old, person)),
    })  # fmt: skip


def neighbours(people: pd.DataFrame, seed: int) -> Objects:
    """Return the UPRNs of all homes, in the order of postcode and address: those beside each other are neighbours."""
    first = people.drop_duplicates("family_id")
    now = first[["postcode", "address"]].assign(uprn=_uprns(first, seed)[0])
    before = first[["previous_postcode", "previous_address"]].set_axis(["postcode", "address"], axis=1)
    before = before.assign(uprn=_uprns(first, seed)[1]).dropna()
    rows = sorted({*now.itertuples(index=False, name=None), *before.itertuples(index=False, name=None)})
    return np.array([uprn for _, _, uprn in rows], dtype=object)


def _uprns(people: pd.DataFrame, seed: int) -> tuple[Objects, Objects]:
    """Return the UPRN of each person's home, and of the home before the move.

    A home is an address at a postcode, and numbered by the first family that has lived there.
    """
    import pandas as pd

    families, row, where = np.unique(people["family_id"].to_numpy(), return_index=True, return_inverse=True)
    first = people.iloc[row]
    lines = [
        (first[f"{when}postcode"] + "\x1f" + first[f"{when}address"]).to_numpy(object) for when in ("", "previous_")
    ]
    codes, _ = pd.factorize(np.concatenate(lines), use_na_sentinel=True)
    place = np.concatenate([2 * families, 2 * families + 1])
    known = codes >= 0
    lowest = np.full(codes.max(initial=0) + 1, np.iinfo(np.int64).max)
    np.minimum.at(lowest, codes[known], place[known])
    stream = Stream(seed, _PURPOSE, "uprn")
    start, step = (int(number) for number in stream.below(_UPRNS, 2))
    number = _walk(start, step, lowest[codes], _UPRNS)
    text = _where(known, (_FIRST_UPRN + number).astype("U12").astype(object))
    return text[: len(families)][where], text[len(families) :][where]


def _practices(
    people: pd.DataFrame, seed: int, now: Integers, old: Integers, moved: npt.NDArray[np.bool_], as_of: datetime.date
) -> dict[str, Any]:
    """Draw practices: of the district, mostly one a family; after a move some stay, the others change a while later."""
    stream = Stream(seed, _PURPOSE, "practice")
    codes, starts = _practice_codes(seed)
    family, person = people["family_id"].to_numpy(), people["person_id"].to_numpy()
    adult = people["role"].to_numpy(dtype=object) != "child"
    alone = adult & (stream.child("alone").of(person) < _OWN_PRACTICE)
    own = stream.child("own").of(person)

    def chosen(district: Integers, purpose: str) -> Integers:
        share = np.where(alone, own, stream.child(purpose).of(family))
        return np.asarray(starts[district] + (share * (starts[district + 1] - starts[district])).astype(np.int64))

    first, second = chosen(old, "first"), chosen(now, "next")
    area = _geography()[1]
    stay = np.where(area[now] == area[old], _STAY_IN_AREA, _STAY_AFAR)
    days = people["moved_on"].to_numpy().astype("datetime64[D]").astype(np.int64)
    days = days + (stream.child("day").of(family) * _MONTHS * 30).astype(np.int64)
    goes = moved & (now != old) & (stream.child("stay").of(family) >= stay)
    goes &= days <= (as_of - datetime.date(1970, 1, 1)).days
    none = np.datetime64("NaT", "s")
    return {
        "gp_practice": codes[np.where(goes, second, first)],
        "gp_practice_changed_on": np.where(goes, days.astype("datetime64[D]").astype("datetime64[s]"), none),
        "previous_gp_practice": _where(goes, codes[first]),
    }


def _practice_codes(seed: int) -> tuple[Objects, Integers]:
    """Return the codes of all practices, and where those of each district begin."""
    districts, area = _geography()
    stream = Stream(seed, _PURPOSE, "practices")
    count = 2 + (stream.child("count").of(np.arange(len(districts))) * (_MOST_PRACTICES - 1)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    numbers = stream.child("codes").order(10**5)[: starts[-1]]
    letters = _PRACTICE_LETTERS[np.repeat(area, count) % len(_PRACTICE_LETTERS)]
    return np.array([f"{a}{n:05}" for a, n in zip(letters, numbers, strict=True)], dtype=object), starts


@lru_cache(maxsize=4)
def providers(seed: int) -> Objects:
    """Return the codes of all providers: an R and two letters or digits, as those of trusts."""
    signs = len(_PROVIDER_SIGNS)
    numbers = Stream(seed, _PURPOSE, "providers").order(signs**2)[: int(_area_providers()[-1])]
    return np.array([f"R{_PROVIDER_SIGNS[n // signs]}{_PROVIDER_SIGNS[n % signs]}" for n in numbers], dtype=object)


def _usual_providers(seed: int, family: Integers, district: Integers) -> Integers:
    """Return the provider that each family goes to, of the area where it lives."""
    starts, area = _area_providers(), _geography()[1][district]
    share = Stream(seed, _PURPOSE, "provider").of(family)
    return starts[area] + (share * (starts[area + 1] - starts[area])).astype(np.int64)


def local_patient_ids(seed: int, provider: Integers, person: Integers, second: bool = False) -> Objects:
    """Return the number that each provider gave each person, or the ``second`` one; unique within a provider alone."""
    if person.max(initial=0) >= _LOCAL // 2:
        raise SpecError(f"Local patient ids have eight digits, for {_LOCAL // 2:,} people at most.")
    stream = Stream(seed, _PURPOSE, "local")
    start = (stream.child("start").of(provider) * _LOCAL).astype(np.int64)
    step = (stream.child("step").of(provider) * _LOCAL).astype(np.int64)
    return _texts(_walk(start, step, 2 * person + second, _LOCAL), 8)


def _walk(start: Integers | int, step: Integers | int, position: Integers, space: int) -> Integers:
    """Return numbers below ``space``, a power of ten; other positions below it have other numbers."""
    # A step that ends in 1 or 3 shares no factor with a power of ten.
    steps = np.asarray(step).astype(np.uint64)
    steps = steps - steps % np.uint64(10) + np.uint64(1) + np.uint64(2) * (steps % np.uint64(2))
    place, first = position.astype(np.uint64), np.asarray(start).astype(np.uint64)
    return np.asarray((place * steps + first) % np.uint64(space)).astype(np.int64)


def _texts(numbers: Integers, width: int) -> Objects:
    """Return numbers with zeros in front."""
    return np.array([f"{number:0{width}}" for number in numbers], dtype=object)


@lru_cache(maxsize=1)
def _geography() -> tuple[dict[str, int], Integers]:
    """Return the number of each postcode district (``LS6``), and the number of the area of each."""
    area = {f"{p.area}{n}": p.area for p in places() for n in range(p.first_district, p.last_district + 1)}
    known = {name: number for number, name in enumerate(sorted(set(area.values())))}
    districts = sorted(area)
    return {name: n for n, name in enumerate(districts)}, np.array([known[area[name]] for name in districts])


@lru_cache(maxsize=1)
def _area_providers() -> Integers:
    """Return where the providers of each area begin."""
    weight: dict[str, int] = {}
    for place in places():
        weight[place.area] = weight.get(place.area, 0) + place.weight
    count = [1 + weight[area] // _WEIGHT_OF_A_PROVIDER for area in sorted(weight)]
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64)


def _districts_of(postcodes: pd.Series) -> Integers:
    """Return the district of each postcode by number; 0 where it is missing."""
    import pandas as pd

    codes, distinct = pd.factorize(postcodes.to_numpy(dtype=object), use_na_sentinel=True)
    known = _geography()[0]
    found = np.array([*(known.get(text.partition(" ")[0], -1) for text in distinct), 0], dtype=np.int64)[codes]
    if (found < 0).any():
        raise SpecError(
            "identifiers need the postcodes that people() gives; "
            f"{int((found < 0).sum()):,} people of this population have others."
        )
    return found


def _where(flag: npt.NDArray[np.bool_], values: Objects) -> Objects:
    """Return the values where the flag is set, missing elsewhere."""
    out = values.copy()
    out[~flag] = None
    return out
