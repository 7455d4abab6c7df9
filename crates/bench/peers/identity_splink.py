"""Links the rows of a CSV file with Splink on DuckDB: identity_splink.py FILE SCHEMA THRESHOLD OUT

SCHEMA (people, fake, febrl) says what the columns are. Weights are learned without labels, as Splink's documentation
proposes: the prior from rules that hardly err, u from random pairs, m by expectation maximisation within blocks.
OUT gets row,cluster: connected components of the pairs with a probability of THRESHOLD or more.
"""
import logging
import sys

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.disable(logging.WARNING)
PAIRS_FOR_U = 5e6
KEPT_FROM = 0.01


def people():
    """Names, date of birth, city, e-mail, phone."""
    comparisons = [
        cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]),
        cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]),
        cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("email", [0.95, 0.88]),
        cl.DamerauLevenshteinAtThresholds("phone", [1]),
    ]
    blocks = [("first_name", "surname", "city"), ("first_name", "dob"), ("surname", "dob"), ("email",), ("phone",)]
    certain = [("email",), ("phone",), ("first_name", "surname", "dob")]
    return comparisons, blocks, certain, [("first_name", "surname"), ("dob",)], 0.8


def fake():
    """Names, date of birth, city, e-mail: Splink's own example."""
    comparisons = [
        cl.JaroWinklerAtThresholds("first_name", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.7]),
        cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
        cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email"),
    ]
    blocks = [("first_name",), ("surname",), ("email",), ("dob",)]
    certain = [("first_name", "surname"), ("email",)]
    return comparisons, blocks, certain, [("first_name", "surname"), ("dob",)], 0.7


def febrl():
    """Names, address, date of birth, social security number."""
    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number"),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("suburb", [0.9]),
    ]
    blocks = [
        ("given_name", "surname"), ("date_of_birth",), ("soc_sec_id",), ("state", "address_1"),
        ("street_number", "address_1"), ("postcode", "surname"), ("postcode", "given_name"),
    ]
    certain = [("soc_sec_id",), ("given_name", "surname", "date_of_birth")]
    return comparisons, blocks, certain, [("date_of_birth",), ("postcode",), ("given_name",)], 0.9


def main():
    path, schema, threshold, out = sys.argv[1:]
    comparisons, blocks, certain, training, recall = {"people": people, "fake": fake, "febrl": febrl}[schema]()
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).replace("", None)
    rows["row"] = rows["row"].astype(int)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="row",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in blocks],
        max_iterations=15,
    )
    db = DuckDBAPI()
    linker = Linker(db.register(rows), settings)
    learn = linker.training
    learn.estimate_probability_two_random_records_match([block_on(*columns) for columns in certain], recall=recall)
    learn.estimate_u_using_random_sampling(max_pairs=PAIRS_FOR_U, seed=1)
    for columns in training:
        learn.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    pairs = linker.inference.predict(threshold_match_probability=KEPT_FROM)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, float(threshold))
    found = clusters.as_pandas_dataframe()[["row", "cluster_id"]]
    found.to_csv(out, index=False, header=["row", "cluster"])


main()
