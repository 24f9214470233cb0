"""SNS subscriptions over HTTP and HTTPS as AWS has them, for MiniStack 1.5.33, in memory.

What MiniStack does itself: a new HTTP subscription is pending, gets a SubscriptionConfirmation with a
token, and receives nothing before ConfirmSubscription. What was missing, and is here:

- A failed delivery was logged and forgotten. Now it is tried again three times, and then goes to the
  queue of the subscription's RedrivePolicy, with the bytes that were to be delivered: the whole envelope,
  or, with raw delivery, the text alone. AWS waits 20 s between two tries and 15 s for an answer; here
  it is a fraction of a second and 2 s. As on AWS, only what the server may get over is tried again (no
  connection, no answer, 1xx, 5xx, 429); 3xx and the rest of 4xx go to the queue at once.
- A delivery had one header of six. Now it says which message, topic and subscription it is, and whether
  it is raw. Redirects are not followed.
- ListSubscriptionsByTopic and ListSubscriptions named a pending subscription by its ARN; AWS says
  `PendingConfirmation` in its place.
- Subscribe once more while a subscription is pending sent nothing; AWS sends the confirmation again.
  Subscribe once more with other attributes was taken; AWS refuses it. ReturnSubscriptionArn was unknown.
- ConfirmSubscription took a token once; on AWS it may be called again. A token that belongs to another
  topic was refused; on AWS it confirms, and the answer names the ARN that was confirmed.
- Nobody was told of an Unsubscribe; AWS sends an UnsubscribeConfirmation, whose token restores the
  subscription.
- A raw delivery to a queue, and every other part of the fan-out, is MiniStack's own.

The signatures stay fake.
"""

import asyncio
import base64
import contextvars
import http.client
import json
import logging
import ssl
import time
from urllib.parse import unquote, urlsplit

from ministack.services import sns

RETRIES = 3
PAUSE_SECONDS = 0.25
TIMEOUT_SECONDS = 2

logger = logging.getLogger("sns")

publishing = contextvars.ContextVar("publishing")
"""The topic and the id of the message that is fanned out."""

unsubscribed = {}
"""Token of an UnsubscribeConfirmation → the subscription that it restores."""


def headers_of(kind, message_id, topic_arn, subscription=None):
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic_arn,
    }
    if subscription is not None:
        headers["x-amz-sns-subscription-arn"] = subscription["arn"]
        if is_raw(subscription):
            headers["x-amz-sns-rawdelivery"] = "true"
    return headers


def is_raw(subscription):
    return subscription["attributes"].get("RawMessageDelivery") == "true"


def post(endpoint, payload, headers):
    """One POST; user and password of the address become a header. Answers the status."""
    address = urlsplit(endpoint)
    if address.username is not None:
        pair = f"{unquote(address.username)}:{unquote(address.password or '')}"
        headers = {**headers, "Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    if address.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(
            address.hostname, address.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=TIMEOUT_SECONDS)
    try:
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("POST", path, payload.encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def post_of_type(endpoint, payload, kind):
    """What MiniStack calls for a SubscriptionConfirmation."""
    envelope = json.loads(payload)
    return post(endpoint, payload, headers_of(kind, envelope["MessageId"], envelope["TopicArn"]))


def try_once(endpoint, payload, headers):
    """Answers whether it arrived, whether trying again can help, and what happened."""
    try:
        status = post(endpoint, payload, headers)
    except Exception as error:  # Whatever a connection can throw is a failed delivery.
        return False, True, repr(error)
    return 200 <= status < 300, status < 200 or status >= 500 or status == 429, str(status)


def redrive(subscription, payload, attributes):
    """To the dead-letter queue of the subscription; without one the message is lost, as on AWS."""
    try:
        queue = json.loads(subscription["attributes"].get("RedrivePolicy") or "{}")["deadLetterTargetArn"]
    except (ValueError, KeyError, TypeError):
        logger.warning("SNS: no dead-letter queue for %s, a message is lost", subscription["arn"])
        return
    sns._deliver_to_sqs(
        queue,
        payload,
        is_raw(subscription),
        payload,
        message_attributes=attributes,
        topic_arn=subscription["topic_arn"],
    )


async def deliver(subscription, payload, headers, attributes, context):
    endpoint = subscription["endpoint"]
    for attempt in range(RETRIES + 1):
        if attempt > 0:
            await asyncio.sleep(PAUSE_SECONDS)
        arrived, may_help, what = await asyncio.to_thread(try_once, endpoint, payload, headers)
        logger.info("SNS delivery to %s: %s", endpoint, what)
        if arrived:
            return
        if not may_help:
            break
    context.run(redrive, subscription, payload, attributes)


def deliver_to_http(endpoint, payload):
    """MiniStack names the address alone; the publication that it belongs to is remembered beside it."""
    topic_arn, message_id, attributes = publishing.get()
    topic = sns._topic_by_arn_any_scope(topic_arn)
    scheme = urlsplit(endpoint).scheme
    subscription = next(
        one for one in topic["subscriptions"] if one["endpoint"] == endpoint and one["protocol"] == scheme
    )
    headers = headers_of("Notification", message_id, topic_arn, subscription)
    return deliver(subscription, payload, headers, attributes, contextvars.copy_context())


fanout = sns._fanout


def fanout_remembered(topic_arn, msg_id, message, subject, message_structure="", message_attributes=None, **more):
    token = publishing.set((topic_arn, msg_id, message_attributes or {}))
    try:
        fanout(topic_arn, msg_id, message, subject, message_structure, message_attributes, **more)
    finally:
        publishing.reset(token)


subscribe = sns._subscribe

ATTRIBUTES = ("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
DEFAULTS = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}


def asked_attributes(params):
    asked = {}
    index = 1
    while key := sns._p(params, f"Attributes.entry.{index}.key"):
        asked[key] = sns._p(params, f"Attributes.entry.{index}.value")
        index += 1
    return asked


def existing_subscription(params):
    topic = sns._topic_by_arn_any_scope(sns._normalize_arn(sns._p(params, "TopicArn")))
    wanted = (sns._p(params, "Protocol"), sns._p(params, "Endpoint"))
    subscriptions = topic["subscriptions"] if topic else []
    return next((one for one in subscriptions if (one["protocol"], one["endpoint"]) == wanted), None)


def subscribe_result(arn):
    inner = f"<SubscribeResult><SubscriptionArn>{arn}</SubscriptionArn></SubscribeResult>"
    return sns._xml(200, "SubscribeResponse", inner)


def subscribe_again(params):
    before = existing_subscription(params)
    if before is not None:
        for name, value in asked_attributes(params).items():
            if name in ATTRIBUTES and value != before["attributes"].get(name, DEFAULTS.get(name, "")):
                reason = "Subscription already exists with different attributes"
                message = f"Invalid parameter: Attributes Reason: {reason}"
                return sns._error("InvalidParameter", message, 400)
        if not before["confirmed"]:
            asyncio.ensure_future(sns._send_subscription_confirmation(before["topic_arn"], before))
    else:
        answer = subscribe(params)
        if answer[0] != 200:
            return answer
    subscription = existing_subscription(params)
    is_named = subscription["confirmed"] or sns._p(params, "ReturnSubscriptionArn") == "true"
    return subscribe_result(subscription["arn"] if is_named else "pending confirmation")


confirm_subscription = sns._confirm_subscription


def confirm_again(params):
    token = sns._p(params, "Token")
    if token in unsubscribed:
        restore(token)
    for topic in sns._topics.all_values():
        for subscription in topic["subscriptions"]:
            if token and subscription.get("token") == token:
                answer = confirm_subscription({"TopicArn": topic["arn"], "Token": token})
                # MiniStack forgets the token.
                subscription["token"] = token
                return answer
    return confirm_subscription(params)


unsubscribe = sns._unsubscribe


def unsubscribe_and_tell(params):
    arn = sns._p(params, "SubscriptionArn")
    subscription = sns._find_subscription(sns._sub_arn_to_topic.get(arn) or "", arn)
    answer = unsubscribe(params)
    if subscription is not None and subscription["confirmed"] and subscription["protocol"] in ("http", "https"):
        token = subscription["token"] = sns.new_uuid()
        unsubscribed[token] = subscription
        asyncio.ensure_future(send_unsubscribe_confirmation(subscription))
    return answer


def restore(token):
    subscription = unsubscribed.pop(token)
    topic = sns._topic_by_arn_any_scope(subscription["topic_arn"])
    if topic is not None:
        topic["subscriptions"].append(subscription)
        sns._sub_arn_to_topic[subscription["arn"]] = subscription["topic_arn"]


async def send_unsubscribe_confirmation(subscription):
    topic_arn, token = subscription["topic_arn"], subscription["token"]
    envelope = {
        "Type": "UnsubscribeConfirmation",
        "MessageId": sns.new_uuid(),
        "Token": token,
        "TopicArn": topic_arn,
        "Message": f"You have chosen to deactivate subscription {subscription['arn']}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message.",
        "SubscribeURL": f"http://{sns._HOST}:{sns._PORT}/?Action=ConfirmSubscription"
        f"&TopicArn={topic_arn}&Token={token}",
        "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "SignatureVersion": "1",
        "Signature": "FAKE",
        "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-fake.pem",
    }
    headers = headers_of("UnsubscribeConfirmation", envelope["MessageId"], topic_arn, subscription)
    await deliver(subscription, json.dumps(envelope), headers, {}, contextvars.copy_context())


def pending_hidden(list_subscriptions):
    """A list in which a pending subscription has no ARN yet."""

    def listed(params):
        status, headers, body = list_subscriptions(params)
        for topic in sns._topics.values():
            for subscription in topic["subscriptions"]:
                if not subscription["confirmed"]:
                    named = f"<SubscriptionArn>{subscription['arn']}</SubscriptionArn>".encode()
                    body = body.replace(named, b"<SubscriptionArn>PendingConfirmation</SubscriptionArn>")
        return status, headers, body

    return listed


def mend():
    sns._http_post_sync = post_of_type
    sns._deliver_to_http = deliver_to_http
    sns._fanout = fanout_remembered
    sns._subscribe = subscribe_again
    sns._confirm_subscription = confirm_again
    sns._unsubscribe = unsubscribe_and_tell
    sns._list_subscriptions = pending_hidden(sns._list_subscriptions)
    sns._list_subscriptions_by_topic = pending_hidden(sns._list_subscriptions_by_topic)
