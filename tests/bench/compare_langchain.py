"""This project beside the plain LangChain pipeline, on the same articles and model, in one run.

    python -m tests.bench.compare_langchain ARTICLES QUESTIONS [--articles 1000] [--questions 300] [--out FILE]

ARTICLES: JSON lines (gzip or not) with id, url, title, date, text. QUESTIONS: JSON lines with question, date and
`supporting_articles` (urls). The plain pipeline: RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings,
langchain_chroma, similarity search. Each pipeline runs in a process of its own, in turn, so that peak memory is its
own; figures are printed as they are and as ratios.
"""

import argparse
import gzip
import json
import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path
from queue import Empty

BATCH = 5000  # langchain_chroma hands over whole lists, and Chroma refuses more than 5,461


def read_lines(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def chosen(articles, questions, *, count, asked):
    """The supporting articles of some questions, filled up with others to a number; seeded."""
    by_url = {article["url"]: article for article in articles}
    supported = [q for q in questions if any(url in by_url for url in q["supporting_articles"])]
    random.Random(0).shuffle(supported)
    supported = supported[:asked]
    wanted = dict.fromkeys(url for q in supported for url in q["supporting_articles"] if url in by_url)
    others = [article["url"] for article in articles if article["url"] not in wanted]
    random.Random(1).shuffle(others)
    urls = [*wanted, *others][: max(count, len(wanted))]
    return [by_url[url] for url in sorted(urls)], supported


def recall(ranked_urls, questions):
    """Share of questions with a supporting article among the first 1, 5 and 10 articles, each counted once."""
    hits = dict.fromkeys((1, 5, 10), 0)
    for urls, question in zip(ranked_urls, questions, strict=True):
        ranked = list(dict.fromkeys(urls))
        for k in hits:
            hits[k] += bool(set(ranked[:k]) & set(question["supporting_articles"]))
    return {f"recall@{k}": count / len(questions) for k, count in hits.items()}


def folder_bytes(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def measured(index, search, articles, questions, folder):
    began = time.perf_counter()
    state = index(articles, folder)
    seconds = time.perf_counter() - began
    search(state, {"question": "warm up", "date": "2022-01-01"})
    found, times = [], []
    for question in questions:
        began = time.perf_counter()
        found.append(search(state, question))
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return {
        "articles a second": len(articles) / seconds,
        **recall(found, questions),
        "query p50 ms": times[len(times) // 2],
        "query p95 ms": times[int(len(times) * 0.95)],
        "disk MB": folder_bytes(folder) / 1e6,
        "peak memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def index_here(articles, folder):
    from index import Library
    from qa.retrieval import HybridRetriever

    source = Path(folder) / "articles.jsonl"
    with source.open("w", encoding="utf-8") as lines:
        for article in articles:
            row = {name: article[name] for name in ("id", "title", "text", "url")} | {"published": article["date"]}
            lines.write(json.dumps(row) + "\n")
    library = Library.open(Path(folder) / "index", create=True)
    library.sync(source)
    source.unlink()
    return HybridRetriever(library=library)


def search_here(retriever, question):
    from qa.dates import dates_in

    asked, today = question["question"], question["date"]
    found = retriever.passages(asked, k=20, dates=dates_in(asked, today), as_of=today)
    return [passage.url for passage in found.passages]


def index_plain(articles, folder):
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    from index.embedding import bundled_model_path

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    documents = splitter.split_documents(
        [Document(page_content=a["text"], metadata={"url": a["url"], "title": a["title"]}) for a in articles]
    )
    embeddings = HuggingFaceEmbeddings(model_name=str(bundled_model_path()), model_kwargs={"device": "cpu"})
    store = Chroma(embedding_function=embeddings, persist_directory=str(folder))
    for start in range(0, len(documents), BATCH):
        store.add_documents(documents[start : start + BATCH])
    return store


def search_plain(store, question):
    return [document.metadata["url"] for document in store.similarity_search(question["question"], k=20)]


def one(name, articles, questions, queue):
    with tempfile.TemporaryDirectory() as folder:
        parts = {"articleqa": (index_here, search_here), "plain LangChain": (index_plain, search_plain)}[name]
        queue.put(measured(*parts, articles, questions, folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("articles_file", type=Path)
    parser.add_argument("questions_file", type=Path)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    articles, questions = chosen(
        read_lines(options.articles_file),
        read_lines(options.questions_file),
        count=options.articles,
        asked=options.questions,
    )
    print(f"{len(articles)} articles, {len(questions)} questions", flush=True)
    context = multiprocessing.get_context("spawn")
    results = {}
    for name in ("articleqa", "plain LangChain"):
        queue = context.Queue()
        process = context.Process(target=one, args=(name, articles, questions, queue))
        process.start()
        while name not in results:
            try:
                results[name] = queue.get(timeout=5)
            except Empty:
                if not process.is_alive():
                    raise SystemExit(f"{name} ended without a result") from None
        process.join()
    ours, plain = results.values()
    print("| | articleqa | plain LangChain | ratio |\n|---|---|---|---|")
    for key in ours:
        print(f"| {key} | {ours[key]:.3g} | {plain[key]:.3g} | {ours[key] / plain[key]:.2f} |")
    if options.out:
        options.out.write_text(json.dumps(results, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
