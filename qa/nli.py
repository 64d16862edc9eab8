"""An optional NLI cross-encoder: does one text entail or contradict another?"""

from pathlib import Path
from typing import Any

from index.errors import ModelMissingError
from qa.support import Judge

__all__ = ["load_judge"]


def load_judge(name: str) -> Judge:
    """Load a Hugging Face sequence classifier whose labels are entailment, neutral and contradiction.

    Args:
        name: A directory, or a model's name on the hub that this machine already has or may fetch.

    Returns:
        A function of quotes and sentence to the probabilities of entailment and contradiction, 0 to 1.

    Raises:
        ModelMissingError: It is not to be had, or its labels are other ones.
    """
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(name)
        model: Any = AutoModelForSequenceClassification.from_pretrained(name)
    except (OSError, ValueError) as error:
        where = name if Path(name).exists() else "this machine and the Hugging Face hub"
        raise ModelMissingError(name, where, remedy="Give --nli the directory of an NLI model.") from error
    labels = {str(label).lower(): int(at) for at, label in model.config.id2label.items()}
    entails = next((at for label, at in labels.items() if label.startswith("entail")), None)
    contradicts = next((at for label, at in labels.items() if label.startswith("contradict")), None)
    if entails is None or contradicts is None:
        raise ModelMissingError(name, name, remedy=f"Its labels are {', '.join(labels)}, not those of an NLI model.")
    model.eval()

    def judge(quotes: str, sentence: str) -> tuple[float, float]:
        import torch

        inputs = tokenizer(quotes, sentence, truncation=True, return_tensors="pt")
        with torch.no_grad():
            chances = model(**inputs).logits[0].softmax(-1)
        return float(chances[entails]), float(chances[contradicts])

    return judge
