"""Stands in for RESTgym's recorder: a reverse proxy on port 9090 whose record has RESTgym's table and habits.

It commits every hundredth request only. Written for tests; nothing of RESTgym is in it.
"""

import http.client
import http.server
import os
import sqlite3
import threading
import time

FOLDER = f"/results/{os.environ['API']}/{os.environ['TOOL']}/{os.environ['RUN']}"
PORT = 8081 if os.environ["API"] == "languagetool" else 8080
COLUMNS = (
    "request_method", "request_path", "request_headers", "request_content", "request_timestamp",
    "response_status_code", "response_headers", "response_content", "response_timestamp",
)  # fmt: skip
KINDS = dict.fromkeys(COLUMNS, "text") | {
    "request_timestamp": "real", "response_status_code": "integer", "response_timestamp": "real",
}  # fmt: skip


class Record:
    """The database, written by one thread at a time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.count = 0
        self.connection = sqlite3.connect(f"{FOLDER}/results.db", check_same_thread=False)
        columns = ", ".join(f"{name} {KINDS[name]}" for name in COLUMNS)
        self.connection.execute(f"CREATE TABLE interactions (id integer PRIMARY KEY, {columns})")
        self.connection.commit()

    def add(self, *values):
        with self.lock:
            marks = ", ".join("?" * len(COLUMNS))
            self.connection.execute(f"INSERT INTO interactions ({', '.join(COLUMNS)}) VALUES ({marks})", values)
            self.count += 1
            if self.count % 100 == 0:
                self.connection.commit()


RECORD = Record()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else each answer waits for an acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self):
        asked = time.time()
        upstream = http.client.HTTPConnection("127.0.0.1", PORT)
        upstream.request("GET", self.path)
        answer = upstream.getresponse()
        answered = time.time()
        body = answer.read()
        upstream.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        RECORD.add("GET", self.path, str(self.headers), "", asked, answer.status, str(answer.headers), body.decode(), answered)

    def log_message(self, *words):
        pass


http.server.ThreadingHTTPServer(("0.0.0.0", 9090), Handler).serve_forever()
