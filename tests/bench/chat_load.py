"""How the web chat stands ten people at once, by the protocol its own page speaks.

    python -m tests.bench.chat_load [--people 10] [--seconds 120] [--every 10] [--json FILE]

In one run, over the sample articles and the bundled models: one person alone (the yardstick),
then ten people, each with a question every ten seconds; then one person and ten people asking without
pause. Every answer is checked against what the chain itself gives for that question. The first stage
is the passages found, which the page shows while they are read.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx

os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", DO_NOT_TRACK="1")

QUESTIONS = (
    "who must agree on the opposition list?",
    "In which city did Kerry and Lavrov meet?",
    "how many people died in the flood?",
    "Who won the Harbour Run?",
    "How many paintings were taken from the museum?",
    "What is the unemployment rate in March?",
    "who won the zeppelin regatta on Neptune?",
    "How many people fell ill in Lower Yarrick?",
)


@dataclass
class Load:
    """What came of one form of load; times in seconds."""

    people: int
    first: list[float] = field(default_factory=list)
    final: list[float] = field(default_factory=list)
    per_person: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def summary(self):
        return {
            "people": self.people,
            "questions": len(self.final),
            "errors": len(self.errors),
            "first_p50": round(statistics.median(self.first), 3),
            "first_p95": round(percentile(self.first, 95), 3),
            "final_p50": round(statistics.median(self.final), 3),
            "final_p95": round(percentile(self.final, 95), 3),
            "questions_a_second": round(len(self.final) / self.seconds, 2),
            "fewest_and_most_a_person": (min(self.per_person), max(self.per_person)),
        }


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


async def ask(client, fn_index, session, question):
    """Seconds to the first stage and to the final one, with the last turn as the page would show it."""
    begun, first, shown = time.perf_counter(), 0.0, ""
    joined = await client.post(
        "/gradio_api/queue/join", json={"data": [question, "{}", None], "fn_index": fn_index, "session_hash": session}
    )
    joined.raise_for_status()
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as lines:
        async for line in lines.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line[5:])
            if message["msg"] == "process_generating":
                if not first and "Reading " in str(message["output"]["data"]):
                    first = time.perf_counter() - begun
                # The first carries the whole output, the later ones what changed.
                shown += json.dumps(message["output"]["data"], ensure_ascii=False)
            elif message["msg"] == "process_completed":
                if not message["success"]:
                    raise RuntimeError(str(message["output"])[:300])
                shown += json.dumps(message["output"].get("data", ""), ensure_ascii=False)
                return first, time.perf_counter() - begun, shown
            elif message["msg"] in ("unexpected_error", "queue_full"):
                raise RuntimeError(str(message)[:300])
    raise RuntimeError("the stream ended before the answer")


async def person(client, fn_index, number, load, *, expected, until, every):
    asked = 0
    # People do not begin in the same instant.
    await asyncio.sleep(every * number / 10)
    while time.perf_counter() < until:
        question = QUESTIONS[(number + asked) % len(QUESTIONS)]
        begun = time.perf_counter()
        try:
            # A new session each time: a follow-up would be another question.
            first, final, shown = await ask(client, fn_index, f"person{number}n{asked}t{id(load)}", question)
        except (httpx.HTTPError, RuntimeError) as error:
            load.errors.append(f"{type(error).__name__}: {error}")
        else:
            load.first.append(first or final)
            load.final.append(final)
            if expected[question] not in shown or question not in shown:
                load.errors.append(f"mixed up: {question}")
        asked += 1
        await asyncio.sleep(max(0.0, begun + every - time.perf_counter()))
    load.per_person.append(asked)


async def run(address, fn_index, *, people, seconds, every, expected):
    load = Load(people=people)
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        begun = time.perf_counter()
        until = begun + seconds
        await asyncio.gather(
            *(person(client, fn_index, n, load, expected=expected, until=until, every=every) for n in range(people))
        )
        load.seconds = time.perf_counter() - begun
    return load


def sample_index(folder):
    """The sample articles, indexed anew, and their answerer."""
    from index.library import Library
    from qa.chain import ArticleQA

    Library.open(folder, create=True).sync(Path(__file__).parents[2] / "index" / "samples")
    return ArticleQA.open(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    from ui.markup import escaped
    from ui.server import serve

    with tempfile.TemporaryDirectory() as folder:
        qa = sample_index(Path(folder) / "index")
        answers = {question: qa.invoke(question) for question in QUESTIONS}
        expected = {
            question: json.dumps(
                escaped(answer.text) if answer.answered else "The articles do not say.", ensure_ascii=False
            )[1:-1]
            for question, answer in answers.items()
        }
        addresses, ready = [], Event()
        Thread(
            target=serve,
            args=(qa,),
            kwargs={"port": 0, "announce": lambda one: (addresses.append(one), ready.set())},
            daemon=True,
        ).start()
        ready.wait(timeout=120)
        address = addresses[0]
        config = httpx.get(f"{address}config", timeout=60).json()
        fn_index = next(one["id"] for one in config["dependencies"] if "articleqa.asked" in str(one.get("js")))

        def measured(**load):
            return asyncio.run(run(address, fn_index, expected=expected, **load))

        measured(people=1, seconds=5, every=0)  # warm
        loads = {
            "one person alone, a question a second": measured(
                people=1, seconds=max(10.0, options.seconds / 4), every=1.0
            ),
            "many people, at their pace": measured(people=options.people, seconds=options.seconds, every=options.every),
            "one person, without pause": measured(people=1, seconds=options.seconds / 4, every=0),
            "many people, without pause": measured(people=options.people, seconds=options.seconds / 4, every=0),
        }
    report = {name: load.summary() for name, load in loads.items()}
    alone, together, single, many = report.values()
    report["p95 of many, as a multiple of one's"] = round(together["final_p95"] / alone["final_p95"], 2)
    report["throughput of many, as a share of one's"] = round(
        many["questions_a_second"] / single["questions_a_second"], 2
    )
    print(json.dumps(report, indent=1))
    for name, load in loads.items():
        for error in load.errors[:5]:
            print(f"{name}: {error}")
    if options.json:
        options.json.write_text(json.dumps({name: asdict(load) for name, load in loads.items()}))
    # Threads of models still at work would abort a normal exit.
    os._exit(1 if any(load.errors for load in loads.values()) else 0)


if __name__ == "__main__":
    main()
