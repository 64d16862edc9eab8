"""The embedders: the bundled one by both of its ways, and any other by its path."""

import shutil

import numpy as np
import pytest

from index import Library
from index.embedding import BUNDLED, FEW, bundled_model_path, load_embeddings, unexpected_file
from index.errors import IndexMismatchError, ModelMissingError

TEXTS = [
    "The bridge at Stowe Ferry will reopen on Friday.",
    "Caf\u00e9s \U0001f600 \u05e9\u05dc\u05d5\u05dd " + "and a long tail " * 150,
    "Tea.",
]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A sentence-transformers model of one small random layer, made here."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = bundled_model_path() / "vocab.txt"
    tokenizer = BertTokenizerFast(vocab=str(vocabulary), model_max_length=64)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    tokenizer.save_pretrained(folder / "bert")
    BertModel(config).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    SentenceTransformer(modules=[transformer, Pooling(16)], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_vectors_have_unit_length_and_keep_the_order_of_the_texts():
    vectors = load_embeddings().encode(TEXTS)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert load_embeddings().encode(TEXTS[::-1])[::-1] == pytest.approx(vectors, abs=1e-5)


def test_the_graph_and_sentence_transformers_in_either_precision_agree():
    embeddings = load_embeddings(precision="bfloat16")
    few = embeddings.encode(TEXTS)
    many = embeddings.encode(TEXTS * (FEW // len(TEXTS) + 1))[: len(TEXTS)]
    assert (few * many).sum(axis=1).min() >= 0.9999


def test_token_spans_are_code_points_and_do_not_end_at_the_published_limit():
    text = "\U0001f600 tea " * 300
    spans = load_embeddings().token_spans(text)
    assert len(spans) > 256
    assert all(text[start:end].strip() for start, end in spans)


def test_no_text_gives_no_vector():
    assert load_embeddings().encode([]).shape == (0, 384)


def test_a_model_that_is_not_here_is_named_with_what_to_do():
    with pytest.raises(ModelMissingError) as caught:
        load_embeddings("nobody/no-such-model").encode(["tea"])
    assert caught.value.name == "nobody/no-such-model"


def test_an_index_keeps_the_model_it_was_made_with(tiny_model, tmp_path):
    (tmp_path / "tea.txt").write_text("Tea\n\nTea came by sea.\n", encoding="utf-8")
    library = Library.open(tmp_path / "place", create=True, embedder=str(tiny_model))
    assert library.sync(tmp_path / "tea.txt").added == 1
    assert library.embeddings.dimension == 16
    library.close()
    again = Library.open(tmp_path / "place")
    assert again.embeddings.name == str(tiny_model)
    assert again.sync().unchanged == 1


def test_another_model_is_refused_until_the_index_is_made_anew(tiny_model, tmp_path):
    (tmp_path / "tea.txt").write_text("Tea\n\nTea came by sea.\n", encoding="utf-8")
    Library.open(tmp_path / "place", create=True).sync(tmp_path / "tea.txt")
    other = Library.open(tmp_path / "place", embedder=str(tiny_model))
    with pytest.raises(IndexMismatchError) as caught:
        other.sync()
    assert (caught.value.expected, caught.value.found) == (str(tiny_model), BUNDLED)
    assert "--rebuild" in str(caught.value)
    assert other.sync(rebuild=True).generation == 2
    assert Library.open(tmp_path / "place").embeddings.dimension == 16


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_a_file_of_the_bundled_model_that_was_changed_is_found(tmp_path, name):
    copy = tmp_path / "model"
    shutil.copytree(bundled_model_path(), copy)
    assert unexpected_file(copy) == ""
    with (copy / name).open("ab") as file:
        file.write(b" ")
    assert unexpected_file(copy) == name
    (copy / name).unlink()
    assert unexpected_file(copy) == name


@pytest.mark.parametrize("tiny", [False, True])
def test_every_token_that_is_read_has_a_vector(tiny_model, tiny):
    embeddings = load_embeddings(str(tiny_model)) if tiny else load_embeddings()
    for text, (spans, vectors) in zip(TEXTS, embeddings.encode_tokens(TEXTS), strict=True):
        assert vectors.shape == (len(spans), embeddings.dimension)
        assert list(spans) == list(embeddings.token_spans(text))[: embeddings.token_limit]
    assert embeddings.encode_tokens([]) == []
