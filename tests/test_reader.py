import json
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleError, ModelMissingError
from index.sentences import sentence_spans
from qa.bundled_reader import MODEL_FOLDER, BundledScorer
from qa.reader import load_reader
from qa.reader_eval import evaluate_reading, render_reading
from qa.spans import ANSWER_TOKENS, WindowScores, best_spans, windows

PASSAGE = (
    "The harbour bridge at Lindholm was closed on Tuesday after engineers found cracks in two of its piers. "
    "Mayor Ingrid Solberg said repairs would take nine weeks and cost 4.2 million crowns. "
    "Ferries will carry passengers between the two banks until the bridge opens again."
)
ELSEWHERE = "The bakery on Mill Street won the regional prize for its rye bread, a jury said in Karlsund on Friday."


@pytest.fixture(scope="module")
def reader():
    return load_reader()


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A random extractive model, as a person might have one on the disk."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = sorted(set(PASSAGE.lower().replace(".", " .").split()))
    vocabulary = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    core.normalizer = normalizers.Lowercase()
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=core, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64, model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    ).save_pretrained(folder)  # fmt: skip
    import torch

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=64,
    )  # fmt: skip
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


def texts(passage, spans):
    return [passage[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who is the mayor?", "Ingrid Solberg"),
        ("how long will the repairs take", "nine weeks"),
        ("When was the bridge closed?", "Tuesday"),
        ("What will carry passengers?", "Ferries"),
    ],
)
def test_a_plain_question_is_answered_to_the_character(reader, question, answer):
    (spans,) = reader.read(question, [PASSAGE])
    assert answer in texts(PASSAGE, spans)[0]
    assert len(texts(PASSAGE, spans)[0]) <= len(answer) + 8
    assert spans[0].score > 0


def test_a_passage_that_answers_scores_above_one_that_does_not(reader):
    right, wrong = reader.read("How long will repairs of the bridge take?", [PASSAGE, ELSEWHERE])
    assert right[0].score > 0 > wrong[0].score


def test_a_score_does_not_depend_on_the_neighbours(reader):
    alone = reader.read("Who is the mayor?", [PASSAGE])[0]
    crowd = reader.read("Who is the mayor?", [ELSEWHERE, PASSAGE * 5, PASSAGE, "", ELSEWHERE[:40]])[2]
    assert [(s.start, s.end) for s in alone] == [(s.start, s.end) for s in crowd]
    assert max(abs(a.score - b.score) for a, b in zip(alone, crowd, strict=True)) <= 1e-3


def test_reading_twice_gives_the_same_spans_and_scores(reader):
    passages = [PASSAGE, ELSEWHERE] * 4
    assert reader.read("Who won the prize?", passages) == reader.read("Who won the prize?", passages)


def test_spans_are_best_first_apart_and_at_most_k(reader):
    (spans,) = reader.read("What was closed?", [PASSAGE], k=5)
    assert len(spans) == 5
    assert [s.score for s in spans] == sorted((s.score for s in spans), reverse=True)
    ordered = sorted(spans, key=lambda s: s.start)
    assert all(a.end <= b.start for a, b in pairwise(ordered))


def test_spans_stay_in_one_sentence(reader):
    (spans,) = reader.read("What happened at the harbour?", [PASSAGE], k=20)
    for span in spans:
        assert any(start <= span.start and span.end <= end for start, end in sentence_spans(PASSAGE))


def test_an_answer_behind_a_long_text_is_found_in_a_later_window(reader):
    long = "Nothing of note was said at the meeting about the weather. " * 60 + PASSAGE
    (spans,) = reader.read("Who is the mayor?", [long])
    assert "Ingrid Solberg" in texts(long, spans)[0]


@pytest.mark.parametrize("passage", ["", "  \n ", "\U0001f600", "...", "e\u0301 \u200d"])
def test_a_passage_of_little_text_gives_few_spans_and_no_error(reader, passage):
    (spans,) = reader.read("Who?", [passage])
    assert all(0 <= s.start < s.end <= len(passage) for s in spans)


def test_no_passages_give_no_lists(reader):
    assert reader.read("Who?", []) == []


def test_a_very_long_question_is_still_read(reader):
    assert reader.read("who " * 600 + "is the mayor?", [PASSAGE])[0]


@given(st.text(max_size=80), st.text(max_size=200))
def test_offsets_lie_in_any_passage(question, passage):
    (spans,) = load_reader().read(question, [passage], k=4)
    assert all(0 <= s.start < s.end <= len(passage) and passage[s.start : s.end].strip() for s in spans)


def test_reading_imports_no_torch():
    program = (
        "import sys; from qa.reader import load_reader; load_reader().read('Who?', ['Ann came.']);"
        "assert not {'torch', 'transformers', 'onnx'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600)


def test_the_shipped_files_fit_their_bounds():
    assert (MODEL_FOLDER / "reader.onnx").stat().st_size <= 30_000_000
    assert "Licen" in (MODEL_FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_changed_model_file_is_refused(tmp_path):
    for name in ("reader.onnx", "tokenizer.json", "sums.json"):
        (tmp_path / name).write_bytes((MODEL_FOLDER / name).read_bytes())
    BundledScorer(tmp_path)
    with (tmp_path / "reader.onnx").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelMissingError) as caught:
        BundledScorer(tmp_path)
    assert "reader.onnx" in caught.value.looked_in


def test_a_missing_model_file_is_named(tmp_path):
    with pytest.raises(ModelMissingError, match=r"sums\.json"):
        BundledScorer(tmp_path)


def test_any_extractive_model_can_take_the_readers_place(tiny_model):
    other = load_reader(str(tiny_model))
    assert other.name == str(tiny_model)
    assert other.fingerprint == load_reader(str(tiny_model)).fingerprint
    passages = [PASSAGE, PASSAGE * 3, "", ELSEWHERE]
    read = other.read("Who is the mayor?", passages, k=4)
    assert read == other.read("Who is the mayor?", passages, k=4)
    assert len(read[1]) == 4
    assert read[2] == []
    for passage, spans in zip(passages, read, strict=True):
        assert all(passage[s.start : s.end].strip() for s in spans)
        assert other.read("Who is the mayor?", [passage], k=4) == [spans]


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelMissingError) as caught:
        load_reader(str(tmp_path / "nowhere"))
    assert caught.value.name == str(tmp_path / "nowhere")


def scores_of(tokens, best):
    """Margins of -9 but for some spans."""
    margins = np.full((tokens, tokens), -9.0, dtype=np.float32)
    for (first, last), score in best.items():
        margins[first, last] = score
    return margins


def words_of(text):
    found, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        found.append((at, at + len(word)))
        at += len(word)
    return found


def picked(text, best, sentences, k=1):
    offsets = words_of(text)
    spans = best_spans([WindowScores(offsets, scores_of(len(offsets), best))], text, sentences, k=k)
    return [text[s.start : s.end] for s in spans]


def test_a_better_span_across_a_sentence_end_is_not_taken():
    text = "Ann came. Bob left."
    assert picked(text, {(1, 2): 5.0, (2, 2): 1.0}, [(0, 9), (10, 19)]) == ["Bob"]


def test_the_entries_of_a_list_may_be_taken_together():
    text = "They need: \n- red paint\n- two brushes"
    sentences = [(0, 10), (12, 23), (24, 37)]
    assert picked(text, {(2, 7): 5.0}, sentences) == ["- red paint\n- two brushes"]
    assert picked(text, {(1, 4): 5.0, (3, 4): 1.0}, sentences) == ["red paint"]


def test_equal_scores_go_to_the_earlier_place():
    assert picked("Ann Bob Cid", {(2, 2): 1.0, (0, 0): 1.00001, (1, 1): 1.00002}, [(0, 11)], k=3) == [
        "Ann",
        "Bob",
        "Cid",
    ]


def test_no_span_is_longer_than_the_longest_answer():
    text = "word " * (ANSWER_TOKENS + 5)
    assert picked(text, {(0, ANSWER_TOKENS): 9.0, (0, ANSWER_TOKENS - 1): 8.0}, [(0, len(text) - 1)]) == [
        ("word " * ANSWER_TOKENS).strip()
    ]


def test_a_span_seen_in_two_windows_takes_its_better_score():
    text = "Ann Bob"
    offsets = words_of(text)
    scored = [WindowScores(offsets, scores_of(2, {(1, 1): s})) for s in (1.0, 2.0)]
    assert best_spans(scored, text, [(0, 7)], k=1)[0].score == 2.0


@given(st.integers(0, 2000), st.integers(2, 300), st.integers(0, 200))
def test_windows_hold_every_token_and_are_full(tokens, size, overlap):
    overlap = min(overlap, size - 1)
    found = windows(tokens, size=size, overlap=overlap)
    covered = {n for start, end in found for n in range(start, end)}
    assert covered == set(range(tokens))
    assert all(end - start == min(size, tokens) for start, end in found)
    assert all(right - start >= overlap for (_, right), (start, _) in pairwise(found))


def write_questions(path):
    rows = [
        {"id": "1", "title": "L", "context": PASSAGE, "question": "Who is the mayor?"}
        | {"answers": [{"text": "Ingrid Solberg", "answer_start": PASSAGE.index("Ingrid")}], "impossible": False},
        {"id": "2", "title": "L", "context": ELSEWHERE, "question": "Who is the mayor?", "answers": [], "impossible": True},
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_evaluation_gives_figures_and_a_line_a_question(reader, tmp_path):
    seen = []
    path = write_questions(tmp_path / "q.jsonl")
    report = evaluate_reading(path, reader=reader, out=tmp_path / "out.jsonl", progress=lambda *at: seen.append(at))
    assert (report.questions, report.answerable) == (2, 1)
    assert report.f1 >= 0.8
    assert report.auroc == 1.0
    assert seen == [(1, 2), (2, 2)]
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["1", "2"]
    assert json.loads(json.dumps(report.to_json(), allow_nan=False))["reader"] == "bundled"
    assert "F1" in render_reading(report)


def test_a_limit_without_impossible_questions_leaves_their_figures_out(reader, tmp_path):
    report = evaluate_reading(write_questions(tmp_path / "q.jsonl"), reader=reader, limit=1)
    assert report.questions == 1
    assert report.to_json()["auroc"] is None
    assert "AUROC" not in render_reading(report)


@pytest.mark.parametrize("line", ["not json", '{"question": "Who?", "answers": []}'])
def test_a_bad_line_is_named(reader, tmp_path, line):
    path = tmp_path / "bad.jsonl"
    path.write_text(line)
    with pytest.raises(ArticleError) as caught:
        evaluate_reading(path, reader=reader)
    assert caught.value.path == str(path)
