"""Stands in for a service of RESTgym: a few operations on port 8080 (8081 for languagetool), and how much was covered.

Written for tests; nothing of RESTgym is in it.
"""

import http.server
import os
import pathlib
import time

COVERED = pathlib.Path("/tmp/covered")
ANSWERS = {"items": 200, "broken": 500}
# A service takes its time before it answers.
START_SECONDS = 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else each answer waits for an acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self):
        operation = self.path.strip("/").split("/")[0]
        if operation in ANSWERS:
            (COVERED / operation).touch()
        body = operation.encode()
        self.send_response(ANSWERS.get(operation, 404))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def main():
    COVERED.mkdir()
    time.sleep(START_SECONDS)
    port = 8081 if os.environ["API"] == "languagetool" else 8080
    print(f"{os.environ['API']} answers on {port}", flush=True)
    http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()


main()
