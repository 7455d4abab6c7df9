use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn both_distances_agree_with_strsim(left in "[a-e]{0,14}", right in "[a-e]{0,14}") {
        let mut comparer = Comparer::default();
        prop_assert_eq!(comparer.edits(left.as_bytes(), right.as_bytes()) as usize, strsim::osa_distance(&left, &right));
        let (ours, theirs) = (comparer.jaro_winkler(left.as_bytes(), right.as_bytes()), strsim::jaro_winkler(&left, &right));
        prop_assert!((ours - theirs).abs() < 1e-9, "{} and {}", ours, theirs);
    }

    #[test]
    fn the_signature_never_rules_out_what_is_similar(left in "[a-z0-9 .]{1,12}", right in "[a-z0-9 .]{1,12}") {
        let mut comparer = Comparer::default();
        let (a, b) = (signature(left.as_bytes()), signature(right.as_bytes()));
        prop_assert!(edits_at_least(a, b) <= comparer.edits(left.as_bytes(), right.as_bytes()));
        let most = jaro_winkler_at_most(a, b, left.len(), right.len());
        prop_assert!(comparer.jaro_winkler(left.as_bytes(), right.as_bytes()) <= most + 1e-9);
    }
}

#[test]
fn names_that_sound_alike_have_one_key() {
    for (left, right) in
        [("smith", "smit"), ("sophie", "sofie"), ("jansson", "janson"), ("erik", "eric"), ("karlsson", "carlson")]
    {
        assert_eq!(sound(left), sound(right), "{left} and {right}");
    }
    assert_ne!(sound("visser"), sound("bakker"));
    assert_eq!(sound("123"), "");
}
