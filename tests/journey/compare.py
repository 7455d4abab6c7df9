"""What the program shows, beside what the source says. All of it is equality."""
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars
from audiences import audiences
from feed import CHANNEL, ORDER, RECEIVED, REDEEMED, digest
from source import TIME_ZONE, milliseconds, moment

# The longest report.
REPORT_DAYS = 3_660


def usd(cents):
    return {"minor": cents, "currency": "USD"}


def wrong(seen, wanted):
    """Keys that differ, with both sides."""
    return [f"{key}: {seen.get(key)} not {wanted.get(key)}" for key in seen.keys() | wanted.keys()
            if seen.get(key) != wanted.get(key)]


def totals(api, checks, journey):
    orders, cents = journey.baskets.height, journey.baskets["cents"].sum()
    # Without the rows about households: who somebody is, is nothing they did.
    names = {ORDER: orders, REDEEMED: journey.redemptions.height, RECEIVED: journey.campaigns.height}
    names = {name: count for name, count in names.items() if count}
    listed = {item["name"]: item["count"] for item in api.call("GET", "/api/v1/events/names")["items"]}
    checks.same("events by name", listed, names)
    count = len(journey.households)
    events = sum(names.values()) + count * journey.told
    shown = api.call("GET", "/api/v1/home")["totals"]
    checks.same(f"{count} customers, {events} events, {orders} orders, {cents} cents", shown, {
        "customers": count, "identified_customers": count, "events": events, "orders": orders, "revenue": usd(cents),
        "other_currencies": []})
    checks.same("no order was refused", api.call("GET", "/api/v1/measure/refused-orders")["total"], 0)
    checks.same("no source had items rejected", sum(one["rejected"] for one in api.pages("/api/v1/sources")), 0)


def days(api, checks, journey):
    """The days are those of the shops: the times are UTC, and the clocks there change twice. A report goes back ten
    years: what it no longer reaches is left out, and so is the day it may reach or not at midnight."""
    first = datetime.now(ZoneInfo(TIME_ZONE)).date() - timedelta(days=REPORT_DAYS - 2)
    day = polars.col("transaction_timestamp").dt.replace_time_zone("UTC").dt.convert_time_zone(TIME_ZONE).dt.date()
    by_day = journey.baskets.group_by(day.alias("day")).agg(polars.len(), polars.col("cents").sum())
    checks.same("all days are of the year", by_day["day"].dt.year().unique().to_list(), [2017])
    wanted = {str(when): (n, cents) for when, n, cents in by_day.iter_rows() if when >= first}
    if not wanted:
        print("        reports do not reach back to 2017 any more: no days are compared")
        return
    items = api.call("GET", f"/api/v1/measure/revenue?days={REPORT_DAYS}")["items"]
    checks.same("all orders are of one channel", {item["channel"] for item in items}, {CHANNEL})
    checks.same("no day twice", len({item["day"] for item in items}), len(items))
    seen = {item["day"]: (item["orders"], item["revenue_minor"]) for item in items if item["day"] >= str(first)}
    checks.nothing(f"orders and revenue of {len(wanted)} days", wrong(seen, wanted))
    if len(wanted) == by_day.height:
        owed = api.call("GET", f"/api/v1/measure/attribution?days={REPORT_DAYS}")
        tally = {"orders": journey.baskets.height, "revenue": usd(journey.baskets["cents"].sum())}
        checks.same("nothing was sent, so no campaign earned", (owed["items"], owed["unattributed"]), ([], tally))


def household_of(profile):
    ids = [one["value"] for one in profile["identifiers"] if one["kind"] == "user_id"]
    return int(ids[0]) if len(ids) == 1 else None


def known(text):
    """The file's text as the import keeps it."""
    return int(text) if text.isdigit() else text


def wanted_people(journey):
    """By household: what its page has to show."""
    at = polars.col("transaction_timestamp")
    sums = {row["household_id"]: row for row in journey.baskets.group_by("household_id").agg(
        polars.len().alias("orders"), polars.col("cents").sum(), at.min().alias("first"), at.max().alias("last"),
    ).iter_rows(named=True)}
    others = {}
    for frame in (journey.campaigns, journey.redemptions):
        for household, count in frame.group_by("household_id").len().iter_rows():
            others[household] = others.get(household, 0) + count
    people = {}
    for row in journey.people.iter_rows(named=True):
        household = row.pop("household_id")
        mine = sums[household]
        people[household] = {
            "orders": mine["orders"], "revenue": usd(mine["cents"]), "shop_revenue": usd(mine["cents"]),
            "first": moment(mine["first"]), "last": moment(mine["last"]),
            "events": mine["orders"] + others.get(household, 0) + journey.told,
            "traits": {name: known(text) for name, text in row.items() if text is not None}}
    return people


def second(text):
    return text and moment(datetime.fromisoformat(text).astimezone(UTC))


def shown_person(profile):
    value = profile["value"]
    return {"orders": value["orders"], "revenue": value["revenue"], "shop_revenue": value["shop_revenue"],
            "first": second(value["first_order_at"]), "last": second(value["last_order_at"]), "events": profile["events"],
            "traits": {one["name"]: one["value"] for one in profile["traits"]}}


def people(api, checks, journey):
    """Every household: the list, and its own page. Answers the household of each profile."""
    listed = {item["id"]: item for item in api.pages("/api/v1/profiles?sort=created")}
    pages = {one: api.call("GET", f"/api/v1/profiles/{one}") for one in listed}
    households = {one: household_of(page) for one, page in pages.items()}
    checks.same("customers are the households, each once", sorted(households.values(), key=str),
                sorted(journey.households, key=str))
    wanted = wanted_people(journey)
    shown = {households[one]: shown_person(page) for one, page in pages.items()}
    checks.nothing(f"orders, revenue, dates, events and traits of {len(wanted)} households", wrong(shown, wanted))
    in_list = {households[one]: (item["orders"], item["revenue"], item["events"]) for one, item in listed.items()}
    in_source = {one: (want["orders"], want["revenue"], want["events"]) for one, want in wanted.items()}
    checks.nothing("orders, revenue and events of each line of the list", wrong(in_list, in_source))
    return households


def segments(api, checks, journey, households):
    """Counted without being saved, and saved: not only how many, but who. Answers the members by segment."""
    saved = {}
    for name, condition, wanted in audiences(journey):
        answer = api.call("POST", "/api/v1/segments/count?sample=0", {"condition": condition})
        segment = api.call("POST", "/api/v1/segments", {"name": name, "condition": condition})
        saved[segment["id"]] = members_of(api, segment["id"])
        members = [households[one] for one in saved[segment["id"]]]
        differ = set(members) ^ wanted
        seen = (answer["count"], answer["warnings"], segment["count"], len(members), len(differ))
        checks.same(f"segment: {name} ({len(wanted)})", seen, (len(wanted), [], len(wanted), len(wanted), 0))
    return saved


def members_of(api, segment):
    return [one["id"] for one in api.pages(f"/api/v1/segments/{segment}/members")]


def segments_again(api, checks, saved):
    """After a start everything about segments is made anew, of the history."""
    listed = {one["id"]: one["count"] for one in api.pages("/api/v1/segments")}
    checks.same("segments count the same after a start", listed, {one: len(members) for one, members in saved.items()})
    checks.nothing("and have the same members", [one for one, members in saved.items() if members_of(api, one) != members])


def history(program, checks, wanted):
    """The Delta table, read by a reader that is not ours: every event with all that was said of it, once. `wanted`:
    (name, user, time, digest of the properties) by messageId; of a file of orders, by order_id."""
    table = polars.scan_delta(program.data + "/lake").filter(polars.col("kind") == "track")
    rows = table.select("message_id", "name", "user_id", "at_ms", "channel", "properties").collect()
    seen = {}
    for message_id, name, user, at, channel, text in rows.iter_rows():
        properties = json.loads(text)
        key = message_id if message_id in wanted else properties.get("order_id")
        seen[key] = (name, user, at, channel, digest(properties))
    in_source = {key: (name, user, milliseconds(at), CHANNEL, said) for key, (name, user, at, said) in wanted.items()}
    checks.same("the history holds each event once", (rows.height, len(seen)), (len(wanted), len(wanted)))
    differ = [key for key in seen.keys() | in_source.keys() if seen.get(key) != in_source.get(key)]
    checks.nothing(f"{len(wanted)} events are in the history as they were sent, every line of every receipt", differ)
