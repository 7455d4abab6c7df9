"""Conditions, and who they mean by the source: each a name, a condition as it is asked, and the households."""
import polars
from feed import ORDER, RECEIVED, REDEEMED

MONTHS = [f"2017-{month:02}" for month in range(1, 13)]
HOUSEHOLD = "household_id"


def happened(name, **more):
    return {"event": {"name": name, "op": "performed"} | more}


def counted(op, value):
    return {"count": {"op": op, "value": value}}


def where(name, op, value):
    return {"where": [{"property": name, "op": op, "value": value}]}


def trait(name, op, value=None):
    test = {"name": name, "op": op}
    return {"trait": test if value is None else test | {"value": value}}


def who(frame):
    return set(frame[HOUSEHOLD].to_list())


def often(frame, test):
    """Households that `test` says yes to, of the number of their rows."""
    return who(frame.group_by(HOUSEHOLD).len().filter(test(polars.col("len"))))


def by_number(journey, everybody):
    baskets, redeemed, received = journey.baskets, journey.redemptions, journey.campaigns
    yield "everybody", {"all": []}, everybody
    yield "3 orders and more", happened(ORDER, **counted("at_least", 3)), often(baskets, lambda n: n >= 3)
    yield "100 orders and more", happened(ORDER, **counted("at_least", 100)), often(baskets, lambda n: n >= 100)
    yield "exactly 10 orders", happened(ORDER, **counted("exactly", 10)), often(baskets, lambda n: n == 10)
    yield "20 orders at most", happened(ORDER, **counted("at_most", 20)), everybody - often(baskets, lambda n: n > 20)
    yield "a coupon redeemed", happened(REDEEMED), who(redeemed)
    yield "no coupon redeemed", happened(REDEEMED, op="not_performed"), everybody - who(redeemed)
    yield "5 coupons and more", happened(REDEEMED, **counted("at_least", 5)), often(redeemed, lambda n: n >= 5)
    yield "no campaign received", happened(RECEIVED, **counted("exactly", 0)), everybody - who(received)
    yield "orders in a shop", happened(ORDER, channel="shop"), everybody
    yield "orders on the web", happened(ORDER, channel="web"), set()


def by_property(journey, everybody):
    said, column = journey.baskets.filter(~polars.col("singles")), polars.col
    large = said.filter(column("cents") >= 10_000)
    yield "an order of 100 and more", happened(ORDER, **where("total", "gte", 100)), who(large)
    few = said.filter(column("cents").is_between(5_000, 6_000))
    between = where("total", "between", [50, 60])
    yield "3 orders of 50 to 60", happened(ORDER, **between, **counted("at_least", 3)), often(few, lambda n: n >= 3)
    with_cosmetics = journey.products.filter(column("department") == "COSMETICS").unique("basket_id")
    cosmetics = where("products.category", "equals", "COSMETICS")
    twice = happened(ORDER, **cosmetics, **counted("at_least", 2))
    yield "2 orders with cosmetics", twice, often(with_cosmetics, lambda n: n >= 2)
    both = where("products.category", "equals", "SEAFOOD")["where"] + where("total", "gte", 100)["where"]
    seafood = journey.products.filter(column("department") == "SEAFOOD").select("basket_id").unique()
    yield "seafood in an order of 100 and more", happened(ORDER, where=both), who(large.join(seafood, "basket_id"))
    favourite = journey.products["product_id"].mode().sort()[0]
    bought = who(journey.products.filter(column("product_id") == favourite))
    yield "what most bought", happened(ORDER, **where("products.product_id", "equals", str(favourite))), bought
    thirteen = who(journey.redemptions.filter(column("campaign_id") == 13))
    yield "a coupon of campaign 13", happened(REDEEMED, **where("campaign_id", "equals", 13)), thirteen
    type_a = who(journey.campaigns.filter(column("campaign_type") == "Type A"))
    yield "a campaign of type A", happened(RECEIVED, **where("campaign_type", "equals", "Type A")), type_a


def by_month(journey, everybody):
    baskets = journey.baskets.with_columns(polars.col("transaction_timestamp").alias("at"))
    for month in MONTHS:
        of_month = baskets.filter(polars.col("at").dt.strftime("%Y-%m") == month)
        first, last = of_month["at"].dt.date().min(), of_month["at"].dt.date().max()
        window = {"between": {"from": str(first), "to": str(last)}}
        yield f"an order in {month}", happened(ORDER, window=window), who(of_month)
    autumn = baskets.filter(polars.col("at") >= polars.datetime(2017, 10, 1))
    away = happened(ORDER, op="not_performed", window={"since": "2017-10-01"})
    yield "no order since October", away, everybody - who(autumn)


def by_trait(journey, everybody):
    people, column = journey.people, polars.col
    for age in people["age"].drop_nulls().unique().sort().to_list():
        yield f"age {age}", trait("age", "equals", age), who(people.filter(column("age") == age))
    yield "age unknown", trait("age", "not_exists"), who(people.filter(column("age").is_null()))
    rich = ["150-174K", "175-199K", "200-249K", "250K+"]
    yield "income of 150K and more", trait("income", "in", rich), who(people.filter(column("income").is_in(rich)))
    for size, asked in (("5+", "5+"), ("2", 2)):
        many = who(people.filter(column("household_size") == size))
        yield f"{size} people", trait("household_size", "equals", asked), many
    some = who(people.filter(column("household_size").is_in(["2", "3", "4"])))
    yield "2 to 4 people", trait("household_size", "between", [2, 4]), some
    childless = who(people.filter(column("household_comp").str.ends_with(" No Kids")))
    yield "no kids", trait("household_comp", "ends_with", " no kids"), childless
    married = who(people.filter(column("marital_status") == "Married"))
    yield "not married, as far as known", trait("marital_status", "not_equals", "Married"), everybody - married


def combined(journey, everybody):
    married = who(journey.people.filter(polars.col("marital_status") == "Married"))
    received, redeemed = who(journey.campaigns), who(journey.redemptions)
    condition = {"all": [trait("marital_status", "equals", "Married"), happened(RECEIVED), {"not": happened(REDEEMED)}]}
    yield "married, written to, redeemed nothing", condition, (married & received) - redeemed
    renting = who(journey.people.filter(polars.col("home_ownership") == "Renter"))
    often_here = often(journey.baskets, lambda n: n >= 200)
    condition = {"any": [trait("home_ownership", "equals", "Renter"), happened(ORDER, **counted("at_least", 200))]}
    yield "renting, or here 200 times", condition, renting | often_here


def audiences(journey):
    everybody = set(journey.households)
    for some in (by_number, by_property, by_month, by_trait, combined):
        yield from some(journey, everybody)
