"""Checks the licence of everything installed: `python -m tests.licences` fails on a copyleft or unknown one."""

import re
import sys
from importlib import metadata

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|Python Software Foundation|PSF|MPL|Mozilla|Zlib|Unlicense|CC0|HPND|PIL|Public Domain"
    r"|0BSD|BlueOak|Artistic)",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)

KNOWN = {
    # Packages whose metadata names no licence, each looked up in its own files.
    "articleqa": "Apache-2.0",
    "axe-playwright-python": "MIT",
}


def licence_of(distribution: metadata.Distribution) -> str:
    """What a distribution says of its licence, in the most exact of the places it may say so."""
    about = distribution.metadata
    expression = about.get("License-Expression") or ""
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    text = (about.get("License") or "").strip().split("\n")[0][:100]
    return expression or " / ".join(line.rpartition(" :: ")[2] for line in classifiers) or text


def judged(name: str, licence: str) -> str:
    """Empty when a licence is permissive, else what is wrong with it."""
    licence = licence or KNOWN.get(name, "")
    if not licence:
        return "no licence is named"
    offers = re.split(r"\bOR\b|/", licence)
    if any(PERMISSIVE.search(offer) and not COPYLEFT.search(offer) for offer in offers):
        return ""
    return licence


def main() -> int:
    """Print what is not permissive; the exit status says whether there was any."""
    bad = {}
    for distribution in metadata.distributions():
        name = (distribution.metadata["Name"] or "").lower()
        wrong = judged(name, licence_of(distribution))
        if wrong:
            bad[name] = wrong
    for name, wrong in sorted(bad.items()):
        print(f"{name}: {wrong}")
    print(f"{len(bad)} packages are not under a licence that is known to be permissive")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
