"""A case study through the public API: permission, what cards show, and that no row of a person leaves."""

import datetime
import pickle
import re

import pandas as pd
import pytest

import linkkit as lk
from linkkit import pipelines
from linkkit.cards import Consent
from linkkit.errors import CardError, DataError, LinkkitError, SpecError
from linkkit.pipelines.case_studies import Attribute

DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{2}/\d{2}/\d{4}")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b")


def test_lk_link_carries_it_out(study):
    made = study()
    run = lk.link(made.cases(), made.children(), plan=pipelines.case_study(), progress=False)
    assert isinstance(run, pipelines.CaseStudyRun)
    assert run.level == "person"
    assert run.states["cases"].sum() == len(made.frame)


def test_a_plan_file_holds_it(study, tmp_path):
    lookup = tmp_path / "areas.csv"
    lookup.write_text("postcode,area\n", "utf-8")
    made = pipelines.case_study(
        attributes=(Attribute("imd_quintile", "share", ("1", "2"), title="deprived"), "sex"), level="area",
        lookup=str(lookup), codebook=("hope", "fear"), least=20,
    )  # fmt: skip
    loaded = pipelines.Pipeline.load(made.save(tmp_path / "plan.toml"))
    assert loaded.change(lookup=None, attributes=()) == made.change(lookup=None, attributes=())
    assert loaded.shown == made.shown


# --- permission


def test_by_default_it_links_the_finest_level_that_consent_covers(study):
    run = study(level="area").run(Attribute("imd_quintile", "mean"))
    assert run.level == "area"
    assert set(run.bridge.to_pandas()["other_id"]) == {None}


@pytest.mark.parametrize(("level", "asked"), [("area", "person"), ("school", "household"), ("household", "person")])
def test_a_finer_level_is_refused_by_the_scope_and_names_nobody(study, level, asked):
    with pytest.raises(CardError, match=rf"parent form v2 covers linkage of {level}s, not of {asked}s") as error:
        study(level=level).run(level=asked)
    assert "T0001" not in str(error.value)


def test_a_coarser_level_than_consent_covers_may_be_asked_for(study):
    assert study().run(Attribute("imd_quintile", "mean"), level="area").level == "area"


def test_consent_that_is_over_or_of_other_data_is_refused(study):
    made = study(kind="survey")
    with pytest.raises(CardError, match="parent form v2 covers linkage with administrative, not with register"):
        made.run()
    over = Consent(("any",), until=datetime.date(2020, 1, 1), scope="form v1")
    with pytest.raises(CardError, match="form v1 allows no new linkage after 2020-01-01"):
        pipelines.case_study().run(made.cases(consent=over), made.children())


def test_without_consent_or_lawful_basis_no_level_is_known(study):
    made = study()
    with pytest.raises(CardError, match="neither consent nor lawful_basis"):
        pipelines.case_study(level="area").run(made.cases(consent=None), made.children())
    allowed = made.cases(consent=None, lawful_basis="public task")
    assert pipelines.case_study().run(allowed, made.children(), progress=False).level == "person"


def test_the_other_dataset_decides_too(study):
    made = study()
    register = made.children(consent=Consent(("any",), level="area", scope="register rules"))
    area = pipelines.case_study(attributes=(Attribute("imd_quintile", "mean"),))
    assert area.run(made.cases(), register, progress=False).level == "area"
    with pytest.raises(CardError, match="register rules covers linkage of areas"):
        area.change(level="person").run(made.cases(), register)
    schools = made.children(unit="school")
    with pytest.raises(CardError, match="its records are of schools"):
        pipelines.case_study(level="person").run(made.cases(), schools)


def test_who_did_not_agree_is_left_out_and_counted(study):
    made = study()
    consent = Consent(("any",), column="linkage_consent")
    made.frame["linkage_consent"] = ["no", "no", *["yes"] * (len(made.frame) - 2)]
    run = pipelines.case_study().run(made.cases(consent=consent), made.children(), progress=False)
    assert run.left_out[0] == (("no consent to linkage", 2),)
    assert len(run.profiles()) == len(made.frame) - 2
    assert "left out: no consent to linkage" in run.tables()["cases"]["state"].tolist()


def test_the_cases_come_first_and_are_two_datasets(study):
    made = study()
    with pytest.raises(SpecError, match="case study comes first"):
        pipelines.case_study().run(made.children(), made.cases())
    with pytest.raises(SpecError, match="got 1"):
        pipelines.case_study().run(made.cases())


# --- what cards show


def test_cards_show_bands_that_enough_people_share(linked):
    made, run = linked
    held = run.bridge.to_pandas().set_index("case_id")
    register = made.other.set_index("pupil_id")
    cards = {profile.label: dict(profile.values) for profile in run.profiles()}
    for case, label in zip(run.bridge.cases, run.labels, strict=True):
        if held.loc[case, "state"] != "linked":
            assert cards[label] == {}
            continue
        person = register.loc[held.loc[case, "other_id"]]
        shown = cards[label]
        alike = pd.Series(True, index=register.index)
        if not shown["gender"].startswith(("withheld", "not")):
            assert shown["gender"] == person["gender"]
            alike &= register["gender"] == person["gender"]
        if not shown["dob"].startswith(("withheld", "not")):
            low, high = map(int, shown["dob"].split(" to "))
            year = register["dob"].str.extract(r"(\d{4})")[0].astype(float)
            assert low <= int(person["dob"][-4:]) <= high
            alike &= year.between(low, high)
        if not shown["imd_quintile"].startswith(("withheld", "not")):
            bounds = [int(part) for part in shown["imd_quintile"].split(" to ")]
            alike &= register["imd_quintile"].between(bounds[0], bounds[-1])
        if shown["ethnicity"] in set(register["ethnicity"]):
            assert shown["ethnicity"] == person["ethnicity"]
            alike &= register["ethnicity"] == person["ethnicity"]
        assert alike.sum() >= run.pipeline.least_k


@pytest.mark.parametrize("rare", ["band", "withhold"])
def test_no_card_is_rarer_than_asked_whatever_k(study, rare):
    run = study().run("ethnicity", "imd_quintile", "dob", "gender", rare=rare, least_k=60)
    assert (run.values.k[run.linked.row >= 0] >= 60).all()
    assert run.uniqueness["cases_below"].iloc[-1] == 0
    assert run.notes[0].startswith("Banded further" if rare == "band" else "Withheld of some cases")


def test_rare_attributes_are_refused_with_counts_where_that_is_asked_for(study):
    with pytest.raises(DataError, match=r"Fewer than 60 people resemble \d+ of \d+ linked cases"):
        study().run("ethnicity", "imd_quintile", "dob", rare="refuse", least_k=60)


def test_uniqueness_counts_each_attribute_alone_and_all(linked):
    made, run = linked
    rows = run.uniqueness
    alone = rows[(rows["attributes"] == "gender") & (rows["change"] == "as it came, alone")]
    found = run.bridge.to_pandas()
    ids = found.loc[found["state"] == "linked", "other_id"]
    genders = made.other.set_index("pupil_id")["gender"]
    expected = min((genders == genders[one]).sum() for one in ids)
    assert alone["least_k"].tolist() == [expected]


@pytest.mark.parametrize("column", ["forename", "postcode", "upn", "address_line_1", "pupil_id"])
def test_what_says_who_somebody_is_is_never_attached(study, column):
    with pytest.raises(DataError, match=f"'{column}' says who people are"):
        study().run(column)


def test_blinded_columns_and_free_text_are_never_attached(study):
    made = study()
    made.other["arm"] = "control"
    spec = pipelines.case_study(attributes="arm")
    with pytest.raises(DataError, match="'arm' is blinded"):
        spec.run(made.cases(), made.children(blinded=("arm",)))
    made.other["remark"] = "MARKERREMARK she told us a long story about what happened there"
    with pytest.raises(DataError, match=r"'remark' holds free text in [\d,]+ of [\d,]+ rows") as error:
        made.run("remark")
    assert "MARKERREMARK" not in str(error.value)
    made.other["remark"] = [f"word {number}" for number in range(len(made.other))]
    with pytest.raises(DataError, match="too many for categories"):
        made.run("remark")


def test_slips_in_a_column_of_numbers_are_missing_and_counted(study):
    made = study()
    made.other["age"] = [str(number % 90) for number in range(len(made.other))]
    made.other.loc[:11, "age"] = "l2"
    run = made.run("age")
    assert run.values.unread == (12,)
    assert set(run.values.words[0]) >= {"lowest fifth", "highest fifth"}
    assert "Counted as missing where the value is no number or date: age." in run.notes
    assert run.tables()["attributes"]["unread"].tolist() == ["12"]


def test_labels_of_the_study_are_used_unless_they_tell_who_it_is(study):
    made = study()
    assert {profile.label for profile in made.run(label="pseudonym").profiles()} == set(made.frame["pseudonym"])
    assert made.run(label="pseudonym").profile("pseud 3").label == "pseud 3"
    for column, words in (("participant_id", "who people are"), ("child_first_name", "who people are"),
                          ("site", "Each case needs its own"), ("words", "free text")):  # fmt: skip
        with pytest.raises(DataError, match=words):
            made.run(label=column)
    made.frame["nick"] = [f"{name} {number}" for number, name in enumerate(made.frame["child_last_name"])]
    with pytest.raises(DataError, match="hold a name"):
        made.run(label="nick")
    with pytest.raises(SpecError, match="no case 'pseud 333'"):
        made.run(label="pseudonym").profile("pseud 333")


# --- no rows


def test_links_are_not_handed_out(linked):
    _, run = linked
    with pytest.raises(LinkkitError, match="hands out no rows of persons"):
        _ = run.links
    with pytest.raises(LinkkitError, match="hands out no rows of persons"):
        run.explain("T0001", "P0001")
    with pytest.raises(LinkkitError, match="stays in memory"):
        pickle.dumps(run.bridge)
    assert re.fullmatch(r"<Bridge of \d+ cases, in memory only>", repr(run.bridge))


def planted(made):
    """Everything of a person that must never be found: identifiers of the cases and of the whole register."""
    cases, register = made.frame, made.other
    found = set()
    for frame, columns in ((cases, ["participant_id", "child_first_name", "child_last_name", "home_postcode",
                                    "nhs_number", "child_dob", "consent_date"]),
                           (register, ["pupil_id", "upn", "forename", "surname", "postcode", "dob",
                                       "address_line_1"])):  # fmt: skip
        for column in columns:
            found |= {str(value) for value in frame[column].dropna()}
    return {value for value in found if len(value) > 3}


def test_no_identifier_and_no_quote_is_in_anything_that_leaves(study, tmp_path):
    made = study()
    made.frame["child_first_name"] = "Markerfirst" + made.frame["child_first_name"].fillna("")
    run = made.run("ethnicity", "imd_quintile", "dob", "gender", quotes="words", codebook=("hope", "fear"))
    run = run.with_codes(pd.DataFrame({"case": made.frame["participant_id"], "code": "hope"}))
    run.save(tmp_path / "out", truth=made.truth())
    run.report(tmp_path / "linker.html", audience="linker")
    texts = {path.name: path.read_text("utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert set(texts) == {
        "quality.html", "quality.json", "profiles.html", "profiles.md", "study_cases.csv", "study_attributes.csv",
        "study_uniqueness.csv", "study_codes.csv", "linker.html", "linker.json",
    }  # fmt: skip
    texts |= {"repr": repr(run), "html": run._repr_html_(), "values": repr(run.values), "linked": repr(run.linked)}
    texts |= {"summary": run.summary(), "coding": repr(run.coding), "notes": " ".join(run.notes)}
    hunted = planted(made)
    for name, text in texts.items():
        assert "marker" not in text.lower(), name
        assert not DAY.search(text), name
        assert not POSTCODE.search(text), name
        words = set(re.findall(r"[^\s<>|,\"]+", text))
        assert not words & hunted, name


def test_counts_below_the_least_are_hidden_in_files_and_seen_by_the_linker(study, tmp_path):
    run = study().run("gender")
    run.save(tmp_path / "out")
    for path in (tmp_path / "out").glob("study_*.csv"):
        frame = pd.read_csv(path, dtype=str)
        counted = [one for one in frame if one in ("cases", "shown", "rare", "few", "missing", "unread", "least_k",
                                                   "cases_below")]  # fmt: skip
        for column in counted:
            for cell in frame[column].dropna():
                assert cell in ("<10", "[c]") or int(cell) >= 10
    page = run.report(tmp_path / "linker.html", audience="linker").read_text("utf-8")
    assert "&lt;10" not in page
    with pytest.raises(SpecError, match="audience must be one of"):
        run.report(tmp_path / "x.html", audience="all")


def test_rows_of_another_run_are_not_mixed_with_cards(linked, tmp_path):
    (tmp_path / "links.csv").write_text("left_id\n", "utf-8")
    with pytest.raises(LinkkitError, match=r"links\.csv of another run"):
        linked[1].save(tmp_path)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"level": "town"}, "level must be one of"),
        ({"least_k": 1}, "least_k must be at least 2"),
        ({"least": 1}, "least must be at least 2"),
        ({"rare": "drop"}, "rare must be one of"),
        ({"review_from": 0.99}, "the first the lower"),
        ({"attributes": ("sex", "sex")}, "twice"),
    ],
)
def test_parts_that_contradict_themselves_are_refused(parts, words):
    with pytest.raises(SpecError, match=words):
        pipelines.case_study(**parts)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"show": "share"}, "a share needs them"),
        ({"edges": (5, 3)}, "must rise"),
        ({"show": "sum"}, "must be one of"),
        ({"show": "mean", "edges": (1,)}, "edges go with bands"),
        ({"edges": ("a",)}, "edges must be numbers"),
        ({"edges": "a"}, "edges must be numbers"),
        ({"edges": (float("nan"), 4)}, "edges must be numbers"),
        ({"edges": (4, float("inf"))}, "edges must be numbers that are not infinite"),
        ({"edges": (False, True)}, "edges must be numbers"),
    ],
)
def test_attributes_that_contradict_themselves_are_refused(parts, words):
    with pytest.raises(SpecError, match=words):
        Attribute("imd_quintile", **parts)


def test_one_edge_is_an_edge():
    assert Attribute("imd_quintile", edges=3) == Attribute("imd_quintile", edges=(3,))
