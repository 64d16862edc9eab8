"""python -m qa.training: mine negatives, train the reader (CPU or GPU, with resume), export, measure."""

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import nn

from index.embedding import bundled_model_path
from qa.bundled_reader import load_tokenizer
from qa.mining import mine, rank_by_words
from qa.negatives import mutate, names_by_title, without_answer
from qa.reader_export import load_shipped
from qa.reader_figures import choose_weights
from qa.span_network import Batch, SpanNetwork, load_encoder, set_dropout, span_loss
from qa.thesaurus import Thesaurus
from qa.training_data import Row, pool_rows, read_rows
from qa.training_stream import Mixture
from qa.written import read_written, rows_of

__all__ = ["Run", "Settings", "build_mixture", "main", "rate"]

AVERAGE_EVERY = 10
AVERAGE_DECAY = 0.97
"""Of the averaged weights, every `AVERAGE_EVERY` steps: a memory of about 300 steps."""
LOG_EVERY = 25


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run is made with; written into its checkpoint.

    Args:
        steps: Budget in steps; 0 for none.
        minutes: Budget in minutes spent in steps; 0 for none. The learning rate follows whichever budget is
            further spent.
        batch_tokens: Padded tokens in a batch.
        bfloat16: Autocast; on a CPU with avx512_bf16 1.7 times as fast.
        warm_up: Share of the budget over which the rate rises.
        dropout: Share of activations left out at random.
    """

    learning_rate: float = 2e-4
    head_rate: float = 5e-4
    steps: int = 0
    minutes: float = 0.0
    batch_tokens: int = 1280
    seed: int = 0
    bfloat16: bool = False
    warm_up: float = 0.03
    dropout: float = 0.0


def rate(progress: float, warm_up: float) -> float:
    """Share of the learning rate at a point of the run: up over `warm_up`, then down in a line to 0.

    Example:
        >>> [round(rate(p, 0.1), 2) for p in (0.0, 0.05, 0.1, 0.55, 1.0)]
        [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    return progress / warm_up if progress < warm_up else max(0.0, (1 - progress) / (1 - warm_up))


class Run:
    """One training run and all its state: network, averaged weights, optimiser, data stream, clock.

    The word embeddings stay as they are: most words of the articles to come are rare in the training data
    and would be left behind by those that are not.
    """

    def __init__(self, network: SpanNetwork, mixture: Mixture, settings: Settings, folder: Path) -> None:
        self.network = network
        self.mixture = mixture
        self.settings = settings
        self.folder = folder
        self.step = self.tokens = 0
        self.seconds = 0.0
        self._losses: list[float] = []
        network.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        if settings.dropout:
            set_dropout(network, settings.dropout)
        heads = [*network.edges.parameters(), *network.pairs.parameters()]
        body = [p for p in network.encoder.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(
            [{"params": body, "rate": settings.learning_rate}, {"params": heads, "rate": settings.head_rate}],
            lr=settings.learning_rate,
            betas=(0.9, 0.98),
            eps=1e-6,
            weight_decay=0.01,
            fused=True,
        )
        self.average = {k: v.clone() for k, v in network.state_dict().items() if v.is_floating_point()}

    @property
    def progress(self) -> float:
        """How much of the budget is spent: of steps or minutes, whichever is further; 0 to 1."""
        settings = self.settings
        done = [self.step / settings.steps] if settings.steps else []
        done += [self.seconds / 60 / settings.minutes] if settings.minutes else []
        return min(1.0, max(done))

    def train(self, *, checkpoint_minutes: float = 8) -> None:
        """Train until the budget is spent, with a checkpoint every few minutes and a JSON line every 25 steps."""
        saved = self.seconds
        while self.progress < 1:
            for examples in self.mixture.batches(self.progress, tokens=self.settings.batch_tokens):
                self._step(Batch.of(examples))
                if self.progress >= 1:
                    break
            if self.seconds - saved > 60 * checkpoint_minutes:
                self.save()
                saved = self.seconds
        self.save()

    def _step(self, batch: Batch) -> None:
        began = time.monotonic()
        for group in self.optimiser.param_groups:
            group["lr"] = group["rate"] * rate(self.progress, self.settings.warm_up)
        device = next(self.network.parameters()).device
        batch = batch.to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=self.settings.bfloat16):
            edges, spans = self.network(batch.ids, batch.types, batch.mask)
        loss = span_loss(edges, spans, batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.network.parameters() if p.requires_grad], 1.0)
        self.optimiser.step()
        self.step += 1
        self.tokens += batch.ids.numel()
        if self.step % AVERAGE_EVERY == 0:
            self._take_average()
        self.seconds += time.monotonic() - began
        self._losses.append(loss.item())
        if self.step % LOG_EVERY == 0:
            self._log()

    def _take_average(self) -> None:
        decay = min(AVERAGE_DECAY, self.step / (self.step + 10 * AVERAGE_EVERY))
        for name, value in self.network.state_dict().items():
            if name in self.average:
                self.average[name].lerp_(value, 1 - decay)

    def _log(self) -> None:
        record = {
            "step": self.step,
            "loss": round(fmean(self._losses), 3),
            "progress": round(self.progress, 4),
            "tokens": self.tokens,
            "tokens_per_second": round(self.tokens / self.seconds),
            "drawn": self.mixture.state(),
        }
        self._losses.clear()
        print(json.dumps(record), flush=True)  # noqa: T201 -- the program's output

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "mixture": self.mixture.state(),
            "settings": asdict(self.settings),
            "step": self.step,
            "seconds": self.seconds,
            "tokens": self.tokens,
        }
        partial = self.folder / "checkpoint.partial"
        torch.save(state, partial)
        partial.replace(self.folder / "checkpoint.pt")

    def resume(self) -> None:
        """Continue from this folder's checkpoint, if there is one; settings may have changed meanwhile."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        rates = [group["rate"] for group in self.optimiser.param_groups]
        self.network.load_state_dict(state["network"])
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        for group, wanted in zip(self.optimiser.param_groups, rates, strict=True):
            group["rate"] = wanted
        self.mixture.restore(state["mixture"])
        self.step, self.seconds, self.tokens = state["step"], state["seconds"], state["tokens"]


def build_mixture(
    data: Path, folder: Path, *, seed: int, thesaurus: Thesaurus | None = None, written: Path | None = None
) -> Mixture:
    """Read the rows, mine negatives (kept in `folder` for the next start), and build the stream.

    Args:
        data: Folder with the training files.
        folder: Of the run.
        seed: Of the stream.
        thesaurus: With one some questions are put in other words, and some changed ones have a word that means
            another thing.
        written: Folder of this project's own articles and questions.
    """
    rows = read_rows(data / "train.jsonl.gz")
    own = [row for article in read_written(written, "train") for row in rows_of(article)] if written else []
    pools = pool_rows(rows, read_rows(data / "train_other_domains.jsonl.gz"), seed=seed)
    paragraphs = sorted({row.context for row in pools["span"]})
    kept = folder / "negatives.json"
    if not kept.exists():
        kept.write_text(json.dumps(mine(pools["span"], paragraphs, rank_by_words(paragraphs))), encoding="utf-8")
    mined: dict[str, list[int]] = json.loads(kept.read_text(encoding="utf-8"))
    names = names_by_title(rows)

    def face_mined(row: Row, rng: random.Random) -> Row | None:
        context = paragraphs[rng.choice(mined[row.id])]
        return Row(row.id, row.source, row.title, context, row.question, ())

    # The answers of nq-swap are false on purpose: another passage may well hold the true one.
    pools["mined"] = [row for row in pools["span"] if row.id in mined and row.source != "nq-swap"]
    pools["mutated"] = pools["span"]
    pools["written"] = [row for row in own if row.answers]
    pools["denied"] = [row for row in own if not row.answers]
    pools["removed"] = pools["span"] + pools["written"]
    spoil = {
        "mined": face_mined,
        "removed": lambda row, _: without_answer(row),
        "mutated": lambda row, rng: mutate(row, names.get(row.title, ()), rng, thesaurus=thesaurus),
    }
    tokenizer = load_tokenizer(bundled_model_path() / "tokenizer.json")
    return Mixture(pools, spoil, tokenizer, seed=seed, thesaurus=thesaurus)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train from the command line; the same command continues a run that was stopped."""
    parser = argparse.ArgumentParser(prog="python -m qa.training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the training and the dev files")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints, negatives and exports")
    parser.add_argument("--steps", type=int, default=0, help="budget in steps")
    parser.add_argument("--minutes", type=float, default=0.0, help="budget in minutes spent in steps")
    parser.add_argument("--learning-rate", type=float, default=Settings.learning_rate)
    parser.add_argument("--head-rate", type=float, default=Settings.head_rate)
    parser.add_argument("--batch-tokens", type=int, default=Settings.batch_tokens)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument(
        "--bfloat16", action="store_true", help="autocast; 1.7 times as fast where the CPU has avx512_bf16"
    )
    parser.add_argument(
        "--start", type=Path, help="folder of a shipped reader to go on from (default: the bundled encoder)"
    )
    parser.add_argument("--dropout", type=float, default=Settings.dropout)
    parser.add_argument("--wordnet", type=Path, help="folder of a WordNet 3 database, to put questions in other words")
    parser.add_argument("--written", type=Path, help="folder of the articles and questions of this project's own")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, help="questions of each dev file to choose the weights by")
    options = vars(parser.parse_args(arguments))
    places = ("data", "out", "start", "wordnet", "written", "threads", "limit")
    data, folder, start, wordnet, written, threads, limit = (options.pop(name) for name in places)
    settings = Settings(**options)
    if not settings.steps and not settings.minutes:
        parser.error("give a budget: --steps or --minutes")
    torch.manual_seed(settings.seed)
    torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = (load_shipped(start) if start else SpanNetwork(load_encoder())).to(device).train()
    thesaurus = Thesaurus.read(wordnet) if wordnet else None
    mixture = build_mixture(data, folder, seed=settings.seed, thesaurus=thesaurus, written=written)
    run = Run(network, mixture, settings, folder)
    run.resume()
    run.train()
    figures = choose_weights(folder / "checkpoint.pt", data, folder, limit=limit)
    print(json.dumps(figures, indent=1))  # noqa: T201 -- the program's output


if __name__ == "__main__":
    main()
