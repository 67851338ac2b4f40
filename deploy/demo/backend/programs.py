"""A broker and a bridge on loopback that can be stopped and started again."""

import asyncio
import os
import pwd
import re
import shutil
import signal
import socket
from pathlib import Path

PATIENCE = 15.0

BROKER_SETTINGS = """\
listener {port} 127.0.0.1
listener {websocket_port} 127.0.0.1
protocol websockets
# Without it, this listener would ignore its address and be open to the network.
socket_domain ipv4
allow_anonymous false
password_file {directory}/passwords
acl_file {directory}/acl
# What waits for a person who is not connected survives a restart.
persistence true
persistence_location {directory}/
max_inflight_messages 1000
max_queued_messages 10000
set_tcp_nodelay true
log_dest stderr
"""


class ProgramError(Exception):
    """A program does not start; the text has the end of its output."""


class Program:
    """A process that ends with this one. Its `state` is stopped, starting, running or stopping.

    `changed` is called when the state changes, also if the program ends by itself.
    """

    def __init__(self, log, changed, user=None):
        self._log = log
        self._changed = changed
        self._user = user
        self._process = None
        self._watcher = None
        self.lock = asyncio.Lock()  # Taken by whoever starts or stops it.
        self.state = "stopped"

    async def start(self, command, ready):
        """Starts it, and returns the match of `ready` in its output. Raises ProgramError."""
        self._set("starting")
        # As root, mosquitto would switch users itself, which clears --pdeathsig.
        as_whom = [f"--reuid={self._user}", f"--regid={self._user}", "--clear-groups"]
        begin = self._end_of_log()
        with open(self._log, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                "setpriv", *(as_whom if self._user else []), "--pdeathsig=TERM", "--", *command,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._watcher = asyncio.create_task(self._watch(self._process))
        match = await self.wait_for(ready, begin)
        if match is None:
            await self.stop()
            raise ProgramError(f"{command[0]} does not start:\n{self._read(begin)[-2000:]}")
        self._set("running")
        return match

    async def stop(self):
        """Ends it in order; kills it if that takes too long."""
        if self._process is None or self._process.returncode is not None:
            return
        self._set("stopping")
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._watcher), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._watcher

    async def reload(self, done):
        """Lets it read its files again, and waits for `done` in its output."""
        begin = self._end_of_log()
        self._process.send_signal(signal.SIGHUP)
        if await self.wait_for(done, begin) is None:
            raise ProgramError("the program does not read its files again")

    async def wait_for(self, pattern, begin):
        """The match of a pattern in the output from there; None if it does not come."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < end:
            ended = self._process.returncode is not None
            match = re.search(pattern, self._read(begin))
            if match or ended:
                return match
            await asyncio.sleep(0.02)
        return None

    def _read(self, begin):
        return self._log.read_bytes()[begin:].decode(errors="replace")

    def _end_of_log(self):
        return self._log.stat().st_size if self._log.exists() else 0

    async def _watch(self, process):
        await process.wait()
        self._set("stopped")

    def _set(self, state):
        if state != self.state:
            self.state = state
            self._changed()


def free_ports(count):
    """So many ports that nobody listens on now."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Broker:
    """mosquitto: the bridge publishes, each person reads only their own topic."""

    def __init__(self, directory, passwords, changed):
        self._directory = directory
        self._user = "mosquitto" if os.geteuid() == 0 else None
        self._command = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
        self._passwords = passwords
        self.refused = set()
        self.program = Program(directory / "broker.log", changed, self._user)
        self.port = self.websocket_port = None

    async def prepare(self):
        """Writes its files. Raises ProgramError."""
        self._directory.chmod(0o755)
        lines = "".join(f"{user}:{word}\n" for user, word in self._passwords.items())
        passwords = self._directory / "passwords"
        # Ours until it is hashed: mosquitto_passwd warns of a file of somebody else.
        passwords.touch(0o600)
        passwords.write_text(lines, encoding="ascii")
        hashing = await asyncio.create_subprocess_exec("mosquitto_passwd", "-U", passwords)
        if await hashing.wait() != 0:
            raise ProgramError("mosquitto_passwd failed")
        self._own(passwords.name)
        if self._user:
            shutil.chown(self._directory, self._user, self._user)
        self._write_acl()

    async def start(self):
        """Starts it, the first time on free ports. Raises ProgramError."""
        tries = 1 if self.port else 5  # Somebody else may take a free port meanwhile.
        for left in reversed(range(tries)):
            if tries > 1:
                self.port, self.websocket_port = free_ports(2)
                self._write_settings()
            try:
                settings = str(self._directory / "mosquitto.conf")
                await self.program.start([self._command, "-c", settings], r" running\s")
                return
            except ProgramError:
                if not left:
                    raise

    async def refuse(self, user, refused):
        """Refuses what is published to that user's topic, or allows it again."""
        (self.refused.add if refused else self.refused.discard)(user)
        self._write_acl()
        if self.program.state == "running":
            await self.program.reload("Reloading config")

    def _write_settings(self):
        values = {"port": self.port, "websocket_port": self.websocket_port}
        text = BROKER_SETTINGS.format(**values, directory=self._directory)
        self._write("mosquitto.conf", text)

    def _write_acl(self):
        denied = "".join(f"topic deny dms/dev/{user}\n" for user in sorted(self.refused))
        bridge = f"user bridge\n{denied}topic write dms/dev/#\n"
        self._write("acl", f"{bridge}\npattern read dms/dev/%u\n")

    def _write(self, name, text):
        path = self._directory / f"{name}.new"
        path.touch(0o600)
        path.write_text(text, encoding="ascii")
        path.replace(self._directory / name)
        self._own(name)

    def _own(self, name):
        if self._user:
            user = pwd.getpwnam(self._user)
            os.chown(self._directory / name, user.pw_uid, user.pw_gid)


class Bridge:
    """dino-bridge, which keeps its addresses when it is started again."""

    def __init__(self, command, directory, broker_port, password, changed):
        self._command = command
        self._password_file = directory / "bridge-password"
        self._password_file.touch(0o600)
        self._password_file.write_text(password, encoding="ascii")
        self._broker_port = broker_port
        self.address = self.ops_address = "127.0.0.1:0"
        self.program = Program(Path(directory / "bridge.log"), changed)

    async def start(self):
        """Starts it. Raises ProgramError."""
        command = [
            self._command, f"--grpc-address={self.address}", f"--ops-address={self.ops_address}",
            f"--mqtt-brokers=127.0.0.1:{self._broker_port}", "--mqtt-username=bridge",
            f"--mqtt-password-file={self._password_file}", "--mqtt-client-id-prefix=dino-demo",
            "--log-format=json", "--drain-timeout=2s",
        ]  # fmt: skip
        listens = r'"grpc_address": ?"([^"]+)"[^\n]*"ops_address": ?"([^"]+)"'
        match = await self.program.start(command, listens)
        self.address, self.ops_address = match.groups()
