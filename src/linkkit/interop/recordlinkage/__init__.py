"""recordlinkage beside linkkit: its indexers, features and classifiers as linkkit steps, and tables in its form.

``pip install linkkit[recordlinkage]`` brings it; nothing here needs it but the objects that you pass. Any object with
the same methods does as well, so your own subclasses do.

========================================== ===========================================================================
recordlinkage                              linkkit
========================================== ===========================================================================
``Index().block("surname")``               ``block.on("surname")``
``Index().sortedneighbourhood("surname")`` ``block.sorted_neighbourhood("surname", window=3)``
``Index().full()``                         ``block.every_pair()``
any indexer of yours                       ``indexer(it)`` from here, a blocking rule
``indexer.index(a, b)``                    ``block.candidate_pairs(a, b, rules)``
a MultiIndex of pairs                      ``from_multiindex(it)``, a blocking rule; ``to_multiindex(pairs)`` back
``compare.exact``                          ``compare.exact("sex")``
``compare.string(..., threshold=0.85)``    ``compare.text("surname", (0.85,))``
``compare.numeric``, ``geo``, ``date``     ``compare.number``, ``compare.distance_km``, ``compare.date``
any compare feature of yours               ``feature(it)`` from here, a comparison
``Compare().compute(pairs, a, b)``         ``compare.compare_pairs(pairs, comparisons)``
the feature DataFrame                      ``features(levels)``
``features.sum(axis=1) > 3``               ``score.fit(levels)``: weights that are learned
``ECMClassifier``                          ``score.fit(levels)``
``NaiveBayesClassifier().fit(X, matches)`` ``score.fit_from_labels(levels, labels)``
any classifier of yours                    ``score(levels, it, labels)`` from here
``OneToOneLinking``                        ``decide.one_to_one(scores)``: the best by weight, not the first in the index
``ConnectedComponents``                    ``decide.clusters(scores)``
``measures.precision`` ...                 ``run.evaluate(truth)``; or ``to_multiindex(links)`` and its own measures
========================================== ===========================================================================
"""

from ._classifiers import score
from ._compare import comparisons, feature
from ._features import features
from ._indexers import indexer
from ._pairs import from_multiindex, to_multiindex

__all__ = ["comparisons", "feature", "features", "from_multiindex", "indexer", "score", "to_multiindex"]
