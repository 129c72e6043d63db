"""Few cases in a register of some thousands: right links, or word that it is unsure."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import linkkit as lk
from linkkit import pipelines
from linkkit.cards import Card, Consent
from linkkit.errors import DataError, SpecError
from linkkit.pipelines.case_studies._fixed import FIXED_M, fixed_m
from linkkit.pipelines.case_studies._persons import posteriors


@pytest.mark.parametrize("seed", [1, 2])
def test_cases_are_linked_rightly_or_said_to_be_unsure(study, seed):
    made = study(seed)
    checked = made.run().evaluate(made.truth())
    assert checked.wrong == 0
    assert checked.right >= 0.8 * len(made.truth())


def test_when_the_children_themselves_are_not_there_nobody_is_linked_for_them(study):
    """Their siblings and twins are: same surname, same home, for twins the same birthday."""
    made = study(3)
    made.other = made.other[~made.other["pupil_id"].isin(made.truth()["right_id"])]
    run = made.run()
    assert run.states.set_index("state")["cases"]["linked"] == 0


def test_a_twin_alone_in_the_register_makes_a_case_unsure():
    names = [("Ann", "Ola", "2012-03-04", "F", "LS1 4AP"), ("Bo", "Kit", "2013-05-06", "M", "LS2 7AA")]
    columns = ["first_name", "surname", "dob", "sex", "postcode"]
    cases = pd.DataFrame(names, columns=columns).assign(id=["c1", "c2"])
    rng = np.random.default_rng(1)
    crowd = pd.DataFrame({
        "id": [f"r{number}" for number in range(2_000)],
        "first_name": rng.choice(["Mia", "Leo", "Ivy", "Max", "Zoe"], 2_000),
        "surname": [f"{one}{other}" for one, other in zip(rng.choice(["Har", "Bel", "Cor"], 2_000),
                                                          rng.choice(["ton", "lam", "by"], 2_000), strict=True)],
        "dob": [f"20{year:02d}-{month:02d}-17" for year, month in zip(rng.integers(8, 18, 2_000),
                                                                      rng.integers(1, 13, 2_000), strict=True)],
        "sex": rng.choice(["F", "M"], 2_000),
        "postcode": [f"LS{number} {digit}AB" for number, digit in zip(rng.integers(3, 20, 2_000),
                                                                     rng.integers(1, 9, 2_000), strict=True)],
    })  # fmt: skip
    twin = pd.DataFrame([("Una", "Ola", "2012-03-04", "F", "LS1 4AP"), names[1]], columns=columns)
    register = pd.concat([crowd, twin.assign(id=["twin", "self"])], ignore_index=True)
    card = Card("cases", "case_study", consent=Consent(("any",)))
    run = pipelines.case_study().run(lk.Dataset(cases, card=card), lk.Dataset(register), progress=False)
    held = run.bridge.to_pandas().set_index("case_id")
    assert held["state"].to_dict() == {"c1": "unsure", "c2": "linked"}
    assert held["other_id"].to_dict() == {"c1": None, "c2": "self"}


def test_links_do_not_depend_on_the_order_of_rows(study):
    made = study()
    one = made.run("ethnicity")
    made.frame = made.frame.sample(frac=1, random_state=1)
    made.other = made.other.sample(frac=1, random_state=2)
    other = made.run("ethnicity")
    pd.testing.assert_frame_equal(one.bridge.to_pandas(), other.bridge.to_pandas())
    assert one.profiles() == other.profiles()


def keyed(study, keys):
    made = study()
    truth = made.truth().drop_duplicates("left_id")
    made.frame["study_key"] = made.frame["participant_id"].map(
        dict(zip(truth["left_id"], [f"K{number}" for number in range(len(truth))], strict=True))
    )
    made.other["study_key"] = made.other["pupil_id"].map(
        dict(zip(truth["right_id"], [f"K{number}" for number in range(len(truth))], strict=True))
    )
    fields = {"study_key": "study_key"}
    return made, made.cases(fields=fields), made.children(fields=fields), truth


def test_a_key_links_whom_it_finds_and_names_what_decided(study):
    made, cases, children, truth = keyed(study, "study_key")
    run = pipelines.case_study().run(cases, children, progress=False)
    held = run.bridge.to_pandas()
    by_key = held[held["way"] == "key study_key"]
    assert set(by_key["state"]) == {"linked"}
    assert len(by_key) == len(truth)
    assert run.evaluate(made.truth()).wrong == 0


def test_a_key_that_several_have_or_that_names_contradict_makes_a_case_unsure(study):
    made, *_, truth = keyed(study, "study_key")
    left, right = truth["left_id"].tolist(), truth["right_id"].tolist()
    key = made.frame.set_index("participant_id")["study_key"]
    others = made.other.index[~made.other["pupil_id"].isin(right)]
    made.other.loc[others[0], "study_key"] = key[left[0]]  # a second holder
    made.other.loc[made.other["pupil_id"] == right[1], "study_key"] = None
    stranger = others[1:][(made.other.loc[others[1:], "dob"].str[-4:] == "2008").to_numpy()][0]
    made.other.loc[stranger, ["study_key", "forename"]] = [key[left[1]], "Xzqv"]  # mistyped
    fields = {"study_key": "study_key"}
    run = pipelines.case_study().run(made.cases(fields=fields), made.children(fields=fields), progress=False)
    states = run.bridge.to_pandas().set_index("case_id")["state"]
    assert states[left[0]] == "unsure"
    assert states[left[1]] == "unsure"


def test_a_bridge_links_pseudonyms_without_any_name(tmp_path):
    cases = pd.DataFrame({"id": ["c1", "c2", "c3"], "pseudonym": ["a", "b", "c"]})
    register = pd.DataFrame({"id": [f"p{number}" for number in range(50)], "band": ["x", "y"] * 25})
    bridge = tmp_path / "bridge.csv"
    bridge.write_text("case,pseudonym\nc1,p7\nc2,p8\n", "utf-8")
    card = Card("cases", "case_study", consent=Consent(("any",)))
    fields = {"pseudonym": "pseudonym"}
    left = lk.Dataset(cases, card=card, fields=fields)
    right = lk.Dataset(register.assign(pseudonym="z"), fields=fields)
    run = pipelines.case_study(attributes="band", bridge=str(bridge)).run(left, right, progress=False)
    assert run.bridge.to_pandas()["other_id"].tolist() == ["p7", "p8", None]
    assert [profile.values for profile in map(run._card, range(3))] == [(("band", "y"),), (("band", "x"),), ()]


def test_a_bridge_that_names_a_case_twice_is_refused(study, tmp_path):
    bridge = tmp_path / "bridge.csv"
    bridge.write_text("case,other\nT0001,P0001\nT0001,P0002\n", "utf-8")
    with pytest.raises(DataError, match="1 rows name a case again"):
        study().run(bridge=str(bridge))


def test_rows_of_a_bridge_that_link_nobody_are_counted(study, tmp_path):
    made, bridge = study(), tmp_path / "bridge.csv"
    ours, theirs = made.truth()[["left_id", "right_id"]].iloc[0]
    unknown = [f"Zzmarker{number},{theirs}" for number in range(12)]
    rows = [
        f"{ours},{theirs}",
        *unknown,
        f"{made.frame['participant_id'].tolist()[-1]},Qqmarker",
        f",{theirs}",
        "T0002,",
    ]
    bridge.write_text("\n".join(["case,record", *rows]), "utf-8")
    run = made.run(bridge=str(bridge))
    assert "Rows of the bridge of no case in this study, and left out: 12." in str(run.notes)
    assert "Rows of the bridge of no record of the other dataset, and left out: fewer than 10." in str(run.notes)
    counts = {row["which"]: row["rows"] for row in run._sections(0)[0].tables[1].rows}
    assert list(counts.values()) == [1, 12, 1, 2]
    assert run.tables()["own_rows"]["rows"].tolist() == ["<10", "12", "<10", "<10"]
    page = run.report(tmp_path / "page.html").read_text("utf-8")
    assert "Rows of the bridge and the coding" in page
    assert "marker" not in page + str(run.notes) + str(run.tables())


def test_a_bridge_of_which_no_row_is_known_is_refused(study, tmp_path):
    bridge = tmp_path / "bridge.csv"
    bridge.write_text("case,p\nZzmarker,P0001\nT0002,Qqmarker", "utf-8")
    with pytest.raises(
        DataError, match=r"bridge: none of its 2 rows names a case.*1 name no case, [12] no record"
    ) as told:
        study().run(bridge=str(bridge))
    assert "marker" not in str(told.value)


def test_a_bridge_to_ids_that_are_numbers_is_read(tmp_path):
    bridge = tmp_path / "bridge.csv"
    bridge.write_text("case,record\n1,7\nZzmarker,8\n2,x\n", "utf-8")
    card = Card("cases", "case_study", consent=Consent(("any",)))
    fields = {"pseudonym": "pseudonym"}
    left = lk.Dataset(pd.DataFrame({"id": [1, 2], "pseudonym": ["a", "b"]}), card=card, fields=fields)
    right = lk.Dataset(pd.DataFrame({"id": range(9), "pseudonym": "z"}), fields=fields)
    run = pipelines.case_study(bridge=str(bridge)).run(left, right, progress=False)
    assert run.bridge.to_pandas()["other_id"].tolist() == [7, None]
    assert (run.bridged.unknown_cases, run.bridged.unknown_records) == (1, 1)


def test_a_published_algorithm_or_a_saved_model_links_instead(study, tmp_path):
    made = study()
    run = made.run(algorithm="slk_581")
    assert "slk_581" in set(run.bridge.to_pandas()["way"])
    assert run.evaluate(made.truth()).wrong == 0
    comparisons = [lk.compare.recommended(field) for field in ("given_name", "surname", "date_of_birth", "postcode")]
    m = {one.name: fixed_m(one) for one in comparisons}
    u = {one.name: (*[0.002] * len(one.levels), 1 - 0.002 * len(one.levels)) for one in comparisons}
    fitted = lk.score.by_hand(comparisons, m, u, prior=0.5)
    path = tmp_path / "model.json"
    fitted.save(path)
    run = made.run(plan=lk.Plan(model=str(path)))
    assert run.evaluate(made.truth()).wrong == 0
    assert set(run.bridge.to_pandas()["way"]) == {"weights of the plan's model"}
    with pytest.raises(SpecError, match="not by both"):
        made.run(plan=lk.Plan(model=str(path)), algorithm="hesid")


def test_fixed_m_sums_to_one_and_falls():
    for field in ("given_name", "surname", "date_of_birth", "sex", "postcode", "address", "nhs_number", "town", "age"):
        m = fixed_m(lk.compare.recommended(field))
        assert sum(m) == pytest.approx(1)
        assert all(one >= other for one, other in pairwise(m[:-1]))
    assert all(exact + other <= 1 for exact, other in FIXED_M.values())


def test_posteriors_of_a_case_and_of_nobody_sum_to_one():
    rng = np.random.default_rng(2)
    left, bits = rng.integers(0, 5, 60), rng.normal(0, 300, 60)
    found = posteriors(left, bits, 5)
    assert np.isfinite(found).all()
    nobody = [1 - found[left == case].sum() for case in range(5)]
    assert all(-1e-9 <= one <= 1 for one in nobody)
    # Two equal candidates are never both likely.
    assert posteriors(np.array([0, 0]), np.array([40.0, 40.0]), 1).tolist() == pytest.approx([0.5, 0.5])


def test_many_records_of_one_person_are_one_candidate(study):
    made = study()
    twice = pd.concat([made.other, made.other.assign(pupil_id="again " + made.other["pupil_id"])], ignore_index=True)
    made.other = twice.assign(pupil=twice["pupil_id"].str.split().str[-1])
    apart = made.run()
    assert apart.states.set_index("state")["cases"]["linked"] == 0
    run = pipelines.case_study().run(made.cases(), made.children(person="pupil"), progress=False)
    assert run.states.set_index("state")["cases"]["linked"] >= 0.8 * len(made.truth())
    key = pd.DataFrame({"id": [1, 2, 3], "study_key": ["k", "k", "z"], "client": ["a", "a", "b"]})
    cases = pd.DataFrame({"id": ["c"], "study_key": ["k"]})
    fields, card = {"study_key": "study_key"}, Card("cases", "case_study", consent=Consent(("any",)))
    left = lk.Dataset(cases, card=card, fields=fields)
    right = lk.Dataset(key, card=Card("programme", person="client"), fields=fields)
    assert pipelines.case_study().run(left, right, progress=False).states["cases"].tolist() == [1, 0, 0, 0]


def test_two_cases_never_share_one_person(study):
    made = study()
    made.frame = pd.concat([made.frame, made.frame.assign(participant_id="X" + made.frame["participant_id"])])
    assert made.run().states.set_index("state")["cases"]["linked"] == 0
