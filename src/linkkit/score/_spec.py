"""Specs of scoring: what to learn, and how. Plain data that a plan holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from linkkit._toml import IN_A_FILE
from linkkit.errors import SpecError, did_you_mean
from linkkit.specs import Rule, flatten

from ._diagnosis._catalogue import FINDINGS
from ._time_gaps import TimeGaps

__all__ = ["Classifier", "FellegiSunter", "Fixed", "RuleList"]


@dataclass(frozen=True)
class Fixed:
    """A probability held at a value instead of being learned.

    Parameters
    ----------
    comparison, level
        Name of a comparison and label of one of its levels.
    m_probability, u_probability
        The value; None learns it.

    Examples
    --------
    >>> Fixed("sex", "exact", m_probability=0.99)
    Fixed(comparison='sex', level='exact', m_probability=0.99, u_probability=None)
    """

    comparison: str
    level: str
    m_probability: float | None = None
    u_probability: float | None = None

    def __post_init__(self) -> None:
        for name in ("m_probability", "u_probability"):
            value = getattr(self, name)
            if value is not None and not 0 < value < 1:
                raise SpecError(f"Fixed({name}=) must lie between 0 and 1; got {value}.")
        if self.m_probability is None and self.u_probability is None:
            raise SpecError(f"Fixed({self.comparison!r}, {self.level!r}) needs m_probability, u_probability or both.")


@dataclass(frozen=True)
class FellegiSunter:
    """Learn a Fellegi-Sunter model: m by expectation-maximisation, u from random pairs, and a prior over every pair.

    There are two ways to learn m. From ``"passes"``: the pairs of each of several rules, without the comparisons of
    the rule's fields; right where rules are strict, since what they ask for cannot be learned from their own pairs.
    From all ``"candidates"`` at once, as a part of the whole product; right where the rules together miss few
    matches, as the recommended ones do.

    Parameters
    ----------
    passes
        Rules whose pairs m is learned from, each in a pass of its own that leaves out the comparisons of the rule's
        fields. Empty: the rules that made the candidate pairs.
    prior
        Probability that two random records match; None estimates it over the whole product of the records.
    prior_rules, prior_recall
        Estimate the prior instead as the pairs that these strict rules make, divided by the share of matches they find.
    random_pairs
        How many random pairs the u of levels that are no equality is learned from.
    correct_u
        Take the true matches out of the random pairs (they are many where records repeat people often).
    term_frequencies
        Adjust weights by the frequency of the value agreed on, where a comparison says so.
    learn_from
        ``"passes"`` or ``"candidates"``, as above.
    families
        Set relatives apart as a class of their own where the pairs speak for it: they agree on surname and home, and on
        nothing else. The model is fitted with the class and without; ``model.family_evidence`` says which fits better.
    unique
        With ``"candidates"``: names of the datasets that hold each person once. A record of another dataset has then
        one match at most in each of them, pairs compete for it while they are learned from, and two records of one of
        them are no match.
    missing
        ``"neutral"``: a missing value says nothing. ``"learned"``: it says what it says among the expected matches,
        for records whose gaps go with being duplicates, or with having none (unnamed babies, say).
    m_prior_share
        With ``"candidates"``: the weak prior on m, as matches taken as seen, a share of the records of the smaller
        dataset.
    fixed
        Probabilities held at a value.
    cluster_rounds
        How often a run learns the model again from the clusters it led to, and scores and clusters again; each time
        only where nothing speaks against it (see :func:`fit_from_clusters`).
    m_pseudo_pairs
        Strength of the weak prior on m: so many matches are added, spread evenly over the levels.
    max_iterations, tolerance
        Expectation-maximisation stops when no probability changes by more than the tolerance, or at the limit.
    seed
        Seed of the random pairs.
    anchor
        A field that identifies people, such as an NHS number: m is learned from the pairs that agree on it, and only
        the m of comparisons that read it, the prior and the share of relatives by expectation-maximisation. It says
        nothing of people who have no such number; the diagnosis compares them.
    accept
        Names of serious findings that shall not stop the linkage (see :data:`FINDINGS`), or ``"all"``.
    time_gaps
        Let m of fields that people change depend on the time between two records (see :class:`TimeGaps`); None leaves
        time aside.
    if_refused
        With ``"candidates"``, what follows where the model that was learned cannot be right (a serious finding):
        ``"stop"``, or ``"usual_m"``: learn once more with m all but held at what is usual, and say so. Few fields that
        many people share are such a case: namesakes can look more like matches than the matches do.

    Examples
    --------
    >>> FellegiSunter(prior=0.001).random_pairs
    1000000
    """

    passes: tuple[Rule, ...] = ()
    prior: float | None = None
    prior_rules: tuple[Rule, ...] = ()
    prior_recall: float | None = None
    random_pairs: int = 1_000_000
    correct_u: bool = True
    term_frequencies: bool = True
    learn_from: Literal["passes", "candidates"] = "passes"
    families: bool = False
    unique: tuple[str, ...] = ()
    missing: Literal["neutral", "learned"] = "neutral"
    m_prior_share: float = 0.1
    cluster_rounds: int = 0
    fixed: tuple[Fixed, ...] = ()
    m_pseudo_pairs: float = 1.0
    max_iterations: int = 500
    tolerance: float = 1e-5
    seed: int = 1
    anchor: str | None = None
    accept: tuple[str, ...] = ()
    time_gaps: TimeGaps | None = None
    if_refused: Literal["stop", "usual_m"] = "stop"
    kind: Literal["fellegi_sunter"] = field(default="fellegi_sunter", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "passes", flatten(self.passes))
        object.__setattr__(self, "prior_rules", flatten(self.prior_rules))
        object.__setattr__(self, "fixed", tuple(self.fixed))
        for several in ("unique", "accept"):  # one name may stand for itself
            named: object = getattr(self, several)
            object.__setattr__(self, several, (named,) if isinstance(named, str) else tuple(getattr(self, several)))
        self._check_prior()
        self._check_learning()
        self._check_accepted()
        least_of = {"random_pairs": 1, "max_iterations": 1, "m_pseudo_pairs": 0, "cluster_rounds": 0, "seed": 0}
        for name, least in least_of.items():
            if getattr(self, name) < least:
                raise SpecError(f"{name} must be at least {least}; got {getattr(self, name)}.")
        if not 0 < self.tolerance < 1:
            raise SpecError(f"tolerance must lie between 0 and 1; got {self.tolerance}.")
        places = [(fixed.comparison, fixed.level) for fixed in self.fixed]
        if len(set(places)) < len(places):
            raise SpecError("fixed names the same level twice.")

    def _check_prior(self) -> None:
        if self.prior is not None and not 0 < self.prior < 1:
            raise SpecError(f"prior must lie between 0 and 1; got {self.prior}.")
        if bool(self.prior_rules) != (self.prior_recall is not None):
            raise SpecError(
                "prior_rules and prior_recall go together: strict rules, and the share of matches they find."
            )
        if self.prior_recall is not None and not 0 < self.prior_recall <= 1:
            raise SpecError(f"prior_recall must be above 0 and at most 1; got {self.prior_recall}.")
        if self.prior is not None and self.prior_rules:
            raise SpecError("Give prior, or prior_rules with prior_recall, not both.")

    def _check_learning(self) -> None:
        if self.learn_from not in ("passes", "candidates"):
            raise SpecError(f"learn_from must be 'passes' or 'candidates'; got {self.learn_from!r}.")
        if self.if_refused not in ("stop", "usual_m"):
            raise SpecError(f"if_refused must be 'stop' or 'usual_m'; got {self.if_refused!r}.")
        if self.missing not in ("neutral", "learned"):
            raise SpecError(f"missing must be 'neutral' or 'learned'; got {self.missing!r}.")
        if self.m_prior_share < 0:
            raise SpecError(f"m_prior_share must be 0 or more; got {self.m_prior_share}.")
        if self.passes and self.learn_from == "candidates":
            raise SpecError("Give passes to learn from, or learn_from='candidates', not both.")

    def _check_accepted(self) -> None:
        known = ["all", *FINDINGS]
        for name in self.accept:
            if name not in known:
                hint = did_you_mean(name, known) or f" There are: {', '.join(known)}."
                raise SpecError(f"accept names the finding {name!r}, which there is not.{hint}")
        if self.anchor is not None and self.passes:
            raise SpecError("Give passes to learn m from, or an anchor, not both.")


@dataclass(frozen=True)
class RuleList:
    """Deterministic linkage: rules from strict to loose; a pair takes the rank of the first that holds.

    Parameters
    ----------
    rules
        Each maps names of comparisons to what is asked of them: the label of a level (that level or a stricter one),
        ``"missing"``, or ``"exact or missing"``.
    probabilities
        Probability that a pair of each rule is a match, where known; falling or not, one a rule.

    Notes
    -----
    With probabilities a pair's weight is their log2 odds. Without, the probability is NaN and the weight only orders
    the pairs: the first of R rules weighs R, the last 1.

    Examples
    --------
    >>> len(RuleList(({"surname": "exact", "date_of_birth": "exact"}, {"surname": ">= 0.92"})).rules)
    2
    """

    rules: tuple[dict[str, str], ...] = field(hash=False, metadata={IN_A_FILE: list[dict[str, str]]})
    probabilities: tuple[float, ...] = ()
    kind: Literal["rule_list"] = field(default="rule_list", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(dict(rule) for rule in self.rules))
        object.__setattr__(self, "probabilities", tuple(self.probabilities))
        if not self.rules or not all(self.rules):
            raise SpecError("RuleList needs at least one rule, and each rule at least one comparison.")
        if self.probabilities and len(self.probabilities) != len(self.rules):
            raise SpecError(
                f"RuleList has {len(self.rules)} rules and {len(self.probabilities)} probabilities; give one a rule."
            )
        if not all(0 < probability < 1 for probability in self.probabilities):
            raise SpecError("RuleList(probabilities=) must lie between 0 and 1.")


@dataclass(frozen=True)
class Classifier:
    """Any scikit-learn classifier on the levels, named by import path; it learns from labels.

    Parameters
    ----------
    path
        ``"package.module:Class"``: a classifier with ``fit`` and ``predict_proba``.
    options
        Its keyword arguments.
    coding
        ``"levels"``: a 0/1 column for each level of each comparison, missing too. ``"ordinal"``: a column for each
        comparison that falls from 1 (strictest level) to 0 (other), and a 0/1 column for missing.

    Notes
    -----
    It predicts once for each pattern of levels, not for each pair. A trained classifier is never pickled: keep the
    labels, and fit again.

    Examples
    --------
    >>> Classifier("sklearn.linear_model:LogisticRegression", {"C": 10.0}).coding
    'levels'
    """

    path: str = "sklearn.linear_model:LogisticRegression"
    options: dict[str, Any] = field(default_factory=dict, hash=False)
    coding: Literal["levels", "ordinal"] = "levels"
    kind: Literal["classifier"] = field(default="classifier", repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", dict(self.options))
        if self.path.count(":") != 1:
            raise SpecError(f"A classifier is named by import path, 'package.module:Class'; got {self.path!r}.")
        if self.coding not in ("levels", "ordinal"):
            raise SpecError(f"coding must be 'levels' or 'ordinal'; got {self.coding!r}.")
