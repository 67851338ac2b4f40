"""Shows that a reference of metrics or settings that has become wrong is noticed."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import settings  # noqa: E402
from reference import Reference  # noqa: E402

RELEASED = [["grpc-address", "127.0.0.1:50051"], ["calls_total", "counter", "code", "method"]]
HELP = """Settings:

  --log-level  DINO_LOG_LEVEL
      The lowest level | that
      is logged.
      Must be one of info, debug.
      Default: info

  --tls-key-file  DINO_TLS_KEY_FILE
      The key.
      Must be a path; empty: none.
      Default: none

  --help, -h
      Prints this text.
"""


class ReferenceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        document = pathlib.Path(folder.name, "a.md")
        document.write_text("Before\n<!-- names -->\nold\n<!-- end of names -->\nBehind\n", encoding="utf-8")
        self.reference = Reference("names", document, pathlib.Path(folder.name, "names.txt"))
        self.reference.release(RELEASED)

    def broken(self, facts):
        """What is wrong with facts after the release."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said), self.assertRaises(SystemExit):
            self.reference.check_released(facts)
        return said.getvalue().splitlines()

    def test_what_is_added_breaks_nothing(self):
        self.reference.check_released([["new", "gauge"], *RELEASED])
        self.reference.check_released([RELEASED[0], [*RELEASED[1], "caller"]])

    def test_what_is_gone_or_renamed_is_noticed(self):
        self.assertEqual(self.broken(RELEASED[:1]), ["calls_total: the last release has it"])
        self.assertEqual(self.broken([RELEASED[0], ["call_total", *RELEASED[1][1:]]]),
                         ["calls_total: the last release has it"])

    def test_another_default_type_or_label_is_noticed(self):
        self.assertEqual(self.broken([["grpc-address", "[::]:50051"], RELEASED[1]]),
                         ["grpc-address: the last release has 127.0.0.1:50051"])
        self.assertEqual(self.broken([RELEASED[0], ["calls_total", "gauge", "code"]]),
                         ["calls_total: the last release has counter, method"])

    def test_an_old_document_is_noticed(self):
        self.reference.check("old\n")
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
            self.reference.check("new\n")

    def test_only_its_part_is_written(self):
        self.reference.write("new\n")
        self.reference.check("new\n")
        text = self.reference.document.read_text(encoding="utf-8")
        self.assertTrue(text.startswith("Before\n") and text.endswith("\nBehind\n"))


class SettingsTest(unittest.TestCase):
    def test_the_help_is_read(self):
        found = settings.parse(HELP)
        self.assertEqual(settings.facts(found), [["log-level", "info"], ["tls-key-file", "none"]])
        self.assertIn("| `log-level` | `info` | The lowest level \\| that is logged. | one of info, debug |",
                      settings.reference(found).splitlines())


if __name__ == "__main__":
    unittest.main()
