#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives Chromium without a window over chromedriver's WebDriver HTTP.

usage: browser.py [OPTION...] URL STEP...

Opens URL in a browser with a fresh profile and does the steps in order; what
they print goes to stdout.  Exit 0, or 1 when a step fails, with a sentence.

options: --dark        as a reader who wants dark pages
         --size WxH    of the window (default 1280x800); below 600 a phone's
         --no-script   JavaScript is off, as the page must work without
steps:   text          prints what a reader sees
         title         prints the window's title
         has WORDS     fails when a reader does not see them
         not WORDS     fails when he does
         click CSS     presses what the selector finds, and waits for the page
         tab           presses the Tab key
         focus         prints the element that has the focus
         enter         presses the Enter key, and waits for the page
         shot FILE     writes a picture of the whole page (PNG)
         fits          fails when the page is wider than the window
         contrast      fails when text has less than 4.5:1 to what is behind
         quiet         fails when the browser had something to complain of
         reload        gets the page again
         press CSS     presses what the selector finds, on this page
         type CSS WORDS  writes words into what the selector finds
         js EXPRESSION prints its value in the page, as JSON
         print FILE    the page on paper (PDF)

Standard library only.  Programs: chromedriver, chromium (Debian's names).
Everything it starts ends with it; the profile is deleted.
"""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

WAIT_S = float(os.environ.get("ZFW_TEST_SLOW", "1")) * 30
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# For each element with text of its own: its colour against the nearest
# background that is there.  Runs in the page by WebDriver, scripts off or on.
CONTRAST = """
function rgb(c) { return c.match(/[\\d.]+/g).map(Number); }
function light(c) {
  const v = c.slice(0, 3).map(x => x / 255)
    .map(x => x <= 0.03928 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4));
  return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
}
function behind(e) {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
}
const bad = [];
for (const e of document.body.querySelectorAll('*')) {
  if (![...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())) continue;
  const a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) bad.push(e.tagName + ' ' + ratio.toFixed(2));
}
return bad;
"""


class Failed(Exception):
    """A sentence about what went wrong."""


class Driver:
    """A chromedriver of our own, and one session in it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="zfw-browser-")
        self.session = None
        self.port = 0
        # A group of its own, so that all of the browser ends with it.
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0", "--allowed-ips=127.0.0.1"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self.dir, XDG_CONFIG_HOME=self.dir,
                     XDG_CACHE_HOME=self.dir), start_new_session=True)
        for line in self.process.stdout:
            words = line.decode(errors="replace").split("on port ")
            if "started" in words[0] and len(words) == 2:
                self.port = int(words[1].strip(" .\n"))
                return
        raise Failed("chromedriver does not start")

    def call(self, method, path, body=None):
        """One WebDriver command; its value."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        # No proxy of the environment stands between us and our own driver.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=WAIT_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            value = json.load(e)["value"]
            raise Failed(value["message"].splitlines()[0]) from None

    def open(self, opts):
        """Starts the browser."""
        args = ["--headless", "--no-sandbox", "--disable-gpu",
                "--disable-quic", "--no-first-run", "--no-proxy-server",
                "--disable-background-networking", "--disable-sync",
                "--disable-component-update", "--hide-scrollbars",
                "--disable-dev-shm-usage", "--lang=en",
                f"--user-data-dir={self.dir}/profile",
                f"--window-size={opts['width']},{opts['height']}"]
        chrome = {"args": args, "binary": shutil.which("chromium")}
        if not opts["script"]:
            chrome["prefs"] = {"profile.managed_default_content_settings."
                               "javascript": 2}
        value = self.call("POST", "/session", {"capabilities": {
            "alwaysMatch": {"browserName": "chrome",
                            "goog:loggingPrefs": {"browser": "ALL"},
                            "goog:chromeOptions": chrome}}})
        self.session = "/session/" + value["sessionId"]
        phone = opts["width"] < 600
        self.cdp("Emulation.setDeviceMetricsOverride", {
            "width": opts["width"], "height": opts["height"],
            "deviceScaleFactor": 2 if phone else 1, "mobile": phone})
        self.cdp("Emulation.setEmulatedMedia", {"features": [{
            "name": "prefers-color-scheme",
            "value": "dark" if opts["dark"] else "light"}]})

    def do(self, method, path, body=None):
        """A command of the session."""
        return self.call(method, self.session + path, body)

    def cdp(self, command, params):
        """A command of Chromium's own protocol."""
        return self.do("POST", "/goog/cdp/execute",
                       {"cmd": command, "params": params})

    def script(self, text):
        """What a function in the page returns."""
        return self.do("POST", "/execute/sync", {"script": text, "args": []})

    def find(self, css):
        """The first element of a selector."""
        value = self.do("POST", "/element",
                        {"using": "css selector", "value": css})
        return value[ELEMENT]

    def text(self):
        """What a reader sees."""
        return self.do("GET", f"/element/{self.find('body')}/text")

    def key(self, code):
        """Presses one key."""
        self.do("POST", "/actions", {"actions": [{
            "type": "key", "id": "keyboard", "actions": [
                {"type": "keyDown", "value": code},
                {"type": "keyUp", "value": code}]}]})

    def leave(self, act):
        """Does what leads to another page, and waits until that is there."""
        old = self.find("html")
        act()
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                if self.find("html") != old and self.script(
                        "return document.readyState") == "complete":
                    return
            except Failed:
                pass
            time.sleep(0.05)
        raise Failed("no other page came")

    def close(self):
        """Ends browser and driver, and forgets them."""
        try:
            if self.session:
                self.call("DELETE", self.session)
        except (Failed, OSError):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def shot(driver, path):
    """A picture of the whole page, at least as high as the window."""
    size = driver.cdp("Page.getLayoutMetrics", {})
    box, view = size["cssContentSize"], size["cssLayoutViewport"]
    value = driver.cdp("Page.captureScreenshot", {
        "format": "png", "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "scale": 1,
                 "width": view["clientWidth"],
                 "height": max(box["height"], view["clientHeight"])}})
    with open(path, "wb") as out:
        out.write(base64.b64decode(value["data"]))


def see(driver, words, want):
    """Is it there for a reader?"""
    text = driver.text()
    if (words in text) != want:
        raise Failed(f"{'no' if want else 'there is'} \"{words}\" in:\n{text}")


def fits(driver):
    """Nothing has to be pushed aside to be read."""
    wide = driver.script("return [document.documentElement.scrollWidth, "
                         "window.innerWidth]")
    if wide[0] > wide[1]:
        raise Failed(f"the page is {wide[0]} wide, the window {wide[1]}")


def contrast(driver):
    """Can it be read?"""
    bad = driver.script(CONTRAST)
    if bad:
        raise Failed("too little contrast: " + ", ".join(bad))


def quiet(driver):
    """Did the browser complain: of the policy, of the page?"""
    said = [m["message"] for m in driver.do(
        "POST", "/se/log", {"type": "browser"}) if m["level"] == "SEVERE"
        and "the server responded with a status of" not in m["message"]]
    if said:
        raise Failed("the browser says: " + "; ".join(said))


def step(driver, word, take):
    """One step; take() is its next word."""
    if word == "text":
        print(driver.text())
    elif word == "title":
        print(driver.do("GET", "/title"))
    elif word in ("has", "not"):
        see(driver, take(), word == "has")
    elif word == "click":
        element = driver.find(take())
        driver.leave(lambda: driver.do(
            "POST", f"/element/{element}/click", {}))
    elif word == "tab":
        driver.key("\ue004")
    elif word == "enter":
        driver.leave(lambda: driver.key("\ue007"))
    elif word == "focus":
        print(driver.script("return document.activeElement.tagName"))
    elif word == "shot":
        shot(driver, take())
    elif word == "reload":
        driver.do("POST", "/refresh", {})
    elif word == "press":
        driver.do("POST", f"/element/{driver.find(take())}/click", {})
    elif word == "type":
        element = driver.find(take())
        driver.do("POST", f"/element/{element}/clear", {})
        driver.do("POST", f"/element/{element}/value", {"text": take()})
    elif word == "js":
        print(json.dumps(driver.script(f"return {take()}")))
    elif word == "print":
        value = driver.cdp("Page.printToPDF", {"preferCSSPageSize": True})
        with open(take(), "wb") as out:
            out.write(base64.b64decode(value["data"]))
    elif word in ("fits", "contrast", "quiet"):
        {"fits": fits, "contrast": contrast, "quiet": quiet}[word](driver)
    else:
        raise Failed(f"no such step: {word}")


def options(words):
    """What was asked for, and the words that are left."""
    opts = {"dark": False, "script": True, "width": 1280, "height": 800}
    while words and words[0].startswith("--"):
        word = words.pop(0)
        if word == "--dark":
            opts["dark"] = True
        elif word == "--no-script":
            opts["script"] = False
        elif word == "--size" and words:
            opts["width"], opts["height"] = map(int, words.pop(0).split("x"))
        else:
            words.clear()
    return opts


def main():
    """See the head of this file."""
    words = sys.argv[1:]
    opts = options(words)
    if not words:
        print(__doc__, file=sys.stderr)
        return 2

    def take():
        if not words:
            raise Failed("a step lacks its word")
        return words.pop(0)

    driver = None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        driver = Driver()
        driver.open(opts)
        driver.do("POST", "/url", {"url": take()})
        while words:
            step(driver, take(), take)
    except (Failed, OSError) as e:
        print(f"browser: {e}", file=sys.stderr)
        return 1
    finally:
        if driver:
            driver.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
