"""The ethics and governance checklist of a linkage, filled from the cards of its datasets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from linkkit._text_tables import html_table
from linkkit.cards import Card
from linkkit.errors import SpecError
from linkkit.files import atomic_write

from ._pair import PairOutlook
from ._questions import OF_BOTH, OF_EACH, Question
from ._words import permission_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Checklist", "ChecklistItem", "checklist_of"]

Status = Literal["answered", "missing", "to decide", "refused"]
SECTIONS = ("right problem", "projects", "people", "settings", "data", "outputs")


@dataclass(frozen=True)
class ChecklistItem:
    """A question and what the cards say to it.

    Parameters
    ----------
    section
        ``"right problem"``, or of the Five Safes ``"projects"``, ``"people"``, ``"settings"``, ``"data"`` or
        ``"outputs"``.
    question
        The question.
    dataset
        Whose card answers it; empty for questions about the linkage as a whole.
    status
        ``"answered"`` by the card or the map, ``"missing"`` from the card, ``"to decide"`` by people, or ``"refused"``.
    answer
        What the card says.
    why
        Why it matters.
    """

    section: str
    question: str
    dataset: str
    status: Status
    answer: str
    why: str


@dataclass(frozen=True)
class Checklist:
    """The ethics and governance checklist of a linkage; a prompt for people, no legal advice.

    Parameters
    ----------
    left, right
        The datasets.
    items
        The questions, by section.
    """

    left: str
    right: str
    items: tuple[ChecklistItem, ...]

    @property
    def missing(self) -> tuple[ChecklistItem, ...]:
        """The questions that a card should answer and does not, and those that it refuses."""
        return tuple(item for item in self.items if item.status in ("missing", "refused"))

    def to_pandas(self) -> pd.DataFrame:
        """Return the checklist as a DataFrame, one row a question and dataset."""
        import pandas as pd

        return pd.DataFrame([asdict(item) for item in self.items])

    def to_markdown(self) -> str:
        """Return the checklist as Markdown, with boxes to tick."""
        lines = [f"# Checklist: {self.left} and {self.right}", ""]
        lines += [f"{self._counts()}. Filled from the data cards; a prompt for people, no legal advice.", ""]
        for section in SECTIONS:
            lines += [f"## {_title(section)}", ""]
            for question, items in _by_question(self.items, section).items():
                done = all(item.status == "answered" for item in items)
                lines += [f"- [{'x' if done else ' '}] {question} *{items[0].why}*"]
                lines += [f"  - {_who(item)}{_said(item)}" for item in items if item.dataset or item.answer]
            lines.append("")
        return "\n".join(lines).rstrip() + "\n"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the checklist: Markdown (``.md``), HTML (``.html``) or a table (``.csv``).

        Raises
        ------
        SpecError
            Where the file has another ending.
        """
        target = Path(path)
        write = {".md": self.to_markdown, ".html": self._page, ".csv": self._csv}.get(target.suffix.lower())
        if write is None:
            raise SpecError(f"A checklist is written as .md, .html or .csv; got {target.name!r}.")
        with atomic_write(target) as beside:
            beside.write_text(write(), encoding="utf-8", newline="\n")
        return target

    def __str__(self) -> str:
        lines = [f"Checklist of {self.left} and {self.right}: {self._counts()}"]
        lines += [f"  {item.status}: {item.question} ({item.dataset}) {item.why}" for item in self.missing]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [(_title(item.section), item.question, item.dataset, _said(item), item.why) for item in self.items]
        return html_table(
            ("", "question", "dataset", "answer", "why it matters"), rows, caption=f"{self.left} and {self.right}"
        )

    def _page(self) -> str:
        head = '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Checklist</title></head><body>\n'
        return f"{head}{self._repr_html_()}\n</body></html>\n"

    def _csv(self) -> str:
        return str(self.to_pandas().to_csv(index=False, lineterminator="\n"))

    def _counts(self) -> str:
        counts = {
            status: sum(item.status == status for item in self.items) for status in ("answered", "missing", "to decide")
        }
        refused = sum(item.status == "refused" for item in self.items)
        words = ", ".join(f"{count} {status}" for status, count in counts.items())
        return words + (f", {refused} refused" if refused else "")


def checklist_of(left: Card, right: Card, pair: PairOutlook) -> Checklist:
    """Return the checklist of a linkage of two datasets."""
    items = [_of_card(question, card) for question in OF_EACH for card in (left, right) if _is_asked(question, card)]
    items += [ChecklistItem(section, ask, "", "to decide", "", why) for section, ask, why in OF_BOTH]
    items += _of_pair(pair)
    order = {section: number for number, section in enumerate(SECTIONS)}
    return Checklist(left.name, right.name, tuple(sorted(items, key=lambda item: order[item.section])))


def _is_asked(question: Question, card: Card) -> bool:
    return not question.kinds or card.kind in question.kinds or bool(question.answer(card))


def _of_card(question: Question, card: Card) -> ChecklistItem:
    answer = question.answer(card)
    status: Status = "answered" if answer else "missing"
    answer = answer or f"not in the card: {question.part}"
    return ChecklistItem(question.section, question.ask, card.name, status, answer, question.why)


def _of_pair(pair: PairOutlook) -> list[ChecklistItem]:
    permission: Status = {"refused": "refused", "permitted": "answered"}.get(pair.permission, "missing")  # type: ignore[assignment]
    both = f"{pair.left} and {pair.right}"
    return [
        ChecklistItem(
            "projects", f"Do the cards permit this linkage, by {pair.level}?", both, permission,
            " ".join((f"{permission_text(pair)}.", *pair.reasons)), "A refusal of one dataset holds for the linkage.",
        ),
        ChecklistItem(
            "right problem", "Can the linkage work well enough to answer the question?", both,
            "answered" if pair.grade != "unknown" else "missing", f"{pair.grade}. {pair.reason}",
            "Records linked badly are a risk to people without an answer to show for it.",
        ),
    ]  # fmt: skip


def _by_question(items: Sequence[ChecklistItem], section: str) -> dict[str, list[ChecklistItem]]:
    found: dict[str, list[ChecklistItem]] = {}
    for item in items:
        if item.section == section:
            found.setdefault(item.question, []).append(item)
    return found


def _title(section: str) -> str:
    return "The right problem" if section == "right problem" else f"Safe {section}"


def _who(item: ChecklistItem) -> str:
    return f"{item.dataset}: " if item.dataset else ""


def _said(item: ChecklistItem) -> str:
    return item.answer if item.status == "answered" else f"{item.status}; {item.answer}" if item.answer else item.status
