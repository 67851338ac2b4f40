"""Tells the pages that are open what changes, as server-sent events."""

import asyncio
import json

from aiohttp import web

MAX_PAGES = 16
MAX_UNSENT = 1000
# Often enough that a page notices soon that the backend has gone, in seconds.
HEARTBEAT = 5.0


class Feed:
    """The pages that listen. One that does not keep up is dropped, and then asks anew."""

    def __init__(self):
        self._queues = set()

    def tell(self, kind, data):
        """Sends each page an event of a kind."""
        line = _line(kind, data)
        for queue in list(self._queues):
            if queue.full():
                self._queues.discard(queue)
            else:
                queue.put_nowait(line)

    def close(self):
        """Ends the answers to all pages."""
        for queue in self._queues:
            while queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
        self._queues.clear()

    async def serve(self, request, first):
        """Answers a page: first those pairs of a kind and data, then what is told."""
        if len(self._queues) >= MAX_PAGES:
            raise web.HTTPServiceUnavailable(text="too many pages are open")
        queue = asyncio.Queue(MAX_UNSENT)
        self._queues.add(queue)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            await response.write("".join(_line(*one) for one in first).encode())
            while queue in self._queues or not queue.empty():
                try:
                    line = await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    line = ": still here\n\n"
                if line is None:
                    break
                await response.write(line.encode())
        except ConnectionError:
            pass  # The page was closed.
        finally:
            self._queues.discard(queue)
        return response


def _line(kind, data):
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
