"""Tests of what turns the results of a benchmark into a report."""

import json
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

from bench.report.plot import Bar, bar_chart
from bench.report.results import Figure, PartResults, Results, figure
from bench.report.targets import all_targets, at_least, at_most, is_met
from bench.report.text import number, spread, table
from bench.suite import quiet


class FigureTest(unittest.TestCase):
    def test_has_the_median_the_lowest_and_the_highest(self):
        self.assertEqual(figure([5, 1, 3]), Figure(3, 1, 5, 3))

    def test_the_median_of_two_lies_between_them(self):
        self.assertEqual(figure([1, 2]).median, 1.5)

    def test_nothing_has_none(self):
        self.assertIsNone(figure([]))


class PartResultsTest(unittest.TestCase):
    def results_of(self, *records):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = Path(directory.name) / "fanout.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return PartResults(path)

    def run_of(self, case, round_, rate):
        return {"kind": "run", "case": case, "round": round_, "rate": rate}

    def test_a_ratio_is_taken_round_by_round(self):
        part = self.results_of(self.run_of("a", 0, 10), self.run_of("b", 0, 10),
                               self.run_of("a", 1, 30), self.run_of("b", 1, 10),
                               self.run_of("a", 2, 10), self.run_of("b", 2, 5))
        self.assertEqual(part.ratio("a", "b", "rate"), Figure(2, 1, 3, 3))

    def test_the_best_of_some_is_taken_in_each_round(self):
        part = self.results_of(self.run_of("a", 0, 10), self.run_of("b", 0, 5),
                               self.run_of("c", 0, 20), self.run_of("a", 1, 10),
                               self.run_of("b", 1, 5), self.run_of("c", 1, 2))
        self.assertEqual(part.ratio("a", ["b", "c"], "rate"), Figure(1.25, 0.5, 2, 2))

    def test_a_case_that_is_missing_has_no_ratio(self):
        part = self.results_of(self.run_of("a", 0, 10))
        self.assertIsNone(part.ratio("a", "b", "rate"))
        self.assertIsNone(part.ratio("b", "a", "rate"))

    def test_a_figure_is_marked_if_others_worked(self):
        part = self.results_of(self.run_of("a", 0, 10), self.run_of("b", 0, 5),
                               {**self.run_of("a", 1, 10), "others_cores": 0.7})
        self.assertTrue(part.figure("a", "rate").disturbed)
        self.assertFalse(part.figure("b", "rate").disturbed)
        self.assertTrue(part.ratio("b", "a", "rate").disturbed)

    def test_a_part_that_was_not_run_is_empty(self):
        part = PartResults(Path("there is no such file"))
        self.assertEqual(part.cases(), [])
        self.assertIsNone(part.figure("a", "rate"))


class QuietTest(unittest.TestCase):
    def test_a_run_waits_until_others_use_little(self):
        used = iter([1.5, 0.3, 0.1])
        self.assertEqual(quiet.wait(lambda: next(used), clock=lambda: 0), 0.1)

    def test_but_not_for_ever(self):
        now = iter([0, 30, quiet.PATIENCE])
        self.assertEqual(quiet.wait(lambda: 1.5, clock=lambda: next(now)), 1.5)

    def test_what_is_used_is_measured(self):
        self.assertGreaterEqual(quiet.cores_in_use(seconds=0.01), 0)


class TargetsTest(unittest.TestCase):
    def test_are_met_at_their_limit(self):
        self.assertTrue(is_met(at_least("", 2, None), Figure(2, 1, 3, 3)))
        self.assertFalse(is_met(at_least("", 2, None), Figure(1.9, 1, 3, 3)))
        self.assertTrue(is_met(at_most("", 2, None), Figure(2, 1, 3, 3)))
        self.assertFalse(is_met(at_most("", 2, None), Figure(2.1, 1, 3, 3)))

    def test_are_not_measured_without_results(self):
        with tempfile.TemporaryDirectory() as directory:
            for target in all_targets():
                self.assertIsNone(target.figure(Results(Path(directory))), target.measure)


class TextTest(unittest.TestCase):
    def test_numbers_have_the_digits_that_matter(self):
        shown = [number(value) for value in (1234567.8, 123.45, 12.345, 1.2345, 0)]
        self.assertEqual(shown, ["1,234,568", "123", "12.3", "1.23", "0.00"])

    def test_one_run_has_no_spread(self):
        self.assertEqual(spread(Figure(2, 2, 2, 1), " ms"), "2.00 ms")
        self.assertEqual(spread(Figure(2, 1, 3, 5)), "2.00 (1.00 – 3.00)")

    def test_a_figure_of_a_busy_machine_is_marked(self):
        self.assertEqual(spread(Figure(2, 1, 3, 5, disturbed=True)), "2.00 (1.00 – 3.00) †")
        self.assertEqual(spread(None), "not measured")

    def test_a_table_has_a_line_under_its_head(self):
        self.assertEqual(table(["a", "b"], [[1, 2]]), "| a | b |\n| --- | --- |\n| 1 | 2 |")


class BarChartTest(unittest.TestCase):
    def test_is_well_formed_and_has_a_bar_for_each_figure(self):
        chart = bar_chart("a < b", [("x & y", [Bar("one", Figure(1, 1, 2, 5), True),
                                               Bar("none", None)])])
        root = xml.etree.ElementTree.fromstring(chart)
        self.assertEqual(len(root.findall("{http://www.w3.org/2000/svg}rect")), 1)

    def test_there_is_none_without_figures(self):
        self.assertIsNone(bar_chart("empty", [("", [Bar("none", None)])]))


if __name__ == "__main__":
    unittest.main()
