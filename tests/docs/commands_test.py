"""Shows that a command in a document can fail."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import commands  # noqa: E402


def run(page, replace=""):
    """What the program prints for a page, and its exit status."""
    with tempfile.TemporaryDirectory() as root:
        pathlib.Path(root, "a.md").write_text(page, encoding="utf-8")
        out = io.StringIO()
        with contextlib.redirect_stdout(out), mock.patch.dict(os.environ, COMMANDS_REPLACE=replace):
            status = commands.main(root, "a.md")
        return out.getvalue().splitlines(), status


class CommandsTest(unittest.TestCase):
    def assert_passes(self, page, replace=""):
        lines, status = run(page, replace)
        self.assertEqual((lines[-1], status), ("1 passed, 0 failed", 0), lines)

    def assert_fails(self, page, reason):
        lines, status = run(page)
        self.assertEqual((lines[-1], status), ("0 passed, 1 failed", 1))
        self.assertIn(reason, lines[0])

    def test_what_a_command_says_is_compared(self):
        self.assert_passes("```sh\necho one; echo two three\n```\n\n```text\none\ntwo…ee\n```\n")
        self.assert_fails("```sh\necho one\n```\n\n```text\ntwo\n```\n", "no line 'two'")
        self.assert_fails("```sh\necho one; echo two\n```\n\n```text\ntwo\none\n```\n", "no line 'one'")

    def test_text_elsewhere_is_not_expected(self):
        self.assert_passes("```sh\necho one\n```\n\nA picture:\n\n```text\ntwo\n```\n")

    def test_a_console_has_its_output(self):
        self.assert_passes("```console\n$ echo one \\\n    two\none two\n```\n")
        self.assert_fails("```console\n$ echo one\ntwo\n```\n", "no line 'two'")

    def test_each_command_must_succeed(self):
        self.assert_fails("```sh\nfalse\ntrue\n```\n", "exit status 1")

    def test_marked_blocks_are_not_run(self):
        for mark in ("not run: it fails", "run by a.sh"):
            lines, status = run(f"<!-- {mark} -->\n```sh\nfalse\n```\n\n```sh\ntrue\n```\n")
            self.assertEqual((lines[-2:], status), (["1 blocks are run elsewhere, or marked as not run",
                                                     "1 passed, 0 failed"], 0))

    def test_a_run_without_a_command_fails(self):
        lines, status = run("<!-- not run: it fails -->\n```sh\nfalse\n```\n")
        self.assertEqual((lines[-1], status), ("0 passed, 0 failed", 1))

    def test_replacements_are_for_a_page_and_section(self):
        page = "## Here\n\n```sh\nfalse\n```\n"
        self.assert_passes(page, "a.md Here: false => true")
        self.assert_passes(page, ": false => true")
        lines, _ = run(page, "There: false => true")
        self.assertEqual(lines[-1], "0 passed, 1 failed")


if __name__ == "__main__":
    unittest.main()
