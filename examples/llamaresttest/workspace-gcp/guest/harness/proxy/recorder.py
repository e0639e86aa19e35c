"""mitmproxy addon: one line of JSON for each request in requests.jsonl, in the form of the quickstart harness.

The repository's own log says neither how long a request took nor which answer belongs to which request.
Loaded before the repository's addon, so that the path is the tool's, without the key that the addon adds.
It changes nothing.
"""

import json


class Recorder:
    def __init__(self):
        # A line at a time, so that a heartbeat can count them.
        self.out = open("requests.jsonl", "a", buffering=1, encoding="utf-8")

    def request(self, flow):
        flow.metadata["gen_tf_path"] = flow.request.path

    def response(self, flow):
        answer = flow.response
        self.write(flow, answer.status_code, str(answer.status_code), answer.timestamp_end, len(answer.raw_content or b""))

    def error(self, flow):
        """The service gave no answer, or the tool did not wait for it."""
        self.write(flow, 0, "", flow.error.timestamp, 0)

    def write(self, flow, status, upstream, end, size):
        begin = flow.request.timestamp_start
        line = {
            "time": round(end or begin, 3),
            "method": flow.request.method,
            "path": flow.metadata.get("gen_tf_path", flow.request.path),
            "status": status,
            "upstream_status": upstream,
            "seconds": round(max(0.0, (end or begin) - begin), 3),
            "request_bytes": len(flow.request.raw_content or b""),
            "answer_bytes": size,
        }
        self.out.write(json.dumps(line, separators=(",", ":")) + "\n")


addons = [Recorder()]
