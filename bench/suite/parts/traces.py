"""What traces cost, in instructions."""

import http.server
import threading

from bench.suite.parts.profile import LOADS, instructions


class Collector:
    """An OpenTelemetry collector that takes everything and looks at nothing."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_address[1]

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()


def traces(session):
    """Compares calls that are sampled out, and of which one in a hundred is traced, with no traces.

    What one in a hundred costs is computed from all: of a run's few calls chance would pick too few.
    """
    sink = session.sink()
    with Collector() as port:
        endpoint = f"--traces-endpoint=127.0.0.1:{port}"
        for load in LOADS:
            off, out, all_of_them = (
                instructions(session, sink, session.binaries, load, flags)["instructions"]
                for flags in ((), (endpoint, "--traces-sample-ratio=0"),
                              (endpoint, "--traces-sample-ratio=1")))
            session.record(0, load, {
                "off": off, "sampled_out": out / off, "traced": all_of_them / off,
                "one_percent": 0.99 * out / off + 0.01 * all_of_them / off})
