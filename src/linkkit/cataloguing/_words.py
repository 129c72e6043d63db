"""The outlook of a pair in words, and numbers as a map writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._overlap import Overlap

if TYPE_CHECKING:
    from ._pair import PairOutlook

__all__ = ["bits_text", "outlook_rows", "outlook_text", "people_text", "permission_text", "share_text"]


def share_text(share: float | None) -> str:
    """Return a share; a share that is not 1 is not shown as 1, and one that is not 0 not as 0.

    Examples
    --------
    >>> share_text(0.9999), share_text(1.0), share_text(0.00001), share_text(None)
    ('>99.9%', '100.0%', '<0.1%', '-')
    """
    if share is None or share != share:
        return "-"
    if 0.9995 <= share < 1:
        return ">99.9%"
    return "<0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def bits_text(bits: float | None) -> str:
    """Return a number of bits."""
    return "-" if bits is None or bits != bits else f"{bits:.1f}"


def people_text(found: Overlap) -> str:
    """Return how many people should be in both."""
    if found.people is None:
        return "-"
    least, most = found.people
    words = f"{least:,.0f}" if least == most else f"{least:,.0f} to {most:,.0f}"
    return words if found.is_said else f"{words}; no card says how many"


def permission_text(pair: PairOutlook) -> str:
    """Return whether a pair may be linked, and until when."""
    return pair.permission + (f" until {pair.until}" if pair.until and pair.is_permitted else "")


def outlook_text(pair: PairOutlook) -> str:
    """Return the outlook of a pair as lines."""
    rows = outlook_rows(pair)
    width = max(len(name) for name, _ in rows)
    return "\n".join([f"{pair.left} and {pair.right}", *(f"  {name:<{width}}  {text}" for name, text in rows)])


def outlook_rows(pair: PairOutlook) -> list[tuple[str, str]]:
    """Return the outlook of a pair as rows of a name and a text; several of one name where there are several points."""
    found, seen = pair.overlap, pair.forecast
    rows = [
        ("kinds", " and ".join(pair.kinds)),
        ("level", pair.level + _units_text(pair)),
        ("shared fields", ", ".join(pair.fields) or "none"),
        ("days in both", "-" if found.days is None else f"{found.days:,}"),
        ("places in both", ", ".join(found.places) or "-"),
        ("ages in both", _span(found.ages)),
        ("born in both", _span(found.births)),
        ("people in both", people_text(found)),
    ]
    if seen is not None:
        rows.append(("power", f"{seen.power_bits:.1f} bits; {seen.needed_bits:.1f} outweigh strangers"))
    rows.append(("outlook", f"{pair.grade}. {pair.reason}"))
    rows += [("what helps", text) for text in pair.helps]
    rows.append(("permission", permission_text(pair)))
    rows += [("", text) for text in pair.reasons]
    rows += [("contradiction", text) for text in found.contradictions]
    rows += [("apart", text) for text in found.apart if text not in pair.reason and not found.contradictions]
    rows += [("assumed", text) for text in pair.assumed]
    return rows


def _units_text(pair: PairOutlook) -> str:
    """That the two are about different units, where they are."""
    if pair.units[0] == pair.units[1]:
        return ""
    (one, other), (left, right) = pair.units, (pair.left, pair.right)
    return f"; {left} is about {_MANY[one]}, {right} about {_MANY[other]}"


_MANY = {"person": "persons", "household": "households", "school": "schools", "area": "areas"}


def _span(ends: tuple[Any, ...]) -> str:
    return " to ".join(f"{end:g}" for end in ends) or "-"
