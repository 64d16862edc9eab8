"""A question -> a cited answer. Knows nothing of Gradio, files or Chroma."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.library import Filters
    from qa.answer import Alternative, Answer, AnswerSentence, Citation, DateRange, Passage
    from qa.chain import ArticleQA
    from qa.followup import Turn
    from qa.process import ask
    from qa.retrieval import HybridRetriever

__all__ = [
    "Alternative",
    "Answer",
    "AnswerSentence",
    "ArticleQA",
    "Citation",
    "DateRange",
    "Filters",
    "HybridRetriever",
    "Passage",
    "Turn",
    "ask",
]

_HOMES = {
    "ArticleQA": "qa.chain",
    "Filters": "index.library",
    "HybridRetriever": "qa.retrieval",
    "Turn": "qa.followup",
    "ask": "qa.process",
}


def __getattr__(name: str) -> Any:
    """Load a public name at its first use: LangChain alone takes most of a second."""
    if name not in __all__:
        raise AttributeError(f"module 'qa' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "qa.answer")), name)
