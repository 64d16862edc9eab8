"""A chat model by name, the line to run when it is missing, and which machine will see the articles."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import ModelMissingError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["THIS_MACHINE", "load_chat_model", "model_host"]

THIS_MACHINE = "this machine"

_WINDOW = 8192
"""Tokens of context asked of Ollama, whose default cuts a long prompt without a word."""
_SECONDS = 120


@dataclass(frozen=True)
class _Provider:
    """How a provider is spelled, installed and unlocked.

    Args:
        name: LangChain's name for it.
        extra: Our optional dependency that brings it.
        package: What has to be importable.
        key: Environment variable with its key; empty when it needs none.
        settings: What it is made with beyond the model's name.
    """

    name: str
    extra: str
    package: str
    key: str
    settings: dict[str, Any]


_QUIET: dict[str, Any] = {"temperature": 0, "max_retries": 0, "timeout": _SECONDS}
_PROVIDERS = {
    "ollama": _Provider("ollama", "ollama", "langchain_ollama", "", {"temperature": 0, "num_ctx": _WINDOW}),
    "openai": _Provider("openai", "openai", "langchain_openai", "OPENAI_API_KEY", _QUIET),
    "anthropic": _Provider("anthropic", "anthropic", "langchain_anthropic", "ANTHROPIC_API_KEY", _QUIET),
    "google": _Provider("google_genai", "google", "langchain_google_genai", "GOOGLE_API_KEY", _QUIET),
    "mistral": _Provider("mistralai", "mistral", "langchain_mistralai", "MISTRAL_API_KEY", _QUIET),
    "huggingface": _Provider(
        "huggingface",
        "huggingface",
        "langchain_huggingface",
        "",
        {
            "task": "text-generation",
            "pipeline_kwargs": {"max_new_tokens": 700, "return_full_text": False, "do_sample": False},
        },
    ),
}
_ALIASES = {"google_genai": "google", "gemini": "google", "mistralai": "mistral", "hf": "huggingface"}


def load_chat_model(name: str, *, base_url: str | None = None, **settings: Any) -> "BaseChatModel":
    """Make the chat model that "provider:model" names. Nothing is sent anywhere yet.

    Retries are left to `streaming`, which honours Retry-After and the stop button.

    Args:
        name: Such as "ollama:llama3.2", "openai:gpt-4o-mini" or "huggingface:path/of/a/model"; other providers that
            LangChain knows work when their package is installed.
        base_url: Address of an Ollama or OpenAI-compatible server; such a server needs no key.
        **settings: Passed on, over our own.

    Raises:
        ModelMissingError: The package or the key is missing, or the provider is unknown; its message holds the line
            to run.
        ValueError: The name has no provider.
    """
    from langchain.chat_models import init_chat_model

    provider_name, _, model = name.partition(":")
    if not model or not provider_name:
        raise ValueError(f"{name!r} names no chat model; write provider:model, such as ollama:llama3.2")
    provider_name = _ALIASES.get(provider_name.lower(), provider_name.lower())
    provider = _PROVIDERS.get(provider_name)
    options: dict[str, Any] = {"base_url": base_url} if base_url else {}
    if provider:
        _require_package(name, provider)
        options = {**provider.settings, **options, **_key(name, provider, base_url)}
    try:
        made: BaseChatModel = init_chat_model(
            model, model_provider=provider.name if provider else provider_name, **{**options, **settings}
        )
    except ImportError as error:
        package = str(error.name or f"langchain-{provider_name}").split(".")[0].replace("_", "-")
        raise ModelMissingError(name, "this Python", remedy=f"Run: pip install {package}") from error
    except (OSError, ValueError) as error:
        raise ModelMissingError(name, "the settings given", remedy=str(error).splitlines()[0][:300]) from error
    return made


def _require_package(name: str, provider: _Provider) -> None:
    if find_spec(provider.package) is None:
        raise ModelMissingError(name, "this Python", remedy=f'Run: pip install "articleqa[{provider.extra}]"')


def _key(name: str, provider: _Provider, base_url: str | None) -> dict[str, str]:
    """The key setting where one is needed: none for a server of one's own, an error where it is missing."""
    if not provider.key or os.environ.get(provider.key):
        return {}
    if base_url:
        return {"api_key": "none"}
    raise ModelMissingError(name, "this environment", remedy=f"Run: export {provider.key}=YOUR-KEY")


_ADDRESSES = ("openai_api_base", "anthropic_api_url", "base_url", "endpoint", "endpoint_url", "azure_endpoint")
_USUAL_HOSTS = {
    "openai-chat": "api.openai.com",
    "anthropic-chat": "api.anthropic.com",
    "chat-google-generative-ai": "generativelanguage.googleapis.com",
    "mistralai-chat": "api.mistral.ai",
    "huggingface-chat-wrapper": THIS_MACHINE,
}
_LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - compared with, never bound


def model_host(model: "BaseChatModel") -> str:
    """Host that will see the question and passages of the articles; "this machine" for a local one.

    Example:
        >>> from langchain_core.language_models import FakeListChatModel
        >>> model_host(FakeListChatModel(responses=["No."]))
        'fake-list-chat-model'
    """
    kind = str(model._llm_type)  # noqa: SLF001 - the only name LangChain has for it
    for name in _ADDRESSES:
        address = getattr(model, name, None)
        if isinstance(address, str) and address:
            return _host(address)
    if kind == "chat-ollama":
        return _host(os.environ.get("OLLAMA_HOST", "127.0.0.1"))
    if kind == "openai-chat" and os.environ.get("OPENAI_API_BASE"):
        return _host(os.environ["OPENAI_API_BASE"])
    return _USUAL_HOSTS.get(kind, kind)


def _host(address: str) -> str:
    host = urlsplit(address if "//" in address else f"//{address}").hostname or address
    return THIS_MACHINE if host in _LOOPBACK or host.startswith("127.") else host
