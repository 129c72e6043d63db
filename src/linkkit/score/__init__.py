"""Say how much agreement speaks for a match: models that turn levels into weights and probabilities."""

from linkkit.weights import non_match_probability, probability

from ._agreement import RandomAgreement, random_agreement
from ._classifier import ClassifierModel
from ._diagnosis import FINDINGS, Dependence, Diagnosis, Finding, Mode
from ._em import Estimate, expectation_maximisation, product_prior
from ._family import FamilyAlternative
from ._family_evidence import ClassFit, FamilyEvidence
from ._fit import fit
from ._frequencies import TermFrequency, value_frequencies
from ._frequency_files import load_frequencies
from ._json import load_model
from ._labels import fit_from_identifier, fit_from_labels
from ._layout import Layout
from ._mixture import Mixture, MixtureModel
from ._model import Model, TrainingPass, by_hand
from ._reaching import score_reaching
from ._relatives import Relatives
from ._relearn import Relearned, fit_from_clusters
from ._rule_list import RuleModel
from ._spec import Classifier, FellegiSunter, Fixed, RuleList
from ._splink import read_splink, splink_comparisons
from ._time_gaps import ChangeRate, TimeFading, TimeGaps

__all__ = [
    "FINDINGS",
    "ChangeRate",
    "ClassFit",
    "Classifier",
    "ClassifierModel",
    "Dependence",
    "Diagnosis",
    "Estimate",
    "FamilyAlternative",
    "FamilyEvidence",
    "FellegiSunter",
    "Finding",
    "Fixed",
    "Layout",
    "Mixture",
    "MixtureModel",
    "Mode",
    "Model",
    "RandomAgreement",
    "Relatives",
    "Relearned",
    "RuleList",
    "RuleModel",
    "TermFrequency",
    "TimeFading",
    "TimeGaps",
    "TrainingPass",
    "by_hand",
    "expectation_maximisation",
    "fit",
    "fit_from_clusters",
    "fit_from_identifier",
    "fit_from_labels",
    "load_frequencies",
    "load_model",
    "non_match_probability",
    "probability",
    "product_prior",
    "random_agreement",
    "read_splink",
    "score_reaching",
    "splink_comparisons",
    "value_frequencies",
]
