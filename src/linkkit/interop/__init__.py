"""Work beside other linkage tools: :mod:`linkkit.interop.recordlinkage`.

Splink's models are read by :func:`linkkit.score.read_splink`; scikit-learn's classifiers serve by
:class:`linkkit.score.Classifier`.
"""

from . import recordlinkage

__all__ = ["recordlinkage"]
