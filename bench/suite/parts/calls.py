"""Small events, where the call costs more than the publications."""

import hashlib
import json

from bench.suite.tls_files import TlsFiles


def calls(session):
    bridge, echo = session.bridge(session.sink()), session.echo()
    two = "--recipients=2"
    session.interleave({
        "echo": lambda: session.load(echo, two, "--callers=64"),
        "unary": lambda: session.load(bridge, two, "--callers=64"),
        "stream": lambda: session.load(bridge, two, "--rpc=stream", "--callers=4", "--window=250"),
        "batch": lambda: session.load(bridge, two, "--rpc=batch", "--callers=8", "--batch=100"),
    })


def keys(session):
    bridge = session.bridge(session.sink())
    loads = {"1,000 recipients": (), "unary": ("--recipients=2", "--callers=64"),
             "batch": ("--recipients=2", "--rpc=batch", "--callers=8", "--batch=100")}
    session.interleave({
        f"{name}{suffix}": lambda load=load, flags=flags: session.load(bridge, *load, *flags)
        for name, load in loads.items()
        for suffix, flags in (("", ()), (", keyed", ("--keyed",)))
    })


def access(session):
    files = TlsFiles(session.directory)
    key = "0123456789abcdef0123456789abcdef"
    callers = session.directory / "callers.json"
    callers.write_text(json.dumps({"callers": [
        {"name": "load", "sha256": [hashlib.sha256(key.encode()).hexdigest()]}]}))
    sink = session.sink()
    tls = (f"--tls-cert-file={files.certificate}", f"--tls-key-file={files.key}")
    plain = session.bridge(sink)
    secured = session.bridge(sink, *tls)
    guarded = session.bridge(sink, *tls, f"--auth-keys-file={callers}")
    with_tls = f"--tls_ca_file={files.certificate}"
    servers = {"plain": (plain,), "TLS": (secured, with_tls),
               "TLS and key": (guarded, with_tls, f"--api_key={key}")}
    loads = {"unary": ("--recipients=2", "--callers=64"),
             "batch": ("--recipients=2", "--rpc=batch", "--callers=8", "--batch=100")}
    session.interleave({
        f"{rpc}, {name}": lambda server=server, load=load: session.load(*server, *load)
        for rpc, load in loads.items() for name, server in servers.items()
    })
