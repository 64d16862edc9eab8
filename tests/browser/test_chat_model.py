import pytest

from qa.chain import ArticleQA
from qa.chat_models import load_chat_model
from tests.servers import ChatServer
from ui.desk import Desk

QUESTION = "where did Kerry and Lavrov meet?"
BORNE = "Kerry and Lavrov met in Zurich."
INVENTED = "They signed a peace treaty in Geneva on Sunday."


@pytest.fixture
def chat(served, sample_qa):
    """Serves the samples with a chat model on loopback that follows the script of a server."""
    opened = []

    def serving(server):
        model = load_chat_model("openai:tiny", base_url=f"{server.url}/v1")
        qa = ArticleQA.open(sample_qa.library.path, llm=model)
        context = served(Desk(qa, path=qa.library.path))
        opened.append((qa, context))
        return context.__enter__()

    yield serving
    for qa, context in opened:
        context.__exit__(None, None, None)
        qa.library.close()


def ask(page, question=QUESTION, state=".turn.answered"):
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#last {state}:has-text('{question}')")


def test_each_sentence_is_checked_and_what_is_invented_is_struck_out(visit, chat):
    with ChatServer(pieces=(BORNE[:12], BORNE[12:] + " ", INVENTED)) as server:
        page = visit(chat(server))
        assert "it runs on this machine" in page.inner_text(".use-llm")
        ask(page)
        assert "written by a chat model, each sentence checked" in page.inner_text("#last .standing")
        assert page.inner_text("#last .short").startswith(BORNE)
        assert INVENTED not in page.inner_text("#last .short")
        page.click("#last .withheld summary")
        assert page.inner_text("#last .withheld del") == INVENTED
        page.click("#last .cite")
        page.wait_for_selector("#evidence mark.current:has-text('Zurich')")


def test_the_switch_leaves_the_chat_model_out_and_is_remembered(visit, chat):
    with ChatServer(pieces=(BORNE,)) as server:
        page = visit(chat(server))
        page.uncheck("#use-llm")
        ask(page)
        assert "Zurich" in page.inner_text("#last .short")
        assert "chat model" not in page.inner_text("#last")
        assert server.requests == []
        page.reload()
        page.wait_for_selector("#use-llm")
        page.wait_for_function("!document.querySelector('#use-llm').checked")
        page.click('[data-act="toggle-filters"]')
        page.click('[data-act="clear-filters"]')
        assert not page.is_checked("#use-llm")


def test_a_sentence_is_dim_until_it_is_checked_and_stop_hangs_up_at_once(visit, chat):
    with ChatServer(pieces=("Kerry and Lavrov ", "met in Zurich."), trouble="slow") as server:
        page = visit(chat(server))
        ask(page, state=".turn.working:has(.being-checked)")
        assert page.inner_text("#last .being-checked") == "Kerry and Lavrov"
        assert "A chat model is writing" in page.inner_text("#last .stage")
        page.click("#stop")
        page.wait_for_selector("#last .turn.stopped")
        assert server.hung_up.wait(120)
        server.trouble = ""
        page.click('#last [data-act="retry"]')
        page.wait_for_selector("#last .turn.answered")
        assert page.inner_text("#last .short").startswith(BORNE)


def test_leaving_the_page_hangs_up_too(visit, chat):
    with ChatServer(pieces=("Kerry and Lavrov ", "met in Zurich."), trouble="slow") as server:
        page = visit(chat(server))
        ask(page, state=".turn.working:has(.being-checked)")
        page.close()
        assert server.hung_up.wait(120)


@pytest.mark.parametrize(
    ("trouble", "said"), [("cut", "connection to the server failed"), ("status", "status 500"), ("empty", "nothing")]
)
def test_when_the_model_fails_the_articles_own_words_stand(visit, chat, trouble, said):
    with ChatServer(pieces=("Kerry and Lavrov ", "met in Zurich."), trouble=trouble) as server:
        page = visit(chat(server))
        ask(page)
        assert "Zurich" in page.inner_text("#last .short")
        note = page.inner_text("#last .note")
        assert "in the articles' own words" in note
        assert said in note


def test_a_follow_up_is_rewritten_by_the_model_and_can_be_changed(visit, chat):
    with ChatServer(pieces=(BORNE,)) as server:
        page = visit(chat(server))
        ask(page)
        server.pieces = ("When did Kerry and Lavrov meet?",)
        ask(page, "and when?", state=".turn")
        page.wait_for_selector("#last .turn .searched")
        page.wait_for_selector("#last .turn[aria-busy='false']")
        assert "When did Kerry and Lavrov meet?" in page.inner_text("#last .searched")
        server.pieces = (BORNE,)
        page.click('#last [data-act="edit-search"]')
        page.fill("#last .inline-form input", "where did Kerry and Lavrov meet?")
        page.keyboard.press("Enter")
        page.wait_for_selector("#last .turn.answered .short:has-text('Zurich')")


def test_which_machine_sees_the_passages_is_said(visit, served, sample_qa):
    model = load_chat_model("openai:tiny", base_url="http://models.example.org/v1")
    qa = ArticleQA.open(sample_qa.library.path, llm=model)
    with served(Desk(qa, path=qa.library.path)) as address:
        page = visit(address)
        assert "passages of the articles are sent to models.example.org" in page.inner_text(".use-llm")
    qa.library.close()
