"""The households as a file, everything they did as calls of the Segment API."""
import hashlib
import json

import polars
from source import moment

ORDER, REDEEMED, RECEIVED = "Order Completed", "Coupon Redeemed", "Campaign Received"
# Below the 500 KB of a request and the 10,000 items (docs/reference/collect.md), with room for the frame around them.
BATCH_BYTES = 480_000
BATCH_ITEMS = 5_000
CHANNEL = "shop"


def households_csv(journey):
    """One row a household; three in four told nothing about themselves."""
    return journey.people.write_csv().encode()


def money(cents):
    """A column of cents as text in dollars."""
    return polars.concat_str(cents // 100, polars.lit("."), (cents % 100).cast(polars.String).str.zfill(2))


def orders_csv(journey):
    """One row a line of a basket, by basket; the worth of a basket of single pieces is that of its lines."""
    column = polars.col
    lines = journey.baskets.sort("basket_id").explode("lines").unnest("lines", separator="_")
    return lines.select(
        column("basket_id").alias("order_id"), column("household_id").alias("customer_id"),
        column("transaction_timestamp").dt.strftime("%Y-%m-%d %H:%M:%S").alias("ordered_at"),
        column("lines_product_id").alias("product_id"), column("lines_department").alias("category"),
        column("lines_quantity").alias("quantity"),
        polars.when(column("lines_quantity") == 1).then(money(column("lines_cents"))).alias("unit_price"),
        polars.when(~column("singles")).then(money(column("cents"))).alias("total"), column("store_id"))


def price(line):
    """Of one piece; the worth of a line is exact where there is one piece, and else the order has a total."""
    return line["cents"] / 100 if line["quantity"] == 1 else round(line["cents"] / 100 / max(line["quantity"], 1), 4)


def product(line):
    item = {"product_id": str(line["product_id"]), "quantity": line["quantity"], "price": price(line)}
    return item if line["department"] is None else item | {"category": line["department"]}


def total(basket):
    """The worth is said in the three ways there are: by the lines alone, as text, as a number."""
    if basket["singles"]:
        return {}
    cents = basket["cents"]
    return {"total": f"{cents // 100}.{cents % 100:02}" if basket["basket_id"] % 2 else cents / 100}


def track(name, household, message_id, at, properties):
    return {"type": "track", "event": name, "userId": str(household), "messageId": message_id, "timestamp": moment(at),
            "properties": properties}


def order(basket):
    properties = {"order_id": str(basket["basket_id"]), "currency": "USD", "store": basket["store_id"], **total(basket),
                  "products": [product(line) for line in basket["lines"]]}
    return track(ORDER, basket["household_id"], f"basket-{basket['basket_id']}", basket["transaction_timestamp"], properties)


def redemption(number, row):
    properties = {"coupon_upc": str(row["coupon_upc"]), "campaign_id": row["campaign_id"]}
    return track(REDEEMED, row["household_id"], f"coupon-{number}", row["redemption_date"], properties)


def received(row):
    properties = {"campaign_id": row["campaign_id"], "campaign_type": row["campaign_type"]}
    message_id = f"campaign-{row['campaign_id']}-{row['household_id']}"
    return track(RECEIVED, row["household_id"], message_id, row["start_date"], properties)


def events(journey):
    yield from (received(row) for row in journey.campaigns.iter_rows(named=True))
    yield from (order(basket) for basket in journey.baskets.iter_rows(named=True))
    yield from (redemption(number, row) for number, row in enumerate(journey.redemptions.iter_rows(named=True)))


def batches(items):
    """Lists of events, each within the limits of a request."""
    batch, size = [], 0
    for item in items:
        length = len(json.dumps(item)) + 2
        if batch and (size + length > BATCH_BYTES or len(batch) == BATCH_ITEMS):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    yield batch


def digest(properties):
    """Properties in a few bytes: the same whatever the order of the keys."""
    return hashlib.blake2b(json.dumps(properties, sort_keys=True).encode(), digest_size=16).digest()


def of_file(journey):
    """What the file of orders has to become, as `Sent.events` has it, by order number."""
    made = {}
    for basket in journey.baskets.iter_rows(named=True):
        said = order(basket)
        worth = basket["cents"] / 100
        products = [product(line) for line in basket["lines"] if line["quantity"]]
        for item in products:
            if item["quantity"] != 1:
                del item["price"]
        # A cell of an order's free column stays text.
        file_says = {"store": str(basket["store_id"]), "total": worth, "revenue": worth, "products": products}
        properties = said["properties"] | file_says
        made[properties["order_id"]] = (ORDER, said["userId"], said["timestamp"], digest(properties))
    return made


class Sent:
    """What was sent, by messageId: whose, what, when and a digest of everything said of it."""

    def __init__(self):
        self.events, self.answers = {}, {"accepted": 0, "duplicates": 0, "rejected": 0, "warnings": 0}

    def post(self, client, batch):
        answer = client.call("POST", "/v1/batch", {"context": {"channel": CHANNEL}, "batch": batch})
        self.answers["accepted"] += answer["accepted"]
        self.answers["duplicates"] += answer["duplicates"]
        for list_of in ("rejected", "warnings"):
            self.answers[list_of] += len(answer.get(list_of, []))
        for item in batch:
            said = (item["event"], item["userId"], item["timestamp"], digest(item["properties"]))
            self.events[item["messageId"]] = said
