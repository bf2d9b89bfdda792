"""Shared by all tests: where the third-party development data lie, when they are there."""

from pathlib import Path

import pytest
from hypothesis import settings

# No deadline, since test machines are shared; the same examples each time, so that a failure is no matter of luck.
settings.register_profile("mtqe", deadline=None, derandomize=True)
settings.load_profile("mtqe")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the development data (../shared) are not here")
    return SHARED
