"""Looks whether services are ready while stand-ins for them and for the proxy listen: run in a network namespace by records_test.py.

It judges nothing: what ready.sh said, and what the stand-ins got, is printed as JSON.
"""

import http.server
import json
import os
import socket
import subprocess
import threading

HARNESS = os.environ["GEN_TF_HARNESS"]


class Proxy(threading.Thread):
    """Accepts connections, and counts what is sent over them."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.got = 0
        self.server = socket.create_server(("127.0.0.1", port))
        self.start()

    def run(self):
        while True:
            connection, _ = self.server.accept()
            with connection:
                self.got += len(connection.recv(1000))


def serve(port, status, body=b""):
    """A server that always says the same; returns the paths that it was asked for."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, paths


def look(service, url, site=""):
    environment = {**os.environ, "GEN_TF_SERVICE": service, "GEN_TF_SITE_PAUSE": "0"}
    if site:
        environment["GEN_TF_SITE"] = site
    done = subprocess.run(["bash", f"{HARNESS}/ready.sh", url], env=environment, timeout=30, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def main():
    ready = {}
    youtube = "http://127.0.0.1:8080/api/search"
    ready["before the proxy listens"] = look("youtube", youtube)
    proxies = [Proxy(port) for port in (9001, 9003, 9006, 9009)]
    ready["before the service answers"] = look("youtube", youtube)
    serve(8080, 400)
    ready["youtube answers 400"] = look("youtube", youtube)
    language_tool = "http://127.0.0.1:50111/v2/healthcheck"
    starting, _ = serve(50111, 500)
    ready["language-tool answers 500"] = look("language-tool", language_tool)
    starting.shutdown()
    starting.server_close()
    serve(50111, 200)
    ready["language-tool answers 200"] = look("language-tool", language_tool)
    _, first = serve(7001, 200, b'{"Title": "x", "Response": "True"}')
    ready["omdb knows the key"] = look("omdb", "http://127.0.0.1:9006/", "http://127.0.0.1:7001")
    _, second = serve(7002, 200, b'{"Response":"False","Error":"Invalid API key!"}')
    ready["omdb refuses the key"] = look("omdb", "http://127.0.0.1:9006/", "http://127.0.0.1:7002")
    serve(7003, 503)
    ready["fdic answers 503"] = look("fdic", "http://127.0.0.1:9001/", "http://127.0.0.1:7003")
    got = sum(proxy.got for proxy in proxies)
    print(json.dumps({"ready": ready, "bytes that the proxy got": got, "asked of omdb": first + second}))


if __name__ == "__main__":
    main()
