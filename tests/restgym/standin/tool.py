"""Stands in for a tool of RESTgym: asks the recorder at HOST and PORT until it is ended. Written for tests."""

import http.client
import os
import time


def main():
    print(f"{os.environ['TOOL']} tests {os.environ['API']} for {os.environ['TIME_BUDGET']} minutes", flush=True)
    connection = http.client.HTTPConnection(os.environ["HOST"], int(os.environ["PORT"]))
    number = 0
    while True:
        connection.request("GET", ("/items/1", "/items/2", "/nowhere", "/broken")[number % 4])
        connection.getresponse().read()
        number += 1
        time.sleep(0.005)


main()
