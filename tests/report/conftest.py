"""A browser for the page tests, and the reports that they look at, written once."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sample

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium through playwright; skips without one, unless MTQE_REQUIRE_BROWSER=1 asks for it."""
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        message = f"no browser: none of {', '.join(CHROMIUM)} is installed"
        if os.environ.get("MTQE_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Directories with the reports of the sample evaluations by name."""
    made = {
        "article": sample.article(),
        "systems": sample.systems(),
        "hostile": sample.hostile(),
        "named": sample.named(),
    }
    directory = tmp_path_factory.mktemp("reports")
    return {name: evaluation.report(directory / name).parent for name, evaluation in made.items()}
