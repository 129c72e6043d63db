"""Several datasets at once, some of which hold a person more than once."""

from __future__ import annotations

import pandas as pd
import pytest

import linkkit as lk
from linkkit.decide import Cluster


@pytest.fixture(scope="module")
def three():
    """A register, a clinic whose patients are in it more than once, and a trial; and who is who."""
    people = lk.synth.people(1500, seed=4)
    made = {"register": people.register(coverage=0.7), "clinic": people.register(coverage=0.4, duplicates=0.3),
            "trial": people.trial(families=120)}  # fmt: skip
    # Some patients are in the clinic alone.
    frames = {name: one.frame.iloc[150:] if name == "register" else one.frame for name, one in made.items()}
    datasets = [lk.Dataset(frames[name], name=name, id=one.id, blinded=list(one.blinded)) for name, one in made.items()]
    persons = {name: one.truth.set_index("record_id")["person_id"] for name, one in made.items()}
    truth = {name: persons[name].loc[frames[name][one.id]] for name, one in made.items()}
    return datasets, truth


def persons_apart(run, names):
    """Whether no cluster holds two records of one of these datasets."""
    clusters = run.clusters
    counted = clusters[clusters["dataset"].isin(names)].groupby(["cluster_id", "dataset"], observed=True).size()
    return counted.max() == 1


def test_the_plan_finds_which_datasets_hold_a_person_once_and_clusters_respect_it(three):
    datasets, truth = three
    run = lk.link(*datasets, progress=False)
    assert run.plan.decide == Cluster(at_least=0.5, unique=("register", "trial"))
    assert persons_apart(run, ["register", "trial"])
    clinic = run.clusters[run.clusters["dataset"] == "clinic"]
    assert clinic.groupby("cluster_id").size().max() > 1  # through the register, though no pair within it is made
    quality = lk.evaluate.cluster_quality(run.decision, truth)
    assert quality.bcubed_precision > 0.99
    left, right = (run.links[f"{side}_dataset"] for side in ("left", "right"))
    assert (left != right).all()


def test_duplicates_within_them_are_found_too(three):
    datasets, truth = three
    plan = lk.Plan(decide=Cluster(at_least=0.5, unique=("register", "trial")))
    run = lk.link(*datasets, plan=plan, link_type="link_and_dedupe", progress=False)
    assert persons_apart(run, ["register", "trial"])
    within = run.links[run.links["left_dataset"] == run.links["right_dataset"]]
    assert set(within["left_dataset"]) == {"clinic"}
    quality = lk.evaluate.cluster_quality(run.decision, truth)
    assert quality.bcubed_f1 > 0.99
    only = lk.evaluate.cluster_quality(lk.link(*datasets, progress=False).decision, truth)
    assert quality.bcubed_recall > only.bcubed_recall


def test_without_a_unique_dataset_clusters_are_made_by_their_mean(three):
    clinic = three[0][1]
    frame = clinic.to_pandas()
    names = ("one", "two", "three")
    copies = [lk.Dataset(frame.assign(ref=[f"{name}{row}" for row in range(len(frame))]), name=name, id="ref")
              for name in names]  # fmt: skip
    plan = lk.plan.recommend(lk.Records([lk.prepare.prepare(one) for one in copies]))
    assert plan.decide == Cluster(at_least=0.5, method="average")


def test_judgements_and_unique_datasets_hold_together(three):
    datasets, _ = three
    run = lk.link(*datasets, progress=False)
    across = run.links[(run.links["left_dataset"] == "register") & (run.links["right_dataset"] == "clinic")]
    rows = across.iloc[:3][["left_dataset", "left_id", "right_dataset", "right_id"]].assign(is_match=False)
    judged = lk.link(*datasets, judgements=rows, progress=False)
    ids = judged.clusters.astype({"dataset": str}).set_index(["dataset", "id"])["cluster_id"]
    for row in rows.itertuples():
        assert ids[row.left_dataset, row.left_id] != ids[row.right_dataset, row.right_id]
    assert persons_apart(judged, ["register", "trial"])
    two = pd.DataFrame(
        {
            "left_dataset": ["register", "register"], "left_id": datasets[0].ids.to_pylist()[:2],
            "right_dataset": ["trial", "trial"], "right_id": datasets[2].ids.to_pylist()[:1] * 2, "is_match": [1, 1],
        }
    )  # fmt: skip
    with pytest.raises(lk.DataError, match="rows 1, 2 join two records of register, which the decision takes to hold"):
        lk.link(*datasets, judgements=two, progress=False)
