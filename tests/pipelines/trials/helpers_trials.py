"""Made-up trials with a register, events and trace returns made of the truth."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

import linkkit as lk
from linkkit.cards import Card, Consent, Period
from linkkit.pipelines import trials

DAY = datetime.date

TRIAL_CARD = Card(
    "trial", "trial", id="participant_id", allocation="arm", consent=Consent(("any",), column="linkage_consent")
)
REGISTER_CARD = Card(
    "register",
    "administrative",
    id="pupil_id",
    period=Period(DAY(2015, 1, 1), DAY(2024, 12, 31)),
    extracted=DAY(2025, 1, 31),
    reporting_lag_days=60,
)
FOLLOW_UP = trials.FollowUp("consent_date", to_days=365)


class World:
    """A trial, a register, and who is who."""

    def __init__(self, size=700, families=60, seed=3):
        people = lk.synth.people(size, seed=seed)
        trial, register = people.trial(families=families), people.register(coverage=0.9)
        self.trial, self.register = trial.frame, register.frame
        self.matches = trial.matches(register)

    def trial_dataset(self, frame=None, card=TRIAL_CARD):
        return lk.Dataset(self.trial if frame is None else frame, card=card)

    def register_dataset(self, frame=None, card=REGISTER_CARD):
        return lk.Dataset(self.register if frame is None else frame, card=card)

    def trace(self, noise=0.0, seed=1):
        """A trace return made of the truth, some answers turned round."""
        ids = self.trial["participant_id"]
        known = ids.isin(self.matches["left_id"]).to_numpy()
        turned = np.random.default_rng(seed).random(len(ids)) < noise
        return pd.DataFrame({"participant_id": ids, "traced": np.where(known ^ turned, "yes", "no")})

    def events(self, seed=2, share=0.6):
        """Some events of some pupils, within ten years."""
        random = np.random.default_rng(seed)
        pupils = self.register["pupil_id"].to_numpy()
        who = np.repeat(pupils, random.integers(0, 3, len(pupils)) * (random.random(len(pupils)) < share))
        day = np.datetime64("2019-01-01") + random.integers(0, 365 * 6, len(who))
        return pd.DataFrame({"person_id": who, "date": day.astype(str)})

    def run(self, trial=None, register=None, **inputs):
        made = {name: inputs.pop(name) for name in ("trace", "events") if name in inputs}
        spine = inputs.pop("spine", None)
        pipeline = trials.trial_to_admin(**{"follow_up": FOLLOW_UP, **inputs})
        datasets = [
            self.trial_dataset() if trial is None else trial,
            self.register_dataset() if register is None else register,
        ]
        datasets += [] if spine is None else [spine]
        return pipeline.run(*datasets, progress=False, **made)
