"""What a trial adds to a report: flow and states; after unblinding, the arms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linkkit.sections import Column, Section, SectionTable

if TYPE_CHECKING:
    import pandas as pd

    from ._findings import TrialFindings

__all__ = ["arm_section", "participant_section", "rows_of"]


def _left_after(rows: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Tell who left at the stage that they came from, as a chart of a flow shows it."""
    nobody: dict[str, Any] = {"left_out": 0, "reason": ""}
    return tuple(
        {**row, "left_out": after["left_out"], "reason": after["reason"]}
        for row, after in zip(rows, (*rows[1:], nobody), strict=True)
    )


def participant_section(
    flow: pd.DataFrame, leaving: pd.DataFrame, states: pd.DataFrame, findings: TrialFindings | None, lodge: str
) -> Section:
    """Return the section with the flow and the states."""
    tables = [
        SectionTable(
            "From randomised to covered",
            (Column("stage", "Stage"), Column("participants", "Participants", "count"),
             Column("left_out", "Left after it", "count"), Column("reason", "Why")),
            _left_after(rows_of(flow)), chart="flow",
        ),
        SectionTable(
            "Who left, where and why",
            (Column("stage", "Not"), Column("reason", "Why"), Column("participants", "Participants", "count")),
            rows_of(leaving),
        ),
        SectionTable(
            "States of participants",
            (Column("state", "State"), Column("participants", "Participants", "count"),
             Column("in_coverage", "In coverage", "count")),
            rows_of(states), chart="bars",
        ),
    ]  # fmt: skip
    if findings is not None and len(findings):
        tables.append(SectionTable(
            "What to look at",
            (Column("what", "What"), Column("count", "How many", "count"), Column("do", "What to do"),
             Column("severity", "Severity")),
            tuple({"what": one.what, "count": one.count, "do": one.do, "severity": one.severity} for one in findings),
            adds_up=False,
        ))  # fmt: skip
    tables.append(SectionTable(
        "The hash of links and states", (Column("what", "What"), Column("sha256", "SHA-256")),
        ({"what": "to be lodged before unblinding", "sha256": lodge},),
    ))  # fmt: skip
    return Section(
        "Participants of the trial",
        (
            "Whoever was randomised stays in the flow, and is in one state. Not linked is not the same as no event: "
            "only who is traced, has no record and is covered by the data had none.",
            "Lodge the hash with somebody who has neither the links nor the arm, before anybody asks for the arm.",
        ),
        tuple(tables),
    )


def arm_section(rates: pd.DataFrame, contrasts: pd.DataFrame, tipping: pd.DataFrame, flow: pd.DataFrame) -> Section:
    """Return the section with the arms.

    Contrasts and tipping points stand beside the counts that they were made of: where one of these is hidden from
    readers, so is what was made of it.

    Parameters
    ----------
    rates, contrasts, flow
        Of :class:`Unblinded`.
    tipping
        The same, with the counts of events: count, of, count_against, of_against.
    """
    counts = {(row["what"], row["among"], row["arm"]): (row["count"], row["of"]) for row in rows_of(rates)}
    text, share = (Column("what", "What"), Column("among", "Of")), Column("share", "Share", "share")
    rate = tuple({**row, "row": f"{row['what']}: {row['arm']}"} for row in rows_of(_joined(rates)))
    contrast = tuple(
        {**row, "row": f"{row['what']}: {row['arm']} - {row['against']}", **_counted(row, counts)}
        for row in rows_of(_joined(contrasts, "difference"))
    )
    return Section(
        "Linkage by arm",
        (
            "Arms were read after the links were frozen and their hash was checked. A difference between the arms in "
            "who is linked biases what is read from linked data; the last table says how large it had to be to "
            "explain the whole effect.",
        ),
        (
            *(_arm_flow(flow, arm) for arm in flow["arm"].unique()),
            SectionTable(
                "Shares by arm",
                (Column("row", "Share and arm"), *text, Column("arm", "Arm"), Column("count", "Participants", "count"),
                 Column("of", "Out of", "count"), share, Column("interval", "95% interval", "interval")),
                rate, chart="intervals",
            ),
            SectionTable(
                "Differences between arms",
                (Column("row", "Difference"), *text, Column("arm", "Arm"), Column("against", "Against"), *_OF_TWO,
                 Column("difference", "Difference", "number"), Column("interval", "95% interval", "interval"),
                 Column("p_value", "p", "number"), Column("test", "Test")),
                tuple({k: v for k, v in row.items() if not k.startswith("ratio")} for row in contrast),
                chart="intervals", adds_up=False,
            ),
            SectionTable(
                "How different linkage had to be to explain the effect",
                (Column("arm", "Arm"), Column("against", "Against"), *_OF_TWO,
                 Column("sensitivity_against", "Sensitivity there", "number"),
                 Column("false_rate", "False events", "number"),
                 Column("sensitivity_for_null", "Sensitivity in the arm that explains it", "number"),
                 Column("difference_for_null", "Difference", "number"),
                    Column("ratio_for_null", "Ratio", "number"), Column("is_possible", "Possible"),
                 Column("sensitivity_for_limit", "Sensitivity that explains the limit", "number")),
                tuple({**row, "is_possible": "yes" if row["is_possible"] else "no"} for row in rows_of(tipping)),
                adds_up=False,
            ),
        ),
    )  # fmt: skip


def _arm_flow(flow: pd.DataFrame, arm: str) -> SectionTable:
    rows = rows_of(flow[flow["arm"] == arm])
    left = [*(row["left_out"] for row in rows[1:]), 0]
    return SectionTable(
        f"From randomised to covered: {arm}",
        (Column("stage", "Stage"), Column("participants", "Participants", "count"),
         Column("left_out", "Left after it", "count")),
        tuple({"stage": row["stage"], "participants": row["participants"], "left_out": after}
              for row, after in zip(rows, left, strict=True)),
        chart="flow",
    )  # fmt: skip


# The counts of an arm and of the one that it is held against.
_OF_TWO = (
    Column("count", "Participants", "count"), Column("of", "Out of", "count"),
    Column("count_against", "Participants against", "count"), Column("of_against", "Out of, against", "count"),
)  # fmt: skip


def _counted(row: dict[str, Any], counts: dict[tuple[str, str, str], tuple[int, int]]) -> dict[str, int | None]:
    """Return the counts of a contrast; None of a test of all arms."""
    nothing = (None, None)
    count, of = counts.get((row["what"], row["among"], row["arm"]), nothing)
    against, of_against = counts.get((row["what"], row["among"], row["against"]), nothing)
    return {"count": count, "of": of, "count_against": against, "of_against": of_against}


def _joined(frame: pd.DataFrame, of: str = "share") -> pd.DataFrame:
    low, high = ("low", "high") if of == "share" else ("difference_low", "difference_high")
    pairs: Any = [None if a != a else (float(a), float(b)) for a, b in zip(frame[low], frame[high], strict=True)]
    return frame.drop(columns=[low, high]).assign(interval=pairs)


def rows_of(frame: pd.DataFrame) -> tuple[dict[str, Any], ...]:
    """Return the rows of a table as plain values; what is missing is None."""
    return tuple(
        {str(name): _plain(value) for name, value in row.items()} for row in frame.astype(object).to_dict("records")
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | str):
        return value
    if value is None or str(value) == "<NA>" or value != value:
        return None
    return value.item() if hasattr(value, "item") else value
