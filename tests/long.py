"""The long form of the tests: python -m tests.long [words for pytest]. Writes a dated result beside this file.

What it runs carries the mark `long`: 200 killed syncs, two minutes of readers and a writer, 200 generations in one
process, every way of damaging every file.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

RESULT = Path(__file__).with_name("long-result.json")


def main() -> int:
    """Run it; pytest's exit status."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "tests", "-m", "long", "-q", f"--junit-xml={report}", *sys.argv[1:]]
        status = subprocess.run(command, check=False).returncode
        cases = list(ET.parse(report).iter("testcase")) if report.is_file() else []
    outcomes = {name: sum(case.find(name) is not None for case in cases) for name in ("failure", "error", "skipped")}
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "minutes": round((time.monotonic() - began) / 60, 1),
        "tests": len(cases),
        **outcomes,
        "seconds": {
            f"{case.get('classname')}::{case.get('name')}": round(float(case.get("time", 0))) for case in cases
        },
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps({name: value for name, value in result.items() if name != "seconds"}))
    return status


if __name__ == "__main__":
    sys.exit(main())
