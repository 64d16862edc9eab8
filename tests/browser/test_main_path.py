import pytest

QUESTION = "In which city did Kerry and Lavrov meet?"
QUOTE = (
    "U.S. Secretary of State John Kerry and Russian Foreign Minister Sergei Lavrov met in Zurich on Wednesday, "
    "Jan. 20, and parted without a common list."
)


def ask(page, question):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector("#last .turn.answered, #last .turn.unanswered")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_question_is_answered_and_its_number_shows_the_sentence_in_its_article(visit, sample_chat, width, colours):
    page = visit(sample_chat, width=width, colours=colours)
    ask(page, QUESTION)
    # Which words of the sentence are the answer is the reader's business, held by its own tests.
    short = page.evaluate("document.querySelector('#last .short').firstChild.textContent")
    assert short in QUOTE
    page.click("#last .cite[data-number='1']")
    page.wait_for_selector("#evidence mark.current")
    marked = page.locator("#evidence mark.current").all_inner_texts()
    assert "".join(marked).lstrip("1") == QUOTE
    mark = page.locator("#evidence mark.current").first
    mark.scroll_into_view_if_needed()
    box, pane = mark.bounding_box(), page.locator("#evidence .pane-scroll").bounding_box()
    assert pane["y"] <= box["y"] < pane["y"] + pane["height"]
    assert page.inner_text("#evidence .headline") == "Syria talks wait on a list of names"
    assert "Meridian Briefing" in page.inner_text("#evidence .outlet")
    assert "20 January 2016" in page.inner_text("#evidence .byline")
    link = page.get_attribute("#evidence .onward a", "href")
    assert link.startswith("https://www.example.org/meridian/")
    assert "#:~:text=U.S." in link


def test_the_whole_path_works_with_the_keyboard_alone(visit, sample_chat):
    page = visit(sample_chat)
    page.keyboard.press("/")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector("#last .turn.answered")
    page.locator("#last .cite").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#evidence mark.current")
    page.keyboard.press("Escape")
    page.wait_for_selector("body:not(.reading)")
    assert page.evaluate("document.activeElement.className") == "cite"
    page.keyboard.press("]")
    page.wait_for_selector("body.reading")


def test_unanswered_looks_different_and_names_the_missing_words(visit, sample_chat):
    page = visit(sample_chat)
    ask(page, "who won the zeppelin regatta on Neptune?")
    assert "The articles do not say." in page.inner_text("#last .turn.unanswered")
    assert page.locator("#last .cite").count() == 0
    page.click("#last [data-act='passage'] >> nth=0")
    page.wait_for_selector("#evidence mark.near")
    assert "not an answer" in page.inner_text("#evidence .pane-where")
