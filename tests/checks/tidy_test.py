"""Shows which files clang-tidy does not look at again."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import tidy  # noqa: E402
from tidy_baseline import Baseline  # noqa: E402

FILES = {
    "CMakeLists.txt": "",
    "CMakePresets.json": "{}",
    "a/CMakeLists.txt": "",
    "a/a.cc": '#include "a/a.h"\n',
    "a/a.h": '#include <string>\n#include "b/b.h"\n',
    "b/b.cc": '#include "b.h"\n',
    "b/b.h": "",
    "c/c.cc": '#include "events/c.pb.h"\n',
    "proto/events/c.proto": "",
}


class UnitTest(unittest.TestCase):
    def test_knows_results_of_another_checkout(self):
        root = tidy.ROOT
        self.assertEqual("-I. -I./a a/b.cc -Dx=/usr", tidy.relative(f"-I{root} -I{root}/./a {root}/a/b.cc -Dx=/usr"))


class BaselineTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for path, text in FILES.items():
            self.write(path, text)
        self.git("init", "-q")
        self.commit()
        self.baseline().renew()
        self.commit()

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def git(self, *words):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", self.root, *name, *words], check=True, capture_output=True)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a")

    def baseline(self, version="1"):
        return Baseline(self.root, self.root / "baseline.json", version)

    def known(self, version="1"):
        return [path for path in FILES if path.endswith(".cc") and self.baseline(version).knows([path])]

    def test_all_that_has_not_changed(self):
        self.assertEqual(["a/a.cc", "b/b.cc", "c/c.cc"], self.known())

    def test_not_what_has_changed(self):
        for path, known in {
            "a/a.cc": ["b/b.cc", "c/c.cc"],
            "a/a.h": ["b/b.cc", "c/c.cc"],
            "b/b.h": ["c/c.cc"],
            "proto/events/c.proto": ["a/a.cc", "b/b.cc"],
            "a/CMakeLists.txt": ["b/b.cc", "c/c.cc"],
            "a/.clang-tidy": ["b/b.cc", "c/c.cc"],
            "CMakeLists.txt": [],
            "CMakePresets.json": [],
            "cmake/options.cmake": [],
            "README.md": ["a/a.cc", "b/b.cc", "c/c.cc"],
        }.items():
            with self.subTest(path):
                self.write(path, "changed\n")
                self.assertEqual(known, self.known(), "not committed")
                self.commit()
                self.assertEqual(known, self.known(), "committed")
                self.git("revert", "--no-edit", "HEAD")

    def test_not_a_unit_of_which_one_file_has_changed(self):
        self.write("c/c.cc", "changed\n")
        self.assertFalse(self.baseline().knows(["b/b.cc", "c/c.cc"]))

    def test_nothing_by_another_version(self):
        self.assertEqual([], self.known(version="2"))

    def test_nothing_where_the_commit_is_missing(self):
        self.write("baseline.json", '{"commit": "%s", "version": "1"}' % ("0" * 40))
        self.assertEqual([], self.known())

    def test_no_record_of_what_is_not_committed(self):
        self.write("a/a.cc", "changed\n")
        with self.assertRaisesRegex(RuntimeError, "not committed"):
            self.baseline().renew()
