"""The page in a real browser: upload, style, mix, paint, download."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import ActionChains, By, find, open_browser, until
from PIL import Image
from visitor import PHOTO, pixels

from stylenets import Stylizer
from stylenets.app.server import Server

REST_KEPT = "//*[contains(normalize-space(.), 'The rest')]//label[normalize-space(.)='keep']"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    opened = open_browser(tmp_path, 1280, 1000)
    yield opened
    opened.quit()


def click(browser: Any, text: str) -> None:
    """Click what is labeled so."""
    path = f"//*[self::button or self::span or self::label][normalize-space(.)='{text}']"
    until(lambda: browser.find_elements(By.XPATH, path)[0].click() or True, text)


def choose(browser: Any, label: str, value: str) -> None:
    """Choose from a list by its label."""
    opened = find(browser, f"input[aria-label='{label}']")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", opened)
    until(lambda: opened.click() or True, label)
    css = f"ul[role=listbox] li[aria-label='{value}']"
    until(lambda: browser.find_elements(By.CSS_SELECTOR, css)[0].click() or True, value)


def test_somebody_mixes_two_styles(browser: Any, server: Server, tmp_path: Path) -> None:
    open_page(browser, server.url)
    give_photo(browser)
    browser.find_elements(By.CSS_SELECTOR, "#tiles button")[1].click()  # glass
    style = find(browser, "input[aria-label='Style']")
    until(lambda: style.get_attribute("value") == "glass", "style")
    click(browser, "Mix with a second style")
    choose(browser, "Second style", "ink")
    file = paint_and_download(browser, tmp_path)
    assert file.name == "photo_glass_ink.png"
    expected = Stylizer.load("small")(PHOTO, {"glass": 0.5, "ink": 0.5}, size=256)
    assert np.array_equal(pixels(file.read_bytes()), np.asarray(expected))
    assert not foreign(browser, server.url), "the page needs nothing from elsewhere"
    assert not [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]


@pytest.mark.parametrize("first", ["the photo", "the regions"])
def test_somebody_paints_a_region(browser: Any, server: Server, tmp_path: Path, first: str) -> None:
    opened = "Regions: a look for each part of the photo"
    open_page(browser, server.url)
    if first == "the regions":
        click(browser, opened)
    give_photo(browser)
    if first == "the photo":
        click(browser, opened)
    until(lambda: browser.find_element(By.CSS_SELECTOR, "[aria-label=Brush]").click() or True, "it")
    canvas = find(browser, "canvas")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    until(lambda: shown_on(canvas).std() > 30, "photo on the canvas")
    stroke = ActionChains(browser, duration=20).move_to_element(canvas).click_and_hold()
    for _ in range(10):
        stroke.move_by_offset(4, 0)
    stroke.release().perform()
    until(lambda: red(shown_on(canvas)).any(), "stroke")
    choose(browser, "What is painted red", "ink")
    until(lambda: browser.find_elements(By.XPATH, REST_KEPT)[0].click() or True, "the rest")
    found = pixels(paint_and_download(browser, tmp_path).read_bytes())
    photo = np.asarray(Image.open(PHOTO).resize((256, 256), Image.Resampling.LANCZOS))
    changed = (found != photo).any(2)
    assert changed[124:132, 130:150].mean() > 0.9  # to the right of the middle
    assert not changed[:64].any() and not changed[192:].any() and not changed[:, :64].any()


def shown_on(canvas: Any) -> Any:
    """What is seen there now, (H, W, 3) of 0 to 255."""
    return pixels(canvas.screenshot_as_png)


def red(picture: Any) -> Any:
    """Where the brush's red is, (H, W)."""
    return (np.abs(picture.astype(int) - (0xE5, 0x39, 0x35)) < 8).all(2)


def open_page(browser: Any, url: str) -> None:
    """Open the page and wait for the styles."""
    browser.get(url)
    until(lambda: len(browser.find_elements(By.CSS_SELECTOR, "#tiles img")) == 6, "tiles")


def give_photo(browser: Any) -> None:
    """Give the page the photograph, to be painted small."""
    find(browser, "input[type=file]").send_keys(str(PHOTO))
    until(lambda: browser.find_elements(By.CSS_SELECTOR, "#photo img"), "photo")
    click(browser, "Strokes, colors, size")
    choose(browser, "Shortest side in pixels", "256")


def paint_and_download(browser: Any, folder: Path) -> Path:
    """Press both buttons -> the file."""
    until(lambda: find(browser, "#paint").click() or True, "button")
    until(lambda: "256 x 256 pixels" in browser.find_element(By.TAG_NAME, "body").text, "painting")
    until(lambda: find(browser, "#download").click() or True, "download")
    return until(lambda: list(folder.glob("*.png")), "file")[0]


def foreign(browser: Any, url: str) -> list[str]:
    """What was asked of anybody but this server."""
    events = [json.loads(line["message"])["message"] for line in browser.get_log("performance")]
    asked = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert asked
    return [one for one in asked if not one.startswith((url, "data:", "blob:"))]
