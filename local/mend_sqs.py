"""Standard queues whose requests take as long with a hundred thousand messages as with ten, for MiniStack
1.5.33, in memory.

What MiniStack does: each receive looks at every message of the queue three times, and each delete of ten
copies the queue ten times. So whoever empties a queue of n messages waits n² long, as nobody does on AWS,
and a comparison of two ways to do it measures the queue. What is answered stays the same.
"""

import time

from ministack.services import sqs

RETENTION_LOOK_SECONDS = 1.0

collect_any = sqs._collect_msgs
expire_retained = sqs._expire_retained
delete_each = sqs._act_delete_message_batch

looked_at = {}
"""When the messages of a queue were last looked through for those that are too old."""


def expire_now_and_then(queue):
    arn = queue["attributes"].get("QueueArn")
    now = time.monotonic()
    # A setting that a test has just changed is to hold at once.
    retention = queue["attributes"].get("MessageRetentionPeriod")
    before = looked_at.get(arn)
    if before is not None and before[1] == retention and now - before[0] < RETENTION_LOOK_SECONDS:
        return
    looked_at[arn] = (now, retention)
    expire_retained(queue)


def collect_first(queue, most, visibility):
    """The first visible messages, found without a look at those behind them."""
    if queue["is_fifo"]:
        return collect_any(queue, most, visibility)
    now = time.time()
    found = []
    for message in queue["messages"]:
        if message.get("visible_at", now) > now:
            continue
        found.append(message)
        if len(found) == most:
            break
    # MiniStack's own function does the rest: it marks what it is given as received.
    return collect_any({**queue, "messages": found}, most, visibility)


def delete_together(data, url):
    """MiniStack's own function, given no messages but those that the request names."""
    queue = sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage")
    entries = data.get("Entries") or []
    receipts = {entry.get("ReceiptHandle") for entry in entries if isinstance(entry, dict)} - {None, ""}
    every = queue["messages"]
    # What was received lies in front of what was not.
    places = []
    for place, message in enumerate(every):
        if len(places) == len(receipts):
            break
        if message.get("receipt_handle") in receipts:
            places.append(place)
    queue["messages"] = [every[place] for place in places]
    try:
        return delete_each(data, url)
    finally:
        left = {id(message) for message in queue["messages"]}
        for place in reversed(places):
            if id(every[place]) not in left:
                del every[place]
        queue["messages"] = every


def mend():
    sqs._expire_retained = expire_now_and_then
    sqs._collect_msgs = collect_first
    sqs._act_delete_message_batch = delete_together
    sqs._HANDLERS["DeleteMessageBatch"] = delete_together
