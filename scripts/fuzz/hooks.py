"""What Schemathesis has to know beside the document: see docs/decisions/017-openapi.md."""

import json
import math
import os
import re
import sys
import time
import urllib.error
import urllib.request

import schemathesis
from schemathesis.core.failures import Failure

# Rules across fields, or on what is stored, that a JSON schema has no words for. The document says them in its descriptions. A
# refusal of an input that the schema allows is right where it names nothing but these.
RULES = (
    "must be after saleStartsAt",
    "must be after from",
    "must not be above maxPrice",
    "must be name or -name beside q",
    "must contain a letter or a digit",
    "must not have over ",
    "is not a cursor of this query",
    "must be a currency of ISO 4217",
    "would take stock over ",
    "must not sum up to more than ",
    "come to more than can be counted exactly",
    "; an order has one currency",
)


def names_only_rules(response) -> bool:
    try:
        error = json.loads(response.content)["error"]
    except (ValueError, KeyError):
        return False
    if response.status_code != 400 or error["code"] != "VALIDATION_FAILED":
        return False
    return all(any(rule in fault["message"] for rule in RULES) for fault in error["details"])


def contradicts_document(case) -> bool:
    """Of headers Schemathesis makes letters and digits alone in one of its phases, whatever their pattern, and calls them valid."""
    for parameter in case.operation.headers:
        pattern = parameter.definition.get("schema", {}).get("pattern")
        value = (case.headers or {}).get(parameter.name)
        if pattern is not None and isinstance(value, str) and re.search(pattern, value) is None:
            return True
    return False


# A service that has more to do than it can says so, and when to come again. On a machine that is busy with other things that
# happens a few times in a run; more answers of that kind than these are findings.
BUSY_MAX = 20
busy: set[str] = set()


def says_busy(response) -> bool:
    try:
        error = json.loads(response.content)["error"]
    except (ValueError, KeyError, TypeError):
        return False
    if response.status_code != 503 or error["code"] != "UNAVAILABLE" or "retry-after" not in response.headers:
        return False
    if error["requestId"] not in busy:
        busy.add(error["requestId"])
        print(f"503, the {len(busy)}. time", file=sys.stderr)
    return len(busy) <= BUSY_MAX


# What a removal leaves to be read, by the contract: the ledger of a product, and how a reservation ended.
READABLE_AFTER_DELETE = (
    "/api/v1/products/{id}/audit",
    "/api/v1/products/{id}/movements",
    "/api/v1/reservations/{id}",
)


@schemathesis.hook
def filter_failure(context, failure: Failure, case, response) -> bool:
    """
    Keeps a failure unless it is a refusal by a rule that the schema cannot say, or of what the schema does forbid, or for want of time,
    or an answer of what stays readable.
    """
    if response is not None and says_busy(response):
        return False
    if type(failure).__name__ == "UseAfterFree":
        return case.operation.path not in READABLE_AFTER_DELETE
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    return not names_only_rules(response) and not contradicts_document(case)


# Of which those but the last may be answered 503.
SIGN_IN_TRIES = 10


def sign_in() -> str:
    account = {"email": os.environ["FUZZ_EMAIL"], "password": os.environ["FUZZ_PASSWORD"]}
    request = urllib.request.Request(
        os.environ["FUZZ_URL"] + "/api/v1/auth/login",
        json.dumps(account).encode(),
        {"content-type": "application/json"},
    )
    for tries in range(1, SIGN_IN_TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["data"]["accessToken"]
        except urllib.error.HTTPError as refusal:
            if refusal.code != 503 or tries == SIGN_IN_TRIES:
                raise
        time.sleep(tries)
    raise AssertionError("the last try has an end")


class Session:
    """A token, got anew before it runs out."""

    lasts_seconds = 600

    def __init__(self) -> None:
        self.token = ""
        self.ended()

    def ended(self) -> None:
        self.signed_in_at = -math.inf

    def get(self) -> str:
        if time.monotonic() - self.signed_in_at > self.lasts_seconds:
            self.token = sign_in()
            self.signed_in_at = time.monotonic()
        return self.token


SIGN_OUT = "/api/v1/auth/logout"
# Signing out ends a session of its own; one for each try would be too many, of which the service ends the eldest.
lasting, to_be_ended = Session(), Session()


@schemathesis.hook
def after_call(context, case, response) -> None:
    if case.operation.path == SIGN_OUT and response.status_code == 204:
        to_be_ended.ended()


class SignedIn:
    def get(self, case, context) -> str:
        return (to_be_ended if case.operation.path == SIGN_OUT else lasting).get()

    def set(self, case, data: str, context) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


if "FUZZ_EMAIL" in os.environ:
    schemathesis.auth(refresh_interval=None)(SignedIn)
