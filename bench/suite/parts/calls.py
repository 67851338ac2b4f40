"""Small events, where the call costs more than the publications."""


def calls(session):
    bridge, echo = session.bridge(session.sink()), session.echo()
    two = "--recipients=2"
    session.interleave({
        "echo": lambda: session.load(echo, two, "--callers=64"),
        "unary": lambda: session.load(bridge, two, "--callers=64"),
        "stream": lambda: session.load(bridge, two, "--rpc=stream", "--callers=4", "--window=250"),
        "batch": lambda: session.load(bridge, two, "--rpc=batch", "--callers=8", "--batch=100"),
    })
