"""What commands print: datasets and their fields, the plan, what came out; no value of a person."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from linkkit.dataset import Dataset
    from linkkit.plan import Plan
    from linkkit.pseudonymise._terms import Terms
    from linkkit.run import Run

__all__ = [
    "print_quality",
    "print_summary",
    "say",
    "say_left_out",
    "show_datasets",
    "show_plan",
    "table",
    "told_warnings",
]


def console() -> Console:
    """Return the console of standard output."""
    from rich.console import Console

    return Console(highlight=False)


def say(text: str = "") -> None:
    """Print a text as it is."""
    from rich.text import Text

    console().print(Text(text), soft_wrap=True)


def say_left_out(terms: Terms | None) -> None:
    """Print how many records were left out of what leaves, by reason."""
    for reason, count in () if terms is None else terms.left_out:
        say(f"left out: {count:,} record{'s' * (count != 1)}, {reason}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> Table:
    """Return a table to print."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def show_datasets(datasets: Sequence[Dataset]) -> None:
    """Print which column holds which field, for all datasets side by side."""
    fields = list(dict.fromkeys(field for dataset in datasets for field in dataset.fields))
    rows = [[field, *(_columns_of(dataset, field) for dataset in datasets)] for field in fields]
    rows.append(["(id)", *(dataset.id for dataset in datasets)])
    blinded = [", ".join(dataset.blinded) for dataset in datasets]
    rows += [["(blinded)", *blinded]] if any(blinded) else []
    rows.append(["(not used)", *(", ".join(_unused(dataset)) for dataset in datasets)])
    heads = [f"{dataset.name}: {len(dataset):,} records" for dataset in datasets]
    console().print(table("Fields", ["field", *heads], rows))
    if datasets[0].encoded_by is not None:  # and by one encoding and key: this was checked when they were opened
        facts = datasets[0].encoded_with
        key = "" if facts is None else f"; project {facts.project}, epoch {facts.epoch}, key {facts.id}"
        checked = "" if facts is None else f", check value {facts.check_value}"
        say(f"Encoded, leakage level {datasets[0].encoded_by.level}{key}{checked}.\n")


def _columns_of(dataset: Dataset, field: str) -> str:
    return ", ".join(dataset.fields[field].columns) if field in dataset.fields else "-"


def _unused(dataset: Dataset) -> list[str]:
    used = {dataset.id, *dataset.blinded, *(c for field in dataset.fields.values() for c in field.columns)}
    return [column for column in dataset.columns if column not in used]


def show_plan(plan: Plan, datasets: Sequence[Dataset]) -> None:
    """Print every step of a plan."""
    from linkkit.plan import spelled_out

    steps = spelled_out(plan, datasets).prepare
    prepared = ["recommended"] if steps is None else [f"{step.kind} of {', '.join(step.fields)}" for step in steps]
    rows = _numbered("prepare", prepared)
    rows += _numbered("block", [repr(rule) for rule in plan.block])
    rows += _numbered("compare", [f"{one.name}: {', '.join(one.labels[1:])}" for one in plan.compare])
    rows += _numbered("score", [f"the model {plan.model}" if plan.model else _scoring(plan.score)])
    rows += _numbered("decide", [_short(plan.decide)])
    console().print(table("Plan", ["step", "what"], rows))


def _numbered(name: str, steps: Sequence[str]) -> list[list[str]]:
    return [[name if number == 0 else "", step] for number, step in enumerate(steps)]


def _scoring(score: Any) -> str:
    return {
        "fellegi_sunter": "Fellegi-Sunter, learned without labels: m by expectation-maximisation, u from random pairs",
        "rule_list": f"{len(getattr(score, 'rules', ()))} deterministic rules",
        "mixture": "a mixture on one similarity, learned without labels",
        "classifier": f"{getattr(score, 'path', '')}, learned from labels",
    }.get(getattr(score, "kind", ""), repr(score))


def _short(decision: Any) -> str:
    if decision is None:
        return "recommended"
    more = [
        f"{name} {value}"
        for name in ("one", "side", "method", "unique", "review", "least_gap")
        if (value := getattr(decision, name, None))
    ]
    return ", ".join([decision.kind.replace("_", " "), decision.threshold_text(), *more])


def print_summary(run: Run, out: Path) -> None:
    """Print what came out, and where it is."""
    counts = run.pairs.counts()
    compared = int(run.levels.code_counts()[1].sum()) + sum(run.completed)
    rows = [
        ["records", f"{len(run.records):,}"],
        ["possible pairs", f"{run.records.pair_count:,}"],
        ["compared pairs", f"{compared:,}"],
        ["links", f"{run.linked.link_count:,}"],
    ]
    skipped = sum(count.skipped_pairs for count in counts)
    rows += [["pairs skipped by block caps", f"{skipped:,}"]] if skipped else []
    rows += [["judgements", f"{len(run.judged):,}"]] if run.judged is not None else []
    rows += [["for review", f"{run.linked.review_count:,}"]] if run.linked.review_count else []
    rows += [["clusters", f"{len(run.decision):,}"]] if run.plan.decide and run.plan.decide.kind == "cluster" else []
    if run.update is not None:
        here = [row.reason for row in run.update.log if row.update == run.update.number]
        rows += [
            [f"cluster ids {why}", f"{here.count(why):,}"] for why in ("merged", "split", "removed") if why in here
        ]
    rows.append(["seconds", f"{sum(run.seconds.values()):.1f}"])
    console().print(table("Result", ["", "count"], rows, right=["count"]))
    for note in run.notes:
        say(f"Note: {note}")
    for finding in getattr(run.model, "findings", ()):
        say(f"Note: {finding}")
    names = sorted(path.name for path in out.iterdir() if path.is_file() and not path.name.startswith("."))
    say(f"\nIn {out}: {', '.join(names)}")


def print_quality(run: Run, truth: Any) -> None:
    """Print how good the links are: against a truth, else what the model expects."""
    say()
    if truth is None:
        say(str(run.expected))
    else:
        quality = run.evaluate(truth)
        say("\n\n".join([str(quality.pairs), str(quality.expected)]))


@contextmanager
def told_warnings() -> Iterator[None]:
    """Print each warning on standard error as a line of its own, without a line of code."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _tell
        yield


def _tell(message: Warning | str, *_: Any, **__: Any) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, soft_wrap=True, highlight=False).print(
        Text("linkkit: warning: ", style="bold yellow") + Text(str(message))
    )
