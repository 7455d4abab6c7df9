use super::*;

#[test]
fn magic_addresses_misbehave_and_ordinary_people_do_not() {
    for (address, arrives) in [
        ("anna@b.example", true),
        ("full.name@b.example", true),
        ("bouncer@b.example", true),
        ("bounce@b.example", false),
        ("Bounce+12@b.example", false),
        ("full@b.example", false),
        ("down@b.example", false),
    ] {
        assert_eq!(fate_of(address) == Fate::Arrives, arrives, "{address}");
    }
}
