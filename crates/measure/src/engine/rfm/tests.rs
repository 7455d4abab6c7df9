use super::*;
use proptest::prelude::*;

/// Quintiles by sorting everybody: what the histogram must answer.
fn sorted_quintiles(mut values: Vec<i64>) -> Option<Cuts> {
    values.sort_unstable();
    if values.is_empty() {
        return None;
    }
    let at = |fifths: usize| values[(values.len() * fifths).div_ceil(RFM_SCORES) - 1];
    Some([at(1), at(2), at(3), at(4)])
}

fn counted(values: &[i64], different_max: usize) -> Histogram {
    let mut histogram = Histogram::new(different_max);
    values.iter().for_each(|value| histogram.add(*value));
    histogram
}

proptest! {
    #[test]
    fn quintiles_of_the_counts_are_those_of_a_plain_sort(values in prop::collection::vec(-50i64..5_000, 0..300)) {
        prop_assert_eq!(counted(&values, 100_000).quintiles(), sorted_quintiles(values));
    }

    #[test]
    fn with_little_memory_they_are_right_to_the_step(values in prop::collection::vec(-100_000i64..1_000_000_000, 1..300)) {
        let histogram = counted(&values, 32);
        let (found, exact) = (histogram.quintiles().unwrap(), sorted_quintiles(values).unwrap());
        for (found, exact) in found.into_iter().zip(exact) {
            prop_assert!(found <= exact && exact - found < histogram.step(), "{} {} {}", found, exact, histogram.step());
        }
    }

    #[test]
    fn every_score_lies_between_one_and_five(days in 0i64..4_000, orders in 0i64..50, minor in any::<i64>()) {
        let boundaries = RfmBoundaries { recency_days: [7, 30, 90, 200], frequency: [1, 2, 3, 5], monetary_minor: [0, 10, 20, 30] };
        let scores = boundaries.scores(RfmFigures { recency_days: days, frequency: orders, monetary_minor: minor });
        for score in [scores.recency, scores.frequency, scores.monetary, scores.frequency_monetary()] {
            prop_assert!((1..=RFM_SCORES).contains(&score));
        }
    }
}

#[test]
fn extreme_values_are_counted_too() {
    let histogram = counted(&[i64::MIN, i64::MIN + 1, i64::MAX, 0, 5], 2);
    assert!(histogram.quintiles().is_some());
}

#[test]
fn a_value_on_a_boundary_belongs_below_it() {
    let boundaries = RfmBoundaries {
        recency_days: [10, 20, 30, 40],
        frequency: [1, 2, 3, 4],
        monetary_minor: [1_000, 2_000, 3_000, 4_000],
    };
    let scores = |recency_days, frequency, monetary_minor| {
        let scores = boundaries.scores(RfmFigures { recency_days, frequency, monetary_minor });
        (scores.recency, scores.frequency, scores.monetary)
    };
    assert_eq!(scores(10, 1, 1_000), (5, 1, 1));
    assert_eq!(scores(11, 2, 1_001), (4, 2, 2));
    assert_eq!(scores(400, 99, 4_001), (1, 5, 5));
}

#[test]
fn the_grid_has_eleven_names_and_no_hole() {
    let rows: Vec<Vec<&str>> =
        (1..=5).rev().map(|r| (1..=5).map(|fm| RfmSegment::of(r, fm).name()).collect()).collect();
    assert_eq!(
        rows,
        [
            ["new", "potential_loyalist", "potential_loyalist", "champions", "champions"],
            ["promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"],
            ["about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"],
            ["hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"],
            ["lost", "hibernating", "at_risk", "at_risk", "cannot_lose"],
        ]
    );
    let named: std::collections::BTreeSet<&str> = rows.into_iter().flatten().collect();
    assert_eq!(named.len(), RfmSegment::ALL.len());
}
