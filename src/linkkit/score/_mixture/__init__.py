"""One similarity of whole records, turned into match probabilities without truth.

What is learned of bins of similarity (`_components`) rests on smooth curves (`_smooth`), on order (`_monotone`) and,
where each person stands once in each file, on competition for records (`_competition`). `_fit` goes from compared pairs
to a model (`_model`), with what looks wrong with it (`_findings`).
"""

from ._fit import fit_mixture
from ._model import MixtureModel
from ._spec import Mixture

__all__ = ["Mixture", "MixtureModel", "fit_mixture"]
