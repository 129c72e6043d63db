"""Which grader takes which measure."""

from __future__ import annotations

import functools
from typing import Any

from linkkit.encoded import Encoded
from linkkit.records import Records
from linkkit.specs import (
    DatedVersions,
    DateGap,
    DistanceKm,
    Equal,
    Function,
    Gauge,
    Initial,
    Measure,
    NumberGap,
    SeriesFunction,
    SetOverlap,
    Swapped,
    TextSimilarity,
)

from ._bits import BIT_METRICS, BitsGrader
from ._contract import Grader
from ._equal import EqualGrader
from ._numbers import DistanceGrader, GapGrader, days, numbers
from ._pairwise import PAIRWISE, TextPairGrader, user_function
from ._series import SeriesGrader
from ._sets import SET_METRICS, SetGrader, text_sets
from ._text import KERNEL_METRICS, InitialGrader, SwappedGrader, TextGrader
from ._versions import VersionsGrader

__all__ = ["build_grader"]


def build_grader(records: Records, gauge: Gauge) -> Grader:
    """Bind a gauge's measure to records."""
    grader: Grader = _build(gauge.measure, records, gauge.bounds)
    return grader


@functools.singledispatch
def _build(measure: Measure, records: Records, bounds: tuple[float, ...]) -> Any:
    raise TypeError(f"The local engine has no grader for {type(measure).__name__}.")


@_build.register
def _(measure: Equal, records: Records, bounds: tuple[float, ...]) -> Any:
    return EqualGrader(records.column(measure.column).codes)


@_build.register
def _(measure: TextSimilarity, records: Records, bounds: tuple[float, ...]) -> Any:
    column = records.encoded(measure.column)
    if measure.metric in KERNEL_METRICS:
        return TextGrader(column, measure.metric, bounds)
    if measure.metric in BIT_METRICS:
        return BitsGrader(column, measure.metric, bounds, measure.column)
    if measure.metric in SET_METRICS:
        return SetGrader(text_sets(column, measure.metric), SET_METRICS[measure.metric], bounds)
    return TextPairGrader(column, PAIRWISE[measure.metric], bounds, measure.is_distance)


@_build.register
def _(measure: Initial, records: Records, bounds: tuple[float, ...]) -> Any:
    return InitialGrader(records.encoded(measure.column))


@_build.register
def _(measure: DateGap, records: Records, bounds: tuple[float, ...]) -> Any:
    column = records.encoded(measure.column)
    return GapGrader(column.codes, days(column), bounds, is_relative=False)


@_build.register
def _(measure: NumberGap, records: Records, bounds: tuple[float, ...]) -> Any:
    column = records.encoded(measure.column)
    return GapGrader(column.codes, numbers(column), bounds, is_relative=measure.relative)


@_build.register
def _(measure: DistanceKm, records: Records, bounds: tuple[float, ...]) -> Any:
    latitude, longitude = records.encoded(measure.latitude), records.encoded(measure.longitude)
    return DistanceGrader((latitude.codes, longitude.codes), numbers(latitude), numbers(longitude), bounds)


@_build.register
def _(measure: SetOverlap, records: Records, bounds: tuple[float, ...]) -> Any:
    return SetGrader(records.encoded_sets(measure.column), measure.metric, bounds)


@_build.register
def _(measure: DatedVersions, records: Records, bounds: tuple[float, ...]) -> Any:
    column = records.encoded_sets(measure.column)
    alike = None if measure.metric == "equal" else functools.partial(_alike, measure.metric)
    return VersionsGrader(column, measure, bounds, alike)


def _alike(metric: str, column: Encoded) -> Any:
    """Return what grades texts by a similarity."""
    if metric in KERNEL_METRICS:
        return TextGrader(column, metric, (1.0,))
    if metric in SET_METRICS:
        return SetGrader(text_sets(column, metric), SET_METRICS[metric], (1.0,))
    return TextPairGrader(column, PAIRWISE[metric], (1.0,), is_distance=False)


@_build.register
def _(measure: Swapped, records: Records, bounds: tuple[float, ...]) -> Any:
    first, second, values = records.shared(measure.first, measure.second)
    return SwappedGrader(first, second, values, measure.metric, bounds)


@_build.register
def _(measure: Function, records: Records, bounds: tuple[float, ...]) -> Any:
    column = records.encoded(measure.column)
    return TextPairGrader(column, user_function(measure), bounds, measure.is_distance)


@_build.register
def _(measure: SeriesFunction, records: Records, bounds: tuple[float, ...]) -> Any:
    return SeriesGrader(records, measure, bounds)
