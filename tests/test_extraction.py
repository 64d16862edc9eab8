import io
import os
import signal
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoding import UnreadableError, decode, normalised
from index.extraction import extract, extract_line, extract_text
from index.markdown import extract_markdown
from index.metadata import iso_date, metadata_of, one_line, web_url
from index.parsing_worker import ParsingWorker
from index.sentences import sentence_spans
from index.webpage import extract_page
from tests.bench.fuzz_readers import fuzz
from tests.paper import docx_bomb, lines_of, make_docx, make_pdf, pdf_bomb

FRENCH = "Le maire a dit que l\u2019été serait \u00abbeau\u00bb \u2014 et que le café coûterait 3 €."


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", FRENCH),
        ("utf-8-sig", FRENCH),
        ("utf-16", FRENCH),
        ("utf-32", FRENCH),
        ("utf-16-le", FRENCH),
        ("utf-16-be", FRENCH),
        ("cp1252", FRENCH),
        ("cp1252", "It cost £3, the mayor\u2019s spokesman said: \u201cNo.\u201d"),
        ("cp1252", "Åsa Söderström, borgmästare i Malmö, sade på måndagen att hamnen förblir öppen."),
        (
            "cp1250",
            "Rozmowy rozpoczną się w poniedziałek w Genewie \u2013 powiedział minister \u201espraw\u201d zagranicznych.",
        ),
        ("cp1251", "Переговоры в Женеве начнутся в понедельник, сообщил министр иностранных дел."),
        ("shift_jis", "会議は月曜日にジュネーブで始まると外相は述べた。参加者はまだ決まっていない。"),
        ("gb18030", "会谈将于周一在日内瓦开始。与会者名单尚未确定。外交部长说。"),
        ("euc-kr", "회담은 월요일 제네바에서 시작된다고 외무장관이 말했다."),
    ],
)
def test_text_in_any_common_encoding_is_read(encoding, text):
    assert decode(text.encode(encoding)) == text


def test_a_few_broken_bytes_do_not_make_utf8_another_encoding():
    assert decode((FRENCH + "é").encode()[:-1]) == FRENCH + "\ufffd"


def test_canonical_text_has_one_kind_of_newline_and_nothing_that_is_no_text():
    text = "\ufeffA\r\nB\rC\u2028D\x00\ud800\x1b[31m\n\n \n\nE\u00ad  \n"
    assert normalised(text) == "A\nB\nC\nD\ufffd\ufffd\ufffd[31m\n\nE"


@settings(deadline=None)
@given(st.text())
def test_canonical_text_stays_as_it_is_and_can_be_encoded(text):
    once = normalised(text)
    assert normalised(once) == once
    once.encode()


# ---- header lines, front matter, titles


def test_header_lines_give_metadata_and_leave_the_text():
    found = extract_text(
        "Title: Tea\r\nDate: Jan. 25, 2016\nSOURCE: Harbour Post\nURL: https://example.org/t\nAuthor: Ann Ito\n\nTea came.\n"
    )
    m = found.metadata
    assert (m.title, m.published, m.source, m.url, m.author) == (
        "Tea",
        "2016-01-25",
        "Harbour Post",
        "https://example.org/t",
        "Ann Ito",
    )
    assert found.text == "Tea came."


def test_a_colon_in_the_first_line_is_no_header():
    found = extract_text("Harbour: the quarrel goes on\n\nTea came.")
    assert (found.metadata.title, found.text) == ("Harbour: the quarrel goes on", "Tea came.")


def test_front_matter_gives_metadata():
    found = extract_markdown(
        '---\ntitle: "Tea: a story"\ndate: 2016-01-25\nauthors:\n  - Ann Ito\n  - name: Lou Bell\n---\n\nTea came.'
    )
    assert (found.metadata.title, found.metadata.published, found.metadata.author) == (
        "Tea: a story",
        "2016-01-25",
        "Ann Ito, Lou Bell",
    )
    assert found.text == "Tea came."


def test_front_matter_that_is_no_yaml_still_gives_its_lines():
    found = extract_markdown("---\ntitle: Tea: a story\n\tbad: [\ndate: 2016-01-25\n---\nTea came.")
    assert (found.metadata.title, found.metadata.published) == ("Tea: a story", "2016-01-25")


@pytest.mark.parametrize(
    "block",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'},*{'a' if n == 0 else f'b{n - 1}'}]\n" for n in range(40)),
        "a: " + "[" * 5000,
        "a: !!python/object/apply:os.system [id]\n",
        "&a [*a]\n",
        "? " * 3000,
        "- " * 3000,
    ],
)  # fmt: skip
def test_hostile_front_matter_costs_nothing(block):
    found = extract_markdown(f"---\ntitle: Tea\n{block}\n---\nTea came.")
    assert found.text == "Tea came."


def test_a_rule_at_the_top_is_no_front_matter():
    assert extract_text("---\nTea came by sea.\n").text.endswith("Tea came by sea.")


def test_without_metadata_the_first_line_is_the_title():
    found = extract_text("Tea comes by sea\n\nThe first ship came in May.")
    assert (found.metadata.title, found.text) == ("Tea comes by sea", "The first ship came in May.")


def test_a_first_line_that_is_a_sentence_stays_in_the_text():
    assert extract_text("Tea came by sea.\nIt rained.").text == "Tea came by sea.\nIt rained."
    one = extract_text("Tea came by sea, " * 40)
    assert one.text.startswith("Tea came")
    assert len(one.metadata.title) <= 90


def test_markdown_reads_as_its_reader_sees_it():
    found = extract_markdown(
        "# The **harbour**\n\nTea came [by sea](https://example.org/a_b) in *May*, `sudo` said.\n\n> ![A ship](ship.png)\n> Quoted\n\n"
        "Setext\n------\n\n- one\n- two_and_three\n\n<!-- hidden -->***\n\n```\n*code*\n```\n\n[1]: https://example.org\n2 * 3 * 4 = 24 and \\*so\\*"
    )
    assert found.metadata.title == "The harbour"
    assert found.text == (
        "Tea came by sea in May, sudo said.\n\nA ship\nQuoted\n\nSetext\n\n- one\n- two_and_three\n\n*code*\n\n2 * 3 * 4 = 24 and *so*"
    )


# ---- fields


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("2016-01-25", "2016-01-25"), ("2016-01-25T10:30:00Z", "2016-01-25T10:30:00+00:00"),
        ("2016-01-25 10:30", "2016-01-25T10:30:00"), ("2016-01-25T10:30:00.123+0100", "2016-01-25T10:30:00+01:00"),
        ("Jan. 25, 2016", "2016-01-25"), ("25 January 2016", "2016-01-25"), ("Monday, 25th of January 2016", "2016-01-25"),
        ("Sept. 3, 2021", "2021-09-03"), ("Updated 8:30 AM EST, Mon January 25, 2016", "2016-01-25"),
        ("Mon, 25 Jan 2016 10:30:00 +0100", "2016-01-25T10:30:00+01:00"), ("20160125", "2016-01-25"),
        ("2016/1/25", "2016-01-25"), ("25.01.2016", "2016-01-25"), ("1/25/2016", "2016-01-25"), ("3/4/2021", ""),
        ("2016-02-30", ""), ("Feb 30, 2016", ""), ("2016", ""), ("yesterday", ""), ("", ""), (None, ""), ([], ""), (True, ""),
        (1453716000, "2016-01-25T10:00:00+00:00"), (1453716000000, "2016-01-25T10:00:00+00:00"), (12, ""), (float("nan"), ""),
        ("9" * 5000, ""), ("2016-01-25T99:99:99Z", ""),
    ],
)  # fmt: skip
def test_dates_become_iso_8601_or_nothing(said, date):
    assert iso_date(said) == date


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org/x", "https://", "https://user:pw@example.org",
     "https://example.org/a b", "https://example.org/\u202ecod", "https://[::1", "https://example.org/" + "x" * 3000, 'https://e.org/"onclick'],
)  # fmt: skip
def test_addresses_that_are_no_plain_web_address_are_dropped(address):
    assert web_url(address) == ""


@settings(deadline=None)
@given(
    st.one_of(
        st.none(), st.integers(), st.floats(), st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text())
    ),
    st.text(),
)
def test_any_field_gives_one_safe_line(value, text):
    known = metadata_of({"title": value, "author": text, "url": text, "date": value, "source": [value]})
    for line in (known.title, known.author, known.source, known.url, one_line(text)):
        line.encode()
        assert line == line.strip()
        assert not any(c in line for c in "\n\r\t\x00\x1b\u202e\u2066\u200f\x9b")


def test_jsonl_fields_are_read():
    found = extract_line(
        b'{"id": 3, "title": "Tea", "text": "Tea came.", "url": "https://e.org/t", "author": ["A", "B"], "date": "2016-01-25", "source": "Post"}'
    )
    m = found.metadata
    assert (found.id, m.title, m.url, m.author, m.published, m.source) == (
        "3",
        "Tea",
        "https://e.org/t",
        "A, B",
        "2016-01-25",
        "Post",
    )


# ---- web pages

PARAGRAPHS = "".join(
    f"<p>Paragraph {n} of the story about the old harbour, which goes on for <b>quite</b> a while, says Ann Ito.</p>"
    for n in range(6)
)


def page(head="", body=""):
    return f"<!doctype html><html><head><title>Harbour talks | Post</title>{head}</head><body><nav><ul><li><a href='/'>Home</a></li><li><a href='/n'>News</a></li></ul></nav><article><h1>Harbour talks</h1>{body}{PARAGRAPHS}</article><aside><p>Subscribe to our letter today and win a prize</p></aside><footer><p>Copyright Post 1999. All rights reserved.</p></footer></body></html>"


def test_a_page_gives_its_main_text_with_paragraphs_apart_and_no_glued_words():
    text = extract_page(page().encode()).text
    assert text.split("\n\n")[0].endswith("goes on for quite a while, says Ann Ito.")
    assert text.count("\n\n") == 5
    assert not any(word in text for word in ("Home", "Subscribe", "Copyright"))


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        ('<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2016-01-25T10:00:00Z", "dateModified": "2020-01-01"}]}</script>', "", "2016-01-25T10:00:00+00:00"),
        ('<meta property="article:published_time" content="2016-01-25">', "", "2016-01-25"),
        ("", '<time datetime="2016-01-25">last week</time>', "2016-01-25"),
        ("", '<p class="dateline">Published Jan. 25, 2016</p>', "2016-01-25"),
        ('<link rel="canonical" href="https://example.org/2016/01/25/talks">', "", "2016-01-25"),
        ('<meta property="article:modified_time" content="2020-01-01">', '<p class="updated">Updated 1 May 2020</p>', ""),
        ('<script type="application/ld+json">{broken</script>', "<p>In 2014 and on 3 May 2015 nothing happened.</p>", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_date_comes_from_where_the_page_states_it_and_from_nowhere_else(head, body, date):
    assert extract_page(page(head, body).encode()).metadata.published == date


def test_a_page_gives_title_outlet_author_and_address():
    head = (
        '<meta property="og:title" content="Harbour talks"><meta property="og:site_name" content="Harbour Post">'
        '<link rel="canonical" href="https://example.org/talks"><meta name="author" content="Ann J. Ito">'
    )
    m = extract_page(page(head).encode()).metadata
    assert (m.title, m.source, m.author, m.url) == (
        "Harbour talks",
        "Harbour Post",
        "Ann J. Ito",
        "https://example.org/talks",
    )


def test_a_script_address_in_a_page_is_dropped():
    assert extract_page(page('<link rel="canonical" href="javascript:alert(1)">').encode()).metadata.url == ""


@pytest.mark.parametrize("charset", ["windows-1251", "iso-8859-1", "utf-16", "shift_jis"])
def test_a_page_is_read_in_the_encoding_it_names(charset):
    word = {"windows-1251": "гавань", "iso-8859-1": "café", "utf-16": "café", "shift_jis": "会議は月曜日"}[charset]
    data = page(
        f'<meta charset="{charset}">', f"<p>{word} {'and so on, word by word, to the very end of the quay. ' * 4}</p>"
    )
    assert word in extract_page(data.encode(charset)).text


def test_a_page_longer_than_a_book_is_read_without_its_menus():
    text = extract_page(page(body=PARAGRAPHS * 900).encode()).text
    assert text.count("Ann Ito") == 6 * 901
    assert not any(word in text for word in ("Home", "Subscribe", "Copyright"))


def test_a_short_page_keeps_its_words_whole():
    assert (
        extract_page(b"<p>The may<b>or</b>, Ann Ito,<br>resigned.</p><p>It rained.</p>").text
        == "The mayor, Ann Ito,\n\nresigned.\n\nIt rained."
    )


# ---- pdf and docx

STORY = (
    "The talks on the harbour begin on Monday in the old customs house, the mayor said. Nine hundred people are expected to come.\n\n"
    "The gov-\nernment wants a new bridge; the fishers do not.\n\nThe bridge would cost $3.5 million (or more)."
)


def test_a_pdf_gives_paragraphs_in_reading_order_with_page_starts():
    second = lines_of("It would be the third bridge. " * 3)
    found = extract(
        make_pdf([lines_of(STORY), second], info="/Title (Harbour talks) /Author (Ann Ito)", compress=True), "pdf"
    )
    assert found.text.split("\n\n") == [
        "The talks on the harbour begin on Monday in the old customs house, the mayor said. Nine hundred people are expected to come.",
        "The government wants a new bridge; the fishers do not.",
        "The bridge would cost $3.5 million (or more).",
        ("It would be the third bridge. " * 3).strip(),
    ]
    assert [found.text[start:][:10] for start in found.pages] == ["The talks ", "It would b"]
    assert (found.metadata.title, found.metadata.author, found.metadata.published) == ("Harbour talks", "Ann Ito", "")


def test_a_paragraph_over_a_page_end_and_over_columns_stays_whole():
    left = lines_of("In the left column the story begins and goes on without", width=30)
    right = lines_of("a stop in the right one and then on the next", x=330, width=30)
    found = extract(make_pdf([left + right, lines_of("page, where it ends.")]), "pdf")
    assert (
        found.text
        == "In the left column the story begins and goes on without a stop in the right one and then on the next page, where it ends."
    )
    assert found.text[found.pages[1] :].startswith("page, where")


def test_running_heads_and_page_numbers_go():
    bodies = [
        "The first page tells of the harbour.",
        "The second page tells of the bridge.",
        "The third page tells of tea.",
    ]
    pages = [
        [(72, 770, 9, "Harbour Post, 25 January"), *lines_of(body), (300, 30, 9, f"Page {n} of 3")]
        for n, body in enumerate(bodies, 1)
    ]
    assert extract(make_pdf(pages), "pdf").text == "\n\n".join(bodies)


def test_scanned_pages_are_named():
    picture = [(72, 700, 0, "")]
    with pytest.raises(UnreadableError, match="none of its 2 pages has text: scans"):
        extract(make_pdf([picture, picture]), "pdf")
    found = extract(make_pdf([lines_of(STORY), []], drawn="0 0 100 100 re f"), "pdf")
    assert found.remark.startswith("page 2 has no text")
    assert len(found.pages) == 2


def test_a_protected_pdf_says_so():
    secret = "(" + "x" * 32 + ")"
    data = make_pdf(
        [lines_of(STORY)],
        trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {secret} /U {secret} /P -4 >> /ID [(a) (a)]",
    )
    with pytest.raises(UnreadableError, match="password"):
        extract(data, "pdf")


def test_a_docx_gives_paragraphs_lists_and_tables_in_order():
    found = extract(
        make_docx(
            [("Title", "Harbour talks"), (None, "They begin."), ("List Bullet", "one"), ("List Bullet", "two")],
            rows=[("Town", "Share"), ("Lyon", "27")],
            author="Ann Ito",
        ),
        "docx",
    )
    assert found.text == "They begin.\n\n- one\n- two\n\nTown | Share\nLyon | 27"
    assert (found.metadata.title, found.metadata.author) == ("Harbour talks", "Ann Ito")


def test_a_docx_is_read_with_its_tracked_insertions_and_fields_and_without_what_was_deleted():
    def run(text, tag="t"):
        return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'

    body = (
        f"<w:p>{run('The council ')}<w:ins>{run('did not ')}</w:ins><w:del>{run('will ', 'delText')}</w:del>"
        f"{run('agree')}<w:smartTag>{run(' on ')}</w:smartTag><w:moveTo>{run('Monday')}</w:moveTo>"
        f"<w:moveFrom>{run(' Sunday')}</w:moveFrom>"
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run(' in Lyon.')}</w:sdtContent></w:sdt></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run('It rained.')}</w:p></w:sdtContent></w:sdt>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_docx([(None, "Tea.")]))) as plain, zipfile.ZipFile(out, "w") as made:
        for part in plain.infolist():
            data = plain.read(part)
            if part.filename == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + body.encode())
            made.writestr(part, data)
    found = extract(out.getvalue(), "docx")
    assert "The council did not agree on Monday in Lyon.\n\nIt rained." in found.text
    assert "Sunday" not in found.text
    assert "will" not in found.text


@pytest.mark.parametrize(
    ("form", "data", "reason"),
    [
        ("pdf", b"%PDF-1.4 nothing", "damaged"),
        ("docx", b"PK\x03\x04 nothing", "damaged"),
        ("docx", b"\xd0\xcf\x11\xe0" + bytes(600), "password"),
        ("docx", docx_bomb(400), "unpacks to 40. MB"),
        ("html", b"\x00" * 400, "binary"),
    ],
)
def test_the_worker_gives_the_parsers_reason(form, data, reason):
    with ParsingWorker() as worker, pytest.raises(UnreadableError, match=reason):
        worker.extract(data, form)


# ---- the worker


def test_a_healthy_worker_is_used_again_and_a_closed_one_starts_anew():
    worker = ParsingWorker()
    for _ in range(3):
        assert worker.extract(make_pdf([lines_of(STORY)]), "pdf").text.startswith("The talks")
    assert worker.starts == 1
    worker.close()
    assert worker.extract(page().encode(), "html").metadata.title.startswith("Harbour talks")
    assert worker.starts == 2
    worker.close()


def test_a_file_that_takes_too_long_costs_itself_alone():
    with ParsingWorker() as worker:
        worker.extract(b"<p>Tea.</p>", "html")
        worker.seconds = 0.001
        with pytest.raises(UnreadableError, match=r"took longer than 0\.001 seconds"):
            worker.extract(make_pdf([lines_of(STORY)] * 300), "pdf")
        worker.seconds = 300
        assert worker.extract(b"<p>Tea.</p>", "html").text == "Tea."


def test_a_file_that_keeps_the_parser_at_work_for_too_long_costs_itself_alone():
    with ParsingWorker(seconds=0.3) as worker:
        worker.extract(b"<p>Tea.</p>", "html")
        with pytest.raises(UnreadableError, match=r"took longer than 0\.3 seconds"):
            worker.extract(b"<p>Tea and toast came by sea.</p>" * 200_000, "html")
        assert worker.pid is None
        assert worker.extract(b"<p>Tea.</p>", "html").text == "Tea."


def test_a_file_that_takes_too_much_memory_costs_itself_alone():
    with ParsingWorker(memory=400 * 2**20) as worker:
        for form, bomb in (("docx", docx_bomb(100)), ("pdf", pdf_bomb(300))):
            with pytest.raises(UnreadableError):
                worker.extract(bomb, form)
            assert worker.extract(b"<p>Tea.</p>", "html").text == "Tea."


def test_a_crash_of_the_parser_costs_one_file():
    with ParsingWorker() as worker:
        worker.extract(b"<p>Tea.</p>", "html")
        before = worker.pid
        os.kill(before, signal.SIGKILL)
        os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
        assert worker.extract(b"<p>Tea.</p>", "html").text == "Tea."


# ---- everything at once


def test_malformed_and_hostile_files_cost_themselves_alone(tmp_path):
    """The short form; the long one is `python -m tests.bench.fuzz_readers`."""
    report = fuzz(tmp_path, files=150, seed=1)
    assert report.crashes == []
    assert report.lost == 0
    assert report.files == 150


@pytest.mark.parametrize(
    "sign", ["<!--", "[", "![", "**a ", "\u201c", "a" + " " * 5000, "# a" + " " * 5000, "\u200d", "(", "> ", "` "]
)
def test_a_long_run_of_signs_is_read_in_its_length(sign):
    text = "Tea came.\n" + sign * (2 * 10**5 // len(sign)) + "end"
    for found in (extract_text(text), extract_markdown(text)):
        assert found.text.endswith("end")
        assert sentence_spans(found.text)


@pytest.mark.long
def test_ten_thousand_malformed_and_hostile_files_cost_themselves_alone(tmp_path):
    report = fuzz(tmp_path, files=10_000, seed=1)
    assert (report.crashes, report.lost, report.slow, report.files) == ([], 0, [], 10_000)
