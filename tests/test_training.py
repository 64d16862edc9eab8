import gzip
import json
import random
from dataclasses import replace

import pytest
import torch

from qa.mining import mine, rank_by_words
from qa.negatives import mutate, without_answer
from qa.span_network import Dropout, SpanNetwork, load_encoder, set_dropout
from qa.training_data import Row, crop, half_of, pool_rows, read_rows, under_title
from qa.training_stream import Mixture, Pool, encode

CONTEXT = (
    "Anna Berg opened the mill in Torsby in 1921. It burned down in 1934. "
    "Her son Olaf built it again with help from Karl Lund. Today it is a museum."
)


def row_of(question, answer, *, source="squad1.1-du", name="1", context=CONTEXT):
    answers = ((context.index(answer), answer),) if answer else ()
    return Row(name, source, "Mill", context, question, answers)


@pytest.fixture(scope="module")
def tokenizer():
    from index.embedding import bundled_model_path
    from qa.bundled_reader import load_tokenizer

    return load_tokenizer(bundled_model_path() / "tokenizer.json")


def test_rows_are_read_once_and_impossible_ones_have_no_answers(tmp_path):
    record = {"id": "1", "source": "s", "title": "t", "context": "Ann came.", "question": "Who came?"}
    record |= {"answers": [{"text": "Ann", "answer_start": 0}], "impossible": False}
    other = record | {"id": "2", "question": "Who left?", "impossible": True}
    path = tmp_path / "rows.jsonl.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join(json.dumps(r) for r in (record, record | {"id": "3", "question": "who came? "}, other)))
    rows = read_rows(path)
    assert [(r.id, r.answers) for r in rows] == [("1", ((0, "Ann"),)), ("2", ())]


def test_halves_depend_on_the_title_alone_and_are_both_used():
    titles = [f"Title {n}" for n in range(100)]
    halves = [half_of(title) for title in titles]
    assert halves == [half_of(title) for title in titles]
    assert 30 < halves.count("select") < 70


def test_cropping_keeps_whole_sentences_and_the_answer():
    row = row_of("Who built the mill again?", "Olaf")
    for seed in range(40):
        cut = crop(row, words=20, rng=random.Random(seed))
        assert cut.context in CONTEXT
        assert cut.context[0].isupper()
        assert cut.context.endswith(".")
        ((at, text),) = cut.answers
        assert cut.context[at : at + len(text)] == "Olaf"


def test_an_encoded_answer_is_found_again_by_its_tokens(tokenizer):
    row = row_of("When did the mill burn down?", "1934")
    example = encode(row, tokenizer)
    ((first, last),) = example.golds
    assert tokenizer.decode(list(example.ids[first : last + 1])) == "1934"
    assert tokenizer.decode(list(example.ids[: example.passage_start])) == "when did the mill burn down?"


def test_where_starts_were_guessed_every_occurrence_is_right(tokenizer):
    context = "In 1921 it opened. In 1921 it closed."
    guessed = encode(row_of("When did it close?", "1921", source="nq-swap", context=context), tokenizer)
    placed = encode(row_of("When did it close?", "1921", context=context), tokenizer)
    assert (len(guessed.golds), len(placed.golds)) == (2, 1)


def test_removal_takes_the_answering_sentence_and_leaves_the_rest():
    spoiled = without_answer(row_of("When did it burn down?", "1934"))
    assert "1934" not in spoiled.context
    assert "museum" in spoiled.context
    assert spoiled.answers == ()


def test_removal_gives_nothing_where_the_answer_stands_twice():
    context = "Ann came. Bob saw Ann."
    assert without_answer(row_of("Who came?", "Ann", context=context)) is None


@pytest.mark.parametrize(
    "question",
    [
        "When did Anna Berg open the mill?",
        "What happened to the mill in 1934?",
        "Who built the mill first?",
        "Where is it?",
    ],
)
def test_a_changed_question_differs_and_has_no_answer(question):
    for seed in range(20):
        changed = mutate(row_of(question, "Torsby"), ["Lake Vanern"], random.Random(seed))
        assert changed.question != question
        assert changed.answers == ()
        assert changed.context == CONTEXT


def test_a_question_with_nothing_to_change_is_left_alone():
    assert mutate(row_of("Why?", "museum"), [], random.Random(0)) is None


def test_mined_paragraphs_lack_every_answer_and_come_best_first():
    paragraphs = [CONTEXT, "The mill in Torsby opened in 1921.", "A mill opened in Falun.", "Cheese is made of milk."]
    row = row_of("Which year was the mill opened in Torsby?", "1921")
    assert mine([row], paragraphs, rank_by_words(paragraphs)) == {"1": [2]}


def test_each_pass_over_a_pool_draws_every_row_once_in_another_order():
    pool = Pool("span", [row_of(f"Q{n}?", "Olaf", name=str(n)) for n in range(20)], seed=3)
    passes = [[pool.draw().id for _ in range(20)] for _ in range(3)]
    assert all(sorted(p) == sorted(passes[0]) for p in passes)
    assert len({tuple(p) for p in passes}) == 3


def test_a_pass_takes_a_bounded_number_of_questions_of_one_sentence():
    rows = [row_of(f"Q{n}?", "Olaf", name=str(n), context=f"Olaf came to place {n % 2}.") for n in range(40)]
    pool = Pool("sentence", rows, seed=1, per_context=6)
    first = [pool.draw().context for _ in range(12)]
    assert sorted(first.count(c) for c in set(first)) == [6, 6]


def test_rows_are_sorted_into_pools_by_source_and_answer():
    rows = [
        row_of("Q?", "Olaf", name="a"),
        row_of("Q?", "Olaf", source="qamr-wikinews", name="b"),
        row_of("Q?", "", source="squad2.0-part", name="c"),
    ]
    other = [row_of("Q?", "Olaf", source="squadshifts-reddit", name="d")]
    pools = pool_rows(rows, other, seed=0)
    found = {name: [r.id for r in pool] for name, pool in pools.items()}
    assert found == {"span": ["a"], "sentence": ["b"], "adversarial": ["c"], "domain": ["d"]}


def mixture_of(tokenizer):
    rows = [row_of(f"Who built the mill again, {n}?", "Olaf", name=str(n)) for n in range(50)]
    pools = {"span": rows, "removed": rows, "mutated": rows}
    spoil = {"removed": lambda row, _: without_answer(row), "mutated": lambda row, rng: mutate(row, [], rng)}
    return Mixture(pools, spoil, tokenizer, seed=5)


def test_the_stream_continues_where_it_was_stopped(tokenizer):
    whole = mixture_of(tokenizer)
    first, second = (list(whole.batches(0.5, tokens=400, count=4)) for _ in range(2))
    stopped = mixture_of(tokenizer)
    assert list(stopped.batches(0.5, tokens=400, count=4)) == first
    resumed = mixture_of(tokenizer)
    resumed.restore(stopped.state())
    assert list(resumed.batches(0.5, tokens=400, count=4)) == second


def test_batches_keep_to_their_tokens_and_mix_answered_and_not(tokenizer):
    batches = list(mixture_of(tokenizer).batches(0.0, tokens=400, count=8))
    assert all(max(len(e.ids) for e in batch) * len(batch) <= 400 for batch in batches)
    answered = [bool(e.golds) for batch in batches for e in batch]
    assert any(answered)
    assert not all(answered)


def test_training_learns_saves_resumes_and_exports_what_the_reader_reads(tmp_path, tokenizer):
    pytest.importorskip("onnx")
    import torch
    from transformers import BertConfig, BertModel

    from qa.bundled_reader import BundledScorer
    from qa.reader import SpanReader
    from qa.reader_export import export
    from qa.span_network import SpanNetwork
    from qa.training import Run, Settings

    def network():
        torch.manual_seed(0)
        config = BertConfig(
            hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        config._attn_implementation = "eager"
        return SpanNetwork(BertModel(config, add_pooling_layer=False)).train()

    settings = Settings(steps=12, batch_tokens=300, learning_rate=1e-3)
    run = Run(network(), mixture_of(tokenizer), settings, tmp_path)
    run.train()
    assert run.step == 12
    again = Run(network(), mixture_of(tokenizer), settings, tmp_path)
    again.resume()
    assert (again.step, again.tokens, again.mixture.state()) == (run.step, run.tokens, run.mixture.state())
    for name, value in run.network.state_dict().items():
        assert torch.equal(value, again.network.state_dict()[name])

    trained = run.network.eval()
    export(trained, tmp_path / "fp32", int8=False)
    scorer = BundledScorer(tmp_path / "fp32")
    (window,) = scorer.score("Who built it?", CONTEXT)
    ids = tokenizer.encode("Who built it?", CONTEXT)
    with torch.inference_mode():
        _, spans = trained(
            torch.tensor([ids.ids]), torch.tensor([ids.type_ids]), torch.ones(1, len(ids.ids), dtype=int)
        )
    inside = slice(ids.type_ids.index(1), len(ids.ids) - 1)
    expected = spans[0, inside, inside] - spans[0, 0, 0]
    assert abs(window.margins - expected.numpy()).max() < 1e-3
    export(trained, tmp_path / "int8")
    assert SpanReader(BundledScorer(tmp_path / "int8")).read("Who built it?", [CONTEXT])[0]


def test_a_shipped_reader_is_taken_back_averaged_and_exported_again(tmp_path):
    pytest.importorskip("onnx")
    import torch

    from qa.bundled_reader import MODEL_FOLDER, BundledScorer
    from qa.reader import SpanReader
    from qa.reader_export import average, load_shipped, main

    network = load_shipped(MODEL_FOLDER).eval()
    other = load_shipped(MODEL_FOLDER).eval()
    with torch.no_grad():
        other.edges.bias += 1.0
    mean = average([network, other], [0.75, 0.25])
    assert torch.allclose(mean.edges.bias, network.edges.bias + 0.25)
    assert torch.equal(mean.pairs.weight, network.pairs.weight)
    with pytest.raises(ValueError, match="add up"):
        average([network, other], [0.5, 0.4])

    main(["--out", str(tmp_path), f"{MODEL_FOLDER}=1.0"])
    question, passage = "Where did they meet?", "The two ministers met in Zurich. It rained all day."
    before, after = (SpanReader(BundledScorer(f)).read(question, [passage])[0][0] for f in (MODEL_FOLDER, tmp_path))
    assert passage[after.start : after.end] == passage[before.start : before.end] == "Zurich"
    assert abs(after.score - before.score) < 1


def test_a_title_stands_above_the_passage_unless_it_gives_the_answer_away():
    row = row_of("Who built it again?", "Olaf")
    above = under_title(row)
    ((at, text),) = above.answers
    assert above.context == f"Mill\n{CONTEXT}"
    assert above.context[at : at + len(text)] == "Olaf"
    assert under_title(replace(row, title="The mill of Olaf")).context == CONTEXT


def test_dropout_leaves_out_its_share_and_keeps_the_mean():
    torch.manual_seed(0)
    dropout = Dropout(0.25)
    values = torch.ones(400, 500)
    seen = dropout.train()(values)
    assert (seen == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert seen.mean().item() == pytest.approx(1, abs=0.02)
    assert not torch.equal(seen, dropout(values))
    assert torch.equal(dropout.eval()(values), values)


def test_dropout_takes_the_place_of_every_other_but_that_of_attention_weights():
    network = SpanNetwork(load_encoder())
    set_dropout(network, 0.1)
    plain = [name for name, module in network.named_modules() if isinstance(module, torch.nn.Dropout)]
    assert len(plain) == network.encoder.config.num_hidden_layers
    assert all(name.endswith("attention.self.dropout") for name in plain)
    assert any(isinstance(module, Dropout) for module in network.modules())
