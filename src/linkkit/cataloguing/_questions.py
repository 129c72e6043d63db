"""The questions of the ethics and governance checklist, in our own words, and the parts of a card that answer them.

They follow the Five Safes (safe projects, people, settings, data, outputs), and put before them whether the linkage is
the right way to find out at all. They are prompts for people; nothing here is legal advice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from linkkit.cards import Card

__all__ = ["OF_BOTH", "OF_EACH", "Question"]

Answer = Callable[[Card], str]


@dataclass(frozen=True)
class Question:
    """A question that is asked of each dataset.

    Parameters
    ----------
    section
        Where it stands.
    ask
        The question.
    part
        The part of the card that answers it.
    answer
        Reads the answer from a card; empty where it says nothing.
    why
        Why it matters.
    kinds
        The kinds of dataset that it is asked of; empty for all.
    """

    section: str
    ask: str
    part: str
    answer: Answer
    why: str
    kinds: tuple[str, ...] = ()


def _approvals(card: Card) -> str:
    return "; ".join(card.approvals)


def _consent(card: Card) -> str:
    asked = card.consent
    if asked is None:
        return ""
    until = f", until {asked.until}" if asked.until else ""
    return f"{asked.scope}: {', '.join(asked.linkages) or 'no linkage'}, by {asked.level}{until}"


def _basis(card: Card) -> str:
    return card.lawful_basis or ("consent" if card.consent is not None else "")


def _opt_outs(card: Card) -> str:
    by_column = "" if card.consent is None or not card.consent.opt_out else f"by the column {card.consent.opt_out!r}"
    return card.opt_outs or by_column


def _retention(card: Card) -> str:
    return "" if card.consent is None or card.consent.until is None else f"new linkage until {card.consent.until}"


def _source(card: Card) -> str:
    if card.source is None:
        return ""
    parts = (card.source.how, card.source.system, card.source.version, card.source.licence)
    return "; ".join(part for part in parts if part)


def _owner(card: Card) -> str:
    return ", ".join(part for part in (card.owner, card.contact) if part)


def _history(card: Card) -> str:
    return ", ".join(sorted({field for one in card.history for field in one.fields}))


OF_EACH: tuple[Question, ...] = (
    Question("projects", "What is the linkage for?", "purpose", lambda card: card.purpose,
             "A linkage without a stated purpose cannot be weighed, and drifts to others."),
    Question("projects", "Who has what of it, and do the people in the data?", "benefit", lambda card: card.benefit,
             "Risk to people in the data is acceptable only for a benefit that can be named."),
    Question("projects", "What allows it in law?", "lawful_basis", _basis,
             "Without a basis the data may not be used, however useful they are."),
    Question("projects", "What did people agree to, and until when?", "consent", _consent,
             "What goes beyond what people were told breaks their trust, and may break the law.",
             ("trial", "cohort", "survey", "case_study")),
    Question("projects", "How are opt-outs honoured?", "opt_outs", _opt_outs,
             "People who said no must not come back by another dataset."),
    Question("projects", "Which approvals are there: ethics, data protection assessment, agreements?", "approvals",
             _approvals, "Each takes months; the slowest decides when the work can begin."),
    Question("people", "Who decides over the data, and whom can we ask?", "owner", _owner,
             "Somebody must be able to say yes, no, or what a column means."),
    Question("settings", "Where may the data be worked on, and how are they reached?", "access",
             lambda card: card.access,
             "Two datasets that may not leave two places cannot be linked in a third without a plan for it."),
    Question("data", "How were identifiers collected, by what system, in what version?", "source", _source,
             "How well identifiers agree follows from how they were written down."),
    Question("data", "Who should be in it, and who is not?", "population", lambda card: card.population,
             "Those who are not covered look like those who were missed."),
    Question("data", "Which columns must the linkage not see?", "blinded", lambda card: ", ".join(card.hidden),
             "Whoever links and knows the arm or the outcome can bias the links without meaning to.", ("trial",)),
    Question("data", "Which earlier names and addresses are there?", "history", _history,
             "People who move and change names are missed more often, and they differ from the others."),
    Question("outputs", "How long may linked data be kept, and new links be made?", "consent.until", _retention,
             "Data that nobody needs any longer are a risk without a benefit."),
)  # fmt: skip

# Section, question, why it matters: answered by those who plan the linkage.
OF_BOTH: tuple[tuple[str, str, str], ...] = (
    ("right problem", "What will be decided differently when the answer is known?",
     "A question whose answer changes nothing does not justify linking people's records."),
    ("right problem", "Could the question be answered without linking persons: by one dataset, by totals, by area?",
     "The linkage that is not needed is the safest."),
    ("right problem", "Whose question is it, and were people like those in the data asked?",
     "Those who live with the consequences see harms that analysts do not."),
    ("right problem", "Who could be harmed or feel wronged by a right answer, and who by a wrong one?",
     "A true finding about a small group can hurt it, too."),
    ("right problem", "Which groups will be linked less well, and would that change the answer?",
     "Missed links are rarely spread evenly: movers, minorities and the poor are missed more often."),
    ("people", "Who links, who analyses, and are they kept apart?",
     "Whoever sees names need not see what is studied, and the other way round."),
    ("people", "Are all of them trained and under an agreement?",
     "Most breaches are slips of people who were not told."),
    ("settings", "Can names be encoded before they leave their owner?",
     "What is never seen cannot be leaked; see encodings and the three parties."),
    ("data", "Is each field needed, or can it be coarser or left out?",
     "Every field that is not there is one that cannot tell who somebody is."),
    ("outputs", "Who checks that nothing leaves in which a person can be found?",
     "Small counts, and differences of counts, tell about single people."),
    ("outputs", "How will the quality of the linkage be told beside the results?",
     "Readers cannot see missed and false links unless they are reported."),
    ("outputs", "When are the linked data and the keys destroyed, and who sees to it?",
     "What has no end date is kept for ever."),
)  # fmt: skip
