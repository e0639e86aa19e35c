"""Gets a fresh access token of Spotify: spotify_token.py URL SECRETS_FOLDER FILE.

An access token lives an hour, less than a study, so that each experiment gets its own from a refresh token.
Values come from files and go into a file: none is an argument or printed.
"""

import base64
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request


def ask(url, folder):
    """The server's answer to a refresh token."""
    identity, password, refresh = (
        (folder / f"spotify-{name}").read_text(encoding="utf-8") for name in ("client-id", "client-secret", "refresh-token")
    )
    body = urllib.parse.urlencode({"grant_type": "refresh_token", "refresh_token": refresh}).encode()
    basic = base64.b64encode(f"{identity}:{password}".encode()).decode()
    request = urllib.request.Request(url, data=body, headers={"Authorization": f"Basic {basic}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main(url, folder, file):
    try:
        answer = ask(url, pathlib.Path(folder))
    except urllib.error.HTTPError as error:
        raise SystemExit(f"Spotify gives no access token: HTTP {error.code}; are the three secrets right?") from None
    except urllib.error.URLError as error:
        raise SystemExit(f"Spotify's accounts service cannot be reached: {error.reason}") from None
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise SystemExit("Spotify's answer holds no access token")
    pathlib.Path(file).write_text(token, encoding="utf-8")
    print(f"Spotify gave an access token for {answer.get('expires_in')} s")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
