"""A draft plan for a pair of datasets: what their cards allow to be said before the data are looked at."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from linkkit._toml import toml_text
from linkkit.cards import SPINE, Card, History, card_beside, design_of, load_card
from linkkit.compare import recommended_comparisons
from linkkit.decide import Cluster, OneToMany, OneToOne, Threshold
from linkkit.errors import PlanError
from linkkit.fields import HISTORY
from linkkit.files import atomic_write
from linkkit.plan import DatasetFile, Plan
from linkkit.plan._card_files import is_beside, write_card
from linkkit.plan._file import plan_text_of

from ._evidence import kind_of_shared
from ._held import Holding
from ._pair import PairOutlook

__all__ = ["Draft", "draft_of"]


@dataclass(frozen=True)
class Draft:
    """A draft plan for two datasets. Print it to read its steps; change its plan as any other.

    Parameters
    ----------
    left, right
        The names of the datasets, in the order in which they are linked.
    plan
        The plan: comparisons and decision by what the cards say; preparation and blocking are recommended when the data
        are read.
    steps
        What would be done, in order, in words.
    pipeline
        The name of the pipeline for these kinds of dataset, for :func:`linkkit.pipelines.pipeline`; empty for none.
    datasets
        The files that the plan names when it is saved.
    is_swapped
        Whether the pipeline takes the right dataset first.
    cards
        The cards of these files that do not stand beside them, as they were made in Python; None where one does.
    without_file
        The names of datasets that came without a file, so that the plan can name none.
    """

    left: str
    right: str
    plan: Plan
    steps: tuple[str, ...]
    pipeline: str = ""
    datasets: tuple[DatasetFile, ...] = field(default=(), repr=False)
    is_swapped: bool = False
    cards: tuple[Card | None, ...] = field(default=(), repr=False)
    without_file: tuple[str, ...] = ()

    def __str__(self) -> str:
        by = f", by the pipeline {self.pipeline}" if self.pipeline else ""
        lines = [f"Draft: {self.left} with {self.right}{by}"]
        return "\n".join([*lines, *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))])

    def _repr_html_(self) -> str:
        from html import escape

        steps = "".join(f"<li>{escape(step)}</li>" for step in self.steps)
        return f"<p>Draft: {escape(self.left)} with {escape(self.right)}</p><ol>{steps}</ol>"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Save plan and pipeline as a file that ``linkkit run`` carries out; datasets are named where files are known.

        A dataset that came by its card is named by its card, so that consent and blinded columns go with it; a card
        that was made in Python is written beside the plan (``plan.1.card.toml``). Datasets stand in the order in which
        the pipeline takes them. Of a spine, which decides by clusters, the file leaves another decision out. Read it
        again by :func:`linkkit.pipelines.load_pipeline_file`.
        """
        plan, target = self.plan, Path(path)
        datasets = [
            one if card is None else replace(one, card=write_card(card, target, number))
            for number, (one, card) in enumerate(self._named(), 1)
        ]
        if self.is_swapped:
            plan = _swapped(plan)
        if self.pipeline == SPINE.pipeline and not isinstance(plan.decide, Cluster):
            plan = plan.change(decide=None, link_type=None)
        text = plan_text_of(plan, datasets, target.parent).rstrip()
        for name in self.without_file:
            text += (
                f"\n# {' '.join(name.split())} came without a file, so no dataset is named here: write its data and "
                "its card (card.save) into files, and name both files in [[datasets]]."
            )
        if self.pipeline:  # by its name: pipelines stand above this layer, and its other parts are as usual
            text += "\n\n" + toml_text({"pipeline": {"kind": self.pipeline}}).rstrip()
        with atomic_write(target) as beside:
            beside.write_text(f"{text}\n", encoding="utf-8", newline="\n")
        return target

    def _named(self) -> list[tuple[DatasetFile, Card | None]]:
        """The files and their cards, in the order in which the pipeline takes them."""
        cards = self.cards or (None,) * len(self.datasets)
        named = list(zip(self.datasets, cards, strict=True))
        return named[::-1] if self.pipeline and self.is_swapped else named


def _swapped(plan: Plan) -> Plan:
    """Return a plan for the same two datasets, the other way round."""
    if isinstance(plan.decide, OneToMany):
        return plan.change(decide=replace(plan.decide, one="right" if plan.decide.one == "left" else "left"))
    return plan


def draft_of(left: Holding, right: Holding, pair: PairOutlook) -> Draft:
    """Return a draft plan for two datasets.

    Raises
    ------
    PlanError
        Where the linkage is not feasible or not permitted, with the reasons.
    """
    refused = [] if pair.is_feasible else [f"{pair.left} and {pair.right}: {pair.grade}. {pair.reason}", *pair.helps]
    refused += () if pair.is_permitted else pair.reasons
    if refused:
        raise PlanError(refused)
    kinds = [kind_of_shared(left, right, name) for name in pair.fields]
    dated = [name + HISTORY for name in pair.fields if any(name in one.fields for one in _histories(left, right))]
    kinds += ["history"] * len(dated)
    compared = recommended_comparisons((*pair.fields, *dated), kinds)
    decision, why = _decision(left, right)
    plan = Plan(compare=compared, decide=decision, link_type="link_only")
    steps = (*_steps(left, right, pair), why, *_after(left.entry.card, right.entry.card))
    named = [_file(one) for one in (left, right)]
    lacking = tuple(one.entry.card.name for one, file in zip((left, right), named, strict=True) if file is None)
    files = () if lacking else tuple(file for file in named if file is not None)
    cards = tuple(_card(one) for one in (left, right)) if files else ()
    design = design_of(*pair.kinds)
    return Draft(
        pair.left, pair.right, plan, steps, design.pipeline, files, design.is_swapped, cards, without_file=lacking
    )


def _histories(*sides: Holding) -> list[History]:
    return [one for side in sides for one in side.entry.card.history]


def _decision(left: Holding, right: Holding) -> tuple[OneToOne | OneToMany | Threshold, str]:
    once = [one.is_one_a_person for one in (left, right)]
    names = [one.entry.card.name for one in (left, right)]
    if all(once):
        return OneToOne(
            leftovers=True
        ), f"Link each record of {names[0]} to one of {names[1]} at most: each holds a person once."
    if any(once):
        place = once.index(True)
        return OneToMany(one=("left", "right")[place]), (
            f"Link one record of {names[place]} to as many of {names[1 - place]} as are of the person."
        )
    return Threshold(at_least=0.9), "Link every pair from a probability of 90%: both may hold a person more than once."


def _steps(left: Holding, right: Holding, pair: PairOutlook) -> list[str]:
    cards = (left.entry.card, right.entry.card)
    steps = []
    if pair.grade == "doubtful":
        why = " ".join((pair.reason, *pair.overlap.contradictions))
        steps.append(f"Before anything is read: find out whether the two are of the same people. {why}")
    if pair.permission == "not stated":
        steps.append("Before anything is read: " + " ".join(pair.reasons) + " Settle it, and write it into the cards.")
    for card in cards:
        asked = card.consent
        if asked is not None and (asked.column or asked.opt_out):
            columns = " and ".join(repr(column) for column in (asked.column, asked.opt_out) if column)
            steps.append(f"Leave out, and count, who did not agree or opted out in {card.name}: column {columns}.")
        if card.hidden:
            steps.append(f"Keep from linkage in {card.name}: {', '.join(card.hidden)}.")
    steps.append(f"Prepare {', '.join(pair.fields)} in both, as recommended for the kind of each field.")
    steps.append("Bring pairs together by the blocking rules that suit the data.")
    for card in cards:
        for one in card.history:
            shared = [name for name in one.fields if name in pair.fields]
            if shared:
                where = one.path or card.name
                steps.append(f"Compare {', '.join(shared)} with its earlier values, too: they are in {where}.")
    steps.append(
        f"Compare {', '.join(pair.fields)}; learn weights without labels, with relatives as a class of their own."
    )
    return steps


def _after(left: Card, right: Card) -> list[str]:
    steps = ["Look at the diagnosis and the expected quality before the links are used."]
    for one, other in ((left, right), (right, left)):
        said = one.expected_in(other)
        if said is None:
            continue
        least, most = said.bounds
        wanted = f"{least:.0%}" if least == most else f"{least:.0%} to {most:.0%}"
        steps.append(
            f"Compare the links with what is expected: {wanted} of {one.name} should be found in {other.name}."
        )
    steps += [
        f"Freeze the links before {', '.join(card.hidden)} of {card.name} is looked at."
        for card in (left, right)
        if card.kind == "trial" and card.hidden
    ]
    return steps


def _file(one: Holding) -> DatasetFile | None:
    entry = one.entry
    if entry.path is None:
        return None
    if _is_card(entry.path) or entry.dataset is None:
        return DatasetFile(entry.path, entry.card.name, entry.card.kind, encoding=entry.card.encoding)
    return DatasetFile.of(entry.dataset)


def _card(one: Holding) -> Card | None:
    """The card that must be written beside the plan, lest the data be read without it."""
    entry = one.entry
    if entry.path is None or _is_card(entry.path):
        return None
    if entry.dataset is not None:
        card, is_encoded = entry.dataset.card, entry.dataset.encoded_by is not None  # a manifest says what that is
        return None if is_encoded or is_beside(card, entry.path, entry.dataset.name) else card
    beside = card_beside(entry.path)
    return None if beside is not None and load_card(beside) == entry.card else entry.card


def _is_card(path: str) -> bool:
    return path.endswith(".toml")
