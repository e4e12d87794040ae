"""A real browser on a real page: served from this machine, driven as a person would."""

import base64
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from torch import Tensor

from stylenets import images

webdriver = pytest.importorskip("selenium.webdriver")

Keys = webdriver.Keys
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses to run as root with one
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that sees a moving pattern
    "--use-fake-ui-for-media-stream",  # and may be used without a question
)
CLOSE = 2 / 255  # of the range: what nobody can see
PATIENCE = 600  # seconds, on a machine with other things to do

needs_browser = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="there is no chromium with its chromedriver"
)


def largest_difference(file: Path, expected: Tensor) -> float:
    """Of a picture file of that shape."""
    found = images.read(file)
    assert found.shape == expected.shape
    return float((found - expected).abs().max())


@contextmanager
def served(folder: Path, isolated: bool = False) -> Iterator[str]:
    """The address of a folder; ``isolated`` with the headers that let a page have threads."""

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            if isolated:
                self.send_header("Cross-Origin-Opener-Policy", "same-origin")
                self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            super().end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class Visitor:
    """Somebody in front of the page."""

    def __init__(self, driver: "webdriver.Chrome", downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def part(self, selector: str) -> "webdriver.remote.webelement.WebElement":
        return self.driver.find_element("css selector", selector)

    def parts(self, selector: str) -> "list[webdriver.remote.webelement.WebElement]":
        return self.driver.find_elements("css selector", selector)

    def wait(self, holds: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, f"{what}: {self.status()}"
            time.sleep(0.05)

    def told(self, selector: str) -> str:
        """A text, also while the page begins again."""
        script = "return document.querySelector(arguments[0])?.textContent ?? ''"
        text: str = self.driver.execute_script(script, selector)
        return text

    def status(self) -> str:
        return self.told("#status")

    def open(self, address: str) -> None:
        self.driver.get(address)
        self.wait(lambda: self.told("#machine"), "the page never began")

    def give(self, photo: Path) -> None:
        self.part("#file").send_keys(str(photo))
        self.painted()

    def painted(self) -> None:
        """Wait until what was last asked for is painted."""
        time.sleep(0.3)  # a slider asks many times, and only the last one counts
        self.wait(lambda: re.search(r"painted in|not work", self.status()), "nothing is painted")
        assert "painted in" in self.status(), self.status()

    def choose(self, style: str) -> None:
        self.part(f".tile[data-style='{style}']").click()

    def slide(self, selector: str, value: int) -> None:
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input'))"
        self.driver.execute_script(script, self.part(selector), value)

    def drag(self, selector: str, right: int, down: int) -> None:
        """Press in the middle of something, and let go this many pixels from there."""
        actions = webdriver.ActionChains(self.driver)
        actions.click_and_hold(self.part(selector)).move_by_offset(right, down).release().perform()

    def command(self, name: str, **settings: object) -> None:
        """Give the browser a command of the DevTools protocol."""
        self.driver.execute_cdp_cmd(name, settings)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where something's middle is in the window."""
        script = """
            arguments[0].scrollIntoView({ block: "center" });
            const { left, top, width, height } = arguments[0].getBoundingClientRect();
            return [left + width / 2, top + height / 2];
        """
        x, y = self.driver.execute_script(script, self.part(selector))
        return x, y

    def drop(self, selector: str, file: Path) -> None:
        """Drag a file from elsewhere over something and let it go there."""
        x, y = self.middle(selector)
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.command("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def paste(self, picture: Path) -> None:
        """Copy a PNG picture, and paste it by the keyboard's shortcut."""
        self.command("Browser.grantPermissions", permissions=["clipboardSanitizedWrite"])
        content = base64.b64encode(picture.read_bytes()).decode()
        script = """
            const [content, done] = arguments;
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const copied = new Blob([bytes], { type: "image/png" });
            const item = new ClipboardItem({ "image/png": copied });
            navigator.clipboard.write([item]).then(() => done(""), (error) => done(String(error)));
        """
        assert self.driver.execute_async_script(script, content) == ""
        key = {"modifiers": 2, "key": "v", "code": "KeyV", "commands": ["paste"]}
        self.command("Input.dispatchKeyEvent", type="keyDown", **key)
        self.command("Input.dispatchKeyEvent", type="keyUp", **key)

    def touch(self, selector: str, right: int, down: int) -> None:
        """Drag a finger from the middle of something."""
        x, y = self.middle(selector)
        for part in range(5):
            place = {"x": x + part * right / 4, "y": y + part * down / 4}
            kind = "touchMove" if part else "touchStart"
            self.command("Input.dispatchTouchEvent", type=kind, touchPoints=[place])
        self.command("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def brushed(self) -> Tensor:
        """(H, W): where the brush was."""
        script = """
            const { width, height } = arguments[0];
            const context = arguments[0].getContext("2d");
            const { data } = context.getImageData(0, 0, width, height);
            return [height, width, [...data].filter((_, place) => place % 4 === 3)];
        """
        height, width, found = self.driver.execute_script(script, self.part("#mask"))
        return torch.tensor(found).reshape(height, width) > 0

    def download(self) -> Path:
        before = set(self.downloads.glob("*.png"))
        self.part("#save").click()
        self.wait(lambda: set(self.downloads.glob("*.png")) - before, "nothing is downloaded")
        return (set(self.downloads.glob("*.png")) - before).pop()

    def complaints(self) -> list[str]:
        """What the browser's console says of errors."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@contextmanager
def visitor(downloads: Path, width: int = 1200, height: int = 900) -> Iterator[Visitor]:
    """A browser of its own, without a past."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    try:
        yield Visitor(driver, downloads)
    finally:
        driver.quit()
