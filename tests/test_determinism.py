import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ASK = """
import hashlib, json, sys
from pathlib import Path
from index.library import Library
from qa.chain import ArticleQA
library = Library.open(sys.argv[1])
chain = ArticleQA(library, min_confidence=0.0)
digest = hashlib.sha256()
for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()[: int(sys.argv[3])]:
    row = json.loads(line)
    answer = chain.invoke(row["question"], as_of=row.get("as_of") or "2026-06-01")
    digest.update(json.dumps(answer.to_json(), sort_keys=True).encode())
print(digest.hexdigest())
"""


def in_a_process(library, count, seed):
    questions = ROOT / "tests" / "data" / "tune.jsonl"
    command = [sys.executable, "-c", ASK, str(library.path), str(questions), str(count)]
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    return done.stdout.strip()


@pytest.mark.parametrize("count", [3, pytest.param(1000, marks=pytest.mark.long)])
def test_processes_with_other_hash_seeds_give_the_same_bytes(tmp_path, count):
    from index.library import Library
    from qa.places import sample_articles

    library = Library.open(tmp_path / "index", create=True)
    library.sync(sample_articles())
    one, other = in_a_process(library, count, "1"), in_a_process(library, count, "2")

    assert len(one) == len(hashlib.sha256().hexdigest())
    assert one == other
