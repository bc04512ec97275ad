"""The first container of a task: it holds the network namespace, and answers for the task's role on the loopback.

The SDKs accept credentials over plain HTTP from a loopback or ECS's own link-local address only, and MiniStack serves
them from its own address; so this process passes the request on.
"""

import http.server
import os
import signal
import sys
import urllib.request

PORT = 51679


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            with urllib.request.urlopen(os.environ["EMULATOR_API"] + self.path, timeout=5) as response:
                status, body = response.status, response.read()
        except OSError as error:
            status, body = 502, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()
