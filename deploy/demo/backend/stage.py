"""All that the demonstration consists of: people, broker, bridge, calls and chat."""

import secrets
from dataclasses import dataclass

from calls import Calls
from chat import Chat, NotPossibleError
from feed import Feed
from programs import Bridge, Broker

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn")


@dataclass(frozen=True)
class Person:
    """Somebody who takes part. The password is for the broker, and made anew each time."""

    id: int
    name: str
    password: str

    @property
    def topic(self):
        """Where their events come in."""
        return f"dms/dev/{self.id}"


class Stage:
    """Starts all, and tells the pages what changes."""

    def __init__(self, directory, bridge, call_timeout):
        directory.chmod(0o711)  # Started by root, the broker runs as a user of its own.
        (directory / "broker").mkdir()
        self._directory = directory
        self._bridge_command = bridge
        self._run_id = secrets.token_urlsafe(9)
        self.call_timeout = call_timeout
        self.feed = Feed()
        self._everybody = [
            Person(1001 + i, name, secrets.token_urlsafe(18)) for i, name in enumerate(NAMES)
        ]
        self.people = self._everybody[:2]
        self._bridge_password = secrets.token_urlsafe(18)
        passwords = {str(one.id): one.password for one in self._everybody}
        passwords["bridge"] = self._bridge_password
        self.broker = Broker(directory / "broker", passwords, self._changed)
        self.bridge = self.calls = self.chat = None

    async def start(self):
        """Starts broker and bridge. Raises ProgramError."""
        await self.broker.prepare()
        await self.broker.start()
        self.bridge = Bridge(
            self._bridge_command, self._directory, self.broker.port, self._bridge_password,
            self._changed,
        )  # fmt: skip
        await self.bridge.start()
        self.calls = Calls(self.bridge.address, self.call_timeout, self._called)
        self.chat = Chat(self.calls, self._changed)

    async def stop(self):
        """Stops all that was started; the broker last."""
        self.feed.close()
        if self.calls:
            await self.calls.close()
        if self.bridge:
            await self.bridge.program.stop()
        await self.broker.program.stop()

    def person(self, number):
        """The person with that ID. Raises KeyError."""
        for one in self.people:
            if one.id == number:
                return one
        raise KeyError(number)

    def add_person(self):
        """Lets one more take part."""
        if len(self.people) == len(self._everybody):
            raise NotPossibleError(f"{len(self.people)} people are all there are")
        self.people = self._everybody[: len(self.people) + 1]
        self._changed()

    async def run(self, name, running):
        """Starts or stops the broker or the bridge. Raises ProgramError."""
        server = {"broker": self.broker, "bridge": self.bridge}[name]
        async with server.program.lock:
            if not running:
                await server.program.stop()
            elif server.program.state == "stopped":
                await server.start()

    async def refuse(self, person, refused):
        """Has the broker refuse what the bridge publishes to that person, or allow it again."""
        async with self.broker.program.lock:
            await self.broker.refuse(person.id, refused)
        self._changed()

    def to_json(self):
        """As the page gets it."""
        return {
            "run": self._run_id, "seq": self.calls.seq, "group": self.chat.group,
            "call_timeout": self.call_timeout,
            "mqtt": f"ws://127.0.0.1:{self.broker.websocket_port}",
            "status_page": f"http://{self.bridge.ops_address}/",
            "programs": {"broker": self.broker.program.state, "bridge": self.bridge.program.state},
            "people": [
                {"id": one.id, "name": one.name, "topic": one.topic, "password": one.password,
                 "refused": one.id in self.broker.refused}
                for one in self.people
            ],
        }  # fmt: skip

    def _called(self, call):
        self.feed.tell("call", call.to_json())

    def _changed(self):
        if self.chat:
            self.feed.tell("state", self.to_json())
