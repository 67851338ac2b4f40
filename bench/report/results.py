"""What the parts of the benchmark have left behind."""

import json
import statistics
from collections import namedtuple

# `disturbed`: others worked on the machine before some of the runs.
Figure = namedtuple("Figure", "median low high count disturbed", defaults=(False,))


def figure(values, disturbed=False):
    """The median of some runs, with the lowest and the highest; None if there are none."""
    values = list(values)
    if not values:
        return None
    return Figure(statistics.median(values), min(values), max(values), len(values),
                  disturbed)


def _listed(cases):
    return [cases] if isinstance(cases, str) else cases


class PartResults:
    """The runs of one part. Empty if the part was never run."""

    def __init__(self, path):
        self.environment = {}
        # By case and round.
        self._runs = {}
        if not path.exists():
            return
        for line in path.read_text().splitlines():
            record = json.loads(line)
            if record.pop("kind") == "environment":
                self.environment = record
            else:
                self._runs.setdefault(record["case"], {})[record["round"]] = record

    def cases(self):
        return list(self._runs)

    def run(self, case):
        """The first run of a case, for what is the same in all; {} if there is none."""
        return next(iter(self._runs.get(case, {}).values()), {})

    def values(self, case, field):
        """The values of a case's field, by round."""
        runs = self._runs.get(case, {})
        return {round_: run[field] for round_, run in runs.items() if field in run}

    def figure(self, case, field):
        return figure(self.values(case, field).values(), self._disturbed([case]))

    def ratio(self, cases, others, field):
        """The best of some cases over the best of others, round by round, as a figure."""
        upper, lower = self._best(cases, field), self._best(others, field)
        return figure((upper[round_] / lower[round_] for round_ in upper if lower.get(round_)),
                      self._disturbed([*_listed(cases), *_listed(others)]))

    def _disturbed(self, cases):
        return any("others_cores" in run for case in cases
                   for run in self._runs.get(case, {}).values())

    def _best(self, cases, field):
        best = {}
        for case in _listed(cases):
            for round_, value in self.values(case, field).items():
                best[round_] = max(value, best.get(round_, value))
        return best


class Results:
    """All parts, by name."""

    def __init__(self, directory):
        self._directory = directory
        self._parts = {}

    def __getitem__(self, part):
        if part not in self._parts:
            self._parts[part] = PartResults(self._directory / f"{part}.jsonl")
        return self._parts[part]

    def environments(self):
        paths = sorted(self._directory.glob("*.jsonl"))
        return {path.stem: self[path.stem].environment for path in paths}
