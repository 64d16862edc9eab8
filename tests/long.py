"""The long form of the tests: python -m tests.long [words for pytest]. Notes each outcome, dated, beside this file.

What it runs carries the mark `long`: 200 killed syncs, two minutes of readers and a writer, 200 generations in one
process, every way of damaging every file. It takes half an hour of two quiet cores; with words for pytest (-k crash)
it can be run in parts, and the outcomes of the other tests stay as they were noted.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

RESULT = Path(__file__).with_name("long-result.json")
FAILURES = ("failure", "error", "skipped")


def main() -> int:
    """Run it; pytest's exit status."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "tests", "-m", "long", "-q", f"--junit-xml={report}", *sys.argv[1:]]
        status = subprocess.run(command, check=False).returncode
        cases = list(ET.parse(report).iter("testcase")) if report.is_file() else []
    noted = json.loads(RESULT.read_text())["tests"] if RESULT.is_file() else {}
    noted |= {f"{case.get('classname')}::{case.get('name')}": outcome(case) for case in cases}
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    summary = dict(Counter(found["outcome"] for found in noted.values()))
    result = {"machine": machine, "outcomes": summary, "tests": dict(sorted(noted.items()))}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps({"machine": machine, **summary}))
    return status


def outcome(case: ET.Element) -> dict[str, object]:
    """How one test ended, and when."""
    found = next((name for name in FAILURES if case.find(name) is not None), "passed")
    return {
        "outcome": found,
        "date": datetime.now(UTC).date().isoformat(),
        "seconds": round(float(case.get("time", 0))),
    }


if __name__ == "__main__":
    sys.exit(main())
