"""A case study carried out: permission, linkage, what is attached, and how rare it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from linkkit.dataset import Dataset
from linkkit.encoded import encode
from linkkit.errors import DataError, SpecError, did_you_mean
from linkkit.fields import kind_of
from linkkit.prepare import prepare, recommended
from linkkit.progress import Progress
from linkkit.records import Records

from ._attach import Attached, attach
from ._bridge import Bridge
from ._coding import read_coding
from ._columns import refuse_free_text
from ._files import BridgeRows, read_bridge
from ._level import permitted_at
from ._linked import LinkedCases
from ._persons import link_persons
from ._run import CaseStudyRun
from ._shown import shown_values
from ._units import link_units, unit_codes

if TYPE_CHECKING:
    from ._spec import CaseStudy

__all__ = ["carry_out"]

_NAMES = ("given_name", "surname", "full_name", "email", "phone")


def carry_out(spec: CaseStudy, datasets: Sequence[Dataset], progress: bool | Progress | None) -> CaseStudyRun:
    """See :meth:`CaseStudy.run`."""
    if len(datasets) != 2:
        raise SpecError(f"A case study links two datasets, the cases first; got {len(datasets)}.")
    _require_cases(spec, datasets)
    with Progress.of(progress) as shown:
        shown.step("permission")
        (cases, other), level = permitted_at(datasets, spec.level)
        labels = _labels(spec, cases)
        shown.step("prepare")
        records = Records([_prepared(spec, dataset, level) for dataset in (cases, other)])
        shown.step("link")
        bridged = None if spec.bridge is None or level != "person" else read_bridge(records, spec.bridge)
        linked, attached = _linked(spec, records, level, bridged)
        shown.step("attach")
        values = shown_values(spec, attached, linked)
        ids = [str(one) for one in cases.ids.to_pylist()]
        coding = None if spec.codes is None else read_coding(spec.codes, ids, spec.codebook, spec.quotes)
    other_ids = np.full(len(ids), None, object)
    if level == "person":
        is_linked = linked.row >= 0
        other_ids[is_linked] = records.ids_as_objects(linked.row[is_linked] + int(records.starts[1]))
    return CaseStudyRun(
        spec,
        level=level,
        names=(cases.name, other.name),
        left_out=(cases.left_out, other.left_out),
        labels=labels,
        linked=linked,
        values=values,
        coding=coding,
        bridged=bridged,
        bridge=Bridge(tuple(ids), tuple(other_ids.tolist()), linked),
    )


def _require_cases(spec: CaseStudy, datasets: Sequence[Dataset]) -> None:
    cases, other = datasets
    if other.kind == "case_study" and cases.kind != "case_study":
        raise SpecError(f"The case study comes first; {other.name} is one, {cases.name} is of kind {cases.kind}.")
    for name in spec.quotes:  # it may be a column of the coding; a slip is near to one that is here
        hint = did_you_mean(name, cases.columns)
        if name not in cases.columns and hint:
            raise DataError(f"{cases.name}: quotes names the column {name!r}, which is not there.{hint}")
    used = [(name, column) for name, one in cases.fields.items() for column in one.columns if column in spec.quotes]
    if used:
        raise DataError(f"{cases.name}: the field {used[0][0]!r} reads {used[0][1]!r}, which holds quotes.")


def _prepared(spec: CaseStudy, dataset: Dataset, level: str) -> Dataset:
    """Return a dataset, its values made alike: above persons only those of homes, units and dates, no names."""
    steps = recommended(dataset) if spec.plan.prepare is None else spec.plan.prepare
    if level == "person":
        return prepare(dataset, steps, skip_absent=True)
    names = [name for name in dataset.fields if name in spec.unit or kind_of(name) not in _NAMES]
    wanted = [(step, tuple(name for name in step.fields if name in names)) for step in steps]
    return prepare(dataset, [replace(step, fields=kept) for step, kept in wanted if kept], skip_absent=True)


def _linked(spec: CaseStudy, records: Records, level: str, bridged: BridgeRows | None) -> tuple[LinkedCases, Attached]:
    other, size = records.datasets[1], int(records.starts[1])
    if level == "person":
        if spec.unit or spec.people or spec.lookup:
            raise SpecError("unit, people and lookup go with a household, school or area; this links persons.")
        attached = attach(spec, other, level, None)  # its mistakes come before the work
        return link_persons(spec, records, bridged), attached
    linked, unit = link_units(unit_codes(spec, records, level), size, level)
    return linked, attach(spec, other, level, unit)


def _labels(spec: CaseStudy, cases: Dataset) -> tuple[str, ...]:
    """Return the pseudonyms of the cases: those of the study, or numbers in a shuffled order."""
    if spec.label is None:
        order = np.random.default_rng(spec.seed).permutation(len(cases))
        return tuple(f"case {number + 1}" for number in order.tolist())
    if spec.label in spec.quotes:
        raise DataError(f"{cases.name}: label names the column {spec.label!r}, which holds quotes.")
    column = encode(cases.table_column(spec.label))
    where = f"{cases.name}: the column {spec.label!r} cannot label the cards:"
    used = {name for field in cases.fields.values() for name in field.columns} | {cases.id, cases.card.person}
    if spec.label in used:
        raise DataError(f"{where} it says who people are.")
    refuse_free_text(column, f"{cases.name}: the column {spec.label!r}")
    if (column.codes == 0).any() or column.size < len(cases):
        raise DataError(
            f"{where} {int((column.codes == 0).sum()):,} of {len(cases):,} cases have none, and there are "
            f"{column.size:,} different ones. Each case needs its own."
        )
    known = _words_of_people(cases)
    telling = sum(bool(known & set(text.casefold().split())) for text in column.texts()[1:])
    if telling:
        raise DataError(f"{where} {telling:,} labels hold a name, an id or a postcode of the cases.")
    texts = column.texts()
    return tuple(texts[code] for code in column.codes.tolist())


def _words_of_people(cases: Dataset) -> set[str]:
    """Words of names, ids and homes of the cases, of two letters or more."""
    found = {str(one).casefold() for one in cases.ids.to_pylist()}
    for name in cases.fields:
        if kind_of(name) in ("given_name", "surname", "full_name", "postcode", "identifier", "email", "phone"):
            texts = [] if cases.holds_sets(name) else cases.encoded(name).texts()[1:]
            found |= {word for text in texts for word in text.casefold().split()}
    return {word for word in found if len(word) > 1 and word != "case"}
