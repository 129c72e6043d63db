"""Draft plans and checklists: what the cards say goes into them, and what they do not say is named."""

from __future__ import annotations

import datetime

import pytest

import linkkit as lk
from linkkit.cards import Card, Consent, Expected, History, Source, SpellColumns
from linkkit.decide import OneToMany, OneToOne, Threshold
from linkkit.errors import PlanError, SpecError
from linkkit.pipelines import load_pipeline_file

DAY = datetime.date(2026, 6, 30)
COMPLETE = dict.fromkeys(("given_name", "surname", "date_of_birth", "postcode"), 0.99)
CONSENT = Consent(("administrative",), until=datetime.date(2030, 1, 1), column="agreed", scope="parent form v2")
TRIAL = Card(
    "trial", "trial", completeness=COMPLETE, persons=800, allocation="arm", consent=CONSENT, purpose="early words",
    found_in=(Expected("administrative", "all", (0.9, 1.0)),),
    history=(History(("postcode",), "from", path="moves.csv"),),
)  # fmt: skip
REGISTER = Card("register", completeness=COMPLETE, kind="administrative", persons=50_000, lawful_basis="public task")
PROGRAMME = Card("programme", "intervention", completeness=COMPLETE, persons=300, lawful_basis="consent of parents")


@pytest.fixture(scope="module")
def mapped():
    return lk.catalogue(TRIAL, REGISTER, PROGRAMME, on=DAY)


def test_a_draft_holds_what_the_cards_say(mapped):
    draft = mapped.draft("trial", "register")
    text = str(draft)
    for part in (
        "column 'agreed'",
        "Keep from linkage in trial: arm",
        "moves.csv",
        "90% to 100% of trial",
        "Freeze the links",
    ):
        assert part in text
    assert draft.pipeline == "trial_to_admin"
    assert [one.name for one in draft.plan.compare] == ["date_of_birth", "given_name", "surname", "postcode_history"]


def test_a_draft_decides_by_who_holds_a_person_once(mapped):
    assert isinstance(mapped.draft("trial", "register").plan.decide, OneToOne)
    assert mapped.draft("register", "programme").plan.decide == OneToMany("left")
    assert mapped.draft("programme", "register").plan.decide == OneToMany("right")
    other = PROGRAMME.change(name="other")
    both = lk.catalogue(PROGRAMME, other, on=DAY).draft("programme", "other")
    assert isinstance(both.plan.decide, Threshold)
    assert mapped.draft("programme", "register").pipeline == "intervention_to_admin"


def test_what_is_refused_or_not_feasible_has_no_draft(mapped):
    with pytest.raises(PlanError, match="parent form v2 covers linkage with administrative, not with programme"):
        mapped.draft("trial", "programme")
    poor = Card("poor", fields={"sex": "s"}, lawful_basis="x")
    with pytest.raises(PlanError, match="not feasible"):
        lk.catalogue(poor, REGISTER, on=DAY).draft("poor", "register")


def test_what_is_not_stated_is_the_first_step():
    silent = REGISTER.change(lawful_basis="")
    first = lk.catalogue(PROGRAMME, silent, on=DAY).draft("programme", "register").steps[0]
    assert first.startswith("Before anything is read: register gives neither consent nor a lawful basis.")


def test_a_saved_draft_links_with_the_consent_of_its_cards(tmp_path):
    people = lk.synth.people(1500, seed=4)
    trial, register = people.trial(families=60), people.register(coverage=0.95)
    trial.write(tmp_path / "trial.csv")
    register.write(tmp_path / "register.csv")
    asked = Consent(("administrative",), column="linkage_consent")
    Card("trial", "trial", path=str(tmp_path / "trial.csv"), id=trial.id, allocation="arm", consent=asked).save(
        tmp_path / "trial.card.toml"
    )
    Card("register", "administrative", path=str(tmp_path / "register.csv"), id=register.id).save(
        tmp_path / "register.card.toml"
    )
    path = lk.catalogue(tmp_path, on=DAY).draft("trial", "register").save(tmp_path / "plans" / "plan.toml")
    file = load_pipeline_file(path)
    run = file.pipeline.run(*[one.open() for one in file.datasets], progress=False)
    assert run.pipeline.name == "trial_to_admin"
    linked = run.linkage.links["left_id"]
    refused = trial.frame.loc[trial.frame["linkage_consent"] == "no", "participant_id"]
    assert len(refused)
    assert len(linked) > 50
    assert not set(linked) & set(refused)


def test_a_draft_without_files_is_a_plan_without_datasets(mapped, tmp_path):
    file = load_pipeline_file(mapped.draft("trial", "register").save(tmp_path / "plan.toml"))
    assert file.datasets == ()
    assert (file.pipeline.name, file.pipeline.plan) == ("trial_to_admin", mapped.draft("trial", "register").plan)


def _in_python(folder, way, people):
    """A trial and a register whose cards are objects of the session, and stand in no file."""
    trial, register = people.trial(families=60), people.register(coverage=0.95)
    trial.write(folder / "trial.csv")
    register.write(folder / "a_register.csv")
    asked = Consent(("administrative",), column="linkage_consent")
    cards = (
        Card("trial", "trial", path=str(folder / "trial.csv"), id=trial.id, allocation="arm", consent=asked),
        Card("a_register", "administrative", path=str(folder / "a_register.csv"), id=register.id, lawful_basis="law"),
    )
    if way == "cards":
        return trial, lk.catalogue(*cards, on=DAY)
    if way == "cards alone":
        said = ("given_name", "surname", "date_of_birth", "postcode")
        known = [card.change(completeness=dict.fromkeys(said, 0.99), persons=900) for card in cards]
        return trial, lk.catalogue(*known, on=DAY, read=False)
    return trial, lk.catalogue(*(lk.Dataset(card.path, card=card.change(path=None)) for card in cards), on=DAY)


@pytest.mark.parametrize("way", ["cards", "cards alone", "datasets"])
def test_a_saved_draft_holds_the_cards_that_were_made_in_python(tmp_path, way):
    (tmp_path / "data").mkdir()
    trial, found = _in_python(tmp_path / "data", way, lk.synth.people(1500, seed=4))
    path = found.draft("a_register", "trial").save(tmp_path / "plans" / "plan.toml")
    assert sorted(one.name for one in path.parent.iterdir()) == ["plan.1.card.toml", "plan.2.card.toml", "plan.toml"]
    file = load_pipeline_file(path)
    opened = [one.open() for one in file.datasets]
    assert [one.name for one in opened] == ["trial", "a_register"]
    assert opened[0].card.allocation == "arm"
    assert opened[0].card.consent.column == "linkage_consent"
    assert opened[1].card.lawful_basis == "law"
    run = file.pipeline.run(*opened, progress=False)
    refused = trial.frame.loc[trial.frame["linkage_consent"] == "no", "participant_id"]
    assert len(refused)
    assert len(run.linkage.links) > 50
    assert not set(run.linkage.links["left_id"]) & set(refused)


def test_a_card_that_stands_beside_its_data_is_not_written_again(tmp_path):
    _, found = _in_python(tmp_path, "cards", lk.synth.people(800, seed=4))
    for card in found.cards:
        card.save(tmp_path / f"{card.name}.card.toml")
    data = [lk.Dataset(tmp_path / f"{card.name}.csv") for card in found.cards]
    path = lk.catalogue(*data, on=DAY).draft("trial", "a_register").save(tmp_path / "plans" / "plan.toml")
    assert [one.name for one in path.parent.iterdir()] == ["plan.toml"]
    assert load_pipeline_file(path).datasets[0].open().card.consent.column == "linkage_consent"


def test_of_tables_of_the_session_the_file_says_what_to_do(tmp_path):
    trial, register = lk.synth.sample()
    names = Card("trial", "trial", lawful_basis="a", id=trial.id), Card("register", lawful_basis="b", id=register.id)
    data = [lk.Dataset(one.frame, card=card) for one, card in zip((trial, register), names, strict=True)]
    path = lk.catalogue(*data, on=DAY).draft("trial", "register").save(tmp_path / "plan.toml")
    text = path.read_text("utf-8")
    assert "# trial came without a file" in text
    assert "# register came without a file" in text
    assert "(card.save)" in text
    assert load_pipeline_file(path).datasets == ()


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    """Cards and data of one kind each, of the same made-up people."""
    folder = tmp_path_factory.mktemp("cards")
    people = lk.synth.people(1500, seed=4)
    trial, register = people.trial(families=60), people.register(coverage=0.95)
    programme = people.intervention(trial=trial)
    for name, made in (("a_register", register), ("trial", trial), ("programme", programme), ("b_register", register)):
        made.write(folder / f"{name}.csv")
    said = {"lawful_basis": "public task"}
    Card("a_register", "administrative", path=str(folder / "a_register.csv"), id=register.id, **said).save(
        folder / "a_register.card.toml"
    )
    Card("b_register", "administrative", path=str(folder / "b_register.csv"), id=register.id, **said).save(
        folder / "b_register.card.toml"
    )
    Card("trial", "trial", path=str(folder / "trial.csv"), id=trial.id, allocation="arm", **said).save(
        folder / "trial.card.toml"
    )
    Card(
        "programme",
        "intervention",
        path=str(folder / "programme.csv"),
        id=programme.id,
        person="client_ref",
        spells=SpellColumns("start_date", "end_date", "centre"),
        **said,
    ).save(folder / "programme.card.toml")
    return folder


@pytest.mark.parametrize(("left", "right", "pipeline", "order"), [
    ("a_register", "trial", "trial_to_admin", ["trial", "a_register"]),
    ("a_register", "programme", "intervention_to_admin", ["programme", "a_register"]),
    ("programme", "b_register", "intervention_to_admin", ["programme", "b_register"]),
    ("a_register", "b_register", "spine", ["a_register", "b_register"]),
])  # fmt: skip
def test_a_saved_draft_is_carried_out_by_its_pipeline(cards, tmp_path, left, right, pipeline, order):
    draft = lk.catalogue(cards, on=DAY).draft(left, right)
    assert draft.pipeline == pipeline
    assert pipeline in str(draft)
    file = load_pipeline_file(draft.save(tmp_path / "plan.toml"))
    assert [one.name for one in file.datasets] == order
    run = file.pipeline.run(*[one.open() for one in file.datasets], progress=False)
    assert run.pipeline.name == pipeline if pipeline != "spine" else len(run.persons)
    if pipeline != "spine":
        assert len(run.linkage.links) > 50
        decision = run.linkage.plan.decide
        assert decision == (OneToOne(leftovers=True) if pipeline == "trial_to_admin" else OneToMany("right"))


def test_a_case_study_first_in_its_pipeline_and_second_by_name(tmp_path):
    cases = Card("z_cases", "case_study", completeness=COMPLETE, persons=9, path="z.csv", lawful_basis="asked")
    register = REGISTER.change(path="r.csv")
    (tmp_path / "cards").mkdir()
    for card in (cases, register):
        card.save(tmp_path / "cards" / f"{card.name}.card.toml")
    draft = lk.catalogue(tmp_path / "cards", on=DAY).draft("register", "z_cases")
    file = load_pipeline_file(draft.save(tmp_path / "plan.toml"))
    assert file.pipeline.name == "case_study"
    assert [one.name for one in file.datasets] == ["z_cases", "register"]


# --- checklist ------------------------------------------------------------------------------------------------------


def test_a_checklist_is_filled_from_the_cards(mapped):
    table = mapped.checklist("trial", "register").to_pandas()
    assert set(table["section"]) == {"right problem", "projects", "people", "settings", "data", "outputs"}
    by_card = table.set_index(["question", "dataset"])
    purpose = "What is the linkage for?"
    assert by_card.loc[(purpose, "trial"), ["status", "answer"]].tolist() == ["answered", "early words"]
    assert by_card.loc[(purpose, "register"), ["status", "answer"]].tolist() == ["missing", "not in the card: purpose"]
    consent = by_card.loc[("What did people agree to, and until when?", "trial"), "answer"]
    assert consent == "parent form v2: administrative, by person, until 2030-01-01"
    assert (table["why"].str.len() > 20).all()


def test_a_full_card_leaves_nothing_missing():
    whole = {
        "purpose": "a", "benefit": "b", "lawful_basis": "c", "opt_outs": "d", "approvals": ("e",), "owner": "f",
        "access": "g", "source": Source("asked"), "population": "h", "history": (History(("postcode",), "from"),),
        "consent": Consent(("any",), until=datetime.date(2030, 1, 1)), "completeness": COMPLETE,
    }  # fmt: skip
    found = lk.catalogue(Card("a", **whole), Card("b", **whole), on=DAY).checklist("a", "b")
    assert found.missing == ()
    assert str(found).endswith("12 to decide")


def test_a_refusal_stands_in_the_checklist(mapped):
    refused = [item for item in mapped.checklist("trial", "programme").items if item.status == "refused"]
    assert len(refused) == 1
    assert "not with programme" in refused[0].answer


@pytest.mark.parametrize(("ending", "part"), [(".md", "- [ ] "), (".html", "<table>"), (".csv", "section,question")])
def test_a_checklist_is_written(mapped, tmp_path, ending, part):
    path = mapped.checklist("trial", "register").save(tmp_path / f"checklist{ending}")
    text = path.read_text("utf-8")
    assert part in text
    assert "early words" in text


def test_a_checklist_has_no_other_form(mapped, tmp_path):
    with pytest.raises(SpecError, match=r"\.md, \.html or \.csv"):
        mapped.checklist("trial", "register").save(tmp_path / "checklist.docx")
