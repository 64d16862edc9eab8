"""Questions made from the articles, of which only those that were answered are offered.

Each is made from a sentence that a reader could ask about with its own words in their order ("Ann Lee
opened the bridge on Monday" -> "Who opened the bridge on Monday?"), so that it reads well without a parser;
then it is put to the answerer, and kept when the answer is sure and cites that very article.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from index.articles import Article
from index.sentences import sentence_spans

if TYPE_CHECKING:
    from qa.answer import Answer
    from qa.chain import ArticleQA

__all__ = ["answerable", "questions_of"]

_SENTENCES_READ = 12
_WORDS_LIMIT = 14
_CLEAR_WORDS = 9
_SURE = 0.6

_NAME = r"(?:[A-Z][\w\u2019'.-]+ ){1,3}[A-Z][\w\u2019'-]+"
_VERBS = (
    r"(?:(?:was|were|has been) [a-z]+(?:ed|n|t)\b|(?:will|has) [a-z]+|[a-z]+ed\b|won|led|wrote|bought|sold|found|took"
    r"|met|built|chose|beat|gave|runs|leads|owns|replaces)"
)
_HEARSAY = re.compile(r"^(?:added|asked|replied|called|warned|has said|has asked)\b")
_LOOSE_END = re.compile(r" (?:and|or|of|in|on|at|by|to|for|from|with|the|a|an|had|has|have|were|was|been|its|his|her)$")
_SUBJECT = re.compile(rf"^({_NAME})(?:, [^,]{{3,60}},)? ({_VERBS}.+)$")
_COUNT = re.compile(
    r"(?:^|\b)(?:[Aa]bout |[Aa]t least |[Nn]early |[Mm]ore than )?"
    r"([\d][\d,.]*|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|[Tt]welve) "
    r"([a-z]+s|people|children|women|men) ((?:were|are|have been|had been) [a-z].+)$"
)
_WHEN = re.compile(
    r"^[Tt]he ([a-z][\w\u2019' -]{3,50}?) (will) ([a-z]+)\b(.*?),? on (?:\w+day|\d{1,2} [A-Z]|[A-Z][a-z]+\.? \d)"
)


def questions_of(article: Article) -> Iterator[str]:
    """Questions that the article's first sentences seem to answer, in reading order.

    Example:
        >>> text = "Ann Mary Lee opened the old Ayle bridge. About 40 houses were flooded on Friday, she said."
        >>> list(questions_of(Article(id="a", title="A", text=text)))
        ['Who opened the old Ayle bridge?', 'How many houses were flooded on Friday?']
    """
    for start, end in sentence_spans(article.text)[:_SENTENCES_READ]:
        sentence = " ".join(article.text[start:end].split())
        found = _SUBJECT.match(sentence)
        if found and not _HEARSAY.match(found[2]):
            yield from _asked(f"Who {found[2]}")
        elif found := _COUNT.search(sentence):
            yield from _asked(f"How many {found[2]} {found[3]}")
        elif found := _WHEN.match(sentence):
            yield from _asked(f"When {found[2]} the {found[1]} {found[3]}{found[4]}")


def _asked(words: str) -> Iterator[str]:
    """The question cut at its first clause; nothing when it is too short, too long, or quotes."""
    clause = re.split(r"[,;:—]| (?:who|which|that|after|because|while|but|although|when) ", words)[0].strip(" .")
    while loose := _LOOSE_END.search(clause):
        clause = clause[: loose.start()]
    asked = clause.split()
    # A short question without a name would puzzle whoever has not read the article.
    clear = len(asked) >= _CLEAR_WORDS or any(word[0].isupper() for word in asked[1:])
    if clear and len(asked) <= _WORDS_LIMIT and not set(clause) & set('“”"()'):
        yield f"{clause}?"


def answerable(qa: "ArticleQA", articles: Iterable[Article], *, wanted: int = 4) -> list[str]:
    """Questions that are answered surely, each from the article it was made from; at most one an article.

    Args:
        qa: Answers them, without a chat model.
        articles: In the order in which they are to be tried.
        wanted: How many are enough.
    """
    found: list[str] = []
    for article in articles:
        for question in questions_of(article):
            if question not in found and _bears(article, qa.invoke(question, use_llm=False)):
                found.append(question)
                break
        if len(found) == wanted:
            break
    return found


def _bears(article: Article, answer: "Answer") -> bool:
    cited = any(citation.article_id == article.id for citation in answer.citations)
    return answer.answered and answer.confidence >= _SURE and cited
