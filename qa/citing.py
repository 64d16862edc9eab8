"""Found span -> Citation: the whole sentence, the answer marked in it; pure."""

from qa.answer import Citation
from qa.signals import Found

__all__ = ["cite"]


def cite(number: int, found: Found) -> Citation:
    """The citation of one span."""
    passage = found.passage
    return Citation(
        number=number,
        article_id=passage.article_id,
        article_sha256=passage.article_sha256,
        title=passage.title,
        source=passage.source,
        author=passage.author,
        url=passage.url,
        published=passage.published,
        quote=found.quote,
        start=found.sentence[0],
        end=found.sentence[1],
        answer_start=found.span[0],
        answer_end=found.span[1],
        page=passage.page_at(found.sentence[0]),
        also_in=passage.copies_of(found.sentence),
    )
