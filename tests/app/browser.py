"""Chromium without a window, where it is there, and what a visitor does in it."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402, F401
from selenium.webdriver.common.by import By  # noqa: E402

PATIENCE = 90  # seconds, on a busy machine


def open_browser(downloads: Path, width: int, height: int) -> Any:
    """A browser with its window of this size, or the test is skipped."""
    driver = shutil.which("chromedriver")
    if driver is None or not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("there is no Chromium with its driver")
    options = webdriver.ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-dev-shm-usage"):
        options.add_argument(f"--{argument}")
    options.add_argument(f"--window-size={width},{height}")
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, Service(driver))


def until(look: Callable[[], Any], what: str) -> Any:
    """What ``look`` finds, once it finds something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except WebDriverException:
            pass  # the page is being changed
        time.sleep(0.2)
    raise AssertionError(f"no {what} within {PATIENCE} s")


def find(browser: Any, css: str) -> Any:
    """The first element that fits, once it is there."""
    return until(lambda: browser.find_elements(By.CSS_SELECTOR, css), css)[0]
