"""Why this answer: what was found by meaning and by words, what was read in it, and the threshold; pure."""

from qa.answer import Answer, Candidate, Passage
from ui.markup import escaped, label, shown_day

__all__ = ["why"]

_ROWS = 12


def why(answer: Answer) -> str:
    """The details under an answer: candidates of both legs with ranks and scores, spans, threshold."""
    if not answer.passages:
        return ""
    return (
        '<details class="why"><summary>Why this answer</summary>'
        f"{_verdict(answer)}{_passages(answer)}{_candidates(answer)}</details>"
    )


def _verdict(answer: Answer) -> str:
    facts = [
        f"Confidence {answer.confidence:.0%}, threshold {answer.threshold:.0%}, {_shown(answer)}.",
        "Quoted from the articles, word for word."
        if answer.speaker == "extractive"
        else "Written by a chat model; each sentence was checked against its quotes.",
        f"Index generation {answer.generation}.",
    ]
    if answer.as_of:
        facts.append(f"“Today” was {shown_day(answer.as_of)}.")
    return f"<p>{escaped(' '.join(facts))}</p>"


def _shown(answer: Answer) -> str:
    """What follows of the confidence; a chat model's answer is shown for its quotes, however sure the reader was."""
    if answer.guess:
        return "so it is shown as a guess, not as an answer"
    if not answer.answered:
        return "so it is withheld"
    if answer.speaker == "extractive":
        return "so it is shown"
    return "which holds for answers in the articles' own words; this one is shown because its quotes bear it"


def _passages(answer: Answer) -> str:
    rows = "".join(_passage_row(passage) for passage in answer.passages[:_ROWS])
    return (
        '<div class="table-scroll" tabindex="0" role="group" aria-label="Passages found"><table>'
        "<caption>Passages found</caption>"
        '<thead><tr><th scope="col">Passage</th><th scope="col">By meaning</th><th scope="col">By words</th>'
        '<th scope="col">Similarity</th><th scope="col">Score</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _passage_row(passage: Passage) -> str:
    dense = f"no. {passage.dense_rank}" if passage.dense_rank else "not found"
    lexical = f"no. {passage.lexical_rank}" if passage.lexical_rank else "not found"
    return (
        f'<tr><th scope="row" dir="auto">{label(passage.title, limit=90)}</th>'
        f"<td>{dense}</td><td>{lexical}</td>"
        f"<td>{passage.similarity:.2f}</td><td>{passage.score:.4f}</td></tr>"
    )


def _candidates(answer: Answer) -> str:
    if not answer.candidates:
        return ""
    titles = {passage.chunk_id: passage.title for passage in answer.passages}
    rows = "".join(_candidate_row(one, titles.get(one.chunk_id, "")) for one in answer.candidates[:_ROWS])
    return (
        '<div class="table-scroll" tabindex="0" role="group" aria-label="Answers considered"><table>'
        "<caption>Answers considered (score: margin over “no answer”)</caption>"
        '<thead><tr><th scope="col">Answer</th><th scope="col">In</th><th scope="col">Score</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _candidate_row(candidate: Candidate, title: str) -> str:
    return (
        f'<tr><th scope="row" dir="auto">{label(candidate.text, limit=160)}</th>'
        f'<td dir="auto">{label(title, limit=90)}</td><td>{candidate.score:+.2f}</td></tr>'
    )
