"""Against the real recordlinkage, which needs pandas below 3 and so an environment of its own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit.errors import ModelError, SpecError
from linkkit.interop import recordlinkage as interop

toolkit = pytest.importorskip(
    "recordlinkage",
    reason="recordlinkage is not installed here: it needs pandas below 3 (pip install linkkit[recordlinkage])",
)
if int(pd.__version__.split(".")[0]) >= 3:
    pytest.skip("recordlinkage 0.16 does not work on pandas 3", allow_module_level=True)

# The toolkit itself uses what pandas 2 warns about.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def febrl():
    from recordlinkage.datasets import load_febrl1

    frame, truth = load_febrl1(return_links=True)
    return frame, truth, _dataset(frame, "febrl")


@pytest.fixture(scope="module")
def two():
    from recordlinkage.datasets import load_febrl4

    left, right, truth = load_febrl4(return_links=True)
    left, right = left.head(1000), right.head(1000)
    truth = truth[truth.get_level_values(0).isin(left.index) & truth.get_level_values(1).isin(right.index)]
    return left, right, truth, _dataset(left, "a"), _dataset(right, "b")


def _dataset(frame, name):
    return lk.Dataset(frame.reset_index(), name=name, id="rec_id")


def _comparer():
    comparer = toolkit.Compare()
    comparer.string("given_name", "given_name", method="jarowinkler", label="given")
    comparer.string("surname", "surname", method="levenshtein", threshold=0.8)
    comparer.exact("date_of_birth", "date_of_birth")
    comparer.exact("state", "state")
    comparer.string("address_1", "address_1", method="qgram", label="street")
    return comparer


@pytest.fixture(scope="module")
def levels(febrl):
    pairs = lk.block.candidate_pairs(
        febrl[2], [lk.block.on("given_name"), lk.block.on("surname"), lk.block.on("date_of_birth")]
    )
    return lk.compare.compare_pairs(pairs, interop.comparisons(_comparer(), {"street": (1, 0.7, 0.4)}))


INDEXERS = {
    "block": lambda: toolkit.index.Block("given_name"),
    "two keys": lambda: toolkit.index.Block(["state", "surname"]),
    "neighbourhood": lambda: toolkit.index.SortedNeighbourhood("surname", window=5),
    "random": lambda: toolkit.index.Random(500, random_state=7),
    "full": lambda: toolkit.index.Full(),
}


@pytest.mark.parametrize("kind", INDEXERS)
def test_indexers_make_their_own_pairs_within_a_dataset(febrl, kind):
    frame, _, dataset = febrl
    if kind == "full":
        frame = frame.head(100)
        dataset = _dataset(frame, "few")
    own = INDEXERS[kind]().index(frame.sort_index())
    pairs = lk.block.candidate_pairs(dataset, interop.indexer(INDEXERS[kind]()))
    found = interop.to_multiindex(pairs, like=own)
    assert set(found) == set(own)
    assert len(found) == len(own) == pairs.count()


@pytest.mark.parametrize("kind", INDEXERS)
def test_indexers_make_their_own_pairs_between_datasets(two, kind):
    left, right, _, a, b = two
    own = INDEXERS[kind]().index(left.sort_index(), right.sort_index())
    found = interop.to_multiindex(lk.block.candidate_pairs(a, b, interop.indexer(INDEXERS[kind]())))
    assert set(found) == set(own)
    assert found.names == ["rec_id_1", "rec_id_2"] == list(own.names)


def test_an_index_of_several_algorithms_is_a_rule_each(febrl):
    frame, _, dataset = febrl
    index = toolkit.Index()
    index.block("given_name")
    index.sortedneighbourhood("surname", window=3)
    rules = interop.indexer(index)
    assert [rule.columns for rule in rules] == [("given_name",), ()]
    pairs = lk.block.candidate_pairs(dataset, rules)
    assert set(interop.to_multiindex(pairs, like=index.index(frame))) == set(index.index(frame))


def test_a_class_of_the_users_indexes_and_compares(febrl):
    from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

    class FirstLetters(BaseIndexAlgorithm):
        def _link_index(self, df_a, df_b):
            keys = [frame["surname"].str[:4].rename("key").reset_index().dropna() for frame in (df_a, df_b)]
            joined = keys[0].merge(keys[1], on="key")
            return pd.MultiIndex.from_frame(joined[["rec_id_x", "rec_id_y"]])

        def _dedup_index(self, df_a):
            pairs = self._link_index(df_a, df_a)
            return pairs[pairs.get_level_values(0) > pairs.get_level_values(1)]

    class SameEnd(BaseCompareFeature):
        def _compute_vectorized(self, one, other):
            return (one.str[-2:] == other.str[-2:]).astype(float)

    dataset = febrl[2]
    ours = lk.block.candidate_pairs(dataset, lk.block.on(lk.block.first("surname", 4)))
    theirs = lk.block.candidate_pairs(dataset, interop.indexer(FirstLetters()))
    assert set(interop.to_multiindex(theirs)) == set(interop.to_multiindex(ours))
    comparison = interop.feature(SameEnd("postcode", "postcode"), at_least=(1,))
    same_end = lk.compare.comparison("end", lk.compare.level("same", lk.compare.equal(lk.block.last("postcode", 2))))
    both = lk.compare.compare_pairs(theirs, [comparison, same_end]).patterns()
    assert (both.levels[:, 0] == both.levels[:, 1]).all()


def test_features_are_what_compare_computes_but_for_missing(febrl, levels):
    frame = febrl[0]
    index = interop.to_multiindex(levels)
    own = _comparer().compute(index, frame)
    own.columns = [comparison.name for comparison in levels.comparisons]
    found = interop.features(levels, "categories")
    assert found.index.equals(own.index)
    left, right = (frame.loc[index.get_level_values(level)] for level in (0, 1))
    columns = ["given_name", "surname", "date_of_birth", "state", "address_1"]
    bounds = [(1, 0.92, 0.8), (1,), (1,), (1,), (1, 0.7, 0.4)]
    for name, column, at_least in zip(own.columns, columns, bounds, strict=True):
        absent = left[column].isna().to_numpy() | right[column].isna().to_numpy()
        expected = 1 + np.sum([own[name].to_numpy() < bound for bound in at_least], axis=0)
        assert absent.any() or name == "date_of_birth"
        assert found[name].tolist() == np.where(absent, 0, expected).tolist()


def test_numbers_dates_and_places_are_compared_as_such():
    frame = pd.DataFrame(
        {
            "id": range(4),
            "age": [30, 31, 40, None],
            "date_of_birth": ["2001-02-03", "2001-03-02", "1999-01-01", None],
            "latitude": [53.80, 53.81, 51.50, 53.80],
            "longitude": [-1.55, -1.54, -0.12, None],
        }
    )
    people = lk.Dataset(frame, fields={"age": "age"})
    made = [
        interop.feature(toolkit.compare.Numeric("age", "age", method="linear", scale=10.0), (1, 0.8)),
        interop.feature(toolkit.compare.Date("date_of_birth", "date_of_birth"), (1, 0.5)),
        interop.feature(
            toolkit.compare.Geographic("latitude", "longitude", "latitude", "longitude", method="step", offset=5.0),
            (1,),
        ),
    ]
    levels = lk.compare.compare_pairs(lk.block.candidate_pairs(people, lk.block.every_pair()), made)
    found = interop.features(levels, "categories").astype(int)
    assert found.loc[(0, 1)].tolist() == [2, 2, 1]
    assert found.loc[(0, 2)].tolist() == [3, 3, 2]
    assert found.loc[(0, 3)].tolist() == [0, 0, 0]


def test_features_of_one_record_are_refused():
    for one_sided in (toolkit.compare.VariableA("state"), toolkit.compare.FrequencyA("state")):
        with pytest.raises(SpecError):
            interop.feature(one_sided)


CLASSIFIERS = {
    "ECM": (lambda: toolkit.ECMClassifier(), False, 0.93),
    "KMeans": (lambda: toolkit.KMeansClassifier(random_state=1), False, 0.93),
    "NaiveBayes": (lambda: toolkit.NaiveBayesClassifier(), True, 0.95),
    "NaiveBayes binarized": (lambda: toolkit.NaiveBayesClassifier(binarize=0.5), True, 0.93),
    "LogisticRegression": (lambda: toolkit.LogisticRegressionClassifier(), True, 0.95),
    "SVM": (lambda: toolkit.SVMClassifier(), True, 0.95),
}


@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_classifiers_score_and_their_measures_take_the_links(febrl, levels, kind):
    make, needs_labels, least = CLASSIFIERS[kind]
    truth = febrl[1]
    scores = interop.score(levels, make(), truth if needs_labels else None)
    links = interop.to_multiindex(lk.decide.threshold(scores, at_least=0.5), like=truth)
    assert toolkit.fscore(truth, links) > least
    assert toolkit.precision(truth, links) == len(links.intersection(truth)) / len(links)


def test_a_classifier_scores_pairs_as_it_does_by_itself(febrl, levels):
    truth = febrl[1]
    columns = interop.features(levels, "categories")
    turned = interop.to_multiindex(levels, like=truth)
    classifier = toolkit.NaiveBayesClassifier()
    classifier.fit(columns.set_index(turned), truth)
    alone = classifier.prob(columns)
    scores = interop.score(levels, toolkit.NaiveBayesClassifier(), truth, at_least=0)
    assert np.allclose(scores.probability, alone.to_numpy(), atol=1e-9)


def test_a_trained_classifier_scores_without_training(febrl, levels):
    classifier = toolkit.LogisticRegressionClassifier()
    first = interop.score(levels, classifier, febrl[1])
    again = interop.score(levels, classifier, train=False)
    assert np.array_equal(first.probability, again.probability)


def test_supervised_classifiers_say_that_they_need_labels(levels):
    for classifier in (toolkit.NaiveBayesClassifier(), toolkit.SVMClassifier(), toolkit.LogisticRegressionClassifier()):
        with pytest.raises(ModelError, match="Give labels="):
            interop.score(levels, classifier)


def test_fellegi_sunter_and_one_to_one_go_on_from_recordlinkage_pairs(two):
    left, right, truth, a, b = two
    index = toolkit.Index()
    index.block("given_name")
    index.block("surname")
    pairs = lk.block.candidate_pairs(a, b, interop.from_multiindex(index.index(left, right)))
    names = [lk.compare.text(field) for field in ("given_name", "surname")]
    levels = lk.compare.compare_pairs(pairs, [*names, lk.compare.edits("date_of_birth"), lk.compare.edits("postcode")])
    model = lk.score.fit(levels, learn_from="candidates")
    links = lk.decide.one_to_one(model.score(levels), at_least=0.5)
    reached = truth.intersection(interop.to_multiindex(pairs))
    assert toolkit.fscore(reached, interop.to_multiindex(links)) > 0.97


def test_the_how_to_page_runs(capsys):
    page = Path(__file__).parents[3] / "docs" / "how-to" / "recordlinkage.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec("\n".join(blocks), names)
    precision, recall = map(float, capsys.readouterr().out.splitlines()[-1].split())
    assert precision > 0.9
    assert recall > 0.8
    assert names["links"].link_count > 300
