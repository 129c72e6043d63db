"""Disclosure control: what a report leaves out for readers who are not the linker.

Counts of 1 to 9 are shown as ``<10``. Where one cell of a table alone was hidden, its total would give it away: the
next smallest is hidden too, as ``[c]``. Shares are rounded to whole per cent, and other counts to tens, since their
differences are counts of their own. Zeros are shown. What a pipeline adds is protected by ``_study``. Whoever knows an
exact size from elsewhere, such as that of a published trial, may narrow a hidden count, though not to one number as a
rule: for counts that leave the room there is the disclosure control of your own organisation.
"""

from __future__ import annotations

from typing import Any, Literal

from ._small_counts import HIDDEN, LEAST, SMALL, hide_small, in_tens, is_small
from ._study import protect_study

__all__ = ["AUDIENCES", "HIDDEN", "SMALL", "Audience", "hide_small", "protect"]

Audience = Literal["linker", "analyst", "public"]
AUDIENCES: tuple[Audience, ...] = ("linker", "analyst", "public")

_COUNTS = frozenset(
    (
        "candidates", "clusters", "exact_clusters", "families", "links_with_twin_rival", "sibling_pairs", "twin_pairs",
        "found_pairs", "linked", "links", "links_found", "links_only_here",
        "lost_in_blocking", "made_missing", "observed_pairs", "of_several", "pairs", "pairs_new", "records",
        "records_changed", "judged", "judged_apart", "refused_pairs", "review", "several_at_threshold",
        "skipped_blocks", "true_clusters", "true_pairs", "truth_entries_left_out", "unjudged", "values_changed",
        "below_floor",
    )
)  # fmt: skip
_SHARES = frozenset(
    (
        "bcubed_f1", "bcubed_precision", "bcubed_recall", "blocking_loss", "complete", "complete_before", "exact_share",
        "expected_precision", "expected_recall", "f1", "linked_share", "precision", "precision_interval", "recall",
        "recall_interval", "share_of_links", "made_share", "expected_share", "true_share", "true_low", "true_high",
    )
)  # fmt: skip
# Products of two sizes, whose factors are the sizes: two figures are left of them.
_PRODUCTS = frozenset(("pairs_possible", "candidates"))
# Counts whose differences from others in the report would tell small counts.
_TENS = (
    "links",
    "clusters",
    "found_pairs",
    "true_pairs",
    "lost_in_blocking",
    "true_clusters",
    "exact_clusters",
    "unjudged",
)
# Tables whose columns add up to a figure that the report shows.
_ADD_UP = frozenset(
    ("gaps", "levels", "probabilities", "sibling_probabilities", "sizes", "weakest", "of_links", "of_others", "reasons")
)

# Counts of pairs by similarity, of which a few stand alone.
_LEFT_OUT = ("components",)


def protect(summary: dict[str, Any], audience: Audience) -> dict[str, Any]:
    """Return a summary as an audience may see it.

    Parameters
    ----------
    summary
        What :func:`linkkit.report.summarise` worked out.
    audience
        ``"linker"`` sees everything; for ``"analyst"`` small counts are hidden, and notes, which may hold some, are
        left out; for ``"public"`` names and hashes of files are left out too.
    """
    if audience == "linker":
        return summary
    safe: dict[str, Any] = _protected({name: held for name, held in summary.items() if name != "study"}, "")
    safe["study"] = protect_study(summary["study"])
    _level_links(summary["links"]["by_dataset"], safe["links"]["by_dataset"])
    safe["model"] = {name: [] if name in _LEFT_OUT else held for name, held in safe["model"].items()}
    safe["thresholds"] = [
        _in_tens(before, row) for before, row in zip(summary["thresholds"], safe["thresholds"], strict=True)
    ]
    if safe["quality"]["measured"] is not None:
        for name in ("pairs", "clusters"):
            safe["quality"]["measured"][name] = _in_tens(
                summary["quality"]["measured"][name], safe["quality"]["measured"][name]
            )
        for band in (safe["quality"]["measured"]["calibration"] or {}).get("bands", []):
            if band["pairs"] == SMALL:  # a share of few tells their number
                band.update(dict.fromkeys(("expected_share", "true_share", "true_low", "true_high")))
    if any(row["clusters"] in (SMALL, HIDDEN) for row in safe["clusters"]["sizes"][-1:]):
        safe["clusters"]["largest"] = HIDDEN
    _drop_words(safe)
    safe["findings"] = [finding for finding in safe["findings"] if finding not in summary["links"]["notes"]]
    few = [text for finding in safe["diagnosis"]["findings"] if (text := _of_few(finding)) is not None]
    safe["findings"] = [finding for finding in safe["findings"] if not finding.startswith(tuple(few) or ("\0",))]
    safe["diagnosis"]["findings"] = [finding for finding in safe["diagnosis"]["findings"] if _of_few(finding) is None]
    if audience == "public":
        for dataset in safe["datasets"]:
            dataset["file"] = None
    return safe


def _level_links(rows: list[dict[str, Any]], safe: list[dict[str, Any]]) -> None:
    """Hide a share whose count is small, and one of which few are left: all but these are shown as linked."""
    for before, row in zip(rows, safe, strict=True):
        left = before["records"] - before["linked"]
        if is_small(left):
            row["linked"] = row["records"]
        if is_small(left) or is_small(before["linked"]):
            row["linked_share"] = None


def _drop_words(safe: dict[str, Any]) -> None:
    """Take out notes, and what was found in encodings: their words count records."""
    for part in (*safe["preparation"], safe["links"], safe["blocking"]):
        part["notes"] = []
    if safe["encoding"] is not None:
        safe["encoding"]["findings"] = [one for one in safe["encoding"]["findings"] if not one["of_data"]]


def _of_few(finding: dict[str, Any]) -> str | None:
    """The words of a finding that counts few matches; None of any other."""
    is_count = finding["name"] in ("few_matches", "no_matches", "implausible_overlap", "scarce_matches")
    return str(finding["explanation"]) if is_count and (finding["measured"] or 0) < LEAST else None


def _protected(value: Any, name: str) -> Any:
    if name in _SHARES and value is not None:
        return [_rounded(each) for each in value] if isinstance(value, list) else _rounded(value)
    if name in _PRODUCTS and isinstance(value, int) and not is_small(value):
        return round(value, 2 - len(str(value)))
    if name in _COUNTS and not isinstance(value, list | dict):
        return SMALL if is_small(value) else in_tens(value)
    if name == "counts":
        return {series: [in_tens(count) for count in hide_small(counts)] for series, counts in value.items()}
    if isinstance(value, dict):
        return {key: _protected(held, key) for key, held in value.items()}
    if isinstance(value, list):
        return _table(value, name)
    return value


def _table(rows: list[Any], name: str) -> list[Any]:
    safe = [_protected(row, name if isinstance(row, list) else "") for row in rows]
    if name not in _ADD_UP:
        return safe
    for column in {key for row in rows if isinstance(row, dict) for key in row} & _COUNTS:
        for row, count in zip(safe, hide_small([row[column] for row in rows]), strict=True):
            row[column] = in_tens(count)
    return safe


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 2)


def _in_tens(before: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    tens = {name: in_tens(before[name]) for name in _TENS if before.get(name) is not None}
    return {**row, **tens}
