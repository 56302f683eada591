"""Takes the pictures in docs/pictures: scripts/pictures runs it.

A Chromium without a window opens page.html, which lays out each reply of payloads.json in the light and in the dark theme. It takes orders
over two pipes, in the DevTools protocol: JSON with a zero byte at the end.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "page.html"
# Pixels of a picture for each pixel of the page: sharp on dense screens.
SCALE = 2
# A reader loads every picture of a document.
MOST_BYTES = 60_000
FLAGS = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    # Letters have the same shape on every machine.
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--remote-debugging-pipe",
]


if os.geteuid() == 0:
    # Chromium has no sandbox for root. It opens nothing but our own page.
    FLAGS.append("--no-sandbox")


def fail(what):
    sys.exit(f"pictures: {what}")


class Browser:
    """A Chromium with one page."""

    def __init__(self, profile):
        orders, self.orders = os.pipe()
        self.answers, answers = os.pipe()
        self.received = b""
        self.last = 0
        self.session = {}

        def pipes():
            # Chromium reads from 3 and writes to 4. Either pipe may have the other's number now.
            copies = os.dup(orders), os.dup(answers)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        command = ["chromium", *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, preexec_fn=pipes, close_fds=False)
        os.close(orders)
        os.close(answers)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}

    def call(self, method, **parameters):
        """Gives an order and returns its result."""
        self.last += 1
        order = json.dumps({"id": self.last, "method": method, "params": parameters, **self.session}).encode() + b"\0"
        while order:
            order = order[os.write(self.orders, order) :]
        while (message := self.message()).get("id") != self.last:
            pass
        if "error" in message:
            fail(f"{method}: {message['error']['message']}")
        return message["result"]

    def message(self):
        """The next message from Chromium: a result or an event."""
        while b"\0" not in self.received:
            more = os.read(self.answers, 1 << 16)
            if not more:
                fail("Chromium stopped")
            self.received += more
        message, _, self.received = self.received.partition(b"\0")
        return json.loads(message)

    def evaluate(self, script):
        """The value of a script on the page."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            fail(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def take(browser, reply, theme, folder):
    """Takes one picture."""
    path = folder / f"{reply['name']}-{theme}.png"
    shown = browser.evaluate(f"show({json.dumps(reply)}, {json.dumps(theme)})")
    if shown["cutOff"]:
        fail(f"{path.name}: does not fit: {shown['cutOff']}")
    area = {"x": 0, "y": 0, "width": shown["width"], "height": shown["height"], "scale": 1}
    picture = browser.call("Page.captureScreenshot", format="png", clip=area, captureBeyondViewport=True)
    # 32 colours are enough for text on a few plain surfaces.
    small = subprocess.run(
        ["pngquant", "--speed", "1", "--strip", "--nofs", "32", "-"], input=base64.b64decode(picture["data"]), capture_output=True
    )
    if small.returncode != 0:
        fail(f"{path.name}: pngquant: {small.stderr.decode()}")
    if len(small.stdout) > MOST_BYTES:
        fail(f"{path.name}: {len(small.stdout)} bytes, more than {MOST_BYTES}")
    path.write_bytes(small.stdout)
    print(f"{path.name}: {shown['width']:.0f}x{shown['height']:.0f}, {len(small.stdout)} bytes")


def main():
    payloads, folder = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        try:
            browser.call("Emulation.setDeviceMetricsOverride", width=800, height=600, deviceScaleFactor=SCALE, mobile=False)
            # The corners of a picture are round; what lies outside of them is transparent.
            browser.call("Emulation.setDefaultBackgroundColorOverride", color={"r": 0, "g": 0, "b": 0, "a": 0})
            browser.call("Page.navigate", url=PAGE.as_uri())
            browser.evaluate("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done)).then(() => true)")
            for reply in json.loads(payloads.read_text()):
                for theme in ("dark", "light"):
                    take(browser, reply, theme, folder)
        finally:
            browser.close()


main()
