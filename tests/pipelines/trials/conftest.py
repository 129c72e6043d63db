from __future__ import annotations

import pytest
from tests.pipelines.trials.helpers_trials import World


@pytest.fixture(scope="session")
def world():
    return World()


@pytest.fixture(scope="session")
def run(world):
    """Register as spine, events by its ids."""
    return world.run(events=world.events())


@pytest.fixture(scope="session")
def plain_run(world):
    """No third input."""
    return world.run()
