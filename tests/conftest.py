"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

import linkkit as lk

# A shared machine pauses now and then: how long an example took says nothing.
settings.register_profile("linkkit", deadline=None)
settings.load_profile("linkkit")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of people with known truth: LINKKIT_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("LINKKIT_DATA") or ROOT.parent / "shared" / "data")
    if folder.is_dir():
        return folder.resolve()
    reason = f"The data sets with known truth are not there ({folder.name}); LINKKIT_DATA says where they are."
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(reason)


@pytest.fixture(scope="session")
def sample_run() -> lk.Run:
    """The bundled sample, linked without any configuration; made once for all tests that only read it."""
    trial, register = lk.synth.sample()
    return lk.link(trial.dataset(), register.dataset(), progress=False)
