"""``linkkit pipeline``: link by a best-practice pipeline."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from linkkit.errors import SpecError

from ._datasets import Asked, names_of, open_datasets
from ._options import Blinded, Encoding, Fields, Quiet, SavePlan, Truth
from ._show import console, say, show_datasets, table
from ._tables import read_truth

if TYPE_CHECKING:
    from linkkit.dataset import Dataset
    from linkkit.pipelines import Pipeline, PipelineRun
    from linkkit.sections import SectionTable

__all__ = ["carry_out_pipeline", "pipeline", "show_made"]

RECOMMENDED = "recommended"


def pipeline(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The pipeline, or recommended.", show_default=False)
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]...", help="Files, each with its data card beside it, or data cards.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Directory for the results.", show_default=False)
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the steps, and carry nothing out.")] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PART=VALUE",
            help="Change a part of it, as a plan file says it: merge_days=14, or "
            """'follow_up={index="consent_date", to_days=365}'.""",
        ),
    ] = None,
    field: Fields = None,
    blinded: Blinded = None,
    save_plan: SavePlan = None,
    truth: Truth = None,
    encoding: Encoding = "utf-8",
    quiet: Quiet = False,
) -> None:
    r"""Link by a best-practice pipeline, or list them.

    What a dataset is (trial, programme, register, case study), consent, blinded columns and spells stand in its data
    card, NAME.card.toml beside NAME.csv. With the name recommended, the kinds of the datasets choose.

    For example:

      linkkit pipeline

      linkkit pipeline recommended trial.csv register.csv --show

      linkkit pipeline intervention_to_admin club.csv schools.csv \
        --set merge_days=14 --out results
    """
    from linkkit.pipelines import pipeline as by_name
    from linkkit.pipelines import recommend

    if name is None:
        _list_pipelines()
        return
    given = files or []
    if name != RECOMMENDED and show and not given:
        say(str(_changed(by_name(name), setting or ())))
        return
    if not given:
        raise SpecError(f"{name} needs files: data with their cards beside them, or data cards.")
    asked = [Asked(path, called, "other", None) for path, called in zip(given, names_of(given), strict=True)]
    datasets = open_datasets(asked, field or (), blinded or (), encoding)
    if name == RECOMMENDED:
        found = recommend(*datasets)
        if not quiet:
            say(str(found))
        chosen, datasets = found.pipeline, found.ordered(datasets)
    else:
        chosen = by_name(name)
    chosen = _changed(chosen, setting or ())
    if show:
        say("" if name == RECOMMENDED else str(chosen))
        return
    if out is None:
        raise SpecError("--out is needed: the directory for the results.")
    if save_plan is not None:
        chosen.save(save_plan, datasets)
    carry_out_pipeline(chosen, datasets, out, quiet=quiet, truth=truth)


def carry_out_pipeline(
    chosen: Pipeline, datasets: Sequence[Dataset], out: Path, *, quiet: bool = False, truth: Path | None = None
) -> None:
    """Carry a pipeline out on datasets, save what it makes, and print it."""
    from linkkit.progress import Progress

    known = read_truth(truth)
    if not quiet:
        show_datasets(datasets)
        say(str(chosen))
    made = chosen.run(*datasets, progress=Progress(False if quiet else None, announce=not quiet))
    made.save(out, truth=known, command=["linkkit", *sys.argv[1:]])
    if not quiet:
        show_made(made, out)


def show_made(made: PipelineRun, out: Path) -> None:
    """Print what a pipeline made and saved, none of it of one person."""
    for section in made.sections:
        for part in section.tables:
            if not part.is_per_person:
                _print_part(part)
    say(made.summary())
    names = sorted(path.name for path in out.iterdir() if path.is_file() and not path.name.startswith("."))
    say(f"\nIn {out}: {', '.join(names)}")


def _print_part(part: SectionTable) -> None:
    forms = [column.form for column in part.columns]
    rows = [[_written(row.get(column.name), column.form) for column in part.columns] for row in part.rows]
    heads = [column.title for column in part.columns]
    numbers = [head for head, form in zip(heads, forms, strict=True) if form != "text"]
    console().print(table(part.caption, heads, rows, right=numbers))


def _written(value: Any, form: str) -> str:
    if value is None or value == "":
        return ""
    if form == "interval":
        return " to ".join(f"{end:.3f}" for end in value)
    if form in ("share", "number") and isinstance(value, float):
        return f"{value:.1%}" if form == "share" else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _changed(chosen: Pipeline, settings: Sequence[str]) -> Pipeline:
    """Return a pipeline with parts set as PART=VALUE, each value as a plan file writes it, or a text without quotes."""
    from linkkit._toml import form_of, without_none

    keys, parts = form_of(type(chosen)).keys, {}
    for text in settings:
        part, equals, written = (one.strip() for one in text.partition("="))
        if not equals or not part:
            raise SpecError(f"--set takes PART=VALUE, such as --set merge_days=14; got {text!r}.")
        if part in parts:
            raise SpecError(f'--set {part} is said twice; of a list say all at once, {part}=\'["one", "two"]\'.')
        parts[part] = value = _value(written)
        if part in keys and without_none(keys[part].type) is str and not isinstance(value, str):
            parts[part] = written  # a column or an epoch may be called 2019
    return chosen.change(**parts)


def _value(written: str) -> Any:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written


def _list_pipelines() -> None:
    from linkkit.pipelines import PIPELINES
    from linkkit.pipelines import pipeline as by_name

    rows = [[name, by_name(name).title, " and ".join(by_name(name).kinds)] for name in PIPELINES]
    console().print(table("Pipelines", ["name", "what it does", "kinds"], rows))
