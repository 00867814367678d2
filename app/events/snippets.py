"""Code to copy that checks a signature: the standard library alone, for the receiver's side."""

VERIFY = '''\
import base64, hashlib, hmac, json, os, time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))


def read_event(headers, body: bytes) -> dict:
    """The event, or ValueError where it is not ours or too old. headers: with names in small letters."""
    event_id, sent_at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(sent_at)) > 300:
        raise ValueError("too old")
    signed = f"{event_id}.{sent_at}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    for given in headers["webhook-signature"].split():
        version, _, signature = given.partition(",")
        if version == "v1" and hmac.compare_digest(signature, expected):
            return json.loads(body)  # the same webhook-id may come twice: keep those you have seen
    raise ValueError("not signed by this arena")
'''
