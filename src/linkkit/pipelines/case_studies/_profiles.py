"""Profile cards: one a case, with bands and codes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from linkkit._text_tables import html_table

__all__ = ["WITHHELD", "Profile", "profiles_html", "profiles_markdown"]

WITHHELD = "withheld: rare"


@dataclass(frozen=True)
class Profile:
    """The card of a case: bands, and codes of the study; no identifier, no date, no postcode, no quote.

    Parameters
    ----------
    label
        The pseudonym of the case.
    level
        The level of the linkage.
    state
        ``"linked"``, ``"unsure"``, ``"not found"`` or ``"nothing to link by"``.
    values
        Each attribute with its band, or why it is withheld; empty where the case is not linked.
    codes
        The codes of the case, each with its theme, count and intensity, None where there is none.

    Examples
    --------
    >>> print(Profile("case 1", "area", "linked", (("deprivation", "highest fifth"),)))
    ### case 1
    <BLANKLINE>
    area: linked
    <BLANKLINE>
    | attribute | band |
    |---|---|
    | deprivation | highest fifth |
    """

    label: str
    level: str
    state: str
    values: tuple[tuple[str, str], ...] = ()
    codes: tuple[tuple[str, str | None, float | None, float | None], ...] = ()

    def __str__(self) -> str:
        parts = [f"### {self.label}", f"{self.level}: {self.state}"]
        if self.values:
            parts.append(_markdown(("attribute", "band"), self.values))
        if self.codes:
            parts.append(_markdown(*self._code_table()))
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [f"<h3>{escape(self.label)}</h3><p>{escape(self.level)}: {escape(self.state)}</p>"]
        if self.values:
            parts.append(html_table(("attribute", "band"), self.values))
        if self.codes:
            parts.append(html_table(*self._code_table()))
        return "<article>" + "".join(parts) + "</article>"

    def _code_table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Theme, code, and count and intensity where any code has them."""
        names = ("theme", "code", "count", "intensity")
        rows = [
            (theme, code, *(None if one is None else f"{one:g}" for one in numbers))
            for code, theme, *numbers in self.codes
        ]
        kept = [place for place in range(4) if any(row[place] is not None for row in rows)]
        return tuple(names[place] for place in kept), [tuple(row[place] or "" for place in kept) for row in rows]


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("|---" * len(head) + "|" if place == 1 else f"| {' | '.join(line)} |"
                     for place, line in enumerate(cells))  # fmt: skip


def profiles_markdown(profiles: Sequence[Profile]) -> str:
    """Return the cards as one Markdown text."""
    return "## Profile cards\n\n" + "\n\n".join(map(str, profiles)) + "\n"


def profiles_html(profiles: Sequence[Profile]) -> str:
    """Return the cards as one page that needs nothing else."""
    body = "".join(profile._repr_html_() for profile in profiles)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Profile cards</title><style>'
        "body{font-family:sans-serif;margin:2rem;line-height:1.4}article{break-inside:avoid;border:1px solid #999;"
        "border-radius:4px;padding:0 1rem 1rem;margin:0 0 1rem;max-width:40rem}table{border-collapse:collapse;margin:"
        "0 0 .5rem}td,th{border-bottom:1px solid #ccc;padding:.2rem .8rem .2rem 0;text-align:left}</style></head><body>"
        f"<h1>Profile cards</h1>{body}</body></html>\n"
    )
