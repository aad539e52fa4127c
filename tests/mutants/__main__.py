# Copyright: (c) 2026, vijson.tasks contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the plugins and the simulator at one point each, and count the changes that no fast test notices.

The exit code is 1 if more mutants survive than the rates below allow. ``equivalent.txt`` lists those that behave like
the original.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory

from ansible_collections.vijson.tasks.tests.mutants.covering_tests import FAST_TESTS, measure_coverage, sources_of
from ansible_collections.vijson.tasks.tests.mutants.mutations import Mutant, mutants
from ansible_collections.vijson.tasks.tests.mutants.runs import Workplace

ROOT = Path(__file__).resolve().parents[2]
WANTED = {"plugins": 0.95, "tests/simulator": 0.90}
PARALLEL = 2
DATA_ONLY = ("doc_fragments", "seed_")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="only files whose path contains one of these, with commas")
    parser.add_argument("--survivors", type=Path, help="only those that survived, by this output of an earlier run")
    return parser.parse_args()


def equivalents() -> set[str]:
    """The mutants that behave like the original, as listed with their reasons."""
    lines = Path(__file__).with_name("equivalent.txt").read_text("utf-8").splitlines()
    return {line for line in lines if line and not line.startswith(("#", " "))}


def all_mutants(only: str) -> Iterator[Mutant]:
    """The mutants of all sources except those that are only data."""
    for folder in FAST_TESTS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if any(part in path for part in only.split(",")) and not any(word in path for word in DATA_ONLY):
                yield from mutants(ROOT, path)


def main() -> None:
    """Run the sample, print each survivor and the rates."""
    arguments = parse_arguments()
    known = equivalents()
    found = [mutant for mutant in all_mutants(arguments.only) if str(mutant) not in known]
    # each mutant has a place of its own, so that a change of the code changes little of the sample
    found.sort(key=lambda mutant: random.Random(f"{arguments.seed}: {mutant}").random())
    if arguments.survivors:
        survivors = set(re.findall(r"^SURVIVED: \d+: (.*)", arguments.survivors.read_text("utf-8"), re.MULTILINE))
        found = [mutant for mutant in found if str(mutant) in survivors]
    sample = found[: arguments.sample]
    print(f"{len(sample)} of {len(found)} mutants, seed {arguments.seed}", flush=True)
    counts: Counter[tuple[str, bool]] = Counter()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="vijson-mutants-"))
        places: Queue[Workplace] = Queue()
        for number in range(PARALLEL):
            places.put(stack.enter_context(Workplace(ROOT, Path(folder, str(number)))))
        covering = measure_coverage(places.queue[0])

        def run(mutant: Mutant) -> None:
            place = places.get()
            try:
                killer = place.killer(mutant, covering.of(mutant))
            finally:
                places.put(place)
            counts[sources_of(mutant), killer is not None] += 1
            print(f"{'killed by ' + killer if killer else 'SURVIVED'}: {mutant.line}: {mutant}", flush=True)

        list(stack.enter_context(ThreadPoolExecutor(PARALLEL)).map(run, sample))
    sys.exit(report(counts))


def report(counts: Counter[tuple[str, bool]]) -> int:
    """Print the rates; returns the exit code."""
    code = 0
    for part, wanted in WANTED.items():
        killed, survived = counts[part, True], counts[part, False]
        if killed + survived:
            rate = killed / (killed + survived)
            print(f"{part}: {killed} of {killed + survived} killed, {rate:.0%} (wanted: {wanted:.0%})")
            code |= rate < wanted
    return code


if __name__ == "__main__":
    main()
