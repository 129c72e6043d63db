import functools

import numpy as np
import pytest

import linkkit as lk
from linkkit import pipelines
from linkkit.cards import Card, Consent

QUOTE = "MARKERQUOTE he said that he would never ever go back to that school again"


@functools.cache
def people(seed):
    return lk.synth.people(8_000, seed=seed)


class Study:
    """A made-up case study and a register of some thousands of children, with known truth."""

    def __init__(self, seed=1, *, level="person", coverage=0.9, kind="administrative"):
        self.trial = people(seed).trial(families=9, name="cases")
        self.register = people(seed).register(who="children", coverage=coverage)
        self.frame = self.trial.frame.drop(columns="arm")
        self.frame["words"] = QUOTE
        self.frame["pseudonym"] = [f"pseud {number}" for number in range(len(self.frame))]
        self.other = self.register.frame.copy()
        self.other["school"] = "school " + (np.arange(len(self.other)) % 40).astype(str).astype(object)
        self.level, self.kind = level, kind

    def cases(self, **parts):
        consent = Consent(("administrative",), level=self.level, scope="parent form v2")
        card = Card("cases", "case_study", id="participant_id", consent=consent).change(**parts)
        return lk.Dataset(self.frame, card=card)

    def children(self, **parts):
        card = Card("register", self.kind, id="pupil_id", consent=None).change(**parts)
        return lk.Dataset(self.other, card=card)

    def run(self, *attributes, **parts):
        return pipelines.case_study(attributes=attributes, **parts).run(self.cases(), self.children(), progress=False)

    def truth(self):
        return self.trial.matches(self.register)


@pytest.fixture(scope="session")
def study():
    return Study


@pytest.fixture(scope="session")
def linked():
    """A study of persons with some attributes, carried out once."""
    made = Study()
    return made, made.run("ethnicity", "imd_quintile", "dob", "gender")
