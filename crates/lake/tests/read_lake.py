"""Reads a Tutti lake with Polars and with delta-rs, prints what each saw as one JSON object."""

import json
import sys

import polars as pl
from deltalake import DeltaTable, QueryBuilder


def summary(frame: pl.DataFrame) -> dict:
    of_1 = frame.filter(pl.col("workspace_id") == 1)
    return {
        "rows": frame.height,
        "workspaces": sorted(frame["workspace_id"].unique().to_list()),
        "orders_of_1": of_1.filter(pl.col("name") == "Order Completed").height,
        "profile_1": of_1.filter(pl.col("profile_id") == 1).height,
    }


folder = sys.argv[1]
of_delta_rs = QueryBuilder().register("events", DeltaTable(folder)).execute("SELECT * FROM events")
print(
    json.dumps(
        {
            "polars": summary(pl.read_delta(folder)),
            "deltalake": summary(pl.DataFrame(of_delta_rs.read_all())),
        }
    )
)
