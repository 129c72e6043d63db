"""Charts as PNG pictures: drawn without a browser or network, packed small."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

__all__ = ["picture", "repacked"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_CONFIG: dict[str, Any] = {
    "background": "white",
    "font": _FONT,
    "padding": 6,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal", "titleColor": "#444",
        "labelColor": "#333", "gridColor": "#E6E8EB", "domainColor": "#9AA0A6", "tickColor": "#9AA0A6",
    },
    "legend": {"labelFontSize": 11, "titleFontSize": 11},
    "header": {"labelFontSize": 11.5, "labelColor": "#222"},
    "text": {"fontSize": 11},
}  # fmt: skip


def picture(chart: Any, *, scale: float = 2.0) -> str:
    """Return a chart as a PNG in base64, twice as sharp as it is shown."""
    import vl_convert

    spec = chart.to_dict(validate=False)
    spec["config"] = _CONFIG
    return base64.b64encode(repacked(vl_convert.vegalite_to_png(spec, scale=scale))).decode("ascii")


def repacked(png: bytes) -> bytes:
    """Return the same picture packed tightly by deflate: charts shrink to a fifth."""
    header, pixels = b"", []
    for kind, data in _chunks(png):
        if kind == b"IHDR":
            header = data
        elif kind == b"IDAT":
            pixels.append(data)
    packed = zlib.compress(zlib.decompress(b"".join(pixels)), 6)
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(png):
        size: int = struct.unpack(">I", png[place : place + 4])[0]
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12
