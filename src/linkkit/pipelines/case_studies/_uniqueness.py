"""k: how many people share the shown values of a case; what to band or withhold where they are few. Arrays only.

A combination of values that k people share does not tell which of them is meant (Samarati and Sweeney, 1998,
"Protecting privacy when disclosing information: k-anonymity and its enforcement through generalization and
suppression"). Values are given as codes, one column an attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Banding", "Codes", "band_further", "combination_counts", "shared_by", "withhold"]

Codes = NDArray[np.int64]


def combination_counts(codes: Codes, people: NDArray[np.float64]) -> tuple[Codes, NDArray[np.float64], Codes]:
    """Return the distinct combinations, the people of each, and where each row's combination stands among them.

    Parameters
    ----------
    codes
        Shape (rows, attributes): the values of each person, household, school or area.
    people
        Shape (rows,): how many people stand behind each row.

    Examples
    --------
    >>> combination_counts(np.array([[1, 0], [1, 0], [2, 0]]), np.ones(3))[1].tolist()
    [2.0, 1.0]
    """
    if not len(codes) or not codes.shape[1]:
        place = np.zeros(len(codes), np.int64)
        return codes[:1], np.array([people.sum()])[: len(codes[:1])], place
    distinct, place = np.unique(codes, axis=0, return_inverse=True)
    place = place.reshape(-1)
    return distinct, np.bincount(place, weights=people, minlength=len(distinct)).astype(float), place


def shared_by(codes: Codes, people: NDArray[np.float64], asked: Codes) -> NDArray[np.float64]:
    """Return for each asked combination how many people share it; 0 where nobody does.

    Parameters
    ----------
    codes, people
        The population, as in :func:`combination_counts`.
    asked
        Shape (cases, attributes): the values of the cases; -1 is withheld, and agrees with every value.

    Examples
    --------
    >>> population = np.array([[1, 0], [1, 1], [2, 1]])
    >>> shared_by(population, np.ones(3), np.array([[1, 1], [1, -1]])).tolist()
    [1.0, 2.0]
    """
    found = np.empty(len(asked))
    for row, values in enumerate(asked):  # a few cases, each against the distinct combinations
        held = values >= 0
        found[row] = people[(codes[:, held] == values[held]).all(axis=1)].sum()
    return found


@dataclass(frozen=True)
class Banding:
    """A step by which an attribute is banded further.

    Parameters
    ----------
    attribute, rung
        The attribute by its place, and how far it is banded after the step: 0 is as it came.
    below
        How many cases fewer than k people resemble after it.
    least_k
        The fewest people who resemble a case after it.
    """

    attribute: int
    rung: int
    below: int
    least_k: float


def band_further(
    codes: Codes, people: NDArray[np.float64], asked: Codes, ladders: Sequence[Sequence[Codes]], k: int
) -> tuple[tuple[int, ...], tuple[Banding, ...]]:
    """Propose which attributes to band further, one step at a time, until at least k people resemble each case.

    Each step takes the attribute that leaves the fewest cases below k; of several, the one that leaves the most people
    alike with the rarest case, then the one that keeps the most bands, then the first. It is a greedy proposal: the
    best of all bandings is hard to find.

    Parameters
    ----------
    codes, people, asked
        As in :func:`shared_by`, all at rung 0.
    ladders
        For each attribute its rungs above 0: an array from the code at rung 0 to the code there.
    k
        How many people are asked for.

    Returns
    -------
    tuple
        The rung of each attribute, and the steps. Where no rung is left, cases may still be below k.

    Examples
    --------
    >>> population = np.array([[0], [1], [2], [2]])
    >>> halves = np.array([0, 0, 1])
    >>> band_further(population, np.ones(4), np.array([[0]]), [[halves]], 2)[0]
    (1,)
    """
    distinct, counts, _ = combination_counts(codes, people)
    rungs, steps = [0] * len(ladders), []

    def judged(tried: Sequence[int]) -> tuple[int, float]:
        found = shared_by(banded(distinct, ladders, tried), counts, banded(asked, ladders, tried))
        return int((found < k).sum()), float(found.min(initial=np.inf))

    below, _ = judged(rungs)
    while below:
        options = []
        for place, ladder in enumerate(ladders):
            if rungs[place] < len(ladder):
                tried = [rung + (place == number) for number, rung in enumerate(rungs)]
                left, fewest = judged(tried)
                options.append((left, -fewest, -int(ladder[rungs[place]].max(initial=0)), place))
        if not options:
            break
        below, fewest, _, place = min(options)
        rungs[place] += 1
        steps.append(Banding(place, rungs[place], below, -fewest))
    return tuple(rungs), tuple(steps)


def banded(codes: Codes, ladders: Sequence[Sequence[Codes]], rungs: Sequence[int]) -> Codes:
    """Return codes with each attribute at a rung; -1 stays withheld."""
    found = codes.copy()
    for place, (ladder, rung) in enumerate(zip(ladders, rungs, strict=True)):
        if rung:
            held = codes[:, place] >= 0
            found[held, place] = ladder[rung - 1][codes[held, place]]
    return found


def withhold(codes: Codes, people: NDArray[np.float64], asked: Codes, k: int) -> Codes:
    """Withhold values of the cases that fewer than k people resemble, one at a time: the one that helps most.

    Returns
    -------
    Array
        As ``asked``, -1 where a value is withheld. At least k people resemble each case then, or all is withheld.

    Examples
    --------
    >>> population = np.array([[1, 0], [1, 1], [2, 1]])
    >>> withhold(population, np.ones(3), np.array([[1, 1]]), 2).tolist()
    [[-1, 1]]
    """
    distinct, counts, _ = combination_counts(codes, people)
    left = asked.copy()
    for row in range(len(left)):
        while (left[row] >= 0).any() and shared_by(distinct, counts, left[row : row + 1])[0] < k:
            held = np.flatnonzero(left[row] >= 0)
            tried = np.repeat(left[row : row + 1], len(held), axis=0)
            tried[np.arange(len(held)), held] = -1
            left[row] = tried[int(np.argmax(shared_by(distinct, counts, tried)))]
    return left
