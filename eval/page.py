"""How fast the page answers, measured in a real browser: `python -m eval.page` prints JSON.

    short      from the click to the drawn review, for a segment of 30 words: p50 and p95 in seconds
    article    the same for the sample article
    beside     the same for 30 words, while another browser's text of 20,000 words is at work
    long       the text of 20,000 words, and a decision on it, in seconds

Needs the extra `page`, playwright, and Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from typing import Any

from mtfix.config import Settings, from_environment
from mtfix.page import launch
from mtfix.page.examples import SAMPLE, examples

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SHORT = (
    "The mayor said that the the bridge over the river would be closed for repairs until the end of the month, and "
    "that drivers from Kiev should take another road instead."
)
LONG = "\n".join(f"{SHORT} It is paragraph number {n}." for n in range(570))


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--languagetool", default="in-process", help="in-process, off, server, or a URL")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    settings = from_environment(os.environ, Settings(languagetool=options.languagetool))
    _, url, _ = launch(settings, prevent_thread_lock=True, quiet=True)
    program = os.environ.get("MTFIX_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        json.dump(_figures(browser, url, options.runs), sys.stdout, indent=1)
        print()
        browser.close()


def _figures(browser: Any, url: str, runs: int) -> dict[str, Any]:
    one, two = _visit(browser, url), _visit(browser, url)
    found: dict[str, Any] = {"load_average": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
    _answer(one, SHORT)
    found["short"] = _spread([_answer(one, SHORT) for _ in range(runs)])
    found["article"] = _spread([_answer(one, examples()[SAMPLE]) for _ in range(max(3, runs // 3))])
    began = time.perf_counter()
    _start(two, LONG)
    beside = []
    while not two.evaluate(_READY) and len(beside) < 200:
        beside.append(_answer(one, SHORT))
    two.wait_for_function(_READY, timeout=600_000)
    found["beside"] = _spread(beside) | {"while_the_other_waited": len(beside)}
    found["long"] = {"words": len(LONG.split()), "seconds": round(time.perf_counter() - began, 2)}
    found["long"]["decision"] = round(two.evaluate(_DECIDE) / 1000, 3)
    return found


_READY = "!document.querySelector('.mx-review').hidden && window.mtfix.answer !== window.mtfixBefore"
_DECIDE = """
() => {
  const began = performance.now();
  const edit = document.querySelector('.mx-page .mx-current');
  edit.dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }));
  return new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0)));
}
"""


def _visit(browser: Any, url: str) -> Any:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url)
    page.wait_for_function("window.mtfix !== undefined")
    return page


def _start(page: Any, text: str) -> None:
    page.fill("#mx-text textarea", text)
    page.evaluate("window.mtfixBefore = window.mtfix.answer")
    page.evaluate("document.querySelector('#mx-go').click()")


def _answer(page: Any, text: str) -> float:
    """Return the seconds from the click to the drawn review."""
    page.fill("#mx-text textarea", text)
    page.evaluate("window.mtfixBefore = window.mtfix.answer")
    # Both ends are read in the browser, so that this program's own round trips don't count.
    took = page.evaluate(
        "() => new Promise((done) => { const began = performance.now(); document.querySelector('#mx-go').click();"
        f" const look = () => ({_READY}) ? done(performance.now() - began) : setTimeout(look, 5); look(); }})"
    )
    return float(took) / 1000


def _spread(values: list[float]) -> dict[str, Any]:
    if not values:
        return {}
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"p50": round(statistics.median(ordered), 3), "p95": round(p95, 3), "runs": len(ordered)}


if __name__ == "__main__":
    main()
