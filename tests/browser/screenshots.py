"""The README's pictures, made by running the chat over the sample articles.

    python -m tests.browser.screenshots [FOLDER] [--question QUESTION]

Writes answer.png (light, wide), unanswered.png (dark, wide) and phone.png into FOLDER, by default
tests/browser/shots. The question is one that the sample articles answer.
"""

import argparse
import io
import os
import shutil
import tempfile
from pathlib import Path
from threading import Event, Thread

os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", DO_NOT_TRACK="1")

QUESTION = "who must agree on the opposition list?"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def ask(page, question):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector("#last .turn.answered, #last .turn.unanswered")
    page.evaluate("document.activeElement.blur()")


def open_page(browser, address, *, width, height, colours):
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=colours, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.wait_for_selector(".masthead")
    return page


def save(page, path):
    """The page as a picture of few colours: a third of the size, and no eye tells."""
    from PIL import Image

    Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(128).save(path, optimize=True)


def shoot(browser, address, folder, question):
    page = open_page(browser, address, width=1200, height=720, colours="light")
    ask(page, question)
    page.click("#last .cite >> nth=0", timeout=20_000)
    page.wait_for_selector("#evidence mark.current")
    page.evaluate("document.fonts.ready")
    save(page, folder / "answer.png")
    page = open_page(browser, address, width=1200, height=720, colours="dark")
    ask(page, "Who sabotaged the pump at Lower Yarrick?")
    save(page, folder / "unanswered.png")
    page = open_page(browser, address, width=390, height=720, colours="light")
    page.wait_for_selector(".suggestion")
    save(page, folder / "phone.png")


def main():
    from playwright.sync_api import sync_playwright

    from index.library import Library
    from qa.chain import ArticleQA
    from ui.server import serve

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "shots")
    parser.add_argument("--question", default=QUESTION)
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        Library.open(place, create=True).sync(Path(__file__).parents[2] / "index" / "samples")
        addresses, ready = [], Event()
        announce = {"announce": lambda one: (addresses.append(one), ready.set())}
        Thread(target=serve, args=(ArticleQA.open(place),), kwargs={"port": 0, **announce}, daemon=True).start()
        ready.wait(timeout=120)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            shoot(browser, addresses[0], options.folder, options.question)
            browser.close()
    # Threads of models still at work would abort a normal exit.
    os._exit(0)


if __name__ == "__main__":
    main()
