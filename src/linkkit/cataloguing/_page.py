"""A map as one self-contained HTML page, by the template beside this file; or its data as JSON."""

from __future__ import annotations

import base64
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkkit.errors import SpecError
from linkkit.files import atomic_write, json_text

from ._plain import PAIR_HEAD, field_cells, pair_cells, plain_map, remarks
from ._words import outlook_rows

if TYPE_CHECKING:
    from ._map import DataMap

__all__ = ["render_map", "save_map"]


def save_map(found: DataMap, path: str | os.PathLike[str]) -> Path:
    """See :meth:`linkkit.cataloguing.DataMap.save`."""
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in (".html", ".json"):
        raise SpecError(f"A map is written as .html or .json; got {target.name!r}.")
    text = render_map(found) if ending == ".html" else json_text(plain_map(found))
    with atomic_write(target) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    return target


def render_map(found: DataMap) -> str:
    """Return a map as one HTML page that needs no network."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader("linkkit.cataloguing"), PackageLoader("linkkit.report")]),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["shown"] = lambda value, written="": value
    return environment.get_template("map.html").render(**_content(found))


def _content(found: DataMap) -> dict[str, Any]:
    from linkkit import __version__

    head, fields = field_cells(found)
    pairs = [
        {
            "name": f"{pair.left} and {pair.right}",
            "id": f"pair-{number}",
            "rows": outlook_rows(pair),
            "items": found.checklist(pair.left, pair.right).items,
        }
        for number, pair in enumerate(found.outlooks, 1)
    ]
    return {
        "title": f"A map of {len(found.cards)} dataset{'s' if len(found.cards) != 1 else ''}",
        "version": __version__,
        "on": found.on.isoformat(),
        "fields": _table(head, fields, numbers=range(1, len(head))),
        "pairs": _table(PAIR_HEAD, pair_cells(found.outlooks), numbers=(2, 3, 5, 6)),
        "remarks": [(f"{one.left} and {one.right}", text) for one in found.outlooks for text in remarks(one)],
        "outlooks": pairs,
        "cards": [(card.name, str(card), found.findings[card.name]) for card in found.cards],
        "field_chart": _figure(found.chart(), "Which dataset holds which field, and how complete it is."),
        "pair_chart": _figure(found.pair_chart(), "How well each pair is likely to link.") if pairs else None,
    }


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]], numbers: Any) -> dict[str, Any]:
    """A table as the macro of the report takes it."""
    columns = [(str(place), title, "count" if place in numbers else "") for place, title in enumerate(head)]
    return {"columns": columns, "rows": [{str(place): cell for place, cell in enumerate(row)} for row in rows]}


def _figure(chart: Any, alt: str) -> dict[str, Any]:
    from linkkit.report._picture import picture

    png = picture(chart)
    width, height = struct.unpack(">II", base64.b64decode(png[:64])[16:24])
    return {"png": png, "width": width // 2, "height": height // 2, "alt": alt}
