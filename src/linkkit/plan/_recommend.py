"""Fill a plan's gaps with what suits the datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from linkkit import block, compare
from linkkit.block import recommended as recommended_rules
from linkkit.decide import Cluster, OneToMany, OneToOne, Threshold
from linkkit.encoded import Encoded
from linkkit.errors import PlanError
from linkkit.fields import kind_of
from linkkit.records import Records
from linkkit.score import Classifier, FellegiSunter, Mixture, RuleList
from linkkit.specs import Comparison, Rule

from ._anchor import recommended_anchor
from ._contained import contained_fields
from ._plan import Decision, Plan
from ._record_level import recommended_for_records, record_filters_of
from ._time_gaps import recommended_time_gaps

if TYPE_CHECKING:
    from linkkit.pseudonymise import Encoding

__all__ = ["RECOMMENDED_SCORE", "is_unique", "recommend", "recommended_comparisons_of"]

# Where an identifier is there to learn from, it becomes the anchor besides.
RECOMMENDED_SCORE = FellegiSunter(learn_from="candidates", families=True, cluster_rounds=1, if_refused="usual_m")

# A dataset whose records repeat a whole name and date of birth more often than this holds people more than once.
MOST_REPEATED = 0.01


def recommend(records: Records, plan: Plan | None = None) -> Plan:
    """Return a plan without gaps for some prepared records.

    Parameters
    ----------
    records
        The records to be linked, prepared.
    plan
        What is already decided; by default nothing.

    Raises
    ------
    PlanError
        Where the datasets share no field that can be blocked on or compared.

    Examples
    --------
    >>> import pandas as pd
    >>> from linkkit.dataset import Dataset
    >>> people = Dataset(pd.DataFrame({"id": [1, 2], "surname": ["Lee", "Leigh"], "dob": ["2001-02-03", "2001-02-03"]}))
    >>> recommend(Records([people])).decide
    Cluster(at_least=0.5, weight=None, review=None, method='profile', unique=(), unscored=-6.0)
    """
    plan = plan or Plan()
    clks = record_filters_of(records)
    encoding = records.datasets[0].encoded_by
    if len(clks) == 1 and encoding is not None and encoding.level == "records":
        plan = _for_record_filters(records, plan, clks[0])
    if not plan.compare and plan.model is None:
        plan = plan.change(compare=recommended_comparisons_of(records))
    if plan.linking is None:
        plan = plan.change(linking="candidates" if plan.block else "automatic")
    if not plan.block:
        plan = plan.change(block=_rules(records))
    decision = plan.decide or _decision(records)
    if plan.score is None and plan.model is None:
        anchor = recommended_anchor(records)
        gaps = recommended_time_gaps(records, plan.compare)
        unique = _unique(records, decision)
        plan = plan.change(score=replace(RECOMMENDED_SCORE, anchor=anchor, unique=unique, time_gaps=gaps))
    if isinstance(plan.score, FellegiSunter | Mixture) and plan.accept:
        accepted = tuple(dict.fromkeys((*plan.score.accept, *plan.accept)))
        plan = plan.change(score=replace(plan.score, accept=accepted))
    if plan.decide is None and isinstance(plan.score, RuleList):
        decision = _by_rule(decision, plan.score)
    elif plan.decide is None and isinstance(plan.score, Classifier | Mixture) and isinstance(decision, Cluster):
        decision = replace(decision, method="average")  # it weighs no comparison by itself
    return plan.change(decide=decision, link_type=records.link_type)


def _for_record_filters(records: Records, plan: Plan, column: str) -> Plan:
    """Fill in what records with nothing but one filter each ask for."""
    rule, comparison = recommended_for_records(records, column)
    if not plan.compare and plan.model is None:
        plan = plan.change(compare=(comparison,))
    if not plan.block:
        plan = plan.change(block=(rule,), linking=plan.linking or "candidates")
    if plan.score is None and plan.model is None:
        plan = plan.change(score=Mixture(unique=_unique(records, plan.decide or _decision(records))))
    return plan


def is_unique(records: Records, dataset: int) -> bool:
    """Whether a dataset seems to hold each person once: few of its records repeat a whole name and date of birth.

    One whose card says that its records are spells, or which of them are of one person, does not. Of records that have
    nothing but one filter each, few repeat it.
    """
    card = records.datasets[dataset].card
    if card.person is not None or card.spells is not None:  # attendances, episodes: a person has many
        return False
    return _repeats_few(records, dataset)


def _repeats_few(records: Records, dataset: int) -> bool:
    """Whether few records of a dataset repeat a whole name and date of birth, whatever its card says."""
    names: tuple[str, ...] = ("given_name", "surname", "full_name", "date_of_birth")
    fields = [field for field in names if field in records.fields]
    if len(fields) < 2:
        fields = [*record_filters_of(records)]
    if not fields:
        return True
    start, stop = int(records.starts[dataset]), int(records.starts[dataset + 1])
    columns = [records.encoded(field).codes[start:stop].astype(np.int64) for field in fields]
    whole = np.logical_and.reduce([column > 0 for column in columns])
    key = np.zeros(int(whole.sum()), np.int64)
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if int(key.max(initial=0)) >= 2**62 // size:
            key = np.unique(key, return_inverse=True)[1].reshape(-1)
        key = key * size + column[whole]
    key.sort()
    repeated = int(np.count_nonzero(key[1:] == key[:-1]))
    return bool(repeated <= MOST_REPEATED * max(len(key), 1))


def _unique(records: Records, decision: Decision) -> tuple[str, ...]:
    """The datasets that the model learns from as holding each person once: what a decision says, and of two datasets
    what the data say. A register of events whose people come once so far has many rows of a person by its card alone.
    """
    if isinstance(decision, Cluster) and len(records.datasets) > 1:
        return decision.unique
    if records.link_type != "link_only" or len(records.datasets) != 2:
        return ()
    if not isinstance(decision, OneToOne | OneToMany):
        return ()
    names = [dataset.name for dataset in records.datasets]
    said = {"left": (1,), "right": (0,), "both": (0, 1)}[decision.single]
    return tuple(name for number, name in enumerate(names) if number in said or _repeats_few(records, number))


def recommended_comparisons_of(records: Records) -> tuple[Comparison, ...]:
    """Return the comparisons that suit the fields of some records; of encoded ones, those of their encoding."""
    encoding = records.datasets[0].encoded_by
    if encoding is not None:
        from ._encoded import comparisons_of

        found = comparisons_of(
            encoding, [field for field in records.personal_fields if _says_something(records, field)]
        )
        if not found:
            raise PlanError(
                [
                    "compare: nothing in the encoding can be compared: columns have two different values at the least, "
                    "and tokens of several fields only bring records together. Encode fields one by one, too."
                ]
            )
        main = [one.fields[0] for one in found if records.datasets[0].kind_of(one.fields[0]) != "clk"]
        repeating = {one.field for one in contained_fields(records, main)}
        return tuple(one for one in found if one.fields[0] not in repeating)
    repeating = {found.field for found in contained_fields(records, records.personal_fields)}
    useful = [
        (field, records.datasets[0].kind_of(field))
        for field in records.personal_fields
        if _says_something(records, field) and field not in repeating
    ]
    if not useful:
        raise PlanError(
            ["compare: no field that the datasets share has two different values; nothing can be compared."]
        )
    some_have = [
        field for dataset in records.datasets for field, described in dataset.fields.items()
        if described.kind == kind_of(field) and not dataset.holds_sets(field)
    ]  # fmt: skip
    fields, kinds = zip(*useful, strict=True)
    return compare.recommended_comparisons(fields, kinds, some_have=some_have)


def _says_something(records: Records, field: str) -> bool:
    column = records.column(field)
    return not isinstance(column, Encoded) or column.size > 1


def _rules(records: Records) -> Sequence[Rule]:
    encoding = records.datasets[0].encoded_by
    rules = recommended_rules(records) if encoding is None else _encoded_rules(records, encoding)
    if rules:
        return rules
    if records.pair_count <= 50_000_000:
        return (block.every_pair(),)
    raise PlanError(["block: no conjunction of fields makes few enough pairs; say which with on(...)."])


def _encoded_rules(records: Records, encoding: Encoding) -> Sequence[Rule]:
    from ._encoded import rules_for_encoded

    return rules_for_encoded(records, encoding)


def _by_rule(decision: Decision, rules: RuleList) -> Decision:
    """The same decision for rules, which expect no number of matches; ranks without probabilities are all links."""
    if isinstance(decision, Cluster):
        decision = Cluster(at_least=decision.at_least, unique=decision.unique)
    if isinstance(decision, OneToOne):
        decision = replace(decision, leftovers=False)
    return decision if rules.probabilities else replace(decision, weight=1.0)


def _decision(records: Records) -> Decision:
    if records.link_type != "link_only":
        return Cluster(at_least=0.5, method="profile")
    unique = [is_unique(records, number) for number in range(len(records.datasets))]
    if len(records.datasets) > 2:
        names = tuple(d.name for d, one in zip(records.datasets, unique, strict=True) if one)
        return Cluster(at_least=0.5, method=None if names else "average", unique=names)
    if all(unique):
        return OneToOne(leftovers=True)
    if any(unique):
        return OneToMany(one="left" if unique[0] else "right")
    return Threshold(at_least=0.9)
