"""gunicorn's configuration for a service under measurement: one worker that records its own coverage.

The worker answers POST /<name> on the socket $GEN_TF_WORK/coverage/socket: it writes what is covered so far into
<name>.coverage beside the socket, as coverage.py's data. It neither resets nor analyses them.
A request, not a signal, so that whoever asks learns when the file is complete, or why there is none.
"""

import http.server
import os
import socketserver
import threading

import coverage

FOLDER = os.path.join(os.environ["GEN_TF_WORK"], "coverage")

bind = "127.0.0.1:9001"
# One worker: its memory is the service's state, and its coverage is the service's coverage.
workers = 1
worker_class = "gthread"
threads = 4
# A worker that is restarted would lose what it covered: a service that hangs must be seen to hang.
timeout = 0
# Coverage is saved before the service is stopped, so there is nothing to linger for.
graceful_timeout = 0
# A connection that the proxy keeps open is not closed under its feet.
keepalive = 75

_measured = None


def post_fork(server, worker):
    """Starts measuring before the service's own modules are loaded."""
    global _measured
    _measured = coverage.Coverage(
        data_file=os.path.join(FOLDER, "running.coverage"),
        branch=True,
        source_pkgs=[os.environ["GEN_TF_SERVICE"]],
        config_file=False,
        messages=False,
    )
    _measured.start()


def post_worker_init(worker):
    """Opens the socket as soon as the service is loaded.

    A second worker finds the socket there, fails and ends gunicorn: what the first one covered would be missing.
    """
    dumper = socketserver.UnixStreamServer(os.path.join(FOLDER, "socket"), _Handler)
    threading.Thread(target=dumper.serve_forever, name="coverage", daemon=True).start()


def dump(name):
    """Writes what is covered so far."""
    raw = coverage.CoverageData(basename=os.path.join(FOLDER, f"{name}.coverage"))
    raw.update(_measured.get_data())
    raw.close()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            dump(self.path.strip("/"))
        except Exception as error:  # whatever it is, the asker must hear of it
            self.send_error(500, explain=repr(error))
            return
        self.send_response(204)
        self.end_headers()

    def address_string(self):
        return "coverage"
