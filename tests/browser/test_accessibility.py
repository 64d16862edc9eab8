from importlib.metadata import files

import pytest

# Only its copy of axe-core is used: the rules are read in the page, the findings here.
AXE = next(file for file in files("axe-playwright-python") or [] if file.name == "axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Findings inside Gradio's own widgets, by rule and place, each with its reason.
KNOWN = {
    # Gradio 6.31's File names its drop button "Click to upload or drop files" but writes "Drop File Here" on it.
    ("label-content-name-mismatch", ".upload-container"),
}


def findings(page):
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.locate().read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [
        (rule["id"], node["target"][0], rule["impact"])
        for rule in found["violations"]
        for node in rule["nodes"]
        if rule["impact"] in ("serious", "critical") and (rule["id"], node["target"][0]) not in KNOWN
    ]


def ask(page, question):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector("#last .turn.answered, #last .turn.unanswered")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious_in_any_view(visit, sample_chat, width, colours):
    page = visit(sample_chat, width=width, colours=colours)
    assert findings(page) == []
    page.click("[data-act=toggle-filters]")
    page.click(".menu summary")
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.click("[data-act=toggle-filters]")
    ask(page, "In which city did Kerry and Lavrov meet?")
    page.click("#last .why summary")
    page.click("#last .cite >> nth=0")
    page.wait_for_selector("#evidence mark.current")
    assert findings(page) == []
    page.keyboard.press("Escape")
    ask(page, "who won the zeppelin regatta on Neptune?")
    assert findings(page) == []
    page.click("[data-view=articles]")
    page.wait_for_selector(".shelf li")
    assert findings(page) == []


def test_focus_is_seen_on_every_kind_of_control(visit, sample_chat):
    page = visit(sample_chat)
    for selector in ("#question textarea", ".masthead .tab", "[data-act=toggle-filters]", "#ask"):
        page.focus(selector)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_nothing_is_wider_than_a_phone(visit, sample_chat):
    page = visit(sample_chat, width=320, height=640)
    ask(page, "In which city did Kerry and Lavrov meet?")
    page.click("#last .why summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.click("[data-view=articles]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_single_key_shortcuts_can_be_turned_off(visit, sample_chat):
    page = visit(sample_chat)
    page.click(".menu summary")
    page.click("[data-act=keys]")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") != "TEXTAREA"
