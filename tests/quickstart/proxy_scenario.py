"""Sends a few requests through the harness's proxy: run inside a network namespace by harness_test.py.

It checks nothing itself but that the proxy comes up and ends; the record that it leaves is what is tested.
"""

import http.server
import os
import signal
import socket
import subprocess
import threading
import time

ANSWER_TIME = 10


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_TRACE = do_GET


def wait_for_port(port):
    deadline = time.monotonic() + ANSWER_TIME
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def send(text):
    """One request of our own wording; returns when the proxy has answered in full."""
    with socket.create_connection(("127.0.0.1", 8080), timeout=ANSWER_TIME) as connection:
        connection.sendall(text)
        with connection.makefile("rb") as answer:
            answer.read()


def main():
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 9001), Service)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    proxy = subprocess.Popen(["bash", os.path.join(os.environ["GEN_TF_HARNESS"], "proxy.sh")])
    try:
        wait_for_port(8080)
        head = b"Host: x\r\nConnection: close\r\n"
        send(b"GET //a//b?q=%22 HTTP/1.1\r\n" + head + b"\r\n")
        send(b"POST /long HTTP/1.1\r\n" + head + b"Content-Length: 100000\r\n\r\n" + b"x" * 100000)
        send(b"TRACE / HTTP/1.1\r\n" + head + b"\r\n")
        service.shutdown()
        service.server_close()
        send(b"GET /dead HTTP/1.1\r\n" + head + b"\r\n")
    finally:
        # At once: the lines that nginx still holds must be written all the same.
        proxy.send_signal(signal.SIGTERM)
        status = proxy.wait(timeout=ANSWER_TIME)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
