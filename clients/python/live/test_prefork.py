"""A publisher that is made before gunicorn forks its workers."""

import re
import sys
import urllib.request

from programs import Program

APPLICATION = """
import os
from dino_events import Publisher

publisher = Publisher({address!r})

def application(environ, start_response):
    delivery = publisher.message(group_id={group!r}, sender_id=7, text="a", to=[1])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{{os.getpid()}} {{delivery.acknowledged_count}}".encode()]
"""
GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"


def test_every_worker_publishes(address, tmp_path):
    application = APPLICATION.format(address=address, group=GROUP)
    tmp_path.joinpath("chat.py").write_text(application)
    log = tmp_path / "log"
    command = ["gunicorn", "--preload", "--workers=2", "--bind=127.0.0.1:0", f"--chdir={tmp_path}"]
    server = Program(log, sys.executable, "-m", *command, "chat:application")
    try:
        assert server.wait_for(r"(?s)Booting worker.*Booting worker"), log.read_text()
        [url] = re.findall(r"Listening at: (\S+)", log.read_text())
        open_directly = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        workers = set()
        for _ in range(1000):
            worker, acknowledged = open_directly(url, timeout=30).read().split()
            assert acknowledged == b"1"
            workers.add(worker)
            if len(workers) == 2:
                break
    finally:
        server.end()

    assert len(workers) == 2
