"""What the page asks of the backend, over HTTP on loopback."""

from pathlib import Path

from aiohttp import web
from calls import TooManyCallsError
from chat import NotPossibleError
from programs import ProgramError

PAGE = Path(__file__).parent.parent / "page"
MAX_BODY = 16 * 1024
POLICY = (
    "default-src 'self'; img-src data:; connect-src 'self' ws://127.0.0.1:{port}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STAGE = web.AppKey("stage", object)
ACTIONS = {
    "group": lambda stage, person, body: stage.chat.start_group(person, stage.people),
    "message": lambda stage, person, body: stage.chat.message(person, _text(body, "text")),
    "attachment": lambda stage, person, body: stage.chat.attachment(
        person, _text(body, "file"), _text(body, "text")),
    "edit": lambda stage, person, body: stage.chat.edit(
        person, _text(body, "message_id"), _text(body, "text")),
    "read": lambda stage, person, body: stage.chat.read(person),
    "leave": lambda stage, person, body: stage.chat.leave(person),
    "join": lambda stage, person, body: stage.chat.join(person),
    "many": lambda stage, person, body: stage.chat.send_many(person),
}  # fmt: skip


def make_app(stage, mqtt_module):
    """The application. `mqtt_module` is the file of MQTT.js for browsers."""
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_guarded])
    app[STAGE] = stage

    async def page(request):
        return web.FileResponse(PAGE / "index.html")

    async def mqtt(request):
        return web.FileResponse(mqtt_module)

    app.add_routes([
        web.get("/", page),
        web.static("/page", PAGE),
        web.get("/mqtt.js", mqtt),
        web.get("/state", _state),
        web.get("/feed", _feed),
        web.post("/people", _add_person),
        web.post(r"/people/{id:\d{1,9}}/{action:[a-z]+}", _act),
        web.post(r"/people/{id:\d{1,9}}/topic/{access:allow|refuse}", _refuse),
        web.post(r"/calls/{seq:\d{1,9}}/repeat", _repeat),
        web.post("/{program:broker|bridge}/{what:start|stop}", _run),
    ])  # fmt: skip
    return app


@web.middleware
async def _guarded(request, handler):
    """Answers only the page itself: no page of another site that is open in the same browser."""
    broker = request.app[STAGE].broker
    port = request.transport.get_extra_info("sockname")[1]
    origins = {f"http://127.0.0.1:{port}", f"http://localhost:{port}"}
    if f"http://{request.host}" not in origins:
        raise web.HTTPForbidden(text="not a name of this host")
    if request.method == "POST" and (
        request.headers.get("Origin") not in origins or request.content_type != "application/json"
    ):
        raise web.HTTPForbidden(text="not from this page")
    request["headers"] = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": POLICY.format(port=broker.websocket_port),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    try:
        return await handler(request)
    except KeyError:
        return _error(404, "there is no such person or call")
    except NotPossibleError as error:
        return _error(409, str(error))
    except TooManyCallsError as error:
        return _error(429, str(error))
    except ProgramError as error:
        return _error(500, str(error))


async def add_headers(request, response):
    """Of every answer, those that are sent piece by piece included."""
    response.headers.update(request.get("headers", {}))


async def _state(request):
    return web.json_response(request.app[STAGE].to_json())


async def _feed(request):
    stage = request.app[STAGE]
    after = request.query.get("after", "0")
    if not after.isdecimal():
        raise web.HTTPBadRequest(text="after must be a number")
    calls = [("call", call.to_json()) for call in stage.calls.after(int(after))]
    return await stage.feed.serve(request, [("state", stage.to_json()), *calls])


async def _add_person(request):
    request.app[STAGE].add_person()
    return web.json_response({})


async def _act(request):
    stage = request.app[STAGE]
    act = ACTIONS[request.match_info["action"]]
    try:
        body = await request.json()
    except ValueError:
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    call = act(stage, stage.person(int(request.match_info["id"])), body)
    return web.json_response({"seq": call.seq} if call else {})


async def _refuse(request):
    stage = request.app[STAGE]
    person = stage.person(int(request.match_info["id"]))
    await stage.refuse(person, request.match_info["access"] == "refuse")
    return web.json_response({})


async def _repeat(request):
    call = request.app[STAGE].calls.repeat(int(request.match_info["seq"]))
    return web.json_response({"seq": call.seq})


async def _run(request):
    program, what = request.match_info["program"], request.match_info["what"]
    await request.app[STAGE].run(program, what == "start")
    return web.json_response({})


def _text(body, name):
    value = body.get(name, "") if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise web.HTTPBadRequest(text=f"{name} must be a text")
    # JSON may have halves of characters, which no event may.
    return value.encode(errors="replace").decode()


def _error(status, text):
    return web.json_response({"error": text}, status=status)
