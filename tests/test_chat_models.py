import json

import pytest
from langchain_core.messages import HumanMessage

from index.errors import GenerationError, ModelMissingError
from qa.answer import Answer
from qa.chat_models import THIS_MACHINE, load_chat_model, model_host
from qa.generative import generate
from qa.nli import load_judge
from qa.prompting import prompt_budget, token_counter
from qa.streaming import Limits, stream_text
from qa.support import check
from tests.fakes import ScriptedChat, passage_of, writes
from tests.servers import ChatServer


def test_a_name_without_a_provider_is_the_callers_mistake():
    for name in ("llama3", ":llama3", "ollama:", ""):
        with pytest.raises(ValueError, match="provider:model"):
            load_chat_model(name)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("openai:gpt-4o-mini", "export OPENAI_API_KEY=YOUR-KEY"),
        ("anthropic:claude-sonnet-4-5", "export ANTHROPIC_API_KEY=YOUR-KEY"),
    ],
)
def test_a_missing_key_is_told_with_the_line_to_run(monkeypatch, name, line):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(ModelMissingError, match=line) as trouble:
        load_chat_model(name)
    assert trouble.value.name == name


def test_a_missing_package_is_told_with_the_line_to_run():
    with pytest.raises(ModelMissingError, match=r"pip install (\"articleqa\[mistral\]\"|langchain-mistralai)"):
        load_chat_model("mistral:small", base_url="http://127.0.0.1:9")
    with pytest.raises(ModelMissingError, match="pip install langchain-groq"):
        load_chat_model("groq:llama")


def test_an_unknown_provider_is_told():
    with pytest.raises(ModelMissingError, match="nonesuch"):
        load_chat_model("nonesuch:model")


def test_loading_asks_no_server():
    with ChatServer(pieces=("x",)) as server:
        load_chat_model("ollama:tiny", base_url=server.url)
        load_chat_model("openai:tiny", base_url=f"{server.url}/v1")
        assert server.requests == []


def test_a_server_of_ones_own_gets_no_key_and_a_window_that_holds_the_prompt(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with ChatServer(pieces=("Yes.",)) as server:
        for name, url in (("ollama:tiny", server.url), ("openai:tiny", f"{server.url}/v1")):
            assert "".join(stream_text(load_chat_model(name, base_url=url), [HumanMessage("?")])) == "Yes."
        assert server.requests[0]["options"]["num_ctx"] >= 8192
        assert server.requests[0]["options"]["temperature"] == 0
        assert server.authorizations[1] in ("", "Bearer none")


@pytest.mark.parametrize(
    ("name", "base_url", "host"),
    [
        ("openai:gpt-4o-mini", None, "api.openai.com"),
        ("openai:any", "https://models.example.org/v1", "models.example.org"),
        ("openai:any", "http://localhost:8000/v1", THIS_MACHINE),
        ("ollama:llama3.2", None, THIS_MACHINE),
        ("ollama:llama3.2", "http://192.0.2.7:11434", "192.0.2.7"),
        ("anthropic:claude-sonnet-4-5", None, "api.anthropic.com"),
    ],
)
def test_the_host_that_will_see_passages_is_named(monkeypatch, name, base_url, host):
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key")
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert model_host(load_chat_model(name, base_url=base_url)) == host


def test_a_model_object_of_unknown_kind_is_named_by_its_kind():
    assert model_host(ScriptedChat(script=writes("x"))) == "scripted"


# Local Hugging Face models, randomly initialised and made here: no network, no sense, real code


def tokenizer_at(folder, words):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: at for at, word in enumerate(["<pad>", "<unk>", "</s>", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="</s>", model_max_length=2048
    )
    fast.chat_template = "{% for message in messages %}{{ message.content }} {% endfor %}"
    fast.save_pretrained(folder)
    return len(vocabulary)


@pytest.fixture
def local_chat(tmp_path):
    from transformers import GPT2Config, GPT2LMHeadModel

    size = tokenizer_at(tmp_path, ["rain", "fell", "in", "May", ".", "the", "river"])
    model = GPT2LMHeadModel(
        GPT2Config(vocab_size=size, n_positions=2048, n_embd=16, n_layer=1, n_head=2, bos_token_id=2, eos_token_id=2)
    )
    model.save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.filterwarnings("ignore")
def test_a_local_hugging_face_model_runs_and_its_nonsense_is_not_shown(local_chat):
    from index.articles import Article

    model = load_chat_model(
        f"huggingface:{local_chat}", pipeline_kwargs={"max_new_tokens": 12, "return_full_text": False}
    )
    assert model_host(model) == THIS_MACHINE
    assert token_counter(model)("rain fell in May") == 4
    assert 0 < prompt_budget(model) < 2048
    article = Article(id="a", title="A", text="The river rose by 3 metres in Lund.")
    draft = Answer(question="?", searched_for="?", answered=False)
    answer = list(generate("How far?", [passage_of(article)], draft, model=model, limits=Limits(first=60, retries=0)))[
        -1
    ]
    assert answer.final
    assert not answer.answered
    assert "3 metres" not in answer.text


@pytest.mark.filterwarnings("ignore")
def test_a_local_model_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ModelMissingError):
        load_chat_model(f"huggingface:{tmp_path / 'nothing'}")


@pytest.fixture
def local_judge(tmp_path):
    from transformers import BertConfig, BertForSequenceClassification

    def make(labels):
        size = tokenizer_at(tmp_path, ["rain", "fell", "in", "May"])
        config = BertConfig(
            vocab_size=size,
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            num_labels=3,
        )
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: at for at, label in enumerate(labels)}
        BertForSequenceClassification(config).save_pretrained(tmp_path)
        return str(tmp_path)

    return make


@pytest.mark.filterwarnings("ignore")
def test_an_nli_model_gives_two_probabilities(local_judge):
    judge = load_judge(local_judge(["contradiction", "entailment", "neutral"]))
    entailed, contradicted = judge("rain fell in May", "rain fell")
    assert 0 < entailed < 1
    assert 0 < contradicted < 1
    assert check("Rain fell.", ["Rain fell in May."], judge=judge).holds


@pytest.mark.filterwarnings("ignore")
def test_a_classifier_with_other_labels_is_no_nli_model(local_judge, tmp_path):
    with pytest.raises(ModelMissingError, match="labels"):
        load_judge(local_judge(["good", "bad", "ugly"]))
    with pytest.raises(ModelMissingError):
        load_judge(str(tmp_path / "nothing"))


def test_a_failure_says_in_words_what_happened_and_holds_no_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1234")
    with ChatServer(trouble="status", status=401) as server:
        model = load_chat_model("openai:tiny", base_url=f"{server.url}/v1")
        with pytest.raises(GenerationError) as trouble:
            list(stream_text(model, [HumanMessage("?")]))
    assert "401" in trouble.value.reason
    assert not trouble.value.retryable
    assert "sk-secret" not in json.dumps([str(trouble.value), trouble.value.reason])
