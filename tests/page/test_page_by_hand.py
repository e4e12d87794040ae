"""What hands do on the page: drop, paste, take a photo, drag a point, touch."""

import re
from pathlib import Path

import pytest
from visiting import CLOSE, largest_difference, needs_browser, served, visitor

from stylenets import Stylizer, images

pytestmark = [needs_browser, pytest.mark.slow]


def test_a_photo_is_dropped_or_pasted(page: Path, photo: Path, tmp_path: Path) -> None:
    expected = Stylizer.load("small")(images.read(photo), "swirl")
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.open(address)
        person.drop("#view", photo)
        person.painted()
        dropped = person.download()
        assert dropped.name == "portrait_swirl.png"
        assert largest_difference(dropped, expected) <= CLOSE
        person.paste(photo)
        person.painted()
        pasted = person.download()
        assert pasted.name == "image_swirl.png"  # as the browser calls what comes without a name
        assert largest_difference(pasted, expected) <= CLOSE


def test_a_point_among_three_styles_is_their_mix(page: Path, photo: Path, tmp_path: Path) -> None:
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.open(address)
        person.give(photo)
        person.part("#mixing").click()
        person.choose("ink")
        person.choose("glass")
        person.drag("#board", 20, 10)
        person.painted()
        file = person.download()
        told = [int(one.text.removesuffix(" %")) for one in person.parts("#sliders output")]
        place = person.part("#board .dot").get_attribute("style")
        side = person.driver.execute_script(
            "return arguments[0].offsetWidth", person.part("#board")
        )
    # swirl is above, ink below on the right, glass on the left, 36 % of the board from its middle
    x, y = ((float(one) - 50) / 36 for one in re.findall(r"([\d.]+)%", place))
    assert abs(0.36 * side * x - 20) <= 1 and abs(0.36 * side * y - 10) <= 1  # pixels
    right, left = 1 / 3 + y / 3 + x / 3**0.5, 1 / 3 + y / 3 - x / 3**0.5
    shares = {"swirl": 1 - right - left, "ink": right, "glass": left}
    assert all(
        abs(one - 100 * share) <= 0.51 for one, share in zip(told, shares.values(), strict=True)
    )
    expected = Stylizer.load("small")(images.read(photo), shares)
    assert largest_difference(file, expected) <= CLOSE


def test_a_camera_takes_the_photo(page: Path, tmp_path: Path) -> None:
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.open(address)
        person.part("#webcam").click()
        seen = "return document.getElementById('video').videoWidth"
        person.wait(lambda: person.driver.execute_script(seen), "the camera sees nothing")
        person.part("#shutter").click()
        person.painted()
        assert "A download has all 1920 × 1080" in person.status()
        stopped = "return document.getElementById('video').srcObject === null"
        assert person.driver.execute_script(stopped)
        assert person.complaints() == []


def test_a_finger_mixes_and_paints_a_region_on_a_telephone(
    page: Path, photo: Path, tmp_path: Path
) -> None:
    with served(page, isolated=True) as address, visitor(tmp_path) as person:
        person.command("Emulation.setTouchEmulationEnabled", enabled=True)
        screen = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
        person.command("Emulation.setDeviceMetricsOverride", **screen)
        person.open(address)
        person.give(photo)
        wide = "return document.documentElement.scrollWidth"
        assert person.driver.execute_script(wide) == 390
        person.part("#mixing").click()
        person.choose("glass")
        person.touch("#board", 24, 0)
        assert "left: 60%" in person.part("#board .dot").get_attribute("style")  # of 240 pixels
        person.part("#mixing").click()
        person.part("#painting").click()
        person.choose("ink")
        person.touch("#view", 30, 0)
        person.painted()
        brushed = person.brushed()
    middle = brushed.shape[0] // 2
    assert brushed[middle, 59:89].all() and not brushed[middle, :30].any()
