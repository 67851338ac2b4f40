"""Shows that each rule can be broken: plants breaches in a repository of a few files."""

import contextlib
import io
import pathlib
import runpy
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import versions  # noqa: E402

CLEAN = {
    "server/base/utf8.cc": '#include "server/base/utf8.h"\nbool Is(int c) { return c >= 0xC2; }\n',
    "server/base/utf8.h": "bool Is(int lead);\n",
    "server/mqtt/codes.cc": "int Code() { return 0x10; }\n",
    "server/mqtt/batch.h": "struct Batch {};\n",
    "server/fanout/fanout.cc": '#include "server/mqtt/batch.h"\nint Helper(int n) { return n; }\n',
    "server/grpc/call.cc": "#include <grpcpp/grpcpp.h>\n"
                          "int Helper(long n) { return 2; }\n// never 0x10\n",
    "tests/unit/base/utf8_test.cc": '#include <gtest/gtest.h>\n#include "server/base/utf8.h"\n',
    "tests/support/fake.h": '#include "server/mqtt/batch.h"\n',
}


@contextlib.contextmanager
def repository(files):
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["git", "init", "--quiet", root], check=True)
        for path, text in files.items():
            file = pathlib.Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        yield root


def check(files):
    """What the check of a repository with these files prints, and its exit status."""
    with repository(files) as root:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = runpy.run_path(str(HERE / "__main__.py"))["main"](root)
        return out.getvalue().splitlines(), status


def places_of(version):
    """A file for each place that has the version, all in one repository."""
    files = {}
    for pattern, before, after in versions.PLACES:
        path = pattern.split()[0].replace("*", "some")
        line = before.removeprefix("^").replace("\\t", "\t").replace("\\", "")
        files[path] = files.get(path, "") + line + version + after.replace("(?= )", " ").rstrip("$") + "\n"
    return files


class RulesTest(unittest.TestCase):
    def assert_breach(self, files, *expected):
        lines, status = check({**CLEAN, **files})
        self.assertEqual(lines[:-1], list(expected))
        self.assertRegex(lines[-1], r"^\d+ of \d+ rules broken$")
        self.assertEqual(status, 1)

    def test_holds_for_a_clean_tree(self):
        lines, status = check(CLEAN)
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], r"^\d+ rules hold for 8 files$")
        self.assertEqual(status, 0)

    def test_the_script_tells_a_breach(self):
        with repository({**CLEAN, "bench/a.py": "\n" * 301}) as root:
            run = subprocess.run([HERE.parent / "rules.sh", root], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stdout.splitlines()[0],
                         "bench/a.py:301: has 301 lines; the limit is 300")

    def test_folders(self):
        self.assert_breach(
            {"server/event/kinds/read.cc": '#include <map>\n#include "server/mqtt/batch.h"\n'},
            "server/event/kinds/read.cc:2: server/event must not include server/mqtt/batch.h")
        self.assert_breach(
            {"tests/support/fake.h": '#include "server/base/utf8.h"\n'},
            "tests/support/fake.h:1: tests/support must not include server/base/utf8.h")

    def test_links(self):
        page = {"docs/b.md": "## What it\'s *for*, `a`\n```text\n# code\n```\n"}
        good = "[a](docs/b.md#what-its-for-a) [b](docs) [c](https://github.com/#x) [d](#top)\n# Top\n"
        self.assertEqual(check({**CLEAN, **page, "README.md": good})[1], 0)
        self.assert_breach({**page, "README.md": "# Top\n[a](b.md)\n"},
                           "README.md:2: b.md: there is no b.md")
        self.assert_breach({**page, "docs/c.md": "[a](b.md#code) ![b](../docs/b.md)\n"},
                           "docs/c.md:1: b.md#code: no heading there is called so")

    def test_addresses(self):
        self.assertEqual(check({**CLEAN, "docs/a.md": "`http://127.0.0.1:8080`\n"})[1], 0)
        for line in ("[a](https://example.org/x)", "See <https://example.org/x>."):
            with self.subTest(line):
                self.assert_breach(
                    {"docs/a.md": f"# A\n{line}\n"},
                    "docs/a.md:2: https://example.org/x: tests/rules/table.py does not know it")

    def test_the_map(self):
        pages = {"docs/README.md": "[a](a.md)\n", "docs/a.md": "# A\n"}
        self.assertEqual(check({**CLEAN, **pages, "docs/adr/0001-b.md": "# B\n"})[1], 0)
        self.assert_breach({**pages, "docs/b.md": "# B\n"}, "docs/b.md:1: docs/README.md does not link to it")

    def test_commands(self):
        fence = "```{}\nls\n```\n"
        script = {"tests/a.sh": "cat README.md\n"}
        good = ("<!-- not run: needs a cluster -->\n", "<!-- run by tests/a.sh -->\n\n", "Text.\n\n")
        for before in good:
            self.assertEqual(check({**CLEAN, **script, "README.md": before + fence.format("sh")})[1], 0)
        for before, language, reason in (
            ("", "", "a block without a language"),
            ("", "bash", "say sh or console, not bash"),
            ("<!-- not run -->\n", "sh", "say why: <!-- not run: REASON -->"),
            ("<!-- run by tests/b.sh -->\n", "console", "there is no tests/b.sh"),
            ("<!-- not run: it is only text -->\n", "json", "only commands are run"),
        ):
            with self.subTest(reason):
                self.assert_breach({"docs/x/a.md": before + fence.format(language)},
                                   f"docs/x/a.md:{1 + before.count(chr(10))}: {reason}")
        self.assert_breach({**script, "docs/a.md": "<!-- run by tests/a.sh -->\n" + fence.format("sh")},
                           "docs/a.md:2: tests/a.sh does not name docs/a.md")

    def test_suites(self):
        tests = {"tests/unit/base/a_test.cc": "TEST_F(\n    ATest, DoesThis) {\n}\n"
                                            "TYPED_TEST(TypedTest, DoesThat) {\n}\n",
                 "tests/rules/b_test.py": "class BTest(unittest.TestCase):\n    pass\n"}
        for name in ("ATest", "ATest.*", "ATest.DoesThis", "ATest.Does…", "TypedTest", "BTest.test_c"):
            with self.subTest(name):
                self.assertEqual(check({**CLEAN, **tests, "docs/a.md": f"| a | `{name}` |\n"})[1], 0)
        for name, reason in (("CTest", "there is no test CTest"),
                             ("ATest.Does", "ATest has no case Does"),
                             ("ATest.DoesThat…", "ATest has no case DoesThat…")):
            with self.subTest(name):
                self.assert_breach({**tests, "SECURITY.md": f"\nSee `ATest`, `{name}`.\n"},
                                   f"SECURITY.md:2: {reason}")

    def test_unknown_folders(self):
        self.assert_breach(
            {"tests/misc/a.cc": "\n"},
            "tests/misc/a.cc:1: tests/rules/table.py does not say what it may include")

    def test_reserved_headers(self):
        pool = "server/mqtt/session/session_pool.h"
        self.assert_breach(
            {pool: "struct Pool {};\n", "tests/unit/api/a_test.cc": f'#include "{pool}"\n'},
            f"tests/unit/api/a_test.cc:1: {pool} is not for tests/unit")

    def test_libraries(self):
        self.assert_breach(
            {"server/log/log.cc": "#include <spdlog/spdlog.h>\n#include <openssl/ssl.h>\n"},
            "server/log/log.cc:2: OpenSSL is not for server/log")
        self.assert_breach(
            {"server/base/clock.cc": "#include <gtest/gtest.h>\n"},
            "server/base/clock.cc:1: a test framework is not for server/base")

    def test_libraries_by_way_of_other_headers(self):
        self.assert_breach(
            {"server/grpc/call_meters.h": '#include "server/grpc/call.h"\n',
             "server/grpc/call.h": "#include <grpcpp/grpcpp.h>\n",
             "server/ops/page.cc": '#include "server/grpc/call_meters.h"\n',
             "server/metrics/page.cc": '#include "server/grpc/call_meters.h"\n'},
            *(f"server/{folder}/page.cc:1: includes gRPC by way of "
              "server/grpc/call_meters.h > server/grpc/call.h > grpcpp/grpcpp.h"
              for folder in ("metrics", "ops")))

    def test_small_headers(self):
        self.assert_breach(
            {"server/log/level.h": "enum Level {};\n", "server/log/log.h":
             '#include "server/log/level.h"\n' + "\n" * 40},
            "server/log/level.h:1: belongs in server/log/log.h, which alone includes it")

    def test_length(self):
        self.assert_breach({"bench/run.sh": "#\n" * 301},
                           "bench/run.sh:301: has 301 lines; the limit is 300")
        self.assertEqual(check({**CLEAN, "bench/run.sh": "#\n" * 300})[1], 0)
        self.assert_breach({"README.md": "\n" * 201}, "README.md:201: has 201 lines; the limit is 200")

    def test_helpers(self):
        self.assert_breach(
            {"clients/a/a.cc": "namespace {\n\ntemplate <typename T>\n"
                               "int Helper(\n    int number) {\n  return number;\n}\n}\n"},
            "server/fanout/fanout.cc:2: Helper(int) stands in clients/a/a.cc:3, too")

    def test_methods_and_other_parameters_are_no_helpers(self):
        files = {"server/grpc/one.cc": "int A::Go(int i) {\n}\nint Say(const A& a, int) {\n}\n",
                 "server/grpc/two.cc": "int B::Go(int i) {\n}\nint Say(A& a, int) {\n}\n"}
        self.assertEqual(check({**CLEAN, **files})[1], 0)

    def test_facts(self):
        for line, place in {
            "if ((c & 0xE0) == 0xC0) return;": "UTF-8: stands in server/base/utf8.cc",
            "if (code == 0x10) return;": "that PUBACK 0x10 acknowledges: stands in server/mqtt",
            "const auto colon = text.rfind(':');": "host:port: stands in server/base/host_port.cc",
            "SHA256(data, size, out);": "digests: stands in server/base/digest.cc",
            "using C = std::chrono::steady_clock;": "the clock: stands in server/base/clock.h",
            'k = "0123456789ABCDEF";': "hexadecimal digits: stands in server/base/hex.cc",
            "what = strerror(errno);": "what errno means: stands in server/base/errno_text.h",
            "shared.meters.Refused(reason);":
                "what counts a refused call: stands in server/api/refusal.cc",
            'text.substr(0, 3) == "00-"': "W3C traceparents: stands in server/base/traceparent.cc",
        }.items():
            with self.subTest(line):
                self.assert_breach({"server/fanout/a.cc": f"// A fact.\n  {line}\n"},
                                   f"server/fanout/a.cc:2: {place}")

    def test_one_version(self):
        same = places_of("1.2.3")
        self.assertEqual(check({**CLEAN, **same})[1], 0)
        for path, text in same.items():
            with self.subTest(path):
                other = {**same, path: text.replace("1.2.3", "1.2.4", 1)}
                lines, status = check({**CLEAN, **other})
                self.assertEqual(status, 1)
                self.assertIn(" is not VERSION, ", lines[0])
        without = {path: text for path, text in same.items() if path != "Dockerfile"}
        self.assert_breach(without, "Dockerfile:1: the version stands nowhere in it: "
                                    "correct tests/rules/versions.py")

    def test_a_version_is_written_everywhere(self):
        with repository({**CLEAN, **places_of("1.2.3")}) as root:
            self.assertEqual(versions.main(root, "1.3.0"), 0)
            written = {path: pathlib.Path(root, path).read_text() for path in places_of("")}
        self.assertEqual(written, places_of("1.3.0"))


if __name__ == "__main__":
    unittest.main()
