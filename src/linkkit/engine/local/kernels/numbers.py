"""Differences of numbers, and distances of places, looked up by code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .jit import compiled

__all__ = ["measure_distances", "measure_gaps"]

EARTH_RADIUS_KM = 6371.0088


@compiled("void(float64[::1], uint32[::1], uint32[::1], boolean, float64[::1])")
def measure_gaps(values: Any, left: Any, right: Any, is_relative: bool, out: Any) -> None:
    """Write the absolute difference of two values, or that over the larger of their sizes; NaN for a missing one."""
    for pair in range(len(out)):
        one, other = values[left[pair]], values[right[pair]]
        gap = abs(one - other)
        if is_relative and gap > 0:
            gap /= max(abs(one), abs(other))
        out[pair] = gap


@compiled("void(float64[::1], float64[::1], uint32[::1], uint32[::1], uint32[::1], uint32[::1], float64[::1])")
def measure_distances(
    latitude: Any,
    longitude: Any,
    left_latitude: Any,
    left_longitude: Any,
    right_latitude: Any,
    right_longitude: Any,
    out: Any,
) -> None:
    """Write the haversine distance in km of places given in radians; NaN where a coordinate is missing."""
    for pair in range(len(out)):
        lat_one, lat_other = latitude[left_latitude[pair]], latitude[right_latitude[pair]]
        half_lat = math.sin((lat_other - lat_one) / 2.0)
        half_lon = math.sin((longitude[right_longitude[pair]] - longitude[left_longitude[pair]]) / 2.0)
        chord = half_lat * half_lat + math.cos(lat_one) * math.cos(lat_other) * half_lon * half_lon
        out[pair] = 2.0 * EARTH_RADIUS_KM * math.asin(np.sqrt(min(chord, 1.0))) if chord == chord else np.nan
