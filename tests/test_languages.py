import pytest

from index.languages import language


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The talks on the future of the harbour begin in Port Selwick on Monday, the mayor said."),
        ("de", "Die Gespräche über die Zukunft des Hafens beginnen am Montag, sagte die Bürgermeisterin."),
        ("fr", "Les pourparlers sur l'avenir du port commencent lundi, a déclaré la maire de la ville."),
        ("es", "Las conversaciones sobre el futuro del puerto empiezan el lunes, dijo la alcaldesa."),
        ("ru", "Переговоры о будущем порта начнутся в понедельник, сообщила мэр города журналистам."),  # noqa: RUF001
        ("zh", "关于港口未来的会谈将于周一开始，市长在新闻发布会上说。"),  # noqa: RUF001
        ("ar", "ستبدأ المحادثات حول مستقبل الميناء يوم الاثنين في المدينة، قالت رئيسة البلدية."),
    ],
)
def test_the_language_of_a_paragraph_is_told(code, text):
    assert language(text) == code


@pytest.mark.parametrize(
    "text", ["", "Tea.", "12.50 1,300 2024-01-01 " * 20, "https://example.org/a/b/c " * 30, "\u2022 " * 200]
)
def test_what_is_too_short_or_no_prose_has_no_language(text):
    assert language(text) == ""


def test_a_long_text_costs_no_more_than_its_beginning():
    text = "The ferry left the harbour at six and came back at nine. "
    assert language(text * 20_000) == language(text * 20) == "en"
